//! Who looks and who acts, as the store is asked.

use super::Viewer;
use crate::{Ctx, DomainError, Result, Via, peers};
use entrenous_model::{AccountId, Cleared, Matter, PeerId, Post, PostId, Receiving, Serving};
use entrenous_store::{Conn, person, person::Person, posts as rows, visible::Viewer as Seen};

/// The viewer as the store knows it; `None` for a peer that is given nothing.
pub(crate) async fn store_viewer(ctx: &Ctx, viewer: Viewer) -> Result<Option<Seen>> {
    Ok(match viewer {
        Viewer::Person(id) => Some(Seen::Person(id)),
        Viewer::Peer(id) => peer_viewer(ctx, id).await?,
    })
}

async fn peer_viewer(ctx: &Ctx, id: PeerId) -> Result<Option<Seen>> {
    Ok(peers::get(ctx, id)
        .await?
        .and_then(|peer| peer.clear::<Serving>(Matter::Posts).ok())
        .map(Seen::Peer))
}

/// By which rights someone acts on posts: their own, and, for people of peers, what their node may see.
#[derive(Clone, Copy)]
pub(crate) enum Rights {
    Local,
    Peer(Option<Seen>),
}

pub(crate) async fn rights(ctx: &Ctx, via: &Via) -> Result<Rights> {
    Ok(match via {
        Via::Local => Rights::Local,
        Via::Peer(receipt) => Rights::Peer(peer_viewer(ctx, receipt.peer).await?),
    })
}

/// Claims the receipt, and gives the person who acts, if they may act by this door.
pub(crate) fn actor(tx: &mut entrenous_store::Tx, via: &Via, id: AccountId) -> Result<Person> {
    claimed(tx, via, id).map(|(person, _)| person)
}

/// [`actor`], with the clearance of what they do if it came from a peer.
pub(crate) fn claimed(
    tx: &mut entrenous_store::Tx,
    via: &Via,
    id: AccountId,
) -> Result<(Person, Option<Cleared<Receiving>>)> {
    let cleared = match via {
        Via::Peer(receipt) => Some(peers::claim(tx, receipt)?),
        Via::Local => None,
    };
    let person = person::get(tx, id)?
        .filter(|person| person.active)
        .ok_or(DomainError::NotFound)?;
    match via {
        Via::Peer(receipt) if person.peer != Some(receipt.peer) => Err(DomainError::Refused("actor")),
        _ => Ok((person, cleared)),
    }
}

/// The post, if `person` may see it. For a boost, the boosted post.
pub(crate) fn target(conn: &mut Conn, rights: Rights, person: &Person, id: PostId) -> Result<Post> {
    let post = rows::get(conn, id)?.ok_or(DomainError::NotFound)?;
    let post = match post.boost_of {
        Some(boosted) => rows::get(conn, boosted)?.ok_or(DomainError::NotFound)?,
        None => post,
    };
    if may_see(conn, rights, person, &post)? {
        Ok(post)
    } else {
        Err(DomainError::NotFound)
    }
}

/// Whether `person` may see the post, and, if they are of a peer, whether their node may.
pub(crate) fn may_see(conn: &mut Conn, rights: Rights, person: &Person, post: &Post) -> Result<bool> {
    if !rows::may_see(conn, Seen::Person(person.id), post.id)? {
        return Ok(false);
    }
    Ok(match rights {
        Rights::Peer(seen) if post.is_local() => match seen {
            Some(seen) => rows::may_see(conn, seen, post.id)?,
            None => false,
        },
        _ => true,
    })
}
