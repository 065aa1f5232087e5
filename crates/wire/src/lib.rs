//! What goes over a socket, as plain data: frames, requests, responses, closes.
//!
//! This room knows the grammars of RFC 6455 and RFC 9112 and nothing of any case, check or verdict. It does no input or
//! output and may import no other room: the harness and the reference server share it, and nothing else.

pub mod data;
pub mod event;
pub mod frame;
pub mod handshake;
pub mod http;
