//! Where in an author's file a clause, a value or a name stands. Only asked once something is wrong, so texts are read again
//! instead of every place being kept; nothing here says what is wrong.

use std::ops::Range;

use crate::{
    suite::case::Case,
    syntax::{
        json::{self, Node},
        source::Place,
        template::Template,
    },
};

/// Where a clause is written.
pub fn clause_place(clause: &Template, around: &Place) -> Place {
    let mut span = match clause {
        Template::Fixed(node) => Some(node.span.clone()),
        _ => None,
    };
    clause.placeholders(&mut |placeholder| span = span.take().or(Some(placeholder.span.clone())));
    span.map_or_else(|| around.clone(), |span| around.source.place(span))
}

/// Where a text is written as a value of an object, or the first key of the object. Only asked once something is wrong: the
/// text is read again.
pub fn value_place(object: &Place, text: &str) -> Place {
    let start = object.span.start;
    let part = object.source.text().get(object.span.clone()).unwrap_or_default();
    let Ok(node) = json::parse(part) else {
        return object.clone();
    };
    let named = node.members().iter().find(|member| member.value.as_str() == Some(text));
    let span = named.map(|member| &member.value.span);
    let span = span.or(node.members().first().map(|member| &member.key_span));
    span.map_or_else(
        || object.clone(),
        |span| object.source.place(start + span.start..start + span.end),
    )
}

/// Where the table of this name is written.
pub fn table_place(case: &Case, table: &str) -> Place {
    let node = json::parse(case.source.text()).ok();
    let tables = node.as_ref().and_then(|node| node.member("each")).map(Node::members);
    let table = tables.unwrap_or_default().iter().find(|member| member.key == table);
    case.source.place(table.map_or(0..1, |member| member.key_span.clone()))
}

/// Where a table or a step binds this name.
pub fn binding_place(case: &Case, name: &str) -> Place {
    fn find(node: &Node, name: &str) -> Option<Range<usize>> {
        let own = node.members().iter().find_map(|member| {
            let bound = matches!(member.key.as_str(), "as" | "bind") && member.value.as_str() == Some(name);
            (bound || member.key == name).then(|| match bound {
                true => member.value.span.clone(),
                false => member.key_span.clone(),
            })
        });
        let values = node.members().iter().map(|member| &member.value);
        own.or_else(|| node.items().iter().chain(values).find_map(|inner| find(inner, name)))
    }
    if case.tables.iter().any(|table| table.name == name) {
        return table_place(case, name);
    }
    let mut place = None;
    case.walk(&mut |step| {
        if place.is_none() && step.binds().iter().any(|bound| bound == name) {
            place = Some(&step.place);
        }
    });
    let Some(place) = place else {
        return case.source.place(0..1);
    };
    let part = place.source.text().get(place.span.clone()).unwrap_or_default();
    let span = json::parse(part).ok().and_then(|node| find(&node, name));
    let start = place.span.start;
    span.map_or_else(
        || place.clone(),
        |span| place.source.place(start + span.start..start + span.end),
    )
}
