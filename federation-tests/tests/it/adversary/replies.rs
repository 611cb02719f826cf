//! What a peer says was answered to its posts, when a conversation is looked at.

use super::{Scene, id, told};
use federation_tests::mock::Reply;
use federation_tests::{Database, MockPeer, eventually};
use serde_json::{Value, json};

crate::on_both!(collections_of_replies_lead_nowhere);

/// Most requests for one look at a conversation, with the one that the post itself costs.
const MOST: usize = 41;

async fn collections_of_replies_lead_nowhere(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let looked_at = gets(&q);
    let at = |path: &str| format!("{}{path}", scene.p.origin);
    let theirs = scene.u.note("mallory", "de Mallory", &[scene.alice_uri()]);
    let of_q = q.note("quentin", "de Quentin", &[scene.alice_uri()]);
    let other = scene.note("max", "ne répond à rien");
    let page = |path: &str, items: Value, next: Value| {
        let page = json!({ "id": at(path), "type": "CollectionPage", "items": items, "next": next });
        scene.p.serve_document(path, page);
        json!(at(path))
    };
    let many: Vec<String> = (0..1_000)
        .map(|number| at(&format!("/nowhere/{number}")))
        .collect();
    let strangers = json!([
        theirs["id"], of_q["id"], other["id"], scene.alice_uri(), scene.p.person("mona"), "http://127.0.0.9:1/x",
        "file:///etc/passwd", 5, null, { "id": theirs["id"] }, theirs,
    ]);
    page("/loop", json!([]), json!(at("/loop")));
    page("/long", json!(many), json!(at("/long")));
    for (number, reply) in [
        Reply::Redirect(format!("{}/notes", scene.u.origin)),
        Reply::Slow,
        Reply::Endless,
        Reply::Silent,
        Reply::Status(500),
    ]
    .into_iter()
    .enumerate()
    {
        scene.p.serve_reply(&format!("/bad/{number}"), reply);
    }
    let mut all = vec![
        ("elsewhere", json!(format!("{}/collection", scene.u.origin))),
        ("on another peer", json!(format!("{}/collection", q.origin))),
        (
            "embedded",
            json!({ "type": "Collection", "first": { "type": "CollectionPage", "items": strangers } }),
        ),
        ("a loop", json!(at("/loop"))),
        ("many", json!(at("/long"))),
        (
            "itself",
            json!({ "first": { "first": { "first": { "first": { "first": {} } } } } }),
        ),
        ("no collection", json!(7)),
    ];
    all.extend((0..5).map(|number| ("badly served", json!(at(&format!("/bad/{number}"))))));
    let mut posts = Vec::new();
    for (number, (what, replies)) in all.into_iter().enumerate() {
        let text = format!("conversation {number}");
        let mut create = scene.create("max", &text);
        create["object"]["replies"] = replies;
        let path = create["object"]["id"]
            .as_str()
            .unwrap()
            .replace(&scene.p.origin, "");
        scene.p.serve_document(&path, create["object"].clone());
        assert_eq!(scene.post(what, "max", &create).await.status, 202);
        told(&scene, &text).await;
        let found = scene
            .alice
            .get("/api/v1/notifications?limit=1&types[]=mention")
            .await
            .ok();
        posts.push((what, id(&found[0]["status"]), create["object"]["id"].clone()));
    }
    let before = scene.before().await;
    for (what, post, _) in &posts {
        let asked = gets(&scene.p);
        look(&scene, post).await;
        let count = gets(&scene.p) - asked;
        assert!(count <= MOST, "{what}: {count} requests");
        // Once more at once asks nobody.
        let again = scene.alice.get(&format!("/api/v1/statuses/{post}/context")).await;
        assert_eq!(again.headers.get("mastodon-async-refresh"), None, "{what}");
    }
    assert_eq!((gets(&q), scene.u.connections()), (looked_at, 0));
    scene.close(&before).await;

    // And an honest one is there.
    let mut create = scene.create("max", "la dernière");
    let question = create["object"]["id"].clone();
    let mut answer = scene.note("max", "une réponse");
    answer["inReplyTo"] = question.clone();
    let served = |note: &Value| {
        let path = note["id"].as_str().unwrap().replace(&scene.p.origin, "");
        scene.p.serve_document(&path, note.clone());
    };
    served(&answer);
    create["object"]["replies"] = json!({ "type": "Collection", "items": [answer["id"]] });
    served(&create["object"]);
    assert_eq!(scene.post("honest", "max", &create).await.status, 202);
    told(&scene, "la dernière").await;
    let found = scene
        .alice
        .get("/api/v1/notifications?limit=1&types[]=mention")
        .await
        .ok();
    let post = id(&found[0]["status"]);
    assert_eq!(look(&scene, &post).await, 1);
    let context = scene
        .alice
        .get(&format!("/api/v1/statuses/{post}/context"))
        .await
        .ok();
    let words = context["descendants"][0]["content"].as_str().unwrap_or_default();
    assert!(words.contains("une réponse"), "{context}");
    scene.watched().await;
}

/// How often a peer was asked for something.
pub(super) fn gets(peer: &MockPeer) -> usize {
    peer.seen()
        .iter()
        .filter(|seen| seen.line.starts_with("GET"))
        .count()
}

/// Looks at a conversation, and waits until nothing is looked up for it any more; how many replies came.
async fn look(scene: &Scene, post: &str) -> u64 {
    let seen = scene.alice.get(&format!("/api/v1/statuses/{post}/context")).await;
    let header = seen
        .headers
        .get("mastodon-async-refresh")
        .expect("nothing is looked up");
    let refresh = header.split('"').nth(1).unwrap();
    let path = format!("/api/v1_alpha/async_refreshes/{refresh}");
    eventually("the end of a refresh", || async {
        let said = scene.alice.get(&path).await.ok();
        let over = said["async_refresh"]["status"] == "finished";
        over.then(|| said["async_refresh"]["result_count"].as_u64().unwrap())
    })
    .await
}
