//! The chain: what the hash of a row is made of, and what is wrong with a chain. Pure.

use aws_lc_rs::digest;
use entrenous_model::{LedgerRow, Origin, Time};

/// Most findings that are told apart.
const MOST_FINDINGS: usize = 20;

/// What the first row of a chain follows: of which node, about which peer.
pub(super) fn beginning(node: &Origin, peer: &Origin) -> Vec<u8> {
    sha256(&[format!("entrenous ledger 1\n{node}\n{peer}").as_bytes()])
}

/// A moment as it stands in lines and exports: UTC, microseconds.
#[must_use]
pub fn time(at: Time) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The line of a row: a JSON array without spaces of its number, time (UTC, microseconds), direction, kind, activity,
/// object, person, bytes, times and reason; what is not there is `null`. Part of the format: it never changes.
#[must_use]
pub fn line(row: &LedgerRow) -> String {
    serde_json::json!([
        row.seq,
        time(row.at),
        row.direction,
        row.kind,
        row.activity,
        row.object,
        row.person,
        row.bytes,
        row.times,
        row.reason
    ])
    .to_string()
}

/// The hash of a row: SHA-256 of the 32 bytes of `prev` and its line.
pub(super) fn hash(row: &LedgerRow) -> Vec<u8> {
    sha256(&[&row.prev, line(row).as_bytes()])
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// What is wrong at a place of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The row does not have the hash that it says: it was changed, or stood elsewhere.
    Changed,
    /// The row is whole, but the one after it followed another: it was replaced, with its hash made anew.
    Replaced,
    /// The rows from here to the given number are not there.
    Missing {
        /// The last of them.
        until: i64,
    },
    /// The rows after this one, the end as it was written down, were added by somebody else.
    BeyondEnd,
    /// The end as it was written down is not there, or was not made with this node's key.
    ForgedEnd,
    /// The row does not have the hash that was kept elsewhere.
    NotAsKept,
}

/// A fault, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The number of the row.
    pub seq: i64,
    /// What is wrong there.
    pub fault: Fault,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seq = self.seq;
        match self.fault {
            Fault::Changed => write!(f, "row {seq} was changed or moved: its hash is another"),
            Fault::Replaced => write!(
                f,
                "row {seq} was replaced: what comes after it followed another row"
            ),
            Fault::Missing { until } if until == seq => write!(f, "row {seq} is missing"),
            Fault::Missing { until } => write!(f, "rows {seq} to {until} are missing"),
            Fault::BeyondEnd => write!(f, "there are rows after {seq}, where the ledger ended"),
            Fault::ForgedEnd => write!(f, "the end at row {seq} was not written by this node"),
            Fault::NotAsKept => write!(f, "row {seq} does not have the hash that was kept"),
        }
    }
}

/// Follows a chain from its beginning.
pub(super) struct Walk {
    /// The number of the next row.
    next: i64,
    /// The hash of the last row.
    last: Vec<u8>,
    /// Rows seen.
    pub(super) rows: i64,
    pub(super) findings: Vec<Finding>,
}

impl Walk {
    pub(super) const fn from(beginning: Vec<u8>) -> Self {
        Self {
            next: 1,
            last: beginning,
            rows: 0,
            findings: Vec::new(),
        }
    }

    pub(super) fn find(&mut self, seq: i64, fault: Fault) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { seq, fault });
        }
    }

    /// The next row that is there.
    pub(super) fn row(&mut self, row: LedgerRow) {
        let whole = hash(&row) == row.hash;
        // Row 1 that follows something else was taken from another chain: it is itself what is wrong.
        let before = (row.seq - 1).max(1);
        if row.seq > self.next {
            let until = row.seq - 1;
            self.find(self.next, Fault::Missing { until });
        } else if whole && row.prev != self.last && self.findings.last().is_none_or(|last| last.seq != before)
        {
            self.find(before, Fault::Replaced);
        }
        if !whole {
            self.find(row.seq, Fault::Changed);
        }
        self.rows += 1;
        self.next = row.seq.saturating_add(1);
        self.last = row.hash;
    }

    /// All rows were seen; the end is written down as `seq` and `hash`.
    pub(super) fn end(&mut self, seq: i64, hash: &[u8]) {
        let last = self.next - 1;
        if last < seq {
            self.find(self.next, Fault::Missing { until: seq });
        } else if last > seq {
            self.find(seq, Fault::BeyondEnd);
        } else if self.last != hash {
            self.find(last, Fault::Replaced);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_model::PeerId;

    fn origins() -> (Origin, Origin) {
        (
            Origin::parse("https://here.example").unwrap(),
            Origin::parse("https://there.example").unwrap(),
        )
    }

    fn chain(length: i64) -> Vec<LedgerRow> {
        let (node, peer) = origins();
        let mut prev = beginning(&node, &peer);
        (1..=length)
            .map(|seq| {
                let mut row = LedgerRow {
                    peer: PeerId(1),
                    seq,
                    at: chrono::DateTime::from_timestamp(1_900_000_000 + seq, 5_000).unwrap(),
                    direction: "sent".to_owned(),
                    kind: "Create".to_owned(),
                    activity: Some(format!("https://here.example/activities/{seq}")),
                    object: None,
                    person: Some("hmac:00".to_owned()),
                    bytes: 10,
                    times: 1,
                    reason: None,
                    prev: prev.clone(),
                    hash: Vec::new(),
                };
                row.hash = hash(&row);
                prev.clone_from(&row.hash);
                row
            })
            .collect()
    }

    fn findings(rows: &[LedgerRow], end: &LedgerRow) -> Vec<(i64, Fault)> {
        let (node, peer) = origins();
        let mut walk = Walk::from(beginning(&node, &peer));
        for row in rows {
            walk.row(row.clone());
        }
        walk.end(end.seq, &end.hash);
        walk.findings.iter().map(|one| (one.seq, one.fault)).collect()
    }

    #[test]
    fn the_line_is_as_documented() {
        assert_eq!(
            line(&chain(1)[0]),
            r#"[1,"2030-03-17T17:46:41.000005Z","sent","Create","https://here.example/activities/1",null,"hmac:00",10,1,null]"#
        );
    }

    #[test]
    fn every_kind_of_change_is_found_and_named() {
        let whole = chain(5);
        let end = whole[4].clone();
        assert_eq!(findings(&whole, &end), []);

        let mut changed = whole.clone();
        changed[2].bytes = 11;
        assert_eq!(findings(&changed, &end), [(3, Fault::Changed)]);
        changed[2].hash = hash(&changed[2]);
        assert_eq!(findings(&changed, &end), [(3, Fault::Replaced)]);

        let mut removed = whole.clone();
        removed.remove(2);
        assert_eq!(findings(&removed, &end), [(3, Fault::Missing { until: 3 })]);
        // The numbers closed up.
        removed[2].seq = 3;
        removed[3].seq = 4;
        assert!(findings(&removed, &end).contains(&(3, Fault::Changed)));

        let mut moved = whole.clone();
        moved.swap(1, 2);
        (moved[1].seq, moved[2].seq) = (2, 3);
        assert_eq!(findings(&moved, &end), [(2, Fault::Changed), (3, Fault::Changed)]);

        assert_eq!(findings(&whole[..3], &end), [(4, Fault::Missing { until: 5 })]);
        assert_eq!(findings(&whole, &whole[3]), [(4, Fault::BeyondEnd)]);
        assert_eq!(findings(&whole[1..], &end), [(1, Fault::Missing { until: 1 })]);

        let mut last = whole;
        last[4].reason = Some("contract".to_owned());
        last[4].hash = hash(&last[4]);
        assert_eq!(findings(&last, &end), [(5, Fault::Replaced)]);
    }

    #[test]
    fn a_chain_is_of_one_node_about_one_peer() {
        let (node, peer) = origins();
        let rows = chain(1);
        let mut walk = Walk::from(beginning(&peer, &node));
        walk.row(rows[0].clone());
        assert_eq!(
            walk.findings,
            [Finding {
                seq: 1,
                fault: Fault::Replaced
            }]
        );
    }
}
