//! Two nodes from the invitation to its end, on real sockets.

use crate::fixture::Node;
use chrono::TimeDelta;
use entrenous_domain::deliveries::Reached;
use entrenous_domain::follows::{self, FollowOptions};
use entrenous_domain::peers::InviteOffer;
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, Via, accounts, blocks, deliveries, peers, people, timelines};
use entrenous_model::{AccountId, Contract, Origin, Page, PeerId, PeerState, PostId, Software, Visibility};
use entrenous_store::testing::TestDatabase;
use std::time::Duration;

/// Waits until `found` gives something, at most fifteen seconds.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut found: impl FnMut() -> F,
) -> T {
    for _ in 0..300 {
        if let Some(found) = found().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not happen");
}

async fn invite(node: &Node) -> String {
    let link = node.federation.invite_link("admin", offer("To talk", 24, None));
    link.await.unwrap().link
}

pub(crate) fn offer(purpose: &str, hours: i64, for_origin: Option<Origin>) -> InviteOffer {
    InviteOffer {
        purpose: purpose.to_owned(),
        contract: Contract::FULL,
        hours,
        pre_confirm: for_origin.is_some(),
        for_origin,
        introduce: false,
    }
}

pub(crate) async fn state(node: &Node, other: &Node) -> Option<PeerState> {
    peers::by_origin(node.ctx(), other.origin())
        .await
        .unwrap()
        .map(|peer| peer.state)
}

pub(crate) async fn peer(node: &Node, other: &Node) -> PeerId {
    peers::by_origin(node.ctx(), other.origin())
        .await
        .unwrap()
        .unwrap()
        .id
}

/// Two nodes that were connected by an invitation, with their background work.
pub(crate) async fn joined() -> (Node, Node) {
    joined_on(TestDatabase::sqlite).await
}

/// The same, on databases of that kind.
pub(crate) async fn joined_on(database: impl Fn() -> TestDatabase) -> (Node, Node) {
    let (a, b) = (
        Node::serving_on(database()).await,
        Node::serving_on(database()).await,
    );
    for node in [&a, &b] {
        tokio::spawn(node.federation.clone().run_background(std::future::pending()));
    }
    connect(&a, &b).await;
    (a, b)
}

/// Connects two nodes by an invitation of the first.
pub(crate) async fn connect(a: &Node, b: &Node) {
    b.federation.join("admin", &invite(a).await).await.unwrap();
    a.federation.confirm("admin", peer(a, b).await).await.unwrap();
    eventually("the confirmation", async || {
        (state(b, a).await == Some(PeerState::Active)).then_some(())
    })
    .await;
}

pub(crate) async fn follow(from: &Node, who: AccountId, to: &Node, name: &str) -> AccountId {
    let found = from
        .federation
        .account_by_handle(name, to.authority())
        .await
        .unwrap()
        .unwrap();
    let options = FollowOptions {
        show_boosts: true,
        notify: false,
    };
    follows::follow(from.ctx(), Via::Local, who, found, options, None)
        .await
        .unwrap();
    eventually("the acceptance", async || {
        let them = accounts::relationships(from.ctx(), who, vec![found])
            .await
            .unwrap();
        them.first().is_some_and(|(_, them)| them.following).then_some(())
    })
    .await;
    found
}

async fn home(node: &Node, who: AccountId) -> Vec<PostId> {
    timelines::home(node.ctx(), who, Page::first(40))
        .await
        .unwrap()
        .ids
}

#[tokio::test]
async fn an_invitation_is_looked_at_accepted_and_confirmed() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    let link = invite(&a).await;
    let seen = b.federation.preview(&link).await.unwrap();
    assert_eq!((&seen.origin, seen.purpose.as_str()), (a.origin(), "To talk"));
    assert_eq!(
        seen.fingerprint,
        a.federation.identity().fingerprint().to_string()
    );
    assert_eq!(seen.contract, Contract::FULL);
    assert_eq!(
        (state(&a, &b).await, state(&b, &a).await),
        (None, None),
        "looking uses nothing up"
    );
    assert_eq!(a.connections(), 0);

    let (id, now) = b.federation.join("admin", &link).await.unwrap();
    assert_eq!((id, now), (peer(&b, &a).await, PeerState::PendingRemote));
    assert_eq!(state(&a, &b).await, Some(PeerState::PendingLocal));
    let pinned = peers::by_origin(a.ctx(), b.origin())
        .await
        .unwrap()
        .unwrap()
        .keys
        .clone()
        .unwrap();
    assert_eq!(pinned, b.federation.identity().peer_keys());
    // Nothing crosses yet, in either direction.
    a.person("ada").await;
    assert_eq!(
        b.federation
            .account_by_handle("ada", a.authority())
            .await
            .unwrap(),
        None
    );

    // The notice reaches b without b asking.
    a.federation.confirm("admin", peer(&a, &b).await).await.unwrap();
    eventually("the notice", async || {
        (state(&b, &a).await == Some(PeerState::Active)).then_some(())
    })
    .await;
    assert!(
        b.federation
            .account_by_handle("ada", a.authority())
            .await
            .unwrap()
            .is_some()
    );

    let again = b.federation.join("admin", &link).await;
    assert!(matches!(again, Err(DomainError::Conflict(_))), "{again:?}");
    b.federation.revoke("admin", peer(&b, &a).await).await.unwrap();
    b.federation.send_orders().await.unwrap();
    eventually("the end", async || {
        (state(&a, &b).await == Some(PeerState::Revoked)).then_some(())
    })
    .await;
    assert_eq!(
        b.federation
            .account_by_handle("ada", a.authority())
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_lost_notice_heals() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    tokio::spawn(b.federation.clone().run_background(std::future::pending()));
    b.federation.join("admin", &invite(&a).await).await.unwrap();
    // The domain alone confirms: nobody tells b, b asks.
    peers::confirm(a.ctx(), "admin", peer(&a, &b).await)
        .await
        .unwrap();
    eventually("asking", async || {
        (state(&b, &a).await == Some(PeerState::Active)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_link_works_once_for_one_node_until_it_expires() {
    let (a, b, c) = (
        Node::serving().await,
        Node::serving().await,
        Node::serving().await,
    );
    let link = invite(&a).await;
    let tries = (0..50).map(|_| {
        let (federation, link) = (b.federation.clone(), link.clone());
        tokio::spawn(async move { federation.join("admin", &link).await })
    });
    for tried in tries.collect::<Vec<_>>() {
        let tried = tried.await.unwrap();
        assert!(tried.is_ok(), "the same node may repeat itself: {tried:?}");
    }
    assert_eq!(peers::list(a.ctx()).await.unwrap().len(), 1);
    let other = c.federation.join("admin", &link).await;
    assert!(matches!(other, Err(DomainError::Remote(_))), "{other:?}");
    assert_eq!((state(&a, &c).await, state(&c, &a).await), (None, None));

    let late = invite(&a).await;
    for node in [&a, &c] {
        node.clock.advance(TimeDelta::hours(25));
    }
    assert!(matches!(
        c.federation.join("admin", &late).await,
        Err(DomainError::Remote(_))
    ));

    // The keys are not those of the link, or the token is another: nothing is sent that could be used.
    let link = invite(&a).await;
    let forged = invite(&b).await.replace(b.origin().as_str(), a.origin().as_str());
    assert!(matches!(
        c.federation.join("admin", &forged).await,
        Err(DomainError::Forbidden(_))
    ));
    let (front, _) = link.split_once('#').unwrap();
    let guessed = format!("{front}#{}", "A".repeat(43));
    assert!(matches!(
        c.federation.join("admin", &guessed).await,
        Err(DomainError::Remote(_))
    ));
    let before = a.connections();
    for _ in 0..12 {
        assert!(c.federation.join("admin", &guessed).await.is_err());
    }
    assert_eq!(
        a.connections(),
        before,
        "who does not know the token is not asked who it is"
    );
    let limited = c.federation.join("admin", &link).await.unwrap_err();
    assert!(limited.to_string().contains("too many tries"), "{limited}");
    a.clock.advance(TimeDelta::minutes(1));
    c.clock.advance(TimeDelta::minutes(1));
    assert!(c.federation.join("admin", &link).await.is_ok());
}

#[tokio::test]
async fn a_link_for_one_node_may_be_confirmed_beforehand() {
    let (a, b, c) = (
        Node::serving().await,
        Node::serving().await,
        Node::serving().await,
    );
    let for_b = Some(b.origin().clone());
    let link = a
        .federation
        .invite_link("admin", offer("", 1, for_b))
        .await
        .unwrap()
        .link;
    assert!(c.federation.preview(&link).await.is_err());
    assert_eq!(
        b.federation.join("admin", &link).await.unwrap().1,
        PeerState::Active
    );
    assert_eq!(state(&a, &b).await, Some(PeerState::Active));
}

#[tokio::test]
async fn posts_and_what_is_done_with_them_cross() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    let remote_ada = follow(&b, bob.id, &a, "ada").await;

    let public = a.writes(ada.id, "Hello", Visibility::Public).await;
    let private = a.writes(ada.id, "For friends", Visibility::Private).await;
    let seen = eventually("both posts", async || {
        let posts = home(&b, bob.id).await;
        (posts.len() == 2).then_some(posts)
    })
    .await;
    let view = |id| posts::view(b.ctx(), Viewer::Person(bob.id), id);
    let newest = view(seen[0]).await.unwrap();
    assert_eq!(
        newest.post.uri,
        a.origin().join(&format!("/posts/{private}")),
        "in order"
    );
    assert_eq!(
        (newest.post.visibility, newest.account.id),
        (Visibility::Private, remote_ada)
    );
    assert_eq!(view(seen[1]).await.unwrap().post.visibility, Visibility::Public);

    // Reactions reach the author's node, and go again.
    let counts = async || {
        let view = posts::view(a.ctx(), Viewer::Person(ada.id), public)
            .await
            .unwrap();
        (view.post.favourites_count, view.post.boosts_count)
    };
    posts::favourite(b.ctx(), Via::Local, bob.id, seen[1], None)
        .await
        .unwrap();
    posts::boost(b.ctx(), Via::Local, bob.id, seen[1], None, None)
        .await
        .unwrap();
    eventually("reactions", async || (counts().await == (1, 1)).then_some(())).await;
    posts::unfavourite(b.ctx(), Via::Local, bob.id, seen[1])
        .await
        .unwrap();
    posts::unboost(b.ctx(), Via::Local, bob.id, seen[1])
        .await
        .unwrap();
    eventually("no reactions", async || (counts().await == (0, 0)).then_some(())).await;

    posts::delete(a.ctx(), Via::Local, ada.id, private).await.unwrap();
    eventually("the deletion", async || {
        (!home(&b, bob.id).await.contains(&seen[0])).then_some(())
    })
    .await;

    follows::unfollow(b.ctx(), Via::Local, bob.id, remote_ada)
        .await
        .unwrap();
    eventually("the end of the follow", async || {
        let followers = follows::followers(a.ctx(), ada.id, Page::first(10))
            .await
            .unwrap();
        followers.is_empty().then_some(())
    })
    .await;
    let remote_bob = a
        .federation
        .account_by_handle("bob", b.authority())
        .await
        .unwrap()
        .unwrap();
    let blocked = async |expected: bool| {
        eventually("the block", async || {
            let them = accounts::relationships(b.ctx(), bob.id, vec![remote_ada])
                .await
                .unwrap();
            (them[0].1.blocked_by == expected).then_some(())
        })
        .await;
    };
    blocks::block(a.ctx(), Via::Local, ada.id, remote_bob, None)
        .await
        .unwrap();
    blocked(true).await;
    blocks::unblock(a.ctx(), Via::Local, ada.id, remote_bob)
        .await
        .unwrap();
    blocked(false).await;
}

#[tokio::test]
async fn a_leaver_is_gone_everywhere() {
    let (a, b) = joined().await;
    a.person("ada").await;
    let bob = b.person("bob").await;
    let remote_ada = follow(&b, bob.id, &a, "ada").await;
    people::disable(a.ctx(), "admin", "ada").await.unwrap();
    eventually("the leave", async || {
        accounts::get(b.ctx(), remote_ada)
            .await
            .unwrap()
            .is_none()
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_silent_peer_holds_up_nobody_and_gets_everything_later() {
    let (a, b) = joined().await;
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let c = Node::at(&format!("http://{address}")).await;
    let (ada, bob, cem) = (
        a.person("ada").await,
        b.person("bob").await,
        c.person("cem").await,
    );
    follow(&b, bob.id, &a, "ada").await;
    let silent = a.trusts(&c).await;
    let first = a.writes(ada.id, "One", Visibility::Public).await;
    a.writes(ada.id, "Two", Visibility::Public).await;
    eventually("delivery to the other", async || {
        (home(&b, bob.id).await.len() == 2).then_some(())
    })
    .await;
    let queue = eventually("the rest", async || {
        let queues = deliveries::queues(a.ctx()).await.unwrap();
        let queue = queues.into_iter().find(|queue| queue.peer.id == silent).unwrap();
        (queue.queued == 2 && queue.peer.failures > 0 && queue.peer.retry_at.is_some()).then_some(queue)
    })
    .await;
    assert!(queue.peer.last_error.is_some());
    let of = deliveries::of_post(a.ctx(), ada.id, first).await.unwrap();
    assert!(
        of.iter()
            .any(|reach| reach.peer.id == silent && matches!(reach.state, Reached::Waiting(_))),
        "{of:?}"
    );

    // It comes back, and has both, in order.
    c.trusts(&a).await;
    let socket = tokio::net::TcpListener::bind(address).await.unwrap();
    let router = c.federation.router();
    tokio::spawn(async move { axum::serve(socket, router).await });
    for node in [&a, &c] {
        node.clock.advance(TimeDelta::hours(1));
    }
    let posts = eventually("what was queued", async || {
        let posts = timelines::network(c.ctx(), cem.id, false, false, Page::first(9))
            .await
            .unwrap();
        (posts.len() == 2).then_some(posts)
    })
    .await;
    let oldest = posts::view(c.ctx(), Viewer::Person(cem.id), posts[1])
        .await
        .unwrap();
    assert_eq!(oldest.post.uri, a.origin().join(&format!("/posts/{first}")));
}

#[tokio::test]
async fn other_software_is_added_by_hand() {
    let (a, native) = (Node::serving().await, Node::serving().await);
    let refused = a
        .federation
        .trust("admin", native.authority(), Contract::FULL)
        .await;
    assert!(matches!(refused, Err(DomainError::Invalid(_))), "{refused:?}");
    // Nobody there: added, with a warning. Plain http, since a rule allows it.
    let added = a
        .federation
        .trust("admin", "127.0.0.9:9", Contract::FULL)
        .await
        .unwrap();
    assert_eq!(added.origin.as_str(), "http://127.0.0.9:9");
    assert!(
        added.fingerprint.is_none() && added.warning.is_some(),
        "{added:?}"
    );
    let again = a
        .federation
        .trust("admin", "http://127.0.0.9:9/", Contract::FULL)
        .await;
    assert!(matches!(again, Err(DomainError::Conflict(_))), "{again:?}");
    for wrong in ["", "a b", "https://x.test/path", "ftp://x.test"] {
        assert!(
            matches!(
                a.federation.trust("admin", wrong, Contract::FULL).await,
                Err(DomainError::Invalid(_))
            ),
            "{wrong}"
        );
    }

    // A server with an actor of its own, as Lemmy has it.
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let keys = a.federation.identity().current().rsa.to_pem();
    let actor = serde_json::json!({
        "id": format!("{origin}/"), "type": "Application", "name": "Elsewhere", "preferredUsername": "elsewhere",
        "inbox": format!("{origin}/inbox"), "endpoints": {"sharedInbox": format!("{origin}/inbox")},
        "publicKey": {"id": format!("{origin}/#main-key"), "owner": format!("{origin}/"), "publicKeyPem": keys},
    });
    let answer = ([("content-type", "application/activity+json")], actor.to_string());
    let router = axum::Router::new().route("/", axum::routing::get(async move || answer.clone()));
    tokio::spawn(async move { axum::serve(socket, router).await });
    let added = a
        .federation
        .trust("admin", &origin, Contract::FULL)
        .await
        .unwrap();
    assert_eq!(
        (added.name.as_str(), added.warning.as_deref()),
        ("Elsewhere", None)
    );
    let peer = peers::get(a.ctx(), added.peer).await.unwrap().unwrap();
    assert_eq!(
        peer.keys.as_ref().map(|keys| &keys.fingerprint),
        added.fingerprint.as_ref()
    );
    assert_eq!((peer.software, peer.state), (Software::Other, PeerState::Active));
    assert_eq!(peer.shared_inbox, Some(format!("{origin}/inbox")));
}
