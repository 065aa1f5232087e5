//! `send`: writes on a connection; what comes from now on may be the reply.

use crate::{
    plan::Instance,
    replay::{
        carried::Carried,
        context::Context,
        sending::write,
        state::{Start, not_open},
    },
    suite::case::Send,
    syntax::template::Unbound,
    transcript::StepOutcome,
};

/// Sends, as often as the case says.
pub fn start(context: &mut Context, carried: &mut Carried, instance: &Instance, send: &Send) -> Result<Start, Unbound> {
    let Some(connection) = context.connections.accepted(&send.connection) else {
        return Ok(Start::Failed(not_open(&send.connection)));
    };
    let known = &mut context.connections[connection];
    carried.set_reply_from(connection, known.inbox.len());
    if known.is_ended_by_server() {
        // What is expected next will not come, and that is judged there.
        known.unsent = true;
        return Ok(Start::Finished(StepOutcome::Done));
    }
    if !known.is_open() {
        return Ok(Start::Failed(not_open(&send.connection)));
    }
    write(context, carried, instance, connection, &send.content, send.times)?;
    Ok(Start::Finished(StepOutcome::Done))
}
