//! Collections and their pages, as far as their items are ids.

use super::field::{kind, many};
use super::{Id, Unreadable, bounds};
use serde_json::Value;

/// Items that stand in one document, and where there are more.
#[derive(Debug, PartialEq, Eq)]
pub struct CollectionPart {
    /// Ids of the items, as written.
    pub items: Vec<String>,
    /// What comes after them.
    pub next: Option<NextPart>,
}

/// More of a collection.
#[derive(Debug, PartialEq, Eq)]
pub enum NextPart {
    /// In the same document.
    Here(Box<CollectionPart>),
    /// In another.
    At(Id),
}

impl CollectionPart {
    /// Reads a `Collection`, an `OrderedCollection` or a page of one. An empty one must say so: by a list without items, or
    /// by `totalItems`.
    ///
    /// # Errors
    /// [`Unreadable`] for anything else, and for an item without an id.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        Self::part(value, true)
    }

    fn part(value: &Value, whole: bool) -> Result<Self, Unreadable> {
        let page = match kind(value) {
            Some("Collection" | "OrderedCollection") if whole => false,
            Some("CollectionPage" | "OrderedCollectionPage") => true,
            _ => return Err(Unreadable::UnknownType),
        };
        let items = ["orderedItems", "items"]
            .into_iter()
            .flat_map(|name| many(value, name))
            .map(id)
            .collect::<Result<Vec<String>, Unreadable>>()?;
        let next = match value.get(if page { "next" } else { "first" }) {
            None | Some(Value::Null) => None,
            Some(first @ Value::Object(members)) if !page && members.contains_key("type") => {
                Some(NextPart::Here(Box::new(Self::part(first, false)?)))
            }
            Some(other) => Some(NextPart::At(Id::of(other).ok_or(Unreadable::Id)?)),
        };
        let said = ["orderedItems", "items"]
            .into_iter()
            .any(|name| value.get(name).is_some_and(|items| !items.is_null()));
        let none = value.get("totalItems").and_then(Value::as_u64) == Some(0);
        if !said && next.is_none() && !none && !page {
            return Err(Unreadable::Malformed("items"));
        }
        Ok(Self { items, next })
    }
}

fn id(item: &Value) -> Result<String, Unreadable> {
    let text = match item {
        Value::String(text) => Some(text.as_str()),
        other => other.get("id").and_then(Value::as_str),
    };
    text.filter(|text| text.len() <= bounds::ID)
        .map(str::to_owned)
        .ok_or(Unreadable::Id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms() {
        let read = |value: Value| CollectionPart::read(&value);
        let whole = read(
            json!({"type": "OrderedCollection", "orderedItems": ["https://n.test/a", {"id": "https://n.test/b"}]}),
        );
        assert_eq!(
            whole.unwrap(),
            CollectionPart {
                items: vec!["https://n.test/a".to_owned(), "https://n.test/b".to_owned()],
                next: None
            }
        );
        for empty in [
            json!({"type": "OrderedCollection", "orderedItems": []}),
            json!({"type": "Collection", "totalItems": 0}),
            json!({"type": "OrderedCollectionPage"}),
        ] {
            assert_eq!(
                read(empty).unwrap(),
                CollectionPart {
                    items: Vec::new(),
                    next: None
                }
            );
        }
        let paged = read(json!({"type": "Collection", "first": "https://p.test/1"})).unwrap();
        assert_eq!(
            paged.next,
            Some(NextPart::At(Id::parse("https://p.test/1").unwrap()))
        );
        let inside = json!({"type": "Collection", "first": {"type": "CollectionPage", "items": "https://n.test/a",
            "next": "https://p.test/2"}});
        let Some(NextPart::Here(part)) = read(inside).unwrap().next else {
            panic!("a page")
        };
        assert_eq!(part.items, ["https://n.test/a"]);
        assert!(matches!(part.next, Some(NextPart::At(_))));
        for bad in [
            json!({"type": "Note", "orderedItems": []}),
            json!({"orderedItems": []}),
            json!({"type": "OrderedCollection"}),
            json!({"type": "OrderedCollection", "orderedItems": null}),
            json!({"type": "OrderedCollection", "orderedItems": [7]}),
            json!({"type": "OrderedCollection", "orderedItems": [{"type": "Person"}]}),
            json!({"type": "OrderedCollection", "first": 7}),
            json!({"type": "OrderedCollection", "first": {"type": "OrderedCollection", "items": []}}),
            json!([]),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
