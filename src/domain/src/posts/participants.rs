//! Who takes part in a conversation, so that nobody has to guess who reads along.

use super::{Viewer, look::about};
use crate::{Ctx, Result, accounts};
use entrenous_model::{Account, AccountId, PostId};
use entrenous_store::posts as rows;
use std::{collections::HashMap, sync::Arc};

/// Posts of a conversation that are looked at.
const POSTS: i64 = 2_000;
/// People told of.
const PEOPLE: usize = 500;
/// Accounts read at once.
const PIECE: usize = 200;

/// Somebody in a conversation.
#[derive(Debug, Clone)]
pub struct Participant {
    /// Who.
    pub account: Arc<Account>,
    /// How many of the posts seen are theirs; none of somebody who is only mentioned.
    pub posts: i64,
}

/// Everyone who takes part in the conversation of a post, as far as the viewer may see it: its authors, in the order of
/// their first posts, then those mentioned; at most 500 people, of the first 2,000 posts.
///
/// # Errors
/// `NotFound` if the post may not be seen.
pub async fn participants(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<Vec<Participant>> {
    let read = about(ctx, viewer, id, |conn, seen, post| {
        // A boost stands in the conversation of what it boosts.
        let conversation = match post.boost_of {
            Some(boosted) => rows::get(conn, boosted)?.map_or(post.conversation, |post| post.conversation),
            None => post.conversation,
        };
        let posts = rows::of_conversation(conn, seen, conversation, POSTS)?;
        let ids: Vec<i64> = posts.iter().map(|(id, _)| id.get()).collect();
        let most = i64::try_from(PEOPLE * 2).unwrap_or(i64::MAX);
        let mentioned = rows::mentioned_in(conn, &ids, most)?;
        Ok((posts, mentioned))
    });
    let (posts, mentioned) = read.await?;
    let mut order: Vec<AccountId> = Vec::new();
    let mut counts: HashMap<AccountId, i64> = HashMap::new();
    for author in posts.into_iter().map(|(_, author)| author) {
        *counts.entry(author).or_insert_with(|| {
            order.push(author);
            0
        }) += 1;
    }
    order.extend(mentioned.into_iter().filter(|id| !counts.contains_key(id)));
    order.truncate(PEOPLE);
    let mut all = Vec::with_capacity(order.len());
    for piece in order.chunks(PIECE) {
        let people = accounts::get_many(ctx, piece.to_vec()).await?;
        all.extend(people.into_iter().map(|account| Participant {
            posts: counts.get(&account.id).copied().unwrap_or_default(),
            account,
        }));
    }
    Ok(all)
}
