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

#[cfg(test)]
mod tests {
    use super::super::trial::{closing, found, of_text, of_values};
    use crate::check::Observation;
    use wire::{
        event::{FrameFault, Received},
        frame::Opcode,
    };

    const CHECK: &str = r#"{"frames": "well-formed"}"#;

    #[test]
    fn a_frame_without_faults_is_well_formed() {
        assert_eq!(of_text(CHECK, "x"), "holds");
        assert_eq!(found(CHECK, &closing(None, None)), "holds");
    }

    #[test]
    fn each_fault_is_told_by_its_sentence() {
        let mut received = Received::new(Opcode::Text, "x");
        received.faults.push(FrameFault::Masked);
        let told = format!(
            "fails: expected frames that obey RFC 6455 §5; seen {}",
            FrameFault::Masked.sentence()
        );
        assert_eq!(found(CHECK, &Observation::message(&received)), told);
        assert_eq!(found(CHECK, &closing(Some(&received), None)), told);
        assert!(of_values(CHECK).starts_with("mistake: `frames` can't be asked here"));
    }
}
