//! The command line: the only room that prints, and the one that chooses the exit code.

mod check;
mod coverage;
mod exit;
mod explain;
mod init;
mod judge;
mod list;
mod out;
mod prove;
mod record;
mod reporting;
mod run;
mod schema;
mod select;
mod serve;
mod signals;

use std::{ffi::OsString, panic, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use self::exit::Exit;
use crate::host::{Error, Suites};

/// Proves that a server speaks its protocol.
#[derive(Debug, Parser)]
#[command(version, about, after_help = exit::TABLE, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay the suites against a server and report clause by clause
    Run(Box<run::RunOptions>),
    /// Judge a recorded run again, with no network
    Judge(judge::JudgeOptions),
    /// Say whether the case files are sound; no network
    Check(Files),
    /// Show cases, requirements, checks, faults, readings or formats
    List(list::ListOptions),
    /// Show what a case or a clause demands and how it is checked
    Explain(explain::ExplainOptions),
    /// Show for each clause its cases, checks, faults and readings, and what is excluded and why
    Coverage(coverage::CoverageOptions),
    /// Run the suites against every named fault of the reference: each must break exactly what it names
    Prove(prove::ProveOptions),
    /// Print the JSON Schema of a case, suite.json, requirements.json or a profile, for editors
    Schema(schema::SchemaOptions),
    /// Run the reference server
    Serve(serve::ServeOptions),
    /// Write a commented target profile
    Init(init::InitOptions),
}

/// Where suites come from.
#[derive(Clone, Debug, Default, Args)]
struct Files {
    /// Read the suites from this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Read the JSON Schemas from this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// Only this suite; may be repeated
    #[arg(long, value_name = "NAME")]
    suite: Vec<String>,
}

impl Files {
    /// The selected suites.
    fn load(&self) -> Result<Suites, Error> {
        self.load_wanted(&|_| true)
    }

    /// The selected suites, with the cases that are `wanted`, by id, and maybe more.
    fn load_wanted(&self, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<Suites, Error> {
        let in_suite =
            |case: &str| self.suite.is_empty() || self.suite.iter().any(|suite| case.starts_with(&format!("{suite}/")));
        let wanted = |case: &str| in_suite(case) && wanted(case);
        Suites::load_wanted(self.cases.as_deref(), self.schemas.as_deref(), &wanted)?.only(&self.suite)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // What a panic says may be from the wire, and a secret: only its place is told.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        out::error(&format!("error: conformist has a bug at {place}; please report it"));
    }));
    panic::catch_unwind(|| main_from(std::env::args_os()))
        .unwrap_or(Exit::Harness)
        .into()
}

fn main_from(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows where each is to be written.
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Conformant
            };
            let _ = error.print();
            return exit;
        }
    };
    let outcome = match &arguments.command {
        Command::Run(options) => run::run(options),
        Command::Judge(options) => judge::judge(options),
        Command::Check(files) => check::check(files),
        Command::List(options) => list::list(options),
        Command::Explain(options) => explain::explain(options),
        Command::Coverage(options) => coverage::coverage(options),
        Command::Prove(options) => prove::prove(options),
        Command::Schema(options) => schema::schema(options),
        Command::Serve(options) => serve::serve(options),
        Command::Init(options) => init::init(options),
    };
    match outcome {
        Ok(exit) => exit,
        Err(stop) => stop.tell(),
    }
}
