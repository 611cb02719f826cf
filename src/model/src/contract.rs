//! The peer contract: what may cross between two nodes, in which direction.

use serde::{Deserialize, Serialize};

/// Which people a node makes known to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryScope {
    /// Nobody.
    None,
    /// People in groups that both nodes share.
    Shared,
    /// Everyone who is discoverable.
    All,
}

/// What one side gives to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which people it makes known.
    pub directory: DirectoryScope,
    /// Whether posts, follows and reactions cross.
    pub posts: bool,
}

impl Terms {
    /// Everything contract version 1 knows.
    pub const FULL: Self = Self {
        directory: DirectoryScope::All,
        posts: true,
    };
    /// Nothing.
    pub const NONE: Self = Self {
        directory: DirectoryScope::None,
        posts: false,
    };
}

/// Both directions, seen from one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Version of the agreement between the two nodes, from 1; each change raises it.
    pub version: u32,
    /// What this node gives to the peer (gates: send, fetch).
    pub we_give: Terms,
    /// What the peer gives to this node (gate: receive).
    pub they_give: Terms,
}

impl Contract {
    /// Posts and directory in both directions.
    pub const FULL: Self = Self {
        version: 1,
        we_give: Terms::FULL,
        they_give: Terms::FULL,
    };

    /// The same agreement as the other side writes it.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self {
            version: self.version,
            we_give: self.they_give,
            they_give: self.we_give,
        }
    }
}
