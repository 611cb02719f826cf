//! Queueing what leaves the node, inside the transaction of the use-case that causes it. The gate on sending.

use crate::Result;
use entrenous_model::{
    AccountId, ActivityId, Cleared, DeliveryId, Event, KeyGeneration, Matter, OutboundActivity, Peer, PeerId,
    PostId, Sending, Software,
};
use entrenous_store::deliveries::{self, NewActivity, NewDelivery, Target};
use entrenous_store::{StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// To whom an activity goes. Peers are worked out in the transaction; only active ones whose contract lets it cross get it,
/// and suspended ones what is taken back, when they are active again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The nodes of these remote people (local ones are ignored).
    People(Vec<AccountId>),
    /// The nodes of the author's accepted followers, of these people, and, if `network`, every native peer whose contract
    /// gives posts for the network.
    Followers {
        /// The people mentioned.
        also: Vec<AccountId>,
        /// Also the network.
        network: bool,
    },
    /// Every native peer, and all other nodes that may know of the author: followers, followed, and whatever was sent of
    /// theirs.
    Everywhere,
    /// The nodes that were ever sent something about this post, and those of these people, if they may have posts: others
    /// would hear from the end of a post that there was one.
    Reached {
        /// The post.
        post: PostId,
        /// These too.
        also: Vec<AccountId>,
    },
}

/// Writes the activity and one delivery per peer (through its shared inbox, else the person's own), ordered by author
/// and conversation. Nothing is written when nobody is to get it, and of a group's post to nobody at all.
///
/// # Errors
/// Only the store's.
pub fn queue(
    tx: &mut Tx,
    author: AccountId,
    post: Option<PostId>,
    activity: &OutboundActivity,
    audience: &Audience,
) -> Result<()> {
    // No node has anything of a group yet: neither what is said there nor what becomes of it.
    if let Some(post) = post
        && entrenous_store::groups::of_post(tx, post)?.is_some()
    {
        return Ok(());
    }
    let wanted = targets(tx, author, audience, activity.matter())?;
    let network = match audience {
        Audience::Followers { network: true, .. } => Some(Matter::Network),
        Audience::Everywhere => Some(activity.matter()),
        _ => None,
    };
    if wanted.is_empty() && network.is_none() {
        return Ok(());
    }
    let allowed = allowed(tx, wanted, network)?;
    if allowed.is_empty() {
        return Ok(());
    }
    let order_key = match post {
        Some(post) => deliveries::conversation_of(tx, post)?.unwrap_or(0),
        None => 0,
    };
    let row = NewActivity {
        id: ActivityId(tx.next_id()),
        account: Some(author),
        post,
        data: activity,
        order_key,
        at: tx.now(),
    };
    let peers: BTreeSet<PeerId> = allowed.iter().map(|(cleared, _)| cleared.peer()).collect();
    let rows = deliveries_to(tx, allowed);
    deliveries::insert(tx, &row, &rows)?;
    tx.emit(Event::DeliveriesQueued {
        peers: peers.into_iter().collect(),
    })?;
    Ok(())
}

/// Writes what the node itself says to every native peer, active or suspended.
///
/// # Errors
/// Only the store's.
pub(crate) fn queue_of_node(tx: &mut Tx, activity: &OutboundActivity) -> Result<()> {
    let natives = allowed(tx, Wanted::new(), Some(Matter::Node))?;
    queue_of_instance(tx, natives, activity)
}

/// Writes what the node itself says to one native peer, in order with all else that it says to it.
///
/// # Errors
/// `Refused` if the peer is not active; the store's.
pub(crate) fn queue_to(tx: &mut Tx, peer: &Peer, activity: &OutboundActivity) -> Result<()> {
    let cleared = peer.clear(activity.matter())?;
    let Some(inbox) = peer.shared_inbox.clone() else {
        return Ok(());
    };
    queue_of_instance(tx, vec![(cleared, inbox)], activity)
}

/// As [`queue_to`], to the inbox `other` if the peer has none for the node. Answers whether it goes: not if the peer is not
/// active, or its contract does not let it.
///
/// # Errors
/// Only the store's.
pub(crate) fn offer_to(tx: &mut Tx, peer: &Peer, other: &str, activity: &OutboundActivity) -> Result<bool> {
    let Ok(cleared) = peer.clear(activity.matter()) else {
        return Ok(false);
    };
    let inbox = peer.shared_inbox.clone().unwrap_or_else(|| other.to_owned());
    if inbox.is_empty() {
        return Ok(false);
    }
    queue_of_instance(tx, vec![(cleared, inbox)], activity)?;
    Ok(true)
}

/// Writes that the node has new keys, to everyone who has some of ours, also while they are not active: it is sent once
/// they are. Who has no inbox for the node asks for keys when it needs them. Answers how many are told.
///
/// # Errors
/// Only the store's.
pub(crate) fn queue_keys(tx: &mut Tx, generation: KeyGeneration) -> Result<usize> {
    let mut told = Vec::new();
    for (peer, _) in entrenous_store::peers::all(tx)? {
        let Some(cleared) = peer.clear_keys() else {
            continue;
        };
        match &peer.shared_inbox {
            Some(inbox) => told.push((cleared, inbox.clone())),
            None => {
                entrenous_store::peers::has_our_keys(tx, peer.id, generation)?;
            }
        }
    }
    let count = told.len();
    queue_of_instance(tx, told, &OutboundActivity::UpdateKeys { generation })?;
    Ok(count)
}

/// The same, to one peer.
///
/// # Errors
/// Only the store's.
pub(crate) fn queue_keys_to(tx: &mut Tx, peer: &Peer, generation: KeyGeneration) -> Result<()> {
    let to = peer.clear_keys().zip(peer.shared_inbox.clone());
    queue_of_instance(
        tx,
        to.into_iter().collect(),
        &OutboundActivity::UpdateKeys { generation },
    )
}

fn queue_of_instance(tx: &mut Tx, to: Allowed, activity: &OutboundActivity) -> Result<()> {
    if to.is_empty() {
        return Ok(());
    }
    let row = NewActivity {
        id: ActivityId(tx.next_id()),
        account: None,
        post: None,
        data: activity,
        order_key: 0,
        at: tx.now(),
    };
    let peers = to.iter().map(|(cleared, _)| cleared.peer()).collect();
    let rows = deliveries_to(tx, to);
    deliveries::insert(tx, &row, &rows)?;
    tx.emit(Event::DeliveriesQueued { peers })?;
    Ok(())
}

/// Where it is to go, and what it is there.
type Wanted = BTreeMap<Target, Matter<'static>>;

fn targets(
    tx: &mut Tx,
    author: AccountId,
    audience: &Audience,
    matter: Matter<'static>,
) -> std::result::Result<Wanted, StoreError> {
    let all = match audience {
        Audience::People(people) => deliveries::inboxes_of(tx, people)?,
        Audience::Followers { also, .. } => {
            let mut all = deliveries::inboxes_of_followers(tx, author)?;
            if !also.is_empty() {
                all.extend(deliveries::inboxes_of(tx, also)?);
            }
            all
        }
        Audience::Everywhere => {
            let mut all = deliveries::inboxes_of_followers(tx, author)?;
            all.extend(deliveries::inboxes_followed(tx, author)?);
            all.extend(deliveries::inboxes_told(tx, author)?);
            all
        }
        Audience::Reached { post, also } => {
            let mut all: Wanted = deliveries::inboxes_reached(tx, *post)?
                .into_iter()
                .map(|target| (target, matter))
                .collect();
            if !also.is_empty() {
                for target in deliveries::inboxes_of(tx, also)? {
                    all.entry(target).or_insert(Matter::Posts);
                }
            }
            return Ok(all);
        }
    };
    Ok(all.into_iter().map(|target| (target, matter)).collect())
}

/// Where the contracts let it go.
type Allowed = Vec<(Cleared<Sending>, String)>;

fn deliveries_to(tx: &mut Tx, allowed: Allowed) -> Vec<NewDelivery> {
    allowed
        .into_iter()
        .map(|(cleared, inbox)| NewDelivery {
            id: DeliveryId(tx.next_id()),
            cleared,
            inbox,
        })
        .collect()
}

/// The gate: those of `wanted` whose contract gives what it is there, and with `natives` every native peer whose contract
/// gives that.
fn allowed(
    tx: &mut Tx,
    wanted: Wanted,
    natives: Option<Matter<'_>>,
) -> std::result::Result<Allowed, StoreError> {
    let ids: Vec<PeerId> = wanted.keys().map(|(peer, _)| *peer).collect();
    let peers: BTreeMap<PeerId, Peer> = entrenous_store::peers::connected(tx, &ids, natives.is_some())?
        .into_iter()
        .map(|peer| (peer.id, peer))
        .collect();
    let mut allowed: BTreeMap<Target, Cleared<Sending>> = BTreeMap::new();
    for (target, matter) in wanted {
        let peer = peers.get(&target.0);
        if let Some(cleared) = peer.and_then(|peer| peer.clear_to_queue(matter).ok()) {
            allowed.insert(target, cleared);
        }
    }
    if let Some(matter) = natives {
        for peer in peers.values().filter(|peer| peer.software == Software::Native) {
            if let (Some(inbox), Ok(cleared)) = (&peer.shared_inbox, peer.clear_to_queue(matter)) {
                allowed.insert((peer.id, inbox.clone()), cleared);
            }
        }
    }
    Ok(allowed
        .into_iter()
        .map(|((_, inbox), cleared)| (cleared, inbox))
        .collect())
}
