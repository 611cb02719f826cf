//! Pictures: whatever came becomes a file of ours, without metadata and turned as the camera was held.
//!
//! Decoding is bounded before it begins: size and pixels are read from the header of the file, and the decoder may not
//! allocate more than a written limit.

use crate::{Refused, blurhash, gif};
use entrenous_model::{AttachmentKind, PreparedFile, PreparedPreview};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Longest side that is decoded, in pixels.
const LONGEST_SIDE: u32 = 16_384;
/// Most pixels that are decoded.
pub const MOST_PIXELS: u64 = 40_000_000;
/// Most memory the decoder may take, in bytes: 40 million pixels of four bytes, and room to work.
const MOST_MEMORY: u64 = 224 * 1024 * 1024;
/// Longest side that is kept, in pixels.
const KEPT: u32 = 3_840;
/// Longest side of a preview, in pixels.
const SMALL: u32 = 640;
/// Longest side of what a blurred idea is made of, in pixels.
const TINY: u32 = 32;
/// Quality of JPEG, of 100.
const QUALITY: u8 = 87;
/// A picture without loss that is larger than this, in bytes, is kept as a JPEG if it can be.
const LOSSLESS: usize = 2 * 1024 * 1024;

/// Decodes a picture within the bounds, and turns it as the camera was held.
///
/// # Errors
/// [`Refused::NoPicture`], [`Refused::Unreadable`], [`Refused::TooManyPixels`].
pub fn decode(bytes: &[u8]) -> Result<DynamicImage, Refused> {
    let format = format_of(bytes)?;
    let unreadable = |_| Refused::Unreadable;
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(unreadable)?;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > LONGEST_SIDE || pixels > MOST_PIXELS {
        return Err(Refused::TooManyPixels);
    }
    if pixels == 0 {
        return Err(Refused::Unreadable);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // A file whose orientation cannot be read is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

pub(crate) fn format_of(bytes: &[u8]) -> Result<ImageFormat, Refused> {
    image::guess_format(bytes)
        .ok()
        .filter(|format| {
            matches!(
                format,
                ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP
            )
        })
        .ok_or(Refused::NoPicture)
}

/// A picture as it is kept: at most 3,840 pixels on a side, with a preview. An animated GIF stays one; of other animations
/// the first picture is kept.
pub(crate) fn prepare(bytes: &[u8]) -> Result<PreparedFile, Refused> {
    let format = format_of(bytes)?;
    let picture = decode(bytes)?;
    let preview = preview(&picture)?;
    let small_enough = picture.width().max(picture.height()) <= KEPT;
    if format == ImageFormat::Gif
        && small_enough
        && let Some(animation) = gif::animation(bytes)
    {
        return Ok(PreparedFile {
            kind: AttachmentKind::Image,
            bytes: animation,
            content_type: "image/gif",
            pixels: Some((picture.width(), picture.height())),
            duration: None,
            frame_rate: None,
            preview: Some(preview),
        });
    }
    let picture = scaled(picture, KEPT);
    let (bytes, content_type) = encode(&picture, format != ImageFormat::Jpeg)?;
    Ok(PreparedFile {
        kind: AttachmentKind::Image,
        bytes,
        content_type,
        pixels: Some((picture.width(), picture.height())),
        duration: None,
        frame_rate: None,
        preview: Some(preview),
    })
}

/// The small picture that stands for one.
pub(crate) fn preview(picture: &DynamicImage) -> Result<PreparedPreview, Refused> {
    let small = if picture.width().max(picture.height()) > SMALL {
        picture.thumbnail(SMALL, SMALL)
    } else {
        picture.clone()
    };
    let (bytes, content_type) = encode(&small, false)?;
    let tiny = small.thumbnail(TINY, TINY).to_rgb8();
    Ok(PreparedPreview {
        bytes,
        content_type,
        pixels: (small.width(), small.height()),
        blurhash: blurhash::encode(&tiny),
    })
}

fn scaled(picture: DynamicImage, longest: u32) -> DynamicImage {
    if picture.width().max(picture.height()) > longest {
        picture.resize(longest, longest, FilterType::Triangle)
    } else {
        picture
    }
}

/// PNG for what is see-through, and for what came without loss and stays small; JPEG else.
fn encode(picture: &DynamicImage, lossless: bool) -> Result<(Vec<u8>, &'static str), Refused> {
    let clear = picture.color().has_alpha()
        && picture
            .to_rgba8()
            .pixels()
            .any(|pixel| pixel.0.last() != Some(&u8::MAX));
    if clear {
        return Ok((png(&picture.to_rgba8().into())?, "image/png"));
    }
    let opaque = DynamicImage::from(picture.to_rgb8());
    if lossless {
        let bytes = png(&opaque)?;
        if bytes.len() <= LOSSLESS {
            return Ok((bytes, "image/png"));
        }
    }
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    opaque
        .write_with_encoder(encoder)
        .map_err(|_| Refused::Unreadable)?;
    Ok((bytes, "image/jpeg"))
}

pub(crate) fn png(picture: &DynamicImage) -> Result<Vec<u8>, Refused> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|_| Refused::Unreadable)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests;
