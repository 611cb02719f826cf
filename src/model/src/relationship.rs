//! Between two people: follows, blocks, mutes.

use crate::{AccountId, FollowId, Time};

/// One person following another.
#[derive(Debug, Clone, PartialEq)]
pub struct Follow {
    /// Local id.
    pub id: FollowId,
    /// Who follows.
    pub follower: AccountId,
    /// Who is followed.
    pub followee: AccountId,
    /// ActivityPub id of the `Follow`.
    pub uri: String,
    /// False while it waits for approval.
    pub accepted: bool,
    /// Boosts appear in the home timeline.
    pub show_boosts: bool,
    /// Each post notifies.
    pub notify: bool,
    /// When it began.
    pub created_at: Time,
}

/// What a viewer is to another account (Mastodon `Relationship` entity).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub struct Relationship {
    /// The viewer follows them.
    pub following: bool,
    /// …with boosts.
    pub showing_boosts: bool,
    /// …with notifications for each post.
    pub notifying: bool,
    /// They follow the viewer.
    pub followed_by: bool,
    /// The viewer blocks them.
    pub blocking: bool,
    /// They block the viewer.
    pub blocked_by: bool,
    /// The viewer mutes them.
    pub muting: bool,
    /// …their notifications too.
    pub muting_notifications: bool,
    /// The viewer has asked to follow.
    pub requested: bool,
    /// They have asked to follow the viewer.
    pub requested_by: bool,
    /// The viewer hides everyone of their node.
    pub domain_blocking: bool,
    /// The viewer features them on the profile.
    pub endorsed: bool,
}
