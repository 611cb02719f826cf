//! New keys of a node, with real nodes; and a peer whose keys change without its word for it.

use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use entrenous_wire::signature::sign_rfc9421;
use federation_tests::client::holds;
use federation_tests::mock::{now, send};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use http::Method;
use serde_json::{Value, json};
use url::Url;

crate::on_both!(
    keys_change_while_connected,
    a_peer_that_is_down_gets_everything_in_order,
    people_are_found_while_keys_change,
    other_keys_stop_a_peer_and_alert,
    other_software_with_other_keys_is_stopped_too,
    a_strangers_signatures_stop_nobody,
);

async fn fingerprint(node: &Node) -> String {
    let keys = node.json(&["keys", "show"]).await;
    keys["fingerprint"].as_str().expect("no fingerprint").to_owned()
}

async fn peer_of(node: &Node, authority: &str) -> Value {
    node.json(&["peer", "show", authority]).await
}

/// Waits until `there` has pinned what `here` shows, and `here` knows it.
async fn taken(here: &Node, there: &Node) {
    let now = fingerprint(here).await;
    eventually("the new fingerprint", || async {
        let pinned = peer_of(there, &here.authority).await["fingerprint"].clone();
        let former = here.json(&["keys", "show"]).await["former"].clone();
        (pinned == now.as_str() && former == json!([])).then_some(())
    })
    .await;
}

async fn actions(node: &Node) -> Vec<String> {
    let lines = node.json(&["audit", "--limit", "200"]).await;
    let lines = lines.as_array().expect("no list");
    lines
        .iter()
        .filter_map(|line| line["action"].as_str().map(str::to_owned))
        .collect()
}

async fn did(node: &Node, action: &str) {
    let all = actions(node).await;
    assert!(all.iter().any(|one| one == action), "{action} in {all:?}");
}

struct Two {
    lyon: Node,
    paris: Node,
    alice: Client,
    bob: Client,
}

/// Lyon and Paris with alice and bob, who follow each other.
async fn two(on: Database) -> Two {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.follow(&format!("@bob@{}", paris.authority)).await;
    Two {
        lyon,
        paris,
        alice,
        bob,
    }
}

async fn keys_change_while_connected(on: Database) {
    let Two {
        mut lyon,
        mut paris,
        alice,
        bob,
    } = two(on).await;
    let owner = lyon.signed_in("owner").await;
    let link = lyon.command(&["peer", "invite"]).await;
    let before = fingerprint(&lyon).await;
    alice.publish("Avant Lyon", "public").await;
    bob.publish("Avant Paris", "public").await;

    let shown = owner
        .post("/api/entrenous/v1/admin/keys/rotate", json!({}))
        .await
        .ok();
    assert_eq!(shown["generation"], 2, "{shown}");
    assert_ne!(shown["fingerprint"], before.as_str());
    alice.publish("Après Lyon", "public").await;
    bob.publish("Après Paris", "public").await;
    for text in ["Avant Lyon", "Après Lyon"] {
        bob.sees(text).await;
    }
    for text in ["Avant Paris", "Après Paris"] {
        alice.sees(text).await;
    }
    taken(&lyon, &paris).await;
    let shown = owner.get("/api/entrenous/v1/admin/keys").await.ok();
    assert_eq!((&shown["generation"], &shown["former"]), (&json!(2), &json!([])));
    assert_eq!(alice.get("/api/entrenous/v1/admin/keys").await.status, 403);
    for action in ["keys.rotated", "keys.taken", "keys.ended"] {
        did(&lyon, action).await;
    }
    did(&paris, "peer.keys_rotated").await;

    // A link from before names keys that nobody has any more.
    let rome = Node::start("Rome", on).await;
    let (done, _, said) = rome.try_command(&["peer", "join", &link, "--yes"], "").await;
    assert!(!done && said.contains("does not have the keys"), "{said}");
    rome.connect(&lyon).await;

    // The other way, by the command line, and once more here; then both begin again.
    paris.command(&["keys", "rotate"]).await;
    lyon.command(&["keys", "rotate"]).await;
    taken(&paris, &lyon).await;
    taken(&lyon, &paris).await;
    taken(&lyon, &rome).await;
    for node in [&mut lyon, &mut paris] {
        node.terminate().await;
        node.serve().await;
    }
    alice.publish("Encore Lyon", "public").await;
    bob.publish("Encore Paris", "public").await;
    bob.sees("Encore Lyon").await;
    alice.sees("Encore Paris").await;
    // A change of the contract, which both instances sign.
    lyon.command(&[
        "peer",
        "propose",
        &paris.authority,
        "--set",
        "we_give.profile.fields=false",
    ])
    .await;
    eventually("the offer", || async {
        let (done, ..) = paris.try_command(&["peer", "accept", &lyon.authority], "").await;
        done.then_some(())
    })
    .await;
    eventually("the agreement", || async {
        let contract = &peer_of(&lyon, &paris.authority).await["contract"];
        (contract["version"] == 2).then_some(())
    })
    .await;
    for (node, other) in [(&lyon, &paris), (&paris, &lyon)] {
        assert_eq!(node.peer_state(&other.authority).await, "active");
        let text = node
            .command(&["peer", "ledger", &other.authority, "--verify"])
            .await;
        assert!(text.contains("each as it was written"), "{text}");
    }
    // An order and its receipt, with the keys of now.
    lyon.command(&["peer", "revoke", &paris.authority]).await;
    eventually("the receipt", || async {
        let ending = peer_of(&lyon, &paris.authority).await["ending"].clone();
        (ending["state"] == "confirmed").then_some(())
    })
    .await;
}

async fn a_peer_that_is_down_gets_everything_in_order(on: Database) {
    let Two {
        lyon,
        mut paris,
        alice,
        bob,
    } = two(on).await;
    paris.terminate().await;
    alice.publish("Un", "public").await;
    lyon.command(&["keys", "rotate"]).await;
    alice.publish("Deux", "public").await;
    lyon.command(&["keys", "rotate"]).await;
    alice.publish("Trois", "public").await;
    // A new name, by the instance actor, between them.
    let owner = lyon.signed_in("owner").await;
    owner
        .put(
            "/api/entrenous/v1/admin/look",
            json!({ "name": "Lyon-Confluence" }),
        )
        .await
        .ok();
    let former = lyon.json(&["keys", "show"]).await["former"].clone();
    assert_eq!(former[0]["peers"][0]["authority"], paris.authority.as_str());

    paris.serve().await;
    bob.sees("Trois").await;
    let home = bob.home().await;
    let at = |text: &str| home.iter().position(|post| holds(post, text)).expect("not there");
    assert!(at("Trois") < at("Deux") && at("Deux") < at("Un"));
    taken(&lyon, &paris).await;
    eventually("the new name", || async {
        (peer_of(&paris, &lyon.authority).await["name"] == "Lyon-Confluence").then_some(())
    })
    .await;
    let rotations = actions(&paris).await;
    let rotations = rotations.iter().filter(|one| *one == "peer.keys_rotated").count();
    assert!((1..=2).contains(&rotations), "{rotations}");
    assert!(!actions(&paris).await.iter().any(|one| one == "peer.keys_changed"));
    bob.publish("Réponse", "public").await;
    alice.sees("Réponse").await;
}

async fn people_are_found_while_keys_change(on: Database) {
    let Two { lyon, paris, bob, .. } = two(on).await;
    for n in 0..6 {
        lyon.person(&format!("person{n}")).await;
    }
    let changes = async {
        for _ in 0..3 {
            lyon.command(&["keys", "rotate"]).await;
        }
    };
    let questions = async {
        // Who asks at the very moment of a change may have to ask again: the keys that were pinned when the question went
        // out may be former ones when the answer is looked at.
        for n in 0..6 {
            let path = format!("/api/v2/search?resolve=true&q=@person{n}@{}", lyon.authority);
            eventually("a person to be found", || async {
                let found = bob.get(&path).await.ok();
                (found["accounts"].as_array()?.len() == 1).then_some(())
            })
            .await;
        }
    };
    tokio::join!(changes, questions);
    taken(&lyon, &paris).await;
    assert!(!actions(&paris).await.iter().any(|one| one == "peer.keys_changed"));
}

/// Something in the name of a node's instance, signed with a key of one's own.
async fn forged(of: &str, to: &Node, key: &Ed25519KeyPair, key_id: &str) -> u16 {
    let document = json!({
        "id": format!("{of}/activities/1"), "type": "Like", "actor": format!("{of}/actor"), "object": to.url("/posts/1"),
    });
    let body = document.to_string().into_bytes();
    let url = to.url("/inbox");
    let parsed = Url::parse(&url).expect("no URL");
    let headers = sign_rfc9421(key, key_id, &Method::POST, &parsed, &body, now()).expect("not signed");
    send(Method::POST, &url, headers, body).await.0
}

async fn other_keys_stop_a_peer_and_alert(on: Database) {
    let Two {
        lyon,
        mut paris,
        alice,
        bob,
    } = two(on).await;
    let owner = lyon.signed_in("owner").await;
    assert_eq!(owner.get("/api/entrenous/v1/admin/alerts").await.ok(), json!([]));
    paris.terminate().await;
    alice.publish("Pour Paris seulement", "public").await;
    // Somebody else answers at its address.
    let mut taker = Node::init("Paris", on, &paris.authority).await;
    taker.serve().await;
    let key = Ed25519KeyPair::generate().expect("no key");
    let key_id = paris.url("/actor#ed25519-key");
    // 403 if what was queued has made it look already.
    let status = forged(&paris.url(""), &lyon, &key, &key_id).await;
    assert!(matches!(status, 401 | 403), "{status}");
    eventually("the end of it", || async {
        (lyon.peer_state(&paris.authority).await == "suspended").then_some(())
    })
    .await;
    did(&lyon, "peer.keys_changed").await;
    let shown = fingerprint(&taker).await;
    let peer = peer_of(&lyon, &paris.authority).await;
    assert_eq!(peer["alert"]["fingerprint"], shown.as_str());
    assert_ne!(peer["fingerprint"], shown.as_str());
    let alerts = owner.get("/api/entrenous/v1/admin/alerts").await.ok();
    assert_eq!(alerts[0]["kind"], "keys_changed", "{alerts}");
    assert_eq!(alerts[0]["shown_fingerprint"], shown.as_str());
    assert_eq!(alerts[0]["peer"]["id"], peer["id"]);
    assert_eq!(alice.get("/api/entrenous/v1/admin/alerts").await.status, 403);
    assert!(lyon.log().contains("have changed without its word"));

    // Nothing crosses, and nobody confirms it by mistake.
    let (done, _, said) = lyon.try_command(&["peer", "confirm", &paris.authority], "").await;
    assert!(!done && said.contains("keys have changed"), "{said}");
    let path = format!(
        "/api/entrenous/v1/admin/peers/{}/confirm",
        peer["id"].as_str().expect("no id")
    );
    let refused = owner.post(&path, json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let queued = lyon.json(&["peer", "deliveries", &paris.authority]).await;
    assert!(
        queued[0]["queued"].as_i64().is_some_and(|queued| queued > 0),
        "{queued}"
    );
    assert_eq!(forged(&paris.url(""), &lyon, &key, &key_id).await, 403);

    // The right one is back: an administrator may confirm it, and what waited arrives.
    taker.terminate().await;
    paris.serve().await;
    lyon.command(&["peer", "confirm", &paris.authority]).await;
    did(&lyon, "peer.keys_as_pinned").await;
    // Whoever answered there may have refused it: the queue wakes when Paris is heard.
    bob.publish("Me revoilà", "public").await;
    alice.sees("Me revoilà").await;
    bob.sees("Pour Paris seulement").await;
    assert_eq!(owner.get("/api/entrenous/v1/admin/alerts").await.ok(), json!([]));
}

/// Gives the mock an instance actor with a key.
fn shows(mock: &MockPeer, key: &RsaKeyPair) {
    let id = format!("{}/actor", mock.origin);
    let pem = key.public_key().expect("no public key").to_pem();
    mock.serve_document(
        "/actor",
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id, "type": "Application", "preferredUsername": "instance",
            "inbox": format!("{id}/inbox"), "endpoints": { "sharedInbox": format!("{}/inbox", mock.origin) },
            "publicKey": { "id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem },
        }),
    );
}

fn looks(mock: &MockPeer) -> usize {
    let seen = mock.seen();
    seen.iter().filter(|seen| seen.line == "GET /actor").count()
}

async fn other_software_with_other_keys_is_stopped_too(on: Database) {
    let lyon = Node::start("Lyon", on).await;
    let (mock, other) = (
        MockPeer::start("127.0.0.7", "max").await,
        MockPeer::start("127.0.0.8", "eve").await,
    );
    shows(&mock, mock.key());
    lyon.command(&["peer", "trust", &mock.origin]).await;
    let url = lyon.url("/actor/outbox");
    let key_id = format!("{}/actor#main-key", mock.origin);
    let ask = async |by: &MockPeer| {
        let headers = by.sign_as(&key_id, &Method::GET, &url, b"");
        send(Method::GET, &url, headers, Vec::new()).await.0
    };
    assert_eq!(ask(&mock).await, 200);
    // New keys of this node are told to it as well.
    lyon.command(&["keys", "rotate"]).await;
    eventually("the Update", || async {
        mock.inbox().into_iter().find(|one| one["type"] == "Update")
    })
    .await;

    shows(&mock, other.key());
    assert_eq!(ask(&mock).await, 200, "its pinned key still is its key");
    assert_eq!(ask(&other).await, 401);
    eventually("the end of it", || async {
        (lyon.peer_state(mock.authority()).await == "suspended").then_some(())
    })
    .await;
    assert_eq!(ask(&mock).await, 403);
    let (done, _, said) = lyon.try_command(&["peer", "confirm", mock.authority()], "").await;
    assert!(!done && said.contains("keys have changed"), "{said}");
    shows(&mock, mock.key());
    lyon.command(&["peer", "confirm", mock.authority()]).await;
    assert_eq!(ask(&mock).await, 200);
}

async fn a_strangers_signatures_stop_nobody(on: Database) {
    let lyon = Node::start("Lyon", on).await;
    let (mock, other) = (
        MockPeer::start("127.0.0.7", "max").await,
        MockPeer::start("127.0.0.8", "eve").await,
    );
    shows(&mock, mock.key());
    lyon.command(&["peer", "trust", &mock.origin]).await;
    let url = lyon.url("/actor/outbox");
    let key_id = format!("{}/actor#main-key", mock.origin);
    let (before, begun) = (looks(&mock), std::time::Instant::now());
    for _ in 0..1_000 {
        let headers = other.sign_as(&key_id, &Method::GET, &url, b"");
        assert_eq!(send(Method::GET, &url, headers, Vec::new()).await.0, 401);
    }
    let minutes = usize::try_from(begun.elapsed().as_secs() / 60).expect("a few");
    let after = looks(&mock);
    assert!(after > before, "it was looked at");
    assert!(after - before <= minutes + 1, "{} looks", after - before);
    assert_eq!(lyon.peer_state(mock.authority()).await, "active");
    assert!(!actions(&lyon).await.iter().any(|one| one == "peer.keys_changed"));
}
