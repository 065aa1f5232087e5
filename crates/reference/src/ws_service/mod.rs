//! The ws-service protocol (`ws-service.md`) as an honest server speaks it, with a hook at every decision so that a fault
//! can take another one. It must never ask which fault is on: it asks its [`Conduct`].

mod account;
mod action;
mod call;
mod conduct;
mod error_code;
mod outcome;
mod profile;
mod service;
mod session;

pub use account::{Account, Accounts, Standing};
pub use call::{Call, is_integer};
pub use conduct::{Conduct, Credentials, Honest, Refusal, TOKEN};
pub use error_code::{ErrorCode, Parting, Rejection};
pub use outcome::Outcome;
pub use profile::profile;
pub use service::Service;
pub use session::Session;
