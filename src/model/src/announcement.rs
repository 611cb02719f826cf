//! What administrators tell everyone on the node.

use crate::{AnnouncementId, Time};
use serde::{Deserialize, Serialize};

/// Something told to everyone. It is shown until it ends, if it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its id.
    pub id: AnnouncementId,
    /// As it was typed.
    pub text: String,
    /// When what it is about begins.
    pub starts_at: Option<Time>,
    /// When what it is about ends; it is shown no longer.
    pub ends_at: Option<Time>,
    /// Of the two only the days count.
    pub all_day: bool,
    /// When it was told.
    pub published_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}
