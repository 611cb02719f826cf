//! Reading the part of a follower collection that is this node's own people.

use crate::Federation;
use crate::client::{Budget, Client};
use crate::vocabulary::{CollectionPart, Id, NextPart};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Cleared, Fetching, Peer};
use std::collections::BTreeSet;

/// Documents that make one list.
const PARTS: u32 = 10;
/// Entries of one list, whosever they are.
const ENTRIES: usize = 20_000;

impl Federation {
    /// The ids of this node that the list at `url` names. Whatever is not wholly read is an error: who is missing from a
    /// piece of a list is not missing from the list.
    ///
    /// # Errors
    /// `Refused` for what is no list, another origin's, too long or endless; `Remote` and `NotFound` if it cannot be had.
    pub(super) async fn followers_listed(
        &self,
        peer: &Peer,
        cleared: Cleared<Fetching>,
        url: &Id,
    ) -> Result<BTreeSet<String>> {
        let budget = Budget::of(PARTS);
        let own = format!("{}/", self.ctx().origin());
        let (mut listed, mut entries) = (BTreeSet::new(), 0);
        let mut read = BTreeSet::from([url.to_string()]);
        let mut part = fetch(self.client(), peer, cleared, url, &budget).await?;
        loop {
            entries += part.items.len();
            if entries > ENTRIES {
                return Err(DomainError::Refused("too_many"));
            }
            listed.extend(part.items.into_iter().filter(|id| id.starts_with(&own)));
            part = match part.next {
                None => return Ok(listed),
                Some(NextPart::Here(part)) => *part,
                Some(NextPart::At(next)) => {
                    // It ends, and on the same node.
                    if next.origin() != &peer.origin || !read.insert(next.to_string()) {
                        return Err(DomainError::Refused("collection"));
                    }
                    fetch(self.client(), peer, cleared, &next, &budget).await?
                }
            };
        }
    }
}

async fn fetch(
    client: &Client,
    peer: &Peer,
    cleared: Cleared<Fetching>,
    url: &Id,
    budget: &Budget,
) -> Result<CollectionPart> {
    let document = client
        .document(peer, cleared, url.without_fragment(), budget)
        .await?;
    CollectionPart::read(&document).map_err(|why| DomainError::Refused(why.code()))
}
