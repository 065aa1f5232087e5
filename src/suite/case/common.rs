//! What the cases of a suite have in common: fragments of steps, and defaults. The manifest says it; a case's own word wins.
//!
//! A fragment is kept as it is written: whether its steps are preconditions, and whether others run at the same time, is decided
//! by the place where it is used.

use std::{collections::BTreeSet, sync::Arc};

use super::Step;
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::id::is_part,
    syntax::json::{Node, Value},
    syntax::selector::Selector,
    syntax::shape::{Shape, Variant, required},
    syntax::source::{Place, Source},
};

/// The key of the item that a fragment's steps are put in place of.
pub const USE: &str = "use";

/// Steps with a name.
#[derive(Clone, Debug)]
pub struct Fragment {
    pub name: String,
    pub steps: Node,
    pub source: Source,
    /// Its name's place.
    pub place: Place,
    /// What most uses mean, read once; not there if something is wrong with it.
    pub(super) given: Option<Preconditions>,
}

/// Steps as preconditions that nothing runs beside.
#[derive(Clone, Debug)]
pub struct Preconditions {
    pub steps: Vec<Arc<Step>>,
    /// The fragments that they use.
    pub fragments: BTreeSet<String>,
}

/// What a suite's cases have in common.
#[derive(Clone, Debug, Default)]
pub struct Common {
    pub fragments: Vec<Fragment>,
    /// Messages that may be left over.
    pub unsolicited: Option<Selector>,
    /// The manifest has mistakes: what it may have meant is not missed.
    unread: bool,
}

impl Common {
    /// In place of a manifest with mistakes, so that the cases' own are still told.
    pub fn unread() -> Self {
        Self {
            unread: true,
            ..Self::default()
        }
    }

    /// Reads what a manifest says; the steps of fragments are read where they are used.
    pub fn read(source: &Source, manifest: &Node, found: &mut Vec<Diagnostic>) -> Self {
        let fragments = manifest.member("fragments").map(Node::members).unwrap_or_default();
        for member in fragments {
            let place = source.place(member.key_span.clone());
            if !is_part(&member.key) {
                let label = "expected `[a-z0-9][a-z0-9._-]*`";
                found.push(Diagnostic::at(place, "not a fragment's name", label));
            } else if matches!(&member.value.value, Value::Array(steps) if steps.is_empty()) {
                found.push(Diagnostic::at(place, "a fragment without steps", "at least one step"));
            }
        }
        let fragments = fragments.iter().map(|member| Fragment {
            name: member.key.clone(),
            steps: member.value.clone(),
            source: source.clone(),
            place: source.place(member.key_span.clone()),
            given: None,
        });
        Self {
            fragments: fragments.collect(),
            unsolicited: manifest
                .member("unsolicited")
                .map(|selector| Selector::read(source, selector, found)),
            unread: false,
        }
    }

    /// Keeps what was read of the fragments, in their order.
    pub fn keep(&mut self, given: Vec<Option<Preconditions>>) {
        for (fragment, given) in self.fragments.iter_mut().zip(given) {
            fragment.given = given;
        }
    }

    /// Whether a name that is no fragment's is a mistake.
    pub(super) fn is_complete(&self) -> bool {
        !self.unread
    }
}

/// The item's shape.
pub(super) fn variant() -> Variant {
    let text = "the steps of a fragment of the manifest, in place of this item";
    Variant {
        key: USE,
        text,
        fields: vec![required(USE, Shape::Text, text)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        suite::case::{Case, Part},
        suite::manifest::Manifest,
        syntax::schema::Schemas,
        syntax::text::Language,
    };

    /// A manifest with these members more.
    fn manifest(more: &str) -> Result<Manifest, Vec<Diagnostic>> {
        let text = format!(
            r#"{{"title": {{"en": "t", "zh": "t"}}, "document": "d", "endpoints": {{"ws": {{"schemes": ["ws"], "text": {{"en": "t", "zh": "t"}}}}}}, {more}}}"#
        );
        Manifest::read(&Source::new("suite.json", text), &Schemas::default())
    }

    fn case(common: &Common, members: &str) -> Result<Case, Vec<Diagnostic>> {
        let text = format!(r#"{{"title": {{"en": "t", "zh": "t"}}, {members}}}"#);
        Case::read("s/a/case", &Source::new("case.json", text), &Schemas::default(), common)
    }

    fn whats(found: Vec<Diagnostic>) -> Vec<String> {
        found.into_iter().map(|diagnostic| diagnostic.what).collect()
    }

    const READY: &str = r#""fragments": {
        "ready": [{"use": "hello"}, {"expect": "a", "requirement": "T-1"}],
        "hello": [{"open": "a", "requirement": "T-1"}]
    }, "unsolicited": {"text": "news"}"#;

    #[test]
    fn the_steps_stand_in_place_of_the_item() {
        let manifest = manifest(READY).unwrap_or_else(|found| panic!("{:?}", whats(found)));
        let case = case(
            &manifest.common,
            r#""given": [{"use": "hello"}], "steps": [{"repeat": 2, "steps": [{"use": "ready"}, {"close": "a"}]}]"#,
        );
        let case = case.unwrap_or_else(|found| panic!("{:?}", whats(found)));
        let mut told = Vec::new();
        case.walk(&mut |step| {
            let words = step.words(Language::En).into_iter();
            let words = words.map(|part| match part {
                Part::Said(text) | Part::Written(text) => text,
            });
            told.push((
                step.given,
                step.place.source.name().to_owned(),
                words.collect::<String>(),
            ));
        });
        let told: Vec<(bool, &str, &str)> = told
            .iter()
            .map(|(given, source, words)| (*given, source.as_str(), words.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (true, "suite.json", "open the connection a; it must be accepted"),
                (false, "case.json", "repeat 2 times (${i})"),
                (false, "suite.json", "open the connection a; it must be accepted"),
                (false, "suite.json", "expect a message on a"),
                (false, "case.json", "close the connection a"),
            ]
        );
        assert_eq!(case.fragments.into_iter().collect::<Vec<_>>(), ["hello", "ready"]);
        assert!(case.unsolicited.is_none());
    }

    #[test]
    fn a_use_that_can_not_be_is_told_at_its_place() {
        let manifest = manifest(READY).unwrap_or_else(|found| panic!("{:?}", whats(found)));
        let unknown = case(&manifest.common, r#""steps": [{"use": "redy"}]"#)
            .err()
            .unwrap_or_default();
        assert_eq!(unknown[0].what, "no fragment is called `redy`");
        assert_eq!(unknown[0].help.as_deref(), Some("did you mean `ready`?"));
        let place = unknown[0].place.as_ref();
        assert_eq!(
            place.map(|place| place.source.text()[place.span.clone()].to_owned()),
            Some("\"redy\"".into())
        );
        // With a manifest that can't be read nobody knows what there is.
        assert!(case(&Common::unread(), r#""steps": [{"use": "redy"}]"#).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_use_is_told_where_it_is_used() {
        let manifest = manifest(r#""fragments": {"hear": [{"expect": "a"}]}"#);
        let manifest = manifest.unwrap_or_else(|found| panic!("{:?}", whats(found)));
        assert!(case(&manifest.common, r#""given": [{"use": "hear"}], "steps": []"#).is_ok());
        let found = case(&manifest.common, r#""steps": [{"use": "hear"}]"#)
            .err()
            .unwrap_or_default();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, "a step that can fail names no clause");
        assert_eq!(
            found[0].place.as_ref().map(|place| place.source.name()),
            Some("case.json")
        );
        let help = found[0].help.clone().unwrap_or_default();
        assert!(help.starts_with("it stands at suite.json:1: name the clause"), "{help}");
    }

    #[test]
    fn a_fragment_never_uses_itself() {
        let found =
            manifest(r#""fragments": {"a": [{"use": "b"}], "b": [{"wait": "1s"}, {"use": "a"}], "c": [{"use": "d"}]}"#);
        assert_eq!(
            whats(found.err().unwrap_or_default()),
            [
                "the fragment `b` uses itself",
                "the fragment `a` uses itself",
                "no fragment is called `d`",
            ]
        );
    }
}
