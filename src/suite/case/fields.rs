//! Keys that several acts have, each said once.

use crate::syntax::shape::{Field, Shape, list, map, one_of, optional, required};

/// The shape of a list of steps.
pub fn steps() -> Shape {
    list(Shape::Named("step"))
}

pub fn requirement() -> Field {
    optional("requirement", Shape::Text, "the clause that this step judges")
}

pub fn checks() -> Field {
    optional("checks", list(Shape::Named("check")), "what must hold of it")
}

pub fn within(text: &str) -> Field {
    optional("within", Shape::Duration, text)
}

pub fn capture() -> Field {
    let secret = Shape::Record(vec![
        required("at", Shape::Pointer, "the place"),
        optional("secret", Shape::Bool, "hide the value everywhere"),
    ]);
    optional(
        "capture",
        map(Shape::Either(vec![Shape::Pointer, secret])),
        "names for values of the message",
    )
}

pub fn or() -> Field {
    let words = ["silence", "closed"];
    optional(
        "or",
        Shape::Either(vec![one_of(&words), list(one_of(&words))]),
        "what else is as good as a message",
    )
}
