//! The activity's own proof (FEP-8b32), if it carries one.

use super::Refused;
use crate::Federation;
use crate::gate::Denied;
use crate::vocabulary::Inbound;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_model::{Account, Peer};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::proof::{self, ProofError};

/// No proof is needed here, since the request is signed; a wrong one is refused, since it would be believed elsewhere.
///
/// # Errors
/// 401 `bad_proof`.
pub(super) async fn check(
    federation: &Federation,
    peer: &Peer,
    author: Option<&Account>,
    inbound: &Inbound,
) -> Result<(), Refused> {
    let bad = |why: ProofError| Refused::from(Denied::key("bad_proof").because(why.code()));
    let proof = match proof::parse(&inbound.document) {
        Ok(proof) => proof,
        // Another suite says nothing to us.
        Err(ProofError::Missing | ProofError::Unsupported) => return Ok(()),
        Err(why) => return Err(bad(why)),
    };
    let method = proof.verification_method();
    let key = match author {
        Some(author) => {
            let owner = accounts::key_owner(federation.ctx(), method).await?;
            owner
                .filter(|(owner, key)| owner.id == author.id && key.kind == KeyKind::Ed25519)
                .map(|(_, key)| key.public)
        }
        None => {
            let own = peer.keys.as_ref().filter(|keys| {
                method
                    .strip_prefix(keys.actor.as_str())
                    .is_some_and(|rest| rest.starts_with('#'))
            });
            own.and_then(|keys| keys.ed25519.clone())
        }
    };
    let key = key
        .and_then(|text| PublicKey::from_text(&text).ok())
        .ok_or_else(|| bad(ProofError::Key))?;
    proof.verify(&key).map_err(bad)
}
