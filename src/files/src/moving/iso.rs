//! The MP4 family (ISO/IEC 14496-12), and QuickTime, from which it came: boxes within boxes.

use super::numbers::{be16, be32, be64, length, word};
use super::{Found, milliseconds};
use entrenous_model::FrameRate;
use std::borrow::Cow;

/// The box at the beginning of `bytes`: its name, what is in it, and what follows it.
fn first(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let name: [u8; 4] = word(bytes, 4)?;
    let (header, size) = match be32(bytes, 0)? {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(be64(bytes, 8)?).ok()?),
        size => (8, length(size)),
    };
    Some((name, bytes.get(header..size)?, bytes.get(size..)?))
}

/// The boxes within one, as far as they can be read.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, inner, rest) = first(self.0)?;
        self.0 = rest;
        Some((name, inner))
    }
}

/// The first box of that name within one.
fn find<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes(bytes)
        .find(|(name, _)| name == wanted)
        .map(|(_, inner)| inner)
}

/// A film or sound: boxes up to its end, a movie with a track that is seen or heard, and something to play.
pub(super) fn look<'a>(content_type: &'static str, bytes: &'a [u8]) -> Option<Found<'a>> {
    let mut rest = bytes;
    let (mut movie, mut plays) = (None, false);
    // Some writers fill up with zeros.
    while !rest.iter().all(|byte| *byte == 0) {
        let (name, inner, after) = first(rest)?;
        if !name.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0xa9)) {
            return None;
        }
        match &name {
            b"moov" => movie = movie.or(Some(inner)),
            b"mdat" | b"moof" => plays = true,
            _ => {}
        }
        rest = after;
    }
    if !plays {
        return None;
    }
    read(content_type, movie?)
}

fn read<'a>(content_type: &'static str, movie: &'a [u8]) -> Option<Found<'a>> {
    let mut found = Found {
        content_type,
        ..Found::default()
    };
    let (mut seen, mut heard) = (false, false);
    let (mut scale, mut in_tracks) = (0, None);
    for (name, inner) in Boxes(movie) {
        match &name {
            b"mvhd" => {
                let (of_a_second, long) = time(inner)?;
                scale = of_a_second;
                found.duration = milliseconds(long, of_a_second);
            }
            b"trak" => {
                let Some(track) = Track::read(inner) else { continue };
                in_tracks = in_tracks.max(track.duration);
                match &track.handler {
                    b"vide" => {
                        seen = true;
                        found.pixels = found.pixels.or(track.pixels);
                        found.frame_rate = found.frame_rate.or(track.frame_rate);
                    }
                    b"soun" => heard = true,
                    _ => {}
                }
            }
            // In fragments the movie itself has no length.
            b"mvex" => {
                let whole = find(inner, b"mehd").and_then(fragments);
                found.duration = found
                    .duration
                    .or(whole.and_then(|whole| milliseconds(whole, scale)));
            }
            b"udta" => found.cover = cover(inner).map(Cow::Borrowed),
            _ => {}
        }
    }
    found.duration = found.duration.or(in_tracks);
    if content_type == "audio/mp4" || !seen {
        // The picture of a record is a track of some writers.
        found.pixels = None;
        found.frame_rate = None;
    }
    match (seen, heard) {
        (false, false) => return None,
        (false, true) if content_type == "video/mp4" => found.content_type = "audio/mp4",
        _ => {}
    }
    Some(found)
}

/// Units of a second and length of a movie or track (8.2.2, 8.4.2).
fn time(header: &[u8]) -> Option<(u64, u64)> {
    let (scale, long) = match header.first()? {
        0 => (be32(header, 12)?, u64::from(be32(header, 16)?)),
        _ => (be32(header, 20)?, be64(header, 24)?),
    };
    Some((u64::from(scale), long))
}

/// Length of a movie in fragments (8.8.2).
fn fragments(header: &[u8]) -> Option<u64> {
    match header.first()? {
        0 => be32(header, 4).map(u64::from),
        _ => be64(header, 4),
    }
}

struct Track {
    handler: [u8; 4],
    pixels: Option<(u32, u32)>,
    frame_rate: Option<FrameRate>,
    duration: Option<i64>,
}

impl Track {
    fn read(bytes: &[u8]) -> Option<Self> {
        let media = find(bytes, b"mdia")?;
        let handler = word(find(media, b"hdlr")?, 8)?;
        let (scale, long) = time(find(media, b"mdhd")?)?;
        let samples = find(media, b"minf").and_then(|inner| find(inner, b"stbl"));
        let described = samples.and_then(|inner| find(inner, b"stsd"));
        let times = samples.and_then(|inner| find(inner, b"stts"));
        Some(Self {
            handler,
            pixels: find(bytes, b"tkhd")
                .and_then(shown)
                .or_else(|| described.and_then(coded)),
            frame_rate: times.and_then(|times| frame_rate(times, scale)),
            duration: milliseconds(long, scale),
        })
    }
}

/// Width and height as a track is shown, turned as the camera was held (8.3.2).
fn shown(header: &[u8]) -> Option<(u32, u32)> {
    let matrix = if *header.first()? == 0 { 40 } else { 52 };
    let (width, height) = (be32(header, matrix + 36)? >> 16, be32(header, matrix + 40)? >> 16);
    let lies = be32(header, matrix)? == 0 && be32(header, matrix + 16)? == 0;
    let pixels = if lies { (height, width) } else { (width, height) };
    (pixels.0 > 0 && pixels.1 > 0).then_some(pixels)
}

/// Width and height of the first description of samples (12.1.3).
fn coded(descriptions: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = (be16(descriptions, 40)?, be16(descriptions, 42)?);
    (width > 0 && height > 0).then_some((u32::from(width), u32::from(height)))
}

/// Samples by their time (8.6.1.2).
fn frame_rate(times: &[u8], scale: u64) -> Option<FrameRate> {
    let entries = be32(times, 4)?;
    let (mut frames, mut ticks) = (0_u64, 0_u64);
    for entry in times.get(8..)?.chunks_exact(8).take(length(entries)) {
        let (count, each) = (u64::from(be32(entry, 0)?), u64::from(be32(entry, 4)?));
        frames = frames.checked_add(count)?;
        ticks = ticks.checked_add(count.checked_mul(each)?)?;
    }
    if frames < 2 {
        return None;
    }
    FrameRate::of(frames.checked_mul(scale)?, ticks)
}

/// The cover that players show, as iTunes writes it.
fn cover(user_data: &[u8]) -> Option<&[u8]> {
    let meta = find(user_data, b"meta")?;
    // In MP4 it has a version, in QuickTime it has none.
    let meta = if be32(meta, 0)? == 0 { meta.get(4..)? } else { meta };
    let data = find(find(find(meta, b"ilst")?, b"covr")?, b"data")?;
    data.get(8..)
}
