//! `header`: a field of a response's head.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten, resolve};
use crate::{
    syntax::json::Node,
    syntax::shape::{Shape, optional},
    syntax::template::{Placeholder, Scope, Template},
};
use wire::http::has_token;

pub const KIND: Kind = Kind {
    key: "header",
    text: "a header field of the response, by `token`, `value` or `present`",
    shape: || Shape::Literal,
    options: || {
        vec![
            optional(
                "token",
                Shape::Literal,
                "an item of the field's list, in any letter case",
            ),
            optional("value", Shape::Text, "the field's whole value"),
            optional("present", Shape::Bool, "whether the field is there"),
        ]
    },
    sees: &[ObservationKind::Handshake, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        Some(Box::new(Header {
            name: reader.text("header")?,
            token: reader.text("token"),
            value: reader.template("value"),
            present: reader.member("present").and_then(Node::as_bool),
        }))
    },
};

#[derive(Debug)]
struct Header {
    name: String,
    token: Option<String>,
    value: Option<Template>,
    present: Option<bool>,
}

impl Expectation for Header {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(self.compare(subject, seen, scope))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        if let Some(value) = &self.value {
            value.placeholders(visit);
        }
    }
}

impl Header {
    fn compare(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Result<Found, Found> {
        let Some(head) = seen.head() else {
            return Ok(subject.fails("a response", seen.show()));
        };
        let values: Vec<&str> = head.header(&self.name).collect();
        let shown = || match &values[..] {
            [] => format!("no header {}", self.name),
            values => format!("{}: {}", self.name, shorten(&values.join(", "))),
        };
        if let Some(token) = &self.token
            && !has_token(values.iter().copied(), token)
        {
            return Ok(subject.fails(format!("{}: {token}", self.name), shown()));
        }
        if let Some(value) = &self.value {
            let value = resolve(value, scope)?;
            let value = value.as_str().unwrap_or_default();
            if values != [value] {
                return Ok(subject.fails(format!("{}: {value}", self.name), shown()));
            }
        }
        if self
            .present
            .unwrap_or(!values.is_empty() || self.token.is_none() && self.value.is_none())
            == values.is_empty()
        {
            let wanted = if values.is_empty() { "a header" } else { "no header" };
            return Ok(subject.fails(format!("{wanted} {}", self.name), shown()));
        }
        Ok(Found::Holds)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{found, no_response, of_text, response};
    use crate::check::Observation;
    use wire::http::Response;

    fn told(check: &str) -> String {
        let response = Response {
            headers: vec![
                ("Connection".into(), "keep-alive, Upgrade".into()),
                ("X-Word".into(), "word".into()),
            ],
            ..response(200, "")
        };
        found(check, &Observation::response(&response))
    }

    #[test]
    fn a_field_has_an_item_a_value_or_is_there() {
        for check in [
            r#"{"header": "connection", "token": "upgrade"}"#,
            r#"{"header": "X-Word", "value": "${word}"}"#,
            r#"{"header": "x-word"}"#,
            r#"{"header": "X-Word", "present": true}"#,
            r#"{"header": "X-None", "present": false}"#,
        ] {
            assert_eq!(told(check), "holds", "{check}");
        }
    }

    #[test]
    fn what_is_there_instead_is_told() {
        assert_eq!(
            told(r#"{"header": "Connection", "token": "close"}"#),
            "fails: expected Connection: close; seen Connection: keep-alive, Upgrade"
        );
        assert_eq!(
            told(r#"{"header": "X-None", "value": "a"}"#),
            "fails: expected X-None: a; seen no header X-None"
        );
        assert_eq!(
            told(r#"{"header": "X-None"}"#),
            "fails: expected a header X-None; seen no header X-None"
        );
        assert_eq!(
            told(r#"{"header": "X-Word", "present": false}"#),
            "fails: expected no header X-Word; seen X-Word: word"
        );
    }

    #[test]
    fn without_a_head_or_a_value_it_can_not_hold() {
        assert_eq!(
            found(r#"{"header": "X-Word"}"#, &no_response("reset")),
            "fails: expected a response; seen no response: reset"
        );
        assert_eq!(
            told(r#"{"header": "X-Word", "value": "${none}"}"#),
            "unknown: `none` has no value"
        );
        assert!(of_text(r#"{"header": "X-Word"}"#, "x").starts_with("mistake: `header` can't be asked here"));
    }
}
