//! The hands, against peers of a few lines that do one thing right or wrong. Every peer lives in the test's process.
//!
//! A machine may be busy with other work while these run: what must happen is waited for until it happens, and nothing is
//! held to a time by which it should be over.

mod connections;
mod exchanges;
mod hooks;
mod proxies;
mod rows;
mod scene;
mod secure;
mod wires;
