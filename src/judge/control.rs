//! The controls of refusals: whether a row that sees something refused sees the like served, too.
//!
//! Nothing here changes a verdict: a control that fails is a precondition that failed, which blocks its row.

use super::verdict::Answered;
use crate::{check::Observation, plan::Role, suite::manifest::Answers, syntax::template::Scope};

/// What a row has seen so far of one kind: of handshakes, or of calls.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    refused: bool,
    served: bool,
}

/// What a row has seen served and refused. A handshake that is refused needs one that is accepted; a call, one that is served.
#[derive(Debug, Default)]
pub struct Controls {
    handshakes: Seen,
    calls: Seen,
}

impl Controls {
    /// Notes what a step showed. What a precondition sees refused is no matter of the row's.
    pub fn note(&mut self, role: Role, seen: &Observation<'_>, answers: Option<&Answers>, scope: &dyn Scope) {
        let (kind, served) = match seen {
            Observation::Handshake(handshake) => (&mut self.handshakes, Some(handshake.refusal.is_none())),
            Observation::Message(..) | Observation::Response(..) => (&mut self.calls, served(seen, answers, scope)),
            Observation::Closing(_) | Observation::Values => return,
        };
        kind.served |= served == Some(true);
        kind.refused |= served == Some(false) && role == Role::Body;
    }

    /// All of it.
    pub fn conclude(&self) -> Answered {
        let kinds = [self.handshakes, self.calls];
        Answered {
            refused: kinds.iter().any(|seen| seen.refused),
            controlled: kinds.iter().all(|seen| seen.served || !seen.refused),
            served: self.calls.served,
        }
    }
}

/// Whether a reply serves or refuses; `None` if it does neither.
fn served(seen: &Observation<'_>, answers: Option<&Answers>, scope: &dyn Scope) -> Option<bool> {
    if let (Some(answers), Ok(node)) = (answers, seen.json()) {
        if answers.served.meets_json(node, scope) {
            return Some(true);
        }
        if answers.refused.meets_json(node, scope) {
            return Some(false);
        }
    }
    matches!(seen, Observation::Response(response, _) if response.status >= 400).then_some(false)
}
