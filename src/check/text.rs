//! `text`: a text message that is exactly this.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, resolve};
use crate::{
    syntax::shape::Shape,
    syntax::template::{Placeholder, Scope, Template},
};
use wire::frame::Opcode;

pub const KIND: Kind = Kind {
    key: "text",
    text: "a text message that is exactly this",
    shape: || Shape::Text,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Text(reader.template("text")?))),
};

#[derive(Debug)]
struct Text(Template);

impl Expectation for Text {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(resolve(&self.0, scope).map(|wanted| {
            let wanted = wanted.as_str().unwrap_or_default();
            let is_text = !matches!(seen, Observation::Message(message, _) if message.opcode != Opcode::Text);
            if is_text && seen.text() == Some(wanted) {
                Found::Holds
            } else {
                subject.fails(format!("the text `{wanted}`"), seen.show())
            }
        }))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.0.placeholders(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{found, of_text, of_values};
    use crate::check::Observation;
    use wire::{event::Received, frame::Opcode};

    #[test]
    fn the_whole_text_counts_and_its_kind() {
        assert_eq!(of_text(r#"{"text": "${word}"}"#, "word"), "holds");
        assert_eq!(
            of_text(r#"{"text": "pong"}"#, "pong "),
            "fails: expected the text `pong`; seen the text `pong `"
        );
        let binary = Received::new(Opcode::Binary, "pong");
        assert!(found(r#"{"text": "pong"}"#, &Observation::message(&binary)).starts_with("fails"));
    }

    #[test]
    fn without_a_value_nothing_can_be_told() {
        assert_eq!(of_text(r#"{"text": "${none}"}"#, "x"), "unknown: `none` has no value");
        assert!(of_values(r#"{"text": "x"}"#).starts_with("mistake: `text` can't be asked here"));
    }
}
