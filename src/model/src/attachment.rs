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

    /// Whether it is a film or a sound.
    #[must_use]
    pub const fn plays(self) -> bool {
        matches!(self, Self::Video | Self::Audio)
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

/// How many pictures of a film are a second: a fraction, in lowest terms or nearly the same in smaller numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRate {
    frames: u32,
    seconds: u32,
}

impl FrameRate {
    /// So many pictures in so many seconds; `None` if one of them is 0, or nothing beside the other.
    #[must_use]
    pub fn of(frames: u64, seconds: u64) -> Option<Self> {
        let (mut most, mut rest) = (frames, seconds);
        while rest > 0 {
            (most, rest) = (rest, most % rest);
        }
        let (mut frames, mut seconds) = (frames.checked_div(most)?, seconds.checked_div(most)?);
        while frames.max(seconds) > u64::from(u32::MAX) {
            (frames, seconds) = (frames >> 1, seconds >> 1);
        }
        let (frames, seconds) = (u32::try_from(frames).ok()?, u32::try_from(seconds).ok()?);
        (frames > 0 && seconds > 0).then_some(Self { frames, seconds })
    }

    /// Of a film whose pictures last `nanoseconds` each. That is rounded by whoever wrote it: where a usual rate is near, it
    /// is meant.
    #[must_use]
    pub fn each_lasting(nanoseconds: u64) -> Option<Self> {
        const SECOND: u64 = 1_000_000_000;
        // A ten thousandth: the two kinds of rates differ by a thousandth.
        let near = |length: u64, wanted: u64| length.abs_diff(wanted) < wanted / 10_000;
        let rate = (SECOND + nanoseconds / 2).checked_div(nanoseconds)?;
        let whole = rate.checked_mul(nanoseconds)?;
        if near(whole, SECOND) {
            return Self::of(rate, 1);
        }
        if near(whole, SECOND + SECOND / 1_000) {
            return Self::of(rate.checked_mul(1_000)?, 1_001);
        }
        Self::of(SECOND, nanoseconds)
    }

    /// Pictures a second, rounded.
    #[must_use]
    pub fn whole(self) -> u64 {
        let (frames, seconds) = (u64::from(self.frames), u64::from(self.seconds));
        (frames + seconds / 2) / seconds
    }
}

impl std::fmt::Display for FrameRate {
    /// As stored and as in the Mastodon API: `30/1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.frames, self.seconds)
    }
}

impl std::str::FromStr for FrameRate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.split_once('/')
            .and_then(|(frames, seconds)| Self::of(frames.parse().ok()?, seconds.parse().ok()?))
            .ok_or_else(|| format!("no rate of frames: {text}"))
    }
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
    /// Pixels, of pictures and films.
    pub width: Option<i64>,
    /// Pixels, of pictures and films.
    pub height: Option<i64>,
    /// Milliseconds, if known.
    pub duration: Option<i64>,
    /// Pictures a second, of films, if known.
    pub frame_rate: Option<FrameRate>,
    /// A small picture that stands for it.
    pub preview: Option<Preview>,
    /// Where the picture is that a peer has put before its film or sound; none for a file of this node.
    pub poster_url: Option<String>,
    /// Whether that is still to be fetched.
    pub poster_due: bool,
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

impl Attachment {
    /// Whether it is a film or sound that is here with a picture before it.
    #[must_use]
    pub fn has_poster(&self) -> bool {
        self.kind.plays() && self.state == AttachmentState::Ready && self.preview.is_some()
    }
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
    /// Pixels, of pictures and films: width and height.
    pub pixels: Option<(u32, u32)>,
    /// Milliseconds, if known.
    pub duration: Option<i64>,
    /// Pictures a second, of films, if known.
    pub frame_rate: Option<FrameRate>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_frames() {
        for (frames, seconds, text, whole) in [
            (60, 2, "30/1", 30),
            (30_000, 1_001, "30000/1001", 30),
            (25, 1, "25/1", 25),
            (1, 2, "1/2", 1),
        ] {
            let rate = FrameRate::of(frames, seconds).unwrap();
            assert_eq!((rate.to_string().as_str(), rate.whole()), (text, whole));
            assert_eq!(text.parse::<FrameRate>(), Ok(rate));
        }
        for (frames, seconds) in [(0, 1), (1, 0), (0, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!(FrameRate::of(frames, seconds), None);
        }
        let each = |length| FrameRate::each_lasting(length).map(|rate| rate.to_string());
        assert_eq!(each(40_000_000).as_deref(), Some("25/1"));
        assert_eq!(each(33_333_333).as_deref(), Some("30/1"));
        assert_eq!(each(33_366_667).as_deref(), Some("30000/1001"));
        assert_eq!(each(41_708_333).as_deref(), Some("24000/1001"));
        assert_eq!(each(0), None);
        assert!("".parse::<FrameRate>().is_err() && "1/0".parse::<FrameRate>().is_err());
    }
}
