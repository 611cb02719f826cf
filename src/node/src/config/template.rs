//! The commented configuration that `init` writes.

use super::keys::KEYS;
use std::fmt::Write as _;

/// What `init` was told.
pub(crate) struct NewConfig<'a> {
    pub(crate) url: &'a str,
    pub(crate) listen: &'a str,
    pub(crate) name: &'a str,
    pub(crate) accent: Option<&'a str>,
    pub(crate) database_url: Option<&'a str>,
    pub(crate) allow_local: bool,
}

/// The text of a new configuration file: every key, with its explanation; what has a default is commented out.
pub(crate) fn render(new: &NewConfig<'_>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let given = |path: &str| match path {
        "node.url" => Some(quoted(new.url)),
        "node.listen" => Some(quoted(new.listen)),
        "node.name" => Some(quoted(new.name)),
        "node.accent" => new.accent.map(quoted),
        "database.url" => new.database_url.map(quoted),
        _ => None,
    };
    let mut text = String::from(
        "# Entrenous: the configuration of this node. `entrenous config check` explains each key.\n\
         # Every key can be overridden by an environment variable: node.url by ENTRENOUS_NODE_URL, and so on.\n\
         # The node reads this file when it starts.\n",
    );
    let mut section = "";
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    for key in KEYS {
        let (table, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if table != section {
            section = table;
            line(format!("\n[{table}]"));
        }
        line(format!("# {}", key.help));
        match (given(key.path), key.default) {
            (Some(value), _) => line(format!("{name} = {value}")),
            (None, default) => line(format!("# {name} = {}", default.unwrap_or("…"))),
        }
    }
    line(String::from(
        "\n# Where peers may be reached although they are plain http, on a private network, or have their own CA.\n\
         # Nothing else is ever contacted there; addresses are checked when the name is resolved.\n\
         # [[egress.allow]]\n\
         # origin = \"https://lyon.corp.example\"\n\
         # addresses = [\"10.20.0.0/16\"]\n\
         # ca = \"/etc/ssl/corp-ca.pem\"",
    ));
    if new.allow_local {
        let written = write!(
            text,
            "\n# Written by `init --allow-local`: nodes on this very machine, for a demo or tests. Remove it in production.\n\
             [[egress.allow]]\norigin = \"http://localhost:*\"\naddresses = [\"127.0.0.0/8\", \"::1/128\"]\n\n\
             [[egress.allow]]\norigin = \"http://127.0.0.*:*\"\naddresses = [\"127.0.0.0/8\"]\n"
        );
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_valid_configuration() {
        let text = render(&NewConfig {
            url: "http://127.0.0.1:8301",
            listen: "127.0.0.1:8301",
            name: "Une \"équipe\"",
            accent: Some("#336699"),
            database_url: None,
            allow_local: true,
        });
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("entrenous.toml");
        std::fs::write(&path, &text).unwrap();
        let config = super::super::load(&path, &[]).unwrap();
        assert_eq!(config.node.name, "Une \"équipe\"");
        assert_eq!(config.egress.allow.len(), 2);
    }
}
