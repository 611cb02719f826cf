//! A command's options, read one by one.

use std::collections::VecDeque;

use crate::Outcome;

/// Every database there is.
pub(crate) const BOTH: [&str; 2] = ["sqlite", "postgres"];

/// The words after the command's name. `--name=value` and `--name value` are the same.
pub(crate) struct Args {
    rest: VecDeque<String>,
}

impl Args {
    /// Reads `given`, splitting `--name=value`.
    pub(crate) fn new(given: &[String]) -> Self {
        let mut rest = VecDeque::new();
        for word in given {
            match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => {
                    rest.push_back(name.to_owned());
                    rest.push_back(value.to_owned());
                }
                _ => rest.push_back(word.clone()),
            }
        }
        Self { rest }
    }

    /// The next word.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.rest.pop_front()
    }

    /// The value of the option just read.
    ///
    /// # Errors
    /// When nothing follows the option.
    pub(crate) fn value(&mut self, option: &str) -> Outcome<String> {
        self.next()
            .ok_or_else(|| format!("{option} needs a value").into())
    }

    /// The value of `--database`: which databases a command works on.
    ///
    /// # Errors
    /// When it is none of `sqlite`, `postgres` and `both`.
    pub(crate) fn databases(&mut self) -> Outcome<&'static [&'static str]> {
        match self.value("--database")?.as_str() {
            "sqlite" => Ok(&["sqlite"]),
            "postgres" => Ok(&["postgres"]),
            "both" => Ok(&BOTH),
            other => Err(format!("`{other}` is not sqlite, postgres or both").into()),
        }
    }

    /// The value of the option just read, as a number.
    ///
    /// # Errors
    /// When nothing follows the option or it is not a number that fits.
    pub(crate) fn number<N: std::str::FromStr>(&mut self, option: &str) -> Outcome<N> {
        let value = self.value(option)?;
        value
            .parse()
            .map_err(|_| format!("{option} needs a number, not `{value}`").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_value() {
        let given = ["--only=fmt,unit".to_owned(), "--nodes".to_owned(), "3".to_owned()];
        let mut args = Args::new(&given);
        assert_eq!(args.next().as_deref(), Some("--only"));
        assert_eq!(args.value("--only").unwrap(), "fmt,unit");
        assert_eq!(args.next().as_deref(), Some("--nodes"));
        assert_eq!(args.number::<usize>("--nodes").unwrap(), 3);
        assert!(args.value("--port").is_err());
    }
}
