//! What is answered to whom, and what is written.

use crate::fixture::Node;
use axum::body::Body;
use axum::response::Response;
use entrenous_domain::{deliveries, people};
use entrenous_door::Access;
use entrenous_federation::Federation;
use entrenous_federation::client::sign;
use entrenous_federation::render::Reader;
use entrenous_federation::vocabulary::{ActivityKind, Inbound, Object, PUBLIC};
use entrenous_model::{
    ActivityId, Contract, KeyGeneration, Matter, OutboundActivity, PeerState, Sending, SignatureForm,
    Software, Visibility,
};
use entrenous_wire::keys::PublicKey;
use http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;

async fn ask(node: &Node, request: Request<Body>) -> Response {
    node.federation.router().oneshot(request).await.unwrap()
}

async fn body(response: Response) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap()
        .to_vec()
}

/// A GET signed by the instance actor of `from`, as that peer of `node` would send it.
async fn signed(node: &Node, from: &Node, path: &str) -> Response {
    let url = Url::parse(&node.origin().join(path)).unwrap();
    let keys = from.federation.identity().for_stranger();
    let method = http::Method::GET;
    let headers = sign(
        SignatureForm::Rfc9421Ed25519,
        &keys,
        &method,
        &url,
        None,
        b"",
        from.clock.now(),
    )
    .unwrap();
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.headers_mut().extend(headers);
    ask(node, request).await
}

#[tokio::test]
async fn only_the_written_list_is_open() {
    let node = Node::at("https://here.test").await;
    let mut open = Vec::new();
    for route in Federation::routes().list() {
        let path = route.path.replace("{username}", "ada").replace("{id}", "1");
        let request = Request::builder()
            .method(route.method.clone())
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        let status = ask(&node, request).await.status();
        match route.access {
            Access::Open => {
                assert!(
                    status == StatusCode::OK || path.contains("webfinger"),
                    "{path}: {status}"
                );
                open.push(route.path);
            }
            Access::Handshake => assert_ne!(status, StatusCode::OK, "{path}"),
            _ => assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}"),
        }
    }
    open.sort_unstable();
    assert_eq!(
        open,
        [
            "/.well-known/host-meta",
            "/.well-known/nodeinfo",
            "/.well-known/webfinger",
            "/actor",
            "/nodeinfo/2.0",
            "/nodeinfo/2.1",
        ]
    );
}

#[tokio::test]
async fn webfinger_tells_strangers_of_the_instance_only() {
    let (node, peer) = (
        Node::at("https://here.test").await,
        Node::at("https://peer.test").await,
    );
    node.trusts(&peer).await;
    node.person("ada").await;
    let get = |resource: &str| {
        Request::get(format!("/.well-known/webfinger?resource={resource}"))
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(
        ask(&node, get("acct:actor@here.test")).await.status(),
        StatusCode::OK
    );
    let (ada, nobody) = (
        ask(&node, get("acct:ada@here.test")).await,
        ask(&node, get("acct:eve@here.test")).await,
    );
    assert_eq!(
        (ada.status(), nobody.status()),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    assert_eq!(ada.headers(), nobody.headers());
    assert_eq!(body(ada).await, body(nobody).await);
    let answer = signed(&node, &peer, "/.well-known/webfinger?resource=acct:ada@here.test").await;
    let found: Value = serde_json::from_slice(&body(answer).await).unwrap();
    assert_eq!(found["subject"], "acct:ada@here.test");
}

#[tokio::test]
async fn what_may_not_be_seen_does_not_exist() {
    let (node, peer) = (
        Node::at("https://here.test").await,
        Node::at("https://peer.test").await,
    );
    node.trusts(&peer).await;
    let ada = node.person("ada").await;
    let private = node.writes(ada.id, "secret", Visibility::Private).await;
    let public = node.writes(ada.id, "hello", Visibility::Public).await;
    for below in ["", "/replies", "/activity"] {
        let hidden = signed(&node, &peer, &format!("/posts/{private}{below}")).await;
        let missing = signed(&node, &peer, &format!("/posts/1{below}")).await;
        assert_eq!(
            (hidden.status(), missing.status()),
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
        );
        assert_eq!(hidden.headers(), missing.headers());
        assert_eq!(body(hidden).await, body(missing).await);
        assert_eq!(
            signed(&node, &peer, &format!("/posts/{public}{below}"))
                .await
                .status(),
            StatusCode::OK
        );
    }
    let outbox = signed(&node, &peer, "/people/ada/outbox?page=true").await;
    let outbox: Value = serde_json::from_slice(&body(outbox).await).unwrap();
    let items = outbox["orderedItems"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{outbox}");
    assert_eq!(
        items[0]["object"]["id"],
        node.origin().join(&format!("/posts/{public}"))
    );
    let followers = signed(&node, &peer, "/people/ada/followers").await;
    let followers: Value = serde_json::from_slice(&body(followers).await).unwrap();
    assert!(
        followers["orderedItems"].as_array().unwrap().is_empty() && followers.get("totalItems").is_none()
    );

    // The peer had the public one (it is native, so it was queued): deleted, it is gone and not unknown.
    entrenous_domain::posts::delete(node.ctx(), entrenous_domain::Via::Local, ada.id, public)
        .await
        .unwrap();
    let gone = signed(&node, &peer, &format!("/posts/{public}")).await;
    assert_eq!(gone.status(), StatusCode::GONE);
    let gone: Value = serde_json::from_slice(&body(gone).await).unwrap();
    assert_eq!(gone["type"], "Tombstone");
    assert!(!gone.to_string().contains("hello"));
}

#[tokio::test]
async fn a_delivery_is_addressed_and_proven() {
    let node = Node::at("https://here.test").await;
    let (native, other) = (
        Node::at("https://native.test").await,
        Node::at("https://other.test").await,
    );
    let native_id = node.trusts(&native).await;
    let keys = Some(other.federation.identity().peer_keys());
    let other_id = node
        .has_peer(
            other.origin(),
            Software::Other,
            PeerState::Active,
            keys,
            Contract::FULL,
        )
        .await;
    let ada = node.person("ada").await;
    let post = node.writes(ada.id, "Hello", Visibility::Public).await;
    let queued = deliveries::next(node.ctx(), native_id, None, 10).await.unwrap();
    assert_eq!(queued.len(), 1);
    let peer = entrenous_domain::peers::get(node.ctx(), native_id)
        .await
        .unwrap()
        .unwrap();
    let by = node.federation.keys().person(ada.id).await.unwrap().unwrap();
    let body = node
        .federation
        .activity(&peer, peer.clear(Matter::Posts).unwrap(), &queued[0], &by)
        .await
        .unwrap()
        .unwrap()
        .body;
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(!text.contains(PUBLIC), "{text}");
    let inbound = Inbound::parse(&body).unwrap();
    assert_eq!(
        (inbound.activity.kind, inbound.actor.as_str()),
        (ActivityKind::Create, ada.uri.as_str())
    );
    let Object::Note(note) = &inbound.activity.object else {
        panic!("{inbound:?}")
    };
    assert_eq!(
        note.audience.visibility(node.origin(), &ada.followers_uri),
        Visibility::Public
    );
    assert_eq!(note.id.as_str(), node.origin().join(&format!("/posts/{post}")));

    let proof = entrenous_wire::proof::parse(&inbound.document).unwrap();
    let keys = entrenous_domain::accounts::public_keys(node.ctx(), ada.id)
        .await
        .unwrap();
    let key = keys
        .iter()
        .find(|key| key.key_id == proof.verification_method())
        .unwrap();
    proof.verify(&PublicKey::from_text(&key.public).unwrap()).unwrap();
    // The same activity is served under its id to the peer it was sent to, and to nobody else.
    let path = inbound.id.as_str().strip_prefix(node.origin().as_str()).unwrap();
    assert_eq!(signed(&node, &native, path).await.status(), StatusCode::OK);

    // Other software without a follower gets nothing; with other words, it would read "followers".
    let peer = entrenous_domain::peers::get(node.ctx(), other_id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        deliveries::next(node.ctx(), other_id, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        node.federation
            .activity(&peer, peer.clear(Matter::Posts).unwrap(), &queued[0], &by)
            .await
            .unwrap()
            .is_none()
    );
    // What was deleted since is not sent.
    entrenous_domain::posts::delete(node.ctx(), entrenous_domain::Via::Local, ada.id, post)
        .await
        .unwrap();
    let peer = entrenous_domain::peers::get(node.ctx(), native_id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        node.federation
            .activity(&peer, peer.clear(Matter::Posts).unwrap(), &queued[0], &by)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_instance_actor_and_people_read_back() {
    use entrenous_federation::endorsement;
    use entrenous_federation::vocabulary::Actor;
    let node = Node::at("https://here.test").await;
    let ada = node.person("ada").await;
    let identity = node.federation.identity();
    let actor = Actor::read(&node.federation.instance_actor().unwrap()).unwrap();
    assert!(actor.native && actor.keys.len() == 2);
    let keys: Vec<PublicKey> = actor.keys.iter().map(|key| key.key.clone()).collect();
    assert_eq!(entrenous_wire::keys::fingerprint(&keys), identity.fingerprint());
    assert_eq!(actor.shared_inbox.unwrap().as_str(), "https://here.test/inbox");

    let other = Node::at("https://there.test").await;
    let reader = node.trusts(&other).await;
    let reader = entrenous_domain::peers::get(node.ctx(), reader)
        .await
        .unwrap()
        .unwrap();
    let cleared = reader.clear::<entrenous_model::Serving>(Matter::Key).unwrap();
    let reader = Reader::of(&reader, cleared);
    let person = Actor::read(&node.federation.person(&ada, reader).await.unwrap()).unwrap();
    assert_eq!(
        (person.id.as_str(), person.username.as_deref()),
        (ada.uri.as_str(), Some("ada"))
    );
    assert_eq!(person.webfinger.as_deref(), Some("ada@here.test"));
    let keys: Vec<PublicKey> = person.keys.iter().map(|key| key.key.clone()).collect();
    assert!(endorsement::holds(
        &person.endorsements[0],
        &identity.peer_keys(),
        person.id.as_str(),
        &keys
    ));
    // Loaded again, the keys are the same; nothing is made twice.
    let again = entrenous_federation::Identity::load_or_create(node.ctx())
        .await
        .unwrap();
    assert_eq!(again.fingerprint(), identity.fingerprint());
}

#[tokio::test]
async fn bodies_are_bounded_before_anything_else() {
    let node = Node::at("https://here.test").await;
    let big = Request::get("/people/ada")
        .header("content-length", "67108864")
        .body(Body::empty())
        .unwrap();
    assert_eq!(ask(&node, big).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_leavers_end_is_said_by_the_node_from_the_first_moment() {
    let node = Node::at("https://here.test").await;
    let ada = node.person("ada").await;
    let keys = node.federation.keys();
    let had = KeyGeneration::FIRST;
    let by = async |activity: &OutboundActivity| {
        let keys = keys.of(Some(ada.id), activity, had).await.unwrap();
        keys.map(|keys| keys.generation)
    };
    let profile = OutboundActivity::UpdateProfile;
    assert_eq!(by(&profile).await, Some(None), "a person's own keys");
    // The caches of this process may hear of it after the delivery has begun.
    assert_eq!(by(&OutboundActivity::DeleteActor).await, Some(Some(had)));
    people::disable(node.ctx(), "admin", "ada").await.unwrap();
    assert_eq!(by(&OutboundActivity::DeleteActor).await, Some(Some(had)));
    assert_eq!(by(&profile).await, None, "nothing is said for who has left");
}

#[tokio::test]
async fn a_proof_is_by_the_keys_that_the_attempt_has_chosen() {
    let node = Node::at("https://here.test").await;
    let other = Node::at("https://there.test").await;
    let ada = node.person("ada").await;
    let id = node.trusts(&other).await;
    let peer = entrenous_domain::peers::get(node.ctx(), id)
        .await
        .unwrap()
        .unwrap();
    let reader = Reader::of(&peer, peer.clear::<Sending>(Matter::Node).unwrap());
    let chosen = node.federation.keys().person(ada.id).await.unwrap().unwrap();
    people::disable(node.ctx(), "admin", "ada").await.unwrap();
    // She leaves between the choice and the proof: it does not choose anew.
    let said = (Some(ada.id), &OutboundActivity::DeleteActor);
    let document = node
        .federation
        .document(&peer, reader, ActivityId(1), said, &chosen)
        .await
        .unwrap()
        .unwrap();
    let proof = entrenous_wire::proof::parse(&document).unwrap();
    assert_eq!(proof.verification_method(), chosen.ed25519_id);
}
