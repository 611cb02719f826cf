//! What is in a file: told from its bytes, never from its name or what a sender says.
//!
//! Pictures are decoded within bounds and made anew, without metadata; everything else that is known passes as it is,
//! and anything else is refused. Pure: bytes in, bytes out.

mod blurhash;
mod emoji;
mod gif;
mod length;
mod picture;
mod sniff;

use entrenous_model::{AttachmentKind, PreparedFile, PreparedPreview};

pub use emoji::{EMOJI_BYTES, emoji};
pub use picture::{MOST_PIXELS, decode};
pub use sniff::TYPES;

/// Why a file is not taken, in words for the person who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Nothing we know.
    #[error(
        "this kind of file cannot be attached: pictures (PNG, JPEG, GIF, WebP), films (MP4, WebM), sounds (MP3, Ogg, WAV, FLAC, M4A), PDF, plain text and office documents can"
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
    Ok(PreparedFile {
        kind,
        duration: length::milliseconds(content_type, &bytes),
        bytes,
        content_type,
        pixels: None,
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
