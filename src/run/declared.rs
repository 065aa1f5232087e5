//! What the profile declares and the target denies. Only the operator can tell which of the two is wrong, so it accuses nobody, and it
//! is never passed over either: it is contradicted, and the rows that need it are not assessed because of it.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use super::{preflight::suites, scheduler::Scheduler};
use crate::{
    plan::Plan,
    suite::case::Case,
    transcript::{Transcript, WireEvent},
};
use wire::frame::Opcode;

/// Why credentials count for nothing, by suite and name.
pub type Denied = BTreeMap<(String, String), String>;

/// The credentials that the target refuses in every way in which they can be used. One that it takes in one way is proved: the
/// refusal in another is the server's.
pub async fn denied(scheduler: &Scheduler, plans: &[Arc<Plan>]) -> Denied {
    let mut denied = Denied::new();
    for (suite_name, suite) in suites(plans) {
        let is_needed = |name: &str| {
            let of_suite = plans.iter().filter(|plan| plan.suite.name == suite_name);
            of_suite
                .flat_map(|plan| plan.leases())
                .any(|(needed, _)| needed == name)
        };
        for (name, ways) in suite.manifest.declared.iter().filter(|(name, _)| is_needed(name)) {
            let mut refusals = Vec::new();
            let mut asked = 0;
            for (number, steps) in ways.iter().enumerate() {
                let id = format!("{suite_name}/declared/{name}#{number}");
                let case = Arc::new(Case::of_steps(id, &suite.manifest, steps));
                let Some(plan) = scheduler.plan_of(suite, &case) else {
                    continue;
                };
                if let Some((examined, _)) = scheduler.alone(plan).await {
                    asked += 1;
                    refusals.extend(examined.transcript.as_ref().and_then(refusal));
                }
            }
            if asked > 0 && refusals.len() == asked {
                let why = format!(
                    "contradicted: {name} is refused, by {}: the profile or the account is wrong, or the server takes nobody",
                    refusals.join(" and by ")
                );
                denied.insert((suite_name.to_owned(), name.clone()), why);
            }
        }
    }
    denied
}

/// How the target refused what was asked, if it did: by a status or a close code that says so. Whatever else went wrong is a matter for
/// rows.
fn refusal(transcript: &Transcript) -> Option<String> {
    transcript.entries.iter().find_map(|entry| match &entry.what {
        WireEvent::Opened { response, .. } | WireEvent::Responded { response, .. } => match response.status {
            401 | 403 => Some(format!("status {}", response.status)),
            _ => None,
        },
        WireEvent::Received { received, .. } if received.opcode == Opcode::Close => {
            let code = received.payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            // Policy (RFC 6455 §7.4.1), unauthorized and forbidden (the registry of codes), and those of applications.
            let code = code.filter(|code| matches!(code, 1008 | 3000 | 3003 | 4000..=4999));
            code.map(|code| format!("a close with code {code}"))
        }
        _ => None,
    })
}
