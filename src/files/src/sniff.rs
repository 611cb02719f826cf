//! The type of a file by its first bytes.

use crate::Refused;

/// The types that can be attached.
pub const TYPES: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/ogg",
    "audio/mpeg",
    "audio/aac",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/mp4",
    "audio/webm",
    "application/pdf",
    "text/plain",
    DOCX,
    XLSX,
    PPTX,
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];

/// Other names under which programs send files of these types.
pub const OTHER_NAMES: &[&str] = &[
    "audio/mp3",
    "audio/aacp",
    "audio/x-aac",
    "audio/vnd.dlna.adts",
    "audio/x-m4a",
    "audio/m4a",
    "audio/wave",
    "audio/x-wav",
    "audio/x-pn-wave",
    "audio/vnd.wave",
    "audio/x-flac",
    "audio/vorbis",
    "audio/opus",
    "video/x-m4v",
];

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// The type, one of [`TYPES`].
///
/// # Errors
/// [`Refused`] for everything else.
pub(crate) fn content_type(bytes: &[u8]) -> Result<&'static str, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    let at = |from: usize, text: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(text));
    if at(0, b"\x89PNG\r\n\x1a\n") {
        return Ok("image/png");
    }
    if at(0, b"\xff\xd8\xff") {
        return Ok("image/jpeg");
    }
    if at(0, b"GIF87a") || at(0, b"GIF89a") {
        return Ok("image/gif");
    }
    if at(0, b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WEBP") => Ok("image/webp"),
            Some(b"WAVE") => Ok("audio/wav"),
            _ => Err(Refused::Unknown),
        };
    }
    if at(4, b"ftyp") {
        return iso(bytes.get(8..12).unwrap_or_default());
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        let head = bytes.get(..64).unwrap_or(bytes);
        return if holds(head, b"webm") {
            Ok("video/webm")
        } else {
            Err(Refused::Unknown)
        };
    }
    if at(0, b"OggS") {
        let head = bytes.get(..512).unwrap_or(bytes);
        return Ok(if holds(head, b"theora") {
            "video/ogg"
        } else {
            "audio/ogg"
        });
    }
    if at(0, b"fLaC") {
        return Ok("audio/flac");
    }
    if at(0, b"ID3") || is_mpeg_audio(bytes) {
        return Ok("audio/mpeg");
    }
    if is_aac(bytes) {
        return Ok("audio/aac");
    }
    if at(0, b"%PDF-") {
        return Ok("application/pdf");
    }
    if at(0, b"PK\x03\x04") {
        return office(bytes);
    }
    plain_text(bytes)
}

/// The family of MP4 by its major brand (ISO/IEC 14496-12).
fn iso(brand: &[u8]) -> Result<&'static str, Refused> {
    match brand {
        b"M4A " | b"M4B " => Ok("audio/mp4"),
        b"qt  " => Ok("video/quicktime"),
        b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"avif" | b"avis" => Err(Refused::Heic),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"iso7" | b"iso8" | b"iso9" | b"isml"
        | b"mp41" | b"mp42" | b"avc1" | b"avc3" | b"hvc1" | b"av01" | b"M4V " | b"M4VH" | b"M4VP"
        | b"f4v " | b"dash" | b"cmfc" | b"MSNV" | b"XAVC" | b"mmp4" | b"3gp4" | b"3gp5" | b"3gp6"
        | b"3gp7" | b"3gp8" | b"3gp9" | b"3g2a" | b"3g2b" | b"3g2c" => Ok("video/mp4"),
        _ => Err(Refused::Unknown),
    }
}

/// A frame of MPEG audio, layer III: sync, a version, a bit rate and a sampling rate that exist.
fn is_mpeg_audio(bytes: &[u8]) -> bool {
    let Some([first, second, third]) = bytes.first_chunk::<3>() else {
        return false;
    };
    *first == 0xff
        && second & 0xe0 == 0xe0
        && second & 0x18 != 0x08
        && second & 0x06 == 0x02
        && third & 0xf0 != 0xf0
        && third & 0x0c != 0x0c
}

/// A frame of AAC: sync, no layer, and a sampling rate that exists.
fn is_aac(bytes: &[u8]) -> bool {
    let Some([first, second, third]) = bytes.first_chunk::<3>() else {
        return false;
    };
    *first == 0xff && second & 0xf6 == 0xf0 && (third >> 2) & 0x0f < 13
}

/// Office documents are archives that begin with a telling entry.
fn office(bytes: &[u8]) -> Result<&'static str, Refused> {
    let first = bytes.get(30..).unwrap_or_default();
    if let Some(rest) = first.strip_prefix(b"mimetype") {
        const WORD: &[u8] = b"application/vnd.oasis.opendocument.";
        let Some(kind) = rest.strip_prefix(WORD) else {
            return Err(Refused::Unknown);
        };
        return TYPES
            .iter()
            .find(|one| {
                one.as_bytes().strip_prefix(WORD).is_some_and(|end| {
                    kind.starts_with(end) && kind.get(end.len()..).is_some_and(|rest| rest.starts_with(b"PK"))
                })
            })
            .copied()
            .ok_or(Refused::Unknown);
    }
    if !holds(bytes, b"[Content_Types].xml") {
        return Err(Refused::Unknown);
    }
    // With macros it is another kind of document, and not taken.
    if holds(bytes, b"vbaProject.bin") {
        return Err(Refused::Unknown);
    }
    [(&b"word/"[..], DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)]
        .into_iter()
        .find(|(folder, _)| {
            let mut main = folder.to_vec();
            main.extend_from_slice(match *folder {
                b"word/" => b"document.xml",
                b"xl/" => b"workbook.xml",
                _ => b"presentation.xml",
            });
            holds(bytes, &main)
        })
        .map(|(_, kind)| kind)
        .ok_or(Refused::Unknown)
}

/// UTF-8 without control characters, and not the beginning of a page.
fn plain_text(bytes: &[u8]) -> Result<&'static str, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Unknown)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return Err(Refused::Markup);
    }
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    if text.is_empty() || text.contains(odd) {
        return Err(Refused::Unknown);
    }
    Ok("text/plain")
}

/// Whether `text` is somewhere in `bytes`.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_by_bytes() {
        let mut odt = vec![b'P', b'K', 3, 4];
        odt.resize(30, 0);
        odt.extend_from_slice(b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03\x04");
        let mut docx = vec![b'P', b'K', 3, 4];
        docx.resize(30, 0);
        docx.extend_from_slice(b"[Content_Types].xml ... word/document.xml");
        let mut macros = docx.clone();
        macros.extend_from_slice(b"word/vbaProject.bin");
        let cases: &[(&[u8], Result<&str, Refused>)] = &[
            (b"", Err(Refused::Empty)),
            (b"\x89PNG\r\n\x1a\nx", Ok("image/png")),
            (b"\xff\xd8\xff\xe0", Ok("image/jpeg")),
            (b"GIF89a", Ok("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Ok("image/webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", Ok("audio/wav")),
            (b"RIFF\0\0\0\0AVI LIST", Err(Refused::Unknown)),
            (b"\0\0\0\x20ftypisom\0\0\x02\0", Ok("video/mp4")),
            (b"\0\0\0\x20ftypM4A \0\0\x02\0", Ok("audio/mp4")),
            (b"\0\0\0\x20ftypheic\0\0\x02\0", Err(Refused::Heic)),
            (
                b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm",
                Ok("video/webm"),
            ),
            (
                b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x88matroska",
                Err(Refused::Unknown),
            ),
            (b"OggS\0\x02\0\0OpusHead", Ok("audio/ogg")),
            (b"fLaC\0", Ok("audio/flac")),
            (b"ID3\x04", Ok("audio/mpeg")),
            (b"\xff\xfb\x90\x64", Ok("audio/mpeg")),
            (b"\xff\xf1\x50\x80", Ok("audio/aac")),
            (b"\xff\xf9\x4c\x80", Ok("audio/aac")),
            (b"\xff\xf1\x74\x80", Err(Refused::Unknown)),
            (b"\xff\xff\xff\xff", Err(Refused::Unknown)),
            (b"%PDF-1.7", Ok("application/pdf")),
            (b"PK\x03\x04", Err(Refused::Unknown)),
            (&odt, Ok("application/vnd.oasis.opendocument.text")),
            (&docx, Ok(DOCX)),
            (&macros, Err(Refused::Unknown)),
            (b"MZ\x90\0", Err(Refused::Unknown)),
            (b"#!/bin/sh\necho\n", Ok("text/plain")),
            (b"<svg onload='x()'/>", Err(Refused::Markup)),
            ("\u{feff}\n <!DOCTYPE html>".as_bytes(), Err(Refused::Markup)),
            (b"a\0b", Err(Refused::Unknown)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                content_type(bytes),
                *expected,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
