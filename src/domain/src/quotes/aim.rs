//! What a new post quotes.

use super::{QuoteLeave, Quoting, Stamp, count, stamp_of};
use crate::outbox::{self, Audience};
use crate::posts::gate::{self, Rights};
use crate::work::Work;
use crate::{DomainError, Result, groups};
use entrenous_model::{
    AccountId, Event, GroupId, NotificationKind, Origin, OutboundActivity, Post, PostId, Quote, QuoteState,
    Visibility,
};
use entrenous_store::{person::Person, posts as rows};

/// Posts that are told of at once that what they quote has gone, or was edited.
const TOLD: i64 = 500;

/// What a post is to quote.
#[derive(Default)]
pub(crate) struct Aim {
    /// How it is stored, without the stamp of a post of this node.
    quote: Option<Quote>,
    /// The quoted post, if it is known and its author may see it.
    post: Option<Post>,
}

impl Aim {
    /// The most visible that a post of this node may be that quotes it.
    pub(crate) fn widest(&self) -> Visibility {
        match &self.post {
            Some(post) if post.visibility == Visibility::Group => Visibility::Group,
            Some(post) if !post.visibility.is_network() => Visibility::Private,
            _ => Visibility::Public,
        }
    }

    /// The quoted post.
    pub(crate) const fn post(&self) -> Option<&Post> {
        self.post.as_ref()
    }

    /// How it is stored with a post of a peer.
    pub(super) const fn bare(&self) -> Option<&Quote> {
        self.quote.as_ref()
    }

    /// How it is stored with the post `id`.
    pub(crate) fn quote(&self, origin: &Origin, author: AccountId, id: PostId) -> Option<Quote> {
        let mut quote = self.quote.clone()?;
        if let Some(post) = &self.post
            && post.is_local()
            && post.account != author
            && quote.is_accepted()
        {
            quote.stamp = Some(stamp_of(origin, post.id, id));
        }
        Some(quote)
    }

    /// Who is quoted reads the quote, whoever else it is for.
    pub(crate) fn reader(&self, author: AccountId, local: bool) -> Option<AccountId> {
        let post = self.post.as_ref()?;
        ((local || post.is_local()) && post.account != author).then_some(post.account)
    }
}

/// Finds what a post quotes, and whether its author may. `place` is who may see the new post, and the group it stands in.
///
/// # Errors
/// `NotFound` if it is not there for the author, `Invalid` if they may not quote it.
pub(crate) fn aim(
    tx: &mut Work<'_>,
    rights: Rights,
    author: &Person,
    quoting: Option<&Quoting>,
    place: (Visibility, Option<GroupId>),
    mentioned: &[(AccountId, bool)],
) -> Result<Aim> {
    match quoting {
        None => Ok(Aim::default()),
        Some(Quoting::Post(id)) => of_ours(tx, rights, author, *id, place, mentioned),
        Some(Quoting::Uri { uri, stamp }) => of_theirs(tx, rights, author, uri, stamp),
    }
}

fn of_ours(
    tx: &mut Work<'_>,
    rights: Rights,
    author: &Person,
    id: PostId,
    (visibility, group): (Visibility, Option<GroupId>),
    mentioned: &[(AccountId, bool)],
) -> Result<Aim> {
    let post = gate::target(tx, rights, author, id)?;
    groups::same_group(tx, &post, group)?;
    if group.is_some() && !post.is_local() && post.account != author.id {
        // Its author's node would have to be asked, and would learn of the group.
        return Err(DomainError::invalid(
            "A post of another organisation cannot be quoted in a group",
        ));
    }
    if post.visibility == Visibility::Direct {
        return Err(DomainError::invalid("A direct post cannot be quoted"));
    }
    let own = post.account == author.id;
    if visibility == Visibility::Direct && !own && !mentioned.iter().any(|(id, _)| *id == post.account) {
        return Err(DomainError::invalid(
            "A direct post that quotes someone must mention them",
        ));
    }
    let state = match QuoteLeave::given(tx, &post, author.id)? {
        QuoteLeave::Automatic if post.is_local() => QuoteState::Accepted,
        // A peer's policy is what its node said last; that node decides.
        QuoteLeave::Automatic | QuoteLeave::Manual | QuoteLeave::Unknown if !post.is_local() => {
            QuoteState::Pending
        }
        _ => {
            return Err(DomainError::invalid(
                "Its author does not allow to quote this post",
            ));
        }
    };
    Ok(Aim {
        quote: Some(Quote {
            post: Some(post.id),
            uri: post.uri.clone(),
            state,
            stamp: None,
        }),
        post: Some(post),
    })
}

/// What a peer's post quotes. It is let if it is the author's own, or if the quoted author's origin says so; of posts of this
/// node, this node says so when it is asked.
fn of_theirs(tx: &mut Work<'_>, rights: Rights, author: &Person, uri: &str, stamp: &Stamp) -> Result<Aim> {
    let mut post = rows::by_uri(tx, uri)?.filter(|post| post.boost_of.is_none() && post.deleted_at.is_none());
    // Of our posts, who may not see one does not learn by a quote whether it is there.
    if let Some(found) = &post
        && found.is_local()
        && !gate::may_see(tx, rights, author, found)?
    {
        post = None;
    }
    let (mut state, mut kept) = (QuoteState::Pending, None);
    if let Some(post) = &post {
        if post.account == author.id {
            state = QuoteState::Accepted;
        } else if let (false, Stamp::Seen(stamp)) = (post.is_local(), stamp) {
            (state, kept) = (QuoteState::Accepted, Some(stamp.clone()));
        }
    }
    Ok(Aim {
        quote: Some(Quote {
            post: post.as_ref().map(|post| post.id),
            uri: uri.to_owned(),
            state,
            stamp: kept,
        }),
        post,
    })
}

/// A new post is there: who is quoted may read it and is told; a peer's author is asked.
pub(crate) fn arrived(tx: &mut Work<'_>, aim: &Aim, post: &Post, news: bool) -> Result<()> {
    let (Some(quote), Some(quoted)) = (&post.quote, aim.post()) else {
        return Ok(());
    };
    // In a group, who is quoted may not read it: they need not be in it.
    if post.visibility != Visibility::Group
        && let Some(reader) = aim.reader(post.account, post.is_local())
    {
        rows::add_mention(tx, post.id, reader, true)?;
    }
    count(tx, post, None, Some(quote))?;
    if quoted.account == post.account {
        return Ok(());
    }
    if quote.is_accepted() && news && groups::reads(tx, quoted.account, post)? {
        tell(tx, quoted, post)?;
    }
    if post.is_local() && !quote.is_accepted() {
        outbox::queue(
            tx,
            post.account,
            Some(post.id),
            &OutboundActivity::QuoteRequest { post: post.id },
            &Audience::People(vec![quoted.account]),
        )?;
    }
    Ok(())
}

/// Tells the author of a quoted post of the quote.
pub(super) fn tell(tx: &mut Work<'_>, quoted: &Post, post: &Post) -> Result<()> {
    tx.notify(
        &[quoted.account.get()],
        NotificationKind::Quote,
        post.account,
        Some(post.id),
        Some(post.conversation),
    )
}

/// A post was edited: those of this node who quote it are told.
pub(crate) fn edited(tx: &mut Work<'_>, post: &Post) -> Result<()> {
    for (quoting, author) in rows::quoting(tx, post.id, true, TOLD)? {
        tx.notify_again(
            &[author.get()],
            NotificationKind::QuotedUpdate,
            post.account,
            quoting,
            Some(post.conversation),
        )?;
    }
    Ok(())
}

/// A post goes: what it quotes counts it no more, and those who look at posts that quote it see it go. Called before its
/// rows change.
pub(crate) fn gone(tx: &mut Work<'_>, post: &Post) -> Result<()> {
    count(tx, post, post.quote.as_ref(), None)?;
    for (quoting, _) in rows::quoting(tx, post.id, false, TOLD)? {
        tx.tell(Event::QuoteChanged { post: quoting })?;
    }
    Ok(())
}
