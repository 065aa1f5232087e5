use super::*;
use serde_json::Value as Json;

use crate::{syntax::json, syntax::source::Source};

fn shapes() -> Shapes {
    Shapes {
        title: "a test",
        root: Shape::Record(vec![
            required("name", Shape::Text, "its name"),
            optional("wait", Shape::Duration, "how long"),
            optional("steps", list(Shape::Named("step")), "what to do"),
        ]),
        definitions: vec![(
            "step",
            Shape::Tagged(vec![Variant {
                key: "send",
                text: "sends",
                fields: vec![
                    required("send", one_of(&["ping", "pong"]), "what"),
                    optional("steps", list(Shape::Named("step")), "more"),
                ],
            }]),
        )],
    }
}

fn mistakes(text: &str) -> Vec<String> {
    let source = Source::new("t", text);
    let node = json::parse(text).unwrap_or_else(|error| panic!("{error}"));
    shapes().check(&source, &node).into_iter().map(|d| d.what).collect()
}

#[test]
fn all_mistakes_are_found_at_once() {
    assert_eq!(
        mistakes(r#"{"name": "x", "wait": "2s", "steps": [{"send": "ping"}]}"#),
        Vec::<String>::new()
    );
    assert_eq!(
        mistakes(r#"{"nam": 1, "wait": "2", "wait": "1s", "steps": [{"sen": 1}, {"send": "pig"}, {"send": 3}, 4]}"#),
        [
            "the key `wait` is repeated",
            "unknown key `nam`",
            "`2` is not a duration",
            "this object says nothing that is known",
            "unknown word `pig`",
            "expected a string, found an integer",
            "expected an object, found an integer",
        ]
    );
}

#[test]
fn the_schema_agrees_with_the_shape() {
    let schema = jsonschema::validator_for(&shapes().schema()).unwrap_or_else(|error| panic!("{error}"));
    for text in [
        r#"{"name": "x", "wait": "2s", "steps": [{"send": "ping", "steps": []}]}"#,
        r#"{"name": "x", "wait": "2"}"#,
        r#"{"nam": "x"}"#,
        r#"{"name": "x", "steps": [{"sen": 1}]}"#,
        r#"{"name": "x", "steps": [{"send": "pig"}]}"#,
    ] {
        let value: Json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(schema.is_valid(&value), mistakes(text).is_empty(), "{text}");
    }
}

#[test]
fn durations_have_units() {
    assert_eq!(milliseconds("5m"), Some(300_000));
    for bad in ["5", "", "ms", "-1s", "1 s", "99999999999999999999d"] {
        assert_eq!(milliseconds(bad), None, "{bad}");
    }
}
