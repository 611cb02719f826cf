//! Connecting two nodes: the invitation from one administrator to another, its confirmation and its end, and other
//! software added by hand (`federation.md`, "The federated invitation").
//!
//! | step | who | what |
//! |---|---|---|
//! | 1 | inviter | [`Federation::invite_link`]: origin, id, fingerprint, and the token in the fragment |
//! | 2 | joiner | [`Federation::preview`]: `GET /actor`, then `POST /invitations/{id}/preview` with a code made with the token; the terms come back under a code too, so that only who has the link learns them, and nobody can change them |
//! | 3 | joiner | [`Federation::join`]: signed `Accept` to `POST /invitations/{id}` |
//! | 4 | inviter | code, expiry, single use and domain before anything is fetched; then the joiner's keys, fingerprint and signature |
//! | 5 | inviter | [`Federation::confirm`]: signed notice to `POST /invitations/notice`; the joiner also asks `GET /invitations/{id}/state` |
//! | - | introduced nodes | each tells the other that it has accepted: signed `Accept` of the sponsor's statement to `POST /invitations/introduced` |
//! | 6 | either | [`Federation::revoke`]: signed order to `POST /invitations/notice`, answered with a signed receipt once it is carried out |

mod contact;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod introduced;
mod inviter;
mod joiner;
mod keys;
mod limits;
mod link;
mod message;
mod notice;
mod order;
mod receipt;
mod trust;
mod waiting;

pub(crate) use limits::Desk;

use crate::Federation;
use entrenous_domain::Result;
use entrenous_domain::peers::{self, InviteOffer};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{Contract, Origin, PeerId, PeerInviteId, Time};
use link::Link;

/// A new invitation, with the link to give away.
#[derive(Clone)]
pub struct InviteLink {
    /// The invitation.
    pub id: PeerInviteId,
    /// The link; it holds the secret and is shown once.
    pub link: String,
    /// Of this node's keys, to be read to the other administrator.
    pub fingerprint: String,
    /// Not valid from then on.
    pub expires_at: Time,
}

/// What an invitation link offers, after the inviter's keys were compared with it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The inviter.
    pub origin: Origin,
    /// The name it gives itself.
    pub name: String,
    /// Why, in its administrator's words.
    pub purpose: String,
    /// Of its keys.
    pub fingerprint: String,
    /// What may cross, seen from this node.
    pub contract: Contract,
    /// Not valid from then on.
    pub expires_at: Time,
}

/// Other software that was added by hand.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// The peer.
    pub peer: PeerId,
    /// Where it is.
    pub origin: Origin,
    /// The name it gives itself, or its authority.
    pub name: String,
    /// Of the keys that were pinned.
    pub fingerprint: Option<String>,
    /// What the administrator should know.
    pub warning: Option<String>,
}

impl Federation {
    /// Creates an invitation and its link.
    ///
    /// # Errors
    /// As [`peers::invite`].
    pub async fn invite_link(&self, actor: &str, offer: InviteOffer) -> Result<InviteLink> {
        let new = peers::invite(self.ctx(), actor, offer).await?;
        let fingerprint = self.identity().fingerprint();
        let link = Link {
            origin: self.ctx().origin().clone(),
            id: new.invite.id,
            fingerprint,
            token: new.token,
        };
        Ok(InviteLink {
            id: new.invite.id,
            link: link.text(),
            fingerprint: fingerprint.to_string(),
            expires_at: new.invite.expires_at,
        })
    }
}

/// The routes of the handshake. The page that a browser sees at `GET /invitations/{id}` is one of the pages of the API.
pub(crate) fn routes() -> Routes<Federation> {
    let doc = |summary| Doc::new("federation", summary).hidden();
    Routes::new()
        .post(
            "/invitations/{id}",
            Access::Handshake,
            doc("Accept an invitation"),
            inviter::accept,
        )
        .post(
            "/invitations/{id}/preview",
            Access::Handshake,
            doc("The terms of an invitation"),
            inviter::preview,
        )
        .get(
            "/invitations/{id}/state",
            Access::Handshake,
            doc("Whether it was confirmed"),
            inviter::state,
        )
        .post(
            introduced::PATH,
            Access::Handshake,
            doc("Accept an introduction"),
            introduced::receive,
        )
        .post(
            "/invitations/notice",
            Access::Handshake,
            doc("Confirmed, or ended"),
            notice::receive,
        )
}
