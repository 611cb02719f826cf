//! For whom something is written.

use entrenous_model::{Attachment, Cleared, Gate, KeyGeneration, Peer, PeerId, ProfileScope, Software};

/// A peer, as far as it decides what a document says. Made from a clearance alone, so that nothing is written for a peer that
/// may not have it.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Which.
    pub(super) peer: PeerId,
    /// What runs there: its audience is written in its words.
    pub(super) software: Software,
    /// What of profiles it is given.
    pub(super) profile: ProfileScope,
    /// Which of our keys it has: what the node signs for it is signed with these.
    pub(super) our_keys: KeyGeneration,
    largest_file: u64,
}

/// What makes two readers alike: they are written the same post.
pub(super) type Kind = (Software, u64, KeyGeneration);

impl Reader {
    /// The peer that was cleared.
    #[must_use]
    pub fn of<G: Gate>(peer: &Peer, cleared: Cleared<G>) -> Self {
        Self {
            peer: cleared.peer(),
            software: peer.software,
            profile: cleared.profile(),
            our_keys: peer.our_keys,
            largest_file: cleared.largest_file(),
        }
    }

    pub(super) const fn kind(self) -> Kind {
        (self.software, self.largest_file, self.our_keys)
    }

    /// Whether a file is small enough for its contract.
    pub(super) fn takes(self, file: &Attachment) -> bool {
        self.takes_bytes(file.size)
    }

    /// Whether so many bytes are few enough for its contract.
    pub(super) fn takes_bytes(self, size: i64) -> bool {
        u64::try_from(size).is_ok_and(|size| size <= self.largest_file)
    }
}
