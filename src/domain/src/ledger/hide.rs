//! What stands in the ledger for an id that tells of a person.

use crate::secrets::{hex, hmac_sha256};
use entrenous_model::{AccountId, Direction, Origin, Parcel, Peer, Software};
use std::collections::HashMap;

/// Bytes of a hash that are kept: enough that no two people share one.
const KEPT: usize = 16;

/// A person whose hashes can be made.
pub(super) struct Known {
    pub(super) uri: String,
    pub(super) key: Vec<u8>,
}

/// Whom ids name, and the keys of those people.
#[derive(Default)]
pub(super) struct People {
    pub(super) named: HashMap<String, AccountId>,
    pub(super) known: HashMap<AccountId, Known>,
}

/// The keyed hash of an id.
pub(super) fn hashed(key: &[u8], id: &str) -> String {
    let whole = hmac_sha256(key, id.as_bytes());
    format!("hmac:{}", hex(whole.get(..KEPT).unwrap_or(&whole)))
}

/// True for an id that tells nothing of a person: one of this node or of a native peer, which number their posts and
/// activities, and that is not a person's own.
pub(super) fn is_plain(node: &Origin, peer: &Peer, id: &str) -> bool {
    let Some(origin) = Origin::of_text(id) else {
        return false;
    };
    let numbered = origin == *node || (peer.software == Software::Native && origin == peer.origin);
    numbered && !names_person(&origin, id)
}

fn names_person(origin: &Origin, id: &str) -> bool {
    let path = id.strip_prefix(origin.as_str()).unwrap_or(id);
    // What does not begin with the canonical text of its origin is looked at no further.
    path.len() == id.len() || path.starts_with("/people/") || path.starts_with("/@")
}

/// The person's own id of an address below it (`/people/ada/outbox`), or the id itself.
pub(super) fn person_of(id: &str) -> &str {
    let Some(start) = id.find("/people/").map(|at| at + "/people/".len()) else {
        return id;
    };
    let length = id
        .get(start..)
        .and_then(|rest| rest.find(['/', '#', '?']))
        .map(|at| start + at);
    length.and_then(|end| id.get(..end)).unwrap_or(id)
}

impl People {
    /// Who acts.
    pub(super) fn person(&self, account: Option<AccountId>) -> Option<String> {
        let known = self.known.get(&account?)?;
        Some(hashed(&known.key, &known.uri))
    }

    /// What stands for the ids of a parcel, the activity's and the object's: themselves if they are plain, else hashes with
    /// the key of the person whom they tell of. Of whom nobody here knows, nothing is kept.
    pub(super) fn ids(
        &self,
        node: &Origin,
        peer: &Peer,
        direction: Direction,
        parcel: &Parcel,
    ) -> (Option<String>, Option<String>) {
        // Its own: every activity that was received, and what is made, changed, removed or taken back.
        let first = parcel.kind.split(' ').next().unwrap_or_default();
        let of_actor = matches!(first, "Create" | "Update" | "Delete" | "Undo");
        let shown = |id: &Option<String>, own: bool| {
            let id = id.as_deref()?;
            if is_plain(node, peer, id) {
                return Some(id.to_owned());
            }
            let about = self.named.get(person_of(id)).copied();
            let own = own && direction == Direction::Received && peer.origin.owns(id);
            let about = about.or(parcel.account.filter(|_| own));
            let known = self.known.get(&about?)?;
            Some(hashed(&known.key, id))
        };
        (shown(&parcel.activity, true), shown(&parcel.object, of_actor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_behind_an_address() {
        for (id, person) in [
            ("https://a.example/people/ada", "https://a.example/people/ada"),
            (
                "https://a.example/people/ada/outbox",
                "https://a.example/people/ada",
            ),
            (
                "https://a.example/people/ada#main-key",
                "https://a.example/people/ada",
            ),
            ("https://m.example/users/ada", "https://m.example/users/ada"),
        ] {
            assert_eq!(person_of(id), person);
        }
    }

    #[test]
    fn only_numbers_are_plain() {
        let node = Origin::parse("https://here.example").unwrap();
        for (id, names) in [
            ("https://here.example/posts/1", false),
            ("https://here.example/activities/1", false),
            ("https://here.example/actor", false),
            ("https://here.example/people/ada", true),
            ("https://here.example/@ada", true),
            ("HTTPS://here.example/people/ada", true),
        ] {
            assert_eq!(names_person(&node, id), names, "{id}");
        }
    }
}
