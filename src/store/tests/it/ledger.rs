//! What waits for the ledger, and the rows that are added.

use entrenous_model::{Crossing, Direction, LedgerHead, LedgerRow, Parcel, PeerId, Time};
use entrenous_store::ledger::{self, Waiting};
use entrenous_store::{StoreError, stories};

fn waiting(id: i64, at: Time) -> Waiting {
    let parcel = Parcel {
        kind: "Create".to_owned(),
        activity: Some(format!("https://here.example/activities/{id}")),
        object: None,
        account: None,
        bytes: id,
    };
    let crossing = Crossing::of(PeerId(7), Direction::Sent, parcel);
    let crossing = if id % 2 == 0 {
        crossing.refused("contract")
    } else {
        crossing
    };
    Waiting { id, at, crossing }
}

fn row(seq: i64, at: Time) -> LedgerRow {
    LedgerRow {
        peer: PeerId(7),
        seq,
        at,
        direction: "sent".to_owned(),
        kind: "Create".to_owned(),
        activity: None,
        object: None,
        person: None,
        bytes: seq,
        times: 1,
        reason: (seq % 2 == 0).then(|| "contract".to_owned()),
        prev: vec![0; 32],
        hash: vec![1; 32],
    }
}

fn head(seq: i64) -> LedgerHead {
    LedgerHead {
        peer: PeerId(7),
        seq,
        hash: vec![1; 32],
        mac: vec![2; 32],
    }
}

stories! {
    async fn what_waits_is_read_as_it_was_written(db: &TestDatabase) {
        let store = db.open();
        let written = store
            .write(|tx| -> Result<_, StoreError> {
                let now = tx.now();
                let all: Vec<Waiting> = (1..=300).map(|id| waiting(id, now)).collect();
                ledger::wait(tx, &all)?;
                Ok(all)
            })
            .await
            .unwrap();
        let read = store.read(|conn| ledger::waiting(conn, 1_000)).await.unwrap();
        let pairs = |all: &[Waiting]| -> Vec<_> {
            all.iter().map(|one| (one.id, one.at, one.crossing.clone())).collect()
        };
        assert_eq!(pairs(&read), pairs(&written));
    }

    async fn sealing_takes_what_it_was_given_and_nothing_else(db: &TestDatabase) {
        let store = db.open();
        let kept = store
            .write(|tx| -> Result<_, StoreError> {
                let now = tx.now();
                let all: Vec<Waiting> = (1..=3).map(|id| waiting(id, now)).collect();
                ledger::wait(tx, &all)?;
                ledger::seal(tx, &[row(1, now), row(2, now)], &[head(2)], &[1, 2])?;
                ledger::waiting(tx, 10)
            })
            .await
            .unwrap();
        assert_eq!(kept.iter().map(|one| one.id).collect::<Vec<_>>(), [3]);

        // A number is given once.
        let again = store
            .write(|tx| -> Result<(), StoreError> {
                let now = tx.now();
                ledger::seal(tx, &[row(2, now)], &[head(2)], &[3])
            })
            .await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
        let (heads, rows, refused) = store
            .read(|conn| {
                Ok((
                    ledger::heads(conn, &[PeerId(7), PeerId(8)])?,
                    ledger::after(conn, PeerId(7), 0, 10)?,
                    ledger::before(conn, PeerId(7), i64::MAX, Some(true), 10)?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(heads, [head(2)]);
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(refused, rows[1..]);
    }
}
