//! The target profile that describes this server to the harness, in TOML. It must never promise what is not served.

use std::{
    fmt::{self, Write},
    net::SocketAddr,
};

use super::{Accounts, Standing};

/// The calls that provoke a situation: name, controller, action, parameters, and the event they concern.
const CALLS: [(&str, &str, &str, &str, Option<&str>); 15] = [
    ("unknown-error", "data", "unknown_error", "", None),
    ("illegal-2", "data", "illegal_2", "", None),
    ("illegal-3", "data", "illegal_3", "", None),
    ("offline", "data", "offline", "", None),
    ("maintenance", "data", "maintenance", "", None),
    ("forbidden", "data", "forbidden", "", None),
    ("restricted", "data", "restricted", "", None),
    ("nodata", "data", "nodata", "", None),
    ("slow", "data", "slow", "", None),
    ("paid", "data", "paid", "", None),
    ("push", "debug", "push", r#" event = "systemMsg" "#, Some("systemMsg")),
    ("forced-offline", "debug", "offline", "", None),
    ("other-error", "debug", "other_error", "", None),
    ("subscribe", "api", "push_subscribe", r#" event = "systemMsg" "#, None),
    (
        "unsubscribe",
        "api",
        "push_unsubscribe",
        r#" event = "systemMsg" "#,
        None,
    ),
];

/// The profile of a server at `address`.
pub fn profile(address: SocketAddr, accounts: &Accounts) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = write(&mut text, address, accounts);
    text
}

fn write(out: &mut String, address: SocketAddr, accounts: &Accounts) -> fmt::Result {
    let tokens = |standing| accounts.of(standing).map(|account| format!("\"{}\"", account.token));
    let several = |standing| tokens(standing).collect::<Vec<_>>().join(", ");
    writeln!(out, "[ws-service.endpoints]\nws = \"ws://{address}/ws\"\n")?;
    writeln!(out, "[ws-service.credentials]")?;
    writeln!(out, "\"token.valid\" = [{}]", several(Standing::Good))?;
    writeln!(out, "\"token.unpaid\" = [{}]", several(Standing::Unpaid))?;
    for (name, standing) in [
        ("expired", Standing::Expired),
        ("review", Standing::UnderReview),
        ("nopermission", Standing::Unpermitted),
    ] {
        for token in tokens(standing).take(1) {
            writeln!(out, "\"token.{name}\" = {token}")?;
        }
    }
    for (name, controller, action, params, event) in CALLS {
        writeln!(out, "\n[ws-service.calls.{name}]")?;
        writeln!(
            out,
            "controller = \"{controller}\"\naction = \"{action}\"\nparams = {{{params}}}"
        )?;
        if let Some(event) = event {
            writeln!(out, "event = \"{event}\"")?;
        }
    }
    writeln!(out, "\n[limits]\nconnections = 512")?;
    writeln!(out, "effects = [\"read\", \"creates\", \"destructive\"]")
}

#[cfg(test)]
mod tests {
    use super::{super::action::ACTIONS, *};

    #[test]
    fn every_call_of_the_profile_is_served() {
        for (name, controller, action, ..) in CALLS {
            let served = ACTIONS
                .iter()
                .any(|served| (served.controller, served.name) == (controller, action));
            assert!(served, "{name}");
        }
    }
}
