//! Conversations: direct posts of one thread among the same people, as one of them has them.

use crate::{AccountId, ConversationId, PostId};

/// A conversation of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Local id.
    pub id: ConversationId,
    /// Whose; the others have conversations of their own with the same posts.
    pub owner: AccountId,
    /// The others, in the order of their ids; nobody if one writes to oneself.
    pub participants: Vec<AccountId>,
    /// Its newest post that its owner may see now.
    pub last: Option<PostId>,
    /// By which pages of conversations are found: the newest post there was.
    pub place: PostId,
    /// Something came that its owner has not read.
    pub unread: bool,
}
