//! Custom emoji: those of this node, which administrators upload, and those of peers, fetched from them.
//!
//! A shortcode in a text means what its author's node means by it: in what people of a peer write, only that peer's emoji
//! are looked for, and in what people of this node write, only ours.

mod capability;
mod change;
mod remote;

pub(crate) use capability::open;
pub use capability::{Urls, by_peer, path_for_peers, urls};
pub use change::{Change, all, create, remove, update};
pub use remote::{RemoteEmoji, forget_peer, remember};

use crate::{Ctx, Result};
use entrenous_model::emoji::shortcodes;
use entrenous_model::{Emoji, PeerId};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What the instance documents and NodeInfo say of emoji, in the words that Pleroma's clients know.
pub const FEATURES: [&str; 3] = [
    "pleroma_emoji_reactions",
    "pleroma_custom_emoji_reactions",
    "custom_emoji_reactions",
];
/// Most that are shown with one text.
const IN_ONE_TEXT: usize = 100;
/// Most that this node has of its own.
const OWN: i64 = 2_000;
/// Most that are kept of one peer.
const OF_A_PEER: i64 = 500;
/// Longest category, in characters.
const CATEGORY: usize = 100;

/// All custom emoji that are known here.
#[derive(Debug, Default)]
pub struct Emojis {
    own: HashMap<String, Arc<Emoji>>,
    peers: HashMap<PeerId, HashMap<String, Arc<Emoji>>>,
}

impl Emojis {
    fn of(all: Vec<Emoji>) -> Self {
        let mut known = Self::default();
        for emoji in all {
            let place = match emoji.peer {
                Some(peer) => known.peers.entry(peer).or_default(),
                None => &mut known.own,
            };
            place.insert(emoji.shortcode.clone(), Arc::new(emoji));
        }
        known
    }

    /// The emoji that a node means by a shortcode; none that an administrator has disabled.
    #[must_use]
    pub fn get(&self, peer: Option<PeerId>, shortcode: &str) -> Option<&Arc<Emoji>> {
        let place = match peer {
            Some(peer) => self.peers.get(&peer)?,
            None => &self.own,
        };
        place.get(shortcode).filter(|emoji| !emoji.disabled)
    }

    /// The emoji used in texts of people of that node, each once, at most a hundred.
    pub fn used<'a>(
        &self,
        peer: Option<PeerId>,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Vec<Arc<Emoji>> {
        let mut seen = HashSet::new();
        texts
            .into_iter()
            .flat_map(shortcodes)
            .filter(|name| seen.insert(*name))
            .filter_map(|name| self.get(peer, name).cloned())
            .take(IN_ONE_TEXT)
            .collect()
    }

    /// How many more may be kept of a peer.
    #[must_use]
    pub fn room_of(&self, peer: PeerId) -> usize {
        let there = self.peers.get(&peer).map_or(0, HashMap::len);
        usize::try_from(OF_A_PEER).unwrap_or(0).saturating_sub(there)
    }

    /// This node's own, by category and shortcode; none that are disabled.
    #[must_use]
    pub fn own(&self) -> Vec<Arc<Emoji>> {
        let mut own: Vec<Arc<Emoji>> = self.own.values().filter(|one| !one.disabled).cloned().collect();
        own.sort_by(|a, b| (&a.category, &a.shortcode).cmp(&(&b.category, &b.shortcode)));
        own
    }
}

/// All custom emoji in memory: read when they are first asked for, and again after a change.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    known: Arc<Emojis>,
    /// Raised by each change.
    changes: u64,
    /// Changes that `known` has heard of; `None` before it was read.
    heard: Option<u64>,
}

impl Kept {
    fn state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// They have changed.
    pub(crate) fn forget(&self) {
        self.state(|state| state.changes += 1);
    }
}

/// All custom emoji, as they are now.
///
/// # Errors
/// Only the store's.
pub async fn known(ctx: &Ctx) -> Result<Arc<Emojis>> {
    let kept = ctx.caches().emojis();
    let (known, changes) = kept.state(|state| {
        let fresh = state.heard == Some(state.changes);
        (fresh.then(|| Arc::clone(&state.known)), state.changes)
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let read = ctx.store().read(entrenous_store::emojis::all).await?;
    let read = Arc::new(Emojis::of(read));
    // What was read while it changed is asked for anew the next time.
    kept.state(|state| {
        if state.heard.is_none_or(|heard| heard <= changes) {
            state.known = Arc::clone(&read);
            state.heard = Some(changes);
        }
    });
    Ok(read)
}

/// All custom emoji as they were known last: for what cannot wait. Whoever calls it has called [`known`] a moment ago.
#[must_use]
pub fn last_known(ctx: &Ctx) -> Arc<Emojis> {
    ctx.caches().emojis().state(|state| Arc::clone(&state.known))
}

/// The name of an emoji in a reaction, taken apart: the peer it belongs to, and its shortcode. `None` for what is no
/// custom emoji, or of no peer.
///
/// # Errors
/// Only the store's.
pub async fn named(ctx: &Ctx, name: &str) -> Result<Option<Arc<Emoji>>> {
    let known = known(ctx).await?;
    Ok(match name.split_once('@') {
        None => known.get(None, name).cloned(),
        Some((shortcode, authority)) if authority == ctx.origin().authority() => {
            known.get(None, shortcode).cloned()
        }
        Some((shortcode, authority)) => crate::peers::by_authority(ctx, authority)
            .await?
            .and_then(|peer| known.get(Some(peer.id), shortcode).cloned()),
    })
}
