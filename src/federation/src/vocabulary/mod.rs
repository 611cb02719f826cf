//! Reading what others send: lenient in form, strict in size.
//!
//! ActivityStreams 2.0 is written in many ways: one value or a list, an id or the object itself, `@context` of any
//! shape. This module reads plain JSON (no JSON-LD processor, see `docs/decisions/`) into our own types and decides
//! nothing: who may say what is the inbox's and the domain's business.
//!
//! * [`read`] turns bytes into a [`serde_json::Value`] within the bounds of [`bounds`].
//! * [`Inbound::parse`] reads an activity as it comes into an inbox.
//! * [`Actor::read`], [`Note::read`] and [`Object::read`] read what was fetched or embedded.

mod activity;
mod actor;
mod attachment;
mod audience;
pub mod bounds;
mod collection;
mod field;
mod id;
mod note;
mod question;
mod quote;
mod tag;

pub use activity::{Activity, ActivityKind, Inbound, Object};
pub use actor::{Actor, ActorKey, ActorKind};
pub use attachment::Attached;
pub use audience::{Audience, Recipient};
pub use bounds::read;
pub use collection::{CollectionPart, NextPart};
pub use id::Id;
pub use note::{Note, NoteKind, escape};
pub use question::{Closed, Question};
pub(crate) use quote::AUTHORIZATION;
pub use quote::{Authorization, CanQuote};
pub use tag::{EmojiTag, Mention, Tags};

/// The id of the collection of everyone, which we never send.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Why a document is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More bytes than [`bounds::BYTES`].
    #[error("the document is too large")]
    TooLarge,
    /// Nested deeper than [`bounds::DEPTH`], or more values, recipients, mentions or tags than we take.
    #[error("the document holds too much")]
    TooMany,
    /// Not JSON, or not of the shape that its type needs; the text names the member.
    #[error("the document cannot be read: {0}")]
    Malformed(&'static str),
    /// An id that is no canonical http or https URL.
    #[error("an id is missing or not canonical")]
    Id,
    /// An object of a type that we do not know.
    #[error("an object of an unknown type")]
    UnknownType,
}

impl Unreadable {
    /// A stable name for the audit trail.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::Malformed(_) => "malformed",
            Self::Id => "id",
            Self::UnknownType => "unknown_type",
        }
    }
}
