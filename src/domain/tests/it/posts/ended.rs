//! The end of a connection: what is hidden or removed, in pieces and counted, and the orders for it.

use super::{THERE, remote_draft};
use crate::fixture::{House, remote_person};
use chrono::TimeDelta;
use entrenous_domain::posts::{self, RemoteFile, Viewer};
use entrenous_domain::{DomainError, Via, accounts, attachments, audit, follows, media, peers};
use entrenous_model::{
    Account, AtEnd, AttachmentKind, Contract, OrderState, Parcel, Peer, PeerId, PeerState, PostId,
    PreparedFile, Purge, Tally, Terms, Visibility,
};
use entrenous_store::stories;
use std::sync::Arc;

/// More than a piece.
const POSTS: u64 = 230;

/// What a peer gave.
struct Given {
    peer: PeerId,
    zoe: Arc<Account>,
    ada: Arc<Account>,
    /// The first has a file, and its author a picture.
    posts: Vec<PostId>,
    /// Of the file and of the picture.
    hashes: [String; 2],
}

async fn given(house: &House, at_end: AtEnd) -> Given {
    let ctx = &house.ctx;
    let peer = house.peer(THERE).await;
    agree(house, peer, at_end).await;
    let zoe = house.remote(peer, THERE, "zoe").await;
    let ada = house.person("ada").await;
    house.follow(ada.id, zoe.id).await;
    follows::accept(ctx, house.via(peer), zoe.id, ada.id)
        .await
        .unwrap();
    house.followed_from(peer, zoe.id, ada.id).await;
    let mut posts = Vec::new();
    for n in 0..POSTS {
        let told = if n == 0 { vec![ada.id] } else { Vec::new() };
        let mut draft = remote_draft(&format!("{THERE}/p/{n}"), Visibility::Public, &told);
        if n == 0 {
            draft.files = posts::Files::Remote(vec![RemoteFile {
                url: format!("{THERE}/file"),
                content_type: "image/png".to_owned(),
                pixels: None,
                duration: None,
                poster: None,
                blurhash: None,
                description: String::new(),
                focus: attachments::focus(0.0, 0.0),
            }]);
        }
        posts.push(posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap());
    }
    let wanted = attachments::wanted(ctx, posts[0]).await.unwrap();
    let file = PreparedFile {
        kind: AttachmentKind::Image,
        bytes: b"theirs".to_vec(),
        content_type: "image/png",
        pixels: None,
        duration: None,
        frame_rate: None,
        preview: None,
    };
    attachments::arrived(ctx, wanted[0].id, file, None).await.unwrap();
    let url = Some(format!("{THERE}/zoe.png"));
    let face = media::store_picture(ctx, zoe.id, b"face".to_vec(), "image/png", url)
        .await
        .unwrap();
    media::set_remote_pictures(ctx, zoe.id, Some(face.id), None)
        .await
        .unwrap();
    let view = posts::view(ctx, Viewer::Person(ada.id), posts[0]).await.unwrap();
    let hash = view.files[0].hash.clone().unwrap();
    Given {
        peer,
        zoe,
        ada,
        posts,
        hashes: [hash, face.hash],
    }
}

/// What we do with what they give.
async fn agree(house: &House, id: PeerId, at_end: AtEnd) {
    let write = house.ctx.store().write(move |tx| {
        let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
        peer.contract = Contract {
            they_give: Terms {
                at_end,
                ..Terms::FULL
            },
            ..Contract::FULL
        };
        entrenous_store::peers::update(tx, &peer, None)?;
        Ok::<_, DomainError>(())
    });
    write.await.unwrap();
    house.happened(&[entrenous_model::Event::PeerChanged { peer: id }]);
}

async fn all_pieces(house: &House) -> u32 {
    let mut pieces = 0;
    while peers::purge_piece(&house.ctx).await.unwrap() {
        pieces += 1;
    }
    pieces
}

async fn row(house: &House, id: PeerId) -> Purge {
    let read = house
        .ctx
        .store()
        .read(move |conn| entrenous_store::purges::of_peer(conn, id));
    read.await.unwrap().unwrap()
}

async fn peer(house: &House, id: PeerId) -> Arc<Peer> {
    peers::get(&house.ctx, id).await.unwrap().unwrap()
}

async fn there(house: &House, hash: &str) -> bool {
    house.ctx.files().open(hash).await.unwrap().is_some()
}

async fn actions(house: &House) -> Vec<String> {
    let lines = audit::list(&house.ctx, None, None, 100).await.unwrap();
    lines
        .into_iter()
        .map(|line| line.action)
        .filter(|action| action.contains("purge"))
        .rev()
        .collect()
}

stories! {
    async fn what_was_given_to_be_removed_is_removed_in_pieces(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let given = given(&house, AtEnd::Purge).await;
        let Given { peer: id, zoe, ada, posts, hashes } = &given;
        let boost = posts::boost(ctx, Via::Local, ada.id, posts[1], Some(Visibility::Public), None).await.unwrap();
        let answer = house.reply(ada.id, posts[2], "answered").await;
        let would = peers::consequences(ctx, *id).await.unwrap();
        assert_eq!((would.posts, would.files, would.people, would.follows_by_us, would.follows_by_them), (POSTS, 2, 1, 1, 1));
        assert!(would.queued > 0 && would.notifications > 0);

        peers::revoke(ctx, "ada", *id).await.unwrap();
        // At once: out of sight, no follow, nothing queued. The rest waits.
        assert!(!house.sees(Viewer::Person(ada.id), posts[0]).await);
        assert!(house.home(ada.id).await.iter().all(|post| !posts.contains(post)));
        assert!(house.queued(*id).await.is_empty());
        assert_eq!(house.account(ada.id).await.followers_count, 0);
        assert_eq!(row(&house, *id).await.tally, Tally { follows: 2, ..Tally::default() });
        assert!(there(&house, &hashes[0]).await);

        // One piece, and how far it went is in the database.
        assert!(peers::purge_piece(ctx).await.unwrap());
        let first = row(&house, *id).await;
        assert!(first.tally.posts > 0 && first.tally.posts < POSTS && first.finished_at.is_none(), "{first:?}");
        assert!(all_pieces(&house).await >= 3);
        let done = row(&house, *id).await;
        let wanted = Tally {
            posts: POSTS, files: 2, people: 1, follows: 2, notifications: would.notifications,
            ..Tally::default()
        };
        assert_eq!((done.how, done.tally), (AtEnd::Purge, wanted));
        assert!(done.finished_at.is_some());
        assert_eq!(all_pieces(&house).await, 0, "and no more");
        for hash in hashes {
            assert!(!there(&house, hash).await);
        }
        assert_eq!(actions(&house).await, ["peer.purge_ordered", "peer.purged"]);

        // Tombstones, with the ids; people without a profile; what is ours stays.
        let post = posts[0];
        let read = ctx.store().read(move |conn| {
            let one = entrenous_store::posts::get(conn, post)?.unwrap();
            let two = entrenous_store::posts::get(conn, boost)?.unwrap();
            Ok::<_, entrenous_store::StoreError>((one, two))
        });
        let (one, two) = read.await.unwrap();
        assert!(one.deleted_at.is_some() && one.content.is_empty() && one.uri == format!("{THERE}/p/0"));
        assert!(two.deleted_at.is_some());
        assert!(house.sees(Viewer::Person(ada.id), answer).await);
        // What was under way comes too late.
        let late = media::store_picture(ctx, zoe.id, b"late".to_vec(), "image/png", Some("x".to_owned())).await;
        assert!(matches!(late, Err(DomainError::Refused("peer_not_active"))), "{late:?}");

        // Connected again: the same id is not taken twice, and the person comes back when they are fetched.
        house.set_peer_state(*id, PeerState::Active).await;
        let known = accounts::known_by_handle(ctx, "zoe@there.example").await.unwrap().unwrap();
        assert!(known.is_emptied() && known.display_name.is_empty() && known.avatar.is_none(), "{known:?}");
        accounts::upsert_remote(ctx, None, remote_person(*id, THERE, "zoe"), false).await.unwrap();
        assert_eq!(house.account(zoe.id).await.display_name, "ZOE");
        let again = posts::publish(ctx, house.via(*id), zoe.id, remote_draft(&one.uri, Visibility::Public, &[])).await;
        assert!(!matches!(again, Ok(new) if new != post), "{again:?}");
        assert!(!house.sees(Viewer::Person(ada.id), post).await);
        let new = remote_draft(&format!("{THERE}/p/new"), Visibility::Public, &[]);
        posts::publish(ctx, house.via(*id), zoe.id, new).await.unwrap();
    }

    async fn what_was_given_to_be_hidden_comes_back(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let given = given(&house, AtEnd::Hide).await;
        let would = peers::consequences(ctx, given.peer).await.unwrap();
        peers::revoke(ctx, "ada", given.peer).await.unwrap();
        all_pieces(&house).await;
        let done = row(&house, given.peer).await;
        let wanted = Tally {
            posts: POSTS, files: 2, people: 1, follows: 2, notifications: would.notifications,
            ..Tally::default()
        };
        assert_eq!((done.how, done.tally), (AtEnd::Hide, wanted));
        assert!(!house.sees(Viewer::Person(given.ada.id), given.posts[0]).await);
        assert!(accounts::get(ctx, given.zoe.id).await.unwrap().is_none());
        for hash in &given.hashes {
            assert!(there(&house, hash).await);
        }
        house.set_peer_state(given.peer, PeerState::Active).await;
        assert!(house.sees(Viewer::Person(given.ada.id), given.posts[0]).await);
        assert!(house.home(given.ada.id).await.iter().all(|post| !given.posts.contains(post)), "the follow has ended");
    }

    async fn an_order_is_sent_until_it_is_confirmed_or_given_up(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (one, two) = (house.peer(THERE).await, house.peer("https://other.example").await);
        peers::revoke(ctx, "ada", one).await.unwrap();
        peers::revoke(ctx, "ada", two).await.unwrap();
        assert!(matches!(peers::revoke(ctx, "ada", one).await, Err(DomainError::Conflict(_))));
        let order = async |id: PeerId| {
            let ending = peers::endings(ctx, [&*peer(&house, id).await]).await.unwrap().remove(&id).unwrap();
            ending.order.unwrap()
        };
        assert_eq!(peers::open_orders(ctx).await.unwrap().len(), 2);
        let first = order(one).await;
        assert_eq!((first.state(), first.tries), (OrderState::Unconfirmed, 0));
        let pause = async || order(one).await.next_try.unwrap() - ctx.now();
        peers::unconfirmed(ctx, one, &first, None).await.unwrap();
        assert_eq!(pause().await, TimeDelta::milliseconds(1_250));
        for _ in 0..40 {
            peers::unconfirmed(ctx, one, &order(one).await, None).await.unwrap();
        }
        assert_eq!(pause().await, TimeDelta::hours(1));
        peers::unconfirmed(ctx, one, &order(one).await, Some(Parcel::default())).await.unwrap();
        assert_eq!(pause().await, TimeDelta::seconds(60), "one that is at work is asked sooner");

        // Only for its own order, once, and not after a new beginning.
        let tally = Tally { posts: 3, ..Tally::default() };
        let confirmed = async |id: PeerId, nonce: &str| {
            let (nonce, document) = (nonce.to_owned(), "{}".to_owned());
            let receipt = peers::Confirmation { nonce, document, how: AtEnd::Purge, tally };
            peers::confirmed(ctx, id, receipt, peers::Exchange::default()).await
        };
        let refused = |answer| matches!(answer, Err(DomainError::Refused("receipt")));
        assert!(refused(confirmed(two, &first.nonce).await));
        assert!(refused(confirmed(one, "another").await));
        confirmed(one, &first.nonce).await.unwrap();
        assert!(refused(confirmed(one, &first.nonce).await));
        assert_eq!(order(one).await.state(), OrderState::Confirmed);
        assert_eq!(peers::open_orders(ctx).await.unwrap().len(), 1);

        house.clock.advance(TimeDelta::days(30));
        peers::unconfirmed(ctx, two, &order(two).await, None).await.unwrap();
        assert_eq!(order(two).await.state(), OrderState::GivenUp);
        assert!(peers::open_orders(ctx).await.unwrap().is_empty());
        assert_eq!(
            actions(&house).await,
            ["peer.purge_ordered", "peer.purge_ordered", "peer.purge_confirmed", "peer.purge_given_up"]
        );

        // A second life: the order of the first says nothing about its end.
        house.set_peer_state(one, PeerState::Active).await;
        house.clock.advance(TimeDelta::seconds(1));
        assert_eq!(peers::revoked_by_peer(ctx, one, "https://there.example/actor#notice-x".to_owned(), None, 0).await.unwrap(), None);
        let ending = peers::endings(ctx, [&*peer(&house, one).await]).await.unwrap().remove(&one).unwrap();
        assert!(ending.order.is_none() && ending.here.is_some());
        assert!(refused(confirmed(one, &first.nonce).await));
    }

    async fn the_peers_order_is_carried_out_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let id = house.peer(THERE).await;
        let notice = |nonce: &str| format!("{THERE}/actor#notice-{nonce}");
        let ordered = async |nonce: &str| {
            peers::revoked_by_peer(ctx, id, notice(nonce), Some(nonce.to_owned()), 0).await.unwrap()
        };
        let first = ordered("one").await.unwrap();
        assert_eq!((first.nonce.as_deref(), first.finished_at), (Some("one"), None));
        all_pieces(&house).await;
        let done = ordered("one").await.unwrap();
        assert!(done.finished_at.is_some());
        assert_eq!(ordered("one").await.unwrap(), done, "twice is once");
        assert_eq!(actions(&house).await, ["peer.purge_received", "peer.purged"]);
        // After a new beginning the old one has no effect.
        house.set_peer_state(id, PeerState::Active).await;
        assert_eq!(ordered("one").await, None);
        assert!(peer(&house, id).await.is_active());
        house.clock.advance(TimeDelta::seconds(1));
        let second = ordered("two").await.unwrap();
        assert_eq!((second.nonce.as_deref(), second.finished_at), (Some("two"), None));
        assert!(!peer(&house, id).await.is_active());
    }
}
