//! What becomes of an event: it is written down, and waits for the step that it concerns.

use super::{
    connection::HandshakeState,
    context::Context,
    io::{ConnectionId, Event},
    sending::write_frames,
};
use crate::transcript::WireEvent;
use wire::{
    event::Received,
    frame::{Frame, Opcode},
};

/// The status of an accepted handshake.
const SWITCHING_PROTOCOLS: u16 = 101;

/// Takes in what happened.
pub fn take(context: &mut Context, event: Event) {
    if let Some(connection) = concerns(&event)
        && !context.connections.is_heard(connection)
    {
        // What a dropped connection still has to say belongs to nobody.
        return;
    }
    match event {
        Event::Opened { connection, response } => {
            context.clock.note_date(&response);
            let accepted = response.status == SWITCHING_PROTOCOLS;
            let name = context.connections[connection].name.clone();
            let entry = context.record(WireEvent::Opened {
                connection: name,
                response,
            });
            context.connections[connection].handshake = if accepted {
                HandshakeState::Accepted(entry)
            } else {
                HandshakeState::Declined(entry)
            };
        }
        Event::OpenFailed { connection, failure } => {
            let known = &mut context.connections[connection];
            known.handshake = HandshakeState::Failed(failure.clone());
            let connection = known.name.clone();
            context.record(WireEvent::OpenFailed { connection, failure });
        }
        Event::Received { connection, received } => receive(context, connection, received),
        Event::Ended { connection, ended } => {
            let known = &mut context.connections[connection];
            known.ended = Some(ended.clone());
            let connection = known.name.clone();
            context.record(WireEvent::Ended { connection, ended });
        }
        Event::Responded { exchange, response } => {
            context.clock.note_date(&response);
            context.exchanges.arrive(exchange, Ok(response));
        }
        Event::ExchangeFailed { exchange, failure } => context.exchanges.arrive(exchange, Err(failure)),
        Event::Hooked { hook, outcome } => context.hooks.arrive(hook, outcome),
    }
}

/// The connection that an event is about.
fn concerns(event: &Event) -> Option<ConnectionId> {
    match event {
        Event::Opened { connection, .. }
        | Event::OpenFailed { connection, .. }
        | Event::Received { connection, .. }
        | Event::Ended { connection, .. } => Some(*connection),
        Event::Responded { .. } | Event::ExchangeFailed { .. } | Event::Hooked { .. } => None,
    }
}

fn receive(context: &mut Context, connection: ConnectionId, received: Received) {
    let name = context.connections[connection].name.clone();
    let entry = context.record(WireEvent::Received {
        connection: name,
        received: received.clone(),
    });
    let known = &mut context.connections[connection];
    if known.frame_mode {
        // In message mode the hands do this by themselves (RFC 6455 §5.5.1, §5.5.2).
        if received.opcode == Opcode::Ping {
            write_frames(
                context,
                connection,
                &[Frame::new(Opcode::Pong, received.payload.clone())],
            );
        } else if received.opcode == Opcode::Close && !known.close_sent {
            known.close_sent = true;
            write_frames(
                context,
                connection,
                &[Frame::new(Opcode::Close, received.payload.clone())],
            );
        }
    }
    context.connections[connection].arrive(entry, received);
}
