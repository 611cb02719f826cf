//! Answering a post with an emoji, and taking that back.

use super::gate;
use crate::outbox::{self, Audience};
use crate::{Ctx, DomainError, Result, Via, custom_emoji, groups, peers, work};
use entrenous_model::emoji::is_shortcode;
use entrenous_model::{AccountId, Event, NotificationKind, OutboundActivity, PostId};
use entrenous_store::reactions::{self as rows, NewReaction};
use entrenous_store::{notifications, posts};

/// Most different emoji on one post.
pub const KINDS: i64 = 50;
/// Most emoji of one person on one post.
pub const OF_ONE: usize = 8;
/// Longest name, in bytes: that of a shortcode and an authority.
const NAME: usize = 400;

/// What an emoji in a reaction is kept as.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    /// A peer's: for people of this node only where it is already.
    foreign: bool,
}

/// Answers a post that the person may see with an emoji: a Unicode one, `shortcode` of one of ours, or
/// `shortcode@authority` of a peer's, each also between colons. People of this node take a peer's only where someone
/// has before. Twice is once. `uri` is the id of a peer's activity; ours have `{origin}/people/{name}/reactions/{id}`.
///
/// # Errors
/// `NotFound`; `Invalid` for what is no emoji, for a person's ninth on one post, and beyond fifty different ones on it (of a
/// peer's people `Conflict`: there is nothing wrong with saying it).
pub async fn react(
    ctx: &Ctx,
    via: Via,
    account: AccountId,
    id: PostId,
    emoji: &str,
    uri: Option<String>,
) -> Result<()> {
    let named = named(ctx, emoji).await?;
    let rights = gate::rights(ctx, &via).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = gate::target(tx, rights, &person, id)?;
        groups::still_in(tx, account, &post)?;
        let Some(named) = &named else {
            return Err(DomainError::invalid("Name is not a recognized emoji"));
        };
        let mine = rows::of_person(tx, account, post.id)?;
        if mine.iter().any(|(_, name, _)| *name == named.name) {
            return Ok(());
        }
        let there = rows::has_kind(tx, post.id, &named.name)?;
        if named.foreign && person.is_local() && !there {
            return Err(DomainError::invalid("Name is not a recognized emoji"));
        }
        if mine.len() >= OF_ONE || (!there && rows::kinds(tx, post.id)? >= KINDS) {
            let full = "Limit of different reactions reached";
            return Err(if person.is_local() {
                DomainError::invalid(full)
            } else {
                DomainError::Conflict(full.to_owned())
            });
        }
        let row = tx.next_id();
        let uri = match (&uri, person.is_local()) {
            (Some(uri), false) if uri.len() <= 2_000 => uri.clone(),
            (_, false) => return Err(DomainError::Refused("no_id")),
            (_, true) => origin.join(&format!("/people/{}/reactions/{row}", person.username)),
        };
        if rows::by_uri(tx, &uri)?.is_some() {
            return Err(DomainError::Refused("uri_taken"));
        }
        let one = NewReaction {
            id: row,
            post: post.id,
            account,
            name: &named.name,
            uri: &uri,
            at: tx.now(),
        };
        rows::insert(tx, &one)?;
        tx.tell(Event::PostReacted { post: post.id })?;
        // Told once for each person and post, however many emoji they choose.
        if mine.is_empty() && groups::reads(tx, post.account, &post)? {
            tx.notify(
                &[post.account.get()],
                NotificationKind::EmojiReaction,
                account,
                Some(post.id),
                Some(post.conversation),
            )?;
        }
        if person.is_local() {
            let activity = OutboundActivity::React {
                uri,
                object: post.uri.clone(),
                name: named.name.clone(),
            };
            let to = Audience::People(vec![post.account]);
            outbox::queue(tx, account, Some(post.id), &activity, &to)?;
        }
        Ok(())
    })
    .await
}

/// Takes an answer back; `None` for all of the person's on that post. None is no error.
///
/// # Errors
/// `NotFound`.
pub async fn unreact(ctx: &Ctx, via: Via, account: AccountId, id: PostId, emoji: Option<&str>) -> Result<()> {
    let wanted = match emoji {
        Some(emoji) => match named(ctx, emoji).await? {
            Some(named) => Some(named.name),
            // Of an emoji that is gone since.
            None => Some(emoji.trim_matches(':').to_owned()),
        },
        None => None,
    };
    let rights = gate::rights(ctx, &via).await?;
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = posts::get(tx, id)?.ok_or(DomainError::NotFound)?;
        let post = match post.boost_of {
            Some(boosted) => posts::get(tx, boosted)?.ok_or(DomainError::NotFound)?,
            None => post,
        };
        let mine = rows::of_person(tx, account, post.id)?;
        let (gone, left): (Vec<_>, Vec<_>) = mine
            .into_iter()
            .partition(|(_, name, _)| wanted.as_ref().is_none_or(|wanted| wanted == name));
        if gone.is_empty() {
            return gate::target(tx, rights, &person, post.id).map(|_| ());
        }
        for (row, name, uri) in gone {
            rows::remove(tx, row)?;
            if person.is_local() {
                let activity = OutboundActivity::UndoReact {
                    uri,
                    object: post.uri.clone(),
                    name,
                };
                let to = Audience::People(vec![post.account]);
                outbox::queue(tx, account, Some(post.id), &activity, &to)?;
            }
        }
        if left.is_empty() {
            let kind = NotificationKind::EmojiReaction;
            notifications::withdraw(tx, post.account, account, kind, Some(post.id))?;
        }
        tx.tell(Event::PostReacted { post: post.id })
    })
    .await
}

/// What an emoji as it was written is kept as; `None` for what is none.
async fn named(ctx: &Ctx, emoji: &str) -> Result<Option<Named>> {
    let emoji = emoji.trim();
    if emoji.len() > NAME {
        return Ok(None);
    }
    let local = |name: String| Some(Named { name, foreign: false });
    if let Some(unicode) = unicode(emoji) {
        return Ok(local(unicode));
    }
    let name = emoji.trim_matches(':');
    let (shortcode, authority) = match name.split_once('@') {
        Some((shortcode, authority)) if authority != ctx.origin().authority() => (shortcode, Some(authority)),
        Some((shortcode, _)) => (shortcode, None),
        None => (name, None),
    };
    if !is_shortcode(shortcode) {
        return Ok(None);
    }
    match authority {
        None => {
            let known = custom_emoji::known(ctx).await?;
            let ours = known.get(None, shortcode);
            Ok(ours.and_then(|emoji| local(emoji.shortcode.clone())))
        }
        // Its picture may be on its way.
        Some(authority) => {
            let peer = peers::by_authority(ctx, authority).await?;
            Ok(peer.map(|peer| Named {
                name: format!("{shortcode}@{}", peer.origin.authority()),
                foreign: true,
            }))
        }
    }
}

/// A Unicode emoji in the form in which it is kept; `None` for anything else, names of emoji among it.
#[must_use]
pub fn unicode(text: &str) -> Option<String> {
    emojis::get(text).map(|emoji| emoji.as_str().to_owned())
}
