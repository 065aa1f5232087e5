//! Checks as they are read from a file: their shapes, and the objects that fit them.

use super::{Check, CheckReader, Condition, Demand, DemandedReading, KINDS, Kind, ObservationKind, Subject, snapshot};
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::Node,
    syntax::schema::Schemas,
    syntax::shape::{Field, Shape, Variant, list, optional, required},
    syntax::source::Source,
    syntax::template::Template,
};

const SUBJECT: [(&str, &str); 2] = [
    (
        "at",
        "the place in the message, a JSON Pointer; the whole message if not said",
    ),
    ("value", "a template to look at instead of the message"),
];

fn condition_fields(kind: &Kind) -> Vec<Field> {
    let mut fields = vec![required(kind.key, (kind.shape)(), kind.text)];
    fields.extend((kind.options)());
    fields.push(optional(SUBJECT[0].0, Shape::Pointer, SUBJECT[0].1));
    fields.push(optional(SUBJECT[1].0, Shape::Any, SUBJECT[1].1));
    fields
}

fn variants(extra: &dyn Fn() -> Vec<Field>) -> Vec<Variant> {
    KINDS
        .iter()
        .map(|kind| Variant {
            key: kind.key,
            text: kind.text,
            fields: condition_fields(kind).into_iter().chain(extra()).collect(),
        })
        .collect()
}

/// The shapes called `check`, `condition` and `reading`.
pub fn shapes() -> Vec<(&'static str, Shape)> {
    let clause = || vec![optional("requirement", Shape::Text, "the clause that this judges")];
    let reading = || vec![required("reading", Shape::Text, "the reading's name in the catalogue")];
    let mut checks = vec![
        Variant {
            key: "readings",
            text: "the readings that can be told, canonical first",
            fields: [
                vec![required(
                    "readings",
                    list(Shape::Named("reading")),
                    "the readings, canonical first",
                )],
                clause(),
            ]
            .concat(),
        },
        snapshot::variant(),
    ];
    checks.extend(variants(&clause));
    let mut readings = vec![Variant {
        key: "all",
        text: "all of these hold",
        fields: [
            vec![required("all", list(Shape::Named("condition")), "all of these hold")],
            reading(),
        ]
        .concat(),
    }];
    readings.extend(variants(&reading));
    readings.push(Variant {
        key: "reading",
        text: "always holds",
        fields: reading(),
    });
    vec![
        ("check", Shape::Tagged(checks)),
        ("reading", Shape::Tagged(readings)),
        ("condition", Shape::Tagged(variants(&Vec::new))),
    ]
}

/// Compiles a check that fits its shape; `looks_at` is what it will look at.
pub fn read(
    source: &Source,
    node: &Node,
    looks_at: ObservationKind,
    schemas: &Schemas,
    found: &mut Vec<Diagnostic>,
) -> Option<Check> {
    let requirement = node
        .member("requirement")
        .map(|clause| Template::read(source, clause, found));
    let demand = if let Some(readings) = node.member("readings") {
        let readings = readings
            .items()
            .iter()
            .filter_map(|node| read_reading(source, node, looks_at, schemas, found));
        Demand::Readings(readings.collect())
    } else if node.member("snapshot").is_some() {
        Demand::Snapshot(snapshot::read(source, node, found)?)
    } else {
        Demand::One(read_condition(source, node, looks_at, schemas, found)?)
    };
    Some(Check {
        requirement,
        demand,
        place: source.place(node.span.clone()),
    })
}

fn read_reading(
    source: &Source,
    node: &Node,
    looks_at: ObservationKind,
    schemas: &Schemas,
    found: &mut Vec<Diagnostic>,
) -> Option<DemandedReading> {
    let all = match node.member("all") {
        Some(all) => all
            .items()
            .iter()
            .filter_map(|node| read_condition(source, node, looks_at, schemas, found))
            .collect(),
        None if KINDS.iter().any(|kind| node.member(kind.key).is_some()) => {
            vec![read_condition(source, node, looks_at, schemas, found)?]
        }
        None => Vec::new(),
    };
    Some(DemandedReading {
        name: node.member("reading")?.as_str()?.to_owned(),
        all,
        place: source.place(node.span.clone()),
    })
}

fn read_condition(
    source: &Source,
    node: &Node,
    looks_at: ObservationKind,
    schemas: &Schemas,
    found: &mut Vec<Diagnostic>,
) -> Option<Condition> {
    let kind = KINDS.iter().find(|kind| node.member(kind.key).is_some())?;
    let subject = match (node.member("value"), node.member("at")) {
        (Some(value), None) => Subject::Value(Template::read(source, value, found)),
        (None, at) => Subject::At(at.and_then(Node::as_str).unwrap_or_default().to_owned()),
        (Some(value), Some(_)) => {
            let place = source.place(value.span.clone());
            found.push(Diagnostic::at(
                place,
                "both `at` and `value`",
                "a check has one subject",
            ));
            return None;
        }
    };
    let on_value = matches!(subject, Subject::Value(_)) && kind.sees.contains(&ObservationKind::Message);
    if !on_value && !kind.sees.contains(&looks_at) {
        found.push(Diagnostic::at(
            source.place(node.span.clone()),
            format!("`{}` can't be asked here", kind.key),
            format!("this step shows {}", looks_at.describe()),
        ));
        return None;
    }
    let written = node.members().iter();
    let written = written.filter(|member| !matches!(member.key.as_str(), "requirement" | "reading"));
    let mut reader = CheckReader {
        source,
        node,
        schemas,
        found,
    };
    Some(Condition {
        kind,
        subject,
        expectation: (kind.read)(&mut reader)?,
        written: written.cloned().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn the_first_reading_that_holds_is_the_one() {
        let check = r#"{"readings": [
            {"reading": "echo", "all": [{"at": "/a", "present": true}, {"at": "/a", "equals": 1}]},
            {"reading": "none", "at": "/a", "blank": true}
        ]}"#;
        assert_eq!(of_text(check, r#"{"a":1}"#), "reading echo");
        assert_eq!(of_text(check, "{}"), "reading none");
        assert_eq!(
            of_text(check, r#"{"a":2}"#),
            "fails at /a: expected 1 (echo); seen 2 | fails at /a: expected absent or null (none); seen 2"
        );
        assert_eq!(of_text(r#"{"readings": [{"reading": "rest"}]}"#, "x"), "reading rest");
    }

    #[test]
    fn a_check_has_one_subject() {
        assert_eq!(
            of_values(r#"{"at": "/a", "value": 1, "equals": 1}"#),
            "mistake: both `at` and `value`: a check has one subject"
        );
    }
}
