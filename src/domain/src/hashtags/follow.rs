//! Following hashtags: public posts with one come into the home timeline.

use crate::{Ctx, DomainError, Result, text, work};
use entrenous_model::{AccountId, Event, Page};
use entrenous_store::{feed, followed_tags as rows, posts, timelines};

/// Hashtags of one person.
const MOST: i64 = 500;
/// Posts that enter the home timeline when a hashtag is followed.
const RECENT: i64 = 40;

/// Hashtags that a person follows: (row id for paging, hashtag), newest first; at most 200.
///
/// # Errors
/// Only the store's.
pub async fn followed(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, String)>> {
    let page = page.at_most(200);
    Ok(ctx
        .store()
        .read(move |conn| rows::of(conn, account, &page))
        .await?)
}

/// Which of these hashtags (lower case) a person follows.
///
/// # Errors
/// Only the store's.
pub async fn followed_among(ctx: &Ctx, account: AccountId, tags: Vec<String>) -> Result<Vec<String>> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    Ok(ctx
        .store()
        .read(move |conn| rows::among(conn, account, &tags))
        .await?)
}

/// Follows a hashtag (any case). Twice is once. Its last posts enter the home timeline.
///
/// # Errors
/// `NotFound` for what is no hashtag, `Invalid` for more than 500.
pub async fn follow(ctx: &Ctx, account: AccountId, tag: &str) -> Result<()> {
    let tag = text::hashtag(tag).ok_or(DomainError::NotFound)?;
    work::write(ctx, move |tx| {
        let (row, now) = (tx.next_id(), tx.now());
        if !rows::insert(tx, row, account, &tag, now)? {
            return Ok(());
        }
        if rows::count(tx, account)? > MOST {
            return Err(DomainError::invalid("a person follows at most 500 hashtags"));
        }
        let recent = timelines::tag(tx, account, &tag, timelines::From::All, &Page::first(RECENT), now)?;
        for id in recent {
            if let Some(post) = posts::get(tx, id)? {
                feed::add(tx, account, id, post.account)?;
            }
        }
        tx.announce(Event::MarksChanged { account });
        Ok(())
    })
    .await
}

/// No longer follows a hashtag; none is no error. What came by it leaves the home timeline.
///
/// # Errors
/// `NotFound` for what is no hashtag.
pub async fn unfollow(ctx: &Ctx, account: AccountId, tag: &str) -> Result<()> {
    let tag = text::hashtag(tag).ok_or(DomainError::NotFound)?;
    work::write(ctx, move |tx| {
        if rows::remove(tx, account, &tag)? {
            rows::drain(tx, account, &tag)?;
            tx.announce(Event::MarksChanged { account });
        }
        Ok(())
    })
    .await
}
