//! The server to run against, and how: a profile, a URL, or the embedded reference.

use std::{
    io,
    path::{Path, PathBuf},
};

use reference::Variant;

use super::{Error, Suites};
use crate::{
    drive::{Identity, Settings},
    plan,
    run::{embedded::Embedded, memory},
    store,
    syntax::{diagnostic::Diagnostic, source::Source},
    target::Profile,
};

/// Rows at once against the embedded reference: rows that wait keep no other from beginning.
const JOBS_EMBEDDED: usize = 256;
/// Rows at once against another server of this machine: more would time its scheduler, not its protocol.
const JOBS_HERE: usize = 32;
/// Rows at once, connections and requests a second against anybody else, unless the profile says more.
const JOBS_AWAY: usize = 4;
const REQUESTS_AWAY: u32 = 10;

/// A server to run against. The embedded reference lives as long as its target.
#[derive(Debug)]
pub struct Target {
    pub(crate) name: String,
    pub(crate) profile: Profile,
    pub(crate) reference: Option<Reference>,
}

/// The reference server, where it is.
#[derive(Debug)]
pub(crate) enum Reference {
    /// It listens as long as this lives.
    Tcp(#[expect(dead_code, reason = "it lives as long as its target")] Embedded),
    Memory,
}

impl Target {
    /// The server that a profile describes (TOML; the README shows one). `env:NAME` is read from the environment,
    /// `file:PATH` from the profile's folder.
    ///
    /// # Errors
    /// Every mistake in the profile, and secrets that can't be had.
    pub fn from_profile(path: &Path, suites: &Suites) -> Result<Self, Error> {
        let text = store::read(path)
            .map_err(|error| Diagnostic::plain(format!("the profile {} can't be read: {error}", path.display())))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::from_toml(&path.display().to_string(), text, folder, suites)
    }

    /// The same from a text, for a host that starts its server on a port of its own. `name` is what reports and mistakes
    /// call it; files that it names are looked for in `folder`.
    ///
    /// # Errors
    /// Every mistake in the text, and secrets that can't be had.
    pub fn from_toml(name: &str, text: String, folder: &Path, suites: &Suites) -> Result<Self, Error> {
        let source = Source::new(name.to_owned(), text);
        let mut profile = Profile::read(&source, &plan::interfaces(&suites.loaded))?;
        let found = profile.supply(|origin| store::secret(origin, folder));
        if !found.is_empty() {
            return Err(found.into());
        }
        profile.tls.within(folder);
        Ok(Self {
            name: name.to_owned(),
            profile,
            reference: None,
        })
    }

    /// A server of which nothing but a URL is known.
    ///
    /// # Errors
    /// When it is no URL, or no suite has an endpoint of its scheme.
    pub fn from_url(url: &str, suites: &Suites) -> Result<Self, Error> {
        let profile = Profile::from_url(url, &plan::interfaces(&suites.loaded))?;
        // What a URL says beyond its place may be a secret: a password, a token in the query.
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let shown = match (shown.split_once("://"), shown.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
            _ => shown.to_owned(),
        };
        Ok(Self {
            name: shown,
            profile,
            reference: None,
        })
    }

    /// The honest reference server, started in this process on a free port of the loopback interface.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn reference(suites: &Suites) -> Result<Self, Error> {
        Self::embedded(Self::start(Variant::Honest)?, Variant::Honest, suites)
    }

    /// The same in memory, in a time of its own: a run waits for nothing, and no load of the machine is in a verdict.
    ///
    /// # Errors
    /// When its profile can't be read.
    pub fn reference_in_memory(suites: &Suites) -> Result<Self, Error> {
        Ok(Self {
            name: "the reference server in memory".to_owned(),
            profile: Self::of_the_reference(memory::profile(), suites)?,
            reference: Some(Reference::Memory),
        })
    }

    fn of_the_reference(profile: String, suites: &Suites) -> Result<Profile, Error> {
        let source = Source::new("the reference's profile", profile);
        Ok(Profile::read(
            &source,
            &plan::interfaces(&suites.known_to_the_reference()?),
        )?)
    }

    /// Starts the reference, which comes up while the suites are read.
    pub(crate) fn start(variant: Variant) -> Result<Embedded, Error> {
        Embedded::start(variant).map_err(|error| not_started(&error))
    }

    pub(crate) fn embedded(embedded: Embedded, variant: Variant, suites: &Suites) -> Result<Self, Error> {
        let profile = embedded.profile().map_err(|error| not_started(&error))?;
        let profile = Self::of_the_reference(profile, suites)?;
        let name = match variant {
            Variant::Honest => "the embedded reference server".to_owned(),
            Variant::Fault(fault) => format!("the embedded reference server with the fault {}", fault.name),
            Variant::Reading(reading) => format!("the embedded reference server with the reading {}", reading.name),
        };
        Ok(Self {
            name,
            profile,
            reference: Some(Reference::Tcp(embedded)),
        })
    }

    /// Whether it is the reference server of this crate.
    pub fn is_reference(&self) -> bool {
        self.reference.is_some()
    }

    pub(crate) fn is_in_memory(&self) -> bool {
        matches!(self.reference, Some(Reference::Memory))
    }

    /// The rows that run side by side against it if nobody says a number.
    pub(crate) fn jobs(&self) -> usize {
        match (&self.reference, self.profile.is_loopback()) {
            (Some(_), _) => JOBS_EMBEDDED,
            (None, true) => JOBS_HERE,
            (None, false) => JOBS_AWAY,
        }
    }

    /// How the hands reach it: polite to everybody but this machine.
    pub(crate) fn settings(&self) -> Result<Settings, Error> {
        let here = self.profile.is_loopback();
        let tls = &self.profile.tls;
        let unread = |what: &str, path: &Path, error: io::Error| {
            Diagnostic::plain(format!("the {what} {} can't be read: {error}", path.display()))
        };
        let bytes = |path: &PathBuf| store::bytes(path).map_err(|error| unread("certificate", path, error));
        let identity = |path: &PathBuf| {
            let key = tls.key.as_ref().unwrap_or(path);
            Ok::<_, Diagnostic>(Identity {
                certificate: bytes(path)?,
                key: store::read(key).map_err(|error| unread("key", key, error))?.into(),
            })
        };
        let limits = &self.profile.limits;
        let defaults = Settings::default();
        Ok(Settings {
            ca_file: tls.ca.as_ref().map(bytes).transpose()?,
            identity: tls.certificate.as_ref().map(identity).transpose()?,
            connect: self.profile.timeouts.connect,
            connections: limits
                .connections
                .unwrap_or(if here { defaults.connections } else { JOBS_AWAY }),
            requests_per_second: limits.requests_per_second.or((!here).then_some(REQUESTS_AWAY)),
            ..defaults
        })
    }
}

fn not_started(error: &io::Error) -> Error {
    Error::harness(format!("the reference server can't be started: {error}"))
}
