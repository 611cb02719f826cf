//! To whom an activity or object is addressed.

use super::{Id, PUBLIC, Unreadable, bounds, field};
use entrenous_model::{Origin, Visibility};
use serde_json::Value;

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The collection of everyone. Received, it means the sender's network and no more.
    Public,
    /// An actor or collection.
    Id(Id),
}

/// `to` and `cc`. `bto` and `bcc` are not for receivers and are not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Primary recipients.
    pub to: Vec<Recipient>,
    /// Secondary recipients.
    pub cc: Vec<Recipient>,
}

impl Audience {
    /// Reads `to` and `cc`. Entries that are no ids are left out.
    ///
    /// # Errors
    /// [`Unreadable::TooMany`] beyond 1,000 entries in all.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let (to, cc) = (field::many(value, "to"), field::many(value, "cc"));
        if to.len().saturating_add(cc.len()) > bounds::RECIPIENTS {
            return Err(Unreadable::TooMany);
        }
        Ok(Self {
            to: recipients(to),
            cc: recipients(cc),
        })
    }

    /// All ids, each once, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.to
            .iter()
            .chain(&self.cc)
            .filter_map(|recipient| match recipient {
                Recipient::Id(id) => Some(id),
                Recipient::Public => None,
            })
    }

    /// True if `uri` is among the recipients.
    #[must_use]
    pub fn names(&self, uri: &str) -> bool {
        self.ids().any(|id| id.as_str() == uri)
    }

    /// What the audience means here. `author` is the author's origin, `followers` their followers collection: the whole
    /// network in `to` is public, in `cc` unlisted; followers anywhere private; people only direct.
    /// `as:Public` received means the network of the author's node.
    #[must_use]
    pub fn visibility(&self, author: &Origin, followers: &str) -> Visibility {
        let network = author.join("/network");
        let whole = |recipient: &Recipient| match recipient {
            Recipient::Public => true,
            Recipient::Id(id) => id.as_str() == network,
        };
        if self.to.iter().any(whole) {
            Visibility::Public
        } else if self.cc.iter().any(whole) {
            Visibility::Unlisted
        } else if self.names(followers) {
            Visibility::Private
        } else {
            Visibility::Direct
        }
    }
}

pub(super) fn recipients(values: &[Value]) -> Vec<Recipient> {
    values
        .iter()
        .filter_map(|value| match value.as_str() {
            Some(PUBLIC | "as:Public" | "Public") => Some(Recipient::Public),
            _ => Id::of(value).map(Recipient::Id),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn visibility(value: &Value) -> Visibility {
        let author = Origin::parse("https://p.test").unwrap();
        Audience::read(value)
            .unwrap()
            .visibility(&author, "https://p.test/u/a/followers")
    }

    #[test]
    fn as_others_write_it() {
        assert_eq!(
            visibility(&json!({"to": PUBLIC, "cc": "https://p.test/u/a/followers"})),
            Visibility::Public
        );
        assert_eq!(
            visibility(&json!({"to": ["https://p.test/u/a/followers"], "cc": ["as:Public"]})),
            Visibility::Unlisted
        );
        assert_eq!(
            visibility(&json!({"to": "https://p.test/network"})),
            Visibility::Public
        );
        // Another node's network is not the author's to address.
        assert_eq!(
            visibility(&json!({"to": "https://q.test/network"})),
            Visibility::Direct
        );
        assert_eq!(
            visibility(&json!({"to": "https://p.test/u/a/followers"})),
            Visibility::Private
        );
        assert_eq!(
            visibility(&json!({"to": ["https://n.test/people/b", null, 5]})),
            Visibility::Direct
        );
        assert_eq!(visibility(&json!({})), Visibility::Direct);
        let many: Vec<_> = (0..1001).map(|n| format!("https://p.test/{n}")).collect();
        assert_eq!(Audience::read(&json!({"to": many})), Err(Unreadable::TooMany));
    }
}
