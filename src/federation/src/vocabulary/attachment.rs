//! What comes with a text: files, and links to what is elsewhere.

use super::{bounds, field};
use serde_json::Value;

/// Longest description, in characters; longer ones are cut.
const DESCRIPTION: usize = 1_500;
/// Longest blurred idea of a picture, in characters; longer ones are left out.
const BLURHASH: usize = 100;
/// Pictures before a film that are looked at.
const POSTERS: usize = 4;
/// Milliseconds of a day: longer films are of no known length.
const DAY: i64 = 86_400_000;

/// A file or link that came with a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    /// Where it is: an http or https URL on any origin.
    pub url: String,
    /// What it is or shows, plain text; empty if nothing was said.
    pub description: String,
    /// Whether it is a file (`Document`, `Image`, `Video`, `Audio`), not a link.
    pub is_file: bool,
    /// Media type as said, or told from the type of the object; empty if nothing was said.
    pub media_type: String,
    /// Width and height in pixels, as said.
    pub pixels: Option<(u32, u32)>,
    /// Milliseconds, as said.
    pub duration: Option<i64>,
    /// A blurred idea of it, as said.
    pub blurhash: Option<String>,
    /// Where the picture is that stands before it: an http or https URL on any origin.
    pub poster: Option<String>,
    /// Its important part, as said: to the right and up, from -1 to 1.
    pub focus: Option<(f64, f64)>,
}

impl Attached {
    /// Reads `attachment`: at most 16, those that can be read. Anything else on them is left out.
    #[must_use]
    pub fn read(value: &Value) -> Vec<Self> {
        field::many(value, "attachment")
            .iter()
            .take(bounds::ATTACHMENTS)
            .filter_map(Self::one)
            .collect()
    }

    fn one(item: &Value) -> Option<Self> {
        let url = item
            .get("url")
            .or_else(|| item.get("href"))
            .and_then(field::link)?;
        let name = ["name", "summary"]
            .iter()
            .find_map(|name| field::text(item, name))
            .unwrap_or_default();
        let kind = field::kind(item).unwrap_or_default();
        let media_type = field::text(item, "mediaType")
            .or_else(|| item.get("url").and_then(|link| field::text(link, "mediaType")))
            .filter(|text| {
                text.len() <= 127 && text.contains('/') && text.bytes().all(|byte| byte.is_ascii_graphic())
            })
            .unwrap_or(match kind {
                "Image" => "image/*",
                "Video" => "video/*",
                "Audio" => "audio/*",
                _ => "",
            });
        let side = |name: &str| {
            item.get(name)
                .and_then(Value::as_u64)
                .and_then(|side| u32::try_from(side).ok())
                .filter(|side| (1..=100_000).contains(side))
        };
        Some(Self {
            url,
            description: bounds::line(name, DESCRIPTION),
            is_file: matches!(kind, "Document" | "Image" | "Video" | "Audio"),
            media_type: media_type.to_ascii_lowercase(),
            pixels: side("width").zip(side("height")),
            duration: field::text(item, "duration").and_then(milliseconds),
            poster: poster(item),
            blurhash: field::text(item, "blurhash")
                .filter(|text| {
                    (6..=BLURHASH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
                })
                .map(str::to_owned),
            focus: focus(item),
        })
    }
}

/// The picture of `icon`, or of `preview`: a picture, or its URL.
fn poster(item: &Value) -> Option<String> {
    ["icon", "preview"]
        .iter()
        .flat_map(|name| field::many(item, name).iter().take(POSTERS))
        .find_map(|picture| {
            picture
                .get("url")
                .and_then(field::link)
                .or_else(|| field::link(picture))
        })
}

/// A length as XML Schema writes it (3.3.6), without days: `PT1H2M3.5S`.
fn milliseconds(text: &str) -> Option<i64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3_600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            seconds += number.parse::<f64>().ok().filter(|_| plain)? * length;
            rest = after;
        }
    }
    let length = std::time::Duration::try_from_secs_f64(seconds).ok()?.as_millis();
    let length = i64::try_from(length).ok().filter(|_| rest.is_empty())?;
    (1..DAY).contains(&length).then_some(length)
}

fn focus(item: &Value) -> Option<(f64, f64)> {
    let point = item.get("focalPoint")?.as_array()?;
    Some((point.first()?.as_f64()?, point.get(1)?.as_f64()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_and_links_in_the_forms_that_occur() {
        let read = Attached::read(&json!({"attachment": [
            {"type": "Document", "mediaType": "image/JPEG", "url": "https://p.test/a.jpg", "name": "A\u{7} cat",
             "width": 600, "height": 400, "blurhash": "L00000fQfQfQ", "focalPoint": [0.5, -1]},
            {"type": "Image", "url": {"type": "Link", "href": "https://p.test/b", "mediaType": "image/webp"},
             "width": -5, "height": "x", "blurhash": "a b", "focalPoint": "no"},
            {"type": "Link", "href": "https://e.test/page"},
            {"type": "Video", "url": [{"href": "https://p.test/v"}]},
            {"type": "Document", "url": "javascript:alert(1)"},
            7,
        ]}));
        let [cat, picture, link, video] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(
            (cat.media_type.as_str(), cat.pixels, cat.focus),
            ("image/jpeg", Some((600, 400)), Some((0.5, -1.0)))
        );
        assert_eq!((cat.description.as_str(), cat.is_file), ("A  cat", true));
        assert_eq!(cat.blurhash.as_deref(), Some("L00000fQfQfQ"));
        assert_eq!(
            (picture.url.as_str(), picture.media_type.as_str(), picture.pixels),
            ("https://p.test/b", "image/webp", None)
        );
        assert_eq!((&picture.blurhash, picture.focus), (&None, None));
        assert!(!link.is_file && link.url == "https://e.test/page");
        assert_eq!((video.media_type.as_str(), video.is_file), ("video/*", true));
        let film = json!({"type": "Document", "mediaType": "video/mp4", "url": "https://p.test/f", "duration": "PT1M2.5S",
            "icon": {"type": "Image", "mediaType": "image/jpeg", "url": "https://p.test/f.jpg"}});
        let read = Attached::read(&json!({ "attachment": film }));
        let [film] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(
            (film.poster.as_deref(), film.duration),
            (Some("https://p.test/f.jpg"), Some(62_500))
        );
        let many: Vec<Value> = (0..40)
            .map(|n| json!({"type": "Image", "url": format!("https://p.test/{n}")}))
            .collect();
        assert_eq!(Attached::read(&json!({"attachment": many})).len(), 16);
    }

    #[test]
    fn lengths_and_posters_in_the_forms_that_occur() {
        for (text, length) in [
            ("PT3S", Some(3_000)),
            ("PT1H0M0.25S", Some(3_600_250)),
            ("PT2M", Some(120_000)),
            ("PT0S", None),
            ("PT24H", None),
            ("PT-3S", None),
            ("PTinfS", None),
            ("PT3", None),
            ("PT1S2M", None),
            ("P1D", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text), length, "{text}");
        }
        for (value, expected) in [
            (json!({"icon": "https://p.test/1"}), Some("https://p.test/1")),
            (
                json!({"icon": [7, {"url": "https://p.test/2"}]}),
                Some("https://p.test/2"),
            ),
            (
                json!({"preview": {"type": "Image", "url": {"href": "https://p.test/3"}}}),
                Some("https://p.test/3"),
            ),
            (json!({"icon": {"url": "javascript:alert(1)"}}), None),
            (json!({"icon": 7}), None),
        ] {
            assert_eq!(poster(&value).as_deref(), expected, "{value}");
        }
    }
}
