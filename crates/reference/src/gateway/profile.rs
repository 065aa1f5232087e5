//! The part of the target profile that describes the gateway: where it is, what lets in, how its services are called.

use std::{
    fmt::{self, Write as _},
    net::SocketAddr,
};

use super::{
    member::{COMPANIES, PASSWORD},
    session::Tokens,
};

/// The calls: name, route, bizType, body, and whether the reply holds a token.
const CALLS: [(&str, &str, &str, &str, bool); 7] = [
    (
        "login",
        "login",
        "customer.CustomerWebApiService.login",
        r#"type = 3, loginName = "139""#,
        true,
    ),
    (
        "register",
        "register",
        "customer.CustomerWebApiService.register",
        r#"loginName = "140", password = "140-opens-sesame""#,
        false,
    ),
    ("guest", "global", "public.NoticeApiService.list", "", false),
    (
        "echo",
        "global",
        "public.EchoApiService.echo",
        r#"say = "hello""#,
        false,
    ),
    (
        "authenticated",
        "global",
        "customer.CustomerWebApiService.profile",
        "",
        false,
    ),
    (
        "failing",
        "global",
        "customer.OrderApiService.cancel",
        r#"orderId = "A-17""#,
        false,
    ),
    ("slow", "global", "public.SlowApiService.wait", "delay_ms = 40", false),
];

/// The part of the profile for a gateway at `address`.
pub fn profile(address: SocketAddr) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = write(&mut text, address);
    text
}

fn write(out: &mut String, address: SocketAddr) -> fmt::Result {
    let tokens = Tokens::made_up();
    let [company, other_company] = COMPANIES;
    writeln!(
        out,
        "\n[gateway.endpoints]\nhttp = \"http://{address}/gateway\"\nws = \"ws://{address}/gateway/ws\"\n"
    )?;
    writeln!(out, "[gateway.credentials]")?;
    writeln!(out, "\"session.valid\" = {:?}", tokens.valid)?;
    writeln!(out, "\"session.expired\" = {:?}", tokens.expired)?;
    writeln!(out, "\"session.foreign\" = {:?}", tokens.foreign)?;
    writeln!(out, "\"login.password\" = {PASSWORD:?}\n")?;
    writeln!(
        out,
        "[gateway.values]\ncompany = {company}\nother_company = {other_company}"
    )?;
    for (name, route, biz_type, body, has_token) in CALLS {
        let body = if body.is_empty() {
            "{}".to_owned()
        } else {
            format!("{{ {body} }}")
        };
        writeln!(out, "\n[gateway.calls.{name}]")?;
        writeln!(out, "route = \"{route}\"\nbizType = \"{biz_type}\"\nbody = {body}")?;
        if has_token {
            writeln!(out, "token = \"/data/token\"")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue::SERVICES, *};

    #[test]
    fn every_call_of_the_profile_is_served() {
        for (name, route, biz_type, ..) in CALLS {
            let served = SERVICES.iter().any(|service| {
                service.biz_type == biz_type && format!("{:?}", service.route).eq_ignore_ascii_case(route)
            });
            assert!(served, "{name}");
        }
    }
}
