//! What is written on a connection: messages in message mode, frames and bytes in frame mode.

use super::{
    carried::Carried,
    context::Context,
    io::{Action, ConnectionId, Write},
    scope::view,
};
use crate::{
    plan::Instance,
    suite::case::{Content, FrameSpec},
    syntax::bytes::Bytes,
    syntax::template::Unbound,
    transcript::WireEvent,
};
use wire::frame::{Frame, Opcode};

/// Content whose names have become values.
struct Resolved {
    /// As the transcript calls it.
    kind: &'static str,
    /// As the transcript shows it.
    shown: bytes::Bytes,
    form: WireForm,
    /// The payloads of the ping frames in it.
    pings: Vec<bytes::Bytes>,
}

/// How content is put on the wire.
#[derive(Clone)]
enum WireForm {
    /// What the transcript shows, as one message or control frame.
    Message(Opcode),
    /// Well-formed frames, masked anew each time they are sent.
    Frames(Vec<Frame>),
    /// The bytes that the transcript shows, in pieces that end at `cuts`.
    Bytes { cuts: Vec<usize> },
}

/// Writes a step's content on an open connection, `times` times.
pub fn write(
    context: &mut Context,
    carried: &Carried,
    instance: &Instance,
    connection: ConnectionId,
    content: &Content,
    times: usize,
) -> Result<(), Unbound> {
    let resolved = resolve(context, carried, instance, content)?;
    send(context, connection, resolved, times);
    Ok(())
}

/// Writes a text message on an open connection.
pub fn write_text(context: &mut Context, connection: ConnectionId, text: String) {
    let resolved = whole("text", Opcode::Text, text.into_bytes());
    send(context, connection, resolved, 1);
}

/// Writes well-formed frames on a connection in frame mode.
pub fn write_frames(context: &mut Context, connection: ConnectionId, frames: &[Frame]) {
    let mut bytes = Vec::new();
    for frame in frames {
        let masked = Frame {
            mask: Some(context.chance.mask()),
            ..frame.clone()
        };
        bytes.extend(masked.encode(None));
    }
    let write = Write::Bytes {
        bytes: bytes.into(),
        cuts: Vec::new(),
    };
    context.actions.push_back(Action::Write { connection, write });
}

fn resolve(context: &Context, carried: &Carried, instance: &Instance, content: &Content) -> Result<Resolved, Unbound> {
    let scope = view(context, carried, &instance.locals);
    let bytes = |bytes: &Bytes| bytes.resolve(&scope);
    Ok(match content {
        Content::Json(template) => whole("text", Opcode::Text, template.resolve(&scope)?.to_string().into_bytes()),
        Content::Text(text) => whole("text", Opcode::Text, bytes(text)?),
        Content::Binary(data) => whole("binary", Opcode::Binary, bytes(data)?),
        Content::Ping(data) => whole("ping", Opcode::Ping, bytes(data)?),
        Content::Pong(data) => whole("pong", Opcode::Pong, bytes(data)?),
        Content::Fragments(parts) => {
            let mut frames = Vec::new();
            for (i, part) in parts.iter().enumerate() {
                let opcode = if i == 0 { Opcode::Text } else { Opcode::Continuation };
                frames.push(Frame {
                    fin: i + 1 == parts.len(),
                    ..Frame::new(opcode, bytes(part)?)
                });
            }
            Resolved {
                kind: "fragments",
                shown: frames.iter().flat_map(|frame| frame.payload.clone()).collect(),
                form: WireForm::Frames(frames),
                pings: Vec::new(),
            }
        }
        Content::Frames(specs) => {
            let (mut out, mut cuts, mut pings) = (Vec::new(), Vec::new(), Vec::new());
            for spec in specs {
                let frame = frame(context, spec, bytes(&spec.payload)?);
                pings.extend((frame.opcode == Opcode::Ping).then(|| frame.payload.clone().into()));
                cuts.extend(spec.pause.iter().map(|at| out.len() + at));
                out.extend(frame.encode(spec.length));
            }
            Resolved {
                pings,
                ..as_bytes("frames", out, cuts)
            }
        }
        Content::Raw(data) => as_bytes("bytes", bytes(data)?, Vec::new()),
    })
}

fn whole(kind: &'static str, opcode: Opcode, payload: Vec<u8>) -> Resolved {
    let shown = bytes::Bytes::from(payload);
    Resolved {
        kind,
        pings: (opcode == Opcode::Ping).then(|| shown.clone()).into_iter().collect(),
        shown,
        form: WireForm::Message(opcode),
    }
}

fn as_bytes(kind: &'static str, bytes: Vec<u8>, cuts: Vec<usize>) -> Resolved {
    Resolved {
        kind,
        shown: bytes.into(),
        form: WireForm::Bytes { cuts },
        pings: Vec::new(),
    }
}

fn frame(context: &Context, spec: &FrameSpec, payload: Vec<u8>) -> Frame {
    Frame {
        fin: spec.fin,
        rsv: spec.rsv,
        mask: spec.mask.then(|| context.chance.mask()),
        ..Frame::new(spec.opcode, payload)
    }
}

fn send(context: &mut Context, connection: ConnectionId, resolved: Resolved, times: usize) {
    let Resolved {
        kind,
        shown,
        form,
        pings,
    } = resolved;
    let known = &mut context.connections[connection];
    known.pings.extend(pings);
    if !matches!(form, WireForm::Message(opcode) if opcode.is_control()) {
        known.unanswered = known.unanswered.saturating_add(times);
    }
    let name = context.connections[connection].name.clone();
    context.record(WireEvent::Sent {
        connection: name,
        kind: if times > 1 {
            format!("{kind} ×{times}")
        } else {
            kind.to_owned()
        },
        bytes: shown.clone(),
    });
    for _ in 0..times {
        put(context, connection, &shown, form.clone());
    }
}

fn put(context: &mut Context, connection: ConnectionId, shown: &bytes::Bytes, form: WireForm) {
    let frame_mode = context.connections[connection].frame_mode;
    let mut act = |write| context.actions.push_back(Action::Write { connection, write });
    match form {
        WireForm::Message(opcode) if frame_mode => {
            write_frames(context, connection, &[Frame::new(opcode, shown.clone())]);
        }
        WireForm::Message(opcode) => act(Write::Message(opcode, shown.clone())),
        WireForm::Bytes { cuts } => act(Write::Bytes {
            bytes: shown.clone(),
            cuts,
        }),
        // A message in fragments can only be sent in frame mode.
        WireForm::Frames(frames) => write_frames(context, connection, &frames),
    }
}
