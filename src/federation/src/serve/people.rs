//! People, as far as the asking peer may know of them.

use super::answer::{activity_json, gone, not_found, settle};
use crate::gate::Verified;
use crate::render::Reader;
use crate::{Federation, render};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrenous_domain::follows::{self, Place};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::timelines::{self, AccountFilter};
use entrenous_domain::{Result, accounts, peers};
use entrenous_model::{Account, Cleared, Matter, Page, Peer, PeerId, Serving};
use entrenous_store::{follower_sets, peer_view};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Posts on a page of an outbox.
const PAGE: i64 = 20;
/// Most followers that are listed.
const FOLLOWERS: i64 = 10_000;

/// That the peer may know of this person.
pub(super) async fn may_know(
    federation: &Federation,
    peer: &Peer,
    account: &Account,
) -> Result<Option<Cleared<Serving>>> {
    let (account, peer) = (account.id, peer.clone());
    let store = federation.ctx().store();
    Ok(store
        .read(move |conn| peers::may_know(conn, &peer, account))
        .await?)
}

enum Found {
    Person(Cleared<Serving>, Arc<Account>),
    Left(Cleared<Serving>, Arc<Account>),
}

async fn find(federation: &Federation, peer: &Peer, username: &str) -> Result<Option<Found>> {
    let ctx = federation.ctx();
    if let Some(account) = accounts::local_by_username(ctx, username).await? {
        return Ok(may_know(federation, peer, &account)
            .await?
            .map(|cleared| Found::Person(cleared, account)));
    }
    let uri = ctx.origin().join(&format!("/people/{username}"));
    let Some(account) = accounts::known_by_uri(ctx, &uri).await? else {
        return Ok(None);
    };
    // Who has left is told only to those who knew them.
    let Ok(cleared) = peer.clear(Matter::Retraction) else {
        return Ok(None);
    };
    let (id, peer) = (account.id, peer.id);
    let knew = ctx
        .store()
        .read(move |conn| peer_view::related(conn, id, peer))
        .await?;
    Ok(
        (account.is_local() && account.disabled_at.is_some() && knew)
            .then_some(Found::Left(cleared, account)),
    )
}

/// The person behind the sub-collections.
async fn present(
    federation: &Federation,
    peer: &Peer,
    username: &str,
) -> Result<Option<(Cleared<Serving>, Arc<Account>)>> {
    Ok(match find(federation, peer, username).await? {
        Some(Found::Person(cleared, account)) => Some((cleared, account)),
        Some(Found::Left(..)) | None => None,
    })
}

pub(super) async fn person(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        Ok(match find(&federation, &verified.peer, &username).await? {
            Some(Found::Person(cleared, account)) => {
                let reader = Reader::of(&verified.peer, cleared);
                activity_json(cleared, &federation.person(&account, reader).await?)
            }
            Some(Found::Left(cleared, account)) => {
                gone(cleared, &render::tombstone(&account.uri, "Person", None))
            }
            None => not_found(),
        })
    };
    settle(answer.await)
}

#[derive(Debug, Deserialize)]
pub(super) struct OutboxQuery {
    page: Option<String>,
    max_id: Option<i64>,
}

pub(super) async fn outbox(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    query: std::result::Result<Query<OutboxQuery>, QueryRejection>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some((cleared, account)) = present(&federation, &verified.peer, &username).await? else {
            return Ok(not_found());
        };
        let id = format!("{}/outbox", account.uri);
        // A query that nobody signed does not choose what is shown.
        let query = query
            .ok()
            .map(|Query(query)| query)
            .filter(|query| verified.query_signed && query.page.is_some());
        let Some(query) = query else {
            return Ok(activity_json(
                cleared,
                &render::collection(&id, Some(&format!("{id}?page=true"))),
            ));
        };
        outbox_page(&federation, &verified, &account, &id, query.max_id).await
    };
    settle(answer.await)
}

async fn outbox_page(
    federation: &Federation,
    verified: &Verified,
    account: &Account,
    id: &str,
    max_id: Option<i64>,
) -> Result<Response> {
    let (ctx, viewer) = (federation.ctx(), Viewer::Peer(verified.peer.id));
    let Ok(cleared) = verified.peer.clear(Matter::Posts) else {
        return Ok(not_found());
    };
    let reader = Reader::of(&verified.peer, cleared);
    let page = Page {
        max_id,
        ..Page::first(PAGE)
    };
    let ids = timelines::account(ctx, viewer, account.id, AccountFilter::default(), page).await?;
    let next = (i64::try_from(ids.len()).unwrap_or(0) == PAGE)
        .then(|| ids.last().map(|last| format!("{id}?page=true&max_id={last}")))
        .flatten();
    let views = posts::views(ctx, viewer, ids).await?;
    entrenous_domain::custom_emoji::known(ctx).await?;
    let items: Vec<Value> = views
        .iter()
        .filter_map(|view| federation.outbox_item(view, reader))
        .collect();
    let own = max_id.map_or_else(
        || format!("{id}?page=true"),
        |max_id| format!("{id}?page=true&max_id={max_id}"),
    );
    Ok(activity_json(
        cleared,
        &render::ordered_page(&own, id, next.as_deref(), items),
    ))
}

pub(super) async fn featured(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let (ctx, peer) = (federation.ctx(), &verified.peer);
        let Some((cleared, account)) = present(&federation, peer, &username).await? else {
            return Ok(not_found());
        };
        let pinned = AccountFilter {
            pinned: true,
            ..AccountFilter::default()
        };
        let page = Page::first(posts::MOST_PINNED);
        let viewer = Viewer::Peer(peer.id);
        let ids = timelines::account(ctx, viewer, account.id, pinned, page).await?;
        let views = posts::views(ctx, viewer, ids).await?;
        let items: Vec<String> = views.iter().map(|view| view.post.uri.clone()).collect();
        let uri = render::featured_of(&account);
        Ok(activity_json(cleared, &render::partial(&uri, &items)))
    };
    settle(answer.await)
}

pub(super) async fn followers(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    verified: Verified,
) -> Response {
    settle(list(&federation, &verified, &username, Which::Followers).await)
}

pub(super) async fn following(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    verified: Verified,
) -> Response {
    settle(list(&federation, &verified, &username, Which::Following).await)
}

/// What the digest is of that goes with deliveries. Whole or not there: who is missing from it stops following.
pub(super) async fn followers_synchronization(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some((cleared, account)) = present(&federation, &verified.peer, &username).await? else {
            return Ok(not_found());
        };
        let place = Place::Peer(verified.peer.id);
        let Some(items) = follows::compared(federation.ctx(), account.id, place).await? else {
            return Ok(not_found());
        };
        let uri = crate::synchronisation::url_of(&account);
        Ok(activity_json(cleared, &render::partial(&uri, &items)))
    };
    settle(answer.await)
}

#[derive(Clone, Copy)]
enum Which {
    Followers,
    Following,
}

/// The part of the collection that is the peer's own people (FEP-8fcf): of others it learns neither who nor how many.
async fn list(
    federation: &Federation,
    verified: &Verified,
    username: &str,
    which: Which,
) -> Result<Response> {
    let Some((cleared, account)) = present(federation, &verified.peer, username).await? else {
        return Ok(not_found());
    };
    let (id, peer): (_, PeerId) = (account.id, verified.peer.id);
    let items = federation
        .ctx()
        .store()
        .read(move |conn| match which {
            Which::Followers => follower_sets::uris(conn, id, Place::Peer(peer), FOLLOWERS),
            Which::Following => peer_view::followed_on(conn, id, peer, FOLLOWERS),
        })
        .await?;
    let uri = match which {
        Which::Followers => account.followers_uri.clone(),
        Which::Following => format!("{}/following", account.uri),
    };
    Ok(activity_json(cleared, &render::partial(&uri, &items)))
}
