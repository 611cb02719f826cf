//! Posts with everything a client shows, in a constant number of queries.

use super::{Flags, Mention, PostView, Viewer, gate::store_viewer};
use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{Account, AccountId, Origin, Post, PostId};
use entrenous_store::{Conn, StoreError, posts as rows, visible::Viewer as Seen};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Ids taken at once; more are taken in turns.
const BATCH: usize = 80;

/// Everything read of a batch of posts.
struct Batch {
    posts: Vec<Post>,
    boosted: HashMap<PostId, Post>,
    mentions: HashMap<i64, Vec<Mention>>,
    tags: HashMap<i64, Vec<String>>,
    flags: rows::FlagSets,
}

/// Those of `ids` that the viewer may see, in the order asked, with everything a client shows. One query per kind, not per post.
///
/// # Errors
/// Only the store's.
pub async fn views(ctx: &Ctx, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<PostView>> {
    let Some(seen) = store_viewer(ctx, viewer).await? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(BATCH) {
        let wanted: Vec<i64> = some.iter().map(|id| id.get()).collect();
        let batch = ctx.store().read(move |conn| read(conn, seen, &wanted)).await?;
        all.extend(assemble(ctx, some, batch).await?);
    }
    Ok(all)
}

/// One post the viewer may see.
///
/// # Errors
/// `NotFound`, the same for none and not visible.
pub async fn view(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<PostView> {
    views(ctx, viewer, vec![id])
        .await?
        .pop()
        .ok_or(DomainError::NotFound)
}

fn read(conn: &mut Conn, viewer: Seen, ids: &[i64]) -> std::result::Result<Batch, StoreError> {
    let posts = rows::visible_of(conn, viewer, ids)?;
    // The condition has looked at the boosted posts as well.
    let boosted: Vec<i64> = posts
        .iter()
        .filter_map(|post| post.boost_of.map(PostId::get))
        .collect();
    let boosted: HashMap<PostId, Post> = rows::many(conn, &boosted)?
        .into_iter()
        .map(|post| (post.id, post))
        .collect();
    let shown: Vec<i64> = posts
        .iter()
        .filter(|post| post.boost_of.is_none())
        .chain(boosted.values())
        .map(|post| post.id.get())
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let mut mentions: HashMap<i64, Vec<Mention>> = HashMap::new();
    for row in rows::mentions_of(conn, &shown)? {
        let acct = match row.origin.as_deref().map(Origin::parse) {
            Some(Ok(origin)) => format!("{}@{}", row.username, origin.authority()),
            Some(Err(error)) => return Err(StoreError::Corrupt(error.to_string())),
            None => row.username.clone(),
        };
        mentions.entry(row.post).or_default().push(Mention {
            account: AccountId(row.account),
            username: row.username,
            acct,
            url: row.url,
            uri: row.uri,
        });
    }
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for (post, tag) in rows::tags_of(conn, &shown)? {
        tags.entry(post).or_default().push(tag);
    }
    let flags = match viewer {
        Seen::Person(id) => {
            let conversations: Vec<i64> = posts
                .iter()
                .chain(boosted.values())
                .map(|post| post.conversation.get())
                .collect();
            rows::flags_of(conn, id, &shown, &conversations)?
        }
        Seen::Peer { .. } => rows::FlagSets::default(),
    };
    Ok(Batch {
        posts,
        boosted,
        mentions,
        tags,
        flags,
    })
}

async fn assemble(ctx: &Ctx, order: &[PostId], batch: Batch) -> Result<Vec<PostView>> {
    let people: HashSet<AccountId> = batch
        .posts
        .iter()
        .chain(batch.boosted.values())
        .map(|post| post.account)
        .collect();
    let people = accounts::get_many(ctx, people.into_iter().collect()).await?;
    let people: HashMap<AccountId, Arc<Account>> = people.into_iter().map(|one| (one.id, one)).collect();
    let Batch {
        posts,
        boosted,
        mentions,
        tags,
        flags,
    } = batch;
    let one = |post: Post, boosted: Option<Box<PostView>>| -> Option<PostView> {
        let account = Arc::clone(people.get(&post.account)?);
        let id = post.id.get();
        // The flags of a boost are those of the post in it.
        let flags = match &boosted {
            Some(inner) => inner.flags,
            None => Flags {
                favourited: flags.favourited.contains(&id),
                boosted: flags.boosted.contains(&id),
                bookmarked: flags.bookmarked.contains(&id),
                muted: flags.muted.contains(&post.conversation.get()),
            },
        };
        Some(PostView {
            mentions: mentions.get(&id).cloned().unwrap_or_default(),
            tags: tags.get(&id).cloned().unwrap_or_default(),
            post: Arc::new(post),
            account,
            boosted,
            flags,
        })
    };
    let mut found: HashMap<PostId, Post> = posts.into_iter().map(|post| (post.id, post)).collect();
    Ok(order
        .iter()
        .filter_map(|id| {
            let post = found.remove(id)?;
            match post.boost_of {
                None => one(post, None),
                Some(of) => {
                    let inner = one(boosted.get(&of)?.clone(), None)?;
                    one(post, Some(Box::new(inner)))
                }
            }
        })
        .collect())
}
