//! The gateway protocol (`gateway.md`) as an honest server speaks it, over HTTP and over a WebSocket, with a hook at every
//! decision so that a fault can take another one. It must never ask which fault is on: it asks its [`GatewayBehaviour`].

mod behaviour;
mod body;
mod call;
mod catalogue;
mod connection;
mod exception;
pub mod faults;
mod heartbeat;
mod http;
mod language;
mod member;
mod outcome;
mod profile;
pub mod readings;
mod route;
mod service;
mod session;
mod socket;

pub use behaviour::{GatewayBehaviour, HonestGateway};
pub use body::{Body, Params};
pub use call::{Field, GatewayCall, Header, Transport};
pub use catalogue::{Access, BizService, GatewayAct};
pub use connection::Connection;
pub use exception::Exception;
pub use heartbeat::Ping;
pub use language::{Language, Texts};
pub use member::Member;
pub use outcome::{Failure, GatewayOutcome, null};
pub use profile::profile;
pub use route::Route;
pub use service::Gateway;
pub use session::{Login, LoginState, Sessions};

/// The header members that have a meaning (B:30-38), as they are written in a message.
pub const COMPANY: &str = "companyId";
pub const TRACE: &str = "trace";
pub const TIMESTAMP: &str = "timestamp";
pub const VERSION: &str = "version";
pub const GROUP: &str = "group";
pub const LANG: &str = "lang";
pub const TOKEN: &str = "token";
/// Over the WebSocket only: in HTTP it stands in the path (AMB-B15).
pub const BIZ_TYPE: &str = "bizType";
