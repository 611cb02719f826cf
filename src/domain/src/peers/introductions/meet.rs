//! Two introduced nodes tell each other that they have accepted, and the sponsor hears of it.

use super::settle;
use crate::peers::life::{load, turn};
use crate::{Ctx, DomainError, Receipt, Result, ledger};
use entrenous_model::{
    Agreed, Crossing, Direction, Event, Introduction, IntroductionState, Matter, Origin, Parcel, Peer,
    PeerId, PeerState, Receiving,
};
use entrenous_store::{Conn, StoreError, Tx, introductions as rows, peers as peer_rows, proposals};

/// What the other node said: its acceptance of the statement, verified.
#[derive(Debug, Clone)]
pub struct Met {
    /// ActivityPub id of the statement.
    pub uri: String,
    /// The `Accept`, signed by the other node, as it came.
    pub document: String,
    /// For the ledger.
    pub parcel: Parcel,
}

/// How an introduction stands here, for the other node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Our administrator has not answered.
    Open,
    /// Both have accepted: they are peers.
    Connected,
}

/// The introduction of the node at `origin` by the statement `uri`, if that node may talk to us about it: it is open or was
/// accepted here. Asked before its signature is believed, and before anything is fetched.
///
/// # Errors
/// Only the store's.
pub async fn known_by(ctx: &Ctx, origin: &Origin, uri: &str) -> Result<Option<Introduction>> {
    let (origin, uri, now) = (origin.clone(), uri.to_owned(), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| {
            let one = find(conn, &origin, &uri)?;
            let Some(one) = one else { return Ok(None) };
            let talks = match one.state {
                IntroductionState::Open => one.is_open(now) && still_given(conn, &one)?,
                _ => true,
            };
            Ok::<_, StoreError>(talks.then_some(one))
        })
        .await?)
}

fn find(
    conn: &mut Conn,
    origin: &Origin,
    uri: &str,
) -> std::result::Result<Option<Introduction>, StoreError> {
    let all = rows::of_node(conn, origin)?;
    Ok(all.into_iter().find(|one| one.uri == uri))
}

fn still_given(conn: &mut Conn, one: &Introduction) -> std::result::Result<bool, StoreError> {
    let sponsor = peer_rows::by_id(conn, one.peer)?;
    Ok(sponsor.is_some_and(|sponsor| sponsor.clear::<Receiving>(Matter::Introduction).is_ok()))
}

/// The other node has accepted. If we had too, both are peers from now on; twice is once.
///
/// # Errors
/// `NotFound` if there is no such introduction; `Refused("introduction_declined")` if it was turned down here or the
/// connection has ended since.
pub async fn met(ctx: &Ctx, origin: &Origin, said: Met) -> Result<Stands> {
    let origin = origin.clone();
    let stands = ctx
        .store()
        .write(move |tx| {
            let one = find(tx, &origin, &said.uri)?.ok_or(DomainError::NotFound)?;
            match one.state {
                IntroductionState::Declined => Err(DomainError::Refused("introduction_declined")),
                IntroductionState::Open => {
                    if !one.other_confirmed {
                        rows::other_confirmed(tx, one.id)?;
                        super::changed(tx, one.peer)?;
                    }
                    Ok(Stands::Open)
                }
                IntroductionState::Accepted | IntroductionState::Connected => {
                    let peer = peer_rows::by_origin(tx, &origin)?.ok_or(DomainError::NotFound)?;
                    let peer = load(tx, peer.id)?;
                    connect(tx, &one, peer, said, Direction::Received)?;
                    Ok(Stands::Connected)
                }
            }
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(stands)
}

/// The other node answers our acceptance with its own: both are peers.
///
/// # Errors
/// `Refused("introduction_declined")` if the connection has ended meanwhile; `NotFound`.
pub async fn answered_by_node(ctx: &Ctx, id: PeerId, said: Met) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, id)?;
            let one = find(tx, &peer.origin, &said.uri)?.ok_or(DomainError::NotFound)?;
            connect(tx, &one, peer, said, Direction::Sent)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

fn connect(tx: &mut Tx, one: &Introduction, peer: Peer, said: Met, way: Direction) -> Result<()> {
    match peer.state {
        PeerState::Active => return Ok(()),
        PeerState::PendingRemote if peer.keys.as_ref() == Some(&one.node.keys) => {}
        _ => return Err(DomainError::Refused("introduction_declined")),
    }
    let sponsor = load(tx, one.peer)?;
    settle(tx, one, IntroductionState::Connected, &sponsor, "peer")?;
    let agreed = Agreed {
        contract: one.contract.clone(),
        by_us: false,
        document: said.document,
        agreed_at: tx.now(),
    };
    proposals::agree(tx, peer.id, &agreed)?;
    ledger::write(tx, [Crossing::of(peer.id, way, said.parcel)])?;
    let id = peer.id;
    turn(tx, peer, PeerState::Active, "peer", "peer.confirmed")?;
    tx.emit(Event::DeliveriesQueued { peers: vec![id] })?;
    Ok(())
}

/// The introduction that a pending peer waits for, by the statement's id.
///
/// # Errors
/// Only the store's.
pub async fn waiting(ctx: &Ctx, peer: &Peer, uri: &str) -> Result<Option<Introduction>> {
    let (origin, uri) = (peer.origin.clone(), uri.to_owned());
    Ok(ctx
        .store()
        .read(move |conn| find(conn, &origin, &uri))
        .await?
        .filter(|one| one.state == IntroductionState::Accepted))
}

/// The other node has turned it down, or nobody there answered in time: the pending peer ends here too.
///
/// # Errors
/// The store's.
pub async fn refused_by_node(ctx: &Ctx, id: PeerId, uri: &str) -> Result<()> {
    let uri = uri.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, id)?;
            let Some(one) = find(tx, &peer.origin, &uri)? else {
                return Ok(());
            };
            let sponsor = load(tx, one.peer)?;
            settle(tx, &one, IntroductionState::Declined, &sponsor, "peer")?;
            if peer.state == PeerState::PendingRemote {
                // It was never active: nothing of it is here, and nothing of ours is there.
                turn(tx, peer, PeerState::Revoked, "peer", "peer.revoked")?;
            }
            Ok::<_, DomainError>(())
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// At the sponsor: a peer has answered the offer `uri`.
///
/// # Errors
/// `AlreadyReceived`.
pub async fn answered(ctx: &Ctx, receipt: Receipt, uri: &str, accepted: bool) -> Result<()> {
    let uri = uri.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, receipt.peer)?;
            crate::peers::claim(tx, &receipt)?;
            let mine = rows::made(tx, None)?;
            let Some(one) = mine
                .into_iter()
                .find(|one| one.peer == peer.id && one.offer == uri)
                .filter(|one| one.state == IntroductionState::Open)
            else {
                return Ok(());
            };
            let pair: Vec<Introduction> = rows::made(tx, Some(&one.uri))?;
            let other = pair.into_iter().find(|other| other.id != one.id);
            if !accepted {
                if let Some(other) = other {
                    let now = tx.now();
                    rows::answer(tx, other.id, IntroductionState::Declined, now)?;
                }
                return Ok(settle(tx, &one, IntroductionState::Declined, &peer, "peer")?);
            }
            match other.filter(|other| other.state == IntroductionState::Accepted) {
                Some(other) => {
                    let now = tx.now();
                    rows::answer(tx, other.id, IntroductionState::Connected, now)?;
                    Ok(settle(tx, &one, IntroductionState::Connected, &peer, "peer")?)
                }
                None => Ok(settle(tx, &one, IntroductionState::Accepted, &peer, "peer")?),
            }
        })
        .await
}
