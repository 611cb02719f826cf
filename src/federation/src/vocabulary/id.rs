//! Identifiers of actors, objects and activities.

use super::{Unreadable, bounds};
use entrenous_model::Origin;
use serde_json::Value;

/// A canonical http or https identifier with its origin.
///
/// "Canonical" means that every reader sees the same host in it (see [`entrenous_wire::Origin::of_identifier`]), so
/// that the rule "a peer speaks only for its own origin" can be decided on it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Id {
    text: String,
    origin: Origin,
}

impl Id {
    /// Reads an identifier of at most 2,048 bytes.
    ///
    /// # Errors
    /// [`Unreadable::Id`].
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.len() > bounds::ID {
            return Err(Unreadable::Id);
        }
        let strict = entrenous_wire::Origin::of_identifier(text).map_err(|_| Unreadable::Id)?;
        let origin = Origin::of_text(text).ok_or(Unreadable::Id)?;
        if origin.as_str() != strict.to_string() {
            return Err(Unreadable::Id);
        }
        Ok(Self {
            text: text.to_owned(),
            origin,
        })
    }

    /// The id in `value`: a string, an object with `id`, or a list of one of these.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text).ok(),
            Value::Object(members) => Self::parse(members.get("id")?.as_str()?).ok(),
            Value::Array(items) => items.first().filter(|item| !item.is_array()).and_then(Self::of),
            _ => None,
        }
    }

    /// The id in the member `name` of `value`.
    #[must_use]
    pub fn member(value: &Value, name: &str) -> Option<Self> {
        value.get(name).and_then(Self::of)
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The exact origin that may speak for it.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same identifier without its fragment: what is fetched.
    #[must_use]
    pub fn without_fragment(&self) -> &str {
        self.text.split('#').next().unwrap_or(&self.text)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Id({})", self.text)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms() {
        let id = Id::of(&json!({"id": "https://peer.test/a#b"})).unwrap();
        assert_eq!(
            (id.as_str(), id.without_fragment()),
            ("https://peer.test/a#b", "https://peer.test/a")
        );
        assert_eq!(id.origin().as_str(), "https://peer.test");
        assert!(Id::of(&json!(["https://peer.test/a"])).is_some());
        for bad in [
            json!(null),
            json!([]),
            json!([["https://peer.test/a"]]),
            json!("as:Public"),
            json!(7),
        ] {
            assert!(Id::of(&bad).is_none(), "{bad}");
        }
        assert!(Id::parse("https://peer.test:443/a").is_err());
        assert!(Id::parse("https://peer.test./a").is_err());
    }
}
