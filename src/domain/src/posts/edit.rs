//! Editing a post.

use super::{
    Draft, attachments, gate,
    gate::Rights,
    prepare::{Ready, blank, prepare},
    publish::capped,
};
use crate::{
    Ctx, DomainError, Result, Via, groups,
    outbox::{self, Audience},
    polls, quotes,
    work::{self, Work},
};
use entrenous_model::{AccountId, Event, NotificationKind, OutboundActivity, Post, PostId};
use entrenous_store::{posts as rows, search};

/// Replaces content, spoiler, language, sensitivity; visibility and audience stay. The old version is kept. New
/// mentions address people only if the post is visible to the network; in other posts they are links.
///
/// # Errors
/// `NotFound` unless the author is `author`; `Refused("audience_changed")` if a peer's update widens or changes the
/// audience; `Forbidden` in a group that the author is not in any more; else as [`super::publish`].
pub async fn edit(ctx: &Ctx, via: Via, author: AccountId, id: PostId, draft: Draft) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    let ready = prepare(ctx, author, draft).await?;
    work::write(ctx, move |tx| {
        in_transaction(tx, &via, rights, author, id, &ready)
    })
    .await
}

fn in_transaction(
    tx: &mut Work<'_>,
    via: &Via,
    rights: Rights,
    author: AccountId,
    id: PostId,
    ready: &Ready,
) -> Result<()> {
    let person = gate::actor(tx, via, author)?;
    if ready.remote.is_some() == person.is_local() {
        return Err(DomainError::Refused("author"));
    }
    let post = rows::get(tx, id)?
        .filter(|post| post.account == author && post.deleted_at.is_none() && post.boost_of.is_none())
        .ok_or(DomainError::NotFound)?;
    groups::still_in(tx, author, &post)?;
    let before = rows::addressed(tx, id)?;
    let mut wanted = ready.addressed.clone();
    wanted.extend(quoted_reader(tx, &post, &before, &wanted)?);
    if !post.is_local() {
        same_audience(tx, &post, &before, ready, &wanted)?;
    }
    let after = addressed_after(&post, &before, &wanted, ready);
    let mut old: Vec<(AccountId, bool)> = before.iter().map(|one| (one.account, one.silent)).collect();
    let mut new = after.clone();
    old.sort_unstable();
    new.sort_unstable();
    let policy = ready
        .quote_policy
        .filter(|_| !post.is_local() || post.visibility.is_network());
    let moved = quotes::revise(tx, rights, &person, &post, ready.quote.as_ref(), policy)?;
    let same = post.content == ready.content
        && post.source == ready.source
        && post.spoiler == ready.spoiler
        && post.sensitive == ready.sensitive
        && post.language == ready.language;
    let files = entrenous_store::attachments::of_post(tx, id)?;
    let other_files = attachments::set(tx, &post, &ready.files)?;
    let poll = polls::Change::of(tx, &post, ready.poll.as_ref())?;
    if same && old == new && !other_files && !poll.is_new_version() {
        if poll.is_none() && !moved {
            return Ok(());
        }
        polls::apply(tx, &post, poll)?;
        return if post.is_local() {
            send(tx, &post, after)
        } else {
            Ok(())
        };
    }
    if post.is_local()
        && ready.content.is_empty()
        && entrenous_store::attachments::of_post(tx, id)?.is_empty()
    {
        return Err(blank());
    }

    polls::without_files(tx, &post, ready.poll.as_ref())?;
    rows::keep_version(tx, &post, &files)?;
    let at = tx.now();
    let edit = rows::Edit {
        content: &ready.content,
        source: &ready.source,
        spoiler: &ready.spoiler,
        sensitive: ready.sensitive,
        language: ready.language.as_deref(),
        at,
    };
    rows::replace(tx, id, &edit)?;
    rows::set_tags(tx, id, &ready.tags)?;
    rows::set_addressed(tx, id, &after)?;
    polls::apply(tx, &post, poll)?;
    search::index(tx, id)?;
    tx.tell(Event::PostUpdated {
        post: id,
        account: author,
    })?;

    let told: Vec<i64> = before
        .iter()
        .filter(|one| !one.silent)
        .map(|one| one.account.get())
        .collect();
    let fresh: Vec<i64> = after
        .iter()
        .filter(|(account, silent)| !silent && !told.contains(&account.get()))
        .map(|(account, _)| account.get())
        .collect();
    tx.notify_again(
        &fresh,
        NotificationKind::Mention,
        author,
        id,
        Some(post.conversation),
    )?;
    quotes::edited(tx, &post)?;
    let boosters: Vec<i64> = rows::boosts_of(tx, id)?
        .into_iter()
        .map(|(_, booster)| booster.get())
        .filter(|booster| !fresh.contains(booster))
        .collect();
    tx.notify_again(
        &boosters,
        NotificationKind::Update,
        author,
        id,
        Some(post.conversation),
    )?;
    if post.is_local() {
        send(tx, &post, after)?;
    }
    Ok(())
}

/// Who is quoted still reads the quote, also when the text mentions them no more.
fn quoted_reader(
    tx: &mut Work<'_>,
    post: &Post,
    before: &[rows::Addressed],
    wanted: &[(AccountId, bool)],
) -> Result<Option<(AccountId, bool)>> {
    let Some(quoted) = post.quote.as_ref().and_then(|quote| quote.post) else {
        return Ok(None);
    };
    let quoted = rows::get(tx, quoted)?.map(|quoted| quoted.account);
    Ok(quoted
        .filter(|id| before.iter().any(|one| one.account == *id) && !wanted.iter().any(|(one, _)| one == id))
        .map(|id| (id, true)))
}

/// Tells the nodes that have the post, and those of the people it is addressed to, what it is now.
fn send(tx: &mut Work<'_>, post: &Post, addressed: Vec<(AccountId, bool)>) -> Result<()> {
    let also = addressed.into_iter().map(|(account, _)| account).collect();
    outbox::queue(
        tx,
        post.account,
        Some(post.id),
        &OutboundActivity::UpdatePost { post: post.id },
        &Audience::Reached { post: post.id, also },
    )
}

/// A peer's update may not move a post to another audience. Of those addressed, only local people count: they are the
/// ones who would see more or less here.
fn same_audience(
    tx: &mut Work<'_>,
    post: &Post,
    before: &[rows::Addressed],
    ready: &Ready,
    wanted: &[(AccountId, bool)],
) -> Result<()> {
    let most = match post.in_reply_to {
        Some(parent) => rows::get(tx, parent)?.map(|parent| parent.visibility),
        None => None,
    };
    let visibility = most.map_or(ready.visibility, |most| capped(ready.visibility, most));
    if visibility != post.visibility {
        return Err(DomainError::Refused("audience_changed"));
    }
    if !post.visibility.is_network() {
        let old: Vec<i64> = before.iter().map(|one| one.account.get()).collect();
        let new: Vec<i64> = wanted.iter().map(|(id, _)| id.get()).collect();
        let mut old = rows::local_among(tx, &old)?;
        let mut new = rows::local_among(tx, &new)?;
        old.sort_unstable();
        new.sort_unstable();
        if old != new {
            return Err(DomainError::Refused("audience_changed"));
        }
    }
    Ok(())
}

/// Whom the post is addressed to after the edit.
fn addressed_after(
    post: &Post,
    before: &[rows::Addressed],
    wanted: &[(AccountId, bool)],
    ready: &Ready,
) -> Vec<(AccountId, bool)> {
    if post.visibility.is_network() {
        return wanted.to_vec();
    }
    let mentioned = ready.mentioned();
    before
        .iter()
        .map(|one| (one.account, !mentioned.contains(&one.account)))
        .collect()
}
