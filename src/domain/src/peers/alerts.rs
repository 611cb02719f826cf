//! What administrators must know of peers without asking.

use crate::{Ctx, Result, deliveries};
use chrono::TimeDelta;
use entrenous_model::{Peer, PeerState, Time};
use std::sync::Arc;

/// Deliveries that fail for less are nothing to worry about.
const FAILING: TimeDelta = TimeDelta::days(1);

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// It shows other keys than the pinned ones, and was suspended.
    KeysChanged,
    /// It answers 403: its administrator has paused or ended the connection.
    Refused,
    /// It has not answered for more than a day.
    Failing,
}

impl AlertKind {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeysChanged => "keys_changed",
            Self::Refused => "refused",
            Self::Failing => "failing",
        }
    }
}

/// One thing that is wrong with one peer.
#[derive(Debug, Clone)]
pub struct Alert {
    /// What.
    pub kind: AlertKind,
    /// With whom.
    pub peer: Arc<Peer>,
    /// Since when.
    pub since: Time,
}

impl Alert {
    fn of(peer: &Arc<Peer>, now: Time) -> Option<Self> {
        let active = peer.state == PeerState::Active;
        let failing = peer.failing_since.filter(|_| active);
        let refused = peer.last_error.as_deref() == Some(deliveries::REFUSED);
        let (kind, since) = match (&peer.alert, failing) {
            (Some(alert), _) => (AlertKind::KeysChanged, alert.since),
            (None, Some(since)) if refused => (AlertKind::Refused, since),
            (None, Some(since)) if now - since > FAILING => (AlertKind::Failing, since),
            _ => return None,
        };
        Some(Self {
            kind,
            peer: Arc::clone(peer),
            since,
        })
    }

    /// In words, for people.
    #[must_use]
    pub fn text(&self) -> String {
        let name = &self.peer.name;
        match self.kind {
            AlertKind::KeysChanged => format!(
                "{name} shows other keys than those that are pinned, and the pinned ones do not endorse them. Nothing \
                 crosses. Speak with its administrator; if the new keys are theirs, revoke it and invite it anew."
            ),
            AlertKind::Refused => format!(
                "{name} refuses what this node sends: its administrator has paused or ended the connection. What is \
                 queued waits for thirty days."
            ),
            AlertKind::Failing => format!(
                "{name} has not taken what this node sends for more than a day ({}). It is tried again, for thirty days.",
                self.peer.last_error.as_deref().unwrap_or("no answer")
            ),
        }
    }
}

/// All of it: changed keys first, then by how long it has lasted.
///
/// # Errors
/// Only the store's.
pub async fn alerts(ctx: &Ctx) -> Result<Vec<Alert>> {
    let now = ctx.now();
    let peers = super::list(ctx).await?;
    let mut all: Vec<Alert> = peers.iter().filter_map(|peer| Alert::of(peer, now)).collect();
    all.sort_by_key(|alert| (alert.kind != AlertKind::KeysChanged, alert.since));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_model::{Contract, KeyAlert, KeyGeneration, Origin, PeerId, SignatureForm, Software};

    #[test]
    fn what_administrators_must_know() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let well = Peer {
            id: PeerId(1),
            origin: Origin::parse("https://b.test").unwrap(),
            name: "B".to_owned(),
            state: PeerState::Active,
            software: Software::Native,
            keys: None,
            shared_inbox: None,
            contract: Contract::FULL,
            signature_form: SignatureForm::Cavage,
            created_at: now,
            updated_at: now,
            last_seen_at: None,
            failing_since: None,
            failures: 0,
            retry_at: None,
            last_error: None,
            introduced_by: None,
            accepts_introductions: false,
            our_keys: KeyGeneration::FIRST,
            alert: None,
        };
        let of = |peer: Peer| Alert::of(&Arc::new(peer), now).map(|alert| (alert.kind, alert.since));
        let failing = |since: TimeDelta, error: &str| Peer {
            failing_since: Some(now - since),
            last_error: Some(error.to_owned()),
            ..well.clone()
        };
        let (hour, days) = (TimeDelta::hours(1), TimeDelta::days(2));
        assert_eq!(of(well.clone()), None);
        assert_eq!(of(failing(hour, "answered 502")), None);
        assert_eq!(
            of(failing(days, "answered 502")),
            Some((AlertKind::Failing, now - days))
        );
        assert_eq!(
            of(failing(hour, deliveries::REFUSED)),
            Some((AlertKind::Refused, now - hour))
        );
        let ended = Peer {
            state: PeerState::Revoked,
            ..failing(days, deliveries::REFUSED)
        };
        assert_eq!(of(ended), None);
        let changed = Peer {
            state: PeerState::Suspended,
            alert: Some(KeyAlert {
                fingerprint: "x".to_owned(),
                since: now - hour,
            }),
            ..failing(days, "answered 401")
        };
        assert_eq!(of(changed), Some((AlertKind::KeysChanged, now - hour)));
    }
}
