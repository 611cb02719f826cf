use super::*;
use crate::samples::{self, Film};
use crate::{Refused, prepare};
use image::{DynamicImage, Rgb, RgbImage};

fn png(side: u32) -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_pixel(side, side, Rgb([9, 99, 199])).into();
    picture::png(&picture).unwrap()
}

/// Type, pixels, milliseconds, rate.
type Told = (&'static str, Option<(u32, u32)>, Option<i64>, Option<String>);

fn told(bytes: &[u8]) -> Told {
    let file = prepare(bytes.to_vec()).unwrap();
    assert_eq!(file.bytes, bytes, "it passes as it is");
    (
        file.content_type,
        file.pixels,
        file.duration,
        file.frame_rate.map(|rate| rate.to_string()),
    )
}

#[test]
fn films_say_how_large_long_and_fast_they_are() {
    let film = Film::default();
    let rate = |text: &str| Some(text.to_owned());
    assert_eq!(
        told(&samples::mp4(&film)),
        ("video/mp4", Some((640, 360)), Some(2_000), rate("30/1"))
    );
    let upright = Film {
        brand: b"qt  ",
        upright: true,
        ..film
    };
    assert_eq!(
        told(&samples::mp4(&upright)),
        ("video/quicktime", Some((360, 640)), Some(2_000), rate("30/1"))
    );
    for known in [true, false] {
        assert_eq!(
            told(&samples::webm(known, true)),
            ("video/webm", Some((320, 240)), Some(2_000), rate("25/1")),
            "the length is said: {known}"
        );
    }
    // One picture has no rate.
    let still = Film { frames: 1, ..film };
    assert_eq!(prepare(samples::mp4(&still)).unwrap().frame_rate, None);
}

#[test]
fn sounds_say_how_long_they_are() {
    let heard = |brand| Film {
        brand,
        pixels: None,
        ..Film::default()
    };
    for (bytes, content_type) in [
        (samples::mp4(&heard(b"M4A ")), "audio/mp4"),
        (samples::mp4(&heard(b"isom")), "audio/mp4"),
        (samples::webm(true, false), "audio/webm"),
        (samples::ogg(), "audio/ogg"),
        (samples::flac(None), "audio/flac"),
        (samples::wav(), "audio/wav"),
    ] {
        assert_eq!(told(&bytes), (content_type, None, Some(2_000), None));
    }
    assert_eq!(
        told(&samples::mp3(100, None)),
        ("audio/mpeg", None, Some(2_612), None)
    );
    assert_eq!(told(&samples::aac(100)), ("audio/aac", None, Some(2_321), None));
    // A tag behind it, and a gap in it.
    let mut gap = samples::mp3(50, None);
    gap.extend_from_slice(&[0x55; 700]);
    gap.extend_from_slice(&samples::mp3(50, None));
    gap.extend_from_slice(b"TAG");
    gap.resize(gap.len() + 125, b' ');
    let (_, _, length, _) = told(&gap);
    assert!(
        length.is_some_and(|length| (2_500..2_650).contains(&length)),
        "{length:?}"
    );
}

#[test]
fn aac_is_read_frame_by_frame() {
    let heard = |parts: &[&[u8]]| prepare(parts.concat()).map(|file| (file.content_type, file.duration));
    let lasts = |length: i64| Ok::<_, Refused>(("audio/aac", Some(length)));
    // 20 bytes at 8 kHz in MPEG-2, with sums: of one block, 128 ms, and of four.
    let sums = b"\xff\xf8\x6c\x40\x02\x9f\xfc0123456789abc";
    let four = b"\xff\xf8\x6c\x40\x02\x9f\xff0123456789abc";
    assert_eq!(heard(&[sums, sums]), lasts(256));
    assert_eq!(heard(&[sums, four, sums]), lasts(768));
    // What is longer than its head, and no more: 16 bytes with the sums of four blocks, 15 without anything in them.
    let least = b"\xff\xf8\x6c\x40\x02\x1f\xff012345678";
    assert_eq!(heard(&[sums, least]), lasts(640));
    let nothing = b"\xff\xf8\x6c\x40\x01\xff\xff01234567";
    assert_eq!(heard(&[sums, sums, nothing]), Err(Refused::Broken));
    // One that is cut off at the end, a tag of each kind, filling; not one alone, in parts or whole.
    let frame = samples::aac_frame(&[0x21; 500]);
    let many = frame.repeat(10);
    let mut old = b"TAG".to_vec();
    old.resize(128, b' ');
    let new = b"ID3\x04\0\0\0\0\0\x04mark";
    for tail in [b"".as_slice(), &frame[..100], &frame[..3], &old, new, &[0; 500]] {
        assert_eq!(heard(&[&many, tail]), lasts(232), "{tail:?}");
    }
    assert_eq!(heard(&[new, &many, new, &many]), lasts(464));
    for wrong in [
        frame.clone(),
        [frame.as_slice(), &frame[..400]].concat(),
        [many.as_slice(), &old, b"x"].concat(),
        [many.as_slice(), &[0; 99], &frame].concat(),
    ] {
        assert_eq!(prepare(wrong), Err(Refused::Broken));
    }
    // Another rate, another version, another profile: something else.
    for (at, byte) in [(2, 0x4c), (1, 0xf9), (2, 0x90)] {
        let mut other = frame.clone();
        other[at] = byte;
        assert_eq!(heard(&[&many, &other]), Err(Refused::Broken), "{byte:x}");
    }
    // MPEG-2 has no fourth profile, MPEG-4 has.
    let fourth = |second: u8| {
        let mut frame = frame.clone();
        (frame[1], frame[2]) = (second, 0xd0);
        frame
    };
    assert_eq!(heard(&[&fourth(0xf1), &fourth(0xf1)]), lasts(46));
    assert_eq!(heard(&[&fourth(0xf9), &fourth(0xf9)]), Err(Refused::Broken));
    // Two channels, then one: the same sound.
    let mut mono = frame.clone();
    mono[3] = 0x40 | (frame[3] & 3);
    assert_eq!(heard(&[&frame, &mono]), lasts(46));
}

#[test]
fn pictures_in_them_stand_for_them() {
    let cover = png(900);
    let film = Film {
        cover: Some(&cover),
        ..Film::default()
    };
    for bytes in [
        samples::mp4(&film),
        samples::mp3(20, Some(&cover)),
        [samples::mp3(0, Some(&cover)), samples::aac(20)].concat(),
        samples::flac(Some(&cover)),
    ] {
        let preview = prepare(bytes).unwrap().preview.unwrap();
        assert_eq!((preview.pixels, preview.blurhash.len()), ((640, 640), 28));
        assert_eq!(image::load_from_memory(&preview.bytes).unwrap().width(), 640);
    }
    // One that is no picture, or is a bomb, is left out.
    let mut bomb = png(1);
    bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
    for bad in [b"<svg onload='x()'/>".as_slice(), &bomb, b""] {
        let film = Film {
            cover: Some(bad),
            ..Film::default()
        };
        assert_eq!(prepare(samples::mp4(&film)).unwrap().preview, None);
        assert_eq!(prepare(samples::mp3(20, Some(bad))).unwrap().preview, None);
        assert_eq!(prepare(samples::flac(Some(bad))).unwrap().preview, None);
    }
}

#[test]
fn a_picture_in_a_tag_is_found_as_each_version_writes_it() {
    let frame = |head: &[u8], body: &[u8]| [head, body].concat();
    let size = |length: usize| u8::try_from(length).unwrap();
    let tag = |version: u8, flags: u8, body: &[u8]| {
        let length = size(body.len());
        assert!(length < 128);
        [b"ID3".as_slice(), &[version, 0, flags, 0, 0, 0, length], body].concat()
    };
    let cover = |bytes: &[u8]| {
        let tag = id3::first(bytes).unwrap();
        assert_eq!(tag.length, bytes.len());
        tag.cover.map(Cow::into_owned)
    };
    let body = b"\0PNG\x03words\0picture";
    let old = frame(&[b'P', b'I', b'C', 0, 0, size(body.len())], body);
    assert_eq!(cover(&tag(2, 0, &old)).as_deref(), Some(b"picture".as_slice()));
    let body = b"\x01image/png\0\x03w\0\0\0pic\xff\0\xe0";
    let head = |flags: u8| [b'A', b'P', b'I', b'C', 0, 0, 0, size(body.len()), 0, flags];
    let other = frame(b"TIT2\0\0\0\x02\0\0", b"\0x");
    let new = [other, frame(&head(0), body)].concat();
    assert_eq!(
        cover(&tag(3, 0, &new)).as_deref(),
        Some(b"pic\xff\0\xe0".as_slice())
    );
    assert_eq!(
        cover(&tag(4, 0, &new)).as_deref(),
        Some(b"pic\xff\0\xe0".as_slice())
    );
    let whole = cover(&tag(4, 0, &frame(&head(2), body)));
    assert_eq!(whole.as_deref(), Some(b"pic\xff\xe0".as_slice()));
    // Compressed.
    assert_eq!(cover(&tag(3, 0, &frame(&head(0x80), body))), None);
    assert_eq!(cover(&tag(3, 0, b"")), None);
}

#[test]
fn what_only_begins_like_one_is_refused() {
    let film = samples::mp4(&Film::default());
    let refused = |bytes: Vec<u8>| {
        let said = prepare(bytes.clone()).map(|file| file.content_type);
        assert_eq!(said, Err(Refused::Broken), "{}", String::from_utf8_lossy(&bytes));
    };
    for bytes in [
        b"\0\0\0\x20ftypisom0123456789".as_slice(),
        b"\0\0\0\x10ftypisom\0\0\0\0",
        b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm",
        b"OggS\0\x02\0\0OpusHead",
        b"fLaC\0",
        b"ID3\x04",
        b"ID3\x03\0\0\0\0\0\0<html><script>alert(1)</script>",
        b"\xff\xfb\x90\x64 and then something else entirely",
        b"\xff\xf1\x50\x80 and then something else entirely",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0WAVEdata\0\0\0\0",
    ] {
        refused(bytes.to_vec());
    }
    // Cut off, and with something else behind.
    refused(film[..film.len() - 4].to_vec());
    for tail in [b"PK\x03\x04 an archive".as_slice(), b"<script>alert(1)</script>"] {
        for whole in [
            film.clone(),
            samples::webm(true, true),
            samples::ogg(),
            samples::aac(3),
            samples::wav(),
        ] {
            refused([whole, tail.to_vec()].concat());
        }
    }
    // Zeros are nothing.
    assert!(prepare([film, vec![0; 100]].concat()).is_ok());
    // No track that is seen or heard, and nothing to play.
    let empty = samples::mp4_box(b"moov", &[&samples::mp4_box(b"free", &[])]);
    let head = samples::mp4_box(b"ftyp", &[b"isom", &[0; 4]]);
    refused([head.clone(), empty, samples::mp4_box(b"mdat", &[b"x"])].concat());
    refused([head, samples::mp4_box(b"free", &[b"x"])].concat());
}

#[test]
fn what_is_too_large_or_too_fast_is_refused() {
    let film = Film::default();
    let fast = Film { rate: 241, ..film };
    assert_eq!(prepare(samples::mp4(&fast)), Err(Refused::TooFast));
    let slow = Film { rate: 240, ..film };
    assert!(prepare(samples::mp4(&slow)).is_ok());
    let wide = Film {
        pixels: Some((10_000, 4_001)),
        ..film
    };
    assert_eq!(prepare(samples::mp4(&wide)), Err(Refused::FilmTooLarge));
}

/// Every film and sound, cut anywhere and changed anywhere, is taken or refused, and nothing else.
#[test]
fn nothing_that_comes_makes_a_reader_stumble() {
    let cover = png(2);
    let film = Film {
        cover: Some(&cover),
        ..Film::default()
    };
    let mut wav = samples::wav();
    wav.truncate(60);
    for whole in [
        samples::mp4(&film),
        samples::webm(false, true),
        samples::ogg(),
        samples::mp3(2, Some(&cover)),
        samples::aac(3),
        samples::flac(Some(&cover)),
        wav,
    ] {
        for at in 0..whole.len() {
            let _ = prepare(whole[..at].to_vec());
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] = byte;
                let _ = prepare(changed);
            }
        }
    }
}
