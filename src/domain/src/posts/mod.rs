//! Posts: publish, edit, delete, look at, boost, favourite, bookmark.
//!
//! Who may see a post is written once, in `entrenous_store::visible`; every verb and list asks there.

mod ahead;
mod attachments;
mod bodies;
mod boost;
mod delete;
mod edit;
pub(crate) mod gate;
mod look;
mod marks;
mod participants;
mod pin;
mod prepare;
mod publish;
mod quoted;
mod react;
mod reactions;
mod remove;
mod views;

use crate::polls::NewPoll;
use crate::quotes::{QuoteLeave, Quoting};
use entrenous_model::{
    Account, AccountId, Attachment, Choices, GroupId, PeerId, Poll, Post, PostId, QuotePolicy, Time,
    Visibility,
};
use std::{ops::Deref, sync::Arc};

pub(crate) use ahead::Ahead;
pub(crate) use attachments::reserve;
pub use attachments::{Chosen, Files, RemoteFile};
pub(crate) use bodies::Bodies;
pub use boost::{boost, unboost};
pub use delete::{delete, never_mind};
pub(crate) use delete::{end, swept};
pub use edit::edit;
pub(crate) use gate::store_viewer;
pub(crate) use look::about;
pub use look::{boosted_by, context, favourited_by, fetch_replies, history, known_by_uri, replies_due};
pub use marks::{bookmark, favourite, mute_conversation, unfavourite};
pub use participants::{Participant, participants};
pub use pin::{MOST_PINNED, pin, unpin};
pub(crate) use publish::{KEY_HOURS, publish_claimed};
pub use publish::{concerns_someone, publish};
pub use quoted::QuoteView;
pub use react::{KINDS, OF_ONE, react, unicode as unicode_emoji, unreact};
pub use reactions::{Reacted, Reaction, ShownReaction, latest_reactions};
pub use remove::{REASON, remove};
pub use views::{Alike, view, view_anew, view_for_each, views};
pub(crate) use views::{Marked, Seeable, read, seeable, with_people};

/// What a post answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyTo {
    /// Nothing.
    None,
    /// A post known here.
    Post(PostId),
    /// A post by its ActivityPub id, known here or not (remote posts).
    Uri(String),
}

/// A post to publish, or the new content of one.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Local: text as typed, at most `max_post_chars`. Remote: HTML, not yet sanitised.
    pub text: String,
    /// Content warning, plain text, at most 500 characters.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Who may see it. A reply is never more visible than what it answers.
    pub visibility: Visibility,
    /// BCP 47.
    pub language: Option<String>,
    /// What it answers.
    pub reply_to: ReplyTo,
    /// The poll in it; in an edit the one it is to have from now on.
    pub poll: Option<NewPoll>,
    /// `Idempotency-Key` of the client: the same key within 24 hours answers the same post.
    pub idempotency_key: Option<String>,
    /// What only remote posts, and imported ones, have.
    pub remote: Option<RemotePost>,
    /// When it was written, for imported and remote posts (never in the future; the id follows it).
    pub created_at: Option<Time>,
    /// Its files.
    pub files: Files,
    /// The group that it is for, if that is not the one of what it answers. An edit leaves it where it stands.
    pub group: Option<GroupId>,
    /// What it quotes. An edit here leaves that as it is.
    pub quote: Option<Quoting>,
    /// Who may quote it; in an edit `None` leaves that as it is, in a new post it is nobody. Of posts here that are not for
    /// the network it is always nobody.
    pub quote_policy: Option<QuotePolicy>,
}

/// What a peer's object says beyond the content.
#[derive(Debug, Clone)]
pub struct RemotePost {
    /// ActivityPub id, on the author's origin (checked by the caller).
    pub uri: String,
    /// Page for humans.
    pub url: String,
    /// Local and known people it mentions.
    pub mentions: Vec<AccountId>,
    /// Local people addressed without a mention.
    pub silent: Vec<AccountId>,
    /// Hashtags without `#`.
    pub tags: Vec<String>,
}

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A person of this node.
    Person(AccountId),
    /// A peer's node, with a signed request: sees what its people may see and the contract gives.
    Peer(PeerId),
}

/// A mention in a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Whom.
    pub account: AccountId,
    /// Name.
    pub username: String,
    /// Handle as clients show it.
    pub acct: String,
    /// Page for humans.
    pub url: String,
    /// ActivityPub id.
    pub uri: String,
}

/// What the viewer did with a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub struct Flags {
    /// Favourited.
    pub favourited: bool,
    /// Boosted.
    pub boosted: bool,
    /// Bookmarked.
    pub bookmarked: bool,
    /// Conversation muted.
    pub muted: bool,
    /// What was chosen in its poll.
    pub chosen: Choices,
    /// Whether the viewer may quote it.
    pub quote: QuoteLeave,
}

/// A post with what belongs to it, the same for all who may see it. Two that are the same allocation are the same
/// version, counters included.
#[derive(Debug, Clone)]
pub struct Body {
    /// The post or boost.
    pub post: Post,
    /// Mentions, without silent ones.
    pub mentions: Vec<Mention>,
    /// Hashtags.
    pub tags: Vec<String>,
    /// Files, in the order in which they are shown.
    pub files: Vec<Attachment>,
    /// Its poll, with the counts.
    pub poll: Option<Poll>,
    /// Emoji that people answered with, by the order in which each was used first.
    pub reactions: Vec<Reaction>,
    /// The group it stands in.
    pub group: Option<GroupId>,
}

/// A post for one viewer.
#[derive(Debug, Clone)]
pub struct PostView {
    /// The post or boost.
    pub body: Arc<Body>,
    /// Author or booster.
    pub account: Arc<Account>,
    /// The boosted post.
    pub boosted: Option<Box<PostView>>,
    /// The viewer's flags (none for peers).
    pub flags: Flags,
    /// What of the reactions is otherwise for the viewer (nothing for peers).
    pub reacted: Arc<Reacted>,
    /// What it quotes, as the viewer may see it (none for peers, and for a boost: the boosted post has it).
    pub quote: Option<Box<QuoteView>>,
}

impl Deref for PostView {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

/// One version of a post.
#[derive(Debug, Clone)]
pub struct Version {
    /// When it was written.
    pub at: Time,
    /// Sanitised HTML.
    pub content: String,
    /// Content warning.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Files that are still there.
    pub files: Vec<Attachment>,
    /// The options of its poll.
    pub poll: Option<Vec<String>>,
}
