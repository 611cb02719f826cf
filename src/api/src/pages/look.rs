//! Colours of a node, with enough contrast in light and dark (WCAG 2.2, 1.4.3), and the pictures drawn in them.

use image::{ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

/// What the accent is if the configuration does not name a colour.
const DEFAULT_ACCENT: Colour = Colour(0x4f, 0x46, 0xb8);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const INK: Colour = Colour(0x14, 0x16, 0x1f);
/// Behind text in the dark; the same as in `style.css`.
const DARK_CARD: Colour = Colour(0x1d, 0x20, 0x2b);

/// A colour, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(u8, u8, u8);

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// The accent from `#rrggbb`; anything else is the default.
    pub(crate) fn accent(text: &str) -> Self {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6);
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.map_or(DEFAULT_ACCENT, |number| {
            let [_, r, g, b] = number.to_be_bytes();
            Self(r, g, b)
        })
    }

    fn mix(self, other: Self, share: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between two bytes, so a byte"
        )]
        let between = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(
            between(self.0, other.0),
            between(self.1, other.1),
            between(self.2, other.2),
        )
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The nearest shade towards `end` that can be read on `ground`.
    fn readable_on(self, ground: Self, end: Self) -> Self {
        (0..=20)
            .map(|step| self.mix(end, f64::from(step) / 20.0))
            .find(|shade| shade.contrast(ground) >= 4.6)
            .unwrap_or(end)
    }

    /// White or ink, whichever can be read on this.
    fn text_on(self) -> Self {
        if self.contrast(WHITE) >= 4.5 { WHITE } else { INK }
    }
}

/// The colours as custom properties of CSS, for light and dark.
pub(super) fn css(accent: Colour) -> String {
    let light = accent.readable_on(WHITE, INK);
    let dark = accent.readable_on(DARK_CARD, WHITE);
    format!(
        ":root{{--accent:{light};--on-accent:{};--wash:{}}}\n\
         @media (prefers-color-scheme:dark){{:root{{--accent:{dark};--on-accent:{};--wash:{}}}}}\n",
        light.text_on(),
        accent.mix(WHITE, 0.88),
        dark.text_on(),
        accent.mix(INK, 0.82),
    )
}

/// The mark: two rings that overlap, what is between us filled.
pub(super) fn logo(accent: Colour) -> String {
    let light = accent.readable_on(WHITE, INK);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" role=\"img\" aria-label=\"Entrenous\">\
         <rect width=\"64\" height=\"64\" rx=\"16\" fill=\"{light}\"/>\
         <path d=\"M32 20.1a15 15 0 0 1 0 23.8a15 15 0 0 1 0-23.8z\" fill=\"{0}\"/>\
         <g fill=\"none\" stroke=\"{0}\" stroke-width=\"3.5\"><circle cx=\"23\" cy=\"32\" r=\"15\"/>\
         <circle cx=\"41\" cy=\"32\" r=\"15\"/></g></svg>\n",
        light.text_on()
    )
}

/// The picture of people who have none: 400 by 400, PNG.
pub(super) fn avatar(accent: Colour) -> Vec<u8> {
    let ground = accent.mix(WHITE, 0.55);
    let figure = accent.mix(WHITE, 0.9);
    png(400, 400, |x, y| {
        let head = (x - 200.0).hypot(y - 155.0) - 68.0;
        let shoulders = ((x - 200.0) / 1.15).hypot(y - 395.0) - 138.0;
        ground.mix(figure, (0.5 - head.min(shoulders)).clamp(0.0, 1.0))
    })
}

/// The header of people who have none: 1,500 by 500, PNG.
pub(super) fn header(accent: Colour) -> Vec<u8> {
    let (from, to) = (accent.mix(WHITE, 0.35), accent.mix(WHITE, 0.78));
    png(1_500, 500, |x, y| {
        let base = from.mix(to, (x / 1_500.0 + y / 500.0) / 2.0);
        let ring = |cx: f64| 1.0 - ((((x - cx).hypot(y - 250.0)) - 190.0).abs() - 9.0).clamp(0.0, 1.0);
        base.mix(WHITE, 0.28 * ring(1_020.0).max(ring(1_240.0)))
    })
}

fn png(width: u32, height: u32, pixel: impl Fn(f64, f64) -> Colour) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let Colour(r, g, b) = pixel(f64::from(x), f64::from(y));
        Rgb([r, g, b])
    });
    let mut bytes = Cursor::new(Vec::new());
    // Writing to memory fails for no picture of this size.
    if let Err(cause) = picture.write_to(&mut bytes, ImageFormat::Png) {
        tracing::error!(error.cause = %cause, "a default picture could not be written");
    }
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_accent_can_be_read() {
        for text in [
            "#ffffff", "#000000", "#ffff00", "#ff0000", "#0a7f5a", "#4f46b8", "nonsense", "#12345é",
        ] {
            let accent = Colour::accent(text);
            let light = accent.readable_on(WHITE, INK);
            let dark = accent.readable_on(DARK_CARD, WHITE);
            assert!(light.contrast(WHITE) >= 4.5, "{text}");
            assert!(dark.contrast(DARK_CARD) >= 4.5, "{text}");
            assert!(light.contrast(light.text_on()) >= 4.5, "{text}");
            assert!(dark.contrast(dark.text_on()) >= 4.5, "{text}");
        }
    }
}
