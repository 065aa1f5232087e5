//! `status`: the status of a response.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{
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
        let names = reader.member("status")?.items().iter();
        let names = names.map(|node| node.as_str().map_or_else(|| node.to_string(), str::to_owned));
        Some(Box::new(Status(names.collect())))
    },
};

#[derive(Debug)]
struct Status(Vec<String>);

impl Expectation for Status {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let expected = format!("status {}", self.0.join(" or "));
        let Some(head) = seen.head() else {
            return subject.fails(expected, seen.show());
        };
        let status = head.status.to_string();
        let class = format!("{}xx", head.status / 100);
        if self.0.iter().any(|name| *name == status || *name == class) {
            Found::Holds
        } else {
            subject.fails(expected, seen.show())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::json::Node, syntax::template::Scope};
    use wire::http::Response;

    struct Nothing;

    impl Scope for Nothing {
        fn lookup(&self, _: &str) -> Option<Node> {
            None
        }
    }

    #[test]
    fn a_status_is_met_by_number_or_class() {
        let response = Response {
            status: 426,
            ..Response::default()
        };
        let seen = Observation::response(&response);
        let judge = |names: &[&str]| {
            Status(names.iter().map(|n| (*n).to_owned()).collect()).judge(&Subject::At(String::new()), &seen, &Nothing)
        };
        assert_eq!(judge(&["400", "426"]), Found::Holds);
        assert_eq!(judge(&["4xx"]), Found::Holds);
        assert_ne!(judge(&["5xx", "42"]), Found::Holds);
    }
}
