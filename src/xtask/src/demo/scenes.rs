//! Pictures for posts, drawn: enough to see how pictures look in a client, and nobody's photograph.

use super::pictures::png;

const WIDTH: usize = 960;
const HEIGHT: usize = 600;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Hills one behind the other, and the sun.
    Hills,
    /// A mast on a pier, above the sea.
    Mast,
    /// A curve over a day.
    Chart,
}

type Colour = [f64; 3];

/// The picture as PNG, in light that fits `colour`.
pub(crate) fn draw(scene: Scene, colour: [u8; 3]) -> Vec<u8> {
    let accent = colour.map(f64::from);
    let mut rows = Vec::with_capacity(HEIGHT * (WIDTH * 3 + 1));
    for row in 0..HEIGHT {
        rows.push(0); // PNG: this row is not filtered
        for column in 0..WIDTH {
            let (x, y) = (share(column, WIDTH), share(row, HEIGHT));
            let pixel = match scene {
                Scene::Hills => hills(x, y, accent),
                Scene::Mast => mast(x, y, accent),
                Scene::Chart => chart(x, y, accent),
            };
            rows.extend(pixel.map(byte));
        }
    }
    png(WIDTH, HEIGHT, &rows)
}

fn hills(x: f64, y: f64, accent: Colour) -> Colour {
    let sky = mix(
        [255.0, 226.0, 178.0],
        mix(accent, [120.0, 150.0, 210.0], 0.6),
        1.0 - y,
    );
    let from_sun = ((x - 0.66) * 1.6).hypot(y - 0.42);
    let mut pixel = mix(
        sky,
        [255.0, 246.0, 214.0],
        (0.34 - from_sun).clamp(0.0, 0.34) * 2.4,
    );
    if from_sun < 0.085 {
        pixel = [255.0, 250.0, 232.0];
    }
    for (number, line) in [0.52, 0.64, 0.78].into_iter().enumerate() {
        let step = f64::from(u8::try_from(number).unwrap_or_default());
        let ridge =
            line + 0.06 * (x * (7.0 + 3.0 * step) + step * 2.1).sin() + 0.02 * (x * 23.0 + step).cos();
        if y > ridge {
            pixel = mix(
                mix(accent, [40.0, 44.0, 60.0], 0.35 + 0.28 * step),
                pixel,
                0.25 - 0.1 * step,
            );
        }
    }
    pixel
}

fn mast(x: f64, y: f64, accent: Colour) -> Colour {
    let horizon = 0.62;
    if (x - 0.58).abs() < 0.004 && (0.14..0.74).contains(&y) {
        return [44.0, 48.0, 58.0];
    }
    // The vane, and the arm it turns on.
    if (y - 0.2).abs() < 0.006 && (0.5..0.66).contains(&x) || ((x - 0.5) * 1.6).hypot(y - 0.2) < 0.03 {
        return mix(accent, [20.0, 20.0, 30.0], 0.15);
    }
    if y > 0.74 && y < 0.79 && x > 0.2 || y > 0.79 && (x * 14.0).fract() < 0.12 && x > 0.2 && y < 0.95 {
        return [96.0, 82.0, 70.0];
    }
    if y < horizon {
        return mix(
            [226.0, 236.0, 242.0],
            mix(accent, [140.0, 176.0, 214.0], 0.7),
            1.0 - y / horizon,
        );
    }
    let wave = ((y - horizon) * 90.0 + (x * 26.0).sin() * 1.4).sin() * 0.5 + 0.5;
    mix(
        mix(accent, [52.0, 96.0, 122.0], 0.75),
        [196.0, 216.0, 224.0],
        wave * 0.35,
    )
}

fn chart(x: f64, y: f64, accent: Colour) -> Colour {
    let paper = [250.0, 250.0, 252.0];
    let grid = (x * 12.0).fract() < 0.02 || (y * 6.0).fract() < 0.02;
    let peak = |at: f64, high: f64, wide: f64| high * (-((x - at) / wide).powi(2)).exp();
    let curve = 0.84 - peak(0.52, 0.38, 0.09) - peak(0.74, 0.52, 0.07) - 0.03 * (x * 40.0).sin();
    if (y - curve).abs() < 0.008 {
        return accent;
    }
    let ground = if y > curve {
        mix(paper, accent, 0.16)
    } else {
        paper
    };
    if grid {
        mix(ground, [120.0, 126.0, 140.0], 0.22)
    } else {
        ground
    }
}

fn mix(from: Colour, to: Colour, share: f64) -> Colour {
    let [red, green, blue] = from;
    let [to_red, to_green, to_blue] = to;
    [(red, to_red), (green, to_green), (blue, to_blue)].map(|(from, to)| from + (to - from) * share)
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or_default());
    number(part) / number(whole)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "kept between 0 and 255 just before"
)]
fn byte(part: f64) -> u8 {
    part.clamp(0.0, 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_differ() {
        let colour = [0x1f, 0x5f, 0x8b];
        let pictures = [Scene::Hills, Scene::Mast, Scene::Chart].map(|scene| draw(scene, colour));
        assert!(pictures.iter().all(|picture| picture.starts_with(b"\x89PNG")));
        assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
    }
}
