//! The instance actor and people.

use super::{NATIVE, Reader, time, with_context};
use crate::{Federation, ShownKeys};
use activitypub_federation::protocol::public_key::PublicKey as PublicKeyDocument;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_domain::{DomainError, Result, custom_emoji, media};
use entrenous_model::{Account, AccountKind, MediaId};
use entrenous_wire::keys::PublicKey;
use serde_json::{Map, Value, json};
use url::Url;

impl Federation {
    /// The instance actor's document as everyone sees it, with the current keys.
    ///
    /// # Errors
    /// `Internal` if this node's origin is no URL, which it is.
    pub fn instance_actor(&self) -> Result<Value> {
        self.instance_actor_with(&self.identity().current())
    }

    /// The same with the keys of one generation, and the word of the former ones for them.
    pub(super) fn instance_actor_with(&self, keys: &ShownKeys) -> Result<Value> {
        let (identity, look) = (self.identity(), self.ctx().look());
        let origin = self.ctx().origin();
        let actor = identity.actor();
        let page = origin.join("/about");
        let mut document = with_context(json!({
            "id": actor,
            "type": "Application",
            "preferredUsername": INSTANCE_NAME,
            "webfinger": format!("{INSTANCE_NAME}@{}", origin.authority()),
            "name": look.name,
            "summary": format!("<p>{}</p>", crate::vocabulary::escape(&look.description)),
            "url": page,
            "inbox": origin.join("/actor/inbox"),
            "outbox": origin.join("/actor/outbox"),
            "endpoints": {"sharedInbox": origin.join("/inbox")},
            "manuallyApprovesFollowers": true,
            "discoverable": false,
            "indexable": false,
            "publicKey": public_key(actor, &keys.rsa_id, &keys.rsa)?,
            "assertionMethod": [multikey(actor, &keys.ed25519_id, &keys.ed25519)],
            "implements": [
                {"href": NATIVE, "name": "Entrenous federation, version 1"},
                {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"},
                {
                    "href": "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
                    "name": "RFC-9421 signatures using the Ed25519 algorithm"
                }
            ],
        }));
        let words = identity.endorsed(keys)?;
        if let Some(members) = document.as_object_mut().filter(|_| !words.is_empty()) {
            members.insert("endorsements".to_owned(), Value::Array(words));
        }
        Ok(document)
    }

    /// A person's document, with the endorsement of their keys by those of ours that the reader has, and of the profile only
    /// what is given.
    ///
    /// # Errors
    /// Those of the domain; `Internal` for a person without keys.
    pub async fn person(&self, account: &Account, reader: Reader) -> Result<Value> {
        let given = reader.profile;
        let mut document = Map::new();
        let origin = self.ctx().origin();
        let id = account.uri.as_str();
        let mut put = |name: &str, value: Value| {
            document.insert(name.to_owned(), value);
        };
        put("id", json!(id));
        put("type", json!(kind(account.kind)));
        put("preferredUsername", json!(account.username));
        put(
            "webfinger",
            json!(format!("{}@{}", account.username, origin.authority())),
        );
        put(
            "name",
            json!(if account.display_name.is_empty() {
                &account.username
            } else {
                &account.display_name
            }),
        );
        put(
            "summary",
            json!(if given.note { account.note.as_str() } else { "" }),
        );
        put("url", json!(account.url));
        put("inbox", json!(account.inbox_uri));
        put("outbox", json!(format!("{id}/outbox")));
        put("followers", json!(account.followers_uri));
        put("following", json!(format!("{id}/following")));
        put("featured", json!(featured_of(account)));
        put("endpoints", json!({"sharedInbox": origin.join("/inbox")}));
        put("manuallyApprovesFollowers", json!(account.locked));
        put("discoverable", json!(account.discoverable));
        put("indexable", json!(false));
        put("published", json!(time(account.created_at)));
        put("updated", json!(time(account.updated_at)));
        let fields = account.fields.iter().filter(|_| given.fields);
        let fields =
            fields.map(|field| json!({"type": "PropertyValue", "name": field.name, "value": field.value}));
        put("attachment", Value::Array(fields.collect()));
        custom_emoji::known(self.ctx()).await?;
        let fields = account.fields.iter().filter(|_| given.fields);
        let texts = fields.flat_map(|field| [field.name.as_str(), field.value.as_str()]);
        let note = if given.note { account.note.as_str() } else { "" };
        let texts = texts.chain([account.display_name.as_str(), note]);
        let emojis = self.emoji_tags(texts, reader);
        if !emojis.is_empty() {
            put("tag", Value::Array(emojis));
        }

        let keys = accounts::public_keys(self.ctx(), account.id).await?;
        let mut public = Vec::new();
        for key in &keys {
            let parsed = PublicKey::from_text(&key.public).map_err(DomainError::internal)?;
            match key.kind {
                KeyKind::Rsa => put("publicKey", public_key(id, &key.key_id, &parsed)?),
                KeyKind::Ed25519 => put("assertionMethod", json!([multikey(id, &key.key_id, &parsed)])),
            }
            public.push(parsed);
        }
        if public.is_empty() {
            return Err(DomainError::internal(format!("{} has no keys", account.username)));
        }
        let mut words = self
            .identity()
            .endorse(reader.our_keys, id, &public, account.updated_at)?
            .into_iter();
        if let Some(word) = words.next() {
            put("endorsement", word);
        }
        if words.len() > 0 {
            put("endorsements", words.collect());
        }

        for (name, picture) in [("icon", account.avatar), ("image", account.header)] {
            if let Some(picture) = picture.filter(|_| given.pictures)
                && let Some(image) = self.image(picture).await?
            {
                document.insert(name.to_owned(), image);
            }
        }
        Ok(with_context(document))
    }

    /// An `Image` under a capability URL; `None` if the file is gone.
    async fn image(&self, id: MediaId) -> Result<Option<Value>> {
        let file = self
            .ctx()
            .store()
            .read(move |conn| entrenous_store::media::by_id(conn, id))
            .await?;
        let Some(file) = file else { return Ok(None) };
        let path = media::capability_path(self.ctx(), file.id, file.epoch)?;
        let url = self.ctx().origin().join(&path);
        Ok(Some(
            json!({"type": "Image", "mediaType": file.content_type, "url": url}),
        ))
    }
}

/// The collection of a person's pinned posts.
pub(crate) fn featured_of(account: &Account) -> String {
    format!("{}/featured", account.uri)
}

/// Name of the instance actor before the `@`; no person can have it.
pub const INSTANCE_NAME: &str = "actor";

const fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Person => "Person",
        AccountKind::Service => "Service",
        AccountKind::Group => "Group",
        AccountKind::Application => "Application",
    }
}

fn public_key(owner: &str, id: &str, key: &PublicKey) -> Result<Value> {
    let document = PublicKeyDocument {
        id: id.to_owned(),
        owner: Url::parse(owner).map_err(DomainError::internal)?,
        public_key_pem: key.to_pem(),
    };
    serde_json::to_value(document).map_err(DomainError::internal)
}

fn multikey(controller: &str, id: &str, key: &PublicKey) -> Value {
    json!({"id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": key.to_multibase()})
}
