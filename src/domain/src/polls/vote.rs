//! Voting.

use super::due;
use crate::{
    Ctx, DomainError, Result, Via,
    outbox::{self, Audience},
    posts::gate,
    work::{self, Work},
};
use entrenous_model::{AccountId, Choices, Event, OutboundActivity, Poll, Post, PostId};
use entrenous_store::{polls as rows, posts};

/// A person of this node votes in a poll they may see: for all they choose at once, and once.
///
/// # Errors
/// `NotFound`; `Invalid` for one's own poll, one that is over, a second time, no choice, several in a poll that takes
/// one, and for what is no option.
pub async fn vote(ctx: &Ctx, account: AccountId, id: PostId, choices: Vec<usize>) -> Result<()> {
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &Via::Local, account)?;
        let post = gate::target(tx, gate::Rights::Local, &person, id)?;
        let poll = rows::locked(tx, post.id)?.ok_or(DomainError::NotFound)?;
        let chosen = checked(tx, &post, &poll, account, &choices)?;
        let (row, now) = (tx.next_id(), tx.now());
        let mut first = true;
        for position in chosen.positions() {
            let Some(option) = poll.options.get(position) else {
                continue;
            };
            let uri = origin.join(&format!("/people/{}/votes/{row}-{position}", person.username));
            let vote = rows::Vote {
                post: post.id,
                account,
                position: i64::try_from(position).map_err(DomainError::internal)?,
                uri: &uri,
                at: now,
            };
            rows::vote(tx, &vote, first)?;
            first = false;
            if !post.is_local() {
                let activity = OutboundActivity::Vote {
                    uri,
                    object: post.uri.clone(),
                    name: option.title.clone(),
                };
                let audience = Audience::People(vec![post.account]);
                outbox::queue(tx, account, Some(post.id), &activity, &audience)?;
            }
        }
        tx.announce(Event::MarksChanged { account });
        counted(tx, &post)
    })
    .await
}

fn checked(
    tx: &mut Work<'_>,
    post: &Post,
    poll: &Poll,
    account: AccountId,
    choices: &[usize],
) -> Result<Choices> {
    let mut chosen = Choices::default();
    for choice in choices {
        if *choice >= poll.options.len() {
            return Err(DomainError::invalid("The chosen vote option does not exist"));
        }
        chosen.add(*choice);
    }
    let wrong = if post.account == account {
        "You cannot vote in your own polls"
    } else if poll.is_over(tx.now()) {
        "The poll has already ended"
    } else if chosen.is_empty() {
        "Choose an option to vote for"
    } else if !poll.multiple && chosen.positions().count() > 1 {
        "Only one option can be chosen in this poll"
    } else if !rows::chosen(tx, post.id, account)?.is_empty() {
        "You have already voted on this poll"
    } else {
        return Ok(chosen);
    };
    Err(DomainError::invalid(wrong))
}

/// A peer's person votes for one option of a poll of this node, named by its text. The same again is no error.
///
/// # Errors
/// `NotFound` for what is no poll of this node, or none that they and their node may see; `Conflict` for a vote that
/// comes after the end, a second one in a poll that takes one, and for what is no option: none of them is the peer's
/// fault, who may not know better yet.
pub async fn received(
    ctx: &Ctx,
    via: Via,
    voter: AccountId,
    question: String,
    option: String,
    uri: String,
) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, voter)?;
        if person.is_local() || uri.len() > 2_000 {
            return Err(DomainError::Refused("author"));
        }
        let post = posts::by_uri(tx, &question)?
            .filter(Post::is_local)
            .ok_or(DomainError::NotFound)?;
        let post = gate::target(tx, rights, &person, post.id)?;
        let poll = rows::locked(tx, post.id)?.ok_or(DomainError::NotFound)?;
        let conflict = |text: &str| Err(DomainError::Conflict(text.to_owned()));
        let Some(position) = poll.options.iter().position(|one| one.title == option) else {
            return conflict("the chosen option does not exist");
        };
        let before = rows::chosen(tx, post.id, voter)?;
        if before.positions().any(|one| one == position) {
            return Ok(());
        }
        if poll.is_over(tx.now()) {
            return conflict("the poll has ended");
        }
        if !poll.multiple && !before.is_empty() {
            return conflict("they have voted already");
        }
        let vote = rows::Vote {
            post: post.id,
            account: voter,
            position: i64::try_from(position).map_err(DomainError::internal)?,
            uri: &uri,
            at: tx.now(),
        };
        rows::vote(tx, &vote, before.is_empty())?;
        counted(tx, &post)
    })
    .await
}

/// Votes were taken away.
pub(crate) fn recounted(tx: &mut Work<'_>, id: PostId) -> Result<()> {
    match posts::get(tx, id)? {
        Some(post) => counted(tx, &post),
        None => Ok(()),
    }
}

/// The counts have changed: those who look are told, and, in a while, peers.
fn counted(tx: &mut Work<'_>, post: &Post) -> Result<()> {
    if post.is_local() {
        let now = tx.now();
        rows::plan_update(tx, post.id, now, due::PAUSE)?;
        tx.announce(Event::PollQueued { post: post.id });
    }
    tx.tell(Event::PollCounted { post: post.id })
}
