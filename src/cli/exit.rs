//! Exit codes: a contract, in one table.

use std::process::ExitCode;

use super::out;
use crate::{host::Error, run::summary::Conclusion, syntax::diagnostic::Diagnostic};

/// For `--help`.
pub const TABLE: &str = "\
Exit codes:
  0    conformant: no required clause that was assessed is violated
  1    a required clause is violated
  2    usage, profile or case-file error; or the target denies what the profile says
  3    the target cannot be reached, or the run is inconclusive
  4    nothing selected, nothing assessed, or less than --min-assessed
  5    the harness itself failed
  130  interrupted (SIGINT)
  143  terminated (SIGTERM)";

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Conformant,
    Violated,
    Usage,
    Inconclusive,
    NothingAssessed,
    Harness,
    /// 128 and the signal's number.
    Signal(u8),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Violated => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::NothingAssessed => 4,
            Self::Harness => 5,
            // A recording may have been altered: no number of it wraps around to 0.
            Self::Signal(number) => number.saturating_add(128),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<Conclusion> for Exit {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Conformant => Self::Conformant,
            Conclusion::Violated => Self::Violated,
            Conclusion::Contradicted => Self::Usage,
            Conclusion::Inconclusive => Self::Inconclusive,
            Conclusion::NothingAssessed | Conclusion::TooLittleAssessed => Self::NothingAssessed,
            Conclusion::HarnessError => Self::Harness,
        }
    }
}

/// Why a command ends before its work is done.
#[derive(Debug)]
pub enum Stop {
    /// What its author must mend.
    Author(Vec<Diagnostic>),
    /// One sentence and the exit.
    Plain(Exit, String),
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self::Author(found)
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Author(vec![diagnostic])
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error.into_mistakes() {
            Ok(found) => Self::Author(found),
            Err(why) => Self::harness(why),
        }
    }
}

impl Stop {
    /// The harness or its machine can't go on.
    pub fn harness(why: impl std::fmt::Display) -> Self {
        Self::Plain(Exit::Harness, why.to_string())
    }

    /// Says it on standard error.
    pub fn tell(self) -> Exit {
        match self {
            Self::Author(found) => {
                let colour = out::errors_in_colour();
                for diagnostic in &found {
                    out::error(&format!("{}\n", diagnostic.render(colour)));
                }
                if found.len() > 1 {
                    out::error(&format!("{} mistakes", found.len()));
                }
                Exit::Usage
            }
            Self::Plain(exit, why) => {
                out::error(&format!("error: {why}"));
                exit
            }
        }
    }
}
