//! What leaves the node: activities as data, rendered to JSON when they are delivered.
//!
//! A rendering at delivery time never sends what has since been deleted, and keeps the rows small.

use crate::{AccountId, KeyGeneration, PostId, ProposalStep};
use serde::{Deserialize, Serialize};

/// A `QuoteRequest` of a peer, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteAsked {
    /// ActivityPub id of the request.
    pub request: String,
    /// ActivityPub id of the quoted post.
    pub object: String,
    /// ActivityPub id of the post that quotes.
    pub instrument: String,
    /// Who asked.
    pub by: AccountId,
}

/// One outgoing activity. ActivityPub ids that must survive the row they came from are kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutboundActivity {
    /// `Create` of a post.
    CreatePost {
        /// The post.
        post: PostId,
    },
    /// `Update` of a post.
    UpdatePost {
        /// The post.
        post: PostId,
    },
    /// `Create` of a vote: a note that names an option of a poll, for its author alone.
    Vote {
        /// ActivityPub id of the note.
        uri: String,
        /// ActivityPub id of the post with the poll.
        object: String,
        /// The option.
        name: String,
    },
    /// `Delete` of a post, with a `Tombstone`.
    DeletePost {
        /// ActivityPub id of the post.
        uri: String,
    },
    /// `Announce` of a post.
    Boost {
        /// The boost.
        boost: PostId,
    },
    /// `Undo` of an `Announce`.
    UndoBoost {
        /// ActivityPub id of the `Announce`.
        uri: String,
        /// ActivityPub id of the boosted post.
        object: String,
    },
    /// `Like`.
    Favourite {
        /// ActivityPub id of the `Like`.
        uri: String,
        /// ActivityPub id of the post.
        object: String,
    },
    /// `Undo` of a `Like`.
    UndoFavourite {
        /// ActivityPub id of the `Like`.
        uri: String,
        /// ActivityPub id of the post.
        object: String,
    },
    /// `EmojiReact`, or the `Like` with `content` that other software reads.
    React {
        /// ActivityPub id of the reaction.
        uri: String,
        /// ActivityPub id of the post.
        object: String,
        /// The emoji, as the store has it.
        name: String,
    },
    /// `Undo` of an `EmojiReact`.
    UndoReact {
        /// ActivityPub id of the reaction.
        uri: String,
        /// ActivityPub id of the post.
        object: String,
        /// The emoji, as the store has it.
        name: String,
    },
    /// `Add` of a post to the collection of pinned ones.
    Pin {
        /// ActivityPub id of the post.
        object: String,
    },
    /// `Remove` of a post from the collection of pinned ones.
    Unpin {
        /// ActivityPub id of the post.
        object: String,
    },
    /// `QuoteRequest`: the author of the post asks the author of what it quotes.
    QuoteRequest {
        /// The post that quotes.
        post: PostId,
    },
    /// `Accept` of a `QuoteRequest`.
    AcceptQuote {
        /// What was asked.
        asked: QuoteAsked,
        /// ActivityPub id of the stamp.
        stamp: String,
    },
    /// `Reject` of a `QuoteRequest`.
    RejectQuote {
        /// What was asked.
        asked: QuoteAsked,
    },
    /// `Delete` of the stamp of a quote.
    RevokeQuote {
        /// ActivityPub id of the stamp.
        stamp: String,
    },
    /// `Follow`.
    Follow {
        /// ActivityPub id of the `Follow`.
        uri: String,
        /// Who is to be followed.
        target: AccountId,
    },
    /// `Undo` of a `Follow`.
    UndoFollow {
        /// ActivityPub id of the `Follow`.
        uri: String,
        /// Who was followed.
        target: AccountId,
    },
    /// `Accept` of a `Follow`.
    AcceptFollow {
        /// ActivityPub id of the `Follow`.
        uri: String,
        /// Who asked.
        follower: AccountId,
    },
    /// `Reject` of a `Follow`, or of one accepted before.
    RejectFollow {
        /// ActivityPub id of the `Follow`.
        uri: String,
        /// Who asked.
        follower: AccountId,
    },
    /// `Block`.
    Block {
        /// ActivityPub id of the `Block`.
        uri: String,
        /// Who is blocked.
        target: AccountId,
    },
    /// `Undo` of a `Block`.
    UndoBlock {
        /// ActivityPub id of the `Block`.
        uri: String,
        /// Who was blocked.
        target: AccountId,
    },
    /// `Update` of the actor's own profile.
    UpdateProfile,
    /// `Update` of the instance actor: the node's name or words changed. Nobody's in particular.
    UpdateNode,
    /// `Update` of the instance actor: the node's new keys, signed with those that the peer has.
    UpdateKeys {
        /// The new ones.
        generation: KeyGeneration,
    },
    /// `Delete` of the actor: a leaver.
    DeleteActor,
    /// `Flag`: the node reports somebody of the peer to it. It does not say who of its people did.
    Flag {
        /// ActivityPub id of the one who is reported.
        target: String,
        /// ActivityPub ids of their posts that it is about.
        posts: Vec<String>,
        /// What is wrong, plain text.
        content: String,
    },
    /// A step in changing a contract, said by the node: as it was signed when it was taken.
    Contract {
        /// Which.
        step: ProposalStep,
        /// The whole activity, as JSON.
        document: String,
    },
    /// A step in introducing two nodes to each other, said by the node.
    Introduction {
        /// Which.
        step: ProposalStep,
        /// The whole activity, as JSON.
        document: String,
    },
}

impl OutboundActivity {
    /// What [`OutboundActivity::kind`] calls the node's new keys.
    pub const UPDATE_KEYS: &'static str = "Update Keys";

    /// Short name for lists and logs: the ActivityStreams type, with its object's.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CreatePost { .. } => "Create",
            Self::UpdatePost { .. } => "Update",
            Self::Vote { .. } => "Create Vote",
            Self::DeletePost { .. } => "Delete",
            Self::Boost { .. } => "Announce",
            Self::UndoBoost { .. } => "Undo Announce",
            Self::Favourite { .. } => "Like",
            Self::UndoFavourite { .. } => "Undo Like",
            Self::React { .. } => "EmojiReact",
            Self::UndoReact { .. } => "Undo EmojiReact",
            Self::Pin { .. } => "Add",
            Self::Unpin { .. } => "Remove",
            Self::QuoteRequest { .. } => "QuoteRequest",
            Self::AcceptQuote { .. } => "Accept QuoteRequest",
            Self::RejectQuote { .. } => "Reject QuoteRequest",
            Self::RevokeQuote { .. } => "Delete QuoteAuthorization",
            Self::Follow { .. } => "Follow",
            Self::UndoFollow { .. } => "Undo Follow",
            Self::AcceptFollow { .. } => "Accept Follow",
            Self::RejectFollow { .. } => "Reject Follow",
            Self::Block { .. } => "Block",
            Self::UndoBlock { .. } => "Undo Block",
            Self::UpdateProfile => "Update Person",
            Self::UpdateNode => "Update Application",
            Self::UpdateKeys { .. } => Self::UPDATE_KEYS,
            Self::DeleteActor => "Delete Person",
            Self::Flag { .. } => "Flag",
            Self::Contract { step, .. } => match step {
                ProposalStep::Offer => "Offer Contract",
                ProposalStep::Accept => "Accept Contract",
                ProposalStep::Reject => "Reject Contract",
            },
            Self::Introduction { step, .. } => match step {
                ProposalStep::Offer => "Offer Introduction",
                ProposalStep::Accept => "Accept Introduction",
                ProposalStep::Reject => "Reject Introduction",
            },
        }
    }
}
