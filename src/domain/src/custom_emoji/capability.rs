//! Capabilities in the URLs of custom emoji: like those of every file, they are for whoever was given one.

use crate::media::{self, DAY, Opened, WEEK};
use crate::{Ctx, Result, peers};
use entrenous_model::{Emoji, EmojiId, PeerState};
use entrenous_store::emojis as rows;

/// What a capability opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// The picture, to people here: today and tomorrow.
    Picture,
    /// The one that does not move, to people here: today and tomorrow.
    Still,
    /// The picture, to other software: this week and the next.
    ToPeers,
}

impl Given {
    const ALL: [Self; 3] = [Self::Picture, Self::Still, Self::ToPeers];

    const fn word(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Still => "still",
            Self::ToPeers => "peers",
        }
    }

    /// Seconds that one period of validity takes.
    const fn period(self) -> i64 {
        match self {
            Self::Picture | Self::Still => DAY,
            Self::ToPeers => WEEK,
        }
    }
}

/// Where an emoji is served to people here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// The picture.
    pub moving: String,
    /// The one that does not move.
    pub still: String,
}

/// Where an emoji is served to people here.
///
/// # Errors
/// The vault's.
pub fn urls(ctx: &Ctx, emoji: &Emoji) -> Result<Urls> {
    let moving = ctx.origin().join(&written(ctx, emoji, Given::Picture)?);
    let still = match emoji.picture.still {
        Some(_) => ctx.origin().join(&written(ctx, emoji, Given::Still)?),
        None => moving.clone(),
    };
    Ok(Urls { moving, still })
}

/// The path of an emoji for peers of other software, which fetch without a signature.
///
/// # Errors
/// The vault's.
pub fn path_for_peers(ctx: &Ctx, emoji: &Emoji) -> Result<String> {
    written(ctx, emoji, Given::ToPeers)
}

fn written(ctx: &Ctx, emoji: &Emoji, given: Given) -> Result<String> {
    media::written(ctx, emoji.id.get(), &what(emoji, given), given.period())
}

fn what(emoji: &Emoji, given: Given) -> String {
    format!("emoji.{}.{}.{}", emoji.id, emoji.epoch, given.word())
}

/// What a capability opens of an emoji.
pub(crate) async fn open(ctx: &Ctx, id: EmojiId, capability: &str) -> Result<Option<Opened>> {
    let found = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    let Some(emoji) = found.filter(|emoji| !emoji.disabled) else {
        return Ok(None);
    };
    let things = Given::ALL.map(|given| (given, what(&emoji, given), given.period()));
    let Some(given) = media::opened(ctx, capability, &things)? else {
        return Ok(None);
    };
    // Of a revoked peer nothing is shown.
    if let Some(peer) = emoji.peer {
        let there = peers::get(ctx, peer).await?;
        if !there.is_some_and(|peer| matches!(peer.state, PeerState::Active | PeerState::Suspended)) {
            return Ok(None);
        }
    }
    Ok(Some(match (given, emoji.picture.still.clone()) {
        (Given::Still, Some((hash, size))) => Opened {
            hash,
            content_type: "image/png".to_owned(),
            size,
        },
        _ => picture(emoji),
    }))
}

fn picture(emoji: Emoji) -> Opened {
    Opened {
        hash: emoji.picture.hash,
        content_type: emoji.picture.content_type,
        size: emoji.picture.size,
    }
}

/// The picture of one of our emoji, for a peer that may have it (which the caller has asked).
///
/// # Errors
/// Only the store's.
pub async fn by_peer(ctx: &Ctx, shortcode: &str) -> Result<Option<(Emoji, Opened)>> {
    let shortcode = shortcode.to_owned();
    let found = ctx
        .store()
        .read(move |conn| rows::by_shortcode(conn, None, &shortcode))
        .await?;
    Ok(found
        .filter(|emoji| !emoji.disabled)
        .map(|emoji| (emoji.clone(), picture(emoji))))
}
