//! What a step sends: messages, frames, bytes. Nothing is written here; who writes it decides how.

use crate::{
    syntax::bytes::{Bytes, pieces_shape},
    syntax::diagnostic::Diagnostic,
    syntax::json::Node,
    syntax::shape::{Field, Shape, list, optional, required},
    syntax::source::Source,
    syntax::template::{Placeholder, Template},
};
use wire::frame::Opcode;

/// Something to send.
#[derive(Clone, Debug)]
pub enum Content {
    /// A JSON text message.
    Json(Template),
    /// A text message.
    Text(Bytes),
    Binary(Bytes),
    /// A text message in several frames.
    Fragments(Vec<Bytes>),
    Ping(Bytes),
    Pong(Bytes),
    /// Frames in one write.
    Frames(Vec<FrameSpec>),
    /// Bytes on the socket.
    Raw(Bytes),
}

/// Any frame.
#[derive(Clone, Debug)]
pub struct FrameSpec {
    pub opcode: Opcode,
    pub payload: Bytes,
    pub fin: bool,
    pub rsv: u8,
    pub mask: bool,
    pub length: Option<u64>,
    pub pause: Vec<usize>,
}

const NAMED: [Opcode; 6] = [
    Opcode::Continuation,
    Opcode::Text,
    Opcode::Binary,
    Opcode::Close,
    Opcode::Ping,
    Opcode::Pong,
];

/// The shape called `frame`.
pub fn frame_shape() -> Shape {
    Shape::Record(vec![
        required(
            "opcode",
            Shape::Either(vec![Shape::Text, Shape::Integer]),
            "a name or 0 to 15",
        ),
        optional("payload", pieces_shape(), "its payload"),
        optional("fin", Shape::Bool, "the FIN bit; true if not said"),
        optional("rsv", Shape::Integer, "the reserved bits, 0 to 7; RSV1 is 4"),
        optional("mask", Shape::Bool, "whether it is masked; true if not said"),
        optional("length", Shape::Integer, "a length to announce instead of the true one"),
        optional("pause", list(Shape::Integer), "byte offsets at which the write is cut"),
    ])
}

impl Content {
    /// The keys of which a step that sends has one.
    pub const KEYS: [&str; 9] = [
        "json",
        "text",
        "binary",
        "fragments",
        "ping",
        "pong",
        "frame",
        "frames",
        "bytes",
    ];

    /// These keys and their shapes.
    pub fn fields() -> Vec<Field> {
        vec![
            optional("json", Shape::Any, "a JSON text message"),
            optional("text", pieces_shape(), "a text message"),
            optional("binary", pieces_shape(), "a binary message"),
            optional("fragments", list(pieces_shape()), "a text message in several frames"),
            optional("ping", pieces_shape(), "a ping frame"),
            optional("pong", pieces_shape(), "a pong frame"),
            optional("frame", Shape::Named("frame"), "any frame"),
            optional("frames", list(Shape::Named("frame")), "frames written in one go"),
            optional("bytes", pieces_shape(), "raw bytes"),
        ]
    }

    /// Reads the content of a `send`, `probe` or `fence`; `None` (and a diagnostic) if there is none or more than one.
    pub fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let present: Vec<&str> = Self::KEYS
            .into_iter()
            .filter(|key| node.member(key).is_some())
            .collect();
        let [key] = present[..] else {
            let place = source.place(node.span.clone());
            let all = Self::KEYS.map(|key| format!("`{key}`")).join(", ");
            found.push(Diagnostic::at(
                place,
                "exactly one thing can be sent",
                format!("needs one of {all}"),
            ));
            return None;
        };
        let value = node.member(key)?;
        Some(match key {
            "json" => Self::Json(Template::read(source, value, found)),
            "text" => Self::Text(Bytes::read(source, value, found)?),
            "binary" => Self::Binary(Bytes::read(source, value, found)?),
            "ping" => Self::Ping(Bytes::read(source, value, found)?),
            "pong" => Self::Pong(Bytes::read(source, value, found)?),
            "bytes" => Self::Raw(Bytes::read(source, value, found)?),
            "fragments" => Self::Fragments(
                value
                    .items()
                    .iter()
                    .filter_map(|part| Bytes::read(source, part, found))
                    .collect(),
            ),
            "frame" => Self::Frames(FrameSpec::read(source, value, found).into_iter().collect()),
            _ => Self::Frames(
                value
                    .items()
                    .iter()
                    .filter_map(|frame| FrameSpec::read(source, frame, found))
                    .collect(),
            ),
        })
    }

    /// Whether it can't be sent in message mode.
    pub fn is_raw(&self) -> bool {
        matches!(self, Self::Fragments(_) | Self::Frames(_) | Self::Raw(_))
    }

    /// Whether it is a ping or a pong.
    pub fn is_control(&self) -> bool {
        matches!(self, Self::Ping(_) | Self::Pong(_))
    }

    /// How many bytes it makes at the least: see [`Bytes::least`].
    pub fn least(&self) -> usize {
        match self {
            Self::Json(_) => 0,
            Self::Text(bytes) | Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) | Self::Raw(bytes) => {
                bytes.least()
            }
            Self::Fragments(parts) => parts.iter().map(Bytes::least).sum(),
            Self::Frames(frames) => frames.iter().map(|frame| frame.payload.least()).sum(),
        }
    }

    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        match self {
            Self::Json(template) => template.placeholders(visit),
            Self::Text(bytes) | Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) | Self::Raw(bytes) => {
                bytes.placeholders(visit);
            }
            Self::Fragments(parts) => parts.iter().for_each(|part| part.placeholders(visit)),
            Self::Frames(frames) => frames.iter().for_each(|frame| frame.payload.placeholders(visit)),
        }
    }
}

impl FrameSpec {
    fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let named = node.member("opcode")?;
        let number = named
            .as_integer()
            .and_then(|bits| u8::try_from(bits).ok())
            .filter(|bits| *bits < 16);
        let name = NAMED.into_iter().find(|opcode| Some(opcode.name()) == named.as_str());
        let Some(opcode) = name.or(number.map(Opcode::from_bits)) else {
            let place = source.place(named.span.clone());
            let all = NAMED.map(|opcode| format!("`{}`", opcode.name())).join(", ");
            found.push(Diagnostic::at(
                place,
                "no opcode",
                format!("expected 0 to 15 or one of {all}"),
            ));
            return None;
        };
        let flag = |key, default| node.member(key).and_then(Node::as_bool).unwrap_or(default);
        let pause = node.member("pause").map(Node::items).unwrap_or_default().iter();
        let payload = match node.member("payload") {
            Some(payload) => Bytes::read(source, payload, found)?,
            None => Bytes::Hex(Vec::new()),
        };
        Some(Self {
            opcode,
            payload,
            fin: flag("fin", true),
            rsv: node
                .member("rsv")
                .and_then(Node::as_integer)
                .map_or(0, |bits| (bits & 7) as u8),
            mask: flag("mask", true),
            length: node
                .member("length")
                .and_then(Node::as_integer)
                .and_then(|length| u64::try_from(length).ok()),
            pause: pause
                .filter_map(Node::as_integer)
                .filter_map(|at| usize::try_from(at).ok())
                .collect(),
        })
    }
}
