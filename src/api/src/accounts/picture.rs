//! Pictures of profiles: whatever was uploaded becomes a small PNG or JPEG of ours, without metadata.
//!
//! Decoding is bounded before it begins: size and pixels are read from the header of the file, and the decoder may
//! not allocate more than a written limit.

use axum::body::Bytes;
use entrenous_domain::DomainError;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// Longest side, in pixels.
const LONGEST_SIDE: u32 = 8_192;
/// Most pixels.
const MOST_PIXELS: u64 = 40_000_000;
/// Most memory the decoder may take, in bytes: 40 million pixels of four bytes, and room to work.
const MOST_MEMORY: u64 = 224 * 1024 * 1024;
/// Quality of JPEG, of 100.
const QUALITY: u8 = 85;

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A square of 400 pixels.
    Avatar,
    /// 1,500 by 500 pixels.
    Header,
}

impl Shape {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Avatar => (400, 400),
            Self::Header => (1_500, 500),
        }
    }
}

/// A picture ready to be stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// Its type.
    pub(crate) content_type: &'static str,
}

/// Pictures decoded at the same time: each may take 200 MiB.
pub(crate) static DECODERS: Semaphore = Semaphore::const_new(2);

/// Prepares a picture off the request path, when it is its turn.
///
/// # Errors
/// As `prepare` has them.
pub(crate) async fn off_path(
    bytes: Bytes,
    prepare: impl FnOnce(&[u8]) -> Result<Prepared, DomainError> + Send + 'static,
) -> Result<Prepared, DomainError> {
    let _permit = DECODERS.acquire().await.map_err(DomainError::internal)?;
    tokio::task::spawn_blocking(move || prepare(&bytes))
        .await
        .map_err(DomainError::internal)?
}

/// Decodes, turns as the camera was held, crops to the middle, resizes and encodes anew. Takes tens of milliseconds of
/// CPU: call it off the request path.
///
/// # Errors
/// `Invalid` with what is wrong with the file.
pub(crate) fn prepare(bytes: &[u8], shape: Shape) -> Result<Prepared, DomainError> {
    let picture = decode(bytes)?;
    let (width, height) = shape.size();
    let picture = crop(picture, width, height).resize_exact(width, height, FilterType::CatmullRom);
    encode(&picture)
}

/// Decodes, turns as the camera was held, makes it fit into a square of `side` pixels without cropping, and encodes it anew
/// as PNG. What is smaller stays so.
///
/// # Errors
/// `Invalid` with what is wrong with the file.
pub(crate) fn prepare_logo(bytes: &[u8], side: u32) -> Result<Prepared, DomainError> {
    let mut picture = decode(bytes)?;
    if picture.width().max(picture.height()) > side {
        picture = picture.resize(side, side, FilterType::CatmullRom);
    }
    let mut bytes = Vec::new();
    picture
        .to_rgba8()
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(DomainError::internal)?;
    Ok(Prepared {
        bytes,
        content_type: "image/png",
    })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, DomainError> {
    let format = image::guess_format(bytes)
        .ok()
        .filter(|format| {
            matches!(
                format,
                ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP
            )
        })
        .ok_or_else(|| DomainError::invalid("the picture must be a PNG, JPEG, GIF or WebP file"))?;
    let unreadable = |_| DomainError::invalid("the picture cannot be read");
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(unreadable)?;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > LONGEST_SIDE || pixels > MOST_PIXELS || pixels == 0 {
        return Err(DomainError::invalid(
            "the picture is too large: at most 8192 pixels on a side and 40 million in all",
        ));
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

/// The largest part in the middle that has the proportions of `width` to `height`. Cropping comes before resizing, so
/// that a picture of one pixel by thousands never grows.
fn crop(picture: DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (have_width, have_height) = (u64::from(picture.width()), u64::from(picture.height()));
    let (width, height) = (u64::from(width), u64::from(height));
    let keep_width = have_width.min((have_height * width / height).max(1));
    let keep_height = have_height.min((have_width * height / width).max(1));
    if (keep_width, keep_height) == (have_width, have_height) {
        return picture;
    }
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    picture.crop_imm(
        narrow((have_width - keep_width) / 2),
        narrow((have_height - keep_height) / 2),
        narrow(keep_width),
        narrow(keep_height),
    )
}

fn encode(picture: &DynamicImage) -> Result<Prepared, DomainError> {
    let mut bytes = Vec::new();
    let rgba = picture.to_rgba8();
    let content_type = if rgba.pixels().any(|pixel| pixel.0.last() != Some(&u8::MAX)) {
        rgba.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .map_err(DomainError::internal)?;
        "image/png"
    } else {
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        picture
            .to_rgb8()
            .write_with_encoder(encoder)
            .map_err(DomainError::internal)?;
        "image/jpeg"
    };
    Ok(Prepared { bytes, content_type })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    fn size_of(prepared: &Prepared) -> (u32, u32) {
        let picture = image::load_from_memory(&prepared.bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn becomes_ours() {
        let opaque = png(&RgbImage::from_pixel(900, 30, Rgb([9, 99, 199])).into());
        let avatar = prepare(&opaque, Shape::Avatar).unwrap();
        assert_eq!(avatar.content_type, "image/jpeg");
        assert_eq!(size_of(&avatar), (400, 400));
        let clear = png(&RgbaImage::from_pixel(3, 3, Rgba([1, 2, 3, 4])).into());
        let header = prepare(&clear, Shape::Header).unwrap();
        assert_eq!(header.content_type, "image/png");
        assert_eq!(size_of(&header), (1_500, 500));
    }

    #[test]
    fn a_logo_is_whole() {
        let wide = png(&RgbaImage::from_pixel(2_000, 500, Rgba([1, 2, 3, 4])).into());
        let logo = prepare_logo(&wide, 512).unwrap();
        assert_eq!((size_of(&logo), logo.content_type), ((512, 128), "image/png"));
        let small = png(&RgbImage::from_pixel(9, 3, Rgb([9, 9, 9])).into());
        assert_eq!(size_of(&prepare_logo(&small, 512).unwrap()), (9, 3));
        let needle = png(&RgbImage::new(1, 8_192).into());
        assert_eq!(size_of(&prepare_logo(&needle, 512).unwrap()), (1, 512));
    }

    #[test]
    fn a_needle_does_not_grow() {
        let needle = png(&RgbImage::new(1, 8_192).into());
        assert_eq!(size_of(&prepare(&needle, Shape::Header).unwrap()), (1_500, 500));
    }

    #[test]
    fn refused() {
        for bytes in [
            b"".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"\x89PNG\r\n\x1a\n nonsense",
            b"GIF89a",
        ] {
            assert!(matches!(
                prepare(bytes, Shape::Avatar),
                Err(DomainError::Invalid(_))
            ));
            assert!(matches!(prepare_logo(bytes, 512), Err(DomainError::Invalid(_))));
        }
        let wide = png(&RgbImage::new(8_193, 1).into());
        assert!(prepare(&wide, Shape::Avatar).is_err());
        // A header that promises 100,000 by 100,000 pixels is refused before anything is decoded.
        let mut bomb = png(&RgbImage::new(1, 1).into());
        bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
        assert!(prepare(&bomb, Shape::Avatar).is_err());
    }
}
