//! Who of ours a peer may know of.

use entrenous_model::{AccountId, Acquaintance, Cleared, Matter, Peer, Serving};
use entrenous_store::{Conn, StoreError, peer_view};

/// That the peer may know of this person of ours: its contract gives the directory, or the two have to do with each other.
///
/// # Errors
/// Only the store's.
pub fn may_know(
    conn: &mut Conn,
    peer: &Peer,
    account: AccountId,
) -> Result<Option<Cleared<Serving>>, StoreError> {
    if let Ok(cleared) = peer.clear(Matter::Person(Acquaintance::Stranger)) {
        return Ok(Some(cleared));
    }
    // Groups that both nodes share would be asked here as well; there are none yet.
    let Ok(cleared) = peer.clear(Matter::Person(Acquaintance::Known)) else {
        return Ok(None);
    };
    Ok(peer_view::related(conn, account, peer.id)?.then_some(cleared))
}
