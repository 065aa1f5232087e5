//! WebSocket frames (RFC 6455 §5.2): written exactly as asked, read with every bit kept.
//!
//! The reader refuses nothing but a frame over its bound: a reserved bit, an unknown opcode, a wrong mask or an over-long
//! length is something to report, so it is handed on, not rejected.

use serde::{Deserialize, Serialize};

/// The kind of a frame, by its four-bit opcode (RFC 6455 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
    /// 0x3 to 0x7 and 0xB to 0xF: reserved for further frames.
    Reserved(u8),
}

impl Opcode {
    /// The opcode for the low four bits of `value`.
    pub const fn from_bits(value: u8) -> Self {
        match value & 0x0f {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            other => Self::Reserved(other),
        }
    }

    /// The four bits on the wire.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
            Self::Reserved(bits) => bits & 0x0f,
        }
    }

    /// Whether this is a control frame (RFC 6455 §5.5), reserved ones included.
    pub const fn is_control(self) -> bool {
        self.bits() & 0x8 != 0
    }

    /// The name used in case files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continuation => "continuation",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Reserved(_) => "reserved",
        }
    }
}

/// One frame, as it was or will be on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub fin: bool,
    /// RSV1, RSV2 and RSV3 in the low three bits, RSV1 highest.
    pub rsv: u8,
    pub opcode: Opcode,
    /// The masking key if the frame is masked; the payload here is always unmasked.
    pub mask: Option<[u8; 4]>,
    pub payload: Vec<u8>,
    /// Whether the length used the shortest of its three encodings (RFC 6455 §5.2).
    pub minimal_length: bool,
}

impl Frame {
    /// An unmasked, final frame.
    pub fn new(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            fin: true,
            rsv: 0,
            opcode,
            mask: None,
            payload: payload.into(),
            minimal_length: true,
        }
    }

    /// A close frame with a status code and reason (RFC 6455 §5.5.1).
    pub fn close(code: u16, reason: &str) -> Self {
        Self::new(Opcode::Close, close_payload(code, reason))
    }

    /// The frame's bytes. `declared` overrides the length that the header announces, for frames that lie.
    pub fn encode(&self, declared: Option<u64>) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.payload.len() + 14);
        out.push((u8::from(self.fin) << 7) | ((self.rsv & 0x7) << 4) | self.opcode.bits());
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        let length = declared.unwrap_or(self.payload.len() as u64);
        match (length, self.minimal_length) {
            (0..=125, true) => out.push(masked | length as u8),
            (126..=0xffff, true) => {
                out.push(masked | 126);
                out.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                out.push(masked | 127);
                out.extend_from_slice(&length.to_be_bytes());
            }
        }
        let start = match self.mask {
            Some(key) => {
                out.extend_from_slice(&key);
                out.len()
            }
            None => out.len(),
        };
        out.extend_from_slice(&self.payload);
        if let Some(key) = self.mask {
            apply_mask(&mut out[start..], key);
        }
        out
    }
}

/// XORs `bytes` with `key` (RFC 6455 §5.3); applying it twice gives the original back.
pub fn apply_mask(bytes: &mut [u8], key: [u8; 4]) {
    for (byte, key) in bytes.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

/// A close frame's payload: the code in network order, then the reason.
pub fn close_payload(code: u16, reason: &str) -> Vec<u8> {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_bytes());
    payload
}

/// The code and the reason's bytes of a close payload; `None` if it has no code (RFC 6455 §7.1.5, status 1005).
pub fn split_close(payload: &[u8]) -> (Option<u16>, &[u8]) {
    match payload {
        [high, low, reason @ ..] => (Some(u16::from_be_bytes([*high, *low])), reason),
        other => (None, other),
    }
}

/// A frame announced more payload than the reader may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The length in the frame's header.
    pub declared: u64,
    /// The most that the reader holds.
    pub bound: usize,
}

/// Cuts a stream of bytes into frames; feed it as bytes arrive.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    bound: usize,
}

impl Decoder {
    /// A decoder that holds at most `bound` payload bytes a frame.
    pub fn new(bound: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            bound,
        }
    }

    /// Adds bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// How many bytes wait for the rest of their frame.
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// The bytes that wait for the rest of their frame.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The next whole frame, `None` while it is incomplete.
    ///
    /// # Errors
    /// When a header announces more than the bound. The stream can't be read past such a frame.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, TooLong> {
        let bytes = &self.buffer[self.start..];
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        let (declared, width) = match second & 0x7f {
            126 => match rest {
                [a, b, ..] => (u64::from(u16::from_be_bytes([*a, *b])), 2),
                _ => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(length) => (u64::from_be_bytes(*length), 8),
                None => return Ok(None),
            },
            short => (u64::from(short), 0),
        };
        let length = usize::try_from(declared)
            .ok()
            .filter(|length| *length <= self.bound)
            .ok_or(TooLong {
                declared,
                bound: self.bound,
            })?;
        let masked = second & 0x80 != 0;
        let head = width + if masked { 4 } else { 0 };
        let Some(body) = rest.get(head..head + length) else {
            return Ok(None);
        };
        let mut payload = body.to_vec();
        let mask = if masked {
            rest.get(width..head).and_then(|key| key.first_chunk::<4>().copied())
        } else {
            None
        };
        if let Some(key) = mask {
            apply_mask(&mut payload, key);
        }
        let minimal_length = match width {
            0 => true,
            2 => declared > 125,
            _ => declared > 0xffff,
        };
        let frame = Frame {
            fin: first & 0x80 != 0,
            rsv: (first >> 4) & 0x7,
            opcode: Opcode::from_bits(*first),
            mask,
            payload,
            minimal_length,
        };
        self.start += 2 + head + length;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_survives_its_bytes_whatever_its_length_and_mask() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            for mask in [None, Some([1, 2, 3, 250])] {
                let frame = Frame {
                    mask,
                    ..Frame::new(Opcode::Binary, vec![7; length])
                };
                let mut decoder = Decoder::new(1 << 20);
                for byte in frame.encode(None) {
                    assert_eq!(decoder.next_frame(), Ok(None));
                    decoder.feed(&[byte]);
                    if length > 200 && decoder.pending() > 20 {
                        break;
                    }
                }
                let mut decoder = Decoder::new(1 << 20);
                decoder.feed(&frame.encode(None));
                assert_eq!(decoder.next_frame(), Ok(Some(frame)));
                assert_eq!(decoder.pending(), 0);
            }
        }
    }

    #[test]
    fn every_bit_is_kept() {
        let frame = Frame {
            fin: false,
            rsv: 0b101,
            minimal_length: false,
            ..Frame::new(Opcode::Reserved(0xb), *b"x")
        };
        let mut decoder = Decoder::new(10);
        decoder.feed(&frame.encode(None));
        assert_eq!(decoder.next_frame(), Ok(Some(frame)));
    }

    #[test]
    fn a_frame_over_the_bound_is_refused_from_its_header() {
        let mut decoder = Decoder::new(10);
        decoder.feed(&Frame::new(Opcode::Text, "x").encode(Some(1 << 63)));
        assert_eq!(
            decoder.next_frame(),
            Err(TooLong {
                declared: 1 << 63,
                bound: 10
            })
        );
    }
}
