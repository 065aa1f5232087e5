//! Where a request goes and what its head says.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret as _;
use url::Url;

use super::{chance::Chance, context::Context, state::no_value};
use crate::{
    suite::case::Address,
    syntax::json::{Node, Value},
    syntax::template::{Scope, Template, Unbound},
    target::{TargetSuite, user},
    transcript::StepOutcome,
};
use wire::http::Field;

/// All but the unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request's target.
#[derive(Debug)]
pub struct Destination {
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// `Host` header and URL authority.
    pub authority: String,
    /// Path and query, as they are sent.
    pub target: String,
    /// The fields that the profile has every request carry.
    pub fields: Vec<Field>,
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
    /// What the step comes to.
    pub fn outcome(self) -> StepOutcome {
        match self {
            Self::Unbound(unbound) => no_value(unbound),
            Self::Address(why) => StepOutcome::Broken(why),
        }
    }
}

fn text(template: Option<&Template>, scope: &dyn Scope) -> Result<Option<String>, Unbound> {
    template.map(|template| template.resolve_text(scope)).transpose()
}

fn plain(node: &Node) -> String {
    node.as_str().map_or_else(|| node.to_string(), str::to_owned)
}

/// Where an address leads, by the endpoint of the profile that it means.
///
/// # Errors
/// When there is no such place.
pub fn destination(
    context: &Context,
    address: &Address,
    scheme: &str,
    scope: &dyn Scope,
) -> Result<Destination, Wrong> {
    let plan = &context.plan;
    let endpoint = plan.suite.manifest.endpoint(address.endpoint.as_deref(), scheme);
    let url = endpoint
        .and_then(|endpoint| plan.target.endpoints.get(&endpoint.name))
        .ok_or_else(|| Wrong::Address("the profile has no such endpoint".into()))?;
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
                    _ => pairs.push(format!("{key}={}", in_query(context, plain(value)))),
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
    Ok(Destination {
        secure,
        host: host.trim_matches(['[', ']']).to_owned(),
        port,
        authority,
        target,
        fields: profile_fields(&plan.target, url),
    })
}

/// A value with the credentials in it encoded: reserved characters would say something else (RFC 3986 §2.2), and a form's
/// decoder takes `+` for a blank. Whatever else a case writes is sent as it stands.
fn in_query(context: &Context, mut value: String) -> String {
    for (_, credential) in &context.supplies {
        let Some(secret) = credential.as_str() else { continue };
        let encoded = utf8_percent_encode(secret, RESERVED).to_string();
        if encoded != secret {
            value = value.replace(secret, &encoded);
        }
    }
    value
}

/// The profile's headers. A user in the endpoint's URL is told as browsers and curl do it (RFC 7617 §2), unless the headers
/// say something else.
fn profile_fields(target: &TargetSuite, url: &Url) -> Vec<Field> {
    let said = |name: &str| target.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let user = user(url).filter(|_| !said("authorization"));
    let basic = user.map(|user| ("authorization".to_owned(), format!("Basic {}", STANDARD.encode(user))));
    let headers = target.headers.iter();
    let headers = headers.map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
    basic.into_iter().chain(headers).collect()
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

/// The fields of an ordinary WebSocket client (RFC 6455 §4.1).
pub fn handshake_fields(chance: &Chance, authority: &str) -> Vec<Field> {
    let mut key = chance.number().to_be_bytes().to_vec();
    key.extend(chance.number().to_be_bytes());
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
