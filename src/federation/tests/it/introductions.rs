//! Three nodes: one that two trust makes them known to each other.

use crate::fixture::Node;
use crate::forged::Attacker;
use crate::joining::{connect, eventually, follow, peer, state};
use axum::body::Body;
use axum::extract::Request;
use chrono::TimeDelta;
use entrenous_domain::peers::{self, contracts, introductions};
use entrenous_domain::{DomainError, ledger};
use entrenous_federation::client::sign;
use entrenous_model::{
    Contract, Introduction, IntroductionState, LedgerRow, Matter, PeerState, Preset, Sending, SignatureForm,
    Software, Terms,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;
use url::Url;

/// A hub with two peers that do not know each other.
async fn hub() -> [Node; 3] {
    let nodes = [
        Node::serving().await,
        Node::serving().await,
        Node::serving().await,
    ];
    for node in &nodes {
        tokio::spawn(node.federation.clone().run_background(std::future::pending()));
    }
    let [a, b, c] = &nodes;
    connect(a, b).await;
    connect(a, c).await;
    nodes
}

async fn introduce(hub: &Node, one: &Node, other: &Node, contract: Option<Contract>) {
    let to = Some(vec![peer(hub, other).await]);
    let about = peer(hub, one).await;
    hub.federation
        .introduce("admin", about, to, contract, "You two")
        .await
        .unwrap();
}

async fn of(node: &Node, other: &Node) -> Option<Introduction> {
    let all = introductions::all(node.ctx()).await.unwrap();
    all.into_iter().find(|one| &one.node.origin == other.origin())
}

async fn comes(node: &Node, other: &Node) -> Introduction {
    eventually("the introduction", async || of(node, other).await).await
}

async fn becomes(node: &Node, other: &Node, wanted: IntroductionState) {
    eventually("the state of the introduction", async || {
        of(node, other).await.filter(|one| one.state == wanted)
    })
    .await;
}

async fn active(node: &Node, other: &Node) {
    eventually("the two to be peers", async || {
        (state(node, other).await == Some(PeerState::Active)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_peers_of_one_are_peers_when_both_have_accepted() {
    let [a, b, c] = hub().await;
    introduce(&a, &b, &c, None).await;
    let (at_b, at_c) = (comes(&b, &c).await, comes(&c, &b).await);
    assert_eq!(at_b.node.keys, c.federation.identity().peer_keys());
    assert_eq!(at_c.node.keys, b.federation.identity().peer_keys());
    assert_eq!(
        (at_b.note.as_str(), at_b.uri.as_str()),
        ("You two", at_c.uri.as_str())
    );
    assert_eq!(at_b.contract, at_c.contract.clone().mirrored());
    // Trust is not transitive: nobody is anybody's peer by that, and nobody is contacted.
    assert_eq!((state(&b, &c).await, state(&c, &b).await), (None, None));

    b.federation.accept_introduction("boss", at_b.id).await.unwrap();
    assert_eq!(state(&b, &c).await, Some(PeerState::PendingRemote));
    eventually("the other side to hear of it", async || {
        of(&c, &b).await.filter(|one| one.other_confirmed)
    })
    .await;
    assert_eq!(state(&c, &b).await, None, "its administrator decides");
    becomes(&a, &c, IntroductionState::Accepted).await;
    let known = peers::by_origin(b.ctx(), c.origin()).await.unwrap().unwrap();
    assert!(known.clear::<Sending>(Matter::Node).is_err());

    c.federation.accept_introduction("boss", at_c.id).await.unwrap();
    active(&b, &c).await;
    active(&c, &b).await;
    for (node, other) in [(&b, &c), (&c, &b)] {
        let known = peers::by_origin(node.ctx(), other.origin())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(known.introduced_by.as_ref(), Some(a.origin()));
        assert_eq!(known.keys, Some(other.federation.identity().peer_keys()));
        assert_eq!(known.contract, Contract::FULL);
        // The other's signed acceptance with the sponsor's signed statement in it.
        let history = contracts::history(node.ctx(), known.id).await.unwrap();
        let document: Value = serde_json::from_str(&history[0].document).unwrap();
        for (signed, by) in [(&document, other), (&document["object"], &a)] {
            let proof = entrenous_wire::proof::parse(signed).unwrap();
            proof.verify(&by.federation.identity().current().ed25519).unwrap();
        }
        becomes(node, other, IntroductionState::Connected).await;
    }
    // On everyone's ledger.
    for (node, other, kinds) in [
        (&a, &b, ["Offer Introduction", "Accept Introduction"]),
        (&a, &c, ["Offer Introduction", "Accept Introduction"]),
        (&b, &a, ["Offer Introduction", "Accept Introduction"]),
        (&c, &a, ["Offer Introduction", "Accept Introduction"]),
        (&b, &c, ["Accept Introduction"; 2]),
        (&c, &b, ["Accept Introduction"; 2]),
    ] {
        let with = peers::by_origin(node.ctx(), other.origin())
            .await
            .unwrap()
            .unwrap();
        eventually("the ledger", async || {
            ledger::seal(node.ctx()).await.unwrap();
            let rows = ledger::rows_after(node.ctx(), &with, 0, 500).await.unwrap();
            let twice = rows.iter().any(|row| {
                let same = |other: &&LedgerRow| {
                    (&other.activity, &other.direction) == (&row.activity, &row.direction)
                };
                row.kind.ends_with("Introduction") && rows.iter().filter(same).count() > 1
            });
            assert!(!twice, "what crossed once is told once: {rows:?}");
            kinds
                .iter()
                .all(|kind| rows.iter().any(|row| row.kind == *kind))
                .then_some(())
        })
        .await;
    }
    becomes(&a, &b, IntroductionState::Connected).await;
    becomes(&a, &c, IntroductionState::Connected).await;

    let (bob, _carol) = (b.person("bob").await, c.person("carol").await);
    follow(&b, bob.id, &c, "carol").await;
}

#[tokio::test]
async fn a_policy_accepts_what_asks_for_no_more_than_the_sponsor_has() {
    let [a, b, c] = hub().await;
    for node in [&b, &c] {
        let sponsor = peer(node, &a).await;
        introductions::accepts(node.ctx(), "boss", sponsor, true)
            .await
            .unwrap();
    }
    introduce(&a, &b, &c, Some(Preset::PartnerFirm.contract())).await;
    active(&b, &c).await;
    active(&c, &b).await;
    let known = peers::by_origin(b.ctx(), c.origin()).await.unwrap().unwrap();
    assert_eq!(known.contract.we_give, Terms::PARTNER);
    // They do not hear of each other by the same peer again.
    let about = peer(&a, &b).await;
    let again = a.federation.introduce("admin", about, None, None, "").await;
    assert!(matches!(again, Err(DomainError::Conflict(_))));
}

#[tokio::test]
async fn a_policy_leaves_what_asks_for_more_to_the_administrator() {
    let [a, b, c] = hub().await;
    let sponsor = peer(&b, &a).await;
    introductions::accepts(b.ctx(), "boss", sponsor, true)
        .await
        .unwrap();
    // What the hub gives and gets is less from now on.
    let less = Contract {
        we_give: Terms::PARTNER,
        ..Contract::FULL
    };
    let less = Contract {
        we_give: Terms {
            introduces: true,
            ..less.we_give
        },
        ..less
    };
    b.federation
        .propose("boss", sponsor, less, String::new())
        .await
        .unwrap();
    let at_a = peer(&a, &b).await;
    let uri = eventually("the offer", async || {
        let open = contracts::open(a.ctx(), at_a).await.unwrap();
        open.into_iter().find(|one| !one.by_us).map(|one| one.uri)
    })
    .await;
    a.federation.accept_proposal("admin", at_a, &uri).await.unwrap();
    introduce(&a, &b, &c, Some(Contract::FULL)).await;
    let one = comes(&b, &c).await;
    assert_eq!((one.state, state(&b, &c).await), (IntroductionState::Open, None));
}

#[tokio::test]
async fn what_one_turns_down_ends_for_the_other() {
    let [a, b, c] = hub().await;
    introduce(&a, &b, &c, None).await;
    let (at_b, at_c) = (comes(&b, &c).await, comes(&c, &b).await);
    c.federation.decline_introduction("boss", at_c.id).await.unwrap();
    becomes(&a, &b, IntroductionState::Declined).await;
    b.federation.accept_introduction("boss", at_b.id).await.unwrap();
    eventually("the end", async || {
        (state(&b, &c).await == Some(PeerState::Revoked)).then_some(())
    })
    .await;
    assert_eq!(state(&c, &b).await, None);
    // It can be made again.
    introduce(&a, &b, &c, None).await;
    eventually("the new one", async || {
        of(&c, &b)
            .await
            .filter(|one| one.state == IntroductionState::Open)
    })
    .await;
}

#[tokio::test]
async fn what_nobody_answers_expires_and_what_the_contract_does_not_give_is_not_made() {
    let [a, b, c] = hub().await;
    introduce(&a, &b, &c, None).await;
    let one = comes(&b, &c).await;
    b.clock.advance(TimeDelta::days(31));
    let late = b.federation.accept_introduction("boss", one.id).await;
    assert!(matches!(late, Err(DomainError::Conflict(_))), "{late:?}");
    // Whom we have ended cannot make anybody known: what was open is gone.
    let at_c = comes(&c, &b).await;
    c.federation.revoke("boss", peer(&c, &a).await).await.unwrap();
    assert!(of(&c, &b).await.is_none());
    let gone = c.federation.accept_introduction("boss", at_c.id).await;
    assert!(matches!(gone, Err(DomainError::NotFound)));
}

/// An `Offer` of `statement` by the instance of `by`, as it is or with a proof of its own.
fn offer(by: &Node, to: &Node, number: u32, statement: &Value) -> Value {
    let own = by.federation.identity().actor();
    proven(
        by,
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", entrenous_wire::proof::CONTEXT],
            "id": format!("{own}#introduction-forged-{number}"), "type": "Offer", "actor": own,
            "to": [to.federation.identity().actor()], "object": statement,
        }),
    )
}

fn proven(by: &Node, mut document: Value) -> Value {
    let keys = by.federation.identity().for_stranger();
    let at = by.ctx().now();
    entrenous_wire::proof::attach(&mut document, &keys.ed25519, &keys.ed25519_id, at).unwrap();
    document
}

fn party(node: &Node) -> Value {
    let keys = node.federation.identity().peer_keys();
    json!({
        "id": node.federation.identity().actor(), "origin": node.origin(), "name": "Node", "ed25519": keys.ed25519,
        "rsa": keys.rsa_pem, "sharedInbox": node.origin().join("/inbox"), "gives": Terms::FULL,
    })
}

/// A statement in the name of `by`, without a proof.
fn statement(by: &Node, one: &Node, other: &Node) -> Value {
    let own = by.federation.identity().actor();
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", entrenous_wire::proof::CONTEXT],
        "id": format!("{own}#introduction-forged"), "type": "Introduction", "actor": own, "summary": "",
        "published": "2026-01-01T00:00:00.000Z", "endTime": "2100-01-01T00:00:00.000Z",
        "nodes": [party(one), party(other)],
    })
}

#[tokio::test]
async fn forged_introductions_are_refused_and_contact_nobody() {
    let [a, n, c] = hub().await;
    connect(&c, &n).await;
    let stranger = Node::serving().await;
    let (connections, before) = (n.connections(), introductions::all(n.ctx()).await.unwrap().len());
    let by_a = Attacker::of(&a, &n).await;
    let by_c = Attacker::of(&c, &n).await;
    let honest = proven(&a, statement(&a, &n, &stranger));
    let mut changed = honest.clone();
    changed["nodes"][1]["name"] = "Another".into();
    let mut other_keys = statement(&a, &n, &stranger);
    other_keys["nodes"][0]["ed25519"] = party(&c)["ed25519"].clone();
    let cases = [
        (&by_a, statement(&a, &n, &stranger), "no signature"),
        (
            &by_a,
            proven(&stranger, statement(&a, &n, &stranger)),
            "signed by another",
        ),
        (&by_a, changed, "changed after it was signed"),
        (
            &by_a,
            proven(&a, statement(&a, &c, &stranger)),
            "not about this node",
        ),
        (&by_a, proven(&a, other_keys), "other keys of this node"),
        (&by_c, honest.clone(), "somebody else's statement"),
    ];
    for (number, (attacker, said, what)) in (1..).zip(cases) {
        let document = offer(attacker.from, &n, number, &said);
        let status = attacker.says_as_node(&document).await;
        assert_eq!(status, 400, "{what}");
    }
    assert_eq!(introductions::all(n.ctx()).await.unwrap().len(), before);
    assert_eq!(n.connections(), connections, "nobody was contacted");
    assert_eq!(state(&n, &stranger).await, None);
}

#[tokio::test]
async fn who_was_not_introduced_cannot_accept() {
    let [a, b, c] = hub().await;
    introduce(&a, &b, &c, None).await;
    let one = comes(&b, &c).await;
    let stranger = Node::serving().await;
    let statement: Value = serde_json::from_str(&one.document).unwrap();
    let accept = |by: &Node| {
        let own = by.federation.identity().actor();
        proven(
            by,
            json!({
                "@context": ["https://www.w3.org/ns/activitystreams", entrenous_wire::proof::CONTEXT],
                "id": format!("{own}#introduction-x"), "type": "Accept", "actor": own,
                "to": [b.federation.identity().actor()], "object": statement,
            }),
        )
    };
    let connections = b.connections();
    // A stranger with the whole statement; the sponsor in the place of who it introduces; the right node with words that
    // another has signed.
    assert_eq!(
        knock(&b, &stranger, &accept(&stranger)).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(knock(&b, &a, &accept(&a)).await, StatusCode::FORBIDDEN);
    assert_eq!(knock(&b, &c, &accept(&stranger)).await, StatusCode::BAD_REQUEST);
    assert_eq!(b.connections(), connections, "nobody was contacted");
    assert!(of(&b, &c).await.is_some_and(|one| !one.other_confirmed));
    // The right one may say it as often as it likes.
    for _ in 0..2 {
        assert_eq!(knock(&b, &c, &accept(&c)).await, StatusCode::OK);
    }
    assert!(of(&b, &c).await.is_some_and(|one| one.other_confirmed));
    assert_eq!(state(&b, &c).await, None);
}

/// The status for what `by` posts, signed, to the route where introduced nodes meet.
async fn knock(at: &Node, by: &Node, document: &Value) -> StatusCode {
    post(at, by, "/invitations/introduced", document).await
}

async fn post(at: &Node, by: &Node, path: &str, document: &Value) -> StatusCode {
    let url = Url::parse(&at.origin().join(path)).unwrap();
    let body = serde_json::to_vec(document).unwrap();
    let (form, keys) = (
        SignatureForm::Rfc9421Ed25519,
        by.federation.identity().for_stranger(),
    );
    let now = at.ctx().now();
    let headers = sign(form, &keys, &Method::POST, &url, None, &body, now).unwrap();
    let mut request = Request::post(url.as_str()).body(Body::from(body)).unwrap();
    request.headers_mut().extend(headers);
    at.federation.router().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_contract_without_introductions_gives_none() {
    let [a, b, c] = hub().await;
    for (node, other) in [(&a, &b), (&b, &a)] {
        let mut silent = Contract::FULL;
        silent.we_give.introduces = false;
        silent.they_give.introduces = false;
        let (origin, keys) = (other.origin(), other.federation.identity().peer_keys());
        node.has_peer(origin, Software::Native, PeerState::Active, Some(keys), silent)
            .await;
    }
    let about = peer(&a, &b).await;
    let refused = a.federation.introduce("admin", about, None, None, "").await;
    assert!(matches!(refused, Err(DomainError::Conflict(_))), "{refused:?}");
    // Nor when the sponsor does not ask itself.
    let by_a = Attacker::of(&a, &b).await;
    let document = offer(&a, &b, 1, &proven(&a, statement(&a, &b, &c)));
    assert_eq!(by_a.says_as_node(&document).await, 403);
    assert!(introductions::all(b.ctx()).await.unwrap().is_empty());
}

/// Who has the keys of a statement has not shown that they are at the address: a broken-in sponsor can make up both.
#[tokio::test]
async fn nobody_is_a_peer_before_the_address_itself_has_answered() {
    let [a, n, _] = hub().await;
    // Keys without a node: nobody listens there.
    let nobody = Node::at("http://127.0.0.1:9").await;
    let by_a = Attacker::of(&a, &n).await;
    let document = offer(&a, &n, 1, &proven(&a, statement(&a, &n, &nobody)));
    assert_eq!(by_a.says_as_node(&document).await, 202);
    let one = comes(&n, &nobody).await;
    assert!(
        one.expires_at < n.ctx().now() + TimeDelta::days(Introduction::DAYS + 1),
        "not for ever"
    );
    n.federation.accept_introduction("boss", one.id).await.unwrap();
    let own = nobody.federation.identity().actor();
    let statement: Value = serde_json::from_str(&one.document).unwrap();
    let accept = proven(
        &nobody,
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", entrenous_wire::proof::CONTEXT],
            "id": format!("{own}#introduction-x"), "type": "Accept", "actor": own,
            "to": [n.federation.identity().actor()], "object": statement,
        }),
    );
    assert_eq!(knock(&n, &nobody, &accept).await, StatusCode::OK);
    // Nor does the notice of who was invited make it one.
    let theirs = n.federation.identity().actor();
    let notice = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{own}#notice-x"), "type": "Accept",
        "actor": own, "to": [theirs], "object": {"type": "Invite", "actor": own, "object": theirs},
    });
    let refused = post(&n, &nobody, "/invitations/notice", &notice).await;
    assert_eq!(refused, StatusCode::FORBIDDEN);
    // That nothing follows has no event: a while is waited.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(state(&n, &nobody).await, Some(PeerState::PendingRemote));
    // The same statement once more has no effect, and is no error.
    let again = offer(&a, &n, 2, &proven(&a, statement_of(&one)));
    assert_eq!(by_a.says_as_node(&again).await, 202);
    // That the sponsor is ended ends what was its word alone.
    n.federation.revoke("boss", peer(&n, &a).await).await.unwrap();
    assert_eq!(state(&n, &nobody).await, Some(PeerState::Revoked));
}

fn statement_of(one: &Introduction) -> Value {
    let mut statement: Value = serde_json::from_str(&one.document).unwrap();
    statement.as_object_mut().unwrap().remove("proof");
    statement
}
