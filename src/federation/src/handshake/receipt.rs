//! The receipt for an order to remove or hide: what was done, counted, in the peer's own signed words.

use crate::keys::SigningKeys;
use chrono::SecondsFormat;
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{AtEnd, Origin, Parcel, PeerKeys, Purge, Tally, Time};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::proof::{self, ProofError};
use serde::Deserialize;
use serde_json::{Value, json};

/// What it calls itself.
const TYPE: &str = "PurgeReceipt";
/// Longest receipt that is kept, in bytes.
pub(super) const LONGEST: usize = 16 << 10;

/// What the ledger tells of a receipt of so many bytes.
pub(super) fn parcel(bytes: usize) -> Parcel {
    Parcel {
        kind: peers::RECEIPT.to_owned(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        ..Parcel::default()
    }
}

/// The receipt for the order `nonce` of `to`, by the instance actor `own`, signed with the keys that `to` has.
///
/// # Errors
/// `Internal` if the key refuses.
pub(super) fn create(
    own: &str,
    keys: &SigningKeys,
    to: &Origin,
    nonce: &str,
    purge: &Purge,
    finished: Time,
) -> Result<Value> {
    let stamp = |at: Time| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", proof::CONTEXT],
        "type": TYPE,
        "actor": own,
        "to": [to.join("/actor")],
        "nonce": nonce,
        "how": purge.how,
        "tally": purge.tally,
        "startTime": stamp(purge.started_at),
        "endTime": stamp(finished),
    });
    proof::attach(&mut document, &keys.ed25519, &keys.ed25519_id, finished).map_err(DomainError::internal)?;
    Ok(document)
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Receipt {
    #[serde(rename = "type")]
    kind: String,
    actor: String,
    to: Vec<String>,
    nonce: String,
    /// Removed or hidden.
    pub(super) how: AtEnd,
    /// How much.
    pub(super) tally: Tally,
}

/// Why a document is no receipt for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoReceipt {
    /// It is something else.
    Malformed,
    /// It is not signed by the pinned key.
    Proof(ProofError),
    /// It is by or for another node.
    OtherNode,
    /// It is for another order.
    OtherOrder,
}

impl NoReceipt {
    /// A stable name for the audit trail.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "receipt_malformed",
            Self::Proof(_) => "receipt_proof",
            Self::OtherNode => "receipt_other_node",
            Self::OtherOrder => "receipt_other_order",
        }
    }
}

/// Reads a receipt that the node with these pinned keys gave to `own` (our instance actor) for the order `nonce`.
///
/// # Errors
/// [`NoReceipt`].
pub(super) fn read(
    document: &Value,
    pinned: &PeerKeys,
    own: &str,
    nonce: &str,
) -> std::result::Result<Receipt, NoReceipt> {
    let receipt: Receipt = serde_json::from_value(document.clone()).map_err(|_| NoReceipt::Malformed)?;
    if receipt.kind != TYPE {
        return Err(NoReceipt::Malformed);
    }
    let key = pinned
        .ed25519
        .as_deref()
        .and_then(|text| PublicKey::from_text(text).ok());
    let key = key.ok_or(NoReceipt::Proof(ProofError::Key))?;
    let parsed = proof::parse(document).map_err(NoReceipt::Proof)?;
    let by_instance = parsed
        .verification_method()
        .strip_prefix(&pinned.actor)
        .is_some_and(|rest| rest.starts_with('#'));
    if !by_instance {
        return Err(NoReceipt::Proof(ProofError::Key));
    }
    parsed.verify(&key).map_err(NoReceipt::Proof)?;
    if receipt.actor != pinned.actor || receipt.to != [own] {
        return Err(NoReceipt::OtherNode);
    }
    if receipt.nonce != nonce {
        return Err(NoReceipt::OtherOrder);
    }
    Ok(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Identity;
    use crate::testing::identity;

    #[test]
    fn a_receipt_is_the_pinned_nodes_word_for_one_order() {
        let (ours, theirs, third) = (
            identity("https://a.test"),
            identity("https://b.test"),
            identity("https://c.test"),
        );
        let at = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let tally = Tally {
            posts: 7,
            ..Tally::default()
        };
        let purge = Purge {
            how: AtEnd::Purge,
            nonce: Some("one".to_owned()),
            tally,
            started_at: at,
            finished_at: Some(at),
        };
        let pinned = theirs.peer_keys();
        let create = |by: &Identity| {
            let keys = by.for_stranger();
            create(by.actor(), &keys, ours.origin(), "one", &purge, at).unwrap()
        };
        let receipt = create(&theirs);
        let taken = read(&receipt, &pinned, ours.actor(), "one").unwrap();
        assert_eq!((taken.how, taken.tally), (AtEnd::Purge, tally));

        // For another order, for another node, of another node.
        let refused =
            |document: &Value, own: &str, nonce: &str| read(document, &pinned, own, nonce).unwrap_err();
        assert_eq!(refused(&receipt, ours.actor(), "two"), NoReceipt::OtherOrder);
        assert_eq!(refused(&receipt, third.actor(), "one"), NoReceipt::OtherNode);
        let foreign = create(&third);
        assert!(matches!(
            refused(&foreign, ours.actor(), "one"),
            NoReceipt::Proof(_)
        ));
        // Changed after it was signed; not signed; signed by another under the right name.
        let mut more = receipt.clone();
        more["tally"]["posts"] = 8.into();
        assert!(matches!(refused(&more, ours.actor(), "one"), NoReceipt::Proof(_)));
        let mut bare = receipt.clone();
        bare.as_object_mut().unwrap().remove("proof");
        assert!(matches!(refused(&bare, ours.actor(), "one"), NoReceipt::Proof(_)));
        let (key, named) = (third.for_stranger(), theirs.for_stranger());
        let forged = proof::create(&bare, &key.ed25519, &named.ed25519_id, at).unwrap();
        let mut document = bare.clone();
        document["proof"] = forged;
        assert!(matches!(
            refused(&document, ours.actor(), "one"),
            NoReceipt::Proof(_)
        ));
        assert_eq!(
            refused(&json!({"type": "Note"}), ours.actor(), "one"),
            NoReceipt::Malformed
        );
    }
}
