//! Changing the key that seals the secrets in the database.

use crate::fixture::House;
use entrenous_domain::ledger::{self, Fault};
use entrenous_domain::peers::{self, InviteOffer};
use entrenous_domain::secrets::Vault;
use entrenous_domain::vault::{self, Changed, Count};
use entrenous_domain::{DomainError, Receipt, Via, accounts, audit, follows};
use entrenous_model::{Contract, Matter, Parcel, PeerId};
use entrenous_store::sealed::{self, Kind};
use entrenous_store::stories;
use entrenous_store::testing::tamper;

const THERE: &str = "https://there.example";
const FORMER: [u8; 32] = [42; 32];
const NEXT: [u8; 32] = [7; 32];

/// A node with something of each kind: (the peer, how many values are sealed).
async fn furnished(house: &House) -> (PeerId, usize) {
    let ctx = &house.ctx;
    let peer = house.peer(THERE).await;
    let (ada, zoe) = (house.person("ada").await, house.remote(peer, THERE, "zoe").await);
    house.person("bob").await;
    let offer = InviteOffer {
        purpose: "To talk".to_owned(),
        contract: Contract::FULL,
        hours: 24,
        pre_confirm: false,
        for_origin: None,
        introduce: false,
    };
    peers::invite(ctx, "test", offer).await.unwrap();
    let options = follows::FollowOptions {
        show_boosts: true,
        notify: false,
    };
    let uri = Some(format!("{THERE}/follows/1"));
    let via = Via::Peer(Receipt {
        peer,
        activity: format!("{THERE}/activities/of-zoe"),
        parcel: Parcel {
            kind: "Follow".to_owned(),
            account: Some(zoe.id),
            ..Parcel::default()
        },
        matter: Matter::Follow,
    });
    follows::follow(ctx, via, zoe.id, ada.id, options, uri)
        .await
        .unwrap();
    ledger::seal(ctx).await.unwrap();
    crate::push::subscribed(house, "bob").await;
    past(house, "INSERT INTO node_secrets (name, sealed, created_at) SELECT 'instance-test', sealed_key, created_at FROM peer_invites").await;
    // What stands there is sealed for another purpose: it must be one that opens.
    let sealed = ctx.vault().seal("instance key", [5; 12], b"private").unwrap();
    let put = ctx.store().write(move |tx| {
        let row = sealed::Row::Named("instance-test".to_owned());
        sealed::put(tx, Kind::Node, sealed::Sealed { row, bytes: sealed })
    });
    put.await.unwrap();
    let mut values = 0;
    for kind in Kind::ALL {
        let count = all(house, kind).await.len();
        assert!(count > 0, "{kind:?}");
        values += count;
    }
    (peer, values)
}

async fn past(house: &House, statement: &str) {
    let statement = statement.to_owned();
    house
        .ctx
        .store()
        .write(move |tx| tamper(tx, &statement))
        .await
        .unwrap();
}

async fn all(house: &House, kind: Kind) -> Vec<Vec<u8>> {
    let all = house
        .ctx
        .store()
        .read(move |conn| sealed::all(conn, kind))
        .await
        .unwrap();
    all.into_iter().map(|one| one.bytes).collect()
}

/// How many values a key opens by itself.
async fn opened_by(house: &House, key: &[u8; 32]) -> usize {
    let vault = Vault::new(key);
    let mut count = 0;
    for (kind, purpose) in [
        (Kind::Node, "instance key"),
        (Kind::Person, "person key"),
        (Kind::Invitation, "peer invitation"),
        (Kind::Ledger, "ledger key"),
        (Kind::Push, "push subscription"),
    ] {
        let values = all(house, kind).await;
        count += values
            .iter()
            .filter(|bytes| vault.open(purpose, bytes).is_ok())
            .count();
    }
    count
}

async fn faults(house: &House, peer: PeerId) -> Vec<Fault> {
    let peer = peers::get(&house.ctx, peer).await.unwrap().unwrap();
    let checked = ledger::verify(&house.ctx, &peer, None).await.unwrap();
    checked.findings.iter().map(|one| one.fault).collect()
}

async fn rotations(house: &House) -> usize {
    let lines = audit::list(&house.ctx, None, None, 50).await.unwrap();
    lines.iter().filter(|line| line.action == "vault.rotated").count()
}

stories! {
    async fn everything_is_sealed_anew_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (peer, values) = furnished(&house).await;
        let ada = accounts::local_by_username(ctx, "ada").await.unwrap().unwrap().id;
        let key = async || accounts::private_key(ctx, ada, accounts::KeyKind::Ed25519).await.unwrap().unwrap();
        let before = key().await;
        let standing = vault::standing(ctx).await.unwrap();
        assert_eq!(standing.fingerprint, Vault::fingerprint_of(&FORMER).unwrap());
        assert_eq!(standing.ledgers, Count { current: 1, ..Count::default() });
        assert_eq!((opened_by(&house, &FORMER).await, opened_by(&house, &NEXT).await), (values, 0));

        assert_eq!(vault::change(ctx, "test", &NEXT).await.unwrap(), Changed { values, ends: 1 });
        assert_eq!((opened_by(&house, &FORMER).await, opened_by(&house, &NEXT).await), (0, values));
        let standing = vault::standing(ctx).await.unwrap();
        assert_eq!(standing.fingerprint, Vault::fingerprint_of(&NEXT).unwrap());
        assert!(standing.since.is_some() && standing.unreadable() == 0);
        assert!(standing.sealed.values().all(|count| count.other == 0 && count.current > 0), "{standing:?}");
        assert_eq!(key().await, before, "the keys are the same");
        assert_eq!(faults(&house, peer).await, []);
        assert_eq!(rotations(&house).await, 1);
        // Ending what has ended changes nothing.
        assert_eq!(vault::change(ctx, "test", &NEXT).await.unwrap(), Changed::default());
        assert_eq!((rotations(&house).await, opened_by(&house, &NEXT).await), (1, values));
        // What is sealed from now on is by the new key, and the ledger goes on.
        house.person("carl").await;
        let zoe = accounts::known_by_handle(ctx, "zoe@there.example").await.unwrap().unwrap();
        follows::unfollow(ctx, house.via(peer), zoe.id, ada).await.unwrap();
        ledger::seal(ctx).await.unwrap();
        assert_eq!(opened_by(&house, &NEXT).await, values + 2);
        assert_eq!(faults(&house, peer).await, []);
        // And another.
        assert_eq!(vault::change(ctx, "test", &[9; 32]).await.unwrap(), Changed { values: values + 2, ends: 1 });
        assert_eq!(opened_by(&house, &NEXT).await, 0);
        assert_eq!(faults(&house, peer).await, []);
    }

    async fn a_change_that_was_cut_short_is_ended(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (_, values) = furnished(&house).await;
        // Half of it is done, as no transaction would leave it.
        let (former, next) = (Vault::new(&FORMER), Vault::new(&NEXT));
        let people = ctx.store().read(|conn| sealed::all(conn, Kind::Person)).await.unwrap();
        let half: Vec<sealed::Sealed> = people.iter().step_by(2).map(|one| sealed::Sealed {
            row: one.row.clone(),
            bytes: next.seal("person key", [3; 12], &former.open("person key", &one.bytes).unwrap()).unwrap(),
        }).collect();
        let done = half.len();
        let put = ctx.store().write(move |tx| half.into_iter().try_for_each(|one| sealed::put(tx, Kind::Person, one)));
        put.await.unwrap();
        assert_eq!(vault::change(ctx, "node", &NEXT).await.unwrap(), Changed { values: values - done, ends: 1 });
        assert_eq!(opened_by(&house, &NEXT).await, values);
    }

    async fn what_does_not_open_changes_nothing(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (peer, values) = furnished(&house).await;
        let kept = all(&house, Kind::Invitation).await.remove(0);
        past(&house, "UPDATE peer_invites SET sealed_key = mac FROM ledger_heads").await;
        let refused = vault::change(ctx, "test", &NEXT).await;
        assert!(matches!(&refused, Err(DomainError::Conflict(text)) if text.contains("peer invitation")), "{refused:?}");
        assert_eq!((opened_by(&house, &FORMER).await, opened_by(&house, &NEXT).await), (values - 1, 0));
        assert_eq!((vault::standing(ctx).await.unwrap().unreadable(), rotations(&house).await), (1, 0));
        // The node goes on with the key that it had.
        assert_eq!(ctx.vault().fingerprint().unwrap(), Vault::fingerprint_of(&FORMER).unwrap());
        house.person("carl").await;
        let put = ctx.store().write(move |tx| {
            let row = sealed::all(tx, Kind::Invitation)?.remove(0).row;
            sealed::put(tx, Kind::Invitation, sealed::Sealed { row, bytes: kept })
        });
        put.await.unwrap();
        // An end that somebody else has made does not become a good one.
        past(&house, "UPDATE ledger_heads SET mac = hash").await;
        assert_eq!(faults(&house, peer).await, [Fault::ForgedEnd]);
        assert_eq!(vault::change(ctx, "test", &NEXT).await.unwrap(), Changed { values: values + 2, ends: 0 });
        assert_eq!(faults(&house, peer).await, [Fault::ForgedEnd]);
        assert_eq!(vault::standing(ctx).await.unwrap().ledgers.unreadable, 1);
    }
}
