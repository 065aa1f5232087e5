//! `schema`: the JSON Schemas of authors' files, for editors.

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{
    plan,
    suite::{case, catalogue, manifest},
    syntax::shape::Shapes,
    target,
};

#[derive(Debug, Args)]
pub struct SchemaOptions {
    /// Of which file
    #[arg(value_parser = ["case", "suite", "requirements", "profile"])]
    file: String,
    #[command(flatten)]
    files: Files,
}

/// Shows one.
pub fn schema(options: &SchemaOptions) -> Result<Exit, Stop> {
    let shapes: Shapes = match options.file.as_str() {
        "case" => case::shapes().clone(),
        "suite" => manifest::shapes(),
        "requirements" => catalogue::shapes(),
        // What a profile may say follows from the suites.
        _ => target::shapes(&plan::interfaces(&options.files.load()?.chosen)),
    };
    out::print(&format!("{:#}", shapes.schema())).map_err(Stop::harness)?;
    Ok(Exit::Conformant)
}
