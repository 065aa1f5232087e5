//! Messages out of frames (RFC 6455 §5): what was heard, or which rule was broken. It must never do input or output.

use wire::frame::{Decoder, Frame, Opcode, TooLong, split_close};

/// What arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    Binary(Vec<u8>),
    /// `amid` the fragments of a message, or between messages.
    Ping {
        payload: Vec<u8>,
        amid: bool,
    },
    Pong(Vec<u8>),
    Close(Vec<u8>),
    ProtocolError(ProtocolError),
}

/// A rule of RFC 6455 that the client's frames break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// A client must mask (§5.1).
    Unmasked,
    /// No extension was agreed to, so RSV1 to RSV3 are zero (§5.2).
    ReservedBit,
    /// 0x3 to 0x7 and 0xB to 0xF mean nothing yet (§5.2).
    ReservedOpcode,
    /// A length takes the fewest bytes it can, and its highest bit is zero (§5.2).
    Length,
    /// A control frame is whole and has at most 125 bytes (§5.5).
    Control,
    /// A continuation continues something (§5.4).
    Continuation,
    /// A message ends before the next begins (§5.4).
    Interleaved,
    /// A close has no code or a code that may be sent (§5.5.1, §7.4).
    CloseCode,
    /// Text is UTF-8 (§8.1).
    Utf8,
    /// The message is longer than this server takes (§10.4).
    TooLong,
}

impl ProtocolError {
    /// The status code that tells the client (§7.4.1).
    pub const fn status(self) -> u16 {
        match self {
            Self::Utf8 => 1007,
            Self::TooLong => 1009,
            _ => 1002,
        }
    }
}

/// Whether a protocol error is passed over.
pub type Tolerance<'a> = &'a dyn Fn(ProtocolError) -> bool;

/// What was fed and is not yet heard.
pub struct Inbox {
    decoder: Decoder,
    /// The kind and the bytes so far of a fragmented message.
    partial: Option<(Opcode, Vec<u8>)>,
    bound: usize,
    /// Whether fragments are joined. Otherwise each is taken for a message of its own.
    joins: bool,
}

impl Inbox {
    /// An inbox for messages of at most `bound` bytes.
    pub fn new(bound: usize, joins: bool) -> Self {
        Self {
            joins,
            decoder: Decoder::new(bound),
            partial: None,
            bound,
        }
    }

    /// Adds bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.decoder.feed(bytes);
    }

    /// Whether a message has begun and not ended.
    pub fn is_amid(&self) -> bool {
        self.partial.is_some()
    }

    /// What was heard next. After a protocol error that is not tolerated the rest can't be trusted.
    pub fn hear(&mut self, tolerates: Tolerance<'_>) -> Option<Heard> {
        loop {
            // A frame is refused from its first two bytes: one that lies about its length may never be whole.
            let error = head_error(self.decoder.rest());
            if let Some(error) = error.filter(|error| !tolerates(*error)) {
                return Some(Heard::ProtocolError(error));
            }
            let frame = match self.decoder.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => {
                    if self.decoder.pending() == 0 {
                        // An idle connection holds no buffer: there may be thousands.
                        self.decoder = Decoder::new(self.bound);
                    }
                    return None;
                }
                Err(TooLong { declared, .. }) => {
                    let error = if declared >> 63 == 0 {
                        ProtocolError::TooLong
                    } else {
                        ProtocolError::Length
                    };
                    return Some(Heard::ProtocolError(error));
                }
            };
            if !frame.minimal_length && !tolerates(ProtocolError::Length) {
                return Some(Heard::ProtocolError(ProtocolError::Length));
            }
            if let Some(heard) = self.take(frame, tolerates) {
                return Some(heard);
            }
        }
    }

    fn take(&mut self, frame: Frame, tolerates: Tolerance<'_>) -> Option<Heard> {
        match frame.opcode {
            Opcode::Ping => Some(Heard::Ping {
                payload: frame.payload,
                amid: self.partial.is_some(),
            }),
            Opcode::Pong => Some(Heard::Pong(frame.payload)),
            Opcode::Close => Some(close(frame.payload, tolerates)),
            // Only reached if it is tolerated: then it is nothing.
            Opcode::Reserved(_) => None,
            Opcode::Continuation if !self.joins => Some(message(Opcode::Text, frame.payload, tolerates)),
            kind if !self.joins => Some(message(kind, frame.payload, tolerates)),
            Opcode::Continuation => match self.partial.take() {
                Some((kind, bytes)) => self.grow(kind, bytes, &frame, tolerates),
                None if tolerates(ProtocolError::Continuation) => None,
                None => Some(Heard::ProtocolError(ProtocolError::Continuation)),
            },
            kind => match self.partial.take() {
                Some(_) if !tolerates(ProtocolError::Interleaved) => {
                    Some(Heard::ProtocolError(ProtocolError::Interleaved))
                }
                _ if frame.fin => Some(message(kind, frame.payload, tolerates)),
                _ => self.grow(kind, Vec::new(), &frame, tolerates),
            },
        }
    }

    fn grow(&mut self, kind: Opcode, mut bytes: Vec<u8>, frame: &Frame, tolerates: Tolerance<'_>) -> Option<Heard> {
        if bytes.len() + frame.payload.len() > self.bound {
            return Some(Heard::ProtocolError(ProtocolError::TooLong));
        }
        bytes.extend_from_slice(&frame.payload);
        if frame.fin {
            return Some(message(kind, bytes, tolerates));
        }
        self.partial = Some((kind, bytes));
        None
    }
}

/// What the first two bytes of a frame already give away.
fn head_error(head: &[u8]) -> Option<ProtocolError> {
    let [first, second, ..] = head else {
        return None;
    };
    let opcode = Opcode::from_bits(*first);
    let (whole, short) = (first & 0x80 != 0, second & 0x7f <= 125);
    match opcode {
        _ if first & 0x70 != 0 => Some(ProtocolError::ReservedBit),
        Opcode::Reserved(_) => Some(ProtocolError::ReservedOpcode),
        _ if second & 0x80 == 0 => Some(ProtocolError::Unmasked),
        _ if opcode.is_control() && !(whole && short) => Some(ProtocolError::Control),
        _ => None,
    }
}

fn message(kind: Opcode, bytes: Vec<u8>, tolerates: Tolerance<'_>) -> Heard {
    if kind == Opcode::Binary {
        return Heard::Binary(bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Heard::Text(text),
        Err(error) if tolerates(ProtocolError::Utf8) => {
            Heard::Text(String::from_utf8_lossy(error.as_bytes()).into_owned())
        }
        Err(_) => Heard::ProtocolError(ProtocolError::Utf8),
    }
}

fn close(payload: Vec<u8>, tolerates: Tolerance<'_>) -> Heard {
    let error = match split_close(&payload) {
        (None, []) => None,
        // 1004, 1005, 1006 and 1015 are never sent, 1016 to 2999 are not given out (§7.4.2).
        (Some(1000..=1003 | 1007..=1014 | 3000..=4999), reason) => {
            std::str::from_utf8(reason).is_err().then_some(ProtocolError::Utf8)
        }
        _ => Some(ProtocolError::CloseCode),
    };
    match error.filter(|error| !tolerates(*error)) {
        Some(error) => Heard::ProtocolError(error),
        None => Heard::Close(payload),
    }
}
