//! `serve`: the reference server in the foreground.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{
    exit::{Exit, Stop},
    out,
    signals::Signals,
};
use crate::{
    diagnostic::{Diagnostic, nearest},
    reference::{self, FAULTS},
    store,
};

#[derive(Debug, Args)]
pub struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Serve with a named fault (`list faults` shows them)
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// Write the server's target profile to this file
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Seconds by which the server's clock is ahead
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    clock_offset: i64,
}

/// The fault of this name.
pub fn find_fault(name: &str) -> Result<&'static reference::Fault, Diagnostic> {
    reference::fault(name).ok_or_else(|| {
        let diagnostic = Diagnostic::plain(format!("no fault is called `{name}`"));
        match nearest(name, FAULTS.iter().map(|fault| fault.name)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`conformist list faults` shows them"),
        }
    })
}

/// Serves until a signal comes.
pub fn serve(options: &Options) -> Result<Exit, Stop> {
    let fault = options.fault.as_deref().map(find_fault).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Stop::harness)?;
    runtime.block_on(async {
        let settings = reference::Options {
            address: options.listen,
            fault,
            clock_offset: options.clock_offset,
        };
        let server = reference::bind(settings)
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
