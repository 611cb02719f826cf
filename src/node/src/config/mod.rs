//! Configuration: one TOML file in the data directory, every key overridable by an environment variable.

mod check;
mod file;
mod keys;
mod template;

pub(crate) use check::explain;
pub(crate) use file::{Config, load};
pub(crate) use template::{NewConfig, render};

use std::path::{Path, PathBuf};

/// Where everything is in a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The data directory.
    pub(crate) root: PathBuf,
}

impl Places {
    /// The places of a data directory.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }
    /// The configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("entrenous.toml")
    }
    /// The vault's key.
    pub(crate) fn vault_key(&self) -> PathBuf {
        self.root.join("vault.key")
    }
    /// Files.
    pub(crate) fn media(&self) -> PathBuf {
        self.root.join("media")
    }
    /// The socket commands speak to.
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join("control.sock")
    }
    /// Held by the one process that serves, or by a command while nothing serves.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("node.lock")
    }
}
