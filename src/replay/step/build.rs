//! `build`: binds names to long or odd texts, made of pieces.

use crate::{
    plan::Instance,
    replay::{carried::Carried, context::Context, scope::view, state::Start},
    suite::case::Build,
    syntax::json::Node,
    syntax::template::Unbound,
    transcript::StepOutcome,
};

/// Binds what can be bound; says of the last that can't.
pub fn start(context: &Context, carried: &mut Carried, instance: &Instance, act: &Build) -> Result<Start, Unbound> {
    let mut built = Ok(());
    for (name, bytes) in &act.bindings {
        let value = bytes.resolve(&view(context, carried, &instance.locals));
        match value {
            Ok(bytes) => {
                let text = String::from_utf8(bytes)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
                carried.bind(name, Node::text(text));
            }
            Err(unbound) => built = Err(unbound),
        }
    }
    built.map(|()| Start::Finished(StepOutcome::Done))
}
