//! Films and sounds: read as far as their structure says what they are, never decoded.
//!
//! Each reader walks the file once, from its beginning to its end, and keeps nothing of it but numbers and the place of a
//! picture in it. What is not built as its type says is refused: it is something else under a borrowed beginning.

mod aac;
mod flac;
mod id3;
mod iso;
mod mpeg;
mod numbers;
mod ogg;
mod wav;
mod webm;

use crate::{Refused, picture};
use entrenous_model::{AttachmentKind, FrameRate, PreparedFile};
use std::borrow::Cow;

/// Most pictures a second that a film may have.
pub const MOST_FRAMES: u32 = 240;
/// Most pixels of a film.
pub const MOST_FILM_PIXELS: u64 = 40_000_000;
/// A day, in milliseconds: more than anybody attaches.
const LONGEST: i64 = 86_400_000;
/// Largest picture in a film or sound that is looked at, in bytes.
const COVER: usize = 8 * 1024 * 1024;

/// What a film or sound says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found<'a> {
    /// Its type, which its first bytes do not tell of all.
    content_type: &'static str,
    /// Width and height as it is played.
    pixels: Option<(u32, u32)>,
    /// Milliseconds.
    duration: Option<i64>,
    frame_rate: Option<FrameRate>,
    /// A picture that stands in it: the cover of a record, or of a film.
    cover: Option<Cow<'a, [u8]>>,
}

/// Whether the file is read here.
pub(crate) fn is_one(content_type: &str) -> bool {
    content_type.starts_with("video/") || content_type.starts_with("audio/")
}

/// A film or sound as it is kept: as it came, with what it says of itself.
///
/// # Errors
/// [`Refused::Broken`], [`Refused::TooFast`], [`Refused::FilmTooLarge`].
pub(crate) fn prepare(content_type: &'static str, bytes: Vec<u8>) -> Result<PreparedFile, Refused> {
    let found = look(content_type, &bytes).ok_or(Refused::Broken)?;
    if found
        .frame_rate
        .is_some_and(|rate| rate.whole() > u64::from(MOST_FRAMES))
    {
        return Err(Refused::TooFast);
    }
    if let Some((width, height)) = found.pixels
        && u64::from(width) * u64::from(height) > MOST_FILM_PIXELS
    {
        return Err(Refused::FilmTooLarge);
    }
    // A picture that cannot be read is none: the film is as good without.
    let preview = found
        .cover
        .as_deref()
        .filter(|cover| cover.len() <= COVER)
        .and_then(|cover| picture::decode(cover).ok())
        .and_then(|cover| picture::preview(&cover).ok());
    let (content_type, pixels) = (found.content_type, found.pixels);
    let (duration, frame_rate) = (found.duration, found.frame_rate);
    drop(found);
    Ok(PreparedFile {
        kind: AttachmentKind::of_type(content_type),
        bytes,
        content_type,
        pixels,
        duration,
        frame_rate,
        preview,
    })
}

fn look<'a>(content_type: &'static str, bytes: &'a [u8]) -> Option<Found<'a>> {
    match content_type {
        "video/mp4" | "audio/mp4" | "video/quicktime" => iso::look(content_type, bytes),
        "video/webm" => webm::look(bytes),
        "video/ogg" | "audio/ogg" => ogg::look(bytes),
        "audio/mpeg" => mpeg::look(bytes),
        "audio/aac" => aac::look(bytes),
        "audio/flac" => flac::look(bytes),
        "audio/wav" => wav::look(bytes),
        _ => None,
    }
}

/// `length` units of which `scale` are a second, in milliseconds; `None` if that is not sensible.
fn milliseconds(length: u64, scale: u64) -> Option<i64> {
    let length = u128::from(length)
        .checked_mul(1_000)?
        .checked_div(u128::from(scale))?;
    i64::try_from(length)
        .ok()
        .filter(|length| (1..LONGEST).contains(length))
}

#[cfg(test)]
mod tests;
