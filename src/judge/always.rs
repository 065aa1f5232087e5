//! The manifest's checks on every message, whichever step took it and whether one did.

use std::collections::BTreeSet;

use super::{
    MAX_FINDINGS,
    account::Account,
    evidence::{Evidence, Values},
};
use crate::{check::Observation, syntax::selector::Message, transcript::WireEvent};

/// The most messages of a row that are looked at. No case asks for as many.
const MAX_MESSAGES: usize = 1100;

/// Judges what always holds. The answers to fences are the harness's own doing.
pub fn judge(account: &mut Account<'_>, evidence: &Evidence<'_>) {
    let entries = &evidence.transcript.entries;
    let fenced: BTreeSet<usize> = entries
        .iter()
        .filter_map(|entry| match entry.what {
            WireEvent::Fenced(entry) => Some(entry),
            _ => None,
        })
        .collect();
    let scope = Values(&[]);
    let suite = account.plan.suite.clone();
    let before = account.findings();
    let received = entries.iter().enumerate().filter_map(|(entry, what)| match &what.what {
        WireEvent::Received { received, .. } => Some((entry, received)),
        _ => None,
    });
    let looked_at = received.filter(|(entry, received)| !received.opcode.is_control() && !fenced.contains(entry));
    for (entry, received) in looked_at.take(MAX_MESSAGES) {
        if account.findings() >= before + MAX_FINDINGS {
            return;
        }
        let message = Message::new(received.clone());
        let seen = Observation::message(received);
        let always = suite.manifest.always.iter();
        for always in always.filter(|always| always.on.meets(&message, &scope)) {
            for check in &always.checks {
                account.check(check, &seen, &scope, Some(entry), false);
            }
        }
    }
}
