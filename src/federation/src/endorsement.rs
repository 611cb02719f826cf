//! The instance key's word for a person's keys.
//!
//! A native person's actor document carries `endorsement`: a data-integrity proof (`eddsa-jcs-2022`) by the instance
//! actor's Ed25519 key over `{"id": actor id, "keys": [sorted texts of the person's keys]}`. The instance key is pinned,
//! so whoever takes over a peer's domain or web server without that key cannot speak for its people.
//!
//! When a node has new keys, those that a peer still has pinned endorse them in the same way, in `endorsements` of the
//! instance actor; and while it is not known which ones a peer has, a person's document carries in `endorsements` what the
//! newer ones say too.

use crate::keys::SigningKeys;
use entrenous_domain::{DomainError, Result};
use entrenous_model::{PeerKeys, Time};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::proof;
use serde_json::{Value, json};

/// What is signed.
fn statement(actor: &str, keys: &[PublicKey]) -> Value {
    let mut keys: Vec<String> = keys.iter().map(PublicKey::to_text).collect();
    keys.sort();
    keys.dedup();
    json!({"id": actor, "keys": keys})
}

/// Endorses `keys` as those of `actor`.
///
/// # Errors
/// `Internal` if the key refuses.
pub(crate) fn create(by: &SigningKeys, actor: &str, keys: &[PublicKey], at: Time) -> Result<Value> {
    proof::create(&statement(actor, keys), &by.ed25519, &by.ed25519_id, at).map_err(DomainError::internal)
}

/// Whether `endorsement` is the pinned instance key's word for exactly these keys of `actor`.
#[must_use]
pub fn holds(endorsement: &Value, pinned: &PeerKeys, actor: &str, keys: &[PublicKey]) -> bool {
    let Some(key) = pinned
        .ed25519
        .as_deref()
        .and_then(|text| PublicKey::from_multibase(text).ok())
    else {
        return false;
    };
    let Ok(parsed) = proof::parse_detached(&statement(actor, keys), endorsement) else {
        return false;
    };
    let by_instance = parsed
        .verification_method()
        .strip_prefix(&pinned.actor)
        .is_some_and(|rest| rest.starts_with('#'));
    !keys.is_empty() && by_instance && parsed.verify(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::identity;
    use entrenous_wire::keys::Ed25519KeyPair;

    #[test]
    fn only_the_pinned_key_endorses_and_only_these_keys() {
        let (ours, theirs) = (identity("https://a.test"), identity("https://b.test"));
        let key = || Ed25519KeyPair::generate().unwrap().public_key().unwrap();
        let (one, two) = (key(), key());
        let at = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let person = "https://a.test/people/ada";
        let word = create(&ours.for_stranger(), person, &[one.clone(), two.clone()], at).unwrap();
        let pinned = ours.peer_keys();
        assert!(holds(&word, &pinned, person, &[two.clone(), one.clone()]));
        assert!(!holds(&word, &pinned, person, std::slice::from_ref(&one)));
        assert!(!holds(
            &word,
            &pinned,
            "https://a.test/people/eve",
            &[one.clone(), two.clone()]
        ));
        assert!(!holds(
            &word,
            &theirs.peer_keys(),
            person,
            &[one.clone(), two.clone()]
        ));
        // The right words, signed by somebody else under our name.
        let forged = proof::create(
            &statement(person, std::slice::from_ref(&one)),
            &theirs.for_stranger().ed25519,
            &ours.current().ed25519_id,
            at,
        );
        assert!(!holds(&forged.unwrap(), &pinned, person, &[one]));
        assert!(!holds(&Value::Null, &pinned, person, &[]));
    }
}
