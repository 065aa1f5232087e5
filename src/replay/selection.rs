//! Which messages count: the choice among what arrived. Choosing is not judging.

use super::context::Context;
use crate::{
    syntax::selector::{Message, Selector},
    syntax::template::Scope,
};

/// Whether a message is the one that a selector means; without one, any data message that is not passed over.
pub fn is_meant(context: &Context, message: &Message, selector: Option<&Selector>, scope: &dyn Scope) -> bool {
    let ignore = context.plan.suite.manifest.ignore.as_ref();
    let asked = |ignore: &&Selector| !selector.is_some_and(|selector| selector.mentions(ignore));
    let control = message.received.opcode.is_control();
    if control && !selector.is_some_and(Selector::wants_control) {
        return false;
    }
    if ignore.filter(asked).is_some_and(|ignore| ignore.meets(message, scope)) {
        return false;
    }
    selector.is_none_or(|selector| selector.meets(message, scope))
}
