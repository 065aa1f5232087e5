//! Which of a file's mistakes are told: every one that has a cause of its own. A file is read as far as it goes in spite of its
//! mistakes, so that all are told at once; what they make is left out.

use super::{
    diagnostic::Diagnostic,
    json::{Node, Value},
};

/// The mistakes of a file's shape, and those found when it was read in spite of them, from its top to its end; those that
/// the first make are left out. An object with a mistake of its own says nothing more as a whole (its clause may be the key
/// that is misspelt), but each of its values does.
pub fn causes(root: &Node, mut broken: Vec<Diagnostic>, read: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let spans: Vec<_> = broken
        .iter()
        .filter_map(|mistake| Some(mistake.place.as_ref()?.span.clone()))
        .collect();
    let made = |mistake: &Diagnostic| {
        let Some(place) = &mistake.place else { return false };
        let text = place.source.text().as_bytes();
        let (start, object) = (place.span.start, innermost(root, place.span.start));
        let end = match text.get(start) {
            Some(b'{') => start + 1,
            _ => place.span.end,
        };
        let of_a_value = object.is_some_and(|object| {
            let mut values = object.members().iter().map(|member| &member.value.span);
            values.any(|span| span.contains(&start))
        });
        spans.iter().any(|span| {
            let overlaps = span.start < end && start < span.end;
            let beside =
                || innermost(root, span.start).map(|node| node.span.start) == object.map(|node| node.span.start);
            overlaps || (!of_a_value && beside())
        })
    };
    let told: Vec<Diagnostic> = read.into_iter().filter(|mistake| !made(mistake)).collect();
    broken.extend(told);
    broken.sort_by_key(|mistake| mistake.place.as_ref().map(|place| place.span.start));
    broken
}

/// The innermost object around a place.
fn innermost(node: &Node, at: usize) -> Option<&Node> {
    if !node.span.contains(&at) {
        return None;
    }
    let inside = node
        .items()
        .iter()
        .chain(node.members().iter().map(|member| &member.value));
    let inner = inside.into_iter().find_map(|child| innermost(child, at));
    inner.or_else(|| matches!(node.value, Value::Object(_)).then_some(node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{json::parse, source::Source};

    #[test]
    fn a_mistake_with_a_cause_of_its_own_is_told() {
        let text = r#"{"steps": [{"a": 1, "bad": 2, "text": "t"}, {"b": "u"}]}"#;
        let root = parse(text).unwrap_or_else(|error| panic!("{error}"));
        let source = Source::new("t", text);
        let at = |part: &str| {
            let start = text.find(part).unwrap_or_else(|| panic!("{part}"));
            Diagnostic::at(source.place(start..start + part.len()), part, "")
        };
        let read = ["\"t\"", "{\"a\"", "\"u\"", "{\"b\"", "2"].map(at);
        let told = causes(&root, vec![at("\"bad\": 2")], read.to_vec());
        let told: Vec<&str> = told.iter().map(|mistake| mistake.what.as_str()).collect();
        // Not the whole of the object that has a mistake, and not the value under the wrong key.
        assert_eq!(told, ["\"bad\": 2", "\"t\"", "{\"b\"", "\"u\""]);
    }
}
