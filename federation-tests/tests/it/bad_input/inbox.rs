//! The inbox: each kind of activity with each of its fields replaced by each wrong type, signed by a trusted peer.

use super::many;
use federation_tests::contents::{Contents, differences};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use http::Method;
use serde_json::{Value, json};

crate::on_both!(wrong_types_have_no_effect);

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What stands in a field's place.
fn values(field: &Value) -> Vec<Value> {
    let mut deep = json!("x");
    for _ in 0..25 {
        deep = json!([deep]);
    }
    let mut values = vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5e308),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("nonsense"),
        json!("a\0b"),
        json!("http://[/"),
        json!("https://elsewhere.example/1"),
        json!("http://127.0.0.9:1/users/mallory"),
        json!("a".repeat(100_000)),
        json!([]),
        json!([[]]),
        json!([null, 5, {}]),
        json!({}),
        json!({ "type": "Note" }),
        json!({ "id": {}, "type": ["Create", {}], "url": [] }),
        json!({ "id": "https://elsewhere.example/1", "type": "Person" }),
        deep,
    ];
    values.push(json!(vec![field.clone(); 2_000]));
    values
}

/// The ways to every field of a document, also inside objects and lists.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut one = |name: &str, inner: &Value| {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(inner, &place, found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| one(name, inner)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(number, inner)| one(&number.to_string(), inner)),
        _ => {}
    }
}

struct Scene {
    node: Node,
    alice: Client,
    peer: MockPeer,
    http: reqwest::Client,
}

impl Scene {
    /// A valid activity of each kind, by name.
    fn valid(&self, post: &str) -> Vec<Value> {
        let alice = self.node.url("/people/alice");
        let max = self.peer.person("max");
        let to = json!([alice, PUBLIC]);
        let mut note = self
            .peer
            .note("max", "mutation", &[alice.clone(), PUBLIC.to_owned()]);
        let emoji = json!({
            "type": "Emoji", "id": format!("{}/e/blob", self.peer.origin), "name": ":blob:",
            "updated": "2026-01-01T00:00:00Z",
            "icon": { "type": "Image", "mediaType": "image/png", "url": format!("{}/e.png", self.peer.origin) },
        });
        note["tag"] = json!([
            { "type": "Mention", "href": alice, "name": "@alice" },
            { "type": "Hashtag", "name": "#essai", "href": format!("{}/tags/essai", self.peer.origin) },
            emoji,
        ]);
        note["quote"] = json!(post);
        note["quoteAuthorization"] = json!(format!("{}/stamps/1", self.peer.origin));
        note["interactionPolicy"] = json!({
            "canQuote": { "automaticApproval": [PUBLIC], "manualApproval": [format!("{max}/followers")] },
        });
        note["attachment"] = json!([{ "type": "Document", "mediaType": "image/png", "url": format!("{}/f.png", self.peer.origin), "name": "x" }]);
        note["inReplyTo"] = json!(post);
        note["summary"] = json!("s");
        note["contentMap"] = json!({ "fr": "<p>mutation</p>" });
        note["source"] = json!({ "content": "mutation", "mediaType": "text/markdown" });
        note["replies"] =
            json!({ "id": format!("{}/r", self.peer.origin), "type": "Collection", "items": [] });
        let mut poll = note.clone();
        poll["type"] = json!("Question");
        poll["oneOf"] =
            json!([{ "type": "Note", "name": "oui", "replies": { "type": "Collection", "totalItems": 1 } }]);
        poll["endTime"] = json!("2030-01-01T00:00:00Z");
        let mut actor = self.peer.document("/users/max");
        actor["icon"] = json!({ "type": "Image", "url": format!("{}/i.png", self.peer.origin) });
        actor["attachment"] = json!([{ "type": "PropertyValue", "name": "a", "value": "b" }]);
        let follow = json!({ "id": format!("{}/f/1", self.peer.origin), "type": "Follow", "actor": max, "object": alice });
        let asked =
            json!({ "id": self.node.url("/activities/1"), "type": "Follow", "actor": alice, "object": max });
        let activity = |kind: &str, object: &Value| {
            self.peer.activity(
                "max",
                kind,
                json!({ "object": object, "to": to, "cc": [], "published": "2026-01-01T00:00:00Z" }),
            )
        };
        let with = |mut activity: Value, fields: Value| {
            for (name, value) in fields.as_object().unwrap() {
                activity[name] = value.clone();
            }
            activity
        };
        let quoting = json!({
            "id": format!("{}/notes/quoting", self.peer.origin), "type": "Note", "attributedTo": max,
            "content": "<p>x</p>", "to": [alice], "quote": post,
        });
        let asked_to_quote = json!({
            "id": format!("{post}/quote"), "type": "QuoteRequest", "actor": alice, "object": note["id"],
            "instrument": post,
        });
        vec![
            with(
                activity("QuoteRequest", &json!(post)),
                json!({ "instrument": quoting }),
            ),
            with(
                activity("Accept", &asked_to_quote),
                json!({ "result": format!("{}/stamps/2", self.peer.origin) }),
            ),
            with(
                activity("EmojiReact", &json!(post)),
                json!({ "content": ":blob:", "tag": [emoji] }),
            ),
            with(
                activity("Add", &note["id"]),
                json!({ "target": format!("{max}/featured") }),
            ),
            with(activity("Like", &json!(post)), json!({ "content": "🎉" })),
            activity("Create", &note),
            activity("Create", &poll),
            activity("Update", &note),
            activity("Update", &actor),
            activity(
                "Delete",
                &json!({ "id": format!("{}/notes/never", self.peer.origin), "type": "Tombstone" }),
            ),
            activity("Follow", &json!(alice)),
            activity("Accept", &asked),
            activity("Reject", &asked),
            activity("Undo", &follow),
            activity("Like", &json!(post)),
            activity("Announce", &json!(post)),
            activity("Block", &json!(alice)),
            activity("Invite", &json!(post)),
            activity("Flag", &json!([alice, post])),
        ]
    }

    /// Sends a body signed by max: the status and what was said.
    async fn send(&self, body: Vec<u8>) -> (u16, String) {
        let url = self.node.url("/inbox");
        let headers = self.peer.sign("max", &Method::POST, &url, &body);
        let request = self
            .http
            .post(url)
            .headers(headers)
            .header("content-type", "application/activity+json");
        let answer = request
            .body(body)
            .send()
            .await
            .expect("no answer within ten seconds");
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap_or_default())
    }
}

async fn wrong_types_have_no_effect(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let peer = MockPeer::start("127.0.0.7", "max").await;
    node.command(&["peer", "trust", &peer.origin]).await;
    let http = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(10))
        .build()
        .unwrap();
    let scene = Scene {
        node,
        alice,
        peer,
        http,
    };
    let posted = scene.alice.publish("Bonjour", "public").await;
    let post = posted["uri"].as_str().unwrap().to_owned();
    // Whom max is, is learnt from the first.
    let first = scene
        .peer
        .note("max", "avant", &[scene.node.url("/people/alice")]);
    let first = scene.peer.activity(
        "max",
        "Create",
        json!({ "object": first, "to": [scene.node.url("/people/alice")] }),
    );
    let (status, said) = scene.send(first.to_string().into_bytes()).await;
    assert_eq!(status, 202, "{said}");

    let mut wrong = Vec::new();
    let mut bodies = Vec::new();
    for (number, valid) in scene.valid(&post).into_iter().enumerate() {
        let mut found = Vec::new();
        places(&valid, "", &mut found);
        for (at, place) in found.iter().enumerate() {
            for (which, value) in values(valid.pointer(place).unwrap()).into_iter().enumerate() {
                let mut changed = valid.clone();
                // An id of its own each time, else the second would be a repetition.
                if let Some(id) = changed.get_mut("id") {
                    *id = json!(format!("{}/mutations/{number}-{at}-{which}", scene.peer.origin));
                }
                *changed.pointer_mut(place).unwrap() = value.clone();
                let what = format!("{} with {place} = {:.60}", valid["type"], value.to_string());
                bodies.push((what, changed.to_string().into_bytes()));
            }
        }
    }
    let count = bodies.len();
    assert!(count > 4_000, "only {count} mutations");
    let answers = many(
        16,
        bodies.into_iter().map(|(what, body)| {
            let scene = &scene;
            async move { (what, scene.send(body).await) }
        }),
    )
    .await;
    let mut refused = 0;
    for (what, (status, said)) in answers {
        let known = match status {
            202 => true,
            400 | 401 | 403 | 413 => {
                refused += 1;
                serde_json::from_str::<Value>(&said).is_ok_and(|said| said["error"].is_string())
            }
            _ => false,
        };
        if !known {
            wrong.push(format!("{what}: {status} {said:.200}"));
        }
    }
    println!("{count} mutations, {refused} refused");
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );

    // Alice's own is as it was, and everything she sees can still be shown.
    let now = scene
        .alice
        .get(&format!("/api/v1/statuses/{}", posted["id"].as_str().unwrap()))
        .await
        .ok();
    for same in ["id", "content", "visibility", "spoiler_text", "uri"] {
        assert_eq!(now[same], posted[same], "{same}");
    }
    assert_eq!(
        scene.alice.get("/api/v1/accounts/verify_credentials").await.ok()["username"],
        "alice"
    );
    for path in [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/notifications?limit=80",
        "/api/v2/notifications",
    ] {
        scene.alice.get(path).await.ok();
    }
    nothing_readable(&scene).await;
    assert!(!scene.node.log().contains("panicked"), "{}", scene.node.log());
}

/// What is no activity at all: refused, and no row changes.
async fn nothing_readable(scene: &Scene) {
    let mut contents = Contents::open(&scene.node);
    let settled = eventually("the work to be done", || {
        let before = contents.now();
        // What was accepted is still being worked on; nothing tells when it is done.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let after = contents.now();
        async move { (before == after).then_some(after) }
    })
    .await;
    let max = scene.peer.person("max");
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"{\"type\":\"Create\"".to_vec(),
        format!(
            "{{\"type\":\"Create\",\"actor\":\"{max}\",\"x\":{}{}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        )
        .into_bytes(),
        format!("{{\"type\":\"Create\",\"actor\":\"{max}\",\"x\":1e999999}}").into_bytes(),
        format!("{{\"type\":\"Create\",\"actor\":\"{max}\",\"x\":\"\\ud800\"}}").into_bytes(),
        format!("{{\"type\":\"Create\",\"actor\":\"{max}\",\"x\":\"\\u0000\"}}").into_bytes(),
        b"\xff\xfe{}".to_vec(),
        vec![b' '; 1024 * 1024 + 1],
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(body.get(..body.len().min(60)).unwrap_or_default()).into_owned();
        let (status, said) = scene.send(body).await;
        // An unknown type is taken and left, as the protocol's extensibility asks.
        assert!([202, 400, 413].contains(&status), "{shown}: {status} {said}");
    }
    let after = contents.now();
    assert!(
        after == settled,
        "rows have changed:\n{}",
        differences(&settled, &after)
    );
}
