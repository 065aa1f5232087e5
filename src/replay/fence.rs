//! The fence that cuts silence short: a cheap exchange of the suite whose answer proves that nothing else was on its way.

use super::{
    carried::Carried,
    connection::SentFence,
    context::Context,
    io::{Action, ConnectionId, Write},
    scope::view,
    sending::write_frames,
};
use crate::{
    suite::manifest::FenceMessage,
    syntax::{json::Node, selector::Message},
    transcript::WireEvent,
};
use wire::frame::{Frame, Opcode};

/// Sends the suite's fence; `None` if it has none or the connection is not open.
pub fn send(context: &mut Context, carried: &Carried, connection: ConnectionId) -> Option<SentFence> {
    let suite = context.plan.suite.clone();
    let fence = suite.manifest.fence.as_ref();
    let fence = fence.filter(|_| context.connections[connection].is_open())?;
    let token = Node::text(context.chance.unique());
    let from = context.connections[connection].inbox.len();
    let payload = bytes::Bytes::from({
        let scope = view(context, carried, &[]).with("fence", token.clone());
        match &fence.send {
            FenceMessage::Json(template) => template.resolve(&scope).ok()?.to_string().into_bytes(),
            FenceMessage::Text(text) => text.resolve(&scope).ok()?,
        }
    });
    let name = context.connections[connection].name.clone();
    context.record(WireEvent::Sent {
        connection: name,
        kind: "fence".into(),
        bytes: payload.clone(),
    });
    if context.connections[connection].frame_mode {
        write_frames(context, connection, &[Frame::new(Opcode::Text, payload)]);
    } else {
        let write = Write::Message(Opcode::Text, payload);
        context.actions.push_back(Action::Write { connection, write });
    }
    let fence = SentFence {
        from,
        looked: from,
        token,
    };
    context.connections[connection].fence = Some(fence.clone());
    Some(fence)
}

/// The place in the inbox of a fence's answer.
pub fn answer(context: &Context, carried: &Carried, connection: ConnectionId, fence: &mut SentFence) -> Option<usize> {
    let matching = &context.plan.suite.manifest.fence.as_ref()?.matching;
    let scope = view(context, carried, &[]).with("fence", fence.token.clone());
    let inbox = &context.connections[connection].inbox;
    let answer = inbox
        .waiting(fence.looked)
        .find(|(_, item)| matching.meets(&item.message, &scope))
        .map(|(at, _)| at);
    fence.looked = answer.unwrap_or(inbox.len());
    answer
}

/// Whether the message at a place answers the latest fence of its connection. A further answer to a fence is the harness's own
/// doing; the cases about that exchange judge it.
pub fn is_answer(
    context: &Context,
    carried: &Carried,
    connection: ConnectionId,
    (at, message): (usize, &Message),
) -> bool {
    let known = &context.connections[connection];
    let fence = context.plan.suite.manifest.fence.as_ref();
    known.fence.as_ref().zip(fence).is_some_and(|(sent, fence)| {
        let scope = view(context, carried, &[]).with("fence", sent.token.clone());
        at >= sent.from && fence.matching.meets(message, &scope)
    })
}

/// Takes the message at a place as a fence's answer.
pub fn take_answer(context: &mut Context, connection: ConnectionId, at: usize) {
    let entry = context.connections[connection].inbox.take(at).entry;
    context.record(WireEvent::Fenced(entry));
}
