//! Building what this node sends: actors, notes, activities, collections.
//!
//! `as:Public` is never written. Between nodes of Entrenous "public" is the author's node's `network` collection; other
//! software gets the followers collection instead, since it would show anything else to the world or to nobody.

mod activity;
mod actor;
mod attachment;
mod audience;
mod collection;
mod emoji;
mod fetched;
mod node;
mod note;
mod parcel;
mod question;
mod quote;
mod reader;
mod writer;
mod written;

pub use activity::Sent;
pub use actor::INSTANCE_NAME;
pub(crate) use actor::featured_of;
pub use audience::Addressed;
pub use collection::{collection, ordered_page, partial, tombstone};
pub use fetched::announce;
pub use reader::Reader;
pub(crate) use written::Written;

use activitypub_federation::protocol::context::WithContext;
use chrono::SecondsFormat;
use entrenous_model::Time;
use serde::Serialize;
use serde_json::{Value, json};

/// What an instance actor's `implements` says of a node of Entrenous, federation version 1.
pub const NATIVE: &str = "urn:entrenous:federation:1";

/// `content-type` of everything here.
pub use activitypub_federation::FEDERATION_CONTENT_TYPE as CONTENT_TYPE;

/// A moment as it is written: RFC 3339 in UTC with milliseconds.
pub(crate) fn time(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The context of all our documents. Plain JSON readers pass it over; the terms are those that others define.
pub(crate) fn context() -> Value {
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://w3id.org/security/multikey/v1",
        entrenous_wire::proof::CONTEXT,
        {
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "sensitive": "as:sensitive",
            "Hashtag": "as:Hashtag",
            "Emoji": "toot:Emoji",
            "EmojiReact": "http://litepub.social/ns#EmojiReact",
            "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount",
            "featured": {"@id": "toot:featured", "@type": "@id"},
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "blurhash": "toot:blurhash",
            "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
            "schema": "http://schema.org#",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "webfinger": {"@id": "https://purl.archive.org/socialweb/webfinger#webfinger"},
            "fep044f": "https://w3id.org/fep/044f#",
            "QuoteRequest": "fep044f:QuoteRequest",
            "QuoteAuthorization": "fep044f:QuoteAuthorization",
            "quote": {"@id": "fep044f:quote", "@type": "@id"},
            "quoteAuthorization": {"@id": "fep044f:quoteAuthorization", "@type": "@id"},
            "quoteUrl": "as:quoteUrl",
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns/#_misskey_quote",
            "gts": "https://gotosocial.org/ns#",
            "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
            "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
            "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
            "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
            "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
            "implements": {"@id": "https://w3id.org/fep/844e/implements", "@container": "@list"},
            "endorsement": {"@id": "urn:entrenous:endorsement", "@type": "@json"},
            "endorsements": {"@id": "urn:entrenous:endorsement", "@type": "@json"}
        }
    ])
}

/// Puts the context in front of a document.
pub(crate) fn with_context(document: impl Serialize) -> Value {
    serde_json::to_value(WithContext::new(document, context())).unwrap_or(Value::Null)
}
