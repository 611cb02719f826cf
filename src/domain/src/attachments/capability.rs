//! Capabilities in the URLs of files of posts.

use crate::media::{self, DAY, Opened, WEEK};
use crate::{Ctx, Result, accounts};
use entrenous_model::{Attachment, AttachmentState, MediaId, Preview};
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
    /// Its preview, to other software, as long as the file.
    PreviewToPeers,
}

impl Given {
    const ALL: [Self; 4] = [Self::File, Self::Preview, Self::ToPeers, Self::PreviewToPeers];

    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Preview => "preview",
            Self::ToPeers => "peers",
            Self::PreviewToPeers => "peers-preview",
        }
    }

    /// Seconds that one period of validity takes.
    const fn period(self) -> i64 {
        match self {
            Self::File | Self::Preview => DAY,
            Self::ToPeers | Self::PreviewToPeers => WEEK,
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

/// The path of its preview for peers of other software, if it has one.
///
/// # Errors
/// The vault's.
pub fn preview_path_for_peers(ctx: &Ctx, file: &Attachment) -> Result<Option<String>> {
    if file.preview.is_none() {
        return Ok(None);
    }
    written(ctx, file, Given::PreviewToPeers).map(Some)
}

fn written(ctx: &Ctx, file: &Attachment, given: Given) -> Result<String> {
    media::written(ctx, file.id.get(), &what(file, given), given.period())
}

fn what(file: &Attachment, given: Given) -> String {
    format!("attachment.{}.{}.{}", file.id, file.epoch, given.word())
}

/// What a capability opens of a file of a post.
pub(crate) async fn open(ctx: &Ctx, id: MediaId, capability: &str) -> Result<Option<Opened>> {
    let found = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    let Some(file) = found.filter(|file| file.state == AttachmentState::Ready) else {
        return Ok(None);
    };
    let things = Given::ALL.map(|given| (given, what(&file, given), given.period()));
    let Some(given) = media::opened(ctx, capability, &things)? else {
        return Ok(None);
    };
    if accounts::get(ctx, file.account).await?.is_none() {
        return Ok(None);
    }
    Ok(match given {
        Given::File | Given::ToPeers => file.hash.map(|hash| Opened {
            hash,
            content_type: file.content_type,
            size: file.size,
        }),
        Given::Preview | Given::PreviewToPeers => file.preview.map(picture),
    })
}

/// A small picture as it is served.
pub(super) fn picture(preview: Preview) -> Opened {
    Opened {
        hash: preview.hash,
        content_type: preview.content_type,
        size: preview.size,
    }
}
