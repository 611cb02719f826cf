//! New keys of a node: who has which, what is signed with which, and answers that are lost.

use crate::fixture::Node;
use crate::joining::{eventually, follow, joined};
use axum::body::Body;
use bytes::Bytes;
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::{DomainError, audit, own_keys, peers};
use entrenous_federation::client::sign;
use entrenous_federation::keys::SigningKeys;
use entrenous_model::{
    Contract, KeyGeneration, Matter, Peer, PeerKeys, PeerState, PostScope, SignatureForm, Software, Terms,
    Visibility,
};
use http::{Method, Request};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt as _;
use url::Url;

const SECOND: KeyGeneration = KeyGeneration::FIRST.next();

async fn peer(node: &Node, other: &Node) -> Arc<Peer> {
    peers::by_origin(node.ctx(), other.origin())
        .await
        .unwrap()
        .unwrap()
}

async fn pinned(node: &Node, other: &Node) -> PeerKeys {
    peer(node, other).await.keys.clone().unwrap()
}

async fn rotate(node: &Node) {
    let identity = node.federation.identity();
    identity.rotate(node.ctx(), "admin").await.unwrap();
}

/// Waits until `other` has the current keys of `node`, and `node` knows that.
async fn taken(node: &Node, other: &Node) {
    let current = node.federation.identity().current().generation;
    eventually("the new keys", async || {
        (peer(node, other).await.our_keys == current).then_some(())
    })
    .await;
    assert_eq!(pinned(other, node).await, node.federation.identity().peer_keys());
}

async fn actions(node: &Node) -> Vec<String> {
    let lines = audit::list(node.ctx(), None, None, 200).await.unwrap();
    lines.into_iter().map(|line| line.action).collect()
}

/// A third node that `node` trusts and that answers nobody: what is former stays.
async fn silent(node: &Node) -> Node {
    let third = Node::at("http://127.0.0.1:9").await;
    node.trusts(&third).await;
    third
}

#[tokio::test]
async fn new_keys_reach_the_peer_and_the_old_ones_end() {
    let (a, b) = joined().await;
    let before = pinned(&b, &a).await;
    rotate(&a).await;
    taken(&a, &b).await;
    assert_ne!(pinned(&b, &a).await.fingerprint, before.fingerprint);
    let standing = own_keys::standing(a.ctx()).await.unwrap();
    assert_eq!((standing.len(), standing[0].peers.len()), (1, 1));
    let kept = own_keys::load(a.ctx()).await.unwrap();
    let sealed: Vec<bool> = kept.iter().map(|one| one.sealed.is_some()).collect();
    assert_eq!(sealed, [false, true], "what nobody has is gone");
    let done = actions(&a).await;
    for action in ["keys.rotated", "keys.taken", "keys.ended"] {
        assert!(done.iter().any(|one| one == action), "{action} in {done:?}");
    }
    assert!(actions(&b).await.iter().any(|one| one == "peer.keys_rotated"));
    // A process that begins now has them too.
    let again = entrenous_federation::Identity::load_or_create(a.ctx())
        .await
        .unwrap();
    assert_eq!(again.fingerprint(), a.federation.identity().fingerprint());
    assert_eq!(again.current().generation, SECOND);
    // Both directions work, with what the instance signs and what it endorses.
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    follow(&b, bob.id, &a, "ada").await;
    follow(&a, ada.id, &b, "bob").await;
}

#[tokio::test]
async fn a_peer_with_former_keys_is_spoken_to_with_these() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    // Nothing is delivered: b has no background work, and a's queue rests.
    let ada = a.person("ada").await;
    let first = a.federation.identity().for_stranger();
    rotate(&a).await;
    rotate(&a).await;
    let at_b = peer(&a, &b).await;
    assert_eq!(at_b.our_keys, KeyGeneration::FIRST);
    assert_eq!(
        a.federation.identity().for_peer(&at_b).ed25519_id,
        first.ed25519_id
    );
    // b asks for a person of a: the endorsement is by the keys that b has.
    let found = b.federation.account_by_uri(&ada.uri).await.unwrap();
    assert!(found.is_some());
    // a asks b, signed with the keys that b has.
    b.person("bob").await;
    assert!(
        a.federation
            .account_by_handle("bob", b.authority())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(peer(&b, &a).await.state, PeerState::Active);
    assert_eq!(peer(&a, &b).await.our_keys, KeyGeneration::FIRST);
}

#[tokio::test]
async fn who_missed_the_update_follows_the_word_of_the_pinned_keys() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    rotate(&a).await;
    rotate(&a).await;
    // A stranger's signature in a's name makes b look.
    let stranger = Node::at("https://stranger.test").await;
    forged(&stranger, &a, &b).await;
    eventually("the rotation", async || {
        (pinned(&b, &a).await == a.federation.identity().peer_keys()).then_some(())
    })
    .await;
    assert_eq!(peer(&b, &a).await.state, PeerState::Active);
    // a learns by the first answer that b has them.
    b.person("bob").await;
    let found = a.federation.account_by_handle("bob", b.authority()).await;
    assert!(found.unwrap().is_some());
    assert_eq!(
        peer(&a, &b).await.our_keys,
        a.federation.identity().current().generation
    );
    // What is still queued is not sent any more, and does no harm.
    tokio::spawn(a.federation.clone().run_background(std::future::pending()));
    eventually("an empty queue", async || {
        let waiting = entrenous_domain::deliveries::waiting_peers(a.ctx())
            .await
            .unwrap();
        waiting.is_empty().then_some(())
    })
    .await;
    assert_eq!(pinned(&b, &a).await, a.federation.identity().peer_keys());
}

#[tokio::test]
async fn a_lost_answer_heals() {
    let (a, b) = joined().await;
    let _third = silent(&a).await;
    rotate(&a).await;
    taken(&a, &b).await;
    // As if a had stopped before it wrote down that b has the keys: the same is sent again.
    let id = peer(&a, &b).await.id;
    let reset = a.ctx().store().write(move |tx| {
        let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
        peer.our_keys = KeyGeneration::FIRST;
        entrenous_store::peers::update(tx, &peer, None)?;
        Ok::<_, DomainError>(())
    });
    reset.await.unwrap();
    a.ctx().trust().forget_everything();
    rotate(&a).await;
    taken(&a, &b).await;
    assert_eq!(peer(&a, &b).await.our_keys, KeyGeneration::of(3));
    let refused = actions(&b).await;
    assert!(
        refused.iter().any(|one| one == "federation.refused"),
        "the former keys were tried first"
    );
    assert_eq!(peer(&b, &a).await.state, PeerState::Active);
}

#[tokio::test]
async fn a_contract_offered_before_is_agreed_after() {
    let (a, b) = joined().await;
    let _third = silent(&a).await;
    let before = peer(&a, &b).await;
    let contract = Contract {
        we_give: Terms {
            posts: PostScope::Addressed,
            ..before.contract.we_give.clone()
        },
        ..before.contract.clone()
    };
    // Queued together, in this order: what is signed for the offer is not what it is sent with.
    peers::suspend(a.ctx(), "admin", before.id).await.unwrap();
    rotate(&a).await;
    peers::confirm(a.ctx(), "admin", before.id).await.unwrap();
    a.federation
        .propose("admin", before.id, contract, String::new())
        .await
        .unwrap();
    let there = peer(&b, &a).await.id;
    let offer = eventually("the offer", async || {
        let open = peers::contracts::open(b.ctx(), there).await.unwrap();
        open.into_iter().find(|one| !one.by_us)
    })
    .await;
    taken(&a, &b).await;
    // And changed again before the answer, which holds the offer as it was signed then.
    rotate(&a).await;
    taken(&a, &b).await;
    b.federation
        .accept_proposal("boss", there, &offer.uri)
        .await
        .unwrap();
    eventually("the agreement", async || {
        (peer(&a, &b).await.contract.version == 2).then_some(())
    })
    .await;
}

/// A POST to the inbox of `to` in the name of `of`'s instance, signed with some keys.
fn post(to: &Node, document: &Value, keys: &SigningKeys, at: &Node) -> (Request<Body>, Bytes) {
    let body = Bytes::from(serde_json::to_vec(document).unwrap());
    let url = Url::parse(&to.origin().join("/inbox")).unwrap();
    let form = SignatureForm::Rfc9421Ed25519;
    let headers = sign(form, keys, &Method::POST, &url, None, &body, at.ctx().now()).unwrap();
    let mut request = Request::post("/inbox").body(Body::from(body.clone())).unwrap();
    request.headers_mut().extend(headers);
    (request, body)
}

async fn answered(to: &Node, request: Request<Body>) -> u16 {
    to.federation
        .router()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

/// Sends something in the name of `of`'s instance to `to`, signed by somebody else.
async fn forged(by: &Node, of: &Node, to: &Node) {
    let mut keys = (*by.federation.identity().for_stranger()).clone();
    keys.ed25519_id = format!("{}#ed25519-key", of.federation.identity().actor());
    let document = json!({"id": of.origin().join("/x"), "type": "Like", "actor": of.origin().join("/actor"), "object": "x"});
    let (request, _) = post(to, &document, &keys, by);
    assert_eq!(answered(to, request).await, 401);
}

#[tokio::test]
async fn an_old_update_has_no_effect_again() {
    let (a, b) = joined().await;
    let (first, actor) = (
        a.federation.identity().for_stranger(),
        a.federation.identity().actor().to_owned(),
    );
    let _third = silent(&a).await;
    rotate(&a).await;
    taken(&a, &b).await;
    let update = |number: u32| {
        json!({
            "id": format!("{actor}#again-{number}"), "type": "Update", "actor": actor,
            "object": a.federation.instance_actor().unwrap(),
        })
    };
    let second = a.federation.identity().for_stranger();
    // As it was on the wire the first time, and one that gives the keys of now, which were taken.
    let (old, _) = post(&b, &update(1), &first, &a);
    assert_eq!(answered(&b, old).await, 401);
    let (same, body) = post(&b, &update(2), &second, &a);
    let headers = same.headers().clone();
    assert_eq!(answered(&b, same).await, 202);
    rotate(&a).await;
    taken(&a, &b).await;
    let mut replayed = Request::post("/inbox").body(Body::from(body)).unwrap();
    *replayed.headers_mut() = headers;
    assert_eq!(answered(&b, replayed).await, 401);
    assert_eq!(pinned(&b, &a).await, a.federation.identity().peer_keys());
    // A person of a does not speak for the node.
    let eve = a.person("eve").await;
    let keys = a.federation.keys().person(eve.id).await.unwrap().unwrap();
    for by in [actor.as_str(), eve.uri.as_str()] {
        let mut document = update(3);
        document["actor"] = json!(by);
        let (request, _) = post(&b, &document, &keys, &a);
        assert_eq!(answered(&b, request).await, 403, "{by}");
    }
    assert_eq!(pinned(&b, &a).await, a.federation.identity().peer_keys());
    assert_eq!(peer(&b, &a).await.state, PeerState::Active);
}

#[tokio::test]
async fn strangers_make_us_look_once_a_minute_and_stop_nobody() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let stranger = Node::at("https://stranger.test").await;
    let before = b.connections();
    for _ in 0..100 {
        forged(&stranger, &a, &b).await;
    }
    // That nobody looks again has no event: a while is waited.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(b.connections() <= before + 1);
    assert_eq!(peer(&b, &a).await.state, PeerState::Active);
    assert_eq!(peer(&b, &a).await.alert, None);
}

#[tokio::test]
async fn other_keys_stop_the_peer_until_the_pinned_ones_are_back() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    let other = Node::at(a.origin().as_str()).await;
    a.trusts(&b).await;
    // What is pinned are other keys than those that a shows.
    let wrong = other.federation.identity().peer_keys();
    let id = b
        .has_peer(
            a.origin(),
            Software::Native,
            PeerState::Active,
            Some(wrong.clone()),
            Contract::FULL,
        )
        .await;
    let stranger = Node::at("https://stranger.test").await;
    forged(&stranger, &a, &b).await;
    eventually("the end of it", async || {
        (peer(&b, &a).await.state == PeerState::Suspended).then_some(())
    })
    .await;
    let alert = peer(&b, &a).await.alert.clone().unwrap();
    assert_eq!(
        alert.fingerprint,
        a.federation.identity().fingerprint().to_string()
    );
    assert_eq!(
        peer(&b, &a).await.keys,
        Some(wrong),
        "what was pinned stays pinned"
    );
    let lines = audit::list(b.ctx(), Some(a.origin()), None, 50).await.unwrap();
    let line = lines
        .iter()
        .find(|line| line.action == "peer.keys_changed")
        .unwrap();
    assert!(line.detail.contains(&alert.fingerprint), "{line:?}");
    let alerts = peers::alerts(b.ctx()).await.unwrap();
    assert_eq!((alerts.len(), alerts[0].kind), (1, peers::AlertKind::KeysChanged));
    // Confirming looks again. The domain alone never confirms it.
    for refused in [
        b.federation.confirm("admin", id).await,
        peers::confirm(b.ctx(), "admin", id).await,
    ] {
        let Err(DomainError::Conflict(words)) = refused else {
            panic!("{refused:?}");
        };
        assert!(words.contains("its keys have changed"), "{words}");
    }
    // As if a had been put right.
    let shown = a.federation.identity().peer_keys();
    let write = b.ctx().store().write(move |tx| {
        let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
        peer.keys = Some(shown);
        entrenous_store::peers::update(tx, &peer, None)?;
        Ok::<_, DomainError>(())
    });
    write.await.unwrap();
    b.ctx().trust().forget_everything();
    b.federation.confirm("admin", id).await.unwrap();
    let back = peer(&b, &a).await;
    assert_eq!((back.state, &back.alert), (PeerState::Active, &None));
    assert!(peers::alerts(b.ctx()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rotation_withdraws_open_invitations() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    let link = a
        .federation
        .invite_link("admin", crate::joining::offer("", 24, None))
        .await
        .unwrap()
        .link;
    let identity = a.federation.identity();
    assert_eq!(identity.rotate(a.ctx(), "admin").await.unwrap().withdrawn, 1);
    assert!(matches!(
        b.federation.join("admin", &link).await,
        Err(DomainError::Forbidden(_) | DomainError::Remote(_))
    ));
    // Nobody has the first keys: they are gone at once.
    let kept = own_keys::load(a.ctx()).await.unwrap();
    assert!(kept[0].sealed.is_none());
    // Two at the same moment: one of them. No keys are made for the other, and the next one is served again.
    let new = || identity.rotate(a.ctx(), "admin");
    let (one, two) = tokio::join!(new(), new());
    assert!(
        one.is_ok() && matches!(two, Err(DomainError::Conflict(_))),
        "{one:?} {two:?}"
    );
    new().await.unwrap();
    let ada = a.person("ada").await;
    a.writes(ada.id, "Still here", Visibility::Public).await;
    assert!(b.ctx().origin() != a.origin() && peers::list(b.ctx()).await.unwrap().is_empty());
    let at_a = peers::active(a.ctx(), b.origin()).await.unwrap();
    assert!(at_a.is_none_or(|peer| peer.clear::<entrenous_model::Sending>(Matter::Node).is_err()));
}
