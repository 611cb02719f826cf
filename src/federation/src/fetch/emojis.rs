//! Custom emoji of peers: fetched in the background, after what names them was taken, from the peer's own origin and no
//! other.
//!
//! Until they are here, and if they cannot be had, their shortcodes are shown.

use super::turns::{Bounds, Turns};
use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::EmojiTag;
use chrono::TimeDelta;
use entrenous_domain::custom_emoji::{self, RemoteEmoji};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Fetching, Matter, Peer, PeerId, Time};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// How many documents' emoji are fetched at a time; the others wait, and those of more are fetched when something names them
/// again.
const BOUNDS: Bounds = Bounds {
    at_once: 2,
    of_one: 1,
    waiting: 100,
};
/// Most that one document has us fetch: as much as an activity may cost. The others come when something names them again.
const OF_ONE: usize = 20;
/// Longest time for one picture.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one that was tried rests, whatever came of it: a peer cannot have us fetch the same again and again.
const REST: TimeDelta = TimeDelta::minutes(10);
/// Most of one peer that are remembered as tried; beyond, none of its is tried before one of them has rested.
const TRIED: usize = 1_000;

/// The bounds of fetching emoji in the background.
#[derive(Debug)]
pub struct EmojiFetches {
    turns: Turns,
    tried: Mutex<HashMap<PeerId, HashMap<String, Time>>>,
}

impl Default for EmojiFetches {
    fn default() -> Self {
        Self {
            turns: Turns::new(BOUNDS),
            tried: Mutex::default(),
        }
    }
}

impl EmojiFetches {
    /// Whether this one may be tried now. Asking counts. What one peer names leaves the others theirs.
    fn may_try(&self, peer: PeerId, shortcode: &str, now: Time) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = tried.entry(peer).or_default();
        if tried.len() >= TRIED {
            tried.retain(|_, at| *at + REST > now);
            if tried.len() >= TRIED {
                return false;
            }
        }
        if tried.get(shortcode).is_some_and(|at| *at + REST > now) {
            return false;
        }
        tried.insert(shortcode.to_owned(), now);
        true
    }
}

/// Whether a tag names an emoji of that peer, with a picture on its own origin.
fn is_own(peer: &Peer, tag: &EmojiTag) -> bool {
    tag.id.as_ref().is_none_or(|id| id.origin() == &peer.origin)
        && tag.url.as_ref().is_some_and(|url| peer.origin.owns(url))
}

impl Federation {
    /// Fetches what is not here, or was changed, of the emoji that something of `peer` names. Returns at once.
    pub(crate) fn fetch_emojis(&self, peer: &Arc<Peer>, tags: &[EmojiTag]) {
        let tags: Vec<EmojiTag> = tags.iter().filter(|tag| is_own(peer, tag)).cloned().collect();
        if tags.is_empty() {
            return;
        }
        let Some(place) = self.0.emojis.turns.place(peer.id) else {
            tracing::warn!(peer = %peer.origin, "too many emoji wait to be fetched; some are left for later");
            return;
        };
        let (federation, peer) = (self.clone(), Arc::clone(peer));
        tokio::spawn(async move {
            if let Some(_turn) = place.turn().await
                && let Err(error) = federation.take_emojis(&peer, tags).await
            {
                tracing::warn!(peer = %peer.origin, %error, "emoji were not fetched");
            }
        });
    }

    async fn take_emojis(&self, peer: &Peer, tags: Vec<EmojiTag>) -> Result<()> {
        let known = custom_emoji::known(self.ctx()).await?;
        let most = tags.len().min(OF_ONE);
        let budget = Budget::of(u32::try_from(most).unwrap_or(u32::MAX));
        let mut room = known.room_of(peer.id);
        for tag in tags {
            // Before it counts as tried.
            if budget.is_spent() {
                break;
            }
            let wanted = match known.get(Some(peer.id), &tag.shortcode) {
                Some(here) => here.remote_url != tag.url || tag.updated > here.remote_updated_at,
                None if room == 0 => false,
                None => {
                    room -= 1;
                    true
                }
            };
            if !wanted || !self.0.emojis.may_try(peer.id, &tag.shortcode, self.ctx().now()) {
                continue;
            }
            match timeout(PATIENCE, self.take_emoji(peer, tag, &budget)).await {
                Ok(Err(error @ (DomainError::Store(_) | DomainError::Internal(_)))) => return Err(error),
                Ok(Err(error)) => tracing::debug!(peer = %peer.origin, %error, "an emoji was not taken"),
                Ok(Ok(())) => {}
                Err(_) => tracing::debug!(peer = %peer.origin, "an emoji took too long"),
            }
        }
        Ok(())
    }

    async fn take_emoji(&self, peer: &Peer, tag: EmojiTag, budget: &Budget) -> Result<()> {
        let Some(url) = tag.url else { return Ok(()) };
        let cleared = peer.clear::<Fetching>(Matter::Posts)?;
        let ours = u64::try_from(entrenous_files::EMOJI_BYTES).unwrap_or(u64::MAX);
        let most = ours.min(cleared.largest_file());
        let bytes = self.client().file(peer, cleared, &url, most, budget).await?;
        let picture = tokio::task::spawn_blocking(move || entrenous_files::emoji(&bytes))
            .await
            .map_err(DomainError::internal)?
            .map_err(|_| DomainError::Refused("picture"))?;
        let remote = RemoteEmoji {
            shortcode: tag.shortcode,
            uri: tag.id.map(|id| id.to_string()),
            url,
            updated_at: tag.updated,
            picture,
        };
        custom_emoji::remember(self.ctx(), peer.id, remote)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_peer_names_leaves_others_theirs() {
        let fetches = EmojiFetches::default();
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let tried = |peer, name: &str, at| fetches.may_try(PeerId(peer), name, at);
        let taken = (0..2 * TRIED).filter(|n| tried(1, &format!("flood_{n}"), now));
        assert_eq!(taken.count(), TRIED);
        assert!(tried(2, "blob", now) && !tried(2, "blob", now + TimeDelta::minutes(9)));
        assert!(tried(2, "blob", now + REST) && tried(1, "blob", now + REST));
    }
}
