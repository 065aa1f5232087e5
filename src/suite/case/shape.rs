//! The shape of a case file, made of the table of acts.

use std::sync::LazyLock;

use super::{
    acts::{ACTS, ActKind},
    common, content, fields, trigger,
};
use crate::{
    check,
    syntax::bytes,
    syntax::effects::EFFECTS,
    syntax::selector,
    syntax::shape::{Shape, Shapes, bilingual, list, map, one_of, optional, required},
};

/// The shape of a case file.
pub fn shapes() -> &'static Shapes {
    static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes {
        title: "A conformist case file",
        root: Shape::Record(vec![
            optional("$schema", Shape::Text, "this schema, for editors"),
            required("title", bilingual(), "one sentence"),
            optional("about", Shape::Text, "why the case is as it is"),
            optional("tags", list(Shape::Text), "words to select by"),
            optional(
                "effects",
                one_of(&EFFECTS.map(|(name, _)| name)),
                "what it does to the target",
            ),
            optional("each", map(map(Shape::Any)), "tables of rows of values"),
            optional(
                "given",
                fields::steps(),
                "preconditions: if one fails the row is not assessed",
            ),
            required("steps", fields::steps(), "what to do and what to expect"),
            optional(
                "survives",
                Shape::Text,
                "the clause that a server violates which does not survive the case",
            ),
            optional(
                "unsolicited",
                Shape::Named("selector"),
                "messages that may be left over; the manifest's if not said",
            ),
            optional("deadline", Shape::Duration, "the most that a row may take"),
        ]),
        definitions: step_shapes(),
    });
    &SHAPES
}

/// The shapes that steps are made of.
pub fn step_shapes() -> Vec<(&'static str, Shape)> {
    let acts = ACTS.iter().map(ActKind::variant).chain([common::variant()]).collect();
    let mut all = vec![
        ("step", Shape::Tagged(acts)),
        ("frame", content::frame_shape()),
        ("reply", trigger::reply_shape()),
        selector::shape(),
    ];
    all.extend(check::shapes());
    all.extend(bytes::shapes());
    all
}
