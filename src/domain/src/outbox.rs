//! Queueing what leaves the node, inside the transaction of the use-case that causes it. The gate on sending.

use crate::Result;
use entrenous_model::{
    AccountId, ActivityId, DeliveryId, Event, OutboundActivity, Peer, PeerId, PostId, Software,
};
use entrenous_store::deliveries::{self, NewActivity, Target};
use entrenous_store::{StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// To whom an activity goes. Peers are worked out in the transaction; only active ones whose contract lets it cross get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The nodes of these remote people (local ones are ignored).
    People(Vec<AccountId>),
    /// The nodes of the author's accepted followers, of these people, and, if `network`, every native peer.
    Followers {
        /// The people mentioned.
        also: Vec<AccountId>,
        /// Also every native peer whose contract gives posts.
        network: bool,
    },
    /// The nodes that were ever sent something about this post, and those of these people.
    Reached {
        /// The post.
        post: PostId,
        /// These too.
        also: Vec<AccountId>,
    },
}

/// Writes the activity and one delivery per peer (through its shared inbox, else the person's own), ordered by author
/// and conversation. Nothing is written when nobody is to get it.
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
    let wanted = targets(tx, author, audience)?;
    let network = matches!(audience, Audience::Followers { network: true, .. });
    if wanted.is_empty() && !network {
        return Ok(());
    }
    let allowed = allowed_targets(tx, wanted, network, activity)?;
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
    let peers: BTreeSet<PeerId> = allowed.iter().map(|(peer, _)| *peer).collect();
    let rows: Vec<(DeliveryId, Target)> = allowed
        .into_iter()
        .map(|target| (DeliveryId(tx.next_id()), target))
        .collect();
    deliveries::insert(tx, &row, &rows)?;
    tx.emit(Event::DeliveriesQueued {
        peers: peers.into_iter().collect(),
    })?;
    Ok(())
}

/// Writes what the node itself says to every active native peer.
///
/// # Errors
/// Only the store's.
pub(crate) fn queue_of_node(tx: &mut Tx, activity: &OutboundActivity) -> Result<()> {
    let natives = allowed_targets(tx, BTreeSet::new(), true, activity)?;
    if natives.is_empty() {
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
    let peers = natives.iter().map(|(peer, _)| *peer).collect();
    let rows: Vec<(DeliveryId, Target)> = natives
        .into_iter()
        .map(|target| (DeliveryId(tx.next_id()), target))
        .collect();
    deliveries::insert(tx, &row, &rows)?;
    tx.emit(Event::DeliveriesQueued { peers })?;
    Ok(())
}

fn targets(
    tx: &mut Tx,
    author: AccountId,
    audience: &Audience,
) -> std::result::Result<BTreeSet<Target>, StoreError> {
    Ok(match audience {
        Audience::People(people) => deliveries::inboxes_of(tx, people)?,
        Audience::Followers { also, .. } => {
            let mut all = deliveries::inboxes_of_followers(tx, author)?;
            if !also.is_empty() {
                all.extend(deliveries::inboxes_of(tx, also)?);
            }
            all
        }
        Audience::Reached { post, also } => {
            let mut all = deliveries::inboxes_reached(tx, *post)?;
            if !also.is_empty() {
                all.extend(deliveries::inboxes_of(tx, also)?);
            }
            all
        }
    })
}

/// The gate: a leaver, and the node's own name, are made known to every active peer; everything else crosses only where the contract gives posts.
fn may_cross(peer: &Peer, activity: &OutboundActivity) -> bool {
    match activity {
        OutboundActivity::DeleteActor | OutboundActivity::UpdateNode => peer.is_active(),
        _ => crate::peers::may_give_posts_to(peer),
    }
}

fn allowed_targets(
    tx: &mut Tx,
    wanted: BTreeSet<Target>,
    network: bool,
    activity: &OutboundActivity,
) -> std::result::Result<BTreeSet<Target>, StoreError> {
    let ids: Vec<PeerId> = wanted.iter().map(|(peer, _)| *peer).collect();
    let peers: BTreeMap<PeerId, Peer> = entrenous_store::peers::active(tx, &ids, network)?
        .into_iter()
        .filter(|peer| may_cross(peer, activity))
        .map(|peer| (peer.id, peer))
        .collect();
    let mut allowed: BTreeSet<Target> = wanted
        .into_iter()
        .filter(|(peer, _)| peers.contains_key(peer))
        .collect();
    if network {
        let native = peers.values().filter(|peer| peer.software == Software::Native);
        allowed.extend(native.filter_map(|peer| peer.shared_inbox.clone().map(|inbox| (peer.id, inbox))));
    }
    Ok(allowed)
}
