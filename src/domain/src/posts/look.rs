//! Looking at one post: its thread, its versions, who liked it.

use super::{Version, Viewer, attachments, gate::store_viewer};
use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{Account, AccountId, Page, Post, PostId};
use entrenous_store::{Conn, StoreError, favourites, polls, posts as rows, visible::Viewer as Seen};
use std::sync::Arc;

/// Posts shown before and after one.
const BEFORE: usize = 40;
const AFTER: usize = 60;

/// A post known here by its ActivityPub id or page URL, tombstones included; nothing is fetched, nothing is checked.
///
/// # Errors
/// Only the store's.
pub async fn known_by_uri(ctx: &Ctx, uri: &str) -> Result<Option<Arc<Post>>> {
    let uri = uri.to_owned();
    let found = ctx.store().read(move |conn| match rows::by_uri(conn, &uri)? {
        Some(post) => Ok(Some(post)),
        None => rows::by_url(conn, &uri),
    });
    Ok(found.await?.map(Arc::new))
}

/// Reads something about a post that the viewer may see.
pub(crate) async fn about<T: Send + 'static>(
    ctx: &Ctx,
    viewer: Viewer,
    id: PostId,
    read: impl FnOnce(&mut Conn, Seen, Post) -> std::result::Result<T, StoreError> + Send + 'static,
) -> Result<T> {
    let viewer = store_viewer(ctx, viewer).await?.ok_or(DomainError::NotFound)?;
    ctx.store()
        .read(move |conn| {
            if !rows::may_see(conn, viewer, id)? {
                return Ok(None);
            }
            match rows::get(conn, id)? {
                Some(post) => read(conn, viewer, post).map(Some),
                None => Ok(None),
            }
        })
        .await?
        .ok_or(DomainError::NotFound)
}

/// Ids of what comes before (oldest first) and after (thread order) a post, as far as the viewer may see; at most 40 and 60.
///
/// # Errors
/// `NotFound`.
pub async fn context(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<(Vec<PostId>, Vec<PostId>)> {
    let now = ctx.now();
    about(ctx, viewer, id, move |conn, viewer, post| {
        let id = post.boost_of.unwrap_or(post.id);
        Ok((
            rows::ancestors(conn, viewer, id, BEFORE)?,
            rows::descendants(conn, viewer, id, now, AFTER)?,
        ))
    })
    .await
}

/// The posts of peers in a conversation whose nodes may be asked by now what was answered there: they count as asked. Nobody
/// is asked in a process that does not federate.
///
/// # Errors
/// Only the store's.
pub async fn replies_due(ctx: &Ctx, conversation: &[PostId]) -> Result<Vec<PostId>> {
    let Ok(lookup) = ctx.lookup() else {
        return Ok(Vec::new());
    };
    let due = lookup.replies_due(conversation);
    if due.is_empty() {
        return Ok(due);
    }
    let remote = ctx.store().read(move |conn| {
        let mut remote = Vec::new();
        for id in due {
            if rows::get(conn, id)?.is_some_and(|post| post.peer.is_some()) {
                remote.push(id);
            }
        }
        Ok(remote)
    });
    Ok(remote.await?)
}

/// Asks the nodes of these posts for replies that are not here. Takes as long as they do. How many came.
///
/// # Errors
/// Only the store's.
pub async fn fetch_replies(ctx: &Ctx, posts: Vec<PostId>) -> Result<usize> {
    ctx.lookup()?.replies(posts).await
}

/// All versions of a post, oldest first, the present one last.
///
/// # Errors
/// `NotFound`.
pub async fn history(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<Vec<Version>> {
    about(ctx, viewer, id, |conn, _, post| {
        let files = entrenous_store::attachments::of_post(conn, post.id)?;
        let mut versions: Vec<Version> = rows::versions(conn, post.id)?
            .into_iter()
            .map(|row| Version {
                at: row.at,
                content: row.content,
                spoiler: row.spoiler,
                sensitive: row.sensitive,
                files: attachments::of_version(&files, row.files),
                poll: row.poll,
            })
            .collect();
        versions.push(Version {
            at: post.edited_at.unwrap_or(post.created_at),
            content: post.content,
            spoiler: post.spoiler,
            sensitive: post.sensitive,
            files,
            poll: polls::get(conn, post.id)?.map(|poll| poll.titles()),
        });
        Ok(versions)
    })
    .await
}

/// Who favourited a post: (row id for paging, account), newest first; nobody whom the viewer blocks, mutes or hides with
/// their node, or who blocks the viewer.
///
/// # Errors
/// `NotFound`.
pub async fn favourited_by(
    ctx: &Ctx,
    viewer: AccountId,
    id: PostId,
    page: Page,
) -> Result<Vec<(i64, Arc<Account>)>> {
    let (page, now) = (page.at_most(80), ctx.now());
    let rows = about(ctx, Viewer::Person(viewer), id, move |conn, _, post| {
        favourites::by(conn, viewer, post.boost_of.unwrap_or(post.id), &page, now)
    });
    work::with_accounts(ctx, rows.await?).await
}

/// Who boosted a post: (row id for paging, account), newest first. Boosts that the viewer may not see are left out, and the
/// same people as in [`favourited_by`].
///
/// # Errors
/// `NotFound`.
pub async fn boosted_by(
    ctx: &Ctx,
    viewer: AccountId,
    id: PostId,
    page: Page,
) -> Result<Vec<(i64, Arc<Account>)>> {
    let (page, now) = (page.at_most(80), ctx.now());
    let rows = about(ctx, Viewer::Person(viewer), id, move |conn, _, post| {
        favourites::boosted_by(conn, viewer, post.boost_of.unwrap_or(post.id), &page, now)
    });
    work::with_accounts(ctx, rows.await?).await
}
