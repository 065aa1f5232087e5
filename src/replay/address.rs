//! Where a request goes and what its head says.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use super::Machine;
use crate::{
    suite::case::Address,
    syntax::json::{Node, Value},
    syntax::template::{Scope, Template, Unbound},
};
use wire::http::Field;

/// A request's target.
#[derive(Debug)]
pub struct Place {
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// `Host` header and URL authority.
    pub authority: String,
    /// Path and query, as they are sent.
    pub target: String,
}

/// Why a request can't be made.
#[derive(Debug)]
pub enum Wrong {
    /// A name has no value.
    Unbound(Unbound),
    /// The profile or the case says something that is no address.
    Address(String),
}

impl From<Unbound> for Wrong {
    fn from(unbound: Unbound) -> Self {
        Self::Unbound(unbound)
    }
}

impl Wrong {
    /// In a sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::Unbound(unbound) => format!("`{}` has no value", unbound.0),
            Self::Address(why) => why.clone(),
        }
    }
}

fn text(template: Option<&Template>, scope: &dyn Scope) -> Result<Option<String>, Unbound> {
    template.map(|template| template.resolve_text(scope)).transpose()
}

fn plain(node: &Node) -> String {
    node.as_str().map_or_else(|| node.to_string(), str::to_owned)
}

/// The place that an address means.
pub fn place(url: &Url, address: &Address, scope: &dyn Scope) -> Result<Place, Wrong> {
    let secure = matches!(url.scheme(), "wss" | "https");
    let host = url
        .host_str()
        .ok_or_else(|| Wrong::Address("the endpoint has no host".into()))?;
    let port = url.port_or_known_default().unwrap_or(if secure { 443 } else { 80 });
    let base = url.path();
    let mut target = match text(address.path.as_ref(), scope)? {
        Some(path) => path,
        None => base.to_owned(),
    };
    if let Some(suffix) = text(address.suffix.as_ref(), scope)? {
        target = format!("{}{suffix}", target.trim_end_matches('/'));
    }
    if target.is_empty() {
        target.push('/');
    }
    let mut pairs: Vec<String> = url.query().map(str::to_owned).into_iter().collect();
    if let Some(query) = &address.query {
        for member in query.resolve(scope)?.members() {
            let key = &member.key;
            let one = std::slice::from_ref(&member.value);
            let values = match &member.value.value {
                Value::Array(items) => items,
                _ => one,
            };
            for value in values {
                match &value.value {
                    Value::Null => {}
                    Value::Bool(true) => pairs.push(key.clone()),
                    _ => pairs.push(format!("{key}={}", plain(value))),
                }
            }
        }
    }
    if !pairs.is_empty() {
        target = format!("{target}?{}", pairs.join("&"));
    }
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    Ok(Place {
        secure,
        host: host.trim_matches(['[', ']']).to_owned(),
        port,
        authority,
        target,
    })
}

/// The default fields with the case's own: text replaces or adds, `null` takes away, a list repeats.
pub fn fields(defaults: Vec<Field>, headers: Option<&Template>, scope: &dyn Scope) -> Result<Vec<Field>, Unbound> {
    let mut fields = defaults;
    let Some(headers) = headers else {
        return Ok(fields);
    };
    for member in headers.resolve(scope)?.members() {
        let at = fields
            .iter()
            .position(|(name, _)| name.eq_ignore_ascii_case(&member.key));
        if let Some(at) = at {
            fields.remove(at);
        }
        let at = at.unwrap_or(fields.len());
        let one = std::slice::from_ref(&member.value);
        let values = match &member.value.value {
            Value::Array(items) => items.as_slice(),
            Value::Null => &[],
            _ => one,
        };
        for (i, value) in values.iter().enumerate() {
            fields.insert(at + i, (member.key.clone(), plain(value)));
        }
    }
    Ok(fields)
}

impl Machine {
    /// The fields of a polite WebSocket client (RFC 6455 §4.1).
    pub(super) fn handshake_fields(&self, authority: &str) -> Vec<Field> {
        let mut key = self.random().to_be_bytes().to_vec();
        key.extend(self.random().to_be_bytes());
        [
            ("Host", authority),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", &STANDARD.encode(key)),
            ("Sec-WebSocket-Version", "13"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }
}
