//! Files that come to be attached, from people here and from peers.

use crate::{Corpus, LARGE, Target};
use entrenous_files::{MOST_FILM_PIXELS, MOST_FRAMES, MOST_PIXELS, Refused, TYPES, decode, prepare, samples};
use entrenous_model::{AttachmentKind, PreparedFile};
use image::{ImageFormat, ImageReader, RgbaImage};
use std::io::Cursor;

pub(crate) const TARGET: Target = Target {
    name: "file",
    about: "Files: their type, pictures decoded and made anew, films and sounds as they are built",
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
        "moov",
        "mvhd",
        "trak",
        "tkhd",
        "mdia",
        "mdhd",
        "hdlr",
        "vide",
        "soun",
        "stts",
        "covr",
        "mdat",
        "webm",
        "OggS",
        "OpusHead",
        "vorbis",
        "theora",
        "APIC",
        "TAG",
        "Xing",
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
    let cover = seeds.first().cloned();
    let cover = cover.as_deref();
    let film = samples::Film {
        cover,
        ..samples::Film::default()
    };
    let sound = samples::Film {
        brand: b"M4A ",
        pixels: None,
        ..film
    };
    seeds.extend([
        samples::mp4(&film),
        samples::mp4(&sound),
        samples::webm(true, true),
        samples::webm(false, false),
        samples::ogg(),
        samples::mp3(3, cover),
        samples::aac(3),
        [samples::mp3(0, cover), samples::aac(2)].concat(),
        samples::flac(cover),
        samples::wav(),
    ]);
    // Two pictures of one pixel, and a comment.
    seeds.push(
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0!\xfe\x02hi\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
            .to_vec(),
    );
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
    if let Some(rate) = file.frame_rate {
        assert_eq!(file.kind, AttachmentKind::Video);
        assert!(rate.whole() <= u64::from(MOST_FRAMES), "{rate}");
    }
    if file.kind == AttachmentKind::Video
        && let Some((width, height)) = file.pixels
    {
        assert!(width > 0 && height > 0 && u64::from(width) * u64::from(height) <= MOST_FILM_PIXELS);
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
