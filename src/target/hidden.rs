//! What a profile says that no report may show.

use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{Profile, TargetSuite};

/// A part of a query that is shorter is no secret: it may be a word that replies are made of.
const SHORTEST_VALUE: usize = 8;

impl Profile {
    /// Every secret of the target, with the name that stands for it.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (suite, part) in &self.suites {
            for (name, credentials) in &part.credentials {
                let known = credentials.iter().filter_map(super::Credential::secret);
                all.extend(known.map(|secret| (name.clone(), secret.to_owned())));
            }
            all.extend(self.suite(suite).hidden());
        }
        all
    }
}

impl TargetSuite {
    /// What every request of the suite carries and no report may show: headers, users and queries of endpoints.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, value) in &self.headers {
            all.push((format!("headers.{name}"), value.expose_secret().to_owned()));
        }
        for (name, url) in &self.endpoints {
            if let Some(user) = user(url) {
                all.push((format!("endpoints.{name} user"), user));
            }
            for password in [url.password().map(str::to_owned), url.password().map(decoded)] {
                all.extend(password.map(|password| (format!("endpoints.{name} password"), password)));
            }
            if let Some(query) = url.query() {
                all.push((format!("endpoints.{name} query"), query.to_owned()));
                let values = url.query_pairs().map(|(_, value)| value.into_owned());
                let long = values.filter(|value| value.len() >= SHORTEST_VALUE);
                all.extend(long.map(|value| (format!("endpoints.{name} query"), value)));
            }
        }
        all.retain(|(_, secret)| !secret.is_empty());
        all
    }
}

/// `NAME:PASSWORD` of a URL, as RFC 7617 §2 joins them.
pub fn user(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let password = url.password().unwrap_or_default();
    Some(format!("{}:{}", decoded(url.username()), decoded(password)))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
