//! Reports (`Flag`): a peer says what is wrong with somebody of this node. Mastodon, and we, say it by the instance actor;
//! others by the person who complains, whom nobody here is told of.

use super::Incoming;
use crate::Federation;
use crate::vocabulary::Id;
use entrenous_domain::Result;
use entrenous_domain::reports::{self, Flagged};
use serde_json::Value;

/// Most objects that are read.
const NAMED: usize = 200;

/// Makes a report of it, or nothing if it is about nobody here. Nothing that it names is fetched, and of what is embedded
/// only the ids are read.
pub(super) async fn receive(federation: &Federation, incoming: &Incoming<'_>) -> Result<()> {
    let flagged = read(&incoming.inbound.document);
    reports::received(federation.ctx(), incoming.receipt(), flagged).await
}

fn read(document: &Value) -> Flagged {
    let objects = match document.get("object") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let named = objects.iter().take(NAMED).filter_map(Id::of);
    let content = ["content", "summary"]
        .into_iter()
        .find_map(|name| document.get(name)?.as_str());
    Flagged {
        named: named.map(String::from).collect(),
        content: content.unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms() {
        let ids = |object: Value| read(&json!({ "type": "Flag", "object": object })).named;
        let (person, post) = ("https://n.test/people/a", "https://n.test/posts/1");
        assert_eq!(ids(json!([person, post])), [person, post]);
        assert_eq!(ids(json!(person)), [person]);
        assert_eq!(
            ids(json!([{ "type": "Note", "id": post, "content": "x" }, 5, null])),
            [post]
        );
        assert_eq!(ids(json!(null)), [""; 0]);
        assert_eq!(ids(json!(vec![person; 10_000])).len(), NAMED);
        assert_eq!(read(&json!({ "content": "rude" })).content, "rude");
        assert_eq!(read(&json!({ "content": 5, "summary": "rude" })).content, "rude");
    }
}
