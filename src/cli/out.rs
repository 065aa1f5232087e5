//! Standard output and standard error. A closed pipe ends the printing, not the work, and never panics.

use std::io::{self, IsTerminal as _, Write as _};

/// Whether standard output should have colour: a terminal, or asked for by the environment (NO_COLOR, CLICOLOR_FORCE).
pub fn in_colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// The same for standard error.
pub fn errors_in_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Whether a progress line makes sense.
pub fn shows_progress() -> bool {
    io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

/// Prints a text to standard output.
///
/// # Errors
/// When it can't be written; a reader that went away is no error.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(end.as_bytes()))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints a line to standard error; where that fails nothing is left to say it with.
pub fn error(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
