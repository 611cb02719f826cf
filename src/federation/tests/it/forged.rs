//! What a broken-in peer may try at the inbox: genuine signatures under forged words.

use crate::fixture::Node;
use crate::joining::{follow, joined};
use bytes::Bytes;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{accounts, audit, peers, timelines};
use entrenous_model::{Account, Matter, Page, Peer, Visibility};
use serde_json::{Value, json};
use std::sync::Arc;

/// A peer that says what it wants.
pub(crate) struct Attacker<'a> {
    pub(crate) from: &'a Node,
    to: Arc<Peer>,
}

impl<'a> Attacker<'a> {
    pub(crate) async fn of(from: &'a Node, to: &Node) -> Self {
        let to = peers::active(from.ctx(), to.origin()).await.unwrap().unwrap();
        Self { from, to }
    }

    /// The status of the answer.
    pub(crate) async fn says(&self, by: &Account, document: &Value) -> u16 {
        let keys = self.from.federation.keys().person(by.id).await.unwrap().unwrap();
        self.post(document, &keys).await
    }

    /// The same of what its instance says.
    pub(crate) async fn says_as_node(&self, document: &Value) -> u16 {
        let keys = self.from.federation.identity().for_stranger();
        self.post(document, &keys).await
    }

    async fn post(&self, document: &Value, keys: &entrenous_federation::keys::SigningKeys) -> u16 {
        let body = Bytes::from(serde_json::to_vec(document).unwrap());
        let url = self.to.origin.join("/inbox");
        self.from
            .federation
            .client()
            .post(&self.to, self.to.clear(Matter::Node).unwrap(), &url, body, keys)
            .await
            .unwrap()
            .status
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the cases read better")]
pub(crate) fn activity(node: &Node, by: &Account, number: u32, kind: &str, object: Value) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": node.origin().join(&format!("/activities/forged-{number}")),
        "type": kind, "actor": by.uri, "object": object,
        "to": [node.origin().join("/network")], "cc": [by.followers_uri],
    })
}

pub(crate) fn note(node: &Node, by: &Account, number: u32, text: &str) -> Value {
    json!({
        "id": node.origin().join(&format!("/posts/{number}")),
        "type": "Note", "attributedTo": by.uri, "content": text,
        "to": [node.origin().join("/network")], "cc": [by.followers_uri],
    })
}

#[tokio::test]
async fn forgeries_are_refused_with_a_reason_and_change_nothing() {
    let (p, n) = joined().await;
    let (mallory, other, nina) = (
        p.person("mallory").await,
        p.person("other").await,
        n.person("nina").await,
    );
    let victim = n.writes(nina.id, "Mine", Visibility::Public).await;
    let victim_uri = n.origin().join(&format!("/posts/{victim}"));
    let attacker = Attacker::of(&p, &n).await;
    let uninvited = "https://u.test";
    let connections = || n.connections();

    let mut foreign_id = activity(&p, &mallory, 1, "Create", note(&p, &mallory, 1, "x"));
    foreign_id["id"] = json!(n.origin().join("/activities/1"));
    let mut for_other = activity(&p, &other, 2, "Create", note(&p, &other, 2, "x"));
    for_other["object"]["attributedTo"] = json!(other.uri);
    let mut stolen = note(&p, &mallory, 3, "x");
    stolen["attributedTo"] = json!(nina.uri);
    let mut embedded = note(&p, &mallory, 4, "x");
    embedded["attributedTo"] = json!(format!("{uninvited}/people/u"));
    let forged = [
        (foreign_id, "foreign_activity"),
        (for_other, "actor_mismatch"),
        (activity(&p, &mallory, 3, "Create", stolen), "foreign_object"),
        (
            activity(&p, &mallory, 4, "Delete", json!(victim_uri)),
            "foreign_object",
        ),
        (
            activity(
                &p,
                &mallory,
                5,
                "Update",
                json!({"type": "Note", "id": victim_uri, "attributedTo": nina.uri}),
            ),
            "foreign_object",
        ),
        (
            activity(&p, &mallory, 6, "Delete", json!(nina.uri)),
            "foreign_object",
        ),
        (
            activity(&p, &mallory, 7, "Announce", json!(format!("{uninvited}/posts/1"))),
            "foreign_object",
        ),
        (activity(&p, &mallory, 8, "Announce", embedded), "foreign_object"),
        (
            activity(
                &p,
                &mallory,
                9,
                "Undo",
                json!({"type": "Follow", "actor": other.uri, "object": nina.uri}),
            ),
            "actor_mismatch",
        ),
    ];
    // The key is fetched for the first activity; nothing after that asks anyone anything.
    let like = activity(&p, &mallory, 10, "Like", json!(victim_uri));
    assert_eq!(attacker.says(&mallory, &like).await, 202);
    let before = connections();
    for (document, reason) in &forged {
        assert_eq!(attacker.says(&mallory, document).await, 403, "{document}");
        let lines = audit::list(n.ctx(), Some(p.origin()), None, 1).await.unwrap();
        assert_eq!(lines[0].reason.as_deref(), Some(*reason), "{document}");
    }
    assert_eq!(connections(), before);
    let network = timelines::network(n.ctx(), nina.id, false, false, Page::first(40))
        .await
        .unwrap();
    assert_eq!(network, [victim]);
    let view = posts::view(n.ctx(), Viewer::Person(nina.id), victim)
        .await
        .unwrap();
    assert_eq!(view.post.favourites_count, 1);

    // The instance key speaks for the node, not for people.
    let keys = p.federation.identity().for_stranger();
    let as_person = activity(&p, &mallory, 11, "Create", note(&p, &mallory, 11, "x"));
    assert_eq!(attacker.post(&as_person, &keys).await, 403);
    // Nonsense is the sender's fault.
    for nonsense in [
        json!([]),
        json!({"type": "Create"}),
        json!("x"),
        json!({"id": 5, "type": "Follow", "actor": {}}),
    ] {
        let status = attacker.says(&mallory, &nonsense).await;
        assert!(matches!(status, 400 | 202), "{nonsense}: {status}");
    }
    assert_eq!(
        attacker
            .says(
                &mallory,
                &activity(&p, &mallory, 12, "Listen", json!("https://u.test/1"))
            )
            .await,
        202
    );
    assert_eq!(connections(), before);
}

#[tokio::test]
async fn one_activity_has_one_effect_and_its_proof_must_hold() {
    let (p, n) = joined().await;
    let (mallory, nina) = (p.person("mallory").await, n.person("nina").await);
    let remote = follow(&n, nina.id, &p, "mallory").await;
    let attacker = Attacker::of(&p, &n).await;
    let create = activity(&p, &mallory, 1, "Create", note(&p, &mallory, 900, "Once"));
    let tries = (0..20).map(|_| attacker.says(&mallory, &create));
    for status in futures_util::future::join_all(tries).await {
        assert_eq!(status, 202);
    }
    let home = || timelines::home(n.ctx(), nina.id, Page::first(40));
    assert_eq!(home().await.unwrap().ids.len(), 1);

    let mut proven = activity(&p, &mallory, 2, "Create", note(&p, &mallory, 901, "Proven"));
    let keys = p.federation.keys().person(mallory.id).await.unwrap().unwrap();
    entrenous_wire::proof::attach(&mut proven, &keys.ed25519, &keys.ed25519_id, p.clock.now()).unwrap();
    let mut broken = proven.clone();
    broken["object"]["content"] = json!("Changed");
    assert_eq!(attacker.says(&mallory, &broken).await, 401);
    assert_eq!(attacker.says(&mallory, &proven).await, 202);
    assert_eq!(home().await.unwrap().ids.len(), 2);

    // An update may change the words, not the audience.
    let mut wider = note(&p, &mallory, 900, "Once, and more");
    wider["to"] = json!([nina.uri]);
    wider["cc"] = json!([]);
    assert_eq!(
        attacker
            .says(&mallory, &activity(&p, &mallory, 3, "Update", wider))
            .await,
        403
    );
    let edited = note(&p, &mallory, 900, "Once, and more");
    assert_eq!(
        attacker
            .says(&mallory, &activity(&p, &mallory, 4, "Update", edited))
            .await,
        202
    );
    // A deleted post does not come back, and one deleted before it came never comes.
    for number in [900, 950] {
        let uri = p.origin().join(&format!("/posts/{number}"));
        let tombstone = json!({"type": "Tombstone", "id": uri});
        assert_eq!(
            attacker
                .says(&mallory, &activity(&p, &mallory, number, "Delete", tombstone))
                .await,
            202
        );
        let create = activity(
            &p,
            &mallory,
            number + 1,
            "Create",
            note(&p, &mallory, number, "Again"),
        );
        assert_eq!(attacker.says(&mallory, &create).await, 202);
    }
    assert_eq!(home().await.unwrap().ids.len(), 1);

    // The person leaves by their own word.
    assert_eq!(
        attacker
            .says(&mallory, &activity(&p, &mallory, 5, "Delete", json!(mallory.uri)))
            .await,
        202
    );
    assert!(accounts::get(n.ctx(), remote).await.unwrap().is_none());
    assert_eq!(home().await.unwrap().ids.len(), 0);
    assert_eq!(
        attacker
            .says(
                &mallory,
                &activity(&p, &mallory, 6, "Like", json!("https://u.test/1"))
            )
            .await,
        401
    );
}

#[tokio::test]
async fn the_node_renews_its_keys_by_the_old_one_only() {
    let (p, n) = joined().await;
    let mallory = p.person("mallory").await;
    let attacker = Attacker::of(&p, &n).await;
    let pinned = async || {
        peers::by_origin(n.ctx(), p.origin())
            .await
            .unwrap()
            .unwrap()
            .keys
            .clone()
            .unwrap()
    };
    let before = pinned().await;
    let fresh = entrenous_wire::keys::Ed25519KeyPair::generate()
        .unwrap()
        .public_key()
        .unwrap()
        .to_multibase()
        .unwrap();
    let mut actor = p.federation.instance_actor().unwrap();
    actor["assertionMethod"][0]["publicKeyMultibase"] = json!(fresh);
    let own = p.federation.identity().actor();
    let update = |number: u32, actor: Value| json!({"id": format!("{own}#update-{number}"), "type": "Update", "actor": own, "object": actor});
    // A person's key does not speak for the node.
    assert_eq!(attacker.says(&mallory, &update(1, actor.clone())).await, 403);
    // Nor does the node drop to a weaker kind of key.
    let mut weaker = actor.clone();
    weaker["assertionMethod"] = json!([]);
    let keys = p.federation.identity().for_stranger();
    assert_eq!(attacker.post(&update(2, weaker), &keys).await, 403);
    assert_eq!(pinned().await, before);
    assert_eq!(attacker.post(&update(3, actor), &keys).await, 202);
    let after = pinned().await;
    assert_eq!((after.ed25519, after.rsa_pem), (Some(fresh), before.rsa_pem));
    assert_ne!(after.fingerprint, before.fingerprint);
    // The old key is nobody's now.
    let back = p.federation.instance_actor().unwrap();
    assert_eq!(attacker.post(&update(4, back), &keys).await, 401);
}
