//! The federation ledger.

use crate::fixture::House;
use entrenous_domain::audit::{self, Refused};
use entrenous_domain::deliveries::{self, Done, Dropped, Over};
use entrenous_domain::ledger::{self, Fault, Kept};
use entrenous_domain::secrets::{Vault, hex, hmac_sha256};
use entrenous_domain::{DomainError, Receipt, Via, accounts, blocks, peers, people};
use entrenous_model::{
    AccountId, Crossing, DeliveryId, Direction, LedgerRow, Parcel, PeerId, PeerState, Software,
};
use entrenous_store::{StoreError, stories, testing};

const THERE: &str = "https://there.example";

async fn rows(house: &House, peer: PeerId) -> Vec<LedgerRow> {
    let peer = peers::get(&house.ctx, peer).await.unwrap().unwrap();
    ledger::rows_after(&house.ctx, &peer, 0, 10_000).await.unwrap()
}

async fn faults(house: &House, peer: PeerId) -> Vec<(i64, Fault)> {
    faults_with(house, peer, None).await
}

async fn faults_with(house: &House, peer: PeerId, kept: Option<&Kept>) -> Vec<(i64, Fault)> {
    let peer = peers::get(&house.ctx, peer).await.unwrap().unwrap();
    let checked = ledger::verify(&house.ctx, &peer, kept).await.unwrap();
    assert_eq!(checked.is_whole(), checked.findings.is_empty());
    checked.findings.iter().map(|one| (one.seq, one.fault)).collect()
}

/// As somebody with the database would.
async fn tamper(house: &House, statements: &[&'static str]) {
    let statements = statements.to_vec();
    house
        .ctx
        .store()
        .write(move |tx| -> Result<(), StoreError> {
            for statement in &statements {
                testing::tamper(tx, statement)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

fn asked(peer: PeerId, number: i64) -> Crossing {
    let parcel = Parcel {
        kind: "GET /posts/{id}".to_owned(),
        object: Some(format!("https://here.example/posts/{number}")),
        bytes: 100,
        ..Parcel::default()
    };
    Crossing::of(peer, Direction::Served, parcel)
}

/// A ledger of so many rows.
async fn filled(house: &House, peer: PeerId, count: i64) {
    for number in 0..count {
        ledger::note(&house.ctx, asked(peer, number));
        ledger::seal(&house.ctx).await.unwrap();
    }
}

fn follow(peer: PeerId, number: i64, who: AccountId, whom: &str) -> Via {
    Via::Peer(Receipt {
        matter: entrenous_model::Matter::Posts,
        peer,
        activity: format!("{THERE}/activities/{number}"),
        parcel: Parcel {
            kind: "Block".to_owned(),
            object: Some(whom.to_owned()),
            account: Some(who),
            bytes: 321,
            ..Parcel::default()
        },
    })
}

/// Whether `hash` is that of the id under the person's key as it is in the database now.
async fn is_hash_of(house: &House, id: AccountId, uri: &str, hash: Option<&str>) -> bool {
    let found = house
        .ctx
        .store()
        .read(move |conn| entrenous_store::ledger::people(conn, &[id]))
        .await
        .unwrap();
    let Some(sealed) = found.into_iter().next().and_then(|person| person.key) else {
        return false;
    };
    let key = Vault::new(&[42; 32]).open("ledger key", &sealed).unwrap();
    let expected = format!("hmac:{}", hex(&hmac_sha256(&key, uri.as_bytes())[..16]));
    hash == Some(expected.as_str())
}

stories! {
    async fn crossings_of_each_peer_are_a_chain_of_its_own(db: &TestDatabase) {
        let house = House::new(db);
        let (one, other) = (house.peer(THERE).await, house.peer("https://other.example").await);
        for number in 0..290 {
            ledger::note(&house.ctx, asked(one, number));
        }
        ledger::note(&house.ctx, asked(other, 1));
        ledger::note(&house.ctx, asked(other, 1));
        ledger::note(&house.ctx, asked(other, 1).refused("not_found"));
        let first = rows(&house, one).await;
        assert_eq!(first.iter().map(|row| row.seq).collect::<Vec<_>>(), (1..=290).collect::<Vec<_>>());
        assert!(first.windows(2).all(|pair| pair[0].hash == pair[1].prev));
        let second = rows(&house, other).await;
        let mut seen: Vec<_> = second.iter().map(|row| (row.times, row.bytes, row.reason.as_deref())).collect();
        seen.sort_unstable();
        assert_eq!(seen, [(1, 100, Some("not_found")), (2, 200, None)]);
        assert_eq!(faults(&house, one).await, []);
        assert_eq!(faults(&house, other).await, []);

        let peer = peers::get(&house.ctx, one).await.unwrap().unwrap();
        let page = ledger::page(&house.ctx, &peer, Some(10), None, 3).await.unwrap();
        assert_eq!(page.iter().map(|row| row.seq).collect::<Vec<_>>(), [9, 8, 7]);
        let peer = peers::get(&house.ctx, other).await.unwrap().unwrap();
        let refused = ledger::page(&house.ctx, &peer, None, Some(true), 10).await.unwrap();
        assert_eq!(refused.len(), 1);
        assert_eq!(ledger::page(&house.ctx, &peer, None, Some(false), 10).await.unwrap().len(), 1);
    }

    async fn a_changed_row_is_found_and_named(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        filled(&house, peer, 5).await;
        tamper(&house, &["UPDATE ledger SET bytes = 99 WHERE seq = 3"]).await;
        assert_eq!(faults(&house, peer).await, [(3, Fault::Changed)]);
        // Later rows do not hide it.
        filled(&house, peer, 1).await;
        assert_eq!(faults(&house, peer).await, [(3, Fault::Changed)]);
        tamper(&house, &["UPDATE ledger SET bytes = 100 WHERE seq = 3"]).await;
        assert_eq!(faults(&house, peer).await, []);
    }

    async fn a_removed_row_is_found_and_named(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        filled(&house, peer, 5).await;
        tamper(&house, &["DELETE FROM ledger WHERE seq = 2"]).await;
        assert_eq!(faults(&house, peer).await, [(2, Fault::Missing { until: 2 })]);
        tamper(&house, &["UPDATE ledger SET seq = 2 WHERE seq = 3"]).await;
        assert!(faults(&house, peer).await.contains(&(2, Fault::Changed)));
    }

    async fn rows_that_changed_places_are_found_and_named(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        filled(&house, peer, 5).await;
        tamper(&house, &[
            "UPDATE ledger SET seq = 100 WHERE seq = 2",
            "UPDATE ledger SET seq = 2 WHERE seq = 3",
            "UPDATE ledger SET seq = 3 WHERE seq = 100",
        ]).await;
        assert_eq!(faults(&house, peer).await, [(2, Fault::Changed), (3, Fault::Changed)]);
    }

    async fn a_removed_tail_is_found_by_the_end(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        filled(&house, peer, 5).await;
        let whole = rows(&house, peer).await;
        tamper(&house, &["DELETE FROM ledger WHERE seq > 3"]).await;
        assert_eq!(faults(&house, peer).await, [(4, Fault::Missing { until: 5 })]);
        // Nobody makes an end without the node's key.
        tamper(&house, &[
            "UPDATE ledger_heads SET seq = 3, hash = (SELECT hash FROM ledger WHERE seq = 3)",
        ]).await;
        assert_eq!(faults(&house, peer).await, [(3, Fault::ForgedEnd)]);
        tamper(&house, &["DELETE FROM ledger_heads"]).await;
        assert_eq!(faults(&house, peer).await, [(3, Fault::ForgedEnd)]);

        // All of it, as if nothing had ever crossed, is found by an end that was kept.
        tamper(&house, &["DELETE FROM ledger"]).await;
        assert_eq!(faults(&house, peer).await, []);
        let kept = Kept { seq: 5, hash: whole[4].hash.clone() };
        assert_eq!(faults_with(&house, peer, Some(&kept)).await, [(5, Fault::NotAsKept)]);
    }

    async fn an_end_that_was_kept_stays_in_the_ledger(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        filled(&house, peer, 3).await;
        let kept = Kept { seq: 3, hash: rows(&house, peer).await[2].hash.clone() };
        filled(&house, peer, 3).await;
        assert_eq!(faults_with(&house, peer, Some(&kept)).await, []);
        let other = Kept { seq: 2, ..kept };
        assert_eq!(faults_with(&house, peer, Some(&other)).await, [(2, Fault::NotAsKept)]);
    }

    async fn what_was_received_is_there_once(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let (ada, zoe) = (house.person("ada").await, house.remote(peer, THERE, "zoe").await);
        let via = follow(peer, 1, zoe.id, &ada.uri);
        blocks::block(&house.ctx, via.clone(), zoe.id, ada.id, Some(format!("{THERE}/blocks/1"))).await.unwrap();
        let again = blocks::block(&house.ctx, via, zoe.id, ada.id, Some(format!("{THERE}/blocks/1"))).await;
        assert!(matches!(again, Err(DomainError::AlreadyReceived)));
        // What had no effect is not there: the transaction is one.
        house.set_peer_state(peer, PeerState::Suspended).await;
        let refused = blocks::block(&house.ctx, follow(peer, 2, zoe.id, &ada.uri), zoe.id, ada.id, Some(format!("{THERE}/blocks/1"))).await;
        assert!(matches!(refused, Err(DomainError::Refused(_))));

        let all = rows(&house, peer).await;
        assert_eq!(all.len(), 1, "{all:?}");
        let row = &all[0];
        assert_eq!((row.direction.as_str(), row.kind.as_str(), row.bytes), ("received", "Block", 321));
        assert_eq!(row.reason, None);
        // A native peer numbers its activities; whom they name is a hash with that person's own key.
        assert_eq!(row.activity.as_deref(), Some("https://there.example/activities/1"));
        assert!(is_hash_of(&house, zoe.id, &zoe.uri, row.person.as_deref()).await);
        assert!(is_hash_of(&house, ada.id, &ada.uri, row.object.as_deref()).await);
    }

    async fn ids_of_other_software_are_hashes(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer_as(THERE, Software::Other, PeerState::Active).await;
        let (ada, zoe) = (house.person("ada").await, house.remote(peer, THERE, "zoe").await);
        let via = follow(peer, 1, zoe.id, &ada.uri);
        blocks::block(&house.ctx, via, zoe.id, ada.id, Some(format!("{THERE}/blocks/1"))).await.unwrap();
        // Whom nobody here knows.
        let strange = Parcel {
            kind: "GET".to_owned(),
            object: Some("https://there.example/users/nobody".to_owned()),
            ..Parcel::default()
        };
        ledger::note(&house.ctx, Crossing::of(peer, Direction::Fetched, strange));
        let all = rows(&house, peer).await;
        let (block, get) = if all[0].kind == "Block" { (&all[0], &all[1]) } else { (&all[1], &all[0]) };
        assert!(is_hash_of(&house, zoe.id, "https://there.example/activities/1", block.activity.as_deref()).await);
        assert_eq!(get.object, None);
    }

    async fn who_left_cannot_be_found_any_more(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let (ada, zoe) = (house.person("ada").await, house.remote(peer, THERE, "zoe").await);
        blocks::block(&house.ctx, follow(peer, 77, zoe.id, &ada.uri), zoe.id, ada.id, Some(format!("{THERE}/blocks/1"))).await.unwrap();
        let before = rows(&house, peer).await;
        let (person, object) = (before[0].person.clone(), before[0].object.clone());
        assert!(is_hash_of(&house, zoe.id, &zoe.uri, person.as_deref()).await);

        people::disable(&house.ctx, "test", "ada").await.unwrap();
        accounts::remote_gone(&house.ctx, house.via(peer), zoe.id).await.unwrap();
        assert!(!is_hash_of(&house, zoe.id, &zoe.uri, person.as_deref()).await);
        assert!(!is_hash_of(&house, ada.id, &ada.uri, object.as_deref()).await);
        // What is told of them afterwards names nobody, and gives nobody a key.
        let parcel = Parcel { kind: "Delete Person".to_owned(), account: Some(ada.id), object: Some(ada.uri.clone()), ..Parcel::default() };
        ledger::note(&house.ctx, Crossing::of(peer, Direction::Sent, parcel));
        let after = rows(&house, peer).await;
        assert_eq!(after[0], before[0]);
        assert!(after[1..].iter().all(|row| row.person.is_none() && row.object.is_none()), "{after:?}");
        assert!(!is_hash_of(&house, ada.id, &ada.uri, object.as_deref()).await);
        assert_eq!(faults(&house, peer).await, []);
    }

    async fn refusals_of_peers_only(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let refuse = async |origin: &str, reason: &str, proven: bool| {
            let parcel = Parcel {
                kind: "Create".to_owned(),
                account: Some(zoe.id),
                bytes: 7,
                ..Parcel::default()
            };
            let what = Refused { direction: Direction::Received, parcel, proven };
            let origin = entrenous_model::Origin::parse(origin).unwrap();
            audit::refused(&house.ctx, reason, Some(&origin), String::new(), Some(what)).await.unwrap();
        };
        refuse("https://stranger.example", "not_a_peer", false).await;
        refuse(THERE, "contract", true).await;
        refuse(THERE, "contract", true).await;
        // Who only says that they are the peer does not make its ledger grow.
        for _ in 0..5 {
            refuse(THERE, "bad_signature", false).await;
        }
        let all = rows(&house, peer).await;
        let seen: Vec<_> = all.iter().map(|row| (row.reason.as_deref().unwrap_or_default(), row.bytes)).collect();
        assert_eq!(seen, [("contract", 7), ("contract", 7), ("bad_signature", 7)]);
        assert_eq!(audit::list(&house.ctx, None, None, 50).await.unwrap().iter().filter(|line| line.action == "federation.refused").count(), 8);
    }

    async fn deliveries_are_there_with_their_outcome(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let ada = house.person("ada").await;
        tamper(
            &house,
            &[
                "INSERT INTO activities (id, kind, data, created_at) SELECT 1, 'Update Person', '\"UpdateProfile\"', created_at FROM peers",
                "INSERT INTO deliveries (id, activity_id, peer_id, inbox, state, order_key, created_at) \
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 301) \
                 SELECT i, 1, id, 'x', 'queued', 0, created_at FROM n, peers",
            ],
        )
        .await;
        let done = |number: i64| Done {
            id: DeliveryId(number),
            parcel: Parcel {
                kind: "Create".to_owned(),
                activity: Some(format!("https://here.example/activities/{number}")),
                object: Some(format!("https://here.example/posts/{number}")),
                account: Some(ada.id),
                bytes: 1_000,
            },
        };
        let why = Dropped { code: "status_410".to_owned(), reason: "answered 410".to_owned() };
        let over = Over {
            taken: (1..=300).map(done).collect(),
            form: None,
            dropped: vec![(done(301), why)],
            keys: None,
        };
        deliveries::finish(&house.ctx, vec![(peer, over.clone())]).await.unwrap();
        // What had ended before is not told again.
        deliveries::finish(&house.ctx, vec![(peer, over)]).await.unwrap();
        let all = rows(&house, peer).await;
        assert_eq!(all.len(), 301);
        assert_eq!(all.iter().filter(|row| row.reason.is_none()).count(), 300);
        let last = &all[300];
        assert_eq!((last.direction.as_str(), last.reason.as_deref()), ("sent", Some("status_410")));
        assert_eq!(last.object.as_deref(), Some("https://here.example/posts/301"));
        assert!(is_hash_of(&house, ada.id, &ada.uri, last.person.as_deref()).await);
        assert_eq!(faults(&house, peer).await, []);
    }
}
