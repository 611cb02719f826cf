//! Files that come to be attached, from people here and from peers.

use crate::{Corpus, LARGE, Target};
use entrenous_files::{MOST_PIXELS, Refused, TYPES, decode, prepare};
use entrenous_model::{AttachmentKind, PreparedFile};
use image::{ImageFormat, ImageReader, RgbaImage};
use std::io::Cursor;

pub(crate) const TARGET: Target = Target {
    name: "file",
    about: "Files: their type, pictures decoded and made anew, lengths of films",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "\u{7f}PNG",
        "IHDR",
        "IDAT",
        "IEND",
        "acTL",
        "GIF89a",
        "NETSCAPE2.0",
        "RIFF",
        "WEBP",
        "VP8 ",
        "VP8L",
        "VP8X",
        "ANIM",
        "WAVEfmt ",
        "data",
        "ftypisom",
        "ftypqt  ",
        "mvhd",
        "OggS",
        "fLaC",
        "ID3",
        "%PDF-",
        "PK",
        "[Content_Types].xml",
        "word/document.xml",
        "vbaProject.bin",
        "Exif",
        "mimetypeapplication/vnd.oasis.opendocument.text",
    ],
};

/// Pictures with more pixels than this are left to the tests: they take time, and are no other to the reader.
const FEW: u64 = 256 * 256;

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ]
    .into_iter()
    .filter_map(|format| {
        let picture = RgbaImage::from_fn(9, 7, |x, y| {
            image::Rgba([
                u8::try_from(x * 20).unwrap_or(0),
                90,
                u8::try_from(y * 30).unwrap_or(0),
                255,
            ])
        });
        let picture = image::DynamicImage::from(picture);
        let picture = if format == ImageFormat::Jpeg {
            picture.to_rgb8().into()
        } else {
            picture
        };
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).ok()?;
        Some(bytes.into_inner())
    })
    .collect();
    let mut wav =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data".to_vec();
    wav.extend_from_slice(&16_000_u32.to_le_bytes());
    seeds.push(wav);
    // Two pictures of one pixel, and a comment.
    seeds.push(
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0!\xfe\x02hi\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
            .to_vec(),
    );
    seeds.push(b"\0\0\0\x20ftypisom....mvhd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\x58\0\0\x03\x84".to_vec());
    seeds.push(b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm".to_vec());
    seeds.push(b"OggS\0\x02\0\0OpusHead".to_vec());
    seeds.push(b"%PDF-1.7\n".to_vec());
    seeds.push("Bonjour\n".as_bytes().to_vec());
    let mut office = b"PK\x03\x04".to_vec();
    office.resize(30, 0);
    office.extend_from_slice(b"[Content_Types].xml word/document.xml");
    seeds.push(office);
    seeds
}

/// Width by height, as the header of a picture says.
fn pixels(bytes: &[u8]) -> Option<u64> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

fn run(data: &[u8]) {
    match pixels(data) {
        Some(pixels) if pixels > MOST_PIXELS => {
            let refused = decode(data).err();
            assert!(
                matches!(refused, Some(Refused::TooManyPixels | Refused::NoPicture)),
                "{refused:?}"
            );
            return;
        }
        Some(pixels) if pixels > FEW => return,
        _ => {}
    }
    let Ok(file) = prepare(data.to_vec()) else { return };
    check(&file);
    if file.kind != AttachmentKind::Image {
        assert_eq!(file.bytes, data, "what is no picture passes as it is");
        return;
    }
    // What was made here is a picture of the same kind and size to whoever looks again, and an animation is the same bytes.
    let again = prepare(file.bytes.clone());
    assert!(again.is_ok(), "our own picture is refused: {:?}", again.err());
    if let Ok(again) = again {
        assert_eq!(
            (again.content_type, again.pixels),
            (file.content_type, file.pixels)
        );
        if file.content_type == "image/gif" {
            assert_eq!(again.bytes, file.bytes);
        }
    }
}

fn check(file: &PreparedFile) {
    assert!(TYPES.contains(&file.content_type), "{}", file.content_type);
    assert!(!file.content_type.contains("svg") && !file.content_type.contains("html"));
    if let Some(length) = file.duration {
        assert!((1..86_400_000).contains(&length), "{length}");
    }
    if file.kind == AttachmentKind::Image {
        assert!(
            file.pixels
                .is_some_and(|(width, height)| width.max(height) <= 3_840 && width.min(height) > 0)
        );
        assert!(file.preview.is_some());
    }
    if let Some(preview) = &file.preview {
        let (width, height) = preview.pixels;
        assert!(width.max(height) <= 640 && width.min(height) > 0);
        assert!(
            preview.blurhash.is_ascii() && preview.blurhash.len() == 28,
            "{}",
            preview.blurhash
        );
        assert!(matches!(preview.content_type, "image/png" | "image/jpeg"));
    }
}
