//! What can be chosen in a `Question`, and what came of it.

use super::{bounds, field, note::natural_line};
use entrenous_model::{Poll, Time};
use serde_json::Value;

/// The poll of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What can be chosen, plain text, at most [`Poll::MOST_OPTIONS`], with the votes if they are told.
    pub options: Vec<(String, Option<i64>)>,
    /// `anyOf`: more than one may be chosen.
    pub multiple: bool,
    /// When it ends, or ended.
    pub end: Option<Time>,
    /// Whether and when it was closed. Some software writes a time in the future here, which is its end.
    pub closed: Closed,
    /// People who voted.
    pub voters: Option<i64>,
}

/// The member `closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Absent or false.
    No,
    /// True.
    Yes,
    /// A moment.
    At(Time),
}

impl Question {
    /// Reads the poll of an object; `None` if nothing can be chosen.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let one = options(value, "oneOf");
        let (options, multiple) = if one.is_empty() {
            (options(value, "anyOf"), true)
        } else {
            (one, false)
        };
        if options.is_empty() {
            return None;
        }
        let closed = match value.get("closed") {
            Some(Value::Bool(true)) => Closed::Yes,
            Some(Value::String(_)) => field::time(value, "closed").map_or(Closed::No, Closed::At),
            _ => Closed::No,
        };
        Some(Self {
            options,
            multiple,
            end: field::time(value, "endTime"),
            closed,
            voters: value.get("votersCount").and_then(Value::as_i64),
        })
    }
}

fn options(value: &Value, name: &str) -> Vec<(String, Option<i64>)> {
    field::many(value, name)
        .iter()
        .take(Poll::MOST_OPTIONS)
        .filter_map(|option| {
            let votes = option
                .get("replies")
                .and_then(|replies| replies.get("totalItems"))
                .and_then(Value::as_i64);
            Some((natural_line(option, "name")?, votes))
        })
        .collect()
}

/// A vote: a note that names an option of what it answers.
#[must_use]
pub(super) fn is_vote(content: &str, name: Option<&str>, answers: bool) -> bool {
    let empty = matches!(content.trim(), "" | "<br>" | "<br/>" | "<p></p>");
    empty && answers && name.is_some_and(|name| name.chars().count() <= bounds::NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn options_counts_and_end() {
        let question = Question::read(&json!({
            "oneOf": [{"name": "x", "replies": {"totalItems": 3}}, {"name": 5}, {"name": " y "}],
            "endTime": "2030-01-01T00:00:00Z", "votersCount": 3
        }))
        .unwrap();
        assert_eq!(
            question.options,
            [("x".to_owned(), Some(3)), ("y".to_owned(), None)]
        );
        assert!(!question.multiple);
        assert_eq!(question.closed, Closed::No);
        assert_eq!((question.voters, question.end.is_some()), (Some(3), true));
        let any = Question::read(&json!({"oneOf": [], "anyOf": {"name": "z"}, "closed": true})).unwrap();
        assert_eq!((any.multiple, any.closed, any.voters), (true, Closed::Yes, None));
        let at =
            Question::read(&json!({"anyOf": [{"name": "z"}], "closed": "2030-01-01T00:00:00Z"})).unwrap();
        assert!(matches!(at.closed, Closed::At(_)));
        assert_eq!(
            Question::read(&json!({"oneOf": "x", "anyOf": [{"name": ""}]})),
            None
        );
    }

    #[test]
    fn options_are_bounded() {
        let many: Vec<Value> = (0..20_000).map(|n| json!({"name": n.to_string()})).collect();
        let question = Question::read(&json!({ "anyOf": many })).unwrap();
        assert_eq!(question.options.len(), Poll::MOST_OPTIONS);
    }
}
