//! Printing: answers on standard output, everything else on standard error.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where a command line speaks"
)]

use std::process::ExitCode;

/// Prints an answer.
pub(crate) fn print(text: &str) -> ExitCode {
    if !text.is_empty() {
        println!("{text}");
    }
    ExitCode::SUCCESS
}

/// Tells a person something that is no answer.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Prints why it failed and what to do.
pub(crate) fn fail(text: &str) -> ExitCode {
    eprintln!("entrenous: {text}");
    ExitCode::FAILURE
}
