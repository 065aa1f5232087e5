//! `in`: equal to one of several values.

use super::{Expectation, Found, Kind, Seen, Sight, Subject, resolve, seen::shorten, settle};
use crate::{
    syntax::json::Node,
    syntax::shape::{Shape, list},
    syntax::template::{Hole, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "in",
    text: "equal to one of these values",
    shape: || Shape::Either(vec![list(Shape::Any), Shape::Text]),
    options: Vec::new,
    sees: &[Sight::Message, Sight::Response],
    read: |reader| Some(Box::new(Members(reader.template("in")?))),
};

#[derive(Debug)]
struct Members(Template);

impl Expectation for Members {
    fn judge(&self, subject: &Subject, seen: &Seen<'_>, scope: &dyn Scope) -> Found {
        settle(resolve(&self.0, scope).and_then(|all| {
            let names: Vec<String> = all.items().iter().map(Node::to_string).collect();
            let expected = format!("one of {}", shorten(&names.join(", ")));
            let node = subject.take(seen, scope, &expected)?;
            Ok(if all.items().iter().any(|value| node.same(value)) {
                Found::Holds
            } else {
                subject.fails(expected, shorten(&node.to_string()))
            })
        }))
    }

    fn holes<'t>(&'t self, visit: &mut dyn FnMut(&'t Hole)) {
        self.0.holes(visit);
    }
}
