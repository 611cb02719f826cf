//! The only place that writes to the terminal.
//!
//! A closed pipe (`cargo xtask test | head`) is not an error worth stopping for, so failures to write are dropped.

use std::io::{IsTerminal, Write};
use std::time::Duration;

/// One line on standard output.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}"));
    drop(out.flush());
}

/// One line on standard error.
pub(crate) fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// `text` in bold on a terminal, plain elsewhere.
pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

/// `text` in green on a terminal, plain elsewhere.
pub(crate) fn green(text: &str) -> String {
    paint("32", text)
}

/// `text` in red on a terminal, plain elsewhere.
pub(crate) fn red(text: &str) -> String {
    paint("31", text)
}

fn paint(code: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// A duration as people say it: `0.4 s`, `12.0 s`, `3 min 07 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// `text` followed by spaces up to `width` characters (characters, not bytes: names carry accents).
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(187)), "3 min 07 s");
    }

    #[test]
    fn padding_counts_characters() {
        assert_eq!(pad("Rhône", 7), "Rhône  ");
        assert_eq!(pad("longer than that", 4), "longer than that");
    }
}
