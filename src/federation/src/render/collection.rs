//! Collections and tombstones.

use super::with_context;
use activitypub_federation::kinds::collection::{OrderedCollectionPageType, OrderedCollectionType};
use activitypub_federation::kinds::object::TombstoneType;
use serde_json::{Map, Value, json};

/// An ordered collection without its items, whose number is not told; `first` if its pages may be read.
#[must_use]
pub fn collection(id: &str, first: Option<&str>) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(id));
    members.insert("type".to_owned(), json!(OrderedCollectionType::default()));
    match first {
        Some(first) => members.insert("first".to_owned(), json!(first)),
        None => members.insert("orderedItems".to_owned(), json!([])),
    };
    with_context(members)
}

/// The part of a collection that concerns the asking peer (FEP-8fcf), whole.
#[must_use]
pub fn partial(id: &str, items: &[String]) -> Value {
    with_context(json!({
        "id": id,
        "type": OrderedCollectionType::default(),
        "orderedItems": items,
    }))
}

/// A page of an ordered collection.
#[must_use]
pub fn ordered_page(id: &str, part_of: &str, next: Option<&str>, items: Vec<Value>) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(id));
    members.insert("type".to_owned(), json!(OrderedCollectionPageType::default()));
    members.insert("partOf".to_owned(), json!(part_of));
    if let Some(next) = next {
        members.insert("next".to_owned(), json!(next));
    }
    members.insert("orderedItems".to_owned(), Value::Array(items));
    with_context(members)
}

/// What is left of something deleted.
#[must_use]
pub fn tombstone(id: &str, former: &str, deleted: Option<&str>) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(id));
    members.insert("type".to_owned(), json!(TombstoneType::default()));
    members.insert("formerType".to_owned(), json!(former));
    if let Some(deleted) = deleted {
        members.insert("deleted".to_owned(), json!(deleted));
    }
    with_context(members)
}
