//! Accounts, local and remote, as anyone may look at them.

mod caches;
mod keys;
mod remote;

pub use caches::Caches;
pub(crate) use caches::Known;
pub(crate) use keys::SEAL;
pub use keys::{KeyKind, PublicKey, key_owner, private_key, public_keys};
pub use remote::{RemotePerson, remote_gone, upsert_remote};

use crate::marks::StripedMarks;
use crate::{Ctx, Result};
use entrenous_model::{Account, AccountId, Event, Origin, Relationship};
use entrenous_store::{self as store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known of many accounts, hidden ones too, in no particular order.
pub(crate) async fn known(ctx: &Ctx, ids: &[AccountId]) -> Result<HashMap<AccountId, Arc<Known>>> {
    let (found, missing) = kept(ctx.caches(), ids);
    if missing.is_empty() {
        return Ok(found);
    }
    let (reader, ids) = (ctx.clone(), ids.to_vec());
    let all = ctx.store().read(move |conn| {
        let marked = reader.caches().mark_accounts();
        known_in(conn, reader.caches(), &marked, &ids)
    });
    Ok(all.await?)
}

/// [`known`] in a read that is under way; `marked` before its first query.
pub(crate) fn known_in(
    conn: &mut store::Conn,
    caches: &Caches,
    marked: &StripedMarks,
    ids: &[AccountId],
) -> std::result::Result<HashMap<AccountId, Arc<Known>>, StoreError> {
    let (mut found, missing) = kept(caches, ids);
    if missing.is_empty() {
        return Ok(found);
    }
    for row in store::accounts::full(conn, &missing)? {
        let id = row.account.id;
        let known = Arc::new(Known {
            account: Arc::new(row.account),
            member: row.member.map(Arc::new),
            peer_revoked: row.peer_revoked,
        });
        caches.keep_account(marked, Arc::clone(&known));
        found.insert(id, known);
    }
    Ok(found)
}

/// What the cache holds of these accounts, and which it does not.
fn kept(caches: &Caches, ids: &[AccountId]) -> (HashMap<AccountId, Arc<Known>>, Vec<AccountId>) {
    let mut found = HashMap::with_capacity(ids.len());
    let mut missing = Vec::new();
    for id in ids {
        if let Some(known) = caches.account(*id) {
            found.insert(*id, known);
        } else {
            missing.push(*id);
        }
    }
    (found, missing)
}

/// What is known of one account, hidden or not.
pub(crate) async fn known_one(ctx: &Ctx, id: AccountId) -> Result<Option<Arc<Known>>> {
    if let Some(known) = ctx.caches().account(id) {
        return Ok(Some(known));
    }
    Ok(known(ctx, &[id]).await?.remove(&id))
}

/// One account. `None` if there is none, or it is disabled, or its peer is revoked.
///
/// # Errors
/// Only the store's.
pub async fn get(ctx: &Ctx, id: AccountId) -> Result<Option<Arc<Account>>> {
    Ok(known_one(ctx, id)
        .await?
        .filter(|known| known.visible())
        .map(|known| Arc::clone(&known.account)))
}

/// One account, also one that [`get`] does not give: leavers and people of revoked peers.
///
/// # Errors
/// Only the store's.
pub async fn get_even_hidden(ctx: &Ctx, id: AccountId) -> Result<Option<Arc<Account>>> {
    Ok(known_one(ctx, id).await?.map(|known| Arc::clone(&known.account)))
}

/// [`get_even_hidden`] as it is in the database now, whatever is kept: for what is sent once and never put right.
///
/// # Errors
/// Only the store's.
pub async fn get_anew(ctx: &Ctx, id: AccountId) -> Result<Option<Arc<Account>>> {
    ctx.caches().apply(&[Event::AccountUpdated { account: id }]);
    get_even_hidden(ctx, id).await
}

/// Many accounts, in the order asked, without those that [`get`] would not give. At most 200 ids.
///
/// # Errors
/// Only the store's.
pub async fn get_many(ctx: &Ctx, mut ids: Vec<AccountId>) -> Result<Vec<Arc<Account>>> {
    ids.truncate(200);
    let known = known(ctx, &ids).await?;
    Ok(ids
        .iter()
        .filter_map(|id| known.get(id))
        .filter(|known| known.visible())
        .map(|known| Arc::clone(&known.account))
        .collect())
}

/// A local account by its name, any case. `None` as [`get`].
///
/// # Errors
/// Only the store's.
pub async fn local_by_username(ctx: &Ctx, username: &str) -> Result<Option<Arc<Account>>> {
    let username = username.to_owned();
    let id = ctx
        .store()
        .read(move |conn| Ok(store::accounts::local_by_username(conn, &username)?.map(|account| account.id)))
        .await?;
    match id {
        Some(id) => get(ctx, id).await,
        None => Ok(None),
    }
}

/// The URI of one of this node's own accounts: under which address the database was begun. `None` in a new one.
///
/// # Errors
/// Only the store's.
pub async fn own_uri(ctx: &Ctx) -> Result<Option<String>> {
    Ok(ctx.store().read(store::accounts::own_uri).await?)
}

/// An account that is known here by `name` or `name@authority` (a leading `@` is allowed); nothing is fetched.
///
/// # Errors
/// Only the store's.
pub async fn known_by_handle(ctx: &Ctx, handle: &str) -> Result<Option<Arc<Account>>> {
    let handle = handle.strip_prefix('@').unwrap_or(handle);
    let Some((username, authority)) = handle.split_once('@') else {
        return local_by_username(ctx, handle).await;
    };
    // A handle does not say the scheme; each has its own default port.
    let origins: Vec<Origin> = ["https", "http"]
        .iter()
        .filter_map(|scheme| Origin::parse(&format!("{scheme}://{authority}")).ok())
        .collect();
    if origins.contains(ctx.origin()) {
        return local_by_username(ctx, username).await;
    }
    let username = username.to_owned();
    let id = ctx
        .store()
        .read(move |conn| {
            for origin in &origins {
                if let Some(account) = store::accounts::by_handle(conn, &username, origin)? {
                    return Ok(Some(account.id));
                }
            }
            Ok(None)
        })
        .await?;
    match id {
        Some(id) => get(ctx, id).await,
        None => Ok(None),
    }
}

/// An account that is known here by its ActivityPub id or page URL; nothing is fetched. Disabled ones too, and no group of this
/// node.
///
/// # Errors
/// Only the store's.
pub async fn known_by_uri(ctx: &Ctx, uri: &str) -> Result<Option<Arc<Account>>> {
    let uri = uri.to_owned();
    let id = ctx
        .store()
        .read(move |conn| {
            let account = match store::accounts::by_uri(conn, &uri)? {
                Some(account) => Some(account),
                None => store::accounts::by_url(conn, &uri)?,
            };
            Ok(account.map(|account| account.id))
        })
        .await?;
    let Some(id) = id else { return Ok(None) };
    Ok(known_one(ctx, id)
        .await?
        .map(|known| Arc::clone(&known.account))
        .filter(|account| !account.is_own_group()))
}

/// What `viewer` is to each of `targets` (Mastodon `Relationship`), in the order asked; at most 100.
///
/// # Errors
/// Only the store's.
pub async fn relationships(
    ctx: &Ctx,
    viewer: AccountId,
    mut targets: Vec<AccountId>,
) -> Result<Vec<(AccountId, Relationship)>> {
    targets.truncate(100);
    let now = ctx.now();
    let answer = ctx
        .store()
        .read(move |conn| {
            let map = store::relationships::of(conn, viewer, &targets, now)?;
            Ok(targets
                .into_iter()
                .map(|id| (id, map.get(&id).cloned().unwrap_or_default()))
                .collect())
        })
        .await?;
    Ok(answer)
}

/// Active local and known remote people that are discoverable, newest activity first (the directory); nobody of a node that
/// `viewer` hides.
///
/// # Errors
/// Only the store's.
pub async fn directory(
    ctx: &Ctx,
    viewer: AccountId,
    local_only: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<Arc<Account>>> {
    let (offset, limit) = (offset.max(0), limit.clamp(1, 200));
    let ids = ctx
        .store()
        .read(move |conn| store::accounts::directory(conn, viewer, local_only, offset, limit))
        .await?;
    get_many(ctx, ids).await
}

/// People of this node that peers' people may be told of, for WebFinger: an enabled local person by name.
///
/// # Errors
/// Only the store's.
pub async fn webfinger(ctx: &Ctx, username: &str) -> Result<Option<Arc<Account>>> {
    local_by_username(ctx, username).await
}
