//! Members of an object, in the forms that occur.

use super::bounds;
use chrono::{DateTime, Utc};
use entrenous_model::Time;
use serde_json::Value;
use url::Url;

/// The first type of an object (`type` may be a list).
pub(super) fn kind(value: &Value) -> Option<&str> {
    match value.get("type")? {
        Value::String(text) => Some(text),
        Value::Array(items) => items.iter().find_map(Value::as_str),
        _ => None,
    }
}

/// A member's values: none, one, or those of a list. `null` is none.
pub(super) fn many<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    match value.get(name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// A text member.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    match value.get(name)? {
        Value::String(text) => Some(text),
        Value::Array(items) => items.first().and_then(Value::as_str),
        _ => None,
    }
}

/// A text with languages: the plain member, else the first of its map; with the language if the map has exactly one or
/// one whose text is the plain one (ActivityStreams 2.0, section 4.7).
pub(super) fn natural(value: &Value, name: &str) -> (Option<String>, Option<String>) {
    let plain = text(value, name);
    let map = value.get(format!("{name}Map")).and_then(Value::as_object);
    let Some(map) = map else {
        return (plain.map(str::to_owned), None);
    };
    let mut entries = map.iter().filter_map(|(tag, text)| Some((tag, text.as_str()?)));
    let chosen = match plain {
        Some(plain) if map.len() > 1 => entries.find(|(_, text)| *text == plain),
        _ => entries.next(),
    };
    let language = chosen.and_then(|(tag, _)| language(tag));
    let text = plain.or(chosen.map(|(_, text)| text)).map(str::to_owned);
    (text, language)
}

/// A language tag of a sensible shape (BCP 47), `und` for unknown left out.
pub(super) fn language(tag: &str) -> Option<String> {
    let sensible = (2..=35).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !tag.eq_ignore_ascii_case("und");
    sensible.then(|| tag.to_owned())
}

/// A flag; anything but `true` is false.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A moment (RFC 3339).
pub(super) fn time(value: &Value, name: &str) -> Option<Time> {
    let text = value.get(name)?.as_str().filter(|text| text.len() <= 64)?;
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.with_timezone(&Utc))
}

/// An http or https URL: a string, a `Link` with `href`, an object with `url`, or the best of a list of these
/// (a page for people before anything else).
pub(super) fn link(value: &Value) -> Option<String> {
    fn one(value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => text.as_str(),
            Value::Object(members) => match members.get("href").or_else(|| members.get("url"))? {
                Value::String(text) => text.as_str(),
                nested @ Value::Array(_) => nested.as_array()?.iter().find_map(|item| match item {
                    Value::String(text) => Some(text.as_str()),
                    other => other.get("href").and_then(Value::as_str),
                })?,
                nested => nested.get("href")?.as_str()?,
            },
            _ => return None,
        };
        web(text)
    }
    match value {
        Value::Array(items) => {
            let page = items.iter().take(bounds::ATTACHMENTS).find(|item| {
                item.get("mediaType")
                    .and_then(Value::as_str)
                    .is_some_and(|kind| kind.starts_with("text/html"))
            });
            page.and_then(one)
                .or_else(|| items.iter().take(bounds::ATTACHMENTS).find_map(one))
        }
        single => one(single),
    }
}

/// `text` if it is an http or https URL of at most 2,048 bytes without credentials, in the parser's spelling.
pub(super) fn web(text: &str) -> Option<String> {
    if text.len() > bounds::ID {
        return None;
    }
    let url = Url::parse(text).ok()?;
    entrenous_model::Origin::of(&url)?;
    Some(String::from(url)).filter(|text| text.len() <= bounds::ID)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_in_all_forms() {
        let page = json!([{"type": "Link", "href": "https://p.test/feed", "mediaType": "application/rss+xml"},
            {"type": "Link", "href": "https://p.test/@a", "mediaType": "text/html"}]);
        assert_eq!(link(&page).unwrap(), "https://p.test/@a");
        assert_eq!(link(&json!("https://p.test/x")).unwrap(), "https://p.test/x");
        assert_eq!(
            link(&json!({"type": "Image", "url": "https://p.test/i"})).unwrap(),
            "https://p.test/i"
        );
        assert_eq!(
            link(&json!({"url": [{"href": "https://p.test/i"}]})).unwrap(),
            "https://p.test/i"
        );
        for bad in [
            json!("javascript:alert(1)"),
            json!(1),
            json!([[]]),
            json!({"href": 1}),
            json!("https://u:p@x/"),
        ] {
            assert!(link(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn languages() {
        let one = json!({"content": "a", "contentMap": {"fr": "a"}});
        assert_eq!(
            natural(&one, "content"),
            (Some("a".to_owned()), Some("fr".to_owned()))
        );
        let two = json!({"content": "b", "contentMap": {"fr": "a", "en": "b"}});
        assert_eq!(natural(&two, "content").1.as_deref(), Some("en"));
        let only = json!({"contentMap": {"de": "c"}});
        assert_eq!(
            natural(&only, "content"),
            (Some("c".to_owned()), Some("de".to_owned()))
        );
        assert_eq!(
            natural(&json!({"content": 5, "contentMap": [1]}), "content"),
            (None, None)
        );
    }
}
