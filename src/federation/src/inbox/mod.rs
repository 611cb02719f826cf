//! The inboxes: what peers tell us.
//!
//! The guard has verified who signed ([`gate::Verified`]). Then, in this order: JSON within its bounds, the rules of
//! origin ([`origin`], decided without database or network), the activity's own proof, the contract, and one verb of the
//! domain that claims the activity's id and has its effect in one transaction. 202 means that it had its effect, had it
//! before, or has none here; whatever is wrong with it is 400, 401, 403 or 413 with a reason. 429 is what is too much now, and
//! 503 what our own store, or a peer that does not show a key, cannot decide: both may be sent again.

mod apply;
mod flag;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod instance;
mod origin;
mod post;
mod proof;
mod quote;
mod reaction;
mod relation;

pub(crate) use instance::pinned_keys;
pub(crate) use quote::REQUEST;

use crate::client::Budget;
use crate::gate::{Denied, Signer, Verified};
use crate::vocabulary::{ActivityKind, Id, Inbound, Object, Unreadable};
use crate::{Federation, inbox::origin::Speaker};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::{DomainError, Receipt, Result, Via, accounts, audit, ledger, peers};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{
    Account, Acquaintance, Crossing, Direction, Matter, Parcel, Peer, Receiving, Software,
};
use http::StatusCode;
use std::sync::Arc;

/// The routes of the inboxes. All do the same: whom an activity is for stands in it.
pub(crate) fn routes() -> Routes<Federation> {
    let doc = |summary| Doc::new("federation", summary).status(202).hidden();
    Routes::new()
        .post(
            "/inbox",
            Access::Peer,
            doc("The inbox shared by the whole node"),
            receive,
        )
        .post(
            "/people/{username}/inbox",
            Access::Peer,
            doc("The inbox of a person"),
            receive,
        )
        .post(
            "/actor/inbox",
            Access::Peer,
            doc("The inbox of the instance actor"),
            receive,
        )
}

async fn receive(State(federation): State<Federation>, verified: Verified) -> Response {
    let origin = verified.peer.origin.clone();
    // What is known of it, for the ledger; more once it is read.
    let mut parcel = Parcel {
        kind: "POST".to_owned(),
        account: verified.signer.account(),
        bytes: i64::try_from(verified.body.len()).unwrap_or(i64::MAX),
        ..Parcel::default()
    };
    let taken = match in_time(&federation, &verified) {
        Ok(()) => take(&federation, &verified, &mut parcel).await,
        Err(denied) => Err(denied.into()),
    };
    let refused = match taken {
        Ok(()) => return StatusCode::ACCEPTED.into_response(),
        Err(refused) => refused,
    };
    let denied = match refused {
        Refused::Denied(denied) => denied,
        Refused::Domain(error) => match denial(error) {
            Some(denied) => denied,
            None => return StatusCode::ACCEPTED.into_response(),
        },
    };
    let denied = denied.about(&origin).of(audit::Refused {
        direction: Direction::Received,
        parcel,
        proven: true,
    });
    denied.record(federation.ctx(), "POST inbox").await;
    denied.answer()
}

/// The contract says how many activities a minute may come.
fn in_time(federation: &Federation, verified: &Verified) -> std::result::Result<(), Denied> {
    let peer = &verified.peer;
    let rate = peer.rate::<Receiving>();
    let taken = federation.0.received.take(peer.id, rate, federation.ctx().now());
    taken.map_err(|wait| {
        Denied::too_many(wait.num_seconds().unsigned_abs() + 1).because(format!("over {rate} a minute"))
    })
}

/// Why an activity has no effect.
enum Refused {
    /// The gate's kind of refusal.
    Denied(Denied),
    /// What the domain says.
    Domain(DomainError),
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<DomainError> for Refused {
    fn from(error: DomainError) -> Self {
        Self::Domain(error)
    }
}

/// The answer to what the domain says; `None` is 202.
fn denial(error: DomainError) -> Option<Denied> {
    Some(match error {
        DomainError::AlreadyReceived => return None,
        DomainError::Refused(reason) => Denied::forbidden(reason),
        DomainError::Invalid(text) => Denied::new(StatusCode::BAD_REQUEST, "invalid").because(text),
        DomainError::TooMany(seconds) => Denied::too_many(seconds),
        DomainError::Unauthenticated(_) => Denied::key("signature"),
        // The sender tries again; its queue keeps the order.
        error @ (DomainError::Store(_) | DomainError::Internal(_)) => Denied::failed(&error),
        error @ (DomainError::NotFound
        | DomainError::Forbidden(_)
        | DomainError::Conflict(_)
        | DomainError::Remote(_)) => {
            tracing::debug!(%error, "an activity has no effect here");
            return None;
        }
    })
}

/// An activity that passed the rules of origin, with who says it.
pub(crate) struct Incoming<'a> {
    pub(crate) peer: &'a Arc<Peer>,
    pub(crate) inbound: &'a Inbound,
    /// What of the contract it falls under.
    pub(super) matter: Matter<'static>,
    /// Fetches it may cause.
    pub(super) budget: &'a Budget,
    /// What the ledger tells of it.
    parcel: &'a Parcel,
}

impl Incoming<'_> {
    /// For the verb that has the effect.
    pub(super) fn via(&self) -> Via {
        Via::Peer(self.receipt())
    }

    pub(crate) fn receipt(&self) -> Receipt {
        Receipt {
            peer: self.peer.id,
            activity: self.inbound.id.to_string(),
            parcel: self.parcel.clone(),
            matter: self.matter,
        }
    }
}

async fn take(
    federation: &Federation,
    verified: &Verified,
    parcel: &mut Parcel,
) -> std::result::Result<(), Refused> {
    let ctx = federation.ctx();
    let peer = &verified.peer;
    let inbound = match Inbound::parse(&verified.body) {
        Ok(inbound) => inbound,
        Err(Unreadable::UnknownType) => {
            tracing::debug!(peer = %peer.origin, "an activity of an unknown type was taken and left");
            let crossing = Crossing::of(peer.id, Direction::Received, parcel.clone());
            ledger::note(ctx, crossing.refused("unknown_type"));
            return Ok(());
        }
        Err(Unreadable::TooLarge) => return Err(Denied::too_large().into()),
        Err(why) => return Err(Denied::new(StatusCode::BAD_REQUEST, why.code()).into()),
    };
    parcel.kind = kind_of(&inbound);
    parcel.activity = Some(inbound.id.to_string());
    parcel.object = inbound.activity.object.id().map(Id::to_string);
    let author = match verified.signer {
        Signer::Instance => None,
        Signer::Person(id) => Some(
            accounts::get(ctx, id)
                .await?
                .ok_or_else(|| Denied::key("key_unknown"))?,
        ),
    };
    check_origin(peer, author.as_deref(), &inbound)?;
    proof::check(federation, peer, author.as_deref(), &inbound).await?;
    let incoming = Incoming {
        peer,
        inbound: &inbound,
        matter: matter(&inbound, author.is_some()),
        budget: &verified.budget,
        parcel,
    };
    let Some(author) = author else {
        instance::apply(federation, &incoming).await?;
        if !instance::claims(inbound.activity.kind) {
            // It has no transaction of its own if it changes nothing.
            ledger::note(ctx, Crossing::of(peer.id, Direction::Received, parcel.clone()));
        }
        return Ok(());
    };
    // Asked in each verb's transaction too; here before anything is fetched.
    peer.clear::<Receiving>(incoming.matter)
        .map_err(|barred| Denied::forbidden(barred.code()))?;
    if apply::may_fetch(&incoming) && peers::was_received(ctx, inbound.id.as_str()).await? {
        return Ok(());
    }
    let taken = match apply::apply(federation, &incoming, &author).await {
        Err(
            DomainError::NotFound
            | DomainError::Forbidden(_)
            | DomainError::Conflict(_)
            | DomainError::Remote(_)
            // Their node may send to all of us what concerns none of us: nothing is kept, and nothing is wrong.
            | DomainError::Refused("no_audience_here"),
        ) => leave(federation, &incoming).await,
        other => other,
    };
    taken?;
    // What it is believed of is looked up later: nothing is asked of anyone while the sender waits.
    if let Some(text) = &verified.synchronization {
        federation.heard_of_followers(peer, &author, text);
    }
    Ok(())
}

/// What of the contract an activity falls under.
const fn matter(inbound: &Inbound, by_person: bool) -> Matter<'static> {
    match (inbound.activity.kind, &inbound.activity.object) {
        (ActivityKind::Flag, _) => Matter::Report,
        _ if !by_person => Matter::Node,
        (ActivityKind::Delete | ActivityKind::Undo | ActivityKind::Reject, _) => Matter::Retraction,
        (ActivityKind::Follow, _) => Matter::Follow,
        // As it is sent: a refusal would let the sender's queue rest.
        (ActivityKind::Update, Object::Actor(_)) => Matter::Person(Acquaintance::Known),
        _ => Matter::Posts,
    }
}

/// What the ledger calls it: its type, with its object's where that says more.
fn kind_of(inbound: &Inbound) -> String {
    let activity = &inbound.activity;
    let about_actor = activity.object.id() == Some(&inbound.actor);
    if let Some(offered) = instance::offered(inbound) {
        return format!("{} {}", activity.kind_name, offered.word());
    }
    match (activity.kind, &activity.object) {
        (_, Object::Activity(inner)) => format!("{} {}", activity.kind_name, inner.kind_name),
        (ActivityKind::Update | ActivityKind::Delete, _) if about_actor => {
            format!("{} Actor", activity.kind_name)
        }
        _ => activity.kind_name.clone(),
    }
}

fn check_origin(
    peer: &Peer,
    author: Option<&Account>,
    inbound: &Inbound,
) -> std::result::Result<(), Refused> {
    let speaker = match (author, &peer.keys) {
        (Some(author), _) => Speaker::Person(&author.uri),
        (None, Some(keys)) => Speaker::Instance(&keys.actor),
        // Only a pinned key makes the signer the instance.
        (None, None) => return Err(Denied::key("key_unknown").into()),
    };
    origin::check(&peer.origin, peer.software == Software::Native, speaker, inbound).map_err(|reason| {
        let detail = format!(
            "{} {} by {}",
            inbound.activity.kind_name, inbound.id, inbound.actor
        );
        Denied::forbidden(reason).because(detail).into()
    })
}

/// Takes an activity that has no effect here: its id is claimed, so that it is not looked at twice.
pub(crate) async fn leave(federation: &Federation, incoming: &Incoming<'_>) -> Result<()> {
    let receipt = incoming.receipt();
    tracing::debug!(
        activity = receipt.activity,
        kind = incoming.inbound.activity.kind_name,
        "taken without effect"
    );
    federation
        .ctx()
        .store()
        .write(move |tx| peers::claim(tx, &receipt).map(drop))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_store::StoreError;

    #[test]
    fn nothing_a_sender_does_is_answered_5xx() {
        let status = |error| denial(error).map(|denied| denied.status().as_u16());
        assert_eq!(status(DomainError::AlreadyReceived), None);
        assert_eq!(status(DomainError::NotFound), None);
        assert_eq!(status(DomainError::Forbidden("x".to_owned())), None);
        assert_eq!(status(DomainError::Remote("x".to_owned())), None);
        assert_eq!(status(DomainError::Refused("contract")), Some(403));
        assert_eq!(status(DomainError::invalid("x")), Some(400));
        assert_eq!(status(DomainError::TooMany(1)), Some(429));
        assert_eq!(
            status(DomainError::Store(StoreError::Busy(String::new()))),
            Some(503)
        );
    }
}
