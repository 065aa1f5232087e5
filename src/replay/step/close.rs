//! `close`: closes the connection, with a close frame or without, and waits for its end.

use super::closed::AwaitingEnd;
use crate::{
    replay::{
        context::Context,
        io::{Action, Write},
        sending::write_frames,
        state::{Start, not_open},
    },
    suite::case::Close,
    transcript::{StepOutcome, WireEvent},
};
use wire::frame::{Frame, Opcode, close_payload};

/// Sends the close frame if that is still possible.
pub fn start(context: &mut Context, close: &Close) -> Start {
    let Some(connection) = context.connections.accepted(&close.connection) else {
        return Start::Failed(not_open(&close.connection));
    };
    if close.abrupt {
        context.connections[connection].dropped = true;
        context.actions.push_back(Action::Drop { connection });
        return Start::Finished(StepOutcome::Done);
    }
    if context.connections[connection].is_open() {
        let payload = close
            .code
            .map(|code| bytes::Bytes::from(close_payload(code, &close.reason)))
            .unwrap_or_default();
        context.connections[connection].close_sent = true;
        context.record(WireEvent::Sent {
            connection: close.connection.clone(),
            kind: "close".into(),
            bytes: payload.clone(),
        });
        if context.connections[connection].frame_mode {
            write_frames(context, connection, &[Frame::new(Opcode::Close, payload)]);
        } else {
            let write = Write::Message(Opcode::Close, payload);
            context.actions.push_back(Action::Write { connection, write });
        }
    }
    Start::waiting(AwaitingEnd {
        connection,
        until: context.after(context.plan.target.timeouts.end(close.within)),
    })
}
