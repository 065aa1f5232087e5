//! `serve`: the reference server in the foreground.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{
    exit::{Exit, Stop},
    out,
    signals::Signals,
};
use crate::{
    store,
    syntax::diagnostic::{Diagnostic, nearest},
};
use reference::{self, FAULTS, READINGS, Variant};

#[derive(Debug, Args)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[command(flatten)]
    variant: VariantName,
    /// Write the server's target profile to this file
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Seconds by which the server's clock is ahead
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    clock_offset: i64,
}

/// Which server the reference is to be.
#[derive(Clone, Debug, Default, Args)]
pub struct VariantName {
    /// The reference server with a named fault (`list faults` shows them)
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// The reference server with another lawful reading of the document (`list readings` shows them)
    #[arg(long, value_name = "NAME", conflicts_with = "fault")]
    reading: Option<String>,
}

impl VariantName {
    /// Whether none is named.
    pub fn is_honest(&self) -> bool {
        self.fault.is_none() && self.reading.is_none()
    }

    /// The server of this name.
    pub fn find(&self) -> Result<Variant, Diagnostic> {
        match (&self.fault, &self.reading) {
            (Some(name), _) => find_fault(name).map(Variant::Fault),
            (None, Some(name)) => find_reading(name).map(Variant::Reading),
            (None, None) => Ok(Variant::Honest),
        }
    }
}

/// The fault of this name.
pub fn find_fault(name: &str) -> Result<&'static reference::Fault, Diagnostic> {
    let names = FAULTS.iter().map(|fault| fault.name);
    reference::fault(name).ok_or_else(|| unknown("fault", name, names))
}

/// The reading of this name.
pub fn find_reading(name: &str) -> Result<&'static reference::Reading, Diagnostic> {
    let names = READINGS.iter().map(|reading| reading.name);
    reference::reading(name).ok_or_else(|| unknown("reading", name, names))
}

fn unknown<'n>(kind: &str, name: &str, names: impl Iterator<Item = &'n str>) -> Diagnostic {
    let diagnostic = Diagnostic::plain(format!("no {kind} is called `{name}`"));
    match nearest(name, names) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("`conformist list {kind}s` shows them")),
    }
}

/// Serves until a signal comes.
pub fn serve(options: &ServeOptions) -> Result<Exit, Stop> {
    let variant = options.variant.find()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Stop::harness)?;
    runtime.block_on(async {
        let settings = reference::Options {
            address: options.listen,
            variant,
            clock_offset: options.clock_offset,
        };
        let mut server = reference::bind(settings)
            .await
            .map_err(|error| Stop::Plain(Exit::Usage, format!("{} can't be listened on: {error}", options.listen)))?;
        let mut signals = Signals::catch().map_err(Stop::harness)?;
        let profile = server.profile();
        match &options.profile {
            Some(path) => {
                store::write(path, &profile).map_err(|error| Stop::harness(format!("{}: {error}", path.display())))?;
                out::print(&format!(
                    "listening on {}\nprofile in {}",
                    server.address(),
                    path.display()
                ))
            }
            None => out::print(&format!("# listening on {}\n{profile}", server.address())),
        }
        .map_err(Stop::harness)?;
        tokio::select! {
            served = server.serve() => served.map(|()| Exit::Conformant).map_err(Stop::harness),
            signal = signals.next() => Ok(Exit::Signal(signal)),
        }
    })
}
