//! `init`: a commented target profile to fill in.

use std::path::PathBuf;

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{plan, store, syntax::diagnostic::Diagnostic, target};

#[derive(Debug, Args)]
pub struct InitOptions {
    /// Where to write it; standard output if not said
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    files: Files,
}

/// Writes the profile.
pub fn init(options: &InitOptions) -> Result<Exit, Stop> {
    let suites = options.files.load()?;
    let text = target::example(&plan::interfaces(&suites.chosen));
    match &options.file {
        None => out::print(&text).map_err(Stop::harness)?,
        Some(path) if path.exists() => {
            let what = format!("{} is there already", path.display());
            return Err(Diagnostic::plain(what)
                .help("name another file, or move this one away")
                .into());
        }
        Some(path) => {
            store::write(path, &text).map_err(|error| Stop::harness(format!("{}: {error}", path.display())))?;
        }
    }
    Ok(Exit::Conformant)
}
