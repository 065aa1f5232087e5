//! `search`: finds the accepted span by bisection.

use std::{sync::Arc, time::Duration};

use super::{Act, ActKind, Deed, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::selector::Selector,
    syntax::shape::{Shape, optional, required},
    syntax::template::{Placeholder, Template},
};

/// A day: no clock that anybody would call set is further away.
const REACH_SECONDS: i64 = 86_400;
const PRECISION_SECONDS: i64 = 1;

pub const KIND: ActKind = ActKind {
    key: "search",
    text: "finds the accepted span by bisection",
    shape: || Shape::Text,
    fields: || {
        vec![
            required("bind", Shape::Text, "the name to bind"),
            required("json", Shape::Any, "the message, with `${probe}`"),
            required("inside", Shape::Named("selector"), "a reply to an accepted value"),
            required("outside", Shape::Named("selector"), "a reply to a refused value"),
            optional("around", Shape::Text, "the middle of the search; `${now}` if not said"),
            optional("reach", Shape::Duration, "how far to search; `1d` if not said"),
            optional("precision", Shape::Duration, "how exact; `1s` if not said"),
            fields::within("how long to wait for each reply"),
            fields::requirement(),
            fields::checks(),
        ]
    },
    shows: ObservationKind::Values,
    told: &["json", "around", "reach", "precision", "inside", "outside"],
    read: |reader, node| {
        let seconds = |span: Option<Duration>, default| span.map_or(default, |span| span.as_secs() as i64);
        let json = reader.demand(node, "json")?;
        let inside = reader.demand(node, "inside")?;
        let outside = reader.demand(node, "outside")?;
        Some(Act::Search(Arc::new(Search {
            connection: reader.demand_text(node, "search")?,
            bind: reader.demand_text(node, "bind")?,
            json: reader.value(json),
            inside: Selector::read(reader.source, inside, reader.found),
            outside: Selector::read(reader.source, outside, reader.found),
            around: reader.template(node, "around"),
            reach: seconds(reader.span(node, "reach"), REACH_SECONDS),
            precision: seconds(reader.span(node, "precision"), PRECISION_SECONDS).max(1),
            within: reader.span(node, "within"),
        })))
    },
};

/// A span to find.
#[derive(Debug)]
pub struct Search {
    pub connection: String,
    pub bind: String,
    pub json: Template,
    pub inside: Selector,
    pub outside: Selector,
    pub around: Option<Template>,
    /// Seconds.
    pub reach: i64,
    /// Seconds.
    pub precision: i64,
    pub within: Option<Duration>,
}

impl Deed for Search {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        // Two edges of a window, each found by halves.
        24
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say(
            "search by bisection for the accepted span, called ",
            "二分查找被接受的区间，记为 ",
        );
        words.name(&self.bind);
        words.told();
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn binds(&self) -> Vec<&str> {
        vec![&self.bind]
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.json.placeholders(visit);
        self.inside.placeholders(visit);
        self.outside.placeholders(visit);
        self.around.iter().for_each(|around| around.placeholders(visit));
    }

    fn can_fail(&self) -> bool {
        true
    }
}
