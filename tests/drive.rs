//! The hands, against peers of a few lines that do one thing right or wrong. Every peer lives in the test's process.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

#[path = "drive/exchanges.rs"]
mod exchanges;
#[path = "drive/hooks.rs"]
mod hooks;
#[path = "drive/links.rs"]
mod links;
#[path = "drive/proxies.rs"]
mod proxies;
#[path = "drive/rows.rs"]
mod rows;
#[path = "drive/scene.rs"]
mod scene;
#[path = "drive/secure.rs"]
mod secure;
