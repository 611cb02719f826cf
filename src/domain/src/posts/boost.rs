//! Boosting.

use super::{gate, publish::capped};
use crate::{
    Ctx, DomainError, Result, Via,
    outbox::{self, Audience},
    timelines::{Spread, spread},
    work::{self, Work},
};
use entrenous_model::{
    AccountId, Event, NotificationKind, OutboundActivity, Post, PostId, QuotePolicy, Visibility,
};
use entrenous_store::{accounts, notifications, person::Person, posts as rows};

/// Boosts a post the person may see and that is public or unlisted (or their own private one). Twice is once.
/// `uri` is the id of a peer's `Announce`; ours have `{origin}/posts/{id}/activity`, where `id` is the boost.
///
/// # Errors
/// `NotFound`, `Invalid` for a post that may not be boosted.
pub async fn boost(
    ctx: &Ctx,
    via: Via,
    account: AccountId,
    id: PostId,
    visibility: Option<Visibility>,
    uri: Option<String>,
) -> Result<PostId> {
    let rights = gate::rights(ctx, &via).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = gate::target(tx, rights, &person, id)?;
        let own = post.account == account;
        if !(post.visibility.is_network() || (own && post.visibility == Visibility::Private)) {
            return Err(DomainError::invalid(
                "This post may not be boosted: it is not for everyone",
            ));
        }
        let visibility = capped(visibility.unwrap_or(post.visibility), post.visibility);
        if matches!(visibility, Visibility::Direct | Visibility::Group) {
            return Err(DomainError::invalid("A boost is public, unlisted or private"));
        }
        if let Some(boost) = rows::boost_by(tx, account, post.id)? {
            return Ok(boost);
        }
        let id = PostId(tx.next_id());
        let uri = match (&uri, person.is_local()) {
            (Some(uri), false) if uri.len() <= 2_000 => {
                // Taken back before, under the same id: it stays so.
                if let Some((known, holder, _)) = rows::holder_of_uri(tx, uri)? {
                    return if holder == account {
                        Ok(known)
                    } else {
                        Err(DomainError::Refused("uri_taken"))
                    };
                }
                uri.clone()
            }
            (_, false) => return Err(DomainError::Refused("no_id")),
            (_, true) => origin.join(&format!("/posts/{id}/activity")),
        };
        if matches!(via, Via::Peer(_)) && !rows::concerns_someone(tx, account, &[], Some(post.id))? {
            return Err(DomainError::Refused("no_audience_here"));
        }
        insert(tx, &person, &post, id, uri, visibility)?;
        Ok(id)
    })
    .await
}

fn insert(
    tx: &mut Work<'_>,
    booster: &Person,
    post: &Post,
    id: PostId,
    uri: String,
    visibility: Visibility,
) -> Result<()> {
    let now = tx.now();
    let boost = Post {
        id,
        account: booster.id,
        peer: booster.peer,
        url: uri.clone(),
        uri,
        boost_of: Some(post.id),
        in_reply_to: None,
        in_reply_to_uri: None,
        in_reply_to_account: None,
        conversation: id,
        content: String::new(),
        source: String::new(),
        spoiler: String::new(),
        sensitive: false,
        visibility,
        language: None,
        created_at: now,
        edited_at: None,
        deleted_at: None,
        replies_count: 0,
        boosts_count: 0,
        favourites_count: 0,
        pinned_at: None,
        quote: None,
        quote_policy: QuotePolicy::default(),
        quotes_count: 0,
    };
    rows::insert(tx, &boost)?;
    rows::bump(tx, post.id, rows::Count::Boosts, 1)?;
    accounts::posted(tx, booster.id, now)?;
    spread(
        tx,
        &Spread {
            post: &boost,
            boosted: Some(post.account),
            tags: &[],
        },
        booster.followers,
    )?;
    tx.tell(Event::PostCreated {
        post: id,
        account: booster.id,
    })?;
    tx.tell(Event::PostCounted { post: post.id })?;
    tx.notify(
        &[post.account.get()],
        NotificationKind::Reblog,
        booster.id,
        Some(post.id),
        Some(post.conversation),
    )?;
    if booster.is_local() {
        let audience = Audience::Followers {
            also: vec![post.account],
            network: false,
        };
        outbox::queue(
            tx,
            booster.id,
            Some(id),
            &OutboundActivity::Boost { boost: id },
            &audience,
        )?;
    }
    Ok(())
}

/// Takes a boost back. No boost is no error.
///
/// # Errors
/// `NotFound` if the post may not be seen.
pub async fn unboost(ctx: &Ctx, via: Via, account: AccountId, id: PostId) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let Some(post) = rows::get(tx, id)? else {
            return Err(DomainError::NotFound);
        };
        let boosted = post.boost_of.unwrap_or(post.id);
        match rows::boost_by(tx, account, boosted)? {
            Some(boost) => {
                let boost = rows::get(tx, boost)?.ok_or(DomainError::NotFound)?;
                undo(tx, &person, &boost, boosted)
            }
            // What one has boosted one may always take back; of other posts one learns nothing.
            None => gate::target(tx, rights, &person, boosted).map(|_| ()),
        }
    })
    .await
}

/// Makes a tombstone of a boost.
pub(super) fn undo(tx: &mut Work<'_>, booster: &Person, boost: &Post, boosted: PostId) -> Result<()> {
    let post = rows::get(tx, boosted)?;
    if booster.is_local()
        && let Some(post) = &post
    {
        let activity = OutboundActivity::UndoBoost {
            uri: boost.uri.clone(),
            object: post.uri.clone(),
        };
        let audience = Audience::Reached {
            post: boost.id,
            also: vec![post.account],
        };
        outbox::queue(tx, booster.id, Some(boost.id), &activity, &audience)?;
    }
    let now = tx.now();
    rows::bury(tx, &[boost.id.get()], now)?;
    rows::bump(tx, boosted, rows::Count::Boosts, -1)?;
    accounts::unposted(tx, booster.id)?;
    if let Some(post) = post {
        notifications::withdraw(
            tx,
            post.account,
            booster.id,
            NotificationKind::Reblog,
            Some(boosted),
        )?;
    }
    tx.tell(Event::PostDeleted {
        post: boost.id,
        account: booster.id,
    })?;
    tx.tell(Event::PostCounted { post: boosted })
}
