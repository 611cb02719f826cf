//! What an answer says it is. A document of another type is not parsed: a user's upload on the same host
//! could otherwise speak for an actor.

use http::{HeaderMap, header};

/// The profile that makes JSON-LD an ActivityStreams document (ActivityPub, section 3.2).
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Whether the answer is an ActivityPub document: `application/activity+json`, or `application/ld+json` with the
/// ActivityStreams profile.
#[must_use]
pub fn is_activity_json(headers: &HeaderMap) -> bool {
    let Some((kind, parameters)) = media_type(headers) else {
        return false;
    };
    match kind.as_str() {
        "application/activity+json" => true,
        "application/ld+json" => parameters.split(';').any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else {
                return false;
            };
            let value = value.trim();
            let value = value
                .strip_prefix('"')
                .and_then(|v| v.strip_suffix('"'))
                .unwrap_or(value);
            name.trim().eq_ignore_ascii_case("profile") && value.split(' ').any(|profile| profile == PROFILE)
        }),
        _ => false,
    }
}

/// Whether the answer is a WebFinger document: `application/jrd+json`, or `application/json` as many send it.
#[must_use]
pub fn is_jrd_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|(kind, _)| kind == "application/jrd+json" || kind == "application/json")
}

/// Whether the answer is plain JSON (NodeInfo): `application/json`.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|(kind, _)| kind == "application/json")
}

/// Type in lower case, and its parameters; nothing when there is none, or more than one.
fn media_type(headers: &HeaderMap) -> Option<(String, String)> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    Some((kind.trim().to_ascii_lowercase(), parameters.to_owned()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))])
    }

    #[test]
    fn kinds() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON; charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;charset=utf-8;profile=\"https://x.test https://www.w3.org/ns/activitystreams\"",
        ] {
            assert!(is_activity_json(&headers(good)), "{good}");
        }
        for bad in [
            "application/json",
            "application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams2\"",
            "text/html",
            "application/activity+json-x",
            "",
        ] {
            assert!(!is_activity_json(&headers(bad)), "{bad}");
        }
        let mut twice = headers("application/activity+json");
        twice.append(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        assert!(!is_activity_json(&twice) && !is_activity_json(&HeaderMap::new()));
        assert!(
            is_jrd_json(&headers("application/jrd+json; charset=utf-8"))
                && is_jrd_json(&headers("application/json"))
        );
        assert!(!is_jrd_json(&headers("text/plain")) && is_json(&headers("application/json")));
    }
}
