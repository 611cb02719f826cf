//! What each kind of activity must do.

use super::corpus::Exchange;

/// What an activity does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// A person of ours has a follower more, who is told so.
    Followed,
    Unfollowed,
    /// A follow of ours is in force.
    Accepted,
    Rejected,
    /// A post is there, whole, for those whom it is for.
    Post,
    /// It has its new words.
    Edited,
    PostGone,
    /// The profile says what it was told.
    Profile,
    PersonGone,
    /// A post of ours is a favourite of theirs.
    Liked,
    Unliked,
    /// A post of ours is answered with an emoji.
    Reacted,
    Unreacted,
    /// Those who moderate here are told.
    Reported,
    /// A post of ours is boosted.
    Boosted,
    Unboosted,
    /// A group's bare `Announce`, for software without groups: a post of one of its people is fetched and boosted.
    GroupBoosted,
    Blocked,
    Unblocked,
    /// A poll of ours has a vote more; a vote is no post.
    Voted,
    /// A post of theirs is on top of their profile.
    Pinned,
    Unpinned,
    /// Taken, and nothing comes of it.
    Nothing,
}

impl Effect {
    /// By the kind of the recorded exchange; `None` for one that nobody has thought about.
    pub(super) fn of(exchange: &Exchange) -> Option<Self> {
        let kind = exchange.kind.as_str();
        // With a target it is a ban by Lemmy's moderators, not one person's wish.
        let ban = exchange.body.get("target").is_some() || exchange.body["object"].get("target").is_some();
        Some(match kind {
            "block" | "undo-block" if ban => Self::Nothing,
            "follow" => Self::Followed,
            "undo-follow" | "undo-follow-byid" => Self::Unfollowed,
            "accept-follow" | "accept-follow-byid" => Self::Accepted,
            "reject-follow" | "reject-follow-byid" => Self::Rejected,
            "create-note-vote" => Self::Voted,
            // Lemmy's private messages are no posts: there are no such messages.
            "create-chatmessage-direct" | "update-chatmessage" | "delete-chatmessage" => Self::Nothing,
            "create-page-hashtag-group" | "create-question" | "create-question-mention-cw" => Self::Post,
            _ if kind.starts_with("create-note") => Self::Post,
            "update-note" | "update-question" | "update-page" => Self::Edited,
            "delete-note" => Self::PostGone,
            "update-person" | "update-service" => Self::Profile,
            "delete-person" => Self::PersonGone,
            "like" | "like-rfc9421" => Self::Liked,
            "like-emoji" | "like-emoji-custom" | "emojireact" => Self::Reacted,
            "undo-like-emoji-byid" | "undo-emojireact" => Self::Unreacted,
            "undo-like" | "undo-like-byid" => Self::Unliked,
            "announce" => Self::Boosted,
            "undo-announce" | "undo-announce-byid" => Self::Unboosted,
            "announce-page" | "announce-note" => Self::GroupBoosted,
            // What a group wraps (FEP-1b12): groups come later.
            "announce-add"
            | "announce-block"
            | "announce-create-note"
            | "announce-create-page"
            | "announce-delete-group"
            | "announce-delete-note"
            | "announce-delete-note-by-moderator"
            | "announce-delete-page"
            | "announce-delete-page-by-moderator"
            | "announce-dislike"
            | "announce-like"
            | "announce-lock"
            | "announce-remove"
            | "announce-undo-block"
            | "announce-undo-delete-group"
            | "announce-undo-delete-note"
            | "announce-undo-delete-page"
            | "announce-undo-like"
            | "announce-undo-lock"
            | "announce-update-group"
            | "announce-update-note"
            | "announce-update-page" => Self::Nothing,
            "block" => Self::Blocked,
            "undo-block" => Self::Unblocked,
            "add-note" => Self::Pinned,
            "flag" => Self::Reported,
            "remove-note" => Self::Unpinned,
            // GoToSocial's answers to interactions; reports; moves; what other software has no word for.
            "accept-like-byid"
            | "accept-note-byid"
            | "reject-announce-byid"
            | "dislike"
            | "move"
            | "ping"
            | "undo-delete-note" => Self::Nothing,
            _ => return None,
        })
    }
}
