//! A colour and what can be reckoned with it.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// What the accent is if nothing names a colour.
const DEFAULT_ACCENT: Colour = Colour(0x2f, 0x6f, 0x5e);
pub(super) const WHITE: Colour = Colour(0xff, 0xff, 0xff);
pub(super) const INK: Colour = Colour(0x14, 0x16, 0x1f);

/// A colour, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Colour {
    fn schema_name() -> Cow<'static, str> {
        "Colour".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^#[0-9a-f]{6}$" })
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

    /// This with a share of another, 0 to 1.
    pub(crate) fn mix(self, other: Self, share: f64) -> Self {
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

    /// Contrast ratio (WCAG 2.2), 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The nearest shade on the way to `end` that is good; the end itself if none is.
    pub(crate) fn towards(self, end: Self, good: impl Fn(Self) -> bool) -> Self {
        (0..64)
            .map(|step| self.mix(end, f64::from(step) / 64.0))
            .find(|shade| good(*shade))
            .unwrap_or(end)
    }
}
