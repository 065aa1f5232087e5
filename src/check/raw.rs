//! `raw`: as `equals`, for a value given as JSON text, so that spellings such as `1e2` survive the case file.

use super::{
    Expectation, Found, Kind, Observation, ObservationKind, Subject,
    equals::{Comparison, comparison_field},
    flatten,
};
use crate::{
    syntax::json,
    syntax::shape::Shape,
    syntax::template::{Placeholder, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "raw",
    text: "equal to the value with this JSON text",
    shape: || Shape::Text,
    options: || vec![comparison_field()],
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let template = reader.template("raw")?;
        Some(Box::new(Raw {
            comparison: Comparison::read(reader),
            template,
        }))
    },
};

#[derive(Debug)]
struct Raw {
    template: Template,
    comparison: Comparison,
}

impl Expectation for Raw {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        let text = match self.template.resolve_text(scope) {
            Ok(text) => text,
            Err(name) => return Found::Unknown(format!("`{}` has no value", name.0)),
        };
        match json::parse(&text) {
            Ok(expected) => flatten(self.comparison.compare(subject, seen, scope, &expected, &text)),
            Err(error) => Found::Unknown(format!("the expected text is not JSON: {error}")),
        }
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.template.placeholders(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn a_spelling_survives_the_file() {
        assert_eq!(of_text(r#"{"raw": "1e2", "as": "exact"}"#, "1e2"), "holds");
        assert_eq!(of_text(r#"{"raw": "1e2"}"#, "100"), "holds");
        assert_eq!(
            of_text(r#"{"raw": "1e2", "as": "exact"}"#, "100"),
            "fails: expected 1e2; seen 100"
        );
    }

    #[test]
    fn a_text_that_is_no_json_can_not_be_compared() {
        assert!(of_text(r#"{"raw": "${word}"}"#, "1").starts_with("unknown: the expected text is not JSON: "));
        assert_eq!(of_text(r#"{"raw": "${none}"}"#, "1"), "unknown: `none` has no value");
        assert!(of_values(r#"{"raw": "1"}"#).starts_with("mistake: `raw` can't be asked here"));
    }
}
