//! `frames`: the message's frames obey RFC 6455 §5.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{syntax::shape::one_of, syntax::template::Scope};
use wire::event::FrameFault;

pub const KIND: Kind = Kind {
    key: "frames",
    text: "`well-formed`: the frames obey RFC 6455 §5",
    shape: || one_of(&["well-formed"]),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Closing],
    needs_bytes: true,
    read: |_| Some(Box::new(Frames)),
};

#[derive(Debug)]
struct Frames;

impl Expectation for Frames {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let received = match seen {
            Observation::Message(received, _) => Some(*received),
            Observation::Closing(closing) => closing.frame,
            _ => None,
        };
        match received.map(|received| &received.faults[..]) {
            None | Some([]) => Found::Holds,
            Some(faults) => {
                let sentences: Vec<&str> = faults.iter().map(|fault| FrameFault::sentence(*fault)).collect();
                subject.fails("frames that obey RFC 6455 §5", sentences.join("; "))
            }
        }
    }
}
