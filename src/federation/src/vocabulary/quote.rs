//! What others say of quotes (FEP-044f).

use super::audience::recipients;
use super::{Id, Recipient, bounds, field};
use entrenous_model::{QuotePolicy, Quoters};
use serde_json::Value;

/// The members in which software names what a note quotes, those of the FEP first.
const NAMES: [&str; 4] = ["quote", "quoteUrl", "quoteUri", "_misskey_quote"];
/// The type of a stamp.
pub(crate) const AUTHORIZATION: &str = "QuoteAuthorization";

/// What a note quotes.
pub(super) fn quoted(value: &Value) -> Option<Id> {
    NAMES.into_iter().find_map(|name| Id::member(value, name))
}

/// Who may quote a note, as its author writes it; nobody if they say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanQuote {
    /// Whose quotes are let at once.
    pub automatic: Vec<Recipient>,
    /// Whose quotes are looked at first.
    pub manual: Vec<Recipient>,
}

impl CanQuote {
    /// Reads `interactionPolicy.canQuote`; what is beyond the bounds is left out.
    pub(super) fn read(value: &Value) -> Self {
        let policy = value
            .get("interactionPolicy")
            .and_then(|policy| policy.get("canQuote"))
            .unwrap_or(&Value::Null);
        let all = |name: &str| {
            let all = field::many(policy, name);
            recipients(all.get(..all.len().min(bounds::QUOTERS)).unwrap_or_default())
        };
        Self {
            automatic: all("automaticApproval"),
            manual: all("manualApproval"),
        }
    }

    /// What is kept of it. `as:Public` means the network of the author's node, as everywhere; the author needs no leave.
    #[must_use]
    pub fn policy(&self, author: &Id, followers: &str) -> QuotePolicy {
        QuotePolicy {
            automatic: quoters(&self.automatic, author, followers),
            manual: quoters(&self.manual, author, followers),
        }
    }
}

fn quoters(all: &[Recipient], author: &Id, followers: &str) -> Quoters {
    let network = author.origin().join("/network");
    let mut quoters = Quoters::default();
    for one in all {
        match one {
            Recipient::Public => quoters.everyone = true,
            Recipient::Id(id) if id.as_str() == network => quoters.everyone = true,
            Recipient::Id(id) if id.as_str() == followers => quoters.followers = true,
            Recipient::Id(id) if id == author => {}
            Recipient::Id(_) => quoters.others = true,
        }
    }
    quoters
}

/// A stamp: an author lets one post quote one of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Its id.
    pub id: Id,
    /// The author of the quoted post.
    pub attributed_to: Id,
    /// The post that quotes.
    pub interacting: Id,
    /// The quoted post.
    pub target: Id,
}

impl Authorization {
    /// Reads a stamp; `None` if it is none, or lacks a part.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        if !Self::is_one(value) {
            return None;
        }
        Some(Self {
            id: Id::of(value)?,
            attributed_to: Id::member(value, "attributedTo")?,
            interacting: Id::member(value, "interactingObject")?,
            target: Id::member(value, "interactionTarget")?,
        })
    }

    /// Whether something says that it is a stamp.
    #[must_use]
    pub fn is_one(value: &Value) -> bool {
        field::kind(value) == Some(AUTHORIZATION)
    }
}

#[cfg(test)]
mod tests {
    use super::super::PUBLIC;
    use super::*;
    use serde_json::json;

    const FOLLOWERS: &str = "https://p.test/a/followers";

    fn policy(can: &Value) -> QuotePolicy {
        let author = Id::parse("https://p.test/a").unwrap();
        CanQuote::read(&json!({"interactionPolicy": {"canQuote": can}})).policy(&author, FOLLOWERS)
    }

    #[test]
    fn policies_as_others_write_them() {
        let everyone = policy(&json!({"automaticApproval": PUBLIC}));
        assert_eq!(everyone.automatic.words(), ["public"]);
        let network = policy(&json!({"automaticApproval": ["https://p.test/network", FOLLOWERS]}));
        assert_eq!(network.automatic.words(), ["public", "followers"]);
        let manual = policy(&json!({"automaticApproval": "https://p.test/a", "manualApproval": [FOLLOWERS]}));
        assert_eq!(
            (manual.automatic.words(), manual.manual.words()),
            (&[][..], &["followers"][..])
        );
        let other = policy(&json!({"automaticApproval": ["https://q.test/network", 5]}));
        assert_eq!(other.automatic.words(), ["unsupported_policy"]);
        for nothing in [
            json!(null),
            json!({}),
            json!({"automaticApproval": []}),
            json!([1]),
        ] {
            assert_eq!(policy(&nothing), QuotePolicy::default(), "{nothing}");
        }
    }

    #[test]
    fn quotes_and_stamps() {
        let id = "https://p.test/1";
        for name in NAMES {
            assert_eq!(quoted(&json!({name: id})).unwrap().as_str(), id, "{name}");
        }
        assert!(quoted(&json!({"quoteUrl": "javascript:1"})).is_none());
        let stamp = json!({"type": "QuoteAuthorization", "id": id, "attributedTo": "https://p.test/a",
            "interactingObject": "https://q.test/1", "interactionTarget": {"id": "https://p.test/2"}});
        assert_eq!(
            Authorization::read(&stamp).unwrap().target.as_str(),
            "https://p.test/2"
        );
        for part in [
            "type",
            "id",
            "attributedTo",
            "interactingObject",
            "interactionTarget",
        ] {
            let mut less = stamp.clone();
            less.as_object_mut().unwrap().remove(part);
            assert!(Authorization::read(&less).is_none(), "{part}");
        }
    }
}
