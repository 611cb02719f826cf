//! `BlurHash`: some twenty characters that clients draw as a blurred picture until the real one comes.

use image::RgbImage;
use std::f32::consts::PI;

/// Waves across and down.
const ACROSS: u8 = 4;
const DOWN: u8 = 3;
const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// Of a small picture: the work is its pixels by twelve.
pub(crate) fn encode(picture: &RgbImage) -> String {
    let factors: Vec<[f32; 3]> = (0..DOWN)
        .flat_map(|y| (0..ACROSS).map(move |x| (x, y)))
        .map(|(x, y)| factor(picture, x, y))
        .collect();
    let Some((mean, waves)) = factors.split_first() else {
        return String::new();
    };
    let largest = waves
        .iter()
        .flatten()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    let scale = whole(largest * 166.0 - 0.5, 82);
    let largest = (number(scale) + 1.0) / 166.0;
    let mut text = String::with_capacity(28);
    put(&mut text, u32::from(ACROSS - 1) + u32::from(DOWN - 1) * 9, 1);
    put(&mut text, scale, 1);
    let [red, green, blue] = mean.map(to_srgb);
    put(&mut text, (red << 16) + (green << 8) + blue, 4);
    for wave in waves {
        let [red, green, blue] = wave.map(|value| {
            let value = value / largest;
            whole(value.abs().sqrt().copysign(value) * 9.0 + 9.5, 18)
        });
        put(&mut text, (red * 19 + green) * 19 + blue, 2);
    }
    text
}

/// How much of one wave is in the picture, for each colour.
fn factor(picture: &RgbImage, across: u8, down: u8) -> [f32; 3] {
    let (width, height) = (number(picture.width()), number(picture.height()));
    let mut sum = [0.0_f32; 3];
    for (x, y, pixel) in picture.enumerate_pixels() {
        let wave = (PI * f32::from(across) * number(x) / width).cos()
            * (PI * f32::from(down) * number(y) / height).cos();
        for (sum, value) in sum.iter_mut().zip(pixel.0) {
            *sum += wave * to_linear(value);
        }
    }
    let scale = if across == 0 && down == 0 { 1.0 } else { 2.0 };
    sum.map(|sum| sum * scale / (width * height).max(1.0))
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
fn number(value: u32) -> f32 {
    value as f32
}

/// A number as a whole one from 0 to `most`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn whole(value: f32, most: u32) -> u32 {
    value.floor().clamp(0.0, number(most)) as u32
}

fn to_linear(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.04045 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

fn to_srgb(value: f32) -> u32 {
    let value = value.clamp(0.0, 1.0);
    let value = if value <= 0.003_130_8 {
        value * 12.92
    } else {
        1.055 * value.powf(1.0 / 2.4) - 0.055
    };
    whole(value * 255.0 + 0.5, 255)
}

/// `digits` digits of base 83.
fn put(text: &mut String, value: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = value / 83_u32.pow(place) % 83;
        let digit = usize::try_from(digit).ok().and_then(|at| DIGITS.get(at));
        text.extend(digit.map(|digit| char::from(*digit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn one_colour_and_two() {
        // What every implementation says of one colour: the mean, and no waves.
        let white = encode(&RgbImage::from_pixel(8, 8, Rgb([255, 255, 255])));
        assert_eq!(white.len(), 28);
        assert!(white.starts_with('L'), "4 by 3 waves: {white}");
        let black = encode(&RgbImage::from_pixel(8, 8, Rgb([0, 0, 0])));
        assert_eq!(black, "L00000fQfQfQfQfQfQfQfQfQfQfQ");
        let mut halves = RgbImage::from_pixel(8, 8, Rgb([0, 0, 0]));
        for x in 4..8 {
            for y in 0..8 {
                halves.put_pixel(x, y, Rgb([255, 255, 255]));
            }
        }
        assert_ne!(encode(&halves), white);
    }
}
