//! Captures: values of a message that later steps use, and that may be secrets.

use super::{carried::Carried, context::Context};
use crate::{suite::case::Capture, syntax::json::parse};

/// Binds what a step captures from a message's text. A text that is no JSON, or has no such place, binds nothing: the
/// steps that use the name say so.
pub fn capture(context: &mut Context, carried: &mut Carried, captures: &[Capture], text: Option<&str>) {
    if captures.is_empty() {
        return;
    }
    let Some(message) = text.and_then(|text| parse(text).ok()) else {
        return;
    };
    for capture in captures {
        if let Some(value) = message.pointer(&capture.at) {
            if let (true, Some(secret)) = (capture.secret, value.as_str()) {
                context.witness.hide_captured(&capture.name, secret);
            }
            carried.bind(&capture.name, value.clone());
        }
    }
}
