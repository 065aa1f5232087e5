//! `explain`: what a case or a clause demands, how it is checked, how to mend a server.

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{
    report::{Language, Style, explain},
    syntax::diagnostic::{Diagnostic, nearest},
};

#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// A clause (WS-MARK-3), a case or a row (ws-service/mark-echo/types#zero)
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    files: Files,
    /// The language of the text
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "zh"], default_value = "en")]
    lang: String,
}

/// Prints the explanation.
pub fn explain(options: &ExplainOptions) -> Result<Exit, Stop> {
    let suites = options.files.load()?;
    let style = Style {
        colour: out::in_colour(),
        verbose: true,
        language: Language::from_code(&options.lang),
    };
    if let Some(text) = explain::explain(&options.id, &suites.chosen, style) {
        out::print(&text).map_err(Stop::harness)?;
        return Ok(Exit::Conformant);
    }
    let diagnostic = Diagnostic::plain(format!("nothing is called `{}`", options.id));
    let ids = explain::ids(&suites.chosen);
    Err(match nearest(&options.id, ids.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("`conformist list cases` and `conformist list requirements` show all ids"),
    }
    .into())
}
