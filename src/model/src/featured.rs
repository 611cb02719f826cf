//! What people feature on their profiles.

use crate::{FeaturedTagId, Time};

/// A hashtag on someone's profile, with their use of it in posts for the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeaturedTag {
    /// Local id.
    pub id: FeaturedTagId,
    /// Lower case, without `#`.
    pub tag: String,
    /// Their posts with it.
    pub posts: i64,
    /// When they last wrote one.
    pub last_posted_at: Option<Time>,
}
