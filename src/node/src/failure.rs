//! Why a command or the node itself ended, sorted by what a script or a service manager does about it.

use std::process::ExitCode;

/// A failure with its text for the operator. The kinds are the exit statuses, which are documented in
/// `docs/configuration.md` and do not change.
#[derive(Debug)]
pub(crate) enum Failure {
    /// 1: it was tried, and failed; trying again later may help.
    Failed(String),
    /// 2: the command line asks for what cannot be (also clap's own status).
    Usage(String),
    /// 78 (`EX_CONFIG` of BSD's sysexits): the configuration or a key file must be changed before it can work.
    Configuration(String),
}

impl Failure {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Failed(text) | Self::Usage(text) | Self::Configuration(text) => text,
        }
    }

    /// The exit status.
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Failed(_) => ExitCode::FAILURE,
            Self::Usage(_) => ExitCode::from(2),
            Self::Configuration(_) => ExitCode::from(78),
        }
    }
}

/// A text of several lines (libpq's, for one) as one, for logs and scripts.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}
