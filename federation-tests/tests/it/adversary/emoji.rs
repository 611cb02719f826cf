//! What a peer that was broken into may try with emoji: in the name of others, in floods, with pictures that are none.

use super::files::{GPS, SCRIPT, holds, png, served};
use super::{Scene, id};
use axum::body::Bytes;
use federation_tests::mock::Reply;
use federation_tests::{Database, MockPeer, eventually};
use serde_json::{Value, json};
use std::time::Duration;

crate::on_both!(
    reactions_are_ones_own,
    a_flood_of_reactions_is_bounded,
    emoji_of_peers_are_made_anew,
    a_peer_that_stalls_holds_up_itself_alone
);

fn react(scene: &Scene, name: &str, uri: &Value, content: &str) -> Value {
    scene.p.activity(
        name,
        "EmojiReact",
        json!({ "object": uri, "content": content, "to": [scene.alice_uri()] }),
    )
}

/// A public post that P has: it names one of its people.
async fn for_max(scene: &Scene) -> Value {
    let text = format!("Pour tous, et @max@{}", scene.p.authority());
    scene.alice.publish(&text, "public").await
}

async fn reactions(scene: &Scene, post: &str) -> Vec<(String, i64)> {
    let path = format!("/api/v1/pleroma/statuses/{post}/reactions");
    let all = scene.alice.get(&path).await.ok();
    let all = all.as_array().unwrap().iter();
    all.map(|one| {
        (
            one["name"].as_str().unwrap().to_owned(),
            one["count"].as_i64().unwrap(),
        )
    })
    .collect()
}

async fn reactions_are_ones_own(on: Database) {
    let scene = Scene::open(on).await;
    let public = for_max(&scene).await;
    let private = scene.alice.publish("Entre nous", "private").await;
    let first = react(&scene, "max", &public["uri"], "🦀");
    assert_eq!(scene.post("its own", "max", &first).await.status, 202);
    assert_eq!(reactions(&scene, &id(&public)).await, [("🦀".to_owned(), 1)]);
    let before = scene.before().await;
    let mut for_mona = react(&scene, "mona", &public["uri"], "🎉");
    let said = scene.post("for another", "max", &for_mona).await;
    assert_eq!(said.status, 403, "{}", said.text);
    for_mona["actor"] = json!(scene.alice_uri());
    let said = scene.post("for alice", "max", &for_mona).await;
    assert_eq!(said.status, 403, "{}", said.text);
    let mut stolen = react(&scene, "max", &public["uri"], "🎉");
    stolen["id"] = json!(scene.node.url("/people/alice/reactions/1"));
    assert_eq!(scene.post("an id of ours", "max", &stolen).await.status, 403);
    let hidden = react(&scene, "max", &private["uri"], "🎉");
    assert_eq!(scene.post("what is hidden", "max", &hidden).await.status, 202);
    let nothing = react(
        &scene,
        "max",
        &json!(scene.node.url("/posts/116000000000000001")),
        "🎉",
    );
    assert_eq!(scene.post("what is not there", "max", &nothing).await.status, 202);
    // Another's is not taken back, by id or by its parts.
    let undo = scene.p.activity("mona", "Undo", json!({ "object": first["id"] }));
    assert_eq!(scene.post("another's", "mona", &undo).await.status, 202);
    let mut inner = first.clone();
    inner["actor"] = json!(scene.p.person("max"));
    let undo = scene.p.activity("mona", "Undo", json!({ "object": inner }));
    assert_eq!(scene.post("another's, embedded", "mona", &undo).await.status, 403);
    scene.close(&before).await;

    // What is no emoji is no reaction: nothing of it is kept but that something was liked.
    for text in [
        "<img src=x onerror=alert(1)>",
        ":\"><script>alert(1)</script>:",
        ":blob:",
        ":../../x:",
        "🎉🎉",
        "\u{202e}🎉",
        "a very long text that is none at all, and would break each row of buttons that there is, whatever it says",
    ] {
        let mut activity = react(&scene, "mona", &public["uri"], text);
        activity["tag"] = json!([{ "type": "Emoji", "name": text, "icon": { "url": scene.u.origin } }]);
        let said = scene.post(text, "mona", &activity).await;
        assert_eq!(said.status, 202, "{text}: {}", said.text);
    }
    assert_eq!(reactions(&scene, &id(&public)).await, [("🦀".to_owned(), 1)]);
    assert!(!scene.seen_by_alice().await.contains("onerror"));
    scene.watched().await;
}

async fn a_flood_of_reactions_is_bounded(on: Database) {
    let scene = Scene::open(on).await;
    let post = for_max(&scene).await;
    let emoji = "😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒 😓";
    for _ in 0..3 {
        for (n, one) in emoji.split(' ').enumerate() {
            let name = ["max", "mona"][n % 2];
            let said = scene
                .post(one, name, &react(&scene, name, &post["uri"], one))
                .await;
            assert_eq!(said.status, 202, "{}", said.text);
        }
    }
    let all = reactions(&scene, &id(&post)).await;
    assert_eq!(all.len(), 16, "eight of each: {all:?}");
    assert!(all.iter().all(|(_, count)| *count == 1), "{all:?}");
    let asked = "/api/v1/notifications?types[]=pleroma:emoji_reaction";
    let told = scene.alice.get(asked).await.ok();
    assert_eq!(told.as_array().unwrap().len(), 2, "once for each person");
    let usual = scene.alice.get("/api/v1/notifications").await.ok();
    assert_eq!(usual, json!([]));
    scene.watched().await;
}

async fn emoji_of_peers_are_made_anew(on: Database) {
    let scene = Scene::open(on).await;
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>");
    let files = [
        ("svg", Bytes::from(svg)),
        ("html", Bytes::from(SCRIPT)),
        ("bomb", Bytes::from(png(100_000, 100_000, 8, &[]))),
        ("wide", Bytes::from(png(4_000, 4, 4, &[]))),
        ("large", Bytes::from(vec![0x89; 20 << 20])),
        (
            "good",
            Bytes::from(png(8, 8, 8, &[(b"tEXt", format!("Comment\0{GPS}").into_bytes())])),
        ),
    ];
    let mut tags = vec![json!({ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" })];
    let mut tag = |name: &str, url: String| {
        tags.push(
            json!({ "type": "Emoji", "name": format!(":{name}:"), "icon": { "type": "Image", "url": url } }),
        );
    };
    for (name, bytes) in files {
        scene.p.serve_reply(
            &format!("/e/{name}"),
            Reply::Bytes("image/png", Vec::new(), bytes),
        );
        tag(name, format!("{}/e/{name}", scene.p.origin));
    }
    scene
        .p
        .serve_reply("/e/away", Reply::Redirect(format!("{}/icon.png", scene.u.origin)));
    tag("away", format!("{}/e/away", scene.p.origin));
    tag("strange", format!("{}/icon.png", scene.u.origin));
    tag("inside", scene.node.url("/static/icon-192.png"));
    tag("script", "javascript:alert(1)".to_owned());
    for n in 0..1_000 {
        tag(&format!("flood_{n}"), format!("{}/e/none", scene.p.origin));
    }
    let text = ":svg: :html: :bomb: :wide: :large: :good: :away: :strange: :inside: :script:";
    let mut create = scene.create("max", text);
    create["object"]["tag"] = Value::Array(tags);
    let said = scene.post("the note", "max", &create).await;
    assert_eq!(said.status, 202, "{}", said.text);
    let shown = async || {
        let told = scene.alice.get("/api/v1/notifications").await.ok();
        told[0]["status"]["emojis"].as_array().unwrap().clone()
    };
    let good = eventually("the good one", || async { shown().await.into_iter().next() }).await;
    assert_eq!(good["shortcode"], "good");
    let url = good["url"].as_str().unwrap();
    assert!(url.starts_with(&scene.node.url("/media/")), "{url}");
    let (content_type, bytes) = served(&scene, url).await;
    assert!(
        content_type == "image/png" && !holds(&bytes, "GPS"),
        "{content_type}"
    );
    // The others had their turn before or have it soon after; that one was refused is told to nobody.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(shown().await.len(), 1, "{:?}", shown().await);
    let asked = scene
        .p
        .seen()
        .into_iter()
        .filter(|seen| seen.line.contains(" /e/"))
        .count();
    assert!(asked <= 20, "asked for {asked} pictures");
    assert_eq!(
        scene.alice.get("/api/v1/custom_emojis").await.ok(),
        json!([]),
        "never among ours"
    );
    scene.watched().await;
}

/// Pictures that never come, in several posts: those of another peer do.
async fn a_peer_that_stalls_holds_up_itself_alone(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let mention = json!({ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" });
    let emoji = |name: &str, url: String| json!({ "type": "Emoji", "name": format!(":{name}:"), "icon": { "url": url } });
    for post in 0..5 {
        let mut tags = vec![mention.clone()];
        for number in 0..20 {
            let path = format!("/e/{post}-{number}");
            scene.p.serve_reply(&path, Reply::Silent);
            tags.push(emoji(
                &format!("e_{post}_{number}"),
                format!("{}{path}", scene.p.origin),
            ));
        }
        let mut create = scene.create("max", "en attendant");
        create["object"]["tag"] = Value::Array(tags);
        let said = scene.post("silent pictures", "max", &create).await;
        assert_eq!(said.status, 202, "{}", said.text);
    }
    // Avatars too.
    for number in 0..5 {
        let name = format!("silent{number}");
        scene.p.put_person(&name);
        let mut actor = scene.p.document(&format!("/users/{name}"));
        let path = format!("/avatars/{number}");
        scene.p.serve_reply(&path, Reply::Silent);
        actor["icon"] = json!({ "type": "Image", "url": format!("{}{path}", scene.p.origin) });
        scene.p.serve_document(&format!("/users/{name}"), actor);
        let said = scene
            .post("a silent picture", &name, &scene.create(&name, "sans visage"))
            .await;
        assert_eq!(said.status, 202, "{}", said.text);
    }
    for path in ["/e/good", "/avatar"] {
        let picture = Bytes::from(png(8, 8, 8, &[]));
        q.serve_reply(path, Reply::Bytes("image/png", Vec::new(), picture));
    }
    let mut actor = q.document("/users/quentin");
    actor["icon"] = json!({ "type": "Image", "url": format!("{}/avatar", q.origin) });
    q.serve_document("/users/quentin", actor);
    let mut note = q.note("quentin", "de Quentin :good:", &[scene.alice_uri()]);
    note["tag"] = json!([mention, emoji("good", format!("{}/e/good", q.origin))]);
    let create = q.activity(
        "quentin",
        "Create",
        json!({ "object": note, "to": [scene.alice_uri()] }),
    );
    assert_eq!(q.post("quentin", &scene.inbox, &create).await.0, 202);
    eventually("the pictures of Q", || async {
        let told = scene.alice.get("/api/v1/notifications?limit=1").await.ok();
        let status = &told[0]["status"];
        let avatar = status["account"]["avatar"].as_str()?;
        let ours = avatar.starts_with(&scene.node.url("/media/"));
        (status["emojis"][0]["shortcode"] == "good" && ours).then_some(())
    })
    .await;
    scene.watched().await;
}
