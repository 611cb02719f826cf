//! Invitations of nodes and of people: guessed, used often, stolen.

use super::browser::Browser;
use super::{Scene, many};
use entrenous_wire::keys::{Ed25519KeyPair, fingerprint};
use entrenous_wire::signature::sign_rfc9421;
use federation_tests::native::{code, hash, opened};
use federation_tests::node::PASSWORD;
use federation_tests::{Database, MockPeer};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use url::Url;

crate::on_both!(guesses_are_limited, a_token_works_once, people_join_once);

/// A node of our own kind that does what an adversary wants.
struct Joiner {
    mock: MockPeer,
    key: Ed25519KeyPair,
    print: String,
}

impl Joiner {
    async fn start(scene: &Scene, host: &str) -> Self {
        let mock = MockPeer::start(host, "jo").await;
        let key = Ed25519KeyPair::generate().unwrap();
        let public = [key.public_key().unwrap(), mock.key().public_key().unwrap()];
        let url = scene.node.url("/actor");
        let ours = scene
            .send("actor", Method::GET, &url, HeaderMap::new(), Vec::new())
            .await;
        let mut actor: Value =
            serde_json::from_str(&ours.text.replace(&scene.node.url(""), &mock.origin)).unwrap();
        actor["webfinger"] = json!(format!("actor@{}", mock.authority()));
        actor["publicKey"]["publicKeyPem"] = json!(public[1].to_pem());
        actor["assertionMethod"][0]["publicKeyMultibase"] = json!(public[0].to_multibase());
        mock.serve_document("/actor", actor);
        let print = fingerprint(&public).to_compact();
        Self { mock, key, print }
    }

    /// Asks for the terms.
    async fn ask(&self, scene: &Scene, link: &str) -> super::Said {
        self.ask_as(scene, link, &self.mock.origin).await
    }

    /// The same, with its own code and another origin beside it.
    async fn ask_as(&self, scene: &Scene, link: &str, origin: &str) -> super::Said {
        let (page, key) = opened(link);
        let id = page.rsplit('/').next().unwrap();
        let nonce = "n".repeat(43);
        let lines = [
            "entrenous invitation ask v1",
            id,
            &scene.node.url(""),
            &self.mock.origin,
            &nonce,
        ];
        let body = json!({ "origin": origin, "nonce": nonce, "code": code(&key, &lines) });
        let mut headers = HeaderMap::new();
        super::forge::put(&mut headers, "content-type", "application/json");
        scene
            .send(
                "preview",
                Method::POST,
                &format!("{page}/preview"),
                headers,
                body.to_string().into(),
            )
            .await
    }

    /// Accepts, as `contract` says it; signed by `signer`.
    async fn accept(
        &self,
        scene: &Scene,
        link: &str,
        contract: &Value,
        signer: &Ed25519KeyPair,
    ) -> super::Said {
        let (page, key) = opened(link);
        let id = page.rsplit('/').next().unwrap();
        let nonce = "m".repeat(43);
        let hash = hash(contract);
        let lines = [
            "entrenous invitation accept v1",
            id,
            &scene.node.url(""),
            &self.mock.origin,
            &nonce,
            &self.print,
            &hash,
        ];
        let actor = format!("{}/actor", self.mock.origin);
        let body = json!({
            "id": format!("{actor}#accept"), "type": "Accept", "actor": actor,
            "object": { "id": page, "type": "Invite" },
            "fingerprint": self.print, "nonce": nonce, "code": code(&key, &lines),
        });
        let body = body.to_string().into_bytes();
        let url = Url::parse(&page).unwrap();
        let key_id = format!("{actor}#ed25519-key");
        let headers = sign_rfc9421(
            signer,
            &key_id,
            &Method::POST,
            &url,
            &body,
            federation_tests::mock::now(),
        )
        .unwrap();
        scene.send("accept", Method::POST, &page, headers, body).await
    }
}

async fn guesses_are_limited(on: Database) {
    let scene = Scene::open(on).await;
    let link = scene.node.command(&["peer", "invite"]).await;
    let (page, _) = opened(&link);
    let number: u64 = page.rsplit('/').next().unwrap().parse().unwrap();
    let joiner = Joiner::start(&scene, "127.0.0.6").await;
    let guesses = (0..1000_u64).map(|guess| {
        let (scene, joiner) = (&scene, &joiner);
        let id = if guess % 2 == 0 { number } else { number + guess };
        let link = format!(
            "{}?fp=x#{guess:043}",
            scene.node.url(&format!("/invitations/{id}"))
        );
        async move {
            match guess % 3 {
                0 => joiner.accept(scene, &link, &json!({}), &joiner.key).await,
                _ => joiner.ask(scene, &link).await,
            }
        }
    });
    let answers = many(20, guesses).await;
    let limited = answers.iter().filter(|said| said.status == 429).count();
    assert!(
        answers.iter().all(|said| [403, 429].contains(&said.status)),
        "{:?}",
        answers.iter().find(|said| ![403, 429].contains(&said.status))
    );
    assert!(limited > 900, "only {limited} of 1,000 were limited");
    // Nine thousand more, as fast as they go, without the work of making codes.
    let preview = format!("{page}/preview");
    let more = (0..9_000_u32).map(|guess| {
        let code = format!("{guess:043}");
        let body = json!({ "origin": joiner.mock.origin, "nonce": "n".repeat(43), "code": code }).to_string();
        let mut headers = HeaderMap::new();
        super::forge::put(&mut headers, "content-type", "application/json");
        let (scene, preview) = (&scene, &preview);
        async move {
            scene
                .send("guess", Method::POST, preview, headers, body.into())
                .await
                .status
        }
    });
    let statuses = many(50, more).await;
    assert!(statuses.iter().all(|status| [403, 429].contains(status)));
    assert_eq!(joiner.mock.connections(), 0, "a guesser was contacted");
    assert_eq!(scene.node.peer_state(joiner.mock.authority()).await, "none");
    let audited = scene.node.audited().await;
    assert!(audited.iter().any(|reason| reason == "invitation"), "{audited:?}");
    scene.watched().await;
}

async fn a_token_works_once(on: Database) {
    let scene = Scene::open(on).await;
    let first = Joiner::start(&scene, "127.0.0.6").await;
    scene.admit(&first.mock);
    let second = Joiner::start(&scene, "127.0.0.5").await;
    // Both have the code; one of them is refused only after its key was looked at.
    scene.admit(&second.mock);
    let link = scene.node.command(&["peer", "invite"]).await;
    // A code belongs to the origin it was made for.
    for origin in [&second.mock.origin, &scene.u.origin] {
        let said = first.ask_as(&scene, &link, origin).await;
        assert!(
            [400, 403].contains(&said.status),
            "{origin}: {} {}",
            said.status,
            said.text
        );
    }
    let said = first.ask(&scene, &link).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let terms: Value = serde_json::from_str(&said.text).unwrap();
    let contract = terms["contract"].clone();

    // With another key than the fingerprint's.
    let other = Ed25519KeyPair::generate().unwrap();
    let said = first.accept(&scene, &link, &contract, &other).await;
    assert_eq!(said.status, 401, "{}", said.text);
    assert_eq!(scene.node.peer_state(first.mock.authority()).await, "none");

    // Fifty at once, of two nodes: one of them.
    let all = many(
        50,
        (0..50).map(|number| {
            let joiner = if number % 2 == 0 { &first } else { &second };
            let (scene, link, contract) = (&scene, &link, &contract);
            async move {
                (
                    number % 2,
                    joiner.accept(scene, link, contract, &joiner.key).await,
                )
            }
        }),
    )
    .await;
    let winners: Vec<i32> = all
        .iter()
        .filter(|(_, said)| said.status == 200)
        .map(|(who, _)| *who)
        .collect();
    assert!(!winners.is_empty(), "{all:?}");
    assert!(
        winners.iter().all(|who| Some(who) == winners.first()),
        "both were taken: {all:?}"
    );
    assert!(
        all.iter()
            .all(|(_, said)| [200, 403, 409, 429].contains(&said.status)),
        "{all:?}"
    );
    let states = [
        scene.node.peer_state(first.mock.authority()).await,
        scene.node.peer_state(second.mock.authority()).await,
    ];
    assert_eq!(
        states.iter().filter(|state| *state == "pending_local").count(),
        1,
        "{states:?}"
    );
    assert_eq!(
        states.iter().filter(|state| *state == "none").count(),
        1,
        "{states:?}"
    );
    let used = scene.node.json(&["peer", "invitations"]).await;
    assert_eq!(
        used.as_array()
            .unwrap()
            .iter()
            .filter(|one| one["used_by"].is_string())
            .count(),
        1,
        "{used}"
    );

    // Pending is not trusted.
    let winner = if winners.first() == Some(&0) {
        &first
    } else {
        &second
    };
    let said = scene.fetch(&winner.mock, "jo", &scene.alice_uri()).await;
    assert_eq!(said.status, 403, "{}", said.text);
    scene.watched().await;

    // Withdrawn, and for another node. A node of its own, since wrong tries are counted.
    let scene = Scene::open(on).await;
    let late = Joiner::start(&scene, "127.0.0.6").await;
    let withdrawn = scene.node.command(&["peer", "invite"]).await;
    let (page, _) = opened(&withdrawn);
    scene
        .node
        .command(&["peer", "withdraw", page.rsplit('/').next().unwrap()])
        .await;
    let named = scene
        .node
        .command(&["peer", "invite", "--for", "http://localhost:1", "--pre-confirm"])
        .await;
    for (what, link) in [("withdrawn", &withdrawn), ("for another", &named)] {
        let said = late.ask(&scene, link).await;
        assert_eq!(said.status, 403, "{what}: {}", said.text);
        let said = late.accept(&scene, link, &contract, &late.key).await;
        assert_eq!(said.status, 403, "{what}: {}", said.text);
    }
    assert_eq!(late.mock.connections(), 0);
    assert_eq!(scene.node.peer_state(late.mock.authority()).await, "none");
    scene.watched().await;
}

async fn people_join_once(on: Database) {
    let scene = Scene::open(on).await;
    let link = scene.node.command(&["person", "invite", "--uses", "1"]).await;
    let path = link.strip_prefix(&scene.node.url("")).unwrap().to_owned();
    let joins = (0..20).map(|number| {
        let (origin, path) = (scene.node.url(""), path.clone());
        async move {
            let mut browser = Browser::of(origin);
            let shown = browser.get(&path).await;
            if shown != 200 {
                return shown;
            }
            let name = format!("guest{number}");
            browser
                .submit(
                    &path,
                    &[
                        ("username", &name),
                        ("display_name", ""),
                        ("password", PASSWORD),
                        ("again", PASSWORD),
                        ("language", "en"),
                    ],
                )
                .await
        }
    });
    let statuses = many(20, joins).await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 303).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses
            .iter()
            .all(|status| [303, 404, 409, 429].contains(status)),
        "{statuses:?}"
    );
    let people = scene.node.json(&["person", "list"]).await;
    assert_eq!(people.as_array().unwrap().len(), 3, "{people}");

    let mut guesser = Browser::of(scene.node.url(""));
    let mut limited = 0;
    for guess in 0..200 {
        let status = guesser.get(&format!("/invite/{guess:043}")).await;
        assert!([404, 429].contains(&status), "{status}");
        limited += usize::from(status == 429);
    }
    assert!(limited > 100, "only {limited} of 200 guesses were limited");
    scene.watched().await;
}
