//! What the fuzz targets reach of the handshake: see [`crate::fuzzing`].

use super::introduced::accepts;
use super::link::Link;
use super::message::{Acceptance, Ask, Standing, Terms};
use super::receipt;
use entrenous_model::{AtEnd, Introduction, PeerKeys, Tally};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An invitation link as this node would write it, if it can be read.
#[must_use]
pub fn invitation_link(text: &str) -> Option<String> {
    Link::parse(text).ok().map(|link| link.text())
}

/// The messages of the handshake that a body can be read as, each as it would be written.
#[must_use]
pub fn invitation_messages(body: &Value) -> Vec<Value> {
    fn again<T: Serialize + DeserializeOwned>(body: &Value) -> Option<Value> {
        let message: T = serde_json::from_value(body.clone()).ok()?;
        serde_json::to_value(message).ok()
    }
    let all = [
        again::<Ask>(body),
        again::<Terms>(body),
        again::<Acceptance>(body),
        again::<Standing>(body),
    ];
    all.into_iter().flatten().collect()
}

/// What a purge receipt says, or why it is none.
///
/// # Errors
/// The stable name of the reason.
pub fn receipt(
    document: &Value,
    pinned: &PeerKeys,
    own: &str,
    nonce: &str,
) -> Result<(AtEnd, Tally), &'static str> {
    receipt::read(document, pinned, own, nonce)
        .map(|receipt| (receipt.how, receipt.tally))
        .map_err(receipt::NoReceipt::code)
}

/// Whether a document is the acceptance of an introduction by the node with these keys.
#[must_use]
pub fn acceptance(said: &Value, one: &Introduction, keys: &PeerKeys) -> bool {
    accepts(said, one, keys).is_some()
}
