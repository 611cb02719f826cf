//! `/api/entrenous/v1/admin`: what administrators do. People, peers, queues, reports, the audit trail. Reports, and removing
//! posts, are for moderators too.

mod accounts;
mod alerts;
mod announcements;
mod contract;
mod emojis;
mod ending;
mod introductions;
mod invites;
mod keys;
mod ledger;
mod look;
mod network;
mod peer_invites;
mod peers;
mod people;
mod proposals;
mod reports;
mod statuses;
mod trail;

use crate::ApiState;
use entrenous_door::{Access, Routes};

const READ: Access = Access::Admin("admin:read");
const WRITE: Access = Access::Admin("admin:write");

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    people::routes()
        .merge(invites::routes())
        .merge(peers::routes())
        .merge(ending::routes())
        .merge(peer_invites::routes())
        .merge(proposals::routes())
        .merge(introductions::routes())
        .merge(network::routes())
        .merge(keys::routes())
        .merge(alerts::routes())
        .merge(accounts::routes())
        .merge(reports::routes())
        .merge(statuses::routes())
        .merge(announcements::routes())
        .merge(emojis::routes())
        .merge(look::routes())
        .merge(ledger::routes())
        .merge(trail::routes())
}
