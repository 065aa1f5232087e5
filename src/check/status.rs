//! `status`: the status of a response.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::shape::{Shape, list},
    syntax::template::Scope,
};

pub const KIND: Kind = Kind {
    key: "status",
    text: "the response's status is one of these: numbers, or classes such as \"4xx\"",
    shape: || list(Shape::Either(vec![Shape::Integer, Shape::Text])),
    options: Vec::new,
    sees: &[ObservationKind::Handshake, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let mut patterns = Vec::new();
        for node in reader.member("status")?.items() {
            let text = node.as_str().map_or_else(|| node.to_string(), str::to_owned);
            match Pattern::read(&text) {
                Some(pattern) => patterns.push(pattern),
                None => {
                    let place = reader.source.place(node.span.clone());
                    reader.found.push(Diagnostic::at(
                        place,
                        format!("no status is like `{text}`"),
                        "expected 100 to 599, or a class: \"1xx\" to \"5xx\"",
                    ));
                }
            }
        }
        Some(Box::new(Status(patterns)))
    },
};

/// What a status may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(u16),
    /// The first digit.
    Class(u16),
}

impl Pattern {
    fn read(text: &str) -> Option<Self> {
        let (pattern, class) = match text.strip_suffix("xx") {
            Some(class) => {
                let class = class.parse().ok()?;
                (Self::Class(class), class)
            }
            None => {
                let status: u16 = text.parse().ok()?;
                (Self::Exactly(status), status / 100)
            }
        };
        (1..=5).contains(&class).then_some(pattern)
    }

    fn meets(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == status,
            Self::Class(class) => class == status / 100,
        }
    }

    fn show(self) -> String {
        match self {
            Self::Exactly(status) => status.to_string(),
            Self::Class(class) => format!("{class}xx"),
        }
    }
}

#[derive(Debug)]
struct Status(Vec<Pattern>);

impl Expectation for Status {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        match seen.head() {
            Some(head) if self.0.iter().any(|pattern| pattern.meets(head.status)) => Found::Holds,
            _ => {
                let patterns: Vec<String> = self.0.iter().map(|pattern| pattern.show()).collect();
                subject.fails(format!("status {}", patterns.join(" or ")), seen.show())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{found, handshake, no_response, response};
    use crate::check::Observation;

    #[test]
    fn a_status_is_met_by_number_or_class() {
        let reply = response(426, "");
        let seen = Observation::response(&reply);
        assert_eq!(found(r#"{"status": [400, 426]}"#, &seen), "holds");
        assert_eq!(found(r#"{"status": ["4xx"]}"#, &seen), "holds");
        assert_eq!(
            found(r#"{"status": ["5xx", 101]}"#, &handshake(&reply, None)),
            "fails: expected status 5xx or 101; seen status 426 and service"
        );
        assert_eq!(
            found(r#"{"status": [200]}"#, &no_response("refused")),
            "fails: expected status 200; seen no response: refused"
        );
    }

    #[test]
    fn a_pattern_that_nothing_meets_is_a_mistake() {
        let reply = response(200, "");
        for bad in [r#""4x""#, "42", r#""6xx""#, r#""${status}""#] {
            let told = found(&format!(r#"{{"status": [{bad}]}}"#), &Observation::response(&reply));
            assert!(told.starts_with("mistake: no status is like"), "{told}");
        }
    }
}
