//! Reading values as clients send them: numbers and booleans as text, lists as one value or as a map of positions.
//!
//! Functions for `#[serde(default, deserialize_with = "lenient::…")]` on the fields of a struct that [`crate::params`]
//! fills. All of them take `null` and the empty text as absent where the type allows it.
//!
//! ```ignore
//! #[derive(Deserialize, JsonSchema, Default)]
//! #[serde(default)]
//! struct NewStatus {
//!     #[serde(deserialize_with = "lenient::text")]       status: Option<String>,
//!     #[serde(deserialize_with = "lenient::flag")]       sensitive: Option<bool>,
//!     #[serde(deserialize_with = "lenient::id")]         in_reply_to_id: Option<PostId>,
//!     #[serde(deserialize_with = "lenient::list")]       media_ids: Vec<String>,
//!     #[serde(deserialize_with = "lenient::table")]      fields_attributes: Vec<Field>,
//! }
//! ```
//! Ids need `#[schemars(with = "Option<String>")]` beside it, since the model's ids have no schema.

use chrono::{DateTime, NaiveDateTime};
use entrenous_model::Time;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::str::FromStr;

/// The text of a scalar; `None` for lists and objects.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The entries of a list: of a JSON array, of a map of positions (`id[0]=`), or one value alone.
fn entries(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list,
        Value::Object(map) => {
            let mut list: Vec<_> = map.into_iter().collect();
            // Positions in order of number; a map is not sorted so.
            list.sort_by_key(|(position, _)| position.parse::<u64>().unwrap_or(u64::MAX));
            list.into_iter().map(|(_, value)| value).collect()
        }
        one => vec![one],
    }
}

/// Text, as it is: an empty one stays (it clears a value).
///
/// # Errors
/// Lists and objects.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        value => scalar(&value)
            .map(Some)
            .ok_or_else(|| D::Error::custom("a text is needed")),
    }
}

/// A boolean: `true`, `1`, `on`, `yes`, `t`, or `false`, `0`, `off`, `no`, `f`, in any form; the empty text is absent.
///
/// # Errors
/// Anything else.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    let Some(text) = text(from)? else { return Ok(None) };
    match text.to_ascii_lowercase().as_str() {
        "" | "null" | "undefined" => Ok(None),
        "true" | "1" | "on" | "yes" | "t" => Ok(Some(true)),
        "false" | "0" | "off" | "no" | "f" => Ok(Some(false)),
        _ => Err(D::Error::custom("true or false is needed")),
    }
}

/// A whole number, as a number or as text.
///
/// # Errors
/// Anything else.
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    parsed(from, "a whole number is needed")
}

/// As [`number`], and whether it was said at all: `Some(None)` is an empty or null one, which clears a value.
///
/// # Errors
/// As [`number`].
pub fn some_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    number(from).map(Some)
}

/// An id of the model, as text or as a number. An id that is no number is the id of nothing: 0.
///
/// # Errors
/// Lists and objects.
pub fn id<'de, D: Deserializer<'de>, T: From64>(from: D) -> Result<Option<T>, D::Error> {
    Ok(text(from)?
        .filter(|text| !text.is_empty() && text != "null" && text != "undefined")
        .map(|text| T::from64(text.parse().unwrap_or(0))))
}

/// A list of ids; what is no number is left out.
///
/// # Errors
/// None in practice.
pub fn ids<'de, D: Deserializer<'de>, T: From64>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(list(from)?
        .iter()
        .filter_map(|text| text.parse().ok())
        .map(T::from64)
        .collect())
}

/// A list of texts: `a[]=x&a[]=y`, `a[0]=x`, `a=x`, JSON. Entries that are no text are left out.
///
/// # Errors
/// None in practice.
pub fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(entries(Value::deserialize(from)?)
        .iter()
        .filter_map(scalar)
        .collect())
}

/// As [`list`], and `None` when the parameter is absent.
///
/// # Errors
/// None in practice.
pub fn some_list<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        value => Ok(Some(entries(value).iter().filter_map(scalar).collect())),
    }
}

/// A list of objects: JSON, `a[][name]=`, or `a[0][name]=`.
///
/// # Errors
/// An entry that `T` refuses.
pub fn table<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    entries(Value::deserialize(from)?)
        .into_iter()
        .map(|value| T::deserialize(value).map_err(D::Error::custom))
        .collect()
}

/// As [`table`], and `None` when the parameter is absent.
///
/// # Errors
/// As [`table`].
pub fn some_table<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<Vec<T>>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        value => table(value).map(Some).map_err(D::Error::custom),
    }
}

/// Anything with a text form; the empty text is absent.
///
/// # Errors
/// Text that `T` does not parse.
pub fn word<'de, D: Deserializer<'de>, T: FromStr<Err = impl std::fmt::Display>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    match text(from)? {
        Some(text) if !text.is_empty() => text.parse().map(Some).map_err(D::Error::custom),
        _ => Ok(None),
    }
}

/// A moment in ISO 8601, in UTC if it names no zone; the empty text is absent.
///
/// # Errors
/// Anything else.
pub fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    let Some(text) = text(from)? else { return Ok(None) };
    let text = text.trim();
    if matches!(text, "" | "null" | "undefined") {
        return Ok(None);
    }
    parse_moment(text)
        .map(Some)
        .ok_or_else(|| D::Error::custom("a date and time is needed, such as 2031-01-31T09:05:00Z"))
}

fn parse_moment(text: &str) -> Option<Time> {
    /// With a zone, then without one; seconds may be left out.
    const ZONED: [&str; 3] = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M%#z",
        "%Y-%m-%dT%H:%M:%S%.f %#z",
    ];
    const PLAIN: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    // A space in the middle is what forms make of it, and one before the zone what they make of a plus.
    let text = match text.split_once(' ') {
        Some((day, time)) if !day.contains('T') => format!("{day}T{time}"),
        Some((time, zone)) if zone.starts_with(|c: char| c.is_ascii_digit()) => format!("{time}+{zone}"),
        _ => text.to_owned(),
    };
    if let Ok(at) = DateTime::parse_from_rfc3339(&text) {
        return Some(at.to_utc());
    }
    let zoned = ZONED
        .iter()
        .find_map(|form| DateTime::parse_from_str(&text, form).ok());
    let plain = || {
        PLAIN
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
    };
    zoned.map(|at| at.to_utc()).or_else(|| Some(plain()?.and_utc()))
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr>(from: D, needed: &str) -> Result<Option<T>, D::Error> {
    match text(from)? {
        Some(text) if !text.is_empty() && text != "null" && text != "undefined" => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| D::Error::custom(needed)),
        _ => Ok(None),
    }
}

/// Ids of the model.
pub trait From64 {
    /// The id with that number.
    fn from64(number: i64) -> Self;
}

macro_rules! from64 {
    ($($name:ident),*) => {$(
        impl From64 for entrenous_model::$name {
            fn from64(number: i64) -> Self { Self(number) }
        }
    )*};
}
from64!(
    AccountId,
    PostId,
    IntroductionId,
    PeerId,
    NotificationId,
    InviteId,
    PeerInviteId,
    TokenId,
    SessionId,
    MediaId,
    AuditId,
    ListId,
    AnnouncementId,
    EmojiId,
    FilterId,
    FilterKeywordId,
    FilterStatusId,
    ScheduledId,
    ConversationId,
    FeaturedTagId,
    GroupId,
    ReportId
);

impl From64 for i64 {
    fn from64(number: i64) -> Self {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_clients_write_them() {
        let expected = "2031-01-31T08:05:00Z".parse::<Time>().unwrap();
        for text in [
            "2031-01-31T08:05:00Z",
            "2031-01-31T08:05:00.000Z",
            "2031-01-31T09:05:00+01:00",
            "2031-01-31T09:05:00+0100",
            "2031-01-31T09:05+01:00",
            // A form in which the plus was not escaped.
            "2031-01-31T09:05:00 01:00",
            "2031-01-31 08:05:00",
            "2031-01-31T08:05",
            "2031-01-31 08:05:00 +0000",
        ] {
            assert_eq!(parse_moment(text), Some(expected), "{text}");
        }
        for text in [
            "tomorrow",
            "2031-02-31T08:05:00Z",
            "1927616700",
            "2031-01-31",
            "T",
            " ",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
