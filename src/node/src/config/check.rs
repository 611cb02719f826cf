//! `entrenous config check`: each key, its value, where it comes from, and what it is for.

use super::keys::KEYS;
use serde::Serialize;

/// One key explained.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) value: String,
    /// `file`, `environment` or `default`.
    pub(crate) source: &'static str,
    pub(crate) variable: String,
    pub(crate) help: &'static str,
}

/// Explains a configuration file that was found to be valid. Passwords in URLs are not shown.
pub(crate) fn explain(text: &str, environment: &[(String, String)]) -> Vec<Row> {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    KEYS.iter()
        .map(|key| {
            let variable = key.variable();
            let (section, name) = key.path.split_once('.').unwrap_or(("", key.path));
            let in_file = table.get(section).and_then(|section| section.get(name));
            let over = environment.iter().find(|(name, _)| *name == variable);
            let (value, source) = match (over, in_file) {
                (Some((_, value)), _) => (value.clone(), "environment"),
                (None, Some(value)) => (value.to_string(), "file"),
                (None, None) => (key.default.unwrap_or("").to_owned(), "default"),
            };
            Row {
                key: key.path,
                value: without_password(&value),
                source,
                variable,
                help: key.help,
            }
        })
        .collect()
}

fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    match rest.split_once('@') {
        Some((user, host)) if user.contains(':') => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}")
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden() {
        let rows = explain("[database]\nurl = \"postgres://me:secret@db/x\"\n", &[]);
        let row = rows.iter().find(|row| row.key == "database.url").unwrap();
        assert_eq!(
            (row.value.as_str(), row.source),
            ("\"postgres://me:***@db/x\"", "file")
        );
    }
}
