//! Activities, and objects of any kind.

use super::{Actor, Audience, EmojiTag, Id, Note, NoteKind, Unreadable, actor::ActorKind, field};
use entrenous_model::Time;
use serde_json::Value;

/// Longest text of a reaction, in characters: a shortcode between colons, and room to see that it is too long.
const REACTION: usize = 80;

/// What an activity does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names are those of the ActivityStreams vocabulary, section 3"
)]
pub enum ActivityKind {
    Create,
    Update,
    Delete,
    Follow,
    Accept,
    Reject,
    Undo,
    Like,
    Announce,
    Block,
    Invite,
    Offer,
    Flag,
    /// A wish to quote a post (FEP-044f).
    QuoteRequest,
    /// One that we take and do nothing about.
    Other,
}

impl ActivityKind {
    fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "Create" => Self::Create,
            "Update" => Self::Update,
            "Delete" => Self::Delete,
            "Follow" => Self::Follow,
            "Accept" => Self::Accept,
            "Reject" => Self::Reject,
            "Undo" => Self::Undo,
            "Like" => Self::Like,
            "Announce" => Self::Announce,
            "Block" => Self::Block,
            "Invite" => Self::Invite,
            "Offer" => Self::Offer,
            "Flag" => Self::Flag,
            "QuoteRequest" => Self::QuoteRequest,
            "EmojiReact" | "Dislike" | "Add" | "Remove" | "Move" | "Lock" | "Ping" | "Pong" | "View"
            | "Read" | "Join" | "Leave" | "Ignore" | "TentativeAccept" | "TentativeReject" | "Listen"
            | "Travel" | "Arrive" | "Question" => Self::Other,
            _ => return None,
        })
    }
}

/// An activity, received or embedded in another.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// What it does.
    pub kind: ActivityKind,
    /// The type as written, for logs; at most 50 characters.
    pub kind_name: String,
    /// Its id; always there in [`Inbound`].
    pub id: Option<Id>,
    /// Who does it; always there in [`Inbound`].
    pub actor: Option<Id>,
    /// On what.
    pub object: Object,
    /// With what: the post that quotes, of a `QuoteRequest`.
    pub instrument: Object,
    /// What came of it: the stamp of a quote, of an `Accept`.
    pub result: Option<Id>,
    /// Where: the collection of an `Add`, the community or site of a `Block` that is a ban (Lemmy).
    pub target: Option<Id>,
    /// To whom.
    pub audience: Audience,
    /// When.
    pub published: Option<Time>,
    /// Text of a reaction (`EmojiReact`, or a `Like` of Mitra with an emoji), at most 80 characters.
    pub content: Option<String>,
    /// Custom emoji of a reaction.
    pub emojis: Vec<EmojiTag>,
}

/// An object of an activity: named by its id, or embedded.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// Nothing.
    None,
    /// By its id.
    Id(Id),
    /// An activity.
    Activity(Box<Activity>),
    /// A text.
    Note(Box<Note>),
    /// An actor.
    Actor(Box<Actor>),
    /// What is left of something deleted.
    Tombstone(Id),
    /// Another kind, or one whose parts cannot be read; with the reason.
    Other(Option<Id>, Unreadable),
}

impl Object {
    /// Reads an object. What cannot be read becomes [`Object::Other`], since an `Undo` or `Delete` needs only the id.
    #[must_use]
    pub fn read(value: &Value) -> Self {
        let value = match value {
            Value::Array(items) => items.first().unwrap_or(&Value::Null),
            single => single,
        };
        let other = |reason| Self::Other(Id::of(value), reason);
        match value {
            Value::Null => Self::None,
            Value::String(text) => Id::parse(text).map_or_else(other, Self::Id),
            Value::Object(members) => {
                let Some(kind) = field::kind(value) else {
                    // `{"id": …}` alone names an object as the id does.
                    return match Id::of(value) {
                        Some(id) if members.len() == 1 => Self::Id(id),
                        _ => other(Unreadable::UnknownType),
                    };
                };
                if kind == "Tombstone" {
                    Id::of(value).map_or_else(|| other(Unreadable::Id), Self::Tombstone)
                } else if ActorKind::parse(kind).is_some() {
                    Actor::read(value).map_or_else(other, |actor| Self::Actor(Box::new(actor)))
                } else if NoteKind::parse(kind).is_some() {
                    Note::read(value).map_or_else(other, |note| Self::Note(Box::new(note)))
                } else if ActivityKind::parse(kind).is_some() {
                    Activity::read(value).map_or_else(other, |activity| Self::Activity(Box::new(activity)))
                } else {
                    other(Unreadable::UnknownType)
                }
            }
            _ => other(Unreadable::Malformed("object")),
        }
    }

    /// Its id, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::None => None,
            Self::Id(id) | Self::Tombstone(id) => Some(id),
            Self::Activity(activity) => activity.id.as_ref(),
            Self::Note(note) => Some(&note.id),
            Self::Actor(actor) => Some(&actor.id),
            Self::Other(id, _) => id.as_ref(),
        }
    }

    /// True if the object's parts are here, not just its id.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        matches!(self, Self::Activity(_) | Self::Note(_) | Self::Actor(_))
    }
}

impl Activity {
    /// Reads an activity.
    ///
    /// # Errors
    /// [`Unreadable::UnknownType`] for another type, [`Unreadable::TooMany`] beyond 1,000 recipients.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let name = field::kind(value).ok_or(Unreadable::UnknownType)?;
        Ok(Self {
            kind: ActivityKind::parse(name).ok_or(Unreadable::UnknownType)?,
            kind_name: super::bounds::cut(name, 50),
            id: value
                .get("id")
                .and_then(Value::as_str)
                .and_then(|id| Id::parse(id).ok()),
            actor: Id::member(value, "actor"),
            object: Object::read(value.get("object").unwrap_or(&Value::Null)),
            instrument: Object::read(value.get("instrument").unwrap_or(&Value::Null)),
            result: Id::member(value, "result"),
            target: Id::member(value, "target"),
            audience: Audience::read(value)?,
            published: field::time(value, "published"),
            content: field::text(value, "content").map(|text| super::bounds::line(text, REACTION)),
            emojis: EmojiTag::all(value),
        })
    }
}

/// An activity as it came into an inbox: with an id and an actor.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// Its id.
    pub id: Id,
    /// Who does it.
    pub actor: Id,
    /// The activity.
    pub activity: Activity,
    /// The whole document, for its proof.
    pub document: Value,
}

impl Inbound {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// As [`super::read`] and [`Activity::read`]; [`Unreadable::Id`] without id or actor.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        let document = super::read(body)?;
        if !document.is_object() {
            return Err(Unreadable::Malformed("the activity"));
        }
        let activity = Activity::read(&document)?;
        let id = activity.id.clone().ok_or(Unreadable::Id)?;
        let actor = activity.actor.clone().ok_or(Unreadable::Id)?;
        Ok(Self {
            id,
            actor,
            activity,
            document,
        })
    }
}
