//! What a data set holds: written beside it when it is made, read by the measures.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

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
