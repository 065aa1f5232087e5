//! The ws-service protocol (`ws-service.md`) as an honest server speaks it, with a hook at every decision so that a fault
//! can take another one. It must never ask which fault is on: it asks its [`WsBehaviour`].

mod account;
mod action;
mod behaviour;
mod call;
mod error_code;
pub mod faults;
mod outcome;
mod profile;
pub mod readings;
mod service;
mod session;

pub use account::{Account, Accounts, Standing};
pub use behaviour::{Credentials, HonestWs, Refusal, TOKEN, WsBehaviour};
pub use call::{WsCall, is_integer};
pub use error_code::{Disconnect, ErrorCode, Rejection};
pub use outcome::WsOutcome;
pub use profile::profile;
pub use service::Service;
pub use session::Session;
