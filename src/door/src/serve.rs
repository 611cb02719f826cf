//! Serving a stored file: the headers that make it data, and one range of its bytes (RFC 9110, section 14).

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Shown by browsers in place; everything else is downloaded.
const SAFE: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "audio/mpeg",
    "audio/aac",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/mp4",
    "audio/webm",
    "video/mp4",
    "video/webm",
    "video/ogg",
];

/// What of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Some of it.
    Range {
        /// The first byte.
        start: u64,
        /// How many.
        length: u64,
    },
    /// Nothing: the asker has it.
    Known,
    /// Bytes that are not there.
    Unsatisfiable,
}

impl Part {
    /// What the headers of a request ask for of a file of `size` bytes. Several ranges, and what is no range, are answered
    /// with all of it, as the standard allows.
    #[must_use]
    pub fn asked(headers: &HeaderMap, hash: &str, size: u64) -> Self {
        if is_known(headers, hash) {
            return Self::Known;
        }
        let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
            return Self::Whole;
        };
        // A date there is none of ours, and a weak tag is none that counts for parts.
        let tag = format!("\"{hash}\"");
        if headers
            .get(header::IF_RANGE)
            .is_some_and(|value| value.as_bytes() != tag.as_bytes())
        {
            return Self::Whole;
        }
        Self::range(range, size).unwrap_or(Self::Whole)
    }

    /// The first of its bytes and how many they are, of a file of `size` bytes; `None` if none are sent.
    #[must_use]
    pub const fn bytes(self, size: u64) -> Option<(u64, u64)> {
        match self {
            Self::Whole => Some((0, size)),
            Self::Range { start, length } => Some((start, length)),
            Self::Known | Self::Unsatisfiable => None,
        }
    }

    fn range(text: &str, size: u64) -> Option<Self> {
        let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        if first.is_empty() {
            let length = number(last)?.min(size);
            return Some(if length == 0 {
                Self::Unsatisfiable
            } else {
                Self::Range {
                    start: size - length,
                    length,
                }
            });
        }
        let start = number(first)?;
        let last = if last.is_empty() { u64::MAX } else { number(last)? };
        if last < start {
            return None;
        }
        if start >= size {
            return Some(Self::Unsatisfiable);
        }
        let last = last.min(size - 1);
        Some(Self::Range {
            start,
            length: last - start + 1,
        })
    }
}

/// Whether the asker says that it has the file: one of its tags, weak or not, is that of the file (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, hash: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| {
            let strong = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*"
                || strong
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .is_some_and(|tag| tag == hash)
        })
}

/// The answer to HEAD: that to GET without its bytes, which are not even read. There are no ranges of it (RFC 9110, 14.2).
#[must_use]
pub fn head(headers: &HeaderMap, content_type: &str, hash: &str, size: u64) -> Response {
    let part = if is_known(headers, hash) {
        Part::Known
    } else {
        Part::Whole
    };
    answer(part, content_type, hash, size, Body::empty())
}

/// The answer: `bytes` are the part that is asked for of a file of `size` bytes, and come as they may: the answer says how
/// many they are ([`Part::bytes`]).
#[must_use]
pub fn answer(part: Part, content_type: &str, hash: &str, size: u64, bytes: impl Into<Body>) -> Response {
    let (status, range) = match part {
        Part::Whole => (StatusCode::OK, None),
        Part::Known => (StatusCode::NOT_MODIFIED, None),
        Part::Range { start, length } => {
            let last = (start + length).saturating_sub(1);
            (
                StatusCode::PARTIAL_CONTENT,
                Some(format!("bytes {start}-{last}/{size}")),
            )
        }
        Part::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{size}"))),
    };
    let mut response = match part {
        Part::Whole | Part::Range { .. } => (status, bytes.into()).into_response(),
        Part::Known | Part::Unsatisfiable => status.into_response(),
    };
    let headers = response.headers_mut();
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let charset = if content_type == "text/plain" {
        "; charset=utf-8"
    } else {
        ""
    };
    put(header::CONTENT_TYPE, &format!("{content_type}{charset}"));
    put(header::CONTENT_DISPOSITION, &disposition(content_type));
    put(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // The URL changes when the day or the audience does, the bytes under it never.
    let kept = match part {
        Part::Unsatisfiable => "no-store",
        Part::Whole | Part::Range { .. } | Part::Known => "private, max-age=86400, immutable",
    };
    put(header::CACHE_CONTROL, kept);
    put(header::ETAG, &format!("\"{hash}\""));
    put(header::ACCEPT_RANGES, "bytes");
    if let Some(range) = range {
        put(header::CONTENT_RANGE, &range);
    }
    // A body that is read while it is sent does not know its length.
    if let Some((_, length)) = part.bytes(size) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

fn disposition(content_type: &str) -> String {
    if SAFE.contains(&content_type) {
        return "inline".to_owned();
    }
    let end = match content_type {
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "video/quicktime" => "mov",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.oasis.opendocument.spreadsheet" => "ods",
        "application/vnd.oasis.opendocument.presentation" => "odp",
        _ => return "attachment".to_owned(),
    };
    format!("attachment; filename=\"file.{end}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        Part::asked(&headers, "h", 10)
    }

    #[test]
    fn ranges() {
        let range = |start, length| Part::Range { start, length };
        for (text, part) in [
            ("bytes=0-3", range(0, 4)),
            ("bytes=4-", range(4, 6)),
            ("bytes=-3", range(7, 3)),
            ("bytes=-30", range(0, 10)),
            ("bytes=8-99999999999999999999999", range(8, 2)),
            ("bytes=10-", Part::Unsatisfiable),
            ("bytes=-0", Part::Unsatisfiable),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-0", range(0, 1)),
            ("bytes=9-9", range(9, 1)),
            ("bytes=0-", range(0, 10)),
            ("bytes=1-2,4-5", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=--3", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=a-", Part::Whole),
            ("lines=1-2", Part::Whole),
        ] {
            assert_eq!(asked(text), part, "{text}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-3"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"other\""));
        assert_eq!(Part::asked(&headers, "h", 10), Part::Whole);
        for (tag, part) in [
            ("\"h\"", range(0, 4)),
            ("W/\"h\"", Part::Whole),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Part::Whole),
        ] {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(tag));
            assert_eq!(Part::asked(&headers, "h", 10), part, "{tag}");
        }
        for (tags, known) in [
            ("\"h\"", true),
            ("W/\"h\"", true),
            ("\"a\", \"h\"", true),
            ("*", true),
            ("\"a\",\"b\"", false),
            ("h", false),
            ("", false),
        ] {
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(tags));
            assert_eq!(Part::asked(&headers, "h", 10) == Part::Known, known, "{tags}");
        }
        assert_eq!(Part::range("bytes=0-", 0), Some(Part::Unsatisfiable));
        assert_eq!(Part::range("bytes=-5", 0), Some(Part::Unsatisfiable));
    }

    #[test]
    fn the_head_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-3"));
        let said = head(&headers, "video/mp4", "h", 10);
        assert_eq!(said.status(), StatusCode::OK);
        assert_eq!(said.headers()["content-length"], "10");
        assert_eq!(said.headers()["accept-ranges"], "bytes");
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"h\""));
        assert_eq!(
            head(&headers, "video/mp4", "h", 10).status(),
            StatusCode::NOT_MODIFIED
        );
    }

    #[test]
    fn what_may_run_is_downloaded() {
        let pdf = answer(Part::Whole, "application/pdf", "h", 1, "x");
        assert_eq!(
            pdf.headers()["content-disposition"],
            "attachment; filename=\"file.pdf\""
        );
        let part = answer(Part::Range { start: 2, length: 3 }, "video/mp4", "h", 10, "abc");
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.headers()["content-range"], "bytes 2-4/10");
        assert_eq!(part.headers()["content-length"], "3");
        assert_eq!(part.headers()["content-disposition"], "inline");
        let beyond = answer(Part::Unsatisfiable, "video/mp4", "h", 10, Body::empty());
        assert_eq!(beyond.headers()["content-range"], "bytes */10");
        assert_eq!(beyond.headers()["cache-control"], "no-store");
        assert!(!beyond.headers().contains_key("content-length"));
    }
}
