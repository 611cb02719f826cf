//! Emoji that people answered posts with, as they are shown.
//!
//! Numbers and first people are the same for everyone and kept with the post; what is otherwise for one viewer, their own
//! and those of people whom they do not see, is asked for each.

use super::{Body, PostView};
use crate::{Ctx, Result};
use entrenous_model::{AccountId, PostId, Time};
use entrenous_store::{Conn, StoreError, reactions as rows};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// People named with each kind.
const SAMPLE: i64 = 20;

/// One kind of reaction to a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// A Unicode emoji, the shortcode of one of ours, or `shortcode@authority` of a peer's.
    pub name: String,
    /// How many people.
    pub count: i64,
    /// The first twenty of them.
    pub people: Vec<AccountId>,
}

impl Reaction {
    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.people.len() * size_of::<AccountId>()
    }
}

/// What of the reactions to a post is otherwise for one viewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reacted {
    /// The viewer's own, oldest first.
    pub mine: Vec<String>,
    /// Those of people whom the viewer does not see: blocked, muted, or of a node that they hide.
    pub hidden: Vec<(String, AccountId)>,
}

/// One kind of reaction, as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownReaction {
    /// As in [`Reaction`].
    pub name: String,
    /// How many people whom the viewer sees.
    pub count: i64,
    /// The viewer is among them.
    pub me: bool,
    /// Some of them, at most twenty.
    pub people: Vec<AccountId>,
}

impl PostView {
    /// The reactions to the post, or to the one it boosts, as the viewer sees them.
    #[must_use]
    pub fn shown_reactions(&self) -> Vec<ShownReaction> {
        let body = self.boosted.as_deref().map_or(&self.body, |inner| &inner.body);
        let reacted = &self.reacted;
        body.reactions
            .iter()
            .filter_map(|one| {
                let hidden: HashSet<AccountId> = reacted
                    .hidden
                    .iter()
                    .filter(|(name, _)| *name == one.name)
                    .map(|(_, who)| *who)
                    .collect();
                let count = one.count - i64::try_from(hidden.len()).unwrap_or(0);
                (count > 0).then(|| ShownReaction {
                    name: one.name.clone(),
                    count,
                    me: reacted.mine.contains(&one.name),
                    people: one
                        .people
                        .iter()
                        .copied()
                        .filter(|who| !hidden.contains(who))
                        .collect(),
                })
            })
            .collect()
    }
}

pub(super) fn of_posts(
    conn: &mut Conn,
    posts: &[i64],
) -> std::result::Result<HashMap<i64, Vec<Reaction>>, StoreError> {
    let mut found: HashMap<i64, Vec<Reaction>> = HashMap::new();
    for row in rows::of_posts(conn, posts, SAMPLE)? {
        let kinds = found.entry(row.post).or_default();
        match kinds.iter_mut().find(|one| one.name == row.name) {
            Some(one) => one.people.push(AccountId(row.account)),
            None => kinds.push(Reaction {
                name: row.name,
                count: row.total,
                people: vec![AccountId(row.account)],
            }),
        }
    }
    Ok(found)
}

/// What of the reactions to a post is otherwise for a viewer, by viewer and post.
pub(super) type OfViewers = HashMap<(AccountId, PostId), Arc<Reacted>>;

/// What of the reactions to these posts is otherwise for each of the viewers; nothing is asked if there are none.
pub(super) fn of_viewers<'a>(
    conn: &mut Conn,
    viewers: &[i64],
    bodies: impl Iterator<Item = &'a Body>,
    now: Time,
) -> std::result::Result<OfViewers, StoreError> {
    let answered: Vec<i64> = bodies
        .filter(|body| !body.reactions.is_empty())
        .map(|body| body.post.id.get())
        .collect();
    let mut found: HashMap<(AccountId, PostId), Reacted> = HashMap::new();
    for row in rows::of_viewers(conn, viewers, &answered, now)? {
        let one = found
            .entry((AccountId(row.viewer), PostId(row.post)))
            .or_default();
        if row.account == row.viewer {
            one.mine.push(row.name);
        } else {
            one.hidden.push((row.name, AccountId(row.account)));
        }
    }
    Ok(found.into_iter().map(|(of, one)| (of, Arc::new(one))).collect())
}

/// The newest reaction of each of these people to each of these posts: what a notification tells of.
///
/// # Errors
/// Only the store's.
pub async fn latest_reactions(
    ctx: &Ctx,
    wanted: Vec<(AccountId, PostId)>,
) -> Result<HashMap<(AccountId, PostId), String>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let found = ctx.store().read(move |conn| {
        let people: HashSet<i64> = wanted.iter().map(|(who, _)| who.get()).collect();
        let posts: HashSet<i64> = wanted.iter().map(|(_, post)| post.get()).collect();
        let people: Vec<i64> = people.into_iter().collect();
        let rows = rows::between(conn, &people, &posts.into_iter().collect::<Vec<_>>())?;
        let wanted: HashSet<(AccountId, PostId)> = wanted.into_iter().collect();
        // Oldest first: the newest stays.
        Ok(rows
            .into_iter()
            .map(|(who, post, name)| ((AccountId(who), PostId(post)), name))
            .filter(|(pair, _)| wanted.contains(pair))
            .collect::<HashMap<_, _>>())
    });
    Ok(found.await?)
}
