//! Files of posts.

use crate::{AccountId, MediaId, PostId, Time};

/// What kind of file it is, in the words of the Mastodon API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Anything else: a document, or a file of a peer that is not here.
    Unknown,
}

impl AttachmentKind {
    /// As stored and as in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Unknown => "unknown",
        }
    }

    /// From the word; any other is unknown.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "image" => Self::Image,
            "video" => Self::Video,
            "audio" => Self::Audio,
            _ => Self::Unknown,
        }
    }

    /// Of a media type.
    #[must_use]
    pub fn of_type(content_type: &str) -> Self {
        Self::parse(content_type.split('/').next().unwrap_or_default())
    }
}

/// Whether the bytes are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachmentState {
    /// They are.
    Ready,
    /// Of a peer: to be fetched.
    Waiting,
    /// Of a peer: could not be fetched; tried again when someone looks.
    Failed,
    /// To be removed, and not shown any more.
    Gone,
}

impl AttachmentState {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }
}

impl std::str::FromStr for AttachmentState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "ready" => Self::Ready,
            "waiting" => Self::Waiting,
            "failed" => Self::Failed,
            "gone" => Self::Gone,
            other => return Err(format!("no state of an attachment: {other}")),
        })
    }
}

/// Where the important part of a picture is: -1 to 1, from the middle to the right and up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Focus {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// A small picture that stands for the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its name in the file store.
    pub hash: String,
    /// Its type.
    pub content_type: String,
    /// Length in bytes.
    pub size: i64,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// A file of a post. The bytes are in the file store under their SHA-256.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Local id.
    pub id: MediaId,
    /// Whose it is.
    pub account: AccountId,
    /// The post it belongs to; none while it waits to be posted.
    pub post: Option<PostId>,
    /// Its place among the files of the post, from 0.
    pub place: i64,
    /// What it is.
    pub kind: AttachmentKind,
    /// Whether the bytes are here.
    pub state: AttachmentState,
    /// Sniffed type; what the peer said until then.
    pub content_type: String,
    /// Name in the file store; none while it is not here.
    pub hash: Option<String>,
    /// Length in bytes; 0 while it is not here.
    pub size: i64,
    /// Pixels, of pictures.
    pub width: Option<i64>,
    /// Pixels, of pictures.
    pub height: Option<i64>,
    /// Milliseconds, if known.
    pub duration: Option<i64>,
    /// A small picture that stands for it.
    pub preview: Option<Preview>,
    /// A blurred idea of the picture, as text (`BlurHash`).
    pub blurhash: Option<String>,
    /// Its important part.
    pub focus: Focus,
    /// What it shows, in words; plain text.
    pub description: String,
    /// Where it came from, for a file of a peer.
    pub remote_url: Option<String>,
    /// Part of the capability; a change makes every earlier URL a 404.
    pub epoch: i64,
    /// When it was uploaded or named.
    pub created_at: Time,
    /// When it last came to or lost a post, or was last tried.
    pub changed_at: Time,
}

/// A file that was looked into: a picture decoded within bounds and made anew, anything else as it came, with the type
/// that its bytes have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedFile {
    /// What it is.
    pub kind: AttachmentKind,
    /// The file.
    pub bytes: Vec<u8>,
    /// Its type.
    pub content_type: &'static str,
    /// Pixels, of pictures: width and height.
    pub pixels: Option<(u32, u32)>,
    /// Milliseconds, if known.
    pub duration: Option<i64>,
    /// A small picture that stands for it.
    pub preview: Option<PreparedPreview>,
}

/// A small picture that was made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedPreview {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its type.
    pub content_type: &'static str,
    /// Pixels: width and height.
    pub pixels: (u32, u32),
    /// A blurred idea of it, as text.
    pub blurhash: String,
}
