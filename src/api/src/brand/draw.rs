//! Pictures in the node's colours, for whatever nobody gave a picture.

use super::colour::{INK, WHITE};
use super::{Colour, LIGHT, Shades};
use image::imageops::{FilterType, overlay};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use std::io::Cursor;

/// The mark as SVG: two rings that overlap, what is between us filled.
pub(crate) fn mark(accent: Colour) -> String {
    let shades = Shades::of(accent, &LIGHT);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" role=\"img\" aria-label=\"Entrenous\">\
         <rect width=\"64\" height=\"64\" rx=\"16\" fill=\"{0}\"/>\
         <path d=\"M32 20.1a15 15 0 0 1 0 23.8a15 15 0 0 1 0-23.8z\" fill=\"{1}\"/>\
         <g fill=\"none\" stroke=\"{1}\" stroke-width=\"3.5\"><circle cx=\"23\" cy=\"32\" r=\"15\"/>\
         <circle cx=\"41\" cy=\"32\" r=\"15\"/></g></svg>\n",
        shades.brand, shades.on_brand
    )
}

/// How an icon is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Rounded, on nothing.
    Round,
    /// To the edges: the system cuts it, and keeps at least the middle four fifths.
    Full,
}

/// The mark as an icon, PNG.
pub(crate) fn icon(accent: Colour, size: u32, cut: Cut) -> Vec<u8> {
    let shades = Shades::of(accent, &LIGHT);
    let scale = 64.0 / f64::from(size);
    // What is cut must not touch the rings.
    let zoom = if cut == Cut::Full { 1.2 } else { 1.0 };
    png(size, size, |x, y| {
        let (x, y) = (x * scale, y * scale);
        let solid = match cut {
            Cut::Full => 1.0,
            Cut::Round => {
                let beyond = |at: f64| ((at - 32.0).abs() - 16.0).max(0.0);
                ((16.0 - beyond(x).hypot(beyond(y))) / scale + 0.5).clamp(0.0, 1.0)
            }
        };
        let (x, y) = (32.0 + (x - 32.0) * zoom, 32.0 + (y - 32.0) * zoom);
        let (left, right) = (
            (x - 23.0).hypot(y - 32.0) - 15.0,
            (x - 41.0).hypot(y - 32.0) - 15.0,
        );
        let drawn = (left.abs() - 1.75).min(right.abs() - 1.75).min(left.max(right));
        let inked = (0.5 - drawn / (scale * zoom)).clamp(0.0, 1.0);
        (shades.brand.mix(shades.on_brand, inked), solid)
    })
}

/// A logo as a square icon, PNG: whole, in the middle. A cut one stands on white with room around it.
pub(crate) fn icon_of(logo: &[u8], size: u32, cut: Cut) -> Option<Vec<u8>> {
    let logo = image::load_from_memory_with_format(logo, ImageFormat::Png).ok()?;
    let (ground, room) = match cut {
        Cut::Round => (Rgba([255, 255, 255, 0]), size),
        Cut::Full => (Rgba([255, 255, 255, 255]), size * 3 / 5),
    };
    let logo = logo.resize(room, room, FilterType::CatmullRom).to_rgba8();
    let mut square = RgbaImage::from_pixel(size, size, ground);
    let middle = |length: u32| i64::from((size - length.min(size)) / 2);
    overlay(&mut square, &logo, middle(logo.width()), middle(logo.height()));
    Some(encoded(&square.into()))
}

/// The picture of people who have none: 400 by 400, PNG.
pub(crate) fn avatar(accent: Colour) -> Vec<u8> {
    let ground = accent.mix(WHITE, 0.55);
    let figure = accent.mix(WHITE, 0.9);
    png(400, 400, |x, y| {
        let head = (x - 200.0).hypot(y - 155.0) - 68.0;
        let shoulders = ((x - 200.0) / 1.15).hypot(y - 395.0) - 138.0;
        let inside = (0.5 - head.min(shoulders)).clamp(0.0, 1.0);
        (ground.mix(figure, inside), 1.0)
    })
}

/// The header of people who have none, and of the node: 1,500 by 500, PNG.
pub(crate) fn header(accent: Colour) -> Vec<u8> {
    let (from, to) = (accent.mix(INK, 0.08).mix(WHITE, 0.3), accent.mix(WHITE, 0.78));
    png(1_500, 500, |x, y| {
        let base = from.mix(to, (x / 1_500.0 + y / 500.0) / 2.0);
        let ring = |cx: f64| 1.0 - ((((x - cx).hypot(y - 250.0)) - 190.0).abs() - 9.0).clamp(0.0, 1.0);
        (base.mix(WHITE, 0.28 * ring(1_020.0).max(ring(1_240.0))), 1.0)
    })
}

/// A picture from the colour and the opacity (0 to 1) at the middle of each pixel.
fn png(width: u32, height: u32, pixel: impl Fn(f64, f64) -> (Colour, f64)) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, y| {
        let (Colour(r, g, b), solid) = pixel(f64::from(x) + 0.5, f64::from(y) + 0.5);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a byte"
        )]
        let solid = (solid * 255.0).round() as u8;
        Rgba([r, g, b, solid])
    });
    encoded(&picture.into())
}

fn encoded(picture: &DynamicImage) -> Vec<u8> {
    let clear = picture
        .as_rgba8()
        .is_some_and(|rgba| rgba.pixels().any(|pixel| pixel.0.last() != Some(&u8::MAX)));
    let mut bytes = Cursor::new(Vec::new());
    let written = if clear {
        picture.write_to(&mut bytes, ImageFormat::Png)
    } else {
        picture.to_rgb8().write_to(&mut bytes, ImageFormat::Png)
    };
    // Writing to memory fails for no picture of this size.
    if let Err(cause) = written {
        tracing::error!(error.cause = %cause, "a picture could not be drawn");
    }
    bytes.into_inner()
}
