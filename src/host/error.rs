//! Why nothing could be run.

use std::{error, fmt};

use crate::syntax::diagnostic::Diagnostic;

/// Why nothing could be run. What a server does is never an error: it is a judgement.
#[derive(Debug)]
pub struct Error(ErrorKind);

#[derive(Debug)]
enum ErrorKind {
    /// For the author of a case or of a profile to mend.
    Mistakes(Vec<Diagnostic>),
    Harness(String),
}

impl Error {
    /// The harness itself failed, or the machine that it runs on.
    pub(crate) fn harness(why: impl fmt::Display) -> Self {
        Self(ErrorKind::Harness(why.to_string()))
    }

    /// Whether a suite, a schema or a profile is to be mended; else it is the harness or its machine that failed.
    pub fn is_mistake(&self) -> bool {
        matches!(self.0, ErrorKind::Mistakes(_))
    }

    /// The mistakes, each with its place, or the harness's own failure.
    pub(crate) fn into_mistakes(self) -> Result<Vec<Diagnostic>, String> {
        match self.0 {
            ErrorKind::Mistakes(found) => Ok(found),
            ErrorKind::Harness(why) => Err(why),
        }
    }
}

impl From<Vec<Diagnostic>> for Error {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self(ErrorKind::Mistakes(found))
    }
}

impl From<Diagnostic> for Error {
    fn from(found: Diagnostic) -> Self {
        Self(ErrorKind::Mistakes(vec![found]))
    }
}

impl fmt::Display for Error {
    /// Every mistake with file, line and caret, or one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ErrorKind::Mistakes(found) => {
                let told: Vec<String> = found.iter().map(|mistake| mistake.render(false)).collect();
                f.write_str(&told.join("\n"))
            }
            ErrorKind::Harness(why) => f.write_str(why),
        }
    }
}

impl error::Error for Error {}
