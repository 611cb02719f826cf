//! The two-admin invitation (federation.md, "The federated invitation").

use crate::{Ctx, DomainError, Result, audit, own_keys, secrets};
use chrono::TimeDelta;
use entrenous_model::peer::PeerInvite;
use entrenous_model::{
    Contract, Event, KeyGeneration, Origin, Peer, PeerId, PeerIdentity, PeerInviteId, PeerState,
    SignatureForm, Software, Time,
};
use entrenous_store::{StoreError, Tx, peer_invites, peers as rows};

/// What the vault calls the key of an invitation.
pub(crate) const PURPOSE: &str = "peer invitation";

/// A new invitation with its token.
pub struct NewInvite {
    /// The row.
    pub invite: PeerInvite,
    /// 256 bits, base64url; shown once, in the fragment of the link.
    pub token: String,
}

/// What an administrator offers in an invitation.
#[derive(Debug, Clone)]
pub struct InviteOffer {
    /// Why, in the administrator's words; at most 500 characters.
    pub purpose: String,
    /// What may cross, seen from this node.
    pub contract: Contract,
    /// Valid for so long; 1 to 72.
    pub hours: i64,
    /// The one origin it is for.
    pub for_origin: Option<Origin>,
    /// No second confirmation here; only with `for_origin`.
    pub pre_confirm: bool,
    /// Once it is a peer, the node is introduced to everyone whom it may be introduced to; only if the contract gives
    /// introductions.
    pub introduce: bool,
}

/// Creates an invitation. Its key is derived from the token by HKDF and sealed; the token is not stored.
///
/// # Errors
/// `Invalid`: hours not 1 to 72, purpose over 500 characters, `pre_confirm` without `for_origin`, `introduce` without a
/// contract that gives introductions, our own origin.
pub async fn invite(ctx: &Ctx, actor: &str, offer: InviteOffer) -> Result<NewInvite> {
    let InviteOffer {
        purpose,
        contract,
        hours,
        for_origin,
        pre_confirm,
        introduce,
    } = offer;
    if !(1..=72).contains(&hours) {
        return Err(DomainError::invalid("an invitation is valid for 1 to 72 hours"));
    }
    if purpose.chars().count() > 500 {
        return Err(DomainError::invalid("the purpose has at most 500 characters"));
    }
    super::checked(&contract)?;
    if pre_confirm && for_origin.is_none() {
        return Err(DomainError::invalid(
            "pre-confirming needs the one authority the invitation is for (--for)",
        ));
    }
    if for_origin.as_ref() == Some(ctx.origin()) {
        return Err(DomainError::invalid("a node cannot invite itself"));
    }
    if introduce && !contract.we_give.introduces {
        return Err(DomainError::invalid(
            "the contract gives no introductions: nobody could be introduced",
        ));
    }
    let token = ctx.random_token();
    let key = secrets::derive_from_token(&token, PURPOSE)?;
    let _steady = ctx.vault().steady().await;
    let sealed_key = ctx.vault().seal(PURPOSE, ctx.random(), &key)?;
    let actor = actor.to_owned();
    let invite = ctx
        .store()
        .write(move |tx| -> std::result::Result<PeerInvite, StoreError> {
            let now = tx.now();
            let invite = PeerInvite {
                id: PeerInviteId(tx.next_id()),
                purpose,
                contract,
                for_origin,
                pre_confirmed: pre_confirm,
                introduce,
                sealed_key,
                created_at: now,
                expires_at: now + TimeDelta::hours(hours),
                used_by: None,
                revoked_at: None,
            };
            peer_invites::insert(tx, &invite)?;
            let peer = invite.for_origin.as_ref().map(Origin::as_str);
            let detail = format!("invitation {} for {}", invite.id, peer.unwrap_or("any node"));
            audit::write(tx, &actor, "peer.invited", None, peer, &detail)?;
            Ok(invite)
        })
        .await?;
    Ok(NewInvite { invite, token })
}

/// Open and used invitations, newest first.
///
/// # Errors
/// Only the store's.
pub async fn invites(ctx: &Ctx) -> Result<Vec<PeerInvite>> {
    Ok(ctx.store().read(peer_invites::all).await?)
}

/// Withdraws an invitation.
///
/// # Errors
/// `NotFound`, also if it was used or withdrawn before.
pub async fn revoke_invite(ctx: &Ctx, actor: &str, id: PeerInviteId) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if !peer_invites::revoke(tx, id, now)? {
                return Err(DomainError::NotFound);
            }
            audit::write(
                tx,
                &actor,
                "peer.invitation_withdrawn",
                None,
                None,
                &format!("invitation {id}"),
            )?;
            Ok(())
        })
        .await
}

/// Why an invitation cannot be used. It is told only to who has shown that they have the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// Its time was over then.
    Expired(Time),
    /// Our administrator took it back then.
    Withdrawn(Time),
    /// Another node has used it.
    Used,
    /// It names another node.
    ForAnother,
}

impl Spent {
    /// The stable reason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expired(_) => "invitation_expired",
            Self::Withdrawn(_) => "invitation_withdrawn",
            Self::Used => "invitation_used",
            Self::ForAnother => "invitation_for_another",
        }
    }

    /// Since when.
    #[must_use]
    pub const fn at(self) -> Option<Time> {
        match self {
            Self::Expired(at) | Self::Withdrawn(at) => Some(at),
            Self::Used | Self::ForAnother => None,
        }
    }

    fn of(invite: &PeerInvite, origin: &Origin, now: Time) -> Option<Self> {
        if invite.for_origin.as_ref().is_some_and(|wanted| wanted != origin) {
            Some(Self::ForAnother)
        } else if invite.used_by.as_ref().is_some_and(|user| user != origin) {
            Some(Self::Used)
        } else if let Some(at) = invite.revoked_at {
            Some(Self::Withdrawn(at))
        } else {
            (invite.expires_at <= now).then_some(Self::Expired(invite.expires_at))
        }
    }
}

/// An invitation, its key, and why `origin` cannot use it, if so; asked before anything is fetched from `origin`. The node
/// that used it may ask again, since the answer to it may have been lost.
///
/// # Errors
/// `Refused("invitation")` if there is none.
pub async fn invite_key(
    ctx: &Ctx,
    id: PeerInviteId,
    origin: &Origin,
) -> Result<(PeerInvite, zeroize::Zeroizing<Vec<u8>>, Option<Spent>)> {
    let invite = ctx
        .store()
        .read(move |conn| peer_invites::by_id(conn, id))
        .await?
        .ok_or(DomainError::Refused("invitation"))?;
    let key = ctx.vault().open(PURPOSE, &invite.sealed_key)?;
    let spent = Spent::of(&invite, origin, ctx.now());
    Ok((invite, key, spent))
}

/// The key of an invitation as the side that has the link derives it.
///
/// # Errors
/// `Internal` only.
pub fn key_of_token(token: &str) -> Result<[u8; 32]> {
    secrets::derive_from_token(token, PURPOSE)
}

/// The other side accepted our invitation: uses it up (exactly once, also under parallel tries) and adds the peer as
/// `PendingLocal`, or `Active` if it was pre-confirmed. The same node repeating the same acceptance (a lost answer)
/// gets the state it has.
///
/// # Errors
/// `Refused("invitation")`, `Conflict` if that origin is an active peer already.
pub async fn accepted_by(ctx: &Ctx, id: PeerInviteId, identity: PeerIdentity) -> Result<PeerState> {
    if &identity.origin == ctx.origin() {
        return Err(DomainError::Refused("invitation"));
    }
    let state = ctx
        .store()
        .write(move |tx| {
            let now = tx.now();
            // A rotation withdraws open invitations: the keys that the link names are those that hold now.
            let our_keys = own_keys::lock(tx)?;
            let invite = peer_invites::by_id(tx, id)?.ok_or(DomainError::Refused("invitation"))?;
            if invite.used_by.as_ref() == Some(&identity.origin) {
                return accepted_before(tx, &identity);
            }
            let known = rows::by_origin(tx, &identity.origin)?;
            if invite
                .for_origin
                .as_ref()
                .is_some_and(|wanted| wanted != &identity.origin)
            {
                return Err(DomainError::Refused("invitation"));
            }
            if known.as_ref().is_some_and(Peer::is_active) {
                return Err(DomainError::Conflict(
                    "these nodes are connected already".to_owned(),
                ));
            }
            peer_invites::introduce_no_more(tx, &identity.origin)?;
            if !peer_invites::claim(tx, id, &identity.origin, now)? {
                // Meanwhile, on PostgreSQL: perhaps by this same acceptance, sent again before it was answered.
                let invite = peer_invites::by_id(tx, id)?;
                return match invite.and_then(|invite| invite.used_by) {
                    Some(by) if by == identity.origin => accepted_before(tx, &identity),
                    _ => Err(DomainError::Refused("invitation")),
                };
            }
            let state = if invite.pre_confirmed {
                PeerState::Active
            } else {
                PeerState::PendingLocal
            };
            let beginning = Beginning {
                identity: &identity,
                contract: invite.contract,
                state,
                our_keys,
                waiting_for: None,
                introduced_by: None,
            };
            put(tx, known.as_ref(), beginning)?;
            let detail = format!(
                "{} accepted invitation {id}; fingerprint {}",
                identity.name, identity.keys.fingerprint
            );
            let origin = identity.origin.as_str();
            audit::write(tx, "peer", "peer.accepted", None, Some(origin), &detail)?;
            Ok(state)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(state)
}

/// The answer to an acceptance that was taken before. Another key under the same name is another node.
fn accepted_before(tx: &mut Tx, identity: &PeerIdentity) -> Result<PeerState> {
    rows::by_origin(tx, &identity.origin)?
        .filter(|peer| peer.keys.as_ref() == Some(&identity.keys))
        .map(|peer| peer.state)
        .filter(|state| matches!(state, PeerState::Active | PeerState::PendingLocal))
        .ok_or(DomainError::Refused("invitation"))
}

/// We accepted theirs: adds or renews the peer as `PendingRemote`, or `Active` if they answered so. `invitation` is
/// the URL of the invitation there, where its state can be asked; `our_keys` are those that we accepted with.
///
/// # Errors
/// `Conflict` if it is active already or it is ourselves, or our keys were changed meanwhile; `Invalid` for terms beyond
/// their bounds.
pub async fn joined(
    ctx: &Ctx,
    actor: &str,
    identity: PeerIdentity,
    contract: Contract,
    active: bool,
    our_keys: KeyGeneration,
    invitation: String,
) -> Result<PeerId> {
    if &identity.origin == ctx.origin() {
        return Err(DomainError::Conflict(
            "this link is an invitation by this very node".to_owned(),
        ));
    }
    super::checked(&contract)?;
    let write = || {
        let (actor, identity, invitation) = (actor.to_owned(), identity.clone(), invitation.clone());
        let contract = contract.clone();
        ctx.store().write(move |tx| {
            let current = own_keys::lock(tx)?;
            let known = rows::by_origin(tx, &identity.origin)?;
            if known.as_ref().is_some_and(Peer::is_active) {
                return Err(DomainError::Conflict(
                    "these nodes are connected already".to_owned(),
                ));
            }
            let state = if active {
                PeerState::Active
            } else {
                PeerState::PendingRemote
            };
            let beginning = Beginning {
                identity: &identity,
                contract,
                state,
                our_keys,
                waiting_for: Some(&invitation),
                introduced_by: None,
            };
            let id = put(tx, known.as_ref(), beginning)?;
            own_keys::catch_up(tx, id, our_keys, current)?;
            let detail = format!(
                "joined {}; fingerprint {}",
                identity.name, identity.keys.fingerprint
            );
            audit::write(
                tx,
                &actor,
                "peer.joined",
                None,
                Some(identity.origin.as_str()),
                &detail,
            )?;
            Ok(id)
        })
    };
    let id = match write().await {
        // On PostgreSQL another join of the same node added the peer this moment: it is there to be renewed now.
        Err(DomainError::Store(StoreError::Conflict { .. })) => write().await?,
        written => written?,
    };
    ctx.trust().forget_everything();
    Ok(id)
}

/// A connection with a native node, as it begins.
pub(super) struct Beginning<'a> {
    pub(super) identity: &'a PeerIdentity,
    pub(super) contract: Contract,
    pub(super) state: PeerState,
    /// The keys of ours that it has.
    pub(super) our_keys: KeyGeneration,
    /// What the other side is asked about until it has confirmed.
    pub(super) waiting_for: Option<&'a str>,
    /// Who made it known.
    pub(super) introduced_by: Option<&'a Origin>,
}

/// Writes a native peer at the beginning of a connection.
pub(super) fn put(
    tx: &mut Tx,
    known: Option<&Peer>,
    new: Beginning<'_>,
) -> std::result::Result<PeerId, StoreError> {
    let Beginning {
        identity,
        contract,
        state,
        our_keys,
        waiting_for,
        introduced_by,
    } = new;
    let now = tx.now();
    let peer = Peer {
        id: known.map_or_else(|| PeerId(tx.next_id()), |peer| peer.id),
        origin: identity.origin.clone(),
        name: identity.name.chars().take(200).collect(),
        state,
        software: Software::Native,
        keys: Some(identity.keys.clone()),
        shared_inbox: Some(identity.shared_inbox.clone()),
        contract,
        signature_form: SignatureForm::Rfc9421Ed25519,
        created_at: known.map_or(now, |peer| peer.created_at),
        updated_at: now,
        last_seen_at: Some(now),
        failing_since: None,
        failures: 0,
        retry_at: None,
        last_error: None,
        introduced_by: introduced_by.cloned(),
        accepts_introductions: false,
        our_keys,
        alert: None,
    };
    if known.is_some() {
        entrenous_store::proposals::forget(tx, peer.id)?;
        entrenous_store::introductions::forget(tx, peer.id, &peer.origin)?;
        rows::update(tx, &peer, waiting_for)?;
    } else {
        rows::insert(tx, &peer, waiting_for)?;
    }
    tx.emit(Event::PeerChanged { peer: peer.id })?;
    Ok(peer.id)
}
