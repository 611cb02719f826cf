//! Reading the configuration. Anything unreadable, empty, half-written or unknown stops the node.

use super::keys::KEYS;
use crate::failure::{Failure, one_line};
use entrenous_egress::{AllowRule, EgressConfig};
use entrenous_model::Origin;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::Path;

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) node: Node,
    #[serde(default)]
    pub(crate) database: Database,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) http: Http,
    #[serde(default)]
    pub(crate) federation: Federation,
    #[serde(default)]
    pub(crate) push: Push,
    #[serde(default)]
    pub(crate) log: Log,
    #[serde(default)]
    pub(crate) egress: Egress,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    pub(crate) url: Origin,
    pub(crate) listen: SocketAddr,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default = "default_accent")]
    pub(crate) accent: String,
    #[serde(default = "default_languages")]
    pub(crate) languages: Vec<String>,
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    #[serde(default)]
    pub(crate) contact_email: String,
    #[serde(default)]
    pub(crate) source_url: String,
}

fn default_accent() -> String {
    "#2f6f5e".to_owned()
}

fn default_languages() -> Vec<String> {
    vec!["en".to_owned(), "fr".to_owned()]
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    pub(crate) url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite:entrenous.db".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    pub(crate) post_characters: usize,
    pub(crate) upload_bytes: usize,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) requests_per_person: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            post_characters: 5_000,
            upload_bytes: 16 << 20,
            connections: 20_000,
            connections_per_address: 5_000,
            requests_per_person: 300_000,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    pub(crate) trusted_proxies: Vec<IpNet>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Federation {
    pub(crate) open_webfinger: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Push {
    /// Origins of the push services that may be asked.
    pub(crate) services: Vec<Origin>,
}

/// Push services are asked side by side, each by a worker of its own.
const MOST_SERVICES: usize = 16;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: "auto".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Egress {
    /// Where peers may be reached although they are plain http, private, or have their own CA.
    pub(crate) allow: Vec<AllowRule>,
}

/// Reads and checks the configuration at `path`, with overrides from `environment`.
pub(crate) fn load(path: &Path, environment: &[(String, String)]) -> Result<Config, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Configuration(format!(
            "the configuration {shown} cannot be read: {error}. `entrenous init` makes one"
        ))
    })?;
    parse(&text, environment).map_err(|error| {
        Failure::Configuration(format!(
            "the configuration {shown} is wrong: {}",
            error.trim_end()
        ))
    })
}

fn parse(text: &str, environment: &[(String, String)]) -> Result<Config, String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("line {line}: {}", one_line(error.message()))
    })?;
    for key in KEYS {
        let variable = key.variable();
        if let Some((_, value)) = environment.iter().find(|(name, _)| *name == variable) {
            if value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(format!("{variable} is not UTF-8"));
            }
            put(&mut table, key.path, override_value(value));
        }
    }
    for (name, _) in environment
        .iter()
        .filter(|(name, _)| name.starts_with("ENTRENOUS_"))
    {
        let known = KEYS.iter().any(|key| key.variable() == *name) || NOT_KEYS.contains(&name.as_str());
        if !known && !name.starts_with("ENTRENOUS_TEST_") {
            tracing::warn!(variable = %name, "an environment variable that is no configuration key is ignored");
        }
    }
    let config: Config = serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let at = error.path().to_string();
        let cause = error.into_inner().to_string();
        // The file is not where to look for a value that comes from the environment.
        let variable = KEYS
            .iter()
            .find(|key| key.path == at)
            .map(super::keys::Key::variable);
        match variable.filter(|variable| environment.iter().any(|(name, _)| name == variable)) {
            Some(variable) => format!(
                "{at} (from the environment variable {variable}): {}",
                one_line(&cause)
            ),
            None => format!("{at}: {}", one_line(&cause)),
        }
    })?;
    config.check()?;
    Ok(config)
}

/// Variables of the command line, not of the configuration.
const NOT_KEYS: &[&str] = &["ENTRENOUS_DATA_DIR", "ENTRENOUS_BIN"];

/// A value as in TOML, or else the text as it is.
fn override_value(text: &str) -> toml::Value {
    toml::from_str::<toml::Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .filter(|value| !matches!(value, toml::Value::Datetime(_)))
        .unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn put(table: &mut toml::Table, path: &str, value: toml::Value) {
    let Some((section, name)) = path.split_once('.') else {
        return;
    };
    let section = table
        .entry(section)
        .or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let toml::Value::Table(section) = section {
        section.insert(name.to_owned(), value);
    }
}

impl Config {
    fn check(&self) -> Result<(), String> {
        let within = |what: &str, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(format!("{what} must be {least} to {most}"))
            }
        };
        if self.node.name.trim().is_empty() || self.node.name.chars().count() > 100 {
            return Err("node.name must have 1 to 100 characters".to_owned());
        }
        let hex = self.node.accent.strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("node.accent must be a colour such as #2f6f5e".to_owned());
        }
        if self.node.languages.is_empty() || self.node.languages.iter().any(|l| l != "en" && l != "fr") {
            return Err("node.languages must list en, fr or both".to_owned());
        }
        let source = &self.node.source_url;
        if !source.is_empty()
            && !["https://", "http://"]
                .iter()
                .any(|scheme| source.starts_with(scheme))
        {
            return Err("node.source_url must be an http or https address, or empty".to_owned());
        }
        within(
            "limits.post_characters",
            self.limits.post_characters,
            500,
            100_000,
        )?;
        within("limits.upload_bytes", self.limits.upload_bytes, 1 << 20, 1 << 30)?;
        within("limits.connections", self.limits.connections, 100, 1_000_000)?;
        within(
            "limits.connections_per_address",
            self.limits.connections_per_address,
            10,
            1_000_000,
        )?;
        within(
            "limits.requests_per_person",
            usize::try_from(self.limits.requests_per_person).unwrap_or(usize::MAX),
            100,
            1_000_000_000,
        )?;
        let database = &self.database.url;
        let server = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| database.starts_with(scheme));
        let file = database
            .strip_prefix("sqlite:")
            .map(|file| file.trim_start_matches("//"));
        if !server && file.is_none_or(|file| file.is_empty() || file.starts_with(':')) {
            return Err(
                "database.url must be sqlite:FILE or postgres://user:password@host/database".to_owned(),
            );
        }
        if !["auto", "pretty", "json"].contains(&self.log.format.as_str()) {
            return Err("log.format must be auto, pretty or json".to_owned());
        }
        crate::log::filter(&self.log.level).map_err(|error| {
            format!("log.level must be error, warn, info, debug or a filter such as \"entrenous_federation=debug,info\": {error}")
        })?;
        self.check_push()?;
        // Here and not only when the node starts, so that `config check` finds it too.
        let mut way_out = EgressConfig::new("check");
        way_out.native_roots = false;
        way_out.allow.clone_from(&self.egress.allow);
        entrenous_egress::Egress::new(&way_out)
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn check_push(&self) -> Result<(), String> {
        let services = &self.push.services;
        if services.len() > MOST_SERVICES {
            return Err(format!("push.services must list at most {MOST_SERVICES}"));
        }
        for (at, service) in services.iter().enumerate() {
            if services.iter().take(at).any(|before| before == service) {
                return Err(format!("push.services lists {service} twice"));
            }
            let allowed = self.egress.allow.iter().any(|rule| rule.covers(service.as_str()));
            if service.scheme() != "https" && !allowed {
                return Err(format!(
                    "push.services: {service} is not https, and no [[egress.allow]] is for it"
                ));
            }
        }
        Ok(())
    }

    /// The database's URL with a relative file made absolute.
    pub(crate) fn database_url(&self, root: &Path) -> String {
        match self.database.url.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", root.join(file.trim_start_matches("//")).display()),
            None => self.database.url.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[node]\nurl = \"http://localhost:8301\"\nlisten = \"127.0.0.1:8301\"\nname = \"A\"\n";

    #[test]
    fn defaults_and_overrides() {
        let config = parse(GOOD, &[]).unwrap();
        assert_eq!(config.limits.post_characters, 5_000);
        let env = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let changed = parse(GOOD, &env("ENTRENOUS_LIMITS_POST_CHARACTERS", "700")).unwrap();
        assert_eq!(changed.limits.post_characters, 700);
        let changed = parse(GOOD, &env("ENTRENOUS_NODE_NAME", "Site de Lyon")).unwrap();
        assert_eq!(changed.node.name, "Site de Lyon");
        let changed = parse(GOOD, &env("ENTRENOUS_HTTP_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]")).unwrap();
        assert_eq!(changed.http.trusted_proxies.len(), 1);
    }

    #[test]
    fn broken_ones_are_refused() {
        let half = GOOD.get(..40).unwrap();
        let unknown = format!("{GOOD}\n[nonsense]\na = 1\n");
        let colour = GOOD.replace("name = \"A\"", "name = \"A\"\naccent = \"red\"");
        let star = GOOD.replace("http://localhost:8301", "*");
        let source = format!("{GOOD}source_url = \"javascript:alert(1)\"\n");
        for text in ["", "*", half, &unknown, &colour, &star, &source] {
            assert!(parse(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn push_services() {
        let with = |list: &str| parse(&format!("{GOOD}[push]\nservices = {list}\n"), &[]);
        assert!(parse(GOOD, &[]).unwrap().push.services.is_empty());
        let two = with("[\"https://fcm.googleapis.com\", \"https://updates.push.services.mozilla.com\"]");
        assert_eq!(two.unwrap().push.services.len(), 2);
        for wrong in [
            "[\"*\"]",
            "[\"https://fcm.googleapis.com/fcm/send\"]",
            "[\"http://push.example\"]",
            "[\"https://a.example\", \"https://a.example\"]",
            "\"https://a.example\"",
        ] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
        let rule = "[[egress.allow]]\norigin = \"http://127.0.0.1:9\"\naddresses = [\"127.0.0.0/8\"]\n";
        let local = format!("{GOOD}[push]\nservices = [\"http://127.0.0.1:9\"]\n{rule}");
        assert!(parse(&local, &[]).is_ok());
    }

    #[test]
    fn relative_database() {
        let config = parse(GOOD, &[]).unwrap();
        assert_eq!(
            config.database_url(Path::new("/data")),
            "sqlite:/data/entrenous.db"
        );
    }
}
