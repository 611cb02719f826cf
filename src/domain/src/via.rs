//! By which door a use-case is entered.

use entrenous_model::{Matter, Parcel, PeerId};

/// Local person or peer: the same verb serves both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// A person of this node, through the client API or the command line.
    Local,
    /// A verified activity of a peer. The verb claims the receipt in its own transaction, so that an activity has
    /// exactly one effect.
    Peer(Receipt),
}

/// A verified activity that is being applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Who sent it.
    pub peer: PeerId,
    /// ActivityPub id of the activity.
    pub activity: String,
    /// What the ledger tells of it; the activity's id is above.
    pub parcel: Parcel,
    /// What of the contract it falls under.
    pub matter: Matter<'static>,
}
