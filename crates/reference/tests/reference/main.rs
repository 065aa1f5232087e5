//! The reference server over real sockets, spoken to in plain bytes: what it must do before a suite may lean on it. That
//! every fault shows is for the suites to prove; here nothing may depend on how fast the machine is.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

mod client;
mod gateway;
mod gateway_calls;
mod gateway_http;
mod gateway_interview;
mod gateway_websocket;
mod tables;
mod ws_calls;
mod ws_frames;
mod ws_handshakes;
mod ws_interview;
mod ws_service;
