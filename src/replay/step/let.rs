//! `let`: binds names to values.

use crate::{
    plan::Instance,
    replay::{carried::Carried, context::Context, scope::view, state::Start},
    suite::case::Let,
    syntax::template::Unbound,
    transcript::StepOutcome,
};

/// Binds one after the other, so that a value may use the names before it.
pub fn start(context: &Context, carried: &mut Carried, instance: &Instance, act: &Let) -> Result<Start, Unbound> {
    for (name, template) in &act.bindings {
        let value = template.resolve(&view(context, carried, &instance.locals))?;
        carried.bind(name, value);
    }
    Ok(Start::Finished(StepOutcome::Done))
}
