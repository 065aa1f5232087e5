//! What a profile needs to know of a suite, as plain data: the room of suites fills it, so that a profile can be read without
//! knowing how suites are written.

use crate::syntax::json::Node;

/// A suite as far as a profile is concerned.
#[derive(Clone, Debug, Default)]
pub struct SuiteInterface {
    pub suite: String,
    pub title: String,
    pub document: String,
    pub endpoints: Vec<EndpointSlot>,
    pub credentials: Vec<CredentialSlot>,
    pub calls: Vec<CallSlot>,
    pub values: Vec<ValueSlot>,
    /// Names of headers that are the protocol's own.
    pub headers: Vec<String>,
    pub clauses: Vec<ClauseReadings>,
}

/// A URL that a profile may give.
#[derive(Clone, Debug)]
pub struct EndpointSlot {
    pub name: String,
    pub text: String,
    pub schemes: Vec<String>,
}

/// A credential that a profile may give.
#[derive(Clone, Debug)]
pub struct CredentialSlot {
    pub name: String,
    pub text: String,
    /// A profile may give many.
    pub several: bool,
    /// Blanks at its ends are part of it, as they are of a password.
    pub keeps_blanks: bool,
}

/// A call (or a hook) that a profile may give.
#[derive(Clone, Debug)]
pub struct CallSlot {
    pub name: String,
    pub text: String,
    /// Name and JSON type of what the profile must say.
    pub members: Vec<(String, String)>,
    pub optional: Vec<(String, String)>,
}

/// A value that a profile may set.
#[derive(Clone, Debug)]
pub struct ValueSlot {
    pub name: String,
    pub text: String,
    pub default: Option<Node>,
}

/// A clause that a profile may name, and the readings that it may pin.
#[derive(Clone, Debug)]
pub struct ClauseReadings {
    pub id: String,
    pub readings: Vec<String>,
}
