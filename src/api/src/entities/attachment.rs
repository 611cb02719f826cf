//! `MediaAttachment`: a file of a post.

use entrenous_domain::{Ctx, Result, attachments};
use entrenous_model::{Attachment, AttachmentKind, AttachmentState, FrameRate};
use schemars::JsonSchema;
use serde::Serialize;

/// A file of a post, or one that waits to be posted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct MediaAttachment {
    /// Local id.
    id: String,
    /// `image`, `video`, `audio`, or `unknown` for a document, and for a file of a peer that is not here.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Where the file is, for a day or two; null if it is a peer's and not here.
    url: Option<String>,
    /// Where a small picture of it is; null if there is none, as of a sound without a cover.
    preview_url: Option<String>,
    /// Where it came from; always null: no strange server is named to a client.
    remote_url: Option<String>,
    /// Always null.
    preview_remote_url: Option<String>,
    /// Always null; of old versions of the API.
    text_url: Option<String>,
    /// Sizes and the important part.
    meta: Meta,
    /// What it shows, in words.
    description: Option<String>,
    /// A blurred idea of it.
    blurhash: Option<String>,
    /// Media type of the file.
    mime_type: Option<String>,
}

/// Sizes of a file. Of films and sounds, what stands in `original` is said once more beside it, for clients that look there.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Meta {
    /// Length of a film or sound in words: `0:01:28.65`.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<String>,
    /// Seconds of a film or sound, in hundredths.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    /// Pictures of a film a second, rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    fps: Option<u64>,
    /// Of a film: `widthxheight`.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    /// Of a film, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<i64>,
    /// Of a film, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<i64>,
    /// Of a film: width by height.
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect: Option<f64>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<Size>,
    /// The small picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    small: Option<Size>,
    /// The important part of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<Focus>,
    /// Bytes of the file; of this node only.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
}

/// Size of a picture, length of a film or sound.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
struct Size {
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<i64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<i64>,
    /// `widthxheight`.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    /// Width by height.
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect: Option<f64>,
    /// Pictures of a film a second, as a fraction: `30/1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_rate: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    /// Bits a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<i64>,
}

/// A point of a picture.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Focus {
    /// -1 (left) to 1 (right).
    x: f64,
    /// -1 (bottom) to 1 (top).
    y: f64,
}

impl MediaAttachment {
    /// Of a file.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn of(ctx: &Ctx, file: &Attachment) -> Result<Self> {
        let here = file.state == AttachmentState::Ready;
        let address = |path: Option<String>| path.map(|path| ctx.origin().join(&path));
        let url = address(attachments::path(ctx, file)?);
        let preview = address(attachments::preview_path(ctx, file)?);
        Ok(Self {
            id: file.id.to_string(),
            kind: if here { file.kind } else { AttachmentKind::Unknown }.as_str(),
            preview_url: preview.or_else(|| url.clone().filter(|_| file.kind == AttachmentKind::Image)),
            url,
            remote_url: None,
            preview_remote_url: None,
            text_url: None,
            meta: Meta::of(file),
            description: Some(file.description.clone()).filter(|text| !text.is_empty()),
            blurhash: file.blurhash.clone(),
            mime_type: here.then(|| file.content_type.clone()),
        })
    }

    /// Of several, in their order.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn all(ctx: &Ctx, files: &[Attachment]) -> Result<Vec<Self>> {
        files.iter().map(|file| Self::of(ctx, file)).collect()
    }
}

impl Meta {
    fn of(file: &Attachment) -> Self {
        let picture = file.kind == AttachmentKind::Image;
        let pixels = file.width.zip(file.height);
        let mut original = pixels.map(Size::of);
        if let Some(duration) = file.duration {
            let original = original.get_or_insert_default();
            original.duration = Some(ratio(duration, 1_000));
            let bits = file.hash.as_ref().and_then(|_| file.size.checked_mul(8_000));
            original.bitrate = bits.and_then(|bits| bits.checked_div(duration));
        }
        if let Some(rate) = file.frame_rate {
            original.get_or_insert_default().frame_rate = Some(rate.to_string());
        }
        let film = pixels.filter(|_| file.kind == AttachmentKind::Video);
        let film = film.map(Size::of).unwrap_or_default();
        Self {
            length: file.duration.map(length),
            duration: file.duration.map(|duration| ratio((duration + 5) / 10, 100)),
            fps: file.frame_rate.map(FrameRate::whole),
            size: film.size,
            width: film.width,
            height: film.height,
            aspect: film.aspect,
            original,
            small: file
                .preview
                .as_ref()
                .map(|small| Size::of((small.width, small.height))),
            focus: picture.then_some(Focus {
                x: file.focus.x,
                y: file.focus.y,
            }),
            bytes: file.hash.as_ref().map(|_| file.size),
        }
    }
}

impl Size {
    fn of((width, height): (i64, i64)) -> Self {
        Self {
            width: Some(width),
            height: Some(height),
            size: Some(format!("{width}x{height}")),
            aspect: Some(ratio(width, height.max(1))),
            ..Self::default()
        }
    }
}

/// Milliseconds in words: hours, minutes, seconds, hundredths.
fn length(milliseconds: i64) -> String {
    let hundredths = (milliseconds + 5) / 10;
    let seconds = hundredths / 100;
    format!(
        "{}:{:02}:{:02}.{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        hundredths % 100
    )
}

#[expect(clippy::cast_precision_loss, reason = "pixels and milliseconds are small")]
fn ratio(above: i64, below: i64) -> f64 {
    above as f64 / below as f64
}
