//! What a demo remembers between two runs, in `target/demo/demo.json`: a node's address is its identity, so it
//! comes back at the same one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use serde_json::{Value, json};

use crate::Outcome;
use crate::postgres::Cluster;

/// Where one node listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `127.0.0.1`, `127.0.0.2`, …: browsers keep cookies by host name, so each node has its own.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Host and port, as people write it in handles.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The node's origin.
    pub(crate) fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }
}

/// A finished demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) nodes: Vec<Address>,
    pub(crate) postgres: Option<Cluster>,
}

impl State {
    /// What is remembered in `folder`. Nothing, if the last seeding did not come to its end.
    pub(crate) fn load(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join("demo.json")).ok()?;
        let value: Value = serde_json::from_str(&text).ok()?;
        let word = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let port = |value: &Value| u16::try_from(value.get("port")?.as_u64()?).ok();
        let nodes = value.get("nodes")?.as_array()?.iter();
        let nodes = nodes
            .map(|node| {
                Some(Address {
                    host: word(node, "host")?,
                    port: port(node)?,
                })
            })
            .collect::<Option<Vec<_>>>()?;
        let postgres = match value.get("postgres")? {
            Value::Null => None,
            cluster => {
                let folder = word(cluster, "folder")?.into();
                Some(Cluster {
                    folder,
                    port: port(cluster)?,
                    password: word(cluster, "password")?,
                })
            }
        };
        // The system may have cleared its folder of temporary files since.
        let there = postgres
            .as_ref()
            .is_none_or(|cluster| cluster.folder.join("data").is_dir());
        there.then_some(Self { nodes, postgres })
    }

    /// Remembers, readable by the developer alone: it holds a password.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn save(&self, folder: &Path) -> Outcome {
        let nodes: Vec<Value> = self
            .nodes
            .iter()
            .map(|node| json!({ "host": node.host, "port": node.port }))
            .collect();
        let postgres = self.postgres.as_ref().map(
            |cluster| json!({ "folder": cluster.folder, "port": cluster.port, "password": cluster.password }),
        );
        let value = json!({ "nodes": nodes, "postgres": postgres });
        let path = folder.join("demo.json");
        let mut file = fs::File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(format!("{value:#}\n").as_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = std::env::temp_dir().join(format!("entrenous-state-{}", std::process::id()));
        fs::create_dir_all(folder.join("pg/data")).unwrap();
        let mut state = State {
            nodes: vec![Address {
                host: "127.0.0.2".to_owned(),
                port: 8302,
            }],
            postgres: Some(Cluster {
                folder: folder.join("pg"),
                port: 5433,
                password: "x".to_owned(),
            }),
        };
        state.save(&folder).unwrap();
        assert_eq!(State::load(&folder), Some(state.clone()));
        fs::remove_dir_all(folder.join("pg")).unwrap();
        assert_eq!(State::load(&folder), None, "its database is gone");
        state.postgres = None;
        state.save(&folder).unwrap();
        assert_eq!(State::load(&folder), Some(state));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(State::load(&folder), None);
    }
}
