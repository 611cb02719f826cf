//! What a data set holds: written beside it when it is made, read by the measures.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the names of data sets begin with.
pub const KINDS: [&str; 2] = ["sqlite", "postgres"];

/// People of the node who follow each author and each sender of a peer.
pub const FOLLOWERS: usize = 10;

/// How large a data set is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// People of the node.
    pub people: usize,
    /// Posts of everyone.
    pub posts: usize,
    /// Ordinary people of peers, over all peers.
    pub remote: usize,
    /// People who post in the measures, each with ten followers here.
    pub authors: usize,
    /// Everything that looks random comes from this.
    pub seed: u64,
}

/// Someone who signs in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Actor {
    /// Their id.
    pub id: i64,
    /// Their user name.
    pub username: String,
    /// A token with every scope of a person.
    pub token: String,
}

/// A peer whose part the bench plays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Peer {
    /// `http://127.0.0.x:port`.
    pub origin: String,
    /// Entrenous, or other software.
    pub native: bool,
    /// PKCS #8 of the RSA key of everyone there, base 16.
    pub rsa: String,
    /// PKCS #8 of the Ed25519 key of everyone there, base 16.
    pub ed25519: String,
    /// People there whom ten people of the node follow.
    pub senders: Vec<String>,
}

/// A data set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Its sizes.
    pub sizes: Sizes,
    /// `localhost:port` of the node.
    pub authority: String,
    /// `postgres://…`, or empty for SQLite.
    pub postgres: String,
    /// People with full home timelines.
    pub readers: Vec<Actor>,
    /// People who post; whom ten of the node follow, and people of peers by the layout.
    pub authors: Vec<Actor>,
    /// Someone whom everyone ordinary of the node follows, and nobody elsewhere.
    pub celebrity: Actor,
    /// The peers.
    pub peers: Vec<Peer>,
    /// How long it took to make, in seconds.
    pub took: f64,
}

impl Manifest {
    fn path(data: &Path) -> PathBuf {
        data.join("bench.json")
    }

    /// That of a data set; `None` if there is none, or a half-made one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(data: &Path) -> Outcome<Option<Self>> {
        let path = Self::path(data);
        if !path.is_file() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&std::fs::read(path)?)?))
    }

    /// Writes it: from now on the data set is whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, data: &Path) -> Outcome {
        std::fs::write(Self::path(data), serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }

    /// Whether a directory is a data set, whole or half-made: it holds a manifest, or a node with its key.
    #[must_use]
    pub fn is_data_set(data: &Path) -> bool {
        Self::path(data).is_file() || Self::node_dir(data).join("vault.key").is_file()
    }

    /// Removes the data sets under `root`, and nothing else that is there.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn remove_all(root: &Path) -> Outcome {
        for entry in std::fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name();
            let ours = KINDS
                .iter()
                .any(|kind| name.as_encoded_bytes().starts_with(kind.as_bytes()));
            // No link's: what it leads to is not under `root`.
            if ours && entry.file_type()?.is_dir() && Self::is_data_set(&entry.path()) {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Someone with a token who follows the `at`-th sender of a peer; see `seed`.
    #[must_use]
    pub fn follower(&self, peer: usize, at: usize) -> Option<&Actor> {
        let before: usize = self.peers.iter().take(peer).map(|peer| peer.senders.len()).sum();
        let loud = self.authors.len() + before + at;
        self.readers.get(loud * FOLLOWERS % self.sizes.people.max(1))
    }

    /// The node's own directory.
    #[must_use]
    pub fn node_dir(data: &Path) -> PathBuf {
        data.join("node")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_data_sets_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        let gone = ["sqlite/bench.json", "postgres-delivery/node/vault.key"];
        let kept = [
            "thesis.txt",
            "sqlite-notes",
            "postgres/base/1",
            "postgres-15/node/package.json",
            "photos/bench.json",
            "elsewhere/sqlite/bench.json",
        ];
        gone.iter().chain(&kept).for_each(|path| file(path));
        std::os::unix::fs::symlink(root.path().join("photos"), root.path().join("sqlite-link")).unwrap();
        Manifest::remove_all(root.path()).unwrap();
        for path in kept {
            assert!(root.path().join(path).exists(), "{path}");
        }
        assert!(root.path().join("sqlite-link").exists());
        for path in gone {
            let data = Path::new(path).iter().next().unwrap();
            assert!(!root.path().join(data).exists(), "{path}");
        }
    }
}
