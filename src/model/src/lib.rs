//! The words of Entrenous: ids, entities, events, audiences and contracts.
//!
//! Pure types without I/O. Every other crate depends on this one; it depends on none of them.

pub mod account;
pub mod announcement;
pub mod attachment;
pub mod contract;
pub mod conversation;
pub mod emoji;
pub mod ending;
pub mod event;
pub mod featured;
pub mod filter;
pub mod group;
pub mod ids;
pub mod introduction;
pub mod ledger;
pub mod list;
pub mod media;
pub mod member;
pub mod notification;
pub mod oauth;
pub mod origin;
pub mod outbound;
pub mod own_keys;
pub mod page;
pub mod peer;
pub mod policy;
pub mod poll;
pub mod post;
pub mod proposal;
pub mod push;
pub mod quote;
pub mod relationship;
pub mod report;
pub mod scheduled;

pub use account::{Account, AccountKind, ProfileField};
pub use announcement::Announcement;
pub use attachment::{
    Attachment, AttachmentKind, AttachmentState, Focus, FrameRate, PreparedFile, PreparedPreview, Preview,
};
pub use contract::{
    AtEnd, Contract, DirectoryScope, GroupScope, PostScope, Preset, ProfileScope, Terms, TermsError,
};
pub use conversation::Conversation;
pub use emoji::{Emoji, EmojiPicture, PreparedEmoji};
pub use ending::{Consequences, OrderState, Purge, PurgeOrder, Tally};
pub use event::Event;
pub use featured::FeaturedTag;
pub use filter::{Filter, FilterAction, FilterContext, FilterContexts, FilterKeyword, FilterStatus};
pub use group::{Group, GroupKind, GroupPolicy, GroupRole, GroupState, MemberState, Membership};
pub use ids::*;
pub use introduction::{Introduction, IntroductionState};
pub use ledger::{Crossing, Direction, LedgerHead, LedgerRow, Parcel};
pub use list::{List, RepliesPolicy};
pub use media::Media;
pub use member::{Invite, Member, Role};
pub use notification::{Notification, NotificationKind};
pub use oauth::{App, Scope, Scopes, Token};
pub use origin::Origin;
pub use outbound::{OutboundActivity, QuoteAsked};
pub use own_keys::{KeyAlert, KeyGeneration, OwnKeys};
pub use page::Page;
pub use peer::{Circuit, Peer, PeerIdentity, PeerKeys, PeerState, SignatureForm, Software};
pub use policy::{Acquaintance, Barred, Cleared, Fetching, Gate, Matter, Receiving, Sending, Serving};
pub use poll::{Choices, Poll, PollOption};
pub use post::{Post, Visibility};
pub use proposal::{Agreed, Proposal, ProposalStep};
pub use push::{PushAlerts, PushKeys, PushPolicy, PushSubscription};
pub use quote::{Quote, QuoteChoice, QuotePolicy, QuoteState, Quoters};
pub use relationship::{Follow, Relationship};
pub use report::{Evidence, Report, ReportCategory, ReportedPost, ReportedRule};
pub use scheduled::{Scheduled, ScheduledParams, ScheduledPoll, Unpublished};

/// A moment in UTC. Stored and sent with microseconds at most.
pub type Time = chrono::DateTime<chrono::Utc>;
