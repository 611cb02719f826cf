//! Actors: people, bots, groups, servers.

use super::{EmojiTag, Id, Unreadable, bounds, field};
use entrenous_model::{AccountKind, ProfileField};
use entrenous_wire::keys::PublicKey;
use serde_json::Value;

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A human.
    Person,
    /// A bot.
    Service,
    /// A group.
    Group,
    /// A server.
    Application,
    /// An organisation; shown like a person.
    Organization,
}

impl ActorKind {
    /// From the ActivityStreams type.
    #[must_use]
    pub fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "Person" => Self::Person,
            "Service" => Self::Service,
            "Group" => Self::Group,
            "Application" => Self::Application,
            "Organization" => Self::Organization,
            _ => return None,
        })
    }

    /// As accounts keep it.
    #[must_use]
    pub const fn account_kind(self) -> AccountKind {
        match self {
            Self::Person | Self::Organization => AccountKind::Person,
            Self::Service => AccountKind::Service,
            Self::Group => AccountKind::Group,
            Self::Application => AccountKind::Application,
        }
    }
}

/// A public key of an actor. Its id is on the actor's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorKey {
    /// Its id.
    pub id: String,
    /// The key.
    pub key: PublicKey,
}

/// An actor as its document describes it. Nothing in it is verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Its id.
    pub id: Id,
    /// What kind.
    pub kind: ActorKind,
    /// Name before the `@`; `None` if there is none that could stand there.
    pub username: Option<String>,
    /// Name shown, plain text, at most 200 characters.
    pub name: String,
    /// Biography, HTML, **not sanitised**, at most 20,000 characters.
    pub summary: String,
    /// Page for people; the id if there is none.
    pub url: String,
    /// Inbox.
    pub inbox: Option<Id>,
    /// Inbox of the whole node.
    pub shared_inbox: Option<Id>,
    /// Outbox.
    pub outbox: Option<Id>,
    /// Followers collection.
    pub followers: Option<Id>,
    /// Collection of pinned posts.
    pub featured: Option<Id>,
    /// Approves followers by hand.
    pub locked: bool,
    /// May be listed.
    pub discoverable: bool,
    /// Table of the profile, at most 8 rows; values are HTML, **not sanitised**.
    pub fields: Vec<ProfileField>,
    /// Picture.
    pub icon: Option<String>,
    /// Header picture.
    pub image: Option<String>,
    /// Keys that we can use: RSA of `publicKey`, Ed25519 of `assertionMethod` (FEP-521a).
    pub keys: Vec<ActorKey>,
    /// `name@authority` the actor claims (FEP-2c59).
    pub webfinger: Option<String>,
    /// The instance keys' words for this actor's keys, at most 8; see [`crate::endorsement`].
    pub endorsements: Vec<Value>,
    /// Custom emoji in name, biography and table.
    pub emojis: Vec<EmojiTag>,
    /// Says that it is a node of Entrenous.
    pub native: bool,
}

impl Actor {
    /// Reads an actor.
    ///
    /// # Errors
    /// [`Unreadable::UnknownType`] for another type, [`Unreadable::Id`] without an id,
    /// [`Unreadable::TooMany`] beyond 8 keys.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let kind = field::kind(value)
            .and_then(ActorKind::parse)
            .ok_or(Unreadable::UnknownType)?;
        let id = Id::parse(value.get("id").and_then(Value::as_str).ok_or(Unreadable::Id)?)?;
        let endpoints = value.get("endpoints").unwrap_or(&Value::Null);
        let text = |name: &str| field::natural(value, name).0.unwrap_or_default();
        Ok(Self {
            kind,
            username: field::text(value, "preferredUsername").and_then(username),
            name: bounds::line(&text("name"), bounds::NAME),
            summary: bounds::cut(&text("summary"), bounds::BIOGRAPHY),
            url: value
                .get("url")
                .and_then(field::link)
                .unwrap_or_else(|| id.as_str().to_owned()),
            inbox: Id::member(value, "inbox"),
            shared_inbox: Id::member(endpoints, "sharedInbox"),
            outbox: Id::member(value, "outbox"),
            followers: Id::member(value, "followers"),
            featured: Id::member(value, "featured"),
            locked: field::flag(value, "manuallyApprovesFollowers"),
            // Absent means "may be listed" between nodes that chose each other (Lemmy and snac never send it).
            discoverable: value.get("discoverable").and_then(Value::as_bool).unwrap_or(true),
            fields: fields(value),
            icon: value.get("icon").and_then(picture),
            image: value.get("image").and_then(picture),
            keys: keys(value, &id)?,
            webfinger: field::text(value, "webfinger").map(|text| bounds::line(text, 2 * bounds::NAME)),
            endorsements: endorsements(value),
            emojis: EmojiTag::all(value),
            native: field::many(value, "implements")
                .iter()
                .any(|item| item.get("href").and_then(Value::as_str) == Some(crate::render::NATIVE)),
            id,
        })
    }

    /// The key with that id.
    #[must_use]
    pub fn key(&self, key_id: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id == key_id).map(|key| &key.key)
    }
}

fn endorsements(value: &Value) -> Vec<Value> {
    let single = value.get("endorsement").into_iter();
    let more = field::many(value, "endorsements").iter();
    let words = single.chain(more).filter(|word| word.is_object());
    words.take(bounds::KEYS).cloned().collect()
}

fn username(text: &str) -> Option<String> {
    let fits = !text.is_empty()
        && text.chars().count() <= bounds::USERNAME
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~'));
    fits.then(|| text.to_owned())
}

fn fields(value: &Value) -> Vec<ProfileField> {
    field::many(value, "attachment")
        .iter()
        .filter(|item| field::kind(item) == Some("PropertyValue"))
        .take(8)
        .filter_map(|item| {
            let name = bounds::line(field::text(item, "name")?, bounds::NAME);
            let value = bounds::cut(field::text(item, "value")?, 4 * bounds::SUMMARY);
            (!name.is_empty()).then_some(ProfileField { name, value })
        })
        .collect()
}

fn picture(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.first().and_then(field::link),
        single => field::link(single),
    }
}

fn keys(value: &Value, actor: &Id) -> Result<Vec<ActorKey>, Unreadable> {
    let (rsa, multikeys) = (
        field::many(value, "publicKey"),
        field::many(value, "assertionMethod"),
    );
    if rsa.len().saturating_add(multikeys.len()) > bounds::KEYS {
        return Err(Unreadable::TooMany);
    }
    let owned = |key: &Value, owner: &str| match key.get(owner) {
        None => true,
        Some(owner) => owner.as_str() == Some(actor.as_str()),
    };
    let id = |key: &Value| {
        let id = Id::member(key, "id")?;
        (id.origin() == actor.origin()).then(|| id.as_str().to_owned())
    };
    let pem = rsa.iter().filter(|key| owned(key, "owner")).filter_map(|key| {
        let public = PublicKey::from_pem(key.get("publicKeyPem")?.as_str()?).ok()?;
        Some(ActorKey {
            id: id(key)?,
            key: public,
        })
    });
    let multi = multikeys
        .iter()
        .filter(|key| owned(key, "controller"))
        .filter_map(|key| {
            let public = PublicKey::from_multibase(key.get("publicKeyMultibase")?.as_str()?).ok()?;
            Some(ActorKey {
                id: id(key)?,
                key: public,
            })
        });
    let mut keys: Vec<ActorKey> = Vec::new();
    for key in pem.chain(multi) {
        // One key id names one key: the first, so that nothing can be shadowed.
        if !keys.iter().any(|known| known.id == key.id) {
            keys.push(key);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn foreign_and_doubled_keys_are_not_the_actors() {
        let key = entrenous_wire::keys::Ed25519KeyPair::generate()
            .unwrap()
            .public_key()
            .unwrap();
        let other = entrenous_wire::keys::Ed25519KeyPair::generate()
            .unwrap()
            .public_key()
            .unwrap();
        let multikey = |id: &str, controller: &str, key: &PublicKey| json!({"id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": key.to_multibase()});
        let actor = Actor::read(&json!({
            "type": ["Person"], "id": "https://p.test/a", "preferredUsername": "a b",
            "assertionMethod": [
                multikey("https://q.test/a#k", "https://p.test/a", &key),
                multikey("https://p.test/a#k", "https://p.test/b", &other),
                multikey("https://p.test/a#k", "https://p.test/a", &key),
                multikey("https://p.test/a#k", "https://p.test/a", &other),
                "https://p.test/a#elsewhere",
            ],
        }))
        .unwrap();
        assert_eq!(
            actor.keys,
            [ActorKey {
                id: "https://p.test/a#k".to_owned(),
                key
            }]
        );
        assert_eq!(actor.username, None);
        let many: Vec<_> = (0..9).collect();
        let crowd = json!({"type": "Person", "id": "https://p.test/a", "publicKey": many});
        assert_eq!(Actor::read(&crowd), Err(Unreadable::TooMany));
    }
}
