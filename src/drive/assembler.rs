//! Frames into messages, with everything that is wrong with them (RFC 6455 §5 to §8).
//!
//! It does no input or output, and it refuses nothing but a message over its bound: a broken frame is handed on with
//! its faults, so that no byte a server sent is lost to whoever judges it.

use wire::{
    event::{FrameFault, Received},
    frame::{Frame, Opcode, split_close},
};

/// The longest payload of a control frame (RFC 6455 §5.5).
const CONTROL_LIMIT: usize = 125;

/// Joins the fragments of a server's messages.
#[derive(Debug)]
pub struct Assembler {
    bound: usize,
    unfinished: Option<Received>,
}

/// A message's fragments came to more than the bound. The stream can't be read past it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTooLong {
    /// The most bytes of one message that are held.
    pub bound: usize,
}

impl Assembler {
    /// An assembler that holds at most `bound` bytes of one message.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            unfinished: None,
        }
    }

    /// Takes the next frame; hands over what it completes, in order.
    ///
    /// # Errors
    /// When the message grows beyond the bound.
    pub fn take(&mut self, frame: Frame, mut each: impl FnMut(Received)) -> Result<(), MessageTooLong> {
        let mut faults = Vec::new();
        if frame.mask.is_some() {
            faults.push(FrameFault::Masked);
        }
        if frame.rsv != 0 {
            faults.push(FrameFault::ReservedBit);
        }
        if !frame.minimal_length {
            faults.push(FrameFault::LongLength);
        }
        if matches!(frame.opcode, Opcode::Reserved(_)) {
            faults.push(FrameFault::ReservedOpcode);
        }
        if frame.payload.len() > self.bound {
            return Err(MessageTooLong { bound: self.bound });
        }
        if frame.opcode.is_control() {
            if !frame.fin || frame.payload.len() > CONTROL_LIMIT {
                faults.push(FrameFault::BadControl);
            }
            if frame.opcode == Opcode::Close {
                close_faults(&frame.payload, &mut faults);
            }
        }
        let fin = frame.fin;
        let part = Received {
            opcode: frame.opcode,
            payload: frame.payload,
            faults,
        };
        match part.opcode {
            Opcode::Text | Opcode::Binary => {
                // RFC 6455 §5.4: the fragments of one message are not interleaved with another's.
                if let Some(mut abandoned) = self.unfinished.take() {
                    abandoned.faults.push(FrameFault::BadFragment);
                    each(abandoned);
                }
                self.extend(part, fin, each)
            }
            Opcode::Continuation => match self.unfinished.take() {
                Some(mut message) => {
                    if message.payload.len() + part.payload.len() > self.bound {
                        return Err(MessageTooLong { bound: self.bound });
                    }
                    message.payload.extend_from_slice(&part.payload);
                    for fault in part.faults {
                        if !message.faults.contains(&fault) {
                            message.faults.push(fault);
                        }
                    }
                    self.extend(message, fin, each)
                }
                None => {
                    let mut orphan = part;
                    orphan.faults.push(FrameFault::BadFragment);
                    each(orphan);
                    Ok(())
                }
            },
            _ => {
                each(part);
                Ok(())
            }
        }
    }

    fn extend(
        &mut self,
        mut message: Received,
        fin: bool,
        mut each: impl FnMut(Received),
    ) -> Result<(), MessageTooLong> {
        if !fin {
            self.unfinished = Some(message);
            return Ok(());
        }
        // A reserved bit may mean compression: its payload is then no text, and saying so would be a second finding
        // about the first.
        if message.opcode == Opcode::Text
            && !message.faults.contains(&FrameFault::ReservedBit)
            && std::str::from_utf8(&message.payload).is_err()
        {
            message.faults.push(FrameFault::NotUtf8);
        }
        each(message);
        Ok(())
    }
}

fn close_faults(payload: &[u8], faults: &mut Vec<FrameFault>) {
    let (code, reason) = split_close(payload);
    match code {
        Some(code) if may_be_sent(code) => {}
        None if payload.is_empty() => {}
        _ => faults.push(FrameFault::BadCloseCode),
    }
    // RFC 6455 §5.5.1: the reason is text.
    if code.is_some() && std::str::from_utf8(reason).is_err() {
        faults.push(FrameFault::NotUtf8);
    }
}

/// RFC 6455 §7.4.1 and §7.4.2, and the IANA registry for 1012 to 1014: 1004 has no meaning, 1005, 1006 and 1015 must
/// not be sent, the rest below 3000 is reserved.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assemble(frames: Vec<Frame>) -> Vec<(Opcode, Vec<u8>, Vec<FrameFault>)> {
        let mut assembler = Assembler::new(100_000);
        let mut all = Vec::new();
        for frame in frames {
            let taken = assembler.take(frame, |received| {
                all.push((received.opcode, received.payload, received.faults));
            });
            assert_eq!(taken, Ok(()));
        }
        all
    }

    fn part(opcode: Opcode, payload: &[u8], fin: bool) -> Frame {
        Frame {
            fin,
            ..Frame::new(opcode, payload)
        }
    }

    #[test]
    fn fragments_are_joined_and_a_ping_between_them_comes_when_it_came() {
        let all = assemble(vec![
            part(Opcode::Text, b"a\xc3", false),
            part(Opcode::Ping, b"p", true),
            part(Opcode::Continuation, b"\xa4", false),
            part(Opcode::Continuation, b"", true),
        ]);
        assert_eq!(
            all,
            [
                (Opcode::Ping, b"p".to_vec(), vec![]),
                (Opcode::Text, "aä".as_bytes().to_vec(), vec![])
            ]
        );
    }

    #[test]
    fn each_fault_of_a_single_frame_is_named() {
        let of = |frame: Frame| assemble(vec![frame]).remove(0).2;
        let text = || Frame::new(Opcode::Text, "x");
        assert_eq!(
            of(Frame {
                mask: Some([1, 2, 3, 4]),
                ..text()
            }),
            [FrameFault::Masked]
        );
        assert_eq!(of(Frame { rsv: 4, ..text() }), [FrameFault::ReservedBit]);
        assert_eq!(
            of(Frame {
                minimal_length: false,
                ..text()
            }),
            [FrameFault::LongLength]
        );
        assert_eq!(of(Frame::new(Opcode::Reserved(3), "")), [FrameFault::ReservedOpcode]);
        assert_eq!(of(Frame::new(Opcode::Ping, vec![0; 126])), [FrameFault::BadControl]);
        assert_eq!(of(part(Opcode::Pong, b"", false)), [FrameFault::BadControl]);
        assert_eq!(of(part(Opcode::Continuation, b"", true)), [FrameFault::BadFragment]);
        assert_eq!(of(Frame::new(Opcode::Text, *b"\xff")), [FrameFault::NotUtf8]);
        assert_eq!(of(Frame::new(Opcode::Binary, *b"\xff")), []);
        assert_eq!(of(Frame::new(Opcode::Close, *b"")), []);
        assert_eq!(of(Frame::new(Opcode::Close, *b"\x03")), [FrameFault::BadCloseCode]);
        assert_eq!(of(Frame::new(Opcode::Close, *b"\x03\xe8\xff")), [FrameFault::NotUtf8]);
        for (code, good) in [(999, false), (1000, true), (1004, false), (1005, false), (1006, false)]
            .into_iter()
            .chain([(1007, true), (1015, false), (2999, false), (3000, true), (5000, false)])
        {
            assert_eq!(of(Frame::close(code, "")).is_empty(), good, "{code}");
        }
    }

    #[test]
    fn a_message_inside_another_ends_it_and_nothing_is_lost() {
        let all = assemble(vec![
            part(Opcode::Text, b"one", false),
            part(Opcode::Binary, b"two", true),
            part(Opcode::Continuation, b"three", true),
        ]);
        assert_eq!(
            all,
            [
                (Opcode::Text, b"one".to_vec(), vec![FrameFault::BadFragment]),
                (Opcode::Binary, b"two".to_vec(), vec![]),
                (Opcode::Continuation, b"three".to_vec(), vec![FrameFault::BadFragment]),
            ]
        );
    }

    #[test]
    fn fragments_over_the_bound_are_given_up() {
        let mut assembler = Assembler::new(4);
        let nothing = |received| panic!("{received:?}");
        assert_eq!(assembler.take(part(Opcode::Text, b"abc", false), nothing), Ok(()));
        assert_eq!(
            assembler.take(part(Opcode::Continuation, b"de", true), nothing),
            Err(MessageTooLong { bound: 4 })
        );
    }
}
