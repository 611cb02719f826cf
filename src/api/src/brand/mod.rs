//! The node's colours: what one accent becomes in light and dark, always readable (WCAG 2.2, 1.4.3), and what is drawn in
//! them.

mod colour;
pub(crate) mod draw;

pub(crate) use colour::Colour;

use colour::{INK, WHITE};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write as _;

/// Contrast of text; a little more than the 4.5 that is asked, since browsers round.
const TEXT: f64 = 4.6;
/// Contrast of what is no text, such as the edge of a button (WCAG 2.2, 1.4.11).
const SHAPE: f64 = 3.0;

/// What everything stands on, in light or dark. The same values as in the style sheets.
pub(crate) struct Ground {
    /// Behind the page.
    pub(crate) ground: Colour,
    /// Behind a card.
    pub(crate) card: Colour,
    /// Text.
    pub(crate) ink: Colour,
    /// Where a shade goes that cannot be read: away from the ground.
    away: Colour,
    /// How much of the card is in a wash.
    wash: f64,
}

/// By day.
pub(crate) const LIGHT: Ground = Ground {
    ground: Colour(0xf6, 0xf7, 0xf9),
    card: WHITE,
    ink: INK,
    away: INK,
    wash: 0.88,
};
/// By night.
pub(crate) const DARK: Ground = Ground {
    ground: Colour(0x14, 0x16, 0x1c),
    card: Colour(0x1d, 0x20, 0x2b),
    ink: Colour(0xec, 0xee, 0xf4),
    away: WHITE,
    wash: 0.8,
};

/// The colours of one accent on one ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Shades {
    /// Buttons, marks: at least 3:1 on both grounds.
    pub(crate) brand: Colour,
    /// The same under the pointer.
    pub(crate) brand_strong: Colour,
    /// Text on either.
    pub(crate) on_brand: Colour,
    /// Text and links in the brand's colour on the page and on cards.
    pub(crate) brand_text: Colour,
    /// A soft background.
    pub(crate) brand_wash: Colour,
    /// Text on it.
    pub(crate) on_brand_wash: Colour,
}

/// The contrast of each pair that is text, 1 to 21.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Contrasts {
    /// `on_brand` on `brand`.
    pub(crate) on_brand: f64,
    /// `on_brand` on `brand_strong`.
    pub(crate) on_brand_strong: f64,
    /// `brand_text` on the page.
    pub(crate) brand_text_on_ground: f64,
    /// `brand_text` on a card.
    pub(crate) brand_text_on_card: f64,
    /// `on_brand_wash` on `brand_wash`.
    pub(crate) on_brand_wash: f64,
}

impl Shades {
    /// What an accent becomes on a ground.
    pub(crate) fn of(accent: Colour, on: &Ground) -> Self {
        let readable = |colour: Colour| colour.contrast(WHITE).max(colour.contrast(INK)) >= TEXT;
        let brand = accent.towards(on.away, |shade| {
            shade.contrast(on.ground) >= SHAPE && shade.contrast(on.card) >= SHAPE && readable(shade)
        });
        // White is what people expect on a colour, as long as it can be read.
        let (on_brand, other) = if brand.contrast(WHITE) >= TEXT {
            (WHITE, INK)
        } else {
            (INK, WHITE)
        };
        let brand_text = accent.towards(on.away, |shade| {
            shade.contrast(on.ground) >= TEXT && shade.contrast(on.card) >= TEXT
        });
        let brand_wash = accent.mix(on.card, on.wash).towards(on.card, |wash| {
            on.ink.contrast(wash) >= TEXT && on.away.contrast(wash) >= TEXT
        });
        Self {
            brand,
            // Away from its text, so that it is read even better.
            brand_strong: brand.mix(other, 0.14),
            on_brand,
            brand_text,
            brand_wash,
            on_brand_wash: brand_text.towards(on.away, |shade| shade.contrast(brand_wash) >= TEXT),
        }
    }

    /// How well the pairs can be read.
    pub(crate) fn contrasts(&self, on: &Ground) -> Contrasts {
        let of = |a: Colour, b: Colour| (a.contrast(b) * 100.0).floor() / 100.0;
        Contrasts {
            on_brand: of(self.on_brand, self.brand),
            on_brand_strong: of(self.on_brand, self.brand_strong),
            brand_text_on_ground: of(self.brand_text, on.ground),
            brand_text_on_card: of(self.brand_text, on.card),
            on_brand_wash: of(self.on_brand_wash, self.brand_wash),
        }
    }

    fn css(&self, out: &mut String, selector: &str) {
        let Self {
            brand,
            brand_strong,
            on_brand,
            brand_text,
            brand_wash,
            on_brand_wash,
        } = self;
        // Writing to a text does not fail.
        let _ = write!(
            out,
            "{selector}{{--brand:{brand};--brand-strong:{brand_strong};--on-brand:{on_brand};--brand-text:{brand_text};\
             --brand-wash:{brand_wash};--on-brand-wash:{on_brand_wash}}}"
        );
    }
}

/// The colours as custom properties: by day, by night for whoever did not choose the day, and by night for whoever chose it.
pub(crate) fn css(accent: Colour) -> String {
    let (light, dark) = (Shades::of(accent, &LIGHT), Shades::of(accent, &DARK));
    let mut out = String::with_capacity(640);
    light.css(&mut out, ":root");
    out.push_str("\n@media (prefers-color-scheme:dark){");
    dark.css(&mut out, ":root:not([data-theme=light])");
    out.push_str("}\n");
    dark.css(&mut out, ":root[data-theme=dark]");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_accent_can_be_read() {
        let steps = [0_u8, 31, 63, 95, 127, 159, 191, 223, 255];
        let mut accents: Vec<Colour> = Vec::new();
        for r in steps {
            for g in steps {
                accents.extend(steps.map(|b| Colour(r, g, b)));
            }
        }
        assert_eq!(accents.len(), 729);
        for accent in accents {
            for ground in [&LIGHT, &DARK] {
                let shades = Shades::of(accent, ground);
                for (text, behind) in [
                    (shades.on_brand, shades.brand),
                    (shades.on_brand, shades.brand_strong),
                    (shades.brand_text, ground.ground),
                    (shades.brand_text, ground.card),
                    (shades.on_brand_wash, shades.brand_wash),
                    (ground.ink, shades.brand_wash),
                    (ground.ink, ground.card),
                    (ground.ink, ground.ground),
                ] {
                    assert!(text.contrast(behind) >= 4.5, "{accent}: {text} on {behind}");
                }
                for behind in [ground.ground, ground.card] {
                    assert!(
                        shades.brand.contrast(behind) >= 3.0,
                        "{accent}: {} on {behind}",
                        shades.brand
                    );
                }
            }
        }
    }

    #[test]
    fn a_readable_accent_stays_itself() {
        let accent = Colour::accent("#2f6f5e");
        let light = Shades::of(accent, &LIGHT);
        assert_eq!(
            (light.brand, light.on_brand, light.brand_text),
            (accent, WHITE, accent)
        );
    }

    #[test]
    fn properties_for_the_three_cases() {
        let css = css(Colour::accent("#336699"));
        for selector in [
            ":root{--brand:#336699;",
            "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--brand:",
            "}}\n:root[data-theme=dark]{--brand:",
        ] {
            assert!(css.contains(selector), "{selector} in {css}");
        }
        for name in [
            "--brand:",
            "--brand-strong:",
            "--on-brand:",
            "--brand-text:",
            "--brand-wash:",
            "--on-brand-wash:",
        ] {
            assert_eq!(css.matches(name).count(), 3, "{name}");
        }
    }
}
