//! Looking at a peer's keys before it is confirmed that was suspended because they had changed.

use super::{contact, trust};
use crate::Federation;
use crate::vocabulary::{Actor, Id};
use crate::watch::{Shown, judge};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{PeerId, PeerKeys, Software};

impl Federation {
    /// Asks the peer for its instance actor, and for nothing else, if it is known to show other keys than the pinned ones.
    /// The pinned keys, or their word for new ones, clear it.
    ///
    /// # Errors
    /// `Conflict` if its keys are others still; `Remote` if it does not answer.
    pub(super) async fn look_before_confirming(&self, actor: &str, id: PeerId) -> Result<()> {
        let Some(peer) = peers::get(self.ctx(), id).await? else {
            return Err(DomainError::NotFound);
        };
        let Some(pinned) = peer.keys.as_ref().filter(|_| peer.alert.is_some()) else {
            return Ok(());
        };
        let permit = match peer.software {
            Software::Native => contact::permit(&peer.origin, &[])?,
            Software::Other => trust::hand_added(&peer.origin)?,
        };
        let instance = Id::parse(&pinned.actor).map_err(|why| DomainError::Refused(why.code()))?;
        let document = self.client().document_with(&permit, &peer, &instance).await;
        let document = document.map_err(|error| unseen(pinned, &error.to_string()))?;
        let shown = Actor::read(&document).map_err(|error| unseen(pinned, &error.to_string()))?;
        match judge(pinned, &shown) {
            Shown::Pinned => peers::keys_as_pinned(self.ctx(), actor, id, pinned).await,
            Shown::Endorsed(keys) => peers::rotate_keys(self.ctx(), id, pinned, keys).await,
            Shown::Others(_) => Err(DomainError::Conflict(format!(
                "{}: {}",
                peer.origin,
                peers::KEYS_HAVE_CHANGED
            ))),
            Shown::Nothing => Err(unseen(pinned, "it shows no keys")),
        }
    }
}

fn unseen(pinned: &PeerKeys, why: &str) -> DomainError {
    DomainError::Remote(format!(
        "its keys have changed, and {} does not tell whether they still are others: {why}",
        pinned.actor
    ))
}
