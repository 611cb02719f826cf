//! Publishing a post.

use super::{
    Draft, ReplyTo, attachments, gate,
    gate::Rights,
    prepare::{Ready, prepare},
};
use crate::{
    Ctx, DomainError, Result, Via, conversations, groups,
    outbox::{self, Audience},
    polls,
    quotes::{self, Quoting},
    timelines::{Spread, spread},
    work::{self, Work},
};
use chrono::TimeDelta;
use entrenous_model::{
    AccountId, Event, GroupId, NotificationKind, Origin, OutboundActivity, Post, PostId, QuotePolicy, Time,
    Visibility,
};
use entrenous_store::{accounts, follows, person::Person, posts as rows, search};

/// How long an idempotency key is remembered.
pub(crate) const KEY_HOURS: i64 = 24;

/// Publishes a post: mentions resolved, rendered, stored, put into followers' home timelines, notifications made, and
/// deliveries queued, in one transaction. For local posts, mentions of unknown people on trusted peers are looked up before.
/// A post already known by its uri is answered as it is (and updated by nobody), also if it is a tombstone.
///
/// A remote post published `Via::Local` is one that was fetched: it notifies nobody.
///
/// # Errors
/// `Invalid` (empty, too long, too many mentions), `NotFound` for a reply to what the author may not see,
/// `AlreadyReceived`, `Refused` with a reason for a peer's post that no one here may receive.
pub async fn publish(ctx: &Ctx, via: Via, author: AccountId, draft: Draft) -> Result<PostId> {
    let rights = gate::rights(ctx, &via).await?;
    let ready = prepare(ctx, author, draft).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        in_transaction(tx, &origin, &via, rights, author, &ready)
    })
    .await
}

/// Publishes a local post if `claim`, asked in the same transaction, says that it is still to be published; as
/// [`publish`].
///
/// # Errors
/// As [`publish`]; then nothing that `claim` did stays.
pub(crate) async fn publish_claimed(
    ctx: &Ctx,
    author: AccountId,
    draft: Draft,
    claim: impl Fn(&mut Work<'_>) -> Result<bool> + Send + Sync + 'static,
) -> Result<Option<PostId>> {
    let ready = prepare(ctx, author, draft).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        if !claim(tx)? {
            return Ok(None);
        }
        in_transaction(tx, &origin, &Via::Local, Rights::Local, author, &ready).map(Some)
    })
    .await
}

/// Whether a post of a peer's person concerns anyone here: a follower of its author, someone it is addressed to, or the
/// author of what it answers.
///
/// # Errors
/// Only the store's.
pub async fn concerns_someone(ctx: &Ctx, author: AccountId, draft: &Draft) -> Result<bool> {
    let remote = draft.remote.iter();
    let people = remote.flat_map(|remote| remote.mentions.iter().chain(&remote.silent));
    let people: Vec<i64> = people.map(|id| id.get()).collect();
    let (reply_to, quote) = (draft.reply_to.clone(), draft.quote.clone());
    let concerns = ctx.store().read(move |conn| {
        if let Some(Quoting::Uri { uri, .. }) = quote
            && let Some(quoted) = rows::by_uri(conn, &uri)?
            && rows::concerns_someone(conn, author, &[], Some(quoted.id))?
        {
            return Ok(true);
        }
        let parent = match reply_to {
            ReplyTo::None => None,
            ReplyTo::Post(id) => Some(id),
            ReplyTo::Uri(uri) => rows::by_uri(conn, &uri)?.map(|post| post.id),
        };
        rows::concerns_someone(conn, author, &people, parent)
    });
    Ok(concerns.await?)
}

fn in_transaction(
    tx: &mut Work<'_>,
    origin: &Origin,
    via: &Via,
    rights: Rights,
    author: AccountId,
    ready: &Ready,
) -> Result<PostId> {
    let (person, cleared) = gate::claimed(tx, via, author)?;
    if ready.remote.is_some() == person.is_local() {
        return Err(DomainError::Refused("author"));
    }
    let now = tx.now();
    if let Some((uri, _)) = &ready.remote
        && let Some((id, holder, deleted)) = rows::holder_of_uri(tx, uri)?
    {
        if holder == author {
            return Ok(id);
        }
        if !deleted {
            return Err(DomainError::Refused("uri_taken"));
        }
        // Someone of the same peer deleted what was not theirs before it came: the author's word counts.
        rows::remove_tombstone(tx, id)?;
    }
    if let Some(key) = &ready.idempotency_key {
        let since = now - TimeDelta::hours(KEY_HOURS);
        rows::forget_idempotency(tx, author, since)?;
        if let Some(id) = rows::by_idempotency_key(tx, author, key, since)? {
            return Ok(id);
        }
    }
    let parent = parent(tx, rights, &person, ready)?;
    let group = groups::of_new(tx, &person, &ready.asked(), parent.post.as_ref())?;
    let visibility = match (&parent.post, group) {
        (_, Some(_)) => Visibility::Group,
        (Some(post), None) => capped(ready.visibility, post.visibility),
        (None, None) => ready.visibility,
    };
    if group.is_none() && visibility == Visibility::Group {
        return Err(DomainError::Refused("group"));
    }
    let addressed = addressed(tx, ready, group)?;
    let aim = quotes::aim(
        tx,
        rights,
        &person,
        ready.quote.as_ref(),
        (visibility, group),
        &addressed,
    )?;
    let visibility = if person.is_local() {
        capped(visibility, aim.widest())
    } else {
        visibility
    };
    // What the contract lets it say to the whole network concerns us; all else must concern someone here.
    if cleared.is_some_and(|cleared| !(cleared.network() && visibility.is_network())) {
        let addressed: Vec<i64> = addressed.iter().map(|(id, _)| id.get()).collect();
        let quoted = aim.post().map(|post| post.id);
        if !rows::concerns_someone(tx, author, &addressed, parent.post.as_ref().map(|post| post.id))?
            && !rows::concerns_someone(tx, author, &[], quoted)?
        {
            return Err(DomainError::Refused("no_audience_here"));
        }
    }

    let post = new_post(
        tx,
        origin,
        &person,
        ready,
        &Relations { parent, aim: &aim },
        visibility,
    )?;
    rows::insert(tx, &post)?;
    if let Some(group) = group {
        entrenous_store::groups::add_post(tx, post.id, group)?;
    }
    if let Some(key) = &ready.idempotency_key {
        rows::remember_idempotency(tx, author, key, post.id, now)?;
    }
    for (id, silent) in &addressed {
        rows::add_mention(tx, post.id, *id, *silent)?;
    }
    rows::set_tags(tx, post.id, &ready.tags)?;
    attachments::set(tx, &post, &ready.files)?;
    polls::without_files(tx, &post, ready.poll.as_ref())?;
    if let Some(poll) = &ready.poll {
        polls::begin(tx, &post, poll)?;
    }
    search::index(tx, post.id)?;
    if let Some(parent) = post.in_reply_to {
        rows::bump(tx, parent, rows::Count::Replies, 1)?;
        tx.tell(Event::PostCounted { post: parent })?;
    }
    if !post.is_local() {
        let adopted = rows::adopt_orphans(tx, &post)?;
        if let Ok(count @ 1..) = i64::try_from(adopted.len()) {
            rows::bump(tx, post.id, rows::Count::Replies, count)?;
        }
        for orphan in adopted {
            tx.announce(Event::PostCounted { post: orphan });
        }
        let (quoting, own) = rows::adopt_quotes(tx, &post)?;
        if let Ok(own @ 1..) = i64::try_from(own) {
            rows::bump(tx, post.id, rows::Count::Quotes, own)?;
        }
        for quoting in quoting {
            tx.announce(Event::PostCounted { post: quoting });
        }
    }
    // What is said in a group stands there alone, and others do not learn that something was said.
    if group.is_none() {
        accounts::posted(tx, author, post.created_at)?;
        spread(
            tx,
            &Spread {
                post: &post,
                boosted: None,
                tags: &ready.tags,
            },
            person.followers,
        )?;
    }
    tx.tell(Event::PostCreated {
        post: post.id,
        account: author,
    })?;

    // What was written elsewhere long ago (imported, or fetched to show a thread) is news to nobody.
    let news = match via {
        Via::Peer(_) => true,
        Via::Local => post.is_local() && ready.created_at.is_none(),
    };
    let mut people: Vec<AccountId> = addressed.iter().map(|(id, _)| *id).collect();
    conversations::add(tx, &post, &people, news)?;
    if news {
        notify(tx, &post, &addressed)?;
        if post.is_local() {
            people.extend(aim.reader(author, true));
            if let Some(audience) = audience(post.visibility, people) {
                outbox::queue(
                    tx,
                    author,
                    Some(post.id),
                    &OutboundActivity::CreatePost { post: post.id },
                    &audience,
                )?;
            }
        }
    }
    // After the post itself: who is asked has it already.
    quotes::arrived(tx, &aim, &post, news)?;
    Ok(post.id)
}

/// To whom a new post is addressed: in a group to its members alone, since nobody else could read it.
fn addressed(tx: &mut Work<'_>, ready: &Ready, group: Option<GroupId>) -> Result<Vec<(AccountId, bool)>> {
    let Some(group) = group else {
        return Ok(ready.addressed.clone());
    };
    let all: Vec<i64> = ready.addressed.iter().map(|(id, _)| id.get()).collect();
    let members = entrenous_store::groups::members_among(tx, group, &all)?;
    let those = ready.addressed.iter().filter(|(id, _)| members.contains(id));
    Ok(those.copied().collect())
}

/// To whom a new local post is delivered; a group's to no other node.
fn audience(visibility: Visibility, mentioned: Vec<AccountId>) -> Option<Audience> {
    Some(match visibility {
        Visibility::Public => Audience::Followers {
            also: mentioned,
            network: true,
        },
        Visibility::Unlisted | Visibility::Private => Audience::Followers {
            also: mentioned,
            network: false,
        },
        Visibility::Group => return None,
        Visibility::Direct => Audience::People(mentioned),
    })
}

/// The less visible of both.
pub(super) const fn capped(wanted: Visibility, most: Visibility) -> Visibility {
    const fn rank(visibility: Visibility) -> u8 {
        match visibility {
            Visibility::Public => 0,
            Visibility::Unlisted => 1,
            Visibility::Private => 2,
            Visibility::Group => 3,
            Visibility::Direct => 4,
        }
    }
    if rank(wanted) < rank(most) { most } else { wanted }
}

/// What a post answers.
pub(super) struct Parent {
    post: Option<Post>,
    uri: Option<String>,
}

impl Parent {
    /// The post, if it is known and its author may see it.
    pub(super) const fn post(&self) -> Option<&Post> {
        self.post.as_ref()
    }
}

/// Finds what a post answers.
///
/// # Errors
/// `NotFound` if it is not there for the author.
pub(super) fn parent(tx: &mut Work<'_>, rights: Rights, author: &Person, ready: &Ready) -> Result<Parent> {
    let id = match &ready.reply_to {
        ReplyTo::None => {
            return Ok(Parent {
                post: None,
                uri: None,
            });
        }
        ReplyTo::Post(id) => Some(*id),
        ReplyTo::Uri(uri) => rows::by_uri(tx, uri)?.map(|post| post.id),
    };
    let found = match id {
        Some(id) => match gate::target(tx, rights, author, id) {
            Ok(post) => Some(post),
            Err(DomainError::NotFound) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    match (found, &ready.reply_to) {
        (Some(post), _) => Ok(Parent {
            uri: Some(post.uri.clone()),
            post: Some(post),
        }),
        // A peer's answer to what is not known here, or not visible to its author, stands alone.
        (None, ReplyTo::Uri(uri)) if !author.is_local() => Ok(Parent {
            post: None,
            uri: Some(uri.clone()),
        }),
        (None, _) => Err(DomainError::NotFound),
    }
}

/// What a new post has to do with others.
struct Relations<'a> {
    parent: Parent,
    aim: &'a quotes::Aim,
}

fn new_post(
    tx: &mut Work<'_>,
    origin: &Origin,
    author: &Person,
    ready: &Ready,
    relations: &Relations<'_>,
    visibility: Visibility,
) -> Result<Post> {
    let Relations { parent, aim } = relations;
    let now = tx.now();
    let created_at = ready.created_at.map_or(now, |at| at.min(now));
    let id = match ready.created_at {
        Some(_) => backdated(tx, created_at)?,
        None => PostId(tx.next_id()),
    };
    let (uri, url) = match &ready.remote {
        Some((uri, url)) => (uri.clone(), url.clone()),
        None => (
            origin.join(&format!("/posts/{id}")),
            origin.join(&format!("/@{}/{id}", author.username)),
        ),
    };
    Ok(Post {
        id,
        account: author.id,
        peer: author.peer,
        uri,
        url,
        boost_of: None,
        in_reply_to: parent.post.as_ref().map(|post| post.id),
        // Beside a group: who gets it is not told what it answers, which may be another node.
        in_reply_to_uri: parent.uri.clone().filter(|_| {
            let answered = parent.post.as_ref().map(|post| post.visibility);
            answered != Some(Visibility::Group) || visibility == Visibility::Group
        }),
        in_reply_to_account: parent.post.as_ref().map(|post| post.account),
        conversation: parent.post.as_ref().map_or(id, |post| post.conversation),
        content: ready.content.clone(),
        source: ready.source.clone(),
        spoiler: ready.spoiler.clone(),
        sensitive: ready.sensitive,
        visibility,
        language: ready.language.clone(),
        created_at,
        edited_at: None,
        deleted_at: None,
        replies_count: 0,
        boosts_count: 0,
        favourites_count: 0,
        pinned_at: None,
        quote: aim.quote(origin, author.id, id),
        quote_policy: policy(author, ready, visibility),
        quotes_count: 0,
    })
}

/// Who may quote a new post.
fn policy(author: &Person, ready: &Ready, visibility: Visibility) -> QuotePolicy {
    let policy = ready.quote_policy.unwrap_or_default();
    if author.is_local() && !visibility.is_network() {
        return QuotePolicy::default();
    }
    policy
}

/// An id that sorts where `at` is: its milliseconds, and the low bits of a fresh id. It is not above any fresh id, so
/// no later one can be the same; one that is taken already is passed over.
fn backdated(tx: &mut Work<'_>, at: Time) -> Result<PostId> {
    for _ in 0..1_000 {
        let fresh = tx.next_id();
        let id = ((at.timestamp_millis().max(1) << 16) | (fresh & 0xffff)).min(fresh);
        if !rows::id_is_taken(tx, id)? {
            return Ok(PostId(id));
        }
    }
    Ok(PostId(tx.next_id()))
}

fn notify(tx: &mut Work<'_>, post: &Post, addressed: &[(AccountId, bool)]) -> Result<()> {
    // A direct post may name its recipients in its addressing alone; they would otherwise never know.
    let direct = post.visibility == Visibility::Direct;
    let mentioned: Vec<i64> = addressed
        .iter()
        .filter(|(_, silent)| direct || !silent)
        .map(|(id, _)| id.get())
        .collect();
    tx.notify(
        &mentioned,
        NotificationKind::Mention,
        post.account,
        Some(post.id),
        Some(post.conversation),
    )?;
    let mut following = follows::to_notify(tx, post.account, post.id.get())?;
    following.retain(|id| !mentioned.contains(id));
    tx.notify(
        &following,
        NotificationKind::Status,
        post.account,
        Some(post.id),
        Some(post.conversation),
    )
}
