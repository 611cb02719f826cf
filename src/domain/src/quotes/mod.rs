//! Quotes: a post shows another one, and that one's author decides whether it may (FEP-044f).
//!
//! Whoever quotes a post sees it; the author's policy says whether they may quote it, and of posts of peers their node says
//! it, with a stamp. A quote widens no audience: who may not see the quoted post sees that something is quoted, and no more.

mod aim;
mod answer;
mod policy;
mod request;
mod revise;
mod revoke;

pub(crate) use aim::{Aim, aim, arrived, edited, gone};
pub use answer::answered;
pub use policy::set_policy;
pub use request::{Asked, requested};
pub(crate) use revise::revise;
pub(crate) use revoke::part;
pub use revoke::{authorized, revoke, revoked, stamped};

use crate::posts::{Viewer, about};
use crate::work::Work;
use crate::{Ctx, Result};
use entrenous_model::{AccountId, Event, Origin, Page, Post, PostId, Quote, QuoteState, Visibility};
use entrenous_store::posts::{self as rows, Count};

/// A post to be quoted, as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quoting {
    /// A post known here.
    Post(PostId),
    /// A post by its ActivityPub id, known here or not (remote posts).
    Uri {
        /// The id.
        uri: String,
        /// What the post that quotes says of its author's leave.
        stamp: Stamp,
    },
}

/// What a peer's post says of the leave to quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// Nothing.
    None,
    /// It names a stamp that could not be looked at: it changes nothing.
    Unseen,
    /// It names this stamp, and the origin of the quoted author says that it is theirs, for this very post and quote.
    Seen(String),
}

/// What the author of a post lets somebody do who wants to quote it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QuoteLeave {
    /// Quote it: it is let at once.
    Automatic,
    /// Ask: the author looks at it first.
    Manual,
    /// This node does not understand the policy.
    Unknown,
    /// Nothing.
    #[default]
    Denied,
}

impl QuoteLeave {
    /// As in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
            Self::Denied => "denied",
        }
    }

    /// What the author of `post` lets somebody do who sees it, and who follows them if `follows`.
    pub(crate) fn of(post: &Post, person: AccountId, follows: bool) -> Self {
        if post.visibility == Visibility::Direct || post.boost_of.is_some() {
            return Self::Denied;
        }
        // Who sees a group's post is in the group, which decides where it is quoted.
        if post.account == person || post.visibility == Visibility::Group {
            return Self::Automatic;
        }
        if !post.visibility.is_network() {
            return Self::Denied;
        }
        let (automatic, manual) = (post.quote_policy.automatic, post.quote_policy.manual);
        if automatic.everyone || (automatic.followers && follows) {
            Self::Automatic
        } else if manual.everyone || (manual.followers && follows) {
            Self::Manual
        } else if automatic.others || manual.others {
            Self::Unknown
        } else {
            Self::Denied
        }
    }

    /// Whether follows decide.
    pub(crate) const fn asks_for_follows(post: &Post) -> bool {
        post.quote_policy.automatic.followers || post.quote_policy.manual.followers
    }

    /// [`QuoteLeave::of`], asked of the database.
    fn given(tx: &mut Work<'_>, post: &Post, person: AccountId) -> Result<Self> {
        let follows = Self::asks_for_follows(post)
            && !rows::follows_between(tx, &[person.get()], &[post.account.get()])?.is_empty();
        Ok(Self::of(post, person, follows))
    }
}

/// How a quote is shown to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteSight {
    /// The quoted author has said nothing yet.
    Pending,
    /// With the quoted post.
    Accepted,
    /// The quoted author does not want it.
    Rejected,
    /// The quoted author has taken their leave back.
    Revoked,
    /// The quoted post has gone.
    Deleted,
    /// They may not see the quoted post, or it is not known here.
    Unauthorized,
    /// They block the quoted author.
    BlockedAccount,
    /// They hide the quoted author's node.
    BlockedDomain,
    /// They mute the quoted author.
    MutedAccount,
}

impl QuoteSight {
    /// As in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Deleted => "deleted",
            Self::Unauthorized => "unauthorized",
            Self::BlockedAccount => "blocked_account",
            Self::BlockedDomain => "blocked_domain",
            Self::MutedAccount => "muted_account",
        }
    }

    /// How a quote is shown to somebody who sees this of the quoted post: nothing if they may not see it.
    pub(crate) const fn of(quote: &Quote, sight: Option<rows::Sight>) -> Self {
        match quote.state {
            QuoteState::Pending => return Self::Pending,
            QuoteState::Rejected => return Self::Rejected,
            QuoteState::Revoked => return Self::Revoked,
            QuoteState::Accepted => {}
        }
        match sight {
            None => Self::Unauthorized,
            Some(sight) if sight.deleted => Self::Deleted,
            Some(sight) if sight.blocked => Self::BlockedAccount,
            Some(sight) if sight.hidden => Self::BlockedDomain,
            Some(sight) if sight.muted => Self::MutedAccount,
            Some(_) => Self::Accepted,
        }
    }

    /// Whether the quoted post goes with it.
    #[must_use]
    pub const fn shows(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::BlockedAccount | Self::BlockedDomain | Self::MutedAccount
        )
    }
}

/// Posts that quote a post with its author's leave, as far as the viewer may see them, newest first; not of people whom
/// they block or mute.
///
/// # Errors
/// `NotFound` if the quoted post may not be seen.
pub async fn of_post(ctx: &Ctx, viewer: AccountId, id: PostId, page: Page) -> Result<Vec<PostId>> {
    let (page, now) = (page.at_most(40), ctx.now());
    about(ctx, Viewer::Person(viewer), id, move |conn, _, post| {
        rows::quotes_of(conn, viewer, post.boost_of.unwrap_or(post.id), &page, now)
    })
    .await
}

/// The stamp of a quote of a post of this node, which is served there.
fn stamp_of(origin: &Origin, quoted: PostId, post: PostId) -> String {
    origin.join(&format!("/posts/{quoted}/quotes/{post}"))
}

/// Writes another state of a quote, with the counter of the quoted post.
fn put(tx: &mut Work<'_>, post: &Post, quote: &Quote) -> Result<()> {
    rows::set_quote(tx, post.id, Some(quote))?;
    count(tx, post, post.quote.as_ref(), Some(quote))?;
    tx.tell(Event::QuoteChanged { post: post.id })
}

/// Counts the quote of a post where it stood before, and where it stands now. What is said in a group counts in the group alone:
/// others would learn that something was said.
fn count(tx: &mut Work<'_>, quoting: &Post, before: Option<&Quote>, after: Option<&Quote>) -> Result<()> {
    let counted = |quote: Option<&Quote>| {
        quote
            .filter(|quote| quote.is_accepted())
            .and_then(|quote| quote.post)
    };
    let (before, after) = (counted(before), counted(after));
    if before == after {
        return Ok(());
    }
    for (post, by) in [(before, -1), (after, 1)] {
        if let Some(post) = post {
            if quoting.visibility == Visibility::Group
                && rows::get(tx, post)?.is_none_or(|quoted| quoted.visibility != Visibility::Group)
            {
                continue;
            }
            rows::bump(tx, post, Count::Quotes, by)?;
            tx.tell(Event::PostCounted { post })?;
        }
    }
    Ok(())
}
