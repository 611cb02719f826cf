//! Whether something may cross between this node and a peer: the one place where a contract is asked.
//!
//! The answer is a [`Cleared`], which only this module makes. What queues, posts, takes, fetches or answers demands one of
//! its own gate, so that nothing can cross without the peer's state and contract having been asked: the compiler finds
//! who forgot.

use crate::contract::{DirectoryScope, GroupScope, PostScope, ProfileScope, Terms};
use crate::{OutboundActivity, Peer, PeerId, PeerState, ProposalStep, Software};
use std::marker::PhantomData;

mod sealed {
    pub trait Sealed {}
}

/// A place where things cross.
pub trait Gate: sealed::Sealed + Copy {
    /// True if what crosses here is given by this node.
    const OURS: bool;
    /// Its name, for people.
    const NAME: &'static str;
}

macro_rules! gates {
    ($($(#[$doc:meta])* $name:ident, $ours:literal, $text:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Gate for $name {
            const OURS: bool = $ours;
            const NAME: &'static str = $text;
        }
    )* };
}

gates! {
    /// An activity of ours goes to the peer.
    Sending, true, "send";
    /// The peer's request is answered.
    Serving, true, "serve";
    /// An activity of the peer's comes in.
    Receiving, false, "receive";
    /// We ask the peer for something.
    Fetching, false, "fetch";
}

/// How the peer has to do with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// Not at all.
    Stranger,
    /// They are in a group that both nodes share.
    Group,
    /// By a follow, a mention or a message.
    Known,
}

/// What is to cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter<'a> {
    /// What nodes tell each other of themselves: name and keys, contracts, and that somebody has left.
    Node,
    /// That something is taken back: a deletion, an undo, a refusal. It makes nothing known, and keeping it back would leave
    /// with the other what its author has withdrawn.
    Retraction,
    /// Who signed, so that the signature can be verified.
    Key,
    /// A wish to follow: it asks the other side for what that side may give.
    Follow,
    /// A post or a reaction.
    Posts,
    /// What a post has become that was sent before.
    Revision,
    /// A post that is for the whole network.
    Network,
    /// A person.
    Person(Acquaintance),
    /// What happens in a group, by its ActivityPub id.
    Group(&'a str),
    /// A document.
    Document,
    /// A message in a chat.
    Chat,
    /// A call.
    Call,
    /// Another node, made known.
    Introduction,
    /// That something is wrong with what the other side gives: whoever gives people, or what they write, hears of it.
    Report,
    /// A file of so many bytes, of something that may cross itself.
    File(u64),
}

/// Why something may not cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// The peer is not active.
    State(PeerState),
    /// The contract does not give it.
    Contract,
}

impl Barred {
    /// The stable reason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::State(_) => "peer_not_active",
            Self::Contract => "contract",
        }
    }
}

/// That the contract was asked and allows it, for one peer at one gate. Not kept: contracts change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared<G: Gate> {
    peer: PeerId,
    profile: ProfileScope,
    largest_file: u64,
    network: bool,
    gate: PhantomData<G>,
}

impl<G: Gate> Cleared<G> {
    /// For whom.
    #[must_use]
    pub const fn peer(&self) -> PeerId {
        self.peer
    }

    /// What of profiles crosses here.
    #[must_use]
    pub const fn profile(&self) -> ProfileScope {
        self.profile
    }

    /// The largest file that crosses here, in bytes.
    #[must_use]
    pub const fn largest_file(&self) -> u64 {
        self.largest_file
    }

    /// Whether posts for the whole network cross here.
    #[must_use]
    pub const fn network(&self) -> bool {
        self.network
    }
}

impl Peer {
    /// Asks the contract, at one gate.
    ///
    /// # Errors
    /// [`Barred`], with the reason.
    pub fn clear<G: Gate>(&self, matter: Matter<'_>) -> Result<Cleared<G>, Barred> {
        if self.state != PeerState::Active {
            return Err(Barred::State(self.state));
        }
        let contract = &self.contract;
        let (terms, back) = if G::OURS {
            (&contract.we_give, &contract.they_give)
        } else {
            (&contract.they_give, &contract.we_give)
        };
        // Other software has no network collection: what is for the network is for its followers there.
        let network = self.software == Software::Native && terms.posts == PostScope::Network;
        let allowed = match matter {
            Matter::Network => network,
            other => gives(terms, back, other),
        };
        if !allowed {
            return Err(Barred::Contract);
        }
        Ok(self.cleared(network))
    }

    /// Asks whether something may be queued for the peer: as [`Peer::clear`], and while the peer is suspended also what is
    /// taken back, who has left, and what has become of what it has: it would show what its author has corrected for ever.
    /// It goes out when the peer is active again, and is asked about once more then.
    ///
    /// # Errors
    /// [`Barred`], with the reason.
    pub fn clear_to_queue(&self, matter: Matter<'_>) -> Result<Cleared<Sending>, Barred> {
        match (self.state, matter) {
            (PeerState::Suspended, Matter::Node | Matter::Retraction) => Ok(self.cleared(false)),
            (PeerState::Suspended, Matter::Revision) if self.contract.we_give.posts != PostScope::None => {
                Ok(self.cleared(false))
            }
            _ => self.clear(matter),
        }
    }

    const fn cleared<G: Gate>(&self, network: bool) -> Cleared<G> {
        let terms = if G::OURS {
            &self.contract.we_give
        } else {
            &self.contract.they_give
        };
        Cleared {
            peer: self.id,
            profile: terms.profile,
            largest_file: terms.largest_file,
            network,
            gate: PhantomData,
        }
    }

    /// Of notices about the connection itself (confirmed, ended, purged), which cross in other states as well. They are
    /// signed by the pinned keys, on a route that takes nothing else.
    #[must_use]
    pub const fn clear_notice(&self) -> Cleared<Receiving> {
        Cleared {
            peer: self.id,
            profile: ProfileScope::NAME,
            largest_file: 0,
            network: false,
            gate: PhantomData,
        }
    }

    /// That new keys of this node may be queued for the peer, also while it is not active: they are sent once it is. `None`
    /// for one that was revoked.
    #[must_use]
    pub fn clear_keys(&self) -> Option<Cleared<Sending>> {
        (self.state != PeerState::Revoked).then_some(Cleared {
            peer: self.id,
            profile: ProfileScope::NAME,
            largest_file: 0,
            network: false,
            gate: PhantomData,
        })
    }

    /// Activities a minute that may cross at a gate.
    #[must_use]
    pub const fn rate<G: Gate>(&self) -> u32 {
        if G::OURS {
            self.contract.we_give.rate
        } else {
            self.contract.they_give.rate
        }
    }
}

/// `terms` are those of the direction in which it would cross, `back` those of the other.
fn gives(terms: &Terms, back: &Terms, matter: Matter<'_>) -> bool {
    match matter {
        Matter::Node | Matter::Retraction | Matter::Key => true,
        Matter::Follow => back.posts != PostScope::None,
        Matter::Posts | Matter::Revision => terms.posts != PostScope::None,
        Matter::Network => terms.posts == PostScope::Network,
        Matter::Person(Acquaintance::Stranger) => terms.directory == DirectoryScope::All,
        Matter::Person(Acquaintance::Group) => terms.directory != DirectoryScope::None,
        // Who takes part in what crosses, whichever way, is known by it.
        Matter::Person(Acquaintance::Known) => {
            terms.directory == DirectoryScope::All || takes_part(terms) || takes_part(back)
        }
        Matter::Report => back.directory == DirectoryScope::All || takes_part(back),
        Matter::Group(id) => match &terms.groups {
            GroupScope::None => false,
            GroupScope::Named(names) => names.contains(id),
            GroupScope::All => true,
        },
        Matter::Document => terms.documents,
        Matter::Chat => terms.chat,
        Matter::Call => terms.calls,
        Matter::Introduction => terms.introduces,
        Matter::File(bytes) => bytes <= terms.largest_file,
    }
}

/// What people write crosses, in one form or another.
fn takes_part(terms: &Terms) -> bool {
    terms.posts != PostScope::None || terms.chat || terms.groups != GroupScope::None
}

impl OutboundActivity {
    /// What of the contract it falls under.
    #[must_use]
    pub const fn matter(&self) -> Matter<'static> {
        match self {
            Self::Introduction {
                step: ProposalStep::Offer,
                ..
            } => Matter::Introduction,
            Self::DeleteActor
            | Self::UpdateNode
            | Self::UpdateKeys { .. }
            | Self::Contract { .. }
            | Self::Introduction { .. } => Matter::Node,
            Self::Follow { .. } => Matter::Follow,
            Self::Flag { .. } => Matter::Report,
            Self::DeletePost { .. }
            | Self::UndoBoost { .. }
            | Self::UndoFavourite { .. }
            | Self::UndoReact { .. }
            | Self::Unpin { .. }
            | Self::UndoFollow { .. }
            | Self::RejectFollow { .. }
            | Self::RejectQuote { .. }
            | Self::RevokeQuote { .. } => Matter::Retraction,
            // Whom a change of profile reaches follows already, or is told nothing new.
            Self::UpdateProfile => Matter::Person(Acquaintance::Known),
            Self::UpdatePost { .. } => Matter::Revision,
            Self::CreatePost { .. }
            | Self::Vote { .. }
            | Self::Boost { .. }
            | Self::Favourite { .. }
            | Self::React { .. }
            | Self::Pin { .. }
            | Self::AcceptFollow { .. }
            | Self::QuoteRequest { .. }
            | Self::AcceptQuote { .. }
            | Self::Block { .. }
            | Self::UndoBlock { .. } => Matter::Posts,
        }
    }
}

#[cfg(test)]
mod tests;
