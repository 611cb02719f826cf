//! Printing: answers on standard output, everything else on standard error.
#![expect(clippy::print_stderr, reason = "this is where a command line speaks")]

use crate::failure::Failure;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Prints an answer.
pub(crate) fn print(text: &str) -> ExitCode {
    if text.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mut out = std::io::stdout().lock();
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
    {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough (`entrenous audit | head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&format!("the answer cannot be written: {error}").into()),
    }
}

/// True if standard error is a terminal.
pub(crate) fn is_read_by_a_person() -> bool {
    std::io::stderr().is_terminal()
}

/// Tells a person something that is no answer.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Prints why it failed and what to do.
pub(crate) fn fail(why: &Failure) -> ExitCode {
    eprintln!("entrenous: {}", why.text());
    why.code()
}
