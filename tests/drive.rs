//! The hands, against peers of a few lines that do one thing right or wrong. Every peer lives in the test's process.

#[path = "drive/exchanges.rs"]
mod exchanges;
#[path = "drive/hooks.rs"]
mod hooks;
#[path = "drive/links.rs"]
mod links;
#[path = "drive/rows.rs"]
mod rows;
#[path = "drive/scene.rs"]
mod scene;
#[path = "drive/secure.rs"]
mod secure;
