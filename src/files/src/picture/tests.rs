use super::*;
use crate::{prepare, preview};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};

fn png_of(picture: &DynamicImage) -> Vec<u8> {
    png(picture).unwrap()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    DynamicImage::from(RgbImage::from_pixel(width, height, Rgb([200, 30, 90])))
        .write_with_encoder(encoder)
        .unwrap();
    bytes
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

/// A JPEG that says where it was taken and that the camera was held upright.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPSLatitude 48.8584 SecretCamera");
    let mut out = jpeg[..2].to_vec();
    out.extend_from_slice(&[0xff, 0xe1]);
    out.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&jpeg[2..]);
    out
}

#[test]
fn metadata_goes_and_the_picture_is_turned() {
    let photo = with_exif(&jpeg(900, 300));
    assert!(holds(&photo, b"SecretCamera"));
    let file = prepare(photo).unwrap();
    assert_eq!(file.content_type, "image/jpeg");
    assert_eq!(file.pixels, Some((300, 900)), "turned as the camera was held");
    let small = file.preview.unwrap();
    assert_eq!(small.pixels, (213, 640));
    assert_eq!(small.blurhash.len(), 28);
    for bytes in [&file.bytes, &small.bytes] {
        assert!(!holds(bytes, b"SecretCamera") && !holds(bytes, b"Exif"));
        image::load_from_memory(bytes).unwrap();
    }
}

#[test]
fn text_in_a_png_and_what_follows_it_go() {
    let mut picture = png_of(&RgbaImage::from_pixel(5, 5, Rgba([1, 2, 3, 100])).into());
    picture.extend_from_slice(b"<script>alert(1)</script>PK\x03\x04");
    let file = prepare(picture).unwrap();
    assert_eq!((file.content_type, file.pixels), ("image/png", Some((5, 5))));
    assert!(!holds(&file.bytes, b"<script>"));
}

#[test]
fn large_pictures_are_scaled() {
    let file = prepare(jpeg(5_000, 1_000)).unwrap();
    assert_eq!(file.pixels, Some((3_840, 768)));
    let shown = image::load_from_memory(&file.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (3_840, 768));
    let needle = prepare(png_of(&RgbImage::new(1, 9_000).into())).unwrap();
    assert_eq!(needle.pixels, Some((1, 3_840)));
}

#[test]
fn hostile_pictures_are_refused() {
    // A header that promises 100,000 by 100,000 pixels is refused before anything is decoded.
    let mut bomb = png_of(&RgbImage::new(1, 1).into());
    bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
    assert!(matches!(
        prepare(bomb),
        Err(Refused::TooManyPixels | Refused::Unreadable)
    ));
    let mut wide = png_of(&RgbImage::new(1, 1).into());
    wide[16..24].copy_from_slice(&[0, 0, 0x40, 1, 0, 0, 0, 1]);
    assert!(prepare(wide).is_err());
    for bytes in [
        b"\x89PNG\r\n\x1a\n nonsense".as_slice(),
        b"GIF89a",
        b"\xff\xd8\xff\xe0 nonsense",
        b"RIFF\0\0\0\0WEBPVP8 nonsense",
    ] {
        assert_eq!(prepare(bytes.to_vec()), Err(Refused::Unreadable));
        assert_eq!(preview(bytes), Err(Refused::Unreadable));
    }
    assert_eq!(preview(b"%PDF-1.7"), Err(Refused::NoPicture));
}

fn animated() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for shade in [0, 120, 240] {
        let picture = RgbaImage::from_pixel(20, 10, Rgba([shade, 10, 10, 255]));
        let frame = Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(100, 1));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn animations_stay_and_what_hides_in_them_goes() {
    use image::AnimationDecoder as _;
    let plain = animated();
    let end = plain.len() - 1;
    let mut loaded = plain[..end].to_vec();
    loaded.extend_from_slice(b"\x21\xfe\x0bSecretPlace\0");
    loaded.extend_from_slice(b"\x21\xff\x0bXMP DataXMP\x06<evil>\0");
    loaded.push(0x3b);
    loaded.extend_from_slice(b"<script>after the end</script>");
    let file = prepare(loaded).unwrap();
    assert_eq!(file.content_type, "image/gif");
    assert_eq!(file.bytes, plain);
    for secret in [b"SecretPlace".as_slice(), b"XMP", b"<script>"] {
        assert!(!holds(&file.bytes, secret));
    }
    let frames = image::codecs::gif::GifDecoder::new(Cursor::new(&file.bytes))
        .unwrap()
        .into_frames();
    assert_eq!(frames.collect_frames().unwrap().len(), 3);
    // Cut in the middle it is no animation: its first picture is kept, or it is refused.
    assert!(prepare(plain[..end - 40].to_vec()).is_ok_and(|file| file.content_type == "image/png"));
}
