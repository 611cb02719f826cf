//! Two introduced nodes tell each other that they have accepted, and the sponsor hears of it.

use super::settle;
use crate::peers::life::{load, turn};
use crate::{Ctx, DomainError, Receipt, Result, ledger, work};
use entrenous_model::{
    Agreed, Crossing, Direction, Event, Introduction, IntroductionState, Matter, Origin, Parcel, Peer,
    PeerId, PeerState, Receiving,
};
use entrenous_store::{Conn, StoreError, introductions as rows, peers as peer_rows, proposals};

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
    /// We have accepted: the peer, pending or active.
    Accepted(PeerId),
}

/// The introduction of the node at `origin` by the statement `uri`, if that node may talk to us about it: it is open, or was
/// answered here. Asked before its signature is believed, and before anything is fetched.
///
/// # Errors
/// Only the store's.
pub async fn known_by(ctx: &Ctx, origin: &Origin, uri: &str) -> Result<Option<Introduction>> {
    let (origin, uri, now) = (origin.clone(), uri.to_owned(), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| {
            let Some(one) = find(conn, &origin, &uri)? else {
                return Ok(None);
            };
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

/// The other node says that it has accepted. That makes nobody a peer: whoever has the keys of the statement can say it from
/// anywhere. It is asked itself, at its address, at once.
///
/// # Errors
/// `NotFound` if there is no such introduction; `Refused("introduction_declined")` if it was turned down here or the
/// connection has ended since.
pub async fn met(ctx: &Ctx, origin: &Origin, uri: &str) -> Result<Stands> {
    let (origin, uri) = (origin.clone(), uri.to_owned());
    let declined = || DomainError::Refused("introduction_declined");
    let seen = {
        let (origin, uri) = (origin.clone(), uri.clone());
        let read = move |conn: &mut Conn| {
            let one = find(conn, &origin, &uri)?;
            let peer = peer_rows::by_origin(conn, &origin)?;
            Ok::<_, StoreError>((one, peer))
        };
        ctx.store().read(read).await?
    };
    let (Some(one), peer) = seen else {
        return Err(DomainError::NotFound);
    };
    let stands = match one.state {
        IntroductionState::Declined => return Err(declined()),
        IntroductionState::Open => Stands::Open,
        IntroductionState::Accepted | IntroductionState::Connected => {
            let peer = peer.filter(|peer| matches!(peer.state, PeerState::PendingRemote | PeerState::Active));
            Stands::Accepted(peer.ok_or_else(declined)?.id)
        }
    };
    if one.other_confirmed {
        return Ok(stands);
    }
    let note = work::write(ctx, move |tx| {
        rows::other_confirmed(tx, one.id)?;
        Ok(super::changed(tx, one.peer)?)
    });
    note.await?;
    Ok(stands)
}

/// The node that was introduced has answered our question, at its address, with its acceptance: it is a peer.
///
/// # Errors
/// `Refused("introduction_declined")` if the connection has ended or waits for something else meanwhile; `NotFound`.
pub async fn answered_by_node(ctx: &Ctx, id: PeerId, said: Met) -> Result<()> {
    work::write(ctx, move |tx| {
        let origin = peer_rows::by_id(tx, id)?.ok_or(DomainError::NotFound)?.origin;
        let one = find(tx, &origin, &said.uri)?.ok_or(DomainError::NotFound)?;
        // The sponsor's row first, as where it is accepted.
        let sponsor = load(tx, one.peer)?;
        let peer = load(tx, id)?;
        let waits = peer_rows::waits_for(tx, id)?;
        match peer.state {
            PeerState::Active => return Ok(()),
            PeerState::PendingRemote
                if peer.keys.as_ref() == Some(&one.node.keys) && waits.as_ref() == Some(&said.uri) => {}
            _ => return Err(DomainError::Refused("introduction_declined")),
        }
        settle(tx, &one, IntroductionState::Connected, &sponsor, "peer")?;
        let agreed = Agreed {
            contract: one.contract.clone(),
            by_us: false,
            document: said.document.clone(),
            agreed_at: tx.now(),
        };
        proposals::agree(tx, id, &agreed)?;
        ledger::write(tx, [Crossing::of(id, Direction::Sent, said.parcel.clone())])?;
        turn(tx, peer, PeerState::Active, "peer", "peer.confirmed")?;
        tx.emit(Event::DeliveriesQueued { peers: vec![id] })?;
        Ok(())
    })
    .await?;
    ctx.trust().forget_everything();
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
    work::write(ctx, move |tx| {
        let origin = peer_rows::by_id(tx, id)?.ok_or(DomainError::NotFound)?.origin;
        let one = find(tx, &origin, &uri)?.filter(|one| one.state == IntroductionState::Accepted);
        let Some(one) = one else { return Ok(()) };
        let sponsor = load(tx, one.peer)?;
        let peer = load(tx, id)?;
        settle(tx, &one, IntroductionState::Declined, &sponsor, "peer")?;
        if peer.state == PeerState::PendingRemote && peer_rows::waits_for(tx, id)?.as_ref() == Some(&uri) {
            // It was never active by this: nothing of it is here, and nothing of ours is there.
            turn(tx, peer, PeerState::Revoked, "peer", "peer.revoked")?;
        }
        Ok(())
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
    work::write(ctx, move |tx| {
        let of_it = |one: &Introduction| one.peer == receipt.peer && one.offer == uri;
        let statement = rows::made(tx, None)?.into_iter().find(of_it).map(|one| one.uri);
        let statement = statement.unwrap_or_default();
        // Both answers may come at the same moment: each sees the other's under the locks of both.
        let mut both: Vec<PeerId> = rows::made(tx, Some(&statement))?
            .iter()
            .map(|one| one.peer)
            .collect();
        both.push(receipt.peer);
        both.sort_unstable();
        both.dedup();
        for peer in both {
            load(tx, peer)?;
        }
        crate::peers::claim(tx, &receipt)?;
        let pair = rows::made(tx, Some(&statement))?;
        let one = pair.iter().find(|one| of_it(one));
        let Some(one) = one.filter(|one| one.state == IntroductionState::Open) else {
            return Ok(());
        };
        let peer = load(tx, receipt.peer)?;
        let other = pair.iter().find(|other| other.id != one.id);
        let (state, other) = match (accepted, other) {
            (false, other) => (IntroductionState::Declined, other),
            (true, Some(other)) if other.state == IntroductionState::Accepted => {
                (IntroductionState::Connected, Some(other))
            }
            (true, _) => (IntroductionState::Accepted, None),
        };
        if let Some(other) = other {
            let now = tx.now();
            rows::answer(tx, other.id, state, now)?;
        }
        Ok(settle(tx, one, state, &peer, "peer")?)
    })
    .await
}
