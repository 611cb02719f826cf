//! Logs: readable on a terminal, JSON otherwise. Never a token, a key or a private post.

use std::io::IsTerminal as _;
use tracing_subscriber::{EnvFilter, fmt};

/// What a level or a filter lets through.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn filter(level: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(level).map_err(|error| error.to_string())
}

/// Starts logging to standard error. `level` is a filter such as `info` or `entrenous=debug,info`;
/// `format` is `auto`, `pretty` or `json`.
pub(crate) fn start(level: &str, format: &str) {
    let filter = filter(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let pretty = match format {
        "pretty" => true,
        "json" => false,
        _ => std::io::stderr().is_terminal(),
    };
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log that cannot be written, because its disk is full, must not take down what wanted to write it: the
        // complaint about it would go to the same place, and a `eprintln!` that fails is a panic.
        .log_internal_errors(false);
    let started = if pretty {
        builder.with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
