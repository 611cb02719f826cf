//! Nested parameters, as Rails names them, into one JSON object.

use crate::ApiError;
use http::StatusCode;
use serde_json::{Map, Value};

/// Most values in one request.
const MAX_VALUES: usize = 1_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 5;

/// Parameters so far.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    map: Map<String, Value>,
    values: usize,
}

impl Tree {
    /// The parameters of a JSON body, which must be an object.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, ApiError> {
        let bad = |text: &str| ApiError::new(StatusCode::BAD_REQUEST, text);
        let value: Value =
            serde_json::from_slice(bytes).map_err(|cause| bad("The body is not JSON").caused_by(cause))?;
        let Value::Object(map) = value else {
            return Err(bad("The body must be a JSON object"));
        };
        let mut values = 0;
        for (name, value) in &map {
            without_nul(name)?;
            count(value, 1, &mut values)?;
        }
        Ok(Self { map, values })
    }

    /// One `name=value` pair; `name` may be nested.
    pub(super) fn put(&mut self, name: &str, value: String) -> Result<(), ApiError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(too_many());
        }
        without_nul(name)?;
        without_nul(&value)?;
        let (first, rest) = path(name)?;
        place(self.map.entry(first).or_insert(Value::Null), &rest, value);
        Ok(())
    }

    /// These parameters, with `over` where both have one.
    pub(super) fn merge(&mut self, over: Self) {
        self.values += over.values;
        self.map.extend(over.map);
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.map
    }
}

fn too_many() -> ApiError {
    ApiError::invalid("too many parameters")
}

fn count(value: &Value, depth: usize, values: &mut usize) -> Result<(), ApiError> {
    *values += 1;
    if *values > MAX_VALUES || depth > MAX_DEPTH {
        return Err(too_many());
    }
    match value {
        Value::Array(list) => list.iter().try_for_each(|value| count(value, depth + 1, values)),
        Value::Object(map) => map.iter().try_for_each(|(name, value)| {
            without_nul(name)?;
            count(value, depth + 1, values)
        }),
        Value::String(text) => without_nul(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// PostgreSQL keeps no NUL; what SQLite would keep must not depend on the database.
fn without_nul(text: &str) -> Result<(), ApiError> {
    if text.contains('\0') {
        Err(ApiError::holds_nul())
    } else {
        Ok(())
    }
}

/// `a[b][]` to `a` and `["b", ""]`. A name whose brackets do not match is taken as it is.
fn path(name: &str) -> Result<(String, Vec<&str>), ApiError> {
    let Some((first, inner)) = name.split_once('[') else {
        return Ok((name.to_owned(), Vec::new()));
    };
    let Some(inner) = inner.strip_suffix(']').filter(|_| !first.is_empty()) else {
        return Ok((name.to_owned(), Vec::new()));
    };
    let rest: Vec<_> = inner.split("][").collect();
    if rest.len() >= MAX_DEPTH {
        return Err(too_many());
    }
    Ok((first.to_owned(), rest))
}

fn place(slot: &mut Value, path: &[&str], value: String) {
    let Some((step, rest)) = path.split_first() else {
        *slot = Value::String(value);
        return;
    };
    if step.is_empty() {
        if !slot.is_array() {
            *slot = Value::Array(Vec::new());
        }
        let Some(list) = slot.as_array_mut() else { return };
        // `a[][x]=1&a[][y]=2&a[][x]=3`: a name seen before begins the next entry.
        let fits = rest.first().is_some_and(|name| {
            list.last()
                .and_then(Value::as_object)
                .is_some_and(|last| !last.contains_key(*name))
        });
        if !fits {
            list.push(Value::Null);
        }
        if let Some(last) = list.last_mut() {
            place(last, rest, value);
        }
    } else {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        if let Some(map) = slot.as_object_mut() {
            place(map.entry((*step).to_owned()).or_insert(Value::Null), rest, value);
        }
    }
}
