//! What is told of a suite whose files do not fit together; `tests/mistakes` shows the words.

use std::sync::Arc;

use super::*;
use crate::{
    suite::{case::Case, catalogue::Catalogue, manifest::Manifest},
    syntax::{schema::Schemas, source::Source},
};

const MANIFEST: &str = r#"{
    "title": {"en": "t", "zh": "t"}, "document": "d",
    "endpoints": {"ws": {"schemes": ["ws"], "text": {"en": "t", "zh": "t"}}},
    "fragments": {
        "ready": [{"open": "a"}, {"send": "a", "text": "${token}"}],
        "idle": [{"wait": "1s"}]
    }
}"#;

/// The mistakes between a manifest, an empty catalogue and cases: where, and what.
fn mistakes(cases: &[&str]) -> Vec<(String, String)> {
    let schemas = Schemas::default();
    let told = |found: Vec<Diagnostic>| -> String { found.iter().map(|found| found.render(false)).collect() };
    let manifest = Manifest::read(&Source::new("suite.json", MANIFEST), &schemas)
        .unwrap_or_else(|found| panic!("{}", told(found)));
    let catalogue = Catalogue::read(&Source::new("requirements.json", r#"{"requirements": {}}"#))
        .unwrap_or_else(|found| panic!("{}", told(found)));
    let case = |(i, members): (usize, &&str)| {
        let text = format!(r#"{{"title": {{"en": "t", "zh": "t"}}, {members}}}"#);
        let source = Source::new(format!("{i}.json"), text);
        let case = Case::read(&format!("s/a/{i}"), &source, &schemas, &manifest.common);
        Arc::new(case.unwrap_or_else(|found| panic!("{}", told(found))))
    };
    let cases = cases.iter().enumerate().map(case).collect();
    let suite = Suite {
        name: "s".into(),
        manifest,
        catalogue,
        cases,
    };
    let found = check(&suite).into_iter();
    found
        .map(|diagnostic| {
            (
                diagnostic.place.map(|place| place.line()).unwrap_or_default(),
                diagnostic.what,
            )
        })
        .collect()
}

#[test]
fn what_is_wrong_in_a_fragment_is_told_once_at_its_own_place() {
    let own = r#""given": [{"use": "ready"}, {"use": "idle"}], "steps": []"#;
    assert_eq!(
        mistakes(&[own, own]),
        [("suite.json:5".to_owned(), "nothing is called `token`".to_owned())]
    );
}

#[test]
fn a_fragment_that_nobody_uses_is_a_mistake() {
    let own = r#""each": {"token": {"x": "y"}}, "given": [{"use": "ready"}], "steps": []"#;
    assert_eq!(
        mistakes(&[own]),
        [("suite.json:6".to_owned(), "no case uses the fragment `idle`".to_owned())]
    );
}
