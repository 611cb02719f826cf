//! Capabilities in the URLs of files of posts.

use crate::media::{Opened, capability_of};
use crate::{Ctx, Result, accounts};
use entrenous_model::{Attachment, AttachmentState, MediaId};
use entrenous_store::attachments as rows;

/// What a capability opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The file, to people here: today and tomorrow.
    File,
    /// Its preview, to people here: today and tomorrow.
    Preview,
    /// The file, to other software, which fetches without a signature and some time later: this week and the next.
    ToPeers,
}

impl Given {
    const ALL: [Self; 3] = [Self::File, Self::Preview, Self::ToPeers];

    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Preview => "preview",
            Self::ToPeers => "peers",
        }
    }

    /// Seconds that one period of validity takes.
    const fn period(self) -> i64 {
        match self {
            Self::File | Self::Preview => 86_400,
            Self::ToPeers => 7 * 86_400,
        }
    }
}

/// The path of a file for people here; `None` while it is not here.
///
/// # Errors
/// The vault's.
pub fn path(ctx: &Ctx, file: &Attachment) -> Result<Option<String>> {
    if file.hash.is_none() {
        return Ok(None);
    }
    written(ctx, file, Given::File).map(Some)
}

/// The path of its preview for people here, if it has one.
///
/// # Errors
/// The vault's.
pub fn preview_path(ctx: &Ctx, file: &Attachment) -> Result<Option<String>> {
    if file.preview.is_none() {
        return Ok(None);
    }
    written(ctx, file, Given::Preview).map(Some)
}

/// The path of a file for peers of other software.
///
/// # Errors
/// The vault's.
pub fn path_for_peers(ctx: &Ctx, file: &Attachment) -> Result<String> {
    written(ctx, file, Given::ToPeers)
}

fn written(ctx: &Ctx, file: &Attachment, given: Given) -> Result<String> {
    let period = ctx.now().timestamp().div_euclid(given.period());
    let capability = capability_of(ctx, &message(file, given, period))?;
    Ok(format!("/media/{}/{capability}", file.id))
}

fn message(file: &Attachment, given: Given, period: i64) -> String {
    format!("attachment.{}.{}.{}.{period}", file.id, file.epoch, given.word())
}

/// What a capability opens of a file of a post.
pub(crate) async fn open(ctx: &Ctx, id: MediaId, capability: &str) -> Result<Option<Opened>> {
    let found = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    let Some(file) = found.filter(|file| file.state == AttachmentState::Ready) else {
        return Ok(None);
    };
    let now = ctx.now().timestamp();
    let mut opened = None;
    for given in Given::ALL {
        let period = now.div_euclid(given.period());
        for period in [period, period - 1] {
            let expected = capability_of(ctx, &message(&file, given, period))?;
            if crate::media::same(&expected, capability) {
                opened = Some(given);
            }
        }
    }
    let Some(given) = opened else { return Ok(None) };
    if accounts::get(ctx, file.account).await?.is_none() {
        return Ok(None);
    }
    Ok(match given {
        Given::File | Given::ToPeers => file.hash.map(|hash| Opened {
            hash,
            content_type: file.content_type,
            size: file.size,
        }),
        Given::Preview => file.preview.map(|preview| Opened {
            hash: preview.hash,
            content_type: preview.content_type,
            size: preview.size,
        }),
    })
}
