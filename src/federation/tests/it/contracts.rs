//! Contracts that change while two nodes are connected.

use crate::fixture::Node;
use crate::joining::{eventually, follow, joined};
use entrenous_domain::peers::{self, contracts};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, audit, people};
use entrenous_model::{
    Contract, Matter, Peer, PostScope, Preset, ProfileScope, Receiving, Sending, Terms, Visibility,
};
use serde_json::Value;
use std::sync::Arc;

async fn peer(node: &Node, other: &Node) -> Arc<Peer> {
    peers::by_origin(node.ctx(), other.origin())
        .await
        .unwrap()
        .unwrap()
}

/// Without posts in the direction from `node` to the other.
fn silent(contract: &Contract) -> Contract {
    Contract {
        we_give: Terms {
            posts: PostScope::None,
            ..contract.we_give.clone()
        },
        ..contract.clone()
    }
}

async fn offer_from(node: &Node, other: &Node) -> String {
    let id = peer(node, other).await.id;
    eventually("the offer", async || {
        let open = contracts::open(node.ctx(), id).await.unwrap();
        open.into_iter().find(|one| !one.by_us).map(|one| one.uri)
    })
    .await
}

async fn version(node: &Node, other: &Node, expected: u32) -> Contract {
    eventually("the version", async || {
        let contract = peer(node, other).await.contract.clone();
        (contract.version == expected).then_some(contract)
    })
    .await
}

async fn propose(node: &Node, other: &Node, contract: Contract) -> Result<(), DomainError> {
    let id = peer(node, other).await.id;
    node.federation
        .propose("admin", id, contract, "Because".to_owned())
        .await
}

#[tokio::test]
async fn a_change_is_offered_accepted_and_holds_on_both_sides() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    follow(&b, bob.id, &a, "ada").await;
    let before = peer(&a, &b).await;
    propose(&a, &b, silent(&before.contract)).await.unwrap();
    // Nothing has changed until the other side agrees.
    assert!(before.clear::<Sending>(Matter::Posts).is_ok());
    assert_eq!(peer(&a, &b).await.contract.version, 1);
    let uri = offer_from(&b, &a).await;
    let open = contracts::open(b.ctx(), peer(&b, &a).await.id).await.unwrap();
    assert_eq!(
        open[0].contract,
        Contract {
            version: 2,
            ..silent(&before.contract)
        }
        .mirrored()
    );
    assert_eq!(open[0].note, "Because");

    let at_b = peer(&b, &a).await.id;
    b.federation.accept_proposal("boss", at_b, &uri).await.unwrap();
    assert_eq!(peer(&b, &a).await.contract.version, 2, "at once");
    assert!(peer(&b, &a).await.clear::<Receiving>(Matter::Posts).is_err());
    let agreed = version(&a, &b, 2).await;
    assert_eq!(agreed.clone().mirrored(), peer(&b, &a).await.contract);
    assert!(peer(&a, &b).await.clear::<Sending>(Matter::Posts).is_err());
    // Both have both signatures, and nothing waits any more.
    for (node, other) in [(&a, &b), (&b, &a)] {
        let id = peer(node, other).await.id;
        assert_eq!(contracts::open(node.ctx(), id).await.unwrap(), []);
        let history = contracts::history(node.ctx(), id).await.unwrap();
        let document: Value = serde_json::from_str(&history[0].document).unwrap();
        for (signed, by) in [(&document, &b), (&document["object"], &a)] {
            let proof = entrenous_wire::proof::parse(signed).unwrap();
            proof.verify(&by.federation.identity().current().ed25519).unwrap();
        }
    }
    let trail = audit::list(a.ctx(), Some(b.origin()), None, 50).await.unwrap();
    let actions: Vec<&str> = trail.iter().map(|line| line.action.as_str()).collect();
    assert!(
        actions.contains(&"contract.proposed") && actions.contains(&"contract.changed"),
        "{actions:?}"
    );

    // What is written now stays; that bob unfollows and what ada deletes still crosses.
    let post = a.writes(ada.id, "Not for them", Visibility::Public).await;
    let uri = a.origin().join(&format!("/posts/{post}"));
    use entrenous_domain::ports::RemoteLookup as _;
    assert_eq!(b.federation.post_by_uri(&uri).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_queued_before_a_change_is_asked_about_again() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    follow(&b, bob.id, &a, "ada").await;
    let post = a.writes(ada.id, "Then", Visibility::Public).await;
    let delivery = |node: &Node| {
        let (ctx, origin) = (node.ctx().clone(), b.origin().clone());
        async move {
            let to = peers::by_origin(&ctx, &origin).await.unwrap().unwrap().id;
            ctx.store()
                .read(move |conn| entrenous_store::deliveries::of_post(conn, post))
                .await
                .unwrap()
                .into_iter()
                .find(|reach| reach.peer == to)
        }
    };
    eventually("the delivery", async || {
        delivery(&a)
            .await
            .filter(|reach| reach.taken == Some(true))
            .map(drop)
    })
    .await;
    // The reader of a narrower contract gets neither profile nor large files; the document is another.
    let cleared = peer(&a, &b).await.clear::<Sending>(Matter::Posts).unwrap();
    assert_eq!(cleared.profile(), ProfileScope::ALL);
    let narrow = Preset::PartnerFirm.contract();
    propose(&a, &b, narrow).await.unwrap();
    let uri = offer_from(&b, &a).await;
    b.federation
        .accept_proposal("boss", peer(&b, &a).await.id, &uri)
        .await
        .unwrap();
    version(&a, &b, 2).await;
    let cleared = peer(&a, &b).await.clear::<Sending>(Matter::Posts).unwrap();
    assert!(!cleared.profile().fields && !cleared.network());
    // A post for the network goes to bob, who follows ada, and a post of someone nobody follows there does not.
    let eve = a.person("eve").await;
    let unseen = a.writes(eve.id, "Only here", Visibility::Public).await;
    let seen = a.writes(ada.id, "For followers there", Visibility::Public).await;
    let uri = a.origin().join(&format!("/posts/{seen}"));
    eventually("the post", async || {
        posts::known_by_uri(b.ctx(), &uri).await.unwrap().map(drop)
    })
    .await;
    let there = peer(&a, &b).await.id;
    assert!(posts::view(a.ctx(), Viewer::Peer(there), seen).await.is_ok());
    assert!(posts::view(a.ctx(), Viewer::Peer(there), unseen).await.is_err());
}

#[tokio::test]
async fn a_profile_crosses_as_far_as_it_is_given() {
    let (a, b) = joined().await;
    let ada = a.person("ada").await;
    let change = people::ProfileChange {
        note: Some("Works in the hall".to_owned()),
        ..people::ProfileChange::default()
    };
    people::update_profile(a.ctx(), ada.id, change).await.unwrap();
    let ada = entrenous_domain::accounts::get(a.ctx(), ada.id)
        .await
        .unwrap()
        .unwrap();
    let as_given = async |profile: ProfileScope| {
        let mut reader = Peer::clone(&*peer(&a, &b).await);
        reader.contract.we_give.profile = profile;
        let cleared = reader.clear::<Sending>(Matter::Posts).unwrap();
        let reader = entrenous_federation::render::Reader::of(&reader, cleared);
        a.federation.person(&ada, reader).await.unwrap()
    };
    let whole = as_given(ProfileScope::ALL).await;
    assert!(whole["summary"].as_str().unwrap().contains("Works in the hall"));
    let named = as_given(ProfileScope::NAME).await;
    assert_eq!(
        (&named["summary"], &named["attachment"]),
        (&"".into(), &Value::Array(vec![]))
    );
    // Whatever a node sends, the other keeps only what the contract gives.
    let contract = Contract {
        they_give: Terms {
            profile: ProfileScope::NAME,
            ..Terms::FULL
        },
        ..Contract::FULL
    };
    let before = peer(&b, &a).await;
    b.has_peer(
        a.origin(),
        before.software,
        before.state,
        before.keys.clone(),
        contract,
    )
    .await;
    let found = entrenous_domain::ports::RemoteLookup::account_by_uri(&b.federation, &ada.uri);
    let found = found.await.unwrap().unwrap();
    let kept = entrenous_domain::accounts::get(b.ctx(), found)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kept.display_name.as_str(), kept.note.as_str()), ("ADA", ""));
    // What is no longer given is no longer kept.
    b.has_peer(
        a.origin(),
        before.software,
        before.state,
        before.keys.clone(),
        Contract::FULL,
    )
    .await;
    let named = entrenous_federation::vocabulary::Actor::read(&whole).unwrap();
    let at_b = peer(&b, &a).await;
    b.federation.accept_actor(&at_b, &named, None).await.unwrap();
    let note = async || {
        let account = entrenous_domain::accounts::get(b.ctx(), found).await.unwrap();
        account.unwrap().note.clone()
    };
    assert!(note().await.contains("Works in the hall"));
    propose(&b, &a, Preset::PartnerFirm.contract()).await.unwrap();
    let uri = offer_from(&a, &b).await;
    a.federation
        .accept_proposal("admin", peer(&a, &b).await.id, &uri)
        .await
        .unwrap();
    version(&b, &a, 2).await;
    assert_eq!(note().await, "");
}

#[tokio::test]
async fn offers_are_turned_down_replaced_and_bound_to_their_version() {
    let (a, b) = joined().await;
    let full = peer(&a, &b).await.contract.clone();
    assert!(matches!(
        propose(&a, &b, full.clone()).await,
        Err(DomainError::Invalid(_))
    ));
    let broken = Contract {
        we_give: Terms {
            rate: 0,
            ..Terms::FULL
        },
        ..full.clone()
    };
    assert!(matches!(
        propose(&a, &b, broken).await,
        Err(DomainError::Invalid(_))
    ));

    propose(&a, &b, silent(&full)).await.unwrap();
    let uri = offer_from(&b, &a).await;
    let at_b = peer(&b, &a).await.id;
    b.federation.reject_proposal("boss", at_b, &uri).await.unwrap();
    eventually("the refusal", async || {
        contracts::open(a.ctx(), peer(&a, &b).await.id)
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
    assert!(matches!(
        b.federation.accept_proposal("boss", at_b, &uri).await,
        Err(DomainError::NotFound)
    ));
    assert_eq!(
        (
            peer(&a, &b).await.contract.version,
            peer(&b, &a).await.contract.version
        ),
        (1, 1)
    );

    // A counter-offer: both stand, and the first that is accepted ends the other.
    propose(&a, &b, silent(&full)).await.unwrap();
    let first = offer_from(&b, &a).await;
    propose(&b, &a, Preset::PartnerFirm.contract()).await.unwrap();
    let counter = offer_from(&a, &b).await;
    a.federation
        .accept_proposal("admin", peer(&a, &b).await.id, &counter)
        .await
        .unwrap();
    let agreed = version(&b, &a, 2).await;
    assert_eq!(agreed.mirrored(), peer(&a, &b).await.contract);
    assert!(matches!(
        b.federation.accept_proposal("boss", at_b, &first).await,
        Err(DomainError::NotFound)
    ));
}

/// Both accept what the other offered before either hears of it: the node whose origin comes first has its way, on both.
#[tokio::test]
async fn acceptances_that_cross_end_in_one_contract() {
    let (a, b) = joined().await;
    let full = peer(&a, &b).await.contract.clone();
    propose(&a, &b, silent(&full)).await.unwrap();
    propose(&b, &a, Preset::PartnerFirm.contract()).await.unwrap();
    let (of_a, of_b) = (offer_from(&b, &a).await, offer_from(&a, &b).await);
    let (at_a, at_b) = (peer(&a, &b).await.id, peer(&b, &a).await.id);
    let (one, other) = tokio::join!(
        a.federation.accept_proposal("admin", at_a, &of_b),
        b.federation.accept_proposal("boss", at_b, &of_a),
    );
    assert!(one.is_ok() || other.is_ok());
    eventually("one contract", async || {
        let (here, there) = (
            peer(&a, &b).await.contract.clone(),
            peer(&b, &a).await.contract.clone(),
        );
        (here.version == 2 && here == there.mirrored()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nobody_else_can_change_a_contract() {
    let (a, b) = joined().await;
    let full = peer(&a, &b).await.contract.clone();
    let at_b = peer(&b, &a).await.id;
    let receipt = |name: &str| entrenous_domain::Receipt {
        peer: at_b,
        activity: a.origin().join(name),
        matter: Matter::Node,
        parcel: entrenous_model::Parcel::default(),
    };
    // A version that is not the next, and terms beyond their bounds.
    let signed = || contracts::Signed {
        uri: a.origin().join("/actor#offer"),
        document: "{}".to_owned(),
    };
    let late = Contract {
        version: 7,
        ..full.clone()
    };
    let taken = contracts::offered(b.ctx(), receipt("/1"), late, String::new(), signed()).await;
    assert!(taken.is_ok(), "a refusal would halt the peer's queue");
    let broken = Contract {
        version: 2,
        we_give: Terms {
            rate: 0,
            ..Terms::FULL
        },
        ..full.clone()
    };
    let taken = contracts::offered(b.ctx(), receipt("/2"), broken, String::new(), signed()).await;
    assert!(matches!(taken, Err(DomainError::Invalid(_))));
    // A person of the peer says it; the instance's signature is not theirs.
    let ada = a.person("ada").await;
    let keys = a.federation.keys().person(ada.id).await.unwrap().unwrap();
    let to = peer(&a, &b).await;
    let mut document = serde_json::json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{}#x", ada.uri), "type": "Offer",
        "actor": ada.uri, "to": [b.origin().join("/actor")],
        "object": {"type": "Contract", "contract": Contract { version: 2, ..silent(&full) }},
    });
    let post = async |document: &Value, keys: &entrenous_federation::keys::SigningKeys| {
        let body = serde_json::to_vec(document).unwrap().into();
        let (url, cleared) = (b.origin().join("/inbox"), to.clear(Matter::Node).unwrap());
        let sent = a.federation.client().post(&to, cleared, &url, body, keys).await;
        sent.unwrap().status
    };
    assert_eq!(post(&document, &keys).await, 202, "taken without effect");
    // The instance says it, without a proof that could be shown.
    document["id"] = a.origin().join("/actor#y").into();
    document["actor"] = a.origin().join("/actor").into();
    assert_eq!(
        post(&document, &a.federation.identity().for_stranger()).await,
        403
    );
    // It accepts what this node never offered.
    document["id"] = a.origin().join("/actor#z").into();
    document["type"] = "Accept".into();
    document["object"] = serde_json::json!({
        "id": b.origin().join("/actor#never"), "type": "Offer", "actor": b.origin().join("/actor"),
        "to": [a.origin().join("/actor")],
        "object": {"type": "Contract", "contract": Contract { version: 2, ..silent(&full) }},
    });
    let instance = a.federation.identity().for_stranger();
    entrenous_wire::proof::attach(
        &mut document,
        &instance.ed25519,
        &instance.ed25519_id,
        a.ctx().now(),
    )
    .unwrap();
    assert_eq!(post(&document, &instance).await, 403);
    assert_eq!(contracts::open(b.ctx(), at_b).await.unwrap(), []);
    assert_eq!(peer(&b, &a).await.contract.version, 1);
}

#[tokio::test]
async fn a_peer_that_offers_without_end_writes_a_few_lines() {
    let (a, b) = joined().await;
    let full = peer(&a, &b).await.contract.clone();
    let at_b = peer(&b, &a).await.id;
    let offer = async |number: u32, version: u32| {
        let receipt = entrenous_domain::Receipt {
            peer: at_b,
            activity: a.origin().join(&format!("/offers/{number}-{version}")),
            matter: Matter::Node,
            parcel: entrenous_model::Parcel::default(),
        };
        let contract = Contract {
            version,
            they_give: Terms {
                rate: 100 + number,
                ..Terms::FULL
            },
            ..full.clone()
        };
        let signed = contracts::Signed {
            uri: receipt.activity.clone(),
            document: "{}".to_owned(),
        };
        contracts::offered(b.ctx(), receipt, contract, String::new(), signed)
            .await
            .unwrap();
    };
    for number in 0..40 {
        offer(number, 2).await;
        offer(number, 9).await;
    }
    let trail = audit::list(b.ctx(), Some(a.origin()), None, 200).await.unwrap();
    for action in ["contract.proposed", "contract.passed_over"] {
        let lines = trail.iter().filter(|line| line.action == action).count();
        assert_eq!(lines, 6, "{action}");
    }
    // The last one stands.
    let open = contracts::open(b.ctx(), at_b).await.unwrap();
    assert_eq!((open.len(), open[0].contract.they_give.rate), (1, 139));
}

#[tokio::test]
async fn a_peer_that_sends_faster_than_agreed_is_told_to_wait() {
    let (a, b) = joined().await;
    let ada = a.person("ada").await;
    let before = peer(&b, &a).await;
    let contract = Contract {
        they_give: Terms {
            rate: 2,
            ..Terms::FULL
        },
        ..Contract::FULL
    };
    b.has_peer(
        a.origin(),
        before.software,
        before.state,
        before.keys.clone(),
        contract,
    )
    .await;
    let keys = a.federation.keys().person(ada.id).await.unwrap().unwrap();
    let to = peer(&a, &b).await;
    let mut answers = Vec::new();
    for number in 0..4 {
        let body = serde_json::to_vec(&serde_json::json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{}#like-{number}", ada.uri),
            "type": "Like", "actor": ada.uri, "object": b.origin().join("/posts/1"),
        }));
        let (url, cleared) = (b.origin().join("/inbox"), to.clear(Matter::Posts).unwrap());
        let sent = a
            .federation
            .client()
            .post(&to, cleared, &url, body.unwrap().into(), &keys)
            .await;
        answers.push(sent.unwrap().status);
    }
    assert_eq!(answers, [202, 202, 429, 429]);
}

/// The peer goes by a narrower contract before its acceptance is here: what it refused is not sent again, and nothing rests.
#[tokio::test]
async fn what_a_change_overtakes_holds_nothing_up() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    follow(&b, bob.id, &a, "ada").await;
    let (here, there) = (peer(&a, &b).await, peer(&b, &a).await);
    let narrow = silent(&here.contract);
    b.has_peer(
        a.origin(),
        there.software,
        there.state,
        there.keys.clone(),
        narrow.clone().mirrored(),
    )
    .await;
    let post = a.writes(ada.id, "Too late", Visibility::Public).await;
    let peer_now = async || {
        let id = here.id;
        let read = a
            .ctx()
            .store()
            .read(move |conn| entrenous_store::peers::by_id(conn, id));
        read.await.unwrap().unwrap()
    };
    eventually("the refusal", async || {
        peer_now().await.failing_since.is_some().then_some(())
    })
    .await;
    // What the acceptance does here: the contract is the same on both sides, and the peer was heard.
    let id = here.id;
    let written = a.ctx().store().write(move |tx| {
        let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
        peer.contract = narrow;
        entrenous_store::peers::update(tx, &peer, None)
    });
    written.await.unwrap();
    a.ctx().trust().forget_everything();
    entrenous_domain::deliveries::peer_heard(a.ctx(), here.id)
        .await
        .unwrap();
    let reached = async || {
        let read = a
            .ctx()
            .store()
            .read(move |conn| entrenous_store::deliveries::of_post(conn, post));
        read.await
            .unwrap()
            .into_iter()
            .find(|reach| reach.peer == here.id)
    };
    eventually("the end of it", async || {
        reached().await.filter(|reach| reach.waiting.is_none())
    })
    .await;
    assert!(peer_now().await.failing_since.is_none());
    // A retraction crosses all the same.
    posts::delete(a.ctx(), entrenous_domain::Via::Local, ada.id, post)
        .await
        .unwrap();
    eventually("an empty queue", async || {
        let next = entrenous_domain::deliveries::next(a.ctx(), here.id, None, 10)
            .await
            .unwrap();
        next.is_empty().then_some(())
    })
    .await;
    assert!(peer_now().await.failing_since.is_none());
}
