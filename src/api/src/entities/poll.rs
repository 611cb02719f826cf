//! `Poll`.

use super::{CustomEmoji, stamp};
use entrenous_domain::custom_emoji::Emojis;
use entrenous_domain::posts::PostView;
use entrenous_domain::{Ctx, Result};
use entrenous_model::{self as model, AccountId};
use schemars::JsonSchema;
use serde::Serialize;

/// A poll, for one viewer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Poll {
    /// Local id: that of its post.
    id: String,
    /// When it ends.
    expires_at: Option<String>,
    /// Nobody can vote any more.
    expired: bool,
    /// More than one option may be chosen.
    multiple: bool,
    /// Votes known here.
    votes_count: i64,
    /// People who voted; null if the poll's own node does not tell.
    voters_count: Option<i64>,
    /// What can be chosen.
    options: Vec<PollOption>,
    /// Custom emoji in the options.
    emojis: Vec<CustomEmoji>,
    /// The viewer voted, or made it.
    voted: bool,
    /// Positions of the options that the viewer chose.
    own_votes: Vec<usize>,
}

/// What can be chosen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct PollOption {
    /// Plain text.
    title: String,
    /// Votes known here; null while the poll hides them.
    votes_count: Option<i64>,
}

impl Poll {
    /// The poll of a post, if it has one.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn of(ctx: &Ctx, emojis: &Emojis, viewer: AccountId, view: &PostView) -> Result<Option<Self>> {
        let Some(poll) = view.poll.as_ref() else {
            return Ok(None);
        };
        let now = ctx.now();
        let chosen = view.flags.chosen;
        let hidden = poll.hides_totals(now);
        let option = |option: &model::PollOption| PollOption {
            title: option.title.clone(),
            votes_count: (!hidden).then_some(option.votes),
        };
        let titles = poll.options.iter().map(|option| option.title.as_str());
        Ok(Some(Self {
            id: view.post.id.to_string(),
            expires_at: poll.expires_at.map(stamp),
            expired: poll.is_over(now),
            multiple: poll.multiple,
            votes_count: poll.options.iter().map(|option| option.votes).sum(),
            voters_count: poll.voters_count,
            options: poll.options.iter().map(option).collect(),
            emojis: CustomEmoji::used(ctx, emojis, view.post.peer, titles)?,
            voted: !chosen.is_empty() || view.post.account == viewer,
            own_votes: chosen.positions().collect(),
        }))
    }
}

/// The poll of an earlier version of a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct EarlierPoll {
    /// What could be chosen.
    options: Vec<EarlierOption>,
}

/// What could be chosen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct EarlierOption {
    /// Plain text.
    title: String,
}

impl EarlierPoll {
    /// With these options.
    pub(super) fn of(titles: Vec<String>) -> Self {
        Self {
            options: titles.into_iter().map(|title| EarlierOption { title }).collect(),
        }
    }
}
