//! Putting posts into home timelines.
//!
//! With few followers it is done in the post's own transaction. With many, that would keep the author and all other
//! writers waiting: then the post is noted in the same transaction, and a worker serves the followers piece by piece,
//! in transactions of their own. What was noted survives a crash; what was served twice is there once.

use crate::work::{self, Work};
use crate::{Ctx, Result};
use entrenous_model::{AccountId, Event, Post, PostId, Visibility};
use entrenous_store::{
    feed::{self, Reach, Stretch},
    followed_tags, posts as rows,
};

/// Followers (of peers too) up to whom it is done at once.
const AT_ONCE: i64 = 200;
/// Followers in a piece: some milliseconds of the one writer that SQLite has.
const PIECE: i64 = 200;

/// A new post or boost, and what decides whose it is for.
pub(crate) struct Spread<'a> {
    /// The post or boost.
    pub(crate) post: &'a Post,
    /// The author of the boosted post.
    pub(crate) boosted: Option<AccountId>,
    /// Its hashtags.
    pub(crate) tags: &'a [String],
}

impl Spread<'_> {
    fn reach(&self) -> Reach {
        match (self.boosted, &self.post.in_reply_to_uri) {
            (Some(author), _) => Reach::Boost(author),
            (None, None) => Reach::Followers,
            (None, Some(_)) => Reach::Reply(self.post.in_reply_to_account),
        }
    }

    fn fill(&self, tx: &mut Work<'_>, stretch: Option<Stretch>) -> Result<()> {
        let Post {
            id,
            account,
            visibility,
            ..
        } = *self.post;
        let direct = visibility == Visibility::Direct;
        let owners = feed::spread(tx, id, account, self.reach(), direct, stretch)?;
        if !owners.is_empty() {
            tx.announce(Event::FeedFilled { post: id, owners });
        }
        Ok(())
    }

    /// Serves a piece of those who follow one of the hashtags: with public posts, as the timeline of the hashtag.
    fn fill_by_tag(&self, tx: &mut Work<'_>, after: i64) -> Result<()> {
        let Post {
            id,
            account,
            visibility,
            ..
        } = *self.post;
        if self.boosted.is_some() || visibility != Visibility::Public || self.tags.is_empty() {
            return match after {
                0 => Ok(()),
                _ => Ok(followed_tags::spread_done(tx, id)?),
            };
        }
        let end = followed_tags::end_of(tx, self.tags, after, PIECE)?;
        let stretch = Stretch { after, until: end };
        let owners = followed_tags::spread(tx, id, account, self.tags, stretch)?;
        if !owners.is_empty() {
            tx.announce(Event::FeedFilled { post: id, owners });
        }
        match end {
            Some(end) => {
                followed_tags::spread_later(tx, id, end)?;
                tx.announce(Event::SpreadQueued { post: id });
            }
            None if after > 0 => followed_tags::spread_done(tx, id)?,
            None => {}
        }
        Ok(())
    }
}

/// Puts a new post or boost into its author's own timeline and those of local followers, at once or, if the author has
/// many `followers`, soon.
pub(crate) fn spread(tx: &mut Work<'_>, new: &Spread<'_>, followers: i64) -> Result<()> {
    let post = new.post;
    if post.is_local() {
        feed::add(tx, post.account, post.id, post.account)?;
        tx.announce(Event::FeedFilled {
            post: post.id,
            owners: vec![post.account],
        });
    }
    if followers <= AT_ONCE {
        new.fill(tx, None)?;
    } else {
        feed::spread_later(tx, post.id, 0)?;
        tx.announce(Event::SpreadQueued { post: post.id });
    }
    if new.tags.is_empty() {
        return Ok(());
    }
    new.fill_by_tag(tx, 0)
}

/// Serves the next piece of what [`spread`] noted. `false` if nothing waits.
///
/// # Errors
/// Only the store's.
pub async fn spread_waiting(ctx: &Ctx) -> Result<bool> {
    work::write(ctx, |tx| {
        let Some((id, after)) = feed::next_spread(tx)? else {
            return by_tag(tx);
        };
        match waiting(tx, id)? {
            Some((post, boosted)) => {
                let new = Spread {
                    post: &post,
                    boosted,
                    tags: &[],
                };
                piece(tx, &new, after)?;
            }
            None => feed::spread_done(tx, id)?,
        }
        Ok(true)
    })
    .await
}

/// The next piece of those who follow a hashtag.
fn by_tag(tx: &mut Work<'_>) -> Result<bool> {
    let Some((id, after)) = followed_tags::next_spread(tx)? else {
        return Ok(false);
    };
    match waiting(tx, id)? {
        Some((post, boosted)) => {
            let tags = rows::tags_of(tx, &[id.get()])?;
            let tags: Vec<String> = tags.into_iter().map(|(_, tag)| tag).collect();
            let new = Spread {
                post: &post,
                boosted,
                tags: &tags,
            };
            new.fill_by_tag(tx, after)?;
        }
        None => followed_tags::spread_done(tx, id)?,
    }
    Ok(true)
}

/// The post with the author of what it boosts, unless either went in the meantime.
fn waiting(tx: &mut Work<'_>, id: PostId) -> Result<Option<(Post, Option<AccountId>)>> {
    let Some(post) = rows::get(tx, id)?.filter(|post| post.deleted_at.is_none()) else {
        return Ok(None);
    };
    let Some(boosted) = post.boost_of else {
        return Ok(Some((post, None)));
    };
    let boosted = rows::get(tx, boosted)?.filter(|post| post.deleted_at.is_none());
    Ok(boosted.map(|boosted| (post, Some(boosted.account))))
}

fn piece(tx: &mut Work<'_>, new: &Spread<'_>, after: i64) -> Result<()> {
    let post = new.post;
    let end = feed::end_of(tx, post.account, after, PIECE)?;
    new.fill(tx, Some(Stretch { after, until: end }))?;
    match end {
        Some(end) => feed::spread_later(tx, post.id, end)?,
        None => feed::spread_done(tx, post.id)?,
    }
    Ok(())
}
