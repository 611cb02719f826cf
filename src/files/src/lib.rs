//! What is in a file: told from its bytes, never from its name or what a sender says.
//!
//! Pictures are decoded within bounds and made anew, without metadata. Films and sounds are read as far as their structure
//! goes and pass as they are, documents too; anything else is refused. Pure: bytes in, bytes out.

mod blurhash;
mod emoji;
mod gif;
mod moving;
mod picture;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod sniff;

use entrenous_model::{AttachmentKind, PreparedFile, PreparedPreview};

pub use emoji::{EMOJI_BYTES, emoji};
pub use moving::{MOST_FILM_PIXELS, MOST_FRAMES};
pub use picture::{MOST_PIXELS, decode};
pub use sniff::{OTHER_NAMES, TYPES};

/// Why a file is not taken, in words for the person who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Nothing we know.
    #[error(
        "this kind of file cannot be attached: pictures (PNG, JPEG, GIF, WebP), films (MP4, WebM), sounds (MP3, AAC, Ogg, WAV, FLAC, M4A), PDF, plain text and office documents can"
    )]
    Unknown,
    /// A page or drawing that could hold a program.
    #[error("web pages, SVG drawings and XML cannot be attached: attach a PNG, a PDF or plain text instead")]
    Markup,
    /// A picture of Apple's format, which few programs read.
    #[error("HEIC and AVIF pictures cannot be attached: attach a JPEG instead")]
    Heic,
    /// No picture where one was asked for.
    #[error("the picture must be a PNG, JPEG, GIF or WebP file")]
    NoPicture,
    /// It says that it is a picture and is none.
    #[error("the picture cannot be read")]
    Unreadable,
    /// More pixels than are decoded.
    #[error("the picture is too large: at most 16384 pixels on a side and 40 million in all")]
    TooManyPixels,
    /// It begins like a film or sound and is not built like one.
    #[error("the film or sound cannot be read: it may have been cut off, or be another kind of file")]
    Broken,
    /// More pictures a second than a film may have.
    #[error("the film is too fast: at most 240 pictures a second")]
    TooFast,
    /// More pixels than a film may have.
    #[error("the film is too large: at most 40 million pixels")]
    FilmTooLarge,
    /// Larger than an emoji may be.
    #[error("the picture is too large: an emoji has at most 256 KiB")]
    TooHeavy,
}

/// Looks into a file that came to be attached to a post. Takes up to a second of CPU and 250 MiB for a huge picture: call
/// it off the request path, few at a time.
///
/// # Errors
/// [`Refused`].
pub fn prepare(bytes: Vec<u8>) -> Result<PreparedFile, Refused> {
    let content_type = sniff::content_type(&bytes)?;
    let kind = AttachmentKind::of_type(content_type);
    if kind == AttachmentKind::Image {
        return picture::prepare(&bytes);
    }
    if moving::is_one(content_type) {
        return moving::prepare(content_type, bytes);
    }
    Ok(PreparedFile {
        kind,
        bytes,
        content_type,
        pixels: None,
        duration: None,
        frame_rate: None,
        preview: None,
    })
}

/// A small picture to stand for a file.
///
/// # Errors
/// As [`prepare`].
pub fn preview(bytes: &[u8]) -> Result<PreparedPreview, Refused> {
    picture::preview(&decode(bytes)?)
}
