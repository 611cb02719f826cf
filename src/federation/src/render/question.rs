//! A post with a poll as a question.

use super::time;
use entrenous_model::{Poll, PollOption, Time};
use serde_json::{Map, Value, json};

/// Makes a question of a note. The counts are left out while they are hidden.
pub(super) fn put(note: &mut Map<String, Value>, poll: &Poll, now: Time) {
    let hidden = poll.hides_totals(now);
    let option = |option: &PollOption| {
        let mut one = json!({"type": "Note", "name": option.title});
        if !hidden && let Some(members) = one.as_object_mut() {
            members.insert(
                "replies".to_owned(),
                json!({"type": "Collection", "totalItems": option.votes}),
            );
        }
        one
    };
    let options: Vec<Value> = poll.options.iter().map(option).collect();
    let kind = if poll.multiple { "anyOf" } else { "oneOf" };
    note.insert("type".to_owned(), json!("Question"));
    note.insert(kind.to_owned(), Value::Array(options));
    if let Some(end) = poll.expires_at {
        note.insert("endTime".to_owned(), json!(time(end)));
    }
    if poll.is_over(now) {
        let at = poll.closed_at.or(poll.expires_at).unwrap_or(now);
        note.insert("closed".to_owned(), json!(time(at.min(now))));
    }
    note.insert("votersCount".to_owned(), json!(poll.voters_count));
}
