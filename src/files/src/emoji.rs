//! Custom emoji: small pictures, made anew.

use crate::{Refused, gif, picture};
use entrenous_model::PreparedEmoji;
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader};
use std::io::Cursor;

/// Largest file, in bytes.
pub const EMOJI_BYTES: usize = 256 * 1024;
/// Longest side that is decoded, in pixels: what is so small a file and larger than this is no honest emoji.
const LONGEST_SIDE: u32 = 2_048;
/// Longest side that is kept, in pixels.
const KEPT: u32 = 128;
/// Longest side of an animation, which is kept as it is, in pixels.
const MOVING: u32 = 512;

/// A picture as an emoji is kept: at most 128 pixels on a side, without metadata. An animated GIF of at most 512 pixels on a
/// side stays one, and has a picture that does not move; of other animations the first picture is kept.
///
/// # Errors
/// [`Refused::TooHeavy`] beyond 256 KiB; [`Refused::NoPicture`], [`Refused::Unreadable`], [`Refused::TooManyPixels`].
pub fn emoji(bytes: &[u8]) -> Result<PreparedEmoji, Refused> {
    if bytes.len() > EMOJI_BYTES {
        return Err(Refused::TooHeavy);
    }
    let format = picture::format_of(bytes)?;
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(|_| Refused::Unreadable)?;
    if width.max(height) > LONGEST_SIDE {
        return Err(Refused::TooManyPixels);
    }
    let picture = picture::decode(bytes)?;
    let small = if width.max(height) > KEPT {
        picture.resize(KEPT, KEPT, FilterType::CatmullRom)
    } else {
        picture
    };
    let still = picture::png(&small.to_rgba8().into())?;
    if format == ImageFormat::Gif
        && width.max(height) <= MOVING
        && let Some(animation) = gif::animation(bytes)
    {
        return Ok(PreparedEmoji {
            bytes: animation,
            content_type: "image/gif",
            still: Some(still),
        });
    }
    Ok(PreparedEmoji {
        bytes: still,
        content_type: "image/png",
        still: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifEncoder;
    use image::{DynamicImage, Frame, Rgb, RgbImage, Rgba, RgbaImage};

    fn png(picture: &DynamicImage) -> Vec<u8> {
        picture::png(picture).unwrap()
    }

    fn gif(side: u32, frames: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for n in 0..frames {
            let shade = u8::try_from(n * 40).unwrap();
            let picture = RgbaImage::from_pixel(side, side, Rgba([shade, 9, 9, 255]));
            encoder.encode_frame(Frame::new(picture)).unwrap();
        }
        drop(encoder);
        bytes
    }

    #[test]
    fn becomes_small_and_ours() {
        let wide = emoji(&png(&RgbImage::from_pixel(600, 300, Rgb([9, 99, 199])).into())).unwrap();
        let seen = image::load_from_memory(&wide.bytes).unwrap();
        assert_eq!((seen.width(), seen.height()), (128, 64));
        assert_eq!((wide.content_type, wide.still), ("image/png", None));
        let tiny = emoji(&png(&RgbImage::new(3, 2).into())).unwrap();
        assert_eq!(image::load_from_memory(&tiny.bytes).unwrap().width(), 3);
    }

    #[test]
    fn what_moves_has_a_picture_that_does_not() {
        let moving = emoji(&gif(40, 3)).unwrap();
        assert_eq!(moving.content_type, "image/gif");
        let still = image::load_from_memory(&moving.still.unwrap()).unwrap();
        assert_eq!((still.width(), still.height()), (40, 40));
        let one = emoji(&gif(40, 1)).unwrap();
        assert_eq!((one.content_type, one.still), ("image/png", None));
        let large = emoji(&gif(513, 2)).unwrap();
        assert_eq!((large.content_type, large.still), ("image/png", None));
    }

    #[test]
    fn what_is_no_emoji_is_refused() {
        assert_eq!(emoji(&vec![0; EMOJI_BYTES + 1]), Err(Refused::TooHeavy));
        for bytes in [
            b"".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"<!doctype html><script>alert(1)</script>",
            b"%PDF-1.4",
        ] {
            assert_eq!(emoji(bytes), Err(Refused::NoPicture));
        }
        assert_eq!(emoji(b"\x89PNG\r\n\x1a\n nonsense"), Err(Refused::Unreadable));
        let long = png(&RgbImage::new(2_049, 1).into());
        assert_eq!(emoji(&long), Err(Refused::TooManyPixels));
        let mut bomb = png(&RgbImage::new(1, 1).into());
        bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
        assert!(emoji(&bomb).is_err());
    }
}
