//! The life of a peer after the invitation: confirm, suspend, trust by hand, another name.

use crate::{Ctx, DomainError, Result, audit, own_keys};
use entrenous_model::{Contract, Event, Origin, Peer, PeerId, PeerKeys, PeerState, SignatureForm, Software};
use entrenous_store::{Tx, peers as rows};

/// Longest name of a peer that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// The peer, before anything of it is touched: what is decided by its state is still so when it is written, and its row
/// is locked before those of its queue, as everywhere.
pub(crate) fn load(tx: &mut Tx, id: PeerId) -> Result<Peer> {
    rows::locked(tx, id)?.ok_or(DomainError::NotFound)
}

/// Writes a new state, with its audit line and event.
pub(super) fn turn(tx: &mut Tx, mut peer: Peer, state: PeerState, actor: &str, action: &str) -> Result<()> {
    let detail = format!("{}: {} -> {}", peer.name, peer.state.as_str(), state.as_str());
    peer.state = state;
    peer.updated_at = tx.now();
    if state != PeerState::Suspended {
        peer.alert = None;
    }
    rows::update(tx, &peer, None)?;
    audit::of_peer(tx, actor, action, &peer, &detail)?;
    tx.emit(Event::PeerChanged { peer: peer.id })?;
    Ok(())
}

/// Our administrator confirms: `PendingLocal` or `Suspended` to `Active`. The other side is told by the caller.
///
/// # Errors
/// `Conflict` with what the state is and what to do; also while the peer is known to show other keys than the pinned ones.
pub async fn confirm(ctx: &Ctx, actor: &str, id: PeerId) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, id)?;
            let wrong = match peer.state {
                PeerState::Suspended if peer.alert.is_some() => Some(super::KEYS_HAVE_CHANGED),
                PeerState::PendingLocal | PeerState::Suspended => None,
                PeerState::Active => Some("it is active already"),
                PeerState::PendingRemote => Some("it waits for the other side's administrator to confirm"),
                PeerState::Revoked => Some("it was revoked; a new invitation is needed"),
            };
            if let Some(wrong) = wrong {
                return Err(DomainError::Conflict(format!("{}: {wrong}", peer.origin)));
            }
            turn(tx, peer, PeerState::Active, &actor, "peer.confirmed")?;
            tx.emit(Event::DeliveriesQueued { peers: vec![id] })?;
            Ok(())
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// Their administrator confirmed: `PendingRemote` to `Active`. From `Active` it is nothing new.
///
/// # Errors
/// `Refused("state")` from any other state, and of a node that was introduced, which is asked itself.
pub async fn confirmed_by_peer(ctx: &Ctx, id: PeerId) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, id)?;
            match peer.state {
                PeerState::Active => Ok(()),
                // That somebody has the keys of an introduction does not show that they are at the address.
                PeerState::PendingRemote if peer.introduced_by.is_some() => {
                    Err(DomainError::Refused("state"))
                }
                PeerState::PendingRemote => turn(tx, peer, PeerState::Active, "peer", "peer.confirmed"),
                PeerState::PendingLocal | PeerState::Suspended | PeerState::Revoked => {
                    Err(DomainError::Refused("state"))
                }
            }
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// Halts a peer: nothing crosses until it is confirmed again; what is queued is kept.
///
/// # Errors
/// `Conflict` unless active.
pub async fn suspend(ctx: &Ctx, actor: &str, id: PeerId) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, id)?;
            if !peer.is_active() {
                let state = peer.state.as_str();
                return Err(DomainError::Conflict(format!(
                    "{} is {state}, not active",
                    peer.origin
                )));
            }
            turn(tx, peer, PeerState::Suspended, &actor, "peer.suspended")
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// What is known of other software that is added by hand.
#[derive(Debug, Clone)]
pub struct TrustedByHand {
    /// Its origin.
    pub origin: Origin,
    /// Its name.
    pub name: String,
    /// Keys of its instance actor, if it has one.
    pub keys: Option<PeerKeys>,
    /// Shared inbox, if known.
    pub shared_inbox: Option<String>,
    /// What may cross.
    pub contract: Contract,
}

/// Adds other software by hand, active at once, with its fingerprint pinned if it has an instance actor.
///
/// # Errors
/// `Conflict` if it is known and not revoked, or it is this node.
pub async fn trust(ctx: &Ctx, actor: &str, identity: TrustedByHand) -> Result<PeerId> {
    if &identity.origin == ctx.origin() {
        return Err(DomainError::Conflict(
            "this node need not trust itself".to_owned(),
        ));
    }
    super::checked(&identity.contract)?;
    let actor = actor.to_owned();
    let id = ctx
        .store()
        .write(move |tx| {
            let our_keys = own_keys::lock(tx)?;
            let known = rows::by_origin(tx, &identity.origin)?;
            if let Some(peer) = known.as_ref().filter(|peer| peer.state != PeerState::Revoked) {
                let state = peer.state.as_str();
                return Err(DomainError::Conflict(format!(
                    "{} is known and {state}",
                    peer.origin
                )));
            }
            let now = tx.now();
            let fingerprint = identity.keys.as_ref().map(|keys| keys.fingerprint.clone());
            let peer = Peer {
                id: known
                    .as_ref()
                    .map_or_else(|| PeerId(tx.next_id()), |peer| peer.id),
                origin: identity.origin,
                name: identity.name.chars().take(LONGEST_NAME).collect(),
                state: PeerState::Active,
                software: Software::Other,
                keys: identity.keys,
                shared_inbox: identity.shared_inbox,
                contract: identity.contract,
                signature_form: SignatureForm::Cavage,
                created_at: known.as_ref().map_or(now, |peer| peer.created_at),
                updated_at: now,
                last_seen_at: None,
                failing_since: None,
                failures: 0,
                retry_at: None,
                last_error: None,
                introduced_by: None,
                accepts_introductions: false,
                our_keys,
                alert: None,
            };
            if known.is_some() {
                rows::update(tx, &peer, None)?;
            } else {
                rows::insert(tx, &peer, None)?;
            }
            let detail = format!(
                "{} trusted by hand; fingerprint {}",
                peer.name,
                fingerprint.as_deref().unwrap_or("none")
            );
            audit::of_peer(tx, &actor, "peer.trusted", &peer, &detail)?;
            tx.emit(Event::PeerChanged { peer: peer.id })?;
            Ok(peer.id)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(id)
}

/// A peer has another name: it is shown with its people from now on.
///
/// # Errors
/// `Refused("state")` unless active.
pub async fn rename(ctx: &Ctx, id: PeerId, name: &str) -> Result<()> {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let name: String = name.chars().map(plain).take(LONGEST_NAME).collect();
    ctx.store()
        .write(move |tx| {
            let mut peer = load(tx, id)?;
            if !peer.is_active() {
                return Err(DomainError::Refused("state"));
            }
            if peer.name == name {
                return Ok(());
            }
            let detail = format!("{} is called {name} now", peer.name);
            peer.name = name;
            peer.updated_at = tx.now();
            rows::update(tx, &peer, None)?;
            audit::of_peer(tx, "peer", "peer.renamed", &peer, &detail)?;
            tx.emit(Event::PeerChanged { peer: id })?;
            Ok(())
        })
        .await?;
    ctx.trust().forget_everything();
    ctx.caches().apply(&[Event::PeerChanged { peer: id }]);
    Ok(())
}
