//! The documented shapes, and what is wrong with JSON that should have one.

use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of each entity: (name, type, may be absent).
pub(super) struct Shapes(BTreeMap<&'static str, Vec<(&'static str, &'static str, bool)>>);

impl Shapes {
    pub(super) fn read() -> Self {
        let mut shapes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut entity = "";
        for line in include_str!("entities.txt").lines() {
            match line.split_once(' ') {
                _ if line.is_empty() || line.starts_with('#') => {}
                None => {
                    entity = line;
                    assert!(!shapes.contains_key(entity), "{entity} stands there twice");
                    shapes.insert(entity, Vec::new());
                }
                Some((name, kind)) => {
                    let optional = name.ends_with('*');
                    let field = (name.trim_end_matches('*'), kind, optional);
                    shapes.get_mut(entity).unwrap().push(field);
                }
            }
        }
        Self(shapes)
    }

    /// Fails with everything that is wrong with an answer.
    #[track_caller]
    pub(super) fn check(&self, what: &str, value: &Value, shape: &str) {
        let mut wrong = Vec::new();
        self.compare(value, shape, what, &mut wrong);
        assert!(wrong.is_empty(), "{}\n{value:#}", wrong.join("\n"));
    }

    fn compare(&self, value: &Value, shape: &str, place: &str, wrong: &mut Vec<String>) {
        let (shape, nullable) = match shape.strip_suffix('?') {
            Some(shape) => (shape, true),
            None => (shape, false),
        };
        if value.is_null() && nullable {
            return;
        }
        if let Some(of) = shape.strip_prefix('[').and_then(|of| of.strip_suffix(']')) {
            match value.as_array() {
                Some(list) => {
                    for (at, item) in list.iter().enumerate() {
                        self.compare(item, of, &format!("{place}[{at}]"), wrong);
                    }
                }
                None => wrong.push(format!("{place} is no list: {value}")),
            }
            return;
        }
        let Some(fields) = self.0.get(shape) else {
            if !is(value, shape) {
                wrong.push(format!("{place} is no {shape}: {value:.80}"));
            }
            return;
        };
        if !value.is_object() {
            wrong.push(format!("{place} is no {shape}: {value:.80}"));
            return;
        }
        for (name, kind, optional) in fields {
            let place = format!("{place}.{name}");
            match value.get(name) {
                Some(value) => self.compare(value, kind, &place, wrong),
                None if *optional => {}
                None => wrong.push(format!("{place} is missing")),
            }
        }
    }
}

/// Whether it is of one of the plain kinds.
fn is(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        "any" => true,
        "object" => value.is_object(),
        "bool" => value.is_boolean(),
        "int" => value.is_i64() || value.is_u64(),
        "float" => value.is_number(),
        "text" | "html" => text.is_some(),
        "word" | "handle" => text.is_some_and(|text| !text.is_empty() && !text.starts_with('@')),
        "id" | "digits" => text.is_some_and(digits),
        "url" => text.is_some_and(|text| text.starts_with("https://") || text.starts_with("http://")),
        "date" => text.is_some_and(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()),
        "time" => text.is_some_and(|text| {
            text.len() == "2026-01-31T09:05:00.123Z".len()
                && text.ends_with('Z')
                && chrono::DateTime::parse_from_rfc3339(text).is_ok()
        }),
        other => panic!("there is no kind {other}"),
    }
}

#[test]
fn what_is_wrong_is_found() {
    let shapes = Shapes::read();
    let found = |value: Value, shape: &str| {
        let mut wrong = Vec::new();
        shapes.compare(&value, shape, "x", &mut wrong);
        wrong
    };
    let good = serde_json::json!({ "id": "1", "text": "", "spoiler_text": "" });
    assert!(found(good.clone(), "StatusSource").is_empty());
    for (field, value) in [("id", serde_json::json!(1)), ("text", Value::Null)] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(found(bad, "StatusSource").len(), 1);
    }
    assert_eq!(found(serde_json::json!([{}]), "[StatusSource]").len(), 3);
    assert_eq!(found(serde_json::json!("2026-01-31T09:05:00Z"), "time").len(), 1);
    assert_eq!(found(Value::Null, "time").len(), 1);
    assert!(found(Value::Null, "time?").is_empty());
}
