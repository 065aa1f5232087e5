//! The target profile: what an operator says of a server. Its shape comes from the suites' manifests, so no word of any
//! protocol stands here.

mod headers;
mod hidden;
mod interface;
mod mask;
mod secret;
mod shape;
mod suite;
#[cfg(test)]
mod tests;
mod tls;
mod toml;

use std::{collections::BTreeMap, time::Duration};

use secrecy::SecretString;
use url::Url;

pub use self::{
    hidden::user,
    interface::{CallSlot, ClauseReadings, CredentialSlot, EndpointSlot, SuiteInterface, ValueSlot},
    secret::{Credential, Origin},
    shape::{example, shapes},
    tls::Tls,
};
use crate::{
    syntax::causes::causes,
    syntax::diagnostic::{Diagnostic, whole},
    syntax::effects::{EFFECTS, Effects},
    syntax::json::Node,
    syntax::shape::milliseconds,
    syntax::source::Source,
    syntax::text::strings,
};

/// How a situation is triggered.
#[derive(Clone, Debug)]
pub enum TriggerMeans {
    /// What the profile says of the call.
    Call(Node),
    /// A URL to POST to; what else the profile says of the call.
    Url(String, Node),
    /// A program and its arguments.
    Command(Vec<String>, Node),
    /// It comes about without anybody's doing, within this time.
    ByItself(Duration, Node),
}

/// A reading that the operator promises.
#[derive(Clone, Debug)]
pub struct Pin {
    pub reading: String,
    pub reason: String,
}

/// What a profile says for one suite.
#[derive(Clone, Debug, Default)]
pub struct TargetSuite {
    pub endpoints: BTreeMap<String, Url>,
    pub credentials: BTreeMap<String, Vec<Credential>>,
    pub calls: BTreeMap<String, TriggerMeans>,
    pub values: BTreeMap<String, Node>,
    pub pins: BTreeMap<String, Pin>,
    /// Clauses about what the target does not have, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    pub timeouts: Timeouts,
    /// What cases may do to it.
    pub effects: Vec<Effects>,
    /// Headers of every request and handshake.
    pub headers: Vec<(String, SecretString)>,
}

/// Politeness.
#[derive(Clone, Debug)]
pub struct Limits {
    pub connections: Option<usize>,
    pub connections_per_account: usize,
    pub requests_per_second: Option<u32>,
    pub effects: Vec<Effects>,
}

/// How long to wait. The documents set no time for an answer, so every wait grows with the time that the target takes.
#[derive(Clone, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// For an answer.
    pub expect: Duration,
    /// For the end of a connection.
    pub close: Duration,
    pub case: Duration,
    /// How long the target takes to answer, as far as that was measured.
    pub reply: Duration,
    /// How many times as long is waited: more than once where a target is asked again.
    pub times: u32,
}

/// In so many times its usual time a target has answered, or it does not answer.
const REPLIES: u32 = 5;
/// How long an answer and an end are waited for if the profile says nothing (requirements: a refusal is done within 2 s).
const ANSWER: Duration = Duration::from_secs(2);
const CLOSE: Duration = Duration::from_secs(2);

/// The most that is listened behind a fence: every row that ends pays for it.
const OVERTAKEN: Duration = Duration::from_millis(250);

impl Timeouts {
    /// How long something is waited for that usually comes within this time.
    pub fn patient(&self, usual: Duration) -> Duration {
        usual.max(self.reply.saturating_mul(REPLIES)).saturating_mul(self.times)
    }

    /// How long an answer is waited for that has to come, where a case may say so itself. A profile that allows more than usual
    /// allows it everywhere.
    pub fn answer(&self, within: Option<Duration>) -> Duration {
        self.patient(Self::raised(self.expect, ANSWER, within))
    }

    fn raised(profile: Duration, usual: Duration, within: Option<Duration>) -> Duration {
        match within {
            Some(within) if profile > usual => within.max(profile),
            within => within.unwrap_or(profile),
        }
    }

    /// How long an answer is waited for that may come, where a case may say so itself.
    pub fn if_any(&self, within: Option<Duration>) -> Duration {
        self.patient(within.unwrap_or(self.expect))
    }

    /// How long is listened behind the answer to a fence for what it may have overtaken: a server may answer side by side.
    pub fn overtaken(&self) -> Duration {
        self.reply
            .saturating_mul(REPLIES)
            .min(OVERTAKEN)
            .saturating_mul(self.times)
    }

    /// How long a connection is waited for, where a case may say so itself.
    pub fn connection(&self, within: Option<Duration>) -> Duration {
        self.patient(within.unwrap_or(self.connect))
    }

    /// How long the end of a connection is waited for, where a case may say so itself.
    pub fn end(&self, within: Option<Duration>) -> Duration {
        self.patient(Self::raised(self.close, CLOSE, within))
    }

    /// How long a row of so many requests may take, where its case may say so itself.
    pub fn row(&self, deadline: Option<Duration>, requests: usize) -> Duration {
        let replies = self.reply.saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX));
        let usual = deadline.unwrap_or(self.case).saturating_add(replies.saturating_mul(2));
        usual.saturating_mul(self.times)
    }
}

/// A whole profile.
#[derive(Clone, Debug)]
pub struct Profile {
    pub suites: BTreeMap<String, TargetSuite>,
    pub limits: Limits,
    pub timeouts: Timeouts,
    /// Headers of every request and handshake, for what stands before the server. They are secrets.
    pub headers: BTreeMap<String, Credential>,
    pub tls: Tls,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            expect: ANSWER,
            close: CLOSE,
            case: Duration::from_secs(30),
            reply: Duration::ZERO,
            times: 1,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: None,
            connections_per_account: 1,
            requests_per_second: None,
            effects: vec![Effects::Read],
        }
    }
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(source: &Source, suites: &[SuiteInterface]) -> Result<Self, Vec<Diagnostic>> {
        let source = &source.masked(mask::masked);
        let node = toml::parse(source)?;
        let broken = shapes(suites).check(source, &node);
        let mut found = Vec::new();
        let mut parts = BTreeMap::new();
        for interface in suites {
            if let Some(part) = node.member(&interface.suite) {
                parts.insert(
                    interface.suite.clone(),
                    suite::read(source, part, interface, &mut found),
                );
            }
        }
        let empty = Node::from(crate::syntax::json::Value::Null);
        let limits = node.member("limits").unwrap_or(&empty);
        let mut count = |key, help: &str| {
            let node = limits.member(key)?;
            let number = node.as_integer()?;
            let count = u32::try_from(number).ok().filter(|count| *count > 0);
            if count.is_none() {
                let place = source.place(node.span.clone());
                let what = format!("`{key}` can't be {number}");
                found.push(Diagnostic::at(place, what, "expected 1 or more").help(help));
            }
            count
        };
        let no_limit = "leave the key out for no limit of its own";
        let connections = count("connections", no_limit);
        let connections_per_account = count("connections_per_account", "leave the key out for 1");
        let requests_per_second = count("requests_per_second", no_limit);
        let headers = {
            let spoken_to = suites
                .iter()
                .filter(|interface| node.member(&interface.suite).is_some());
            headers::read(source, node.member("headers"), spoken_to, &mut found)
        };
        let tls = Tls::read(source, node.member("tls"), &mut found);
        let timeouts = node.member("timeouts").unwrap_or(&empty);
        let mut span = |key, default| {
            let node = timeouts.member(key);
            let read = node.and_then(Node::as_str).and_then(milliseconds);
            if let (Some(node), Some(0)) = (node, read) {
                let place = source.place(node.span.clone());
                let what = format!("`{key}` can't be nothing");
                found.push(
                    Diagnostic::at(place, what, "expected more than 0")
                        .help("no server answers in no time: every row would be inconclusive"),
                );
            }
            read.and_then(|ms| u64::try_from(ms).ok())
                .map_or(default, Duration::from_millis)
        };
        let defaults = (Limits::default(), Timeouts::default());
        let effects = strings(limits.member("effects"));
        let named = EFFECTS
            .iter()
            .filter(|(name, _)| effects.iter().any(|effect| effect == name));
        let named: Vec<Effects> = named.map(|(_, effects)| *effects).collect();
        let profile = Self {
            suites: parts,
            limits: Limits {
                connections: connections.map(|n| n as usize),
                connections_per_account: connections_per_account.map_or(1, |n| n as usize),
                requests_per_second,
                effects: if limits.member("effects").is_some() {
                    named
                } else {
                    defaults.0.effects
                },
            },
            timeouts: Timeouts {
                connect: span("connect", defaults.1.connect),
                expect: span("expect", defaults.1.expect),
                close: span("close", defaults.1.close),
                case: span("case", defaults.1.case),
                ..defaults.1
            },
            headers,
            tls,
        };
        whole((Some(profile), causes(&node, broken, found)))
    }

    /// What it says for a suite, its limits and timeouts among it.
    pub fn suite(&self, name: &str) -> TargetSuite {
        TargetSuite {
            timeouts: self.timeouts.clone(),
            effects: self.limits.effects.clone(),
            headers: (self.headers.iter())
                .filter_map(|(name, value)| Some((name.clone(), SecretString::from(value.secret()?))))
                .collect(),
            ..self.suites.get(name).cloned().unwrap_or_default()
        }
    }

    /// A profile that knows a URL and nothing else: every endpoint of that scheme is at it. Suites that it gives all their
    /// endpoints go before those that would lack some.
    ///
    /// # Errors
    /// When it is no URL, or no suite has an endpoint of its scheme.
    pub fn from_url(text: &str, suites: &[SuiteInterface]) -> Result<Self, Diagnostic> {
        let url = Url::parse(text).ok().filter(Url::has_host).ok_or_else(|| {
            Diagnostic::plain("`--url` is no URL").help("write scheme, host, port and path: ws://127.0.0.1:8080/ws")
        })?;
        if url.fragment().is_some() {
            let what = "`--url` has a fragment: what follows `#` is never sent";
            return Err(Diagnostic::plain(what).help("write `%23` where a path or a query has a `#` in it"));
        }
        let mut parts = BTreeMap::new();
        let mut whole = Vec::new();
        for interface in suites {
            let endpoints = &interface.endpoints;
            let mut part = TargetSuite::default();
            for endpoint in endpoints
                .iter()
                .filter(|e| e.schemes.iter().any(|scheme| scheme == url.scheme()))
            {
                part.endpoints.insert(endpoint.name.clone(), url.clone());
            }
            if part.endpoints.len() == endpoints.len() {
                whole.push(interface.suite.as_str());
            }
            if !part.endpoints.is_empty() {
                parts.insert(interface.suite.clone(), part);
            }
        }
        if !whole.is_empty() {
            parts.retain(|suite, _| whole.contains(&suite.as_str()));
        }
        if parts.is_empty() {
            return Err(
                Diagnostic::plain(format!("no suite has an endpoint for `{}:`", url.scheme()))
                    .help("`conformist init` shows every endpoint"),
            );
        }
        Ok(Self {
            suites: parts,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            headers: BTreeMap::new(),
            tls: Tls::default(),
        })
    }

    /// Fetches every secret that the profile only names, and looks whether all can be secrets.
    pub fn supply(&mut self, fetch: impl Fn(&Origin) -> Result<String, String>) -> Vec<Diagnostic> {
        let of_suites = self.suites.values_mut();
        let credentials = of_suites.flat_map(|part| part.credentials.values_mut()).flatten();
        let all = credentials.chain(self.headers.values_mut());
        all.filter_map(|credential| credential.supply(&fetch).err()).collect()
    }

    /// Whether every endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        let mut urls = self.suites.values().flat_map(|part| part.endpoints.values());
        urls.all(|url| match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        })
    }
}
