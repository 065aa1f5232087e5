//! `schema`: the value fits a JSON Schema.

use std::sync::Arc;

use super::{
    CheckReader, Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten,
};
use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::schema::{Fit, Schema},
    syntax::shape::Shape,
    syntax::template::Scope,
};

pub const KIND: Kind = Kind {
    key: "schema",
    text: "fits the JSON Schema of this name",
    shape: || Shape::Text,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read,
};

fn read(reader: &mut CheckReader<'_>) -> Option<Box<dyn Expectation>> {
    let name = reader.text("schema")?;
    if let Some(schema) = reader.schemas.find(&name) {
        return Some(Box::new(Fits(schema)));
    }
    let place = reader.source.place(reader.member("schema")?.span.clone());
    let mut diagnostic = Diagnostic::at(
        place,
        format!("no schema is called `{name}`"),
        "expected a schema's name",
    );
    diagnostic = match nearest(&name, reader.schemas.names()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("add `schemas/{name}.json`")),
    };
    reader.found.push(diagnostic);
    None
}

#[derive(Debug)]
struct Fits(Arc<Schema>);

impl Expectation for Fits {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        let expected = format!("a value that fits the schema {}", self.0.name());
        flatten(
            subject
                .take(seen, scope, &expected)
                .map(|node| match self.0.check(&node.to_serde()) {
                    Fit::Fits => Found::Holds,
                    Fit::Undecided(why) => Found::Unknown(why),
                    Fit::Differs { at, why } => Found::Fails(super::Mismatch {
                        at: format!("{}{at}", subject.pointer()),
                        expected,
                        seen: format!("{}; the value was {}", shorten(&why), shorten(&node.to_string())),
                    }),
                }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn a_value_fits_or_the_place_is_told() {
        assert_eq!(of_text(r#"{"at": "/a", "schema": "s/word"}"#, r#"{"a":"b"}"#), "holds");
        let told = of_text(r#"{"at": "/a", "schema": "s/word"}"#, r#"{"a":1}"#);
        assert!(
            told.starts_with("fails at /a: expected a value that fits the schema s/word; seen "),
            "{told}"
        );
        assert!(told.ends_with("; the value was 1"), "{told}");
    }

    #[test]
    fn a_schema_that_is_not_there_is_a_mistake() {
        assert_eq!(
            of_text(r#"{"schema": "s/wort"}"#, "1"),
            "mistake: no schema is called `s/wort`: expected a schema's name"
        );
        assert!(of_values(r#"{"schema": "s/word"}"#).starts_with("mistake: `schema` can't be asked here"));
        assert_eq!(
            of_values(r#"{"value": "${none}", "schema": "s/word"}"#),
            "unknown: `none` has no value"
        );
    }
}
