//! Questions whose answer would tell what one may not know: that something is there, who has an account, what others wrote.

use super::browser::Browser;
use super::{Scene, id};
use federation_tests::client::{escape, holds};
use federation_tests::{Database, eventually};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

crate::on_both!(
    peers_learn_nothing_of_what_is_hidden,
    signing_in_does_not_tell_who_is_there,
    search_finds_only_what_one_may_see,
    capabilities_open_one_file_on_their_day
);

async fn peers_learn_nothing_of_what_is_hidden(on: Database) {
    let scene = Scene::open(on).await;
    let dave = scene.node.person("dave").await;
    let private = scene.alice.publish("Pour mes abonnés", "private").await;
    let direct = scene.alice.publish("Pour @dave seulement", "direct").await;
    let gone = scene.alice.publish("Bientôt parti", "private").await;
    scene
        .alice
        .delete(&format!("/api/v1/statuses/{}", id(&gone)))
        .await
        .ok();
    let first = scene.post("first", "max", &scene.create("max", "avant")).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let uri = |post: &Value| post["uri"].as_str().unwrap().to_owned();
    let hidden = [uri(&private), uri(&direct), uri(&gone)];
    let never = scene.node.url("/posts/116000000000000001");
    let before = scene.before().await;
    let activity = |kind: &str, object: &str| {
        scene.p.activity(
            "max",
            kind,
            json!({ "object": object, "to": [scene.alice_uri()] }),
        )
    };
    for kind in [
        "Like",
        "Announce",
        "EmojiReact",
        "Delete",
        "Update",
        "Undo",
        "Block",
        "Flag",
        "Add",
        "Remove",
        "Create",
        "View",
    ] {
        let missing = scene.post(kind, "max", &activity(kind, &never)).await;
        for uri in &hidden {
            let said = scene.post(kind, "max", &activity(kind, uri)).await;
            assert_eq!(said, missing, "{kind} of {uri}");
        }
    }
    let react = |object: &str| {
        let mut activity = activity("EmojiReact", object);
        activity["content"] = json!("🎉");
        activity
    };
    let missing = scene.post("an emoji", "max", &react(&never)).await;
    for uri in &hidden {
        let said = scene.post("an emoji", "max", &react(uri)).await;
        assert_eq!(said, missing, "an emoji for {uri}");
    }
    scene.close(&before).await;

    // An answer to it: the same words, and the same post without a parent, whether it is there or not.
    let reply = |parent: &str, text: &str| {
        let mut activity = scene.create("max", text);
        activity["object"]["inReplyTo"] = json!(parent);
        activity
    };
    let missing = scene.post("reply", "max", &reply(&never, "réponse à rien")).await;
    for (number, uri) in hidden.iter().enumerate() {
        let said = scene
            .post("reply", "max", &reply(uri, &format!("réponse {number}")))
            .await;
        assert_eq!(said, missing, "a reply to {uri}");
    }
    let quote = |quoted: &str, text: &str| {
        let mut activity = scene.create("max", text);
        activity["object"]["quote"] = json!(quoted);
        activity
    };
    let said = scene
        .post("quote", "max", &quote(&never, "citation de rien"))
        .await;
    assert_eq!(said, missing);
    for (number, uri) in hidden.iter().enumerate() {
        let said = scene
            .post("quote", "max", &quote(uri, &format!("citation {number}")))
            .await;
        assert_eq!(said, missing, "a quote of {uri}");
    }
    eventually("the replies, if they are taken", || async {
        let told = scene.alice.get("/api/v1/notifications?limit=40").await.text;
        (missing.status != 202 || told.contains("réponse 2")).then_some(())
    })
    .await;
    for post in [&private, &direct] {
        let now = scene
            .alice
            .get(&format!("/api/v1/statuses/{}", id(post)))
            .await
            .ok();
        for count in [
            "replies_count",
            "favourites_count",
            "reblogs_count",
            "quotes_count",
        ] {
            assert_eq!(now[count], 0, "{count} of {now}");
        }
    }
    let context = dave
        .get(&format!("/api/v1/statuses/{}/context", id(&direct)))
        .await
        .ok();
    assert!(!context.to_string().contains("réponse"), "{context}");

    // People: who is there, who is not, who is nobody's to see.
    for kind in ["Follow", "Block", "Flag"] {
        let missing = scene
            .post(kind, "max", &activity(kind, &scene.node.url("/people/nobody")))
            .await;
        let other = scene
            .post(kind, "max", &activity(kind, &scene.node.url("/people/nobody2")))
            .await;
        assert_eq!(missing, other, "{kind}");
    }
    scene.watched().await;
}

async fn signing_in_does_not_tell_who_is_there(on: Database) {
    let scene = Scene::open(on).await;
    let try_it = async |username: &str| {
        let mut browser = Browser::of(scene.node.url(""));
        browser.get("/auth/sign_in").await;
        let start = Instant::now();
        let fields = [("username", username), ("password", "a wrong password, surely")];
        let status = browser.submit("/auth/sign_in", &fields).await;
        // The name typed, and the page's own random values, are all that may differ.
        let mut page = browser.page.replace(username, "NAME");
        while let Some(at) = page.find("value=\"") {
            let rest = page.get(at + 7..).unwrap();
            let end = rest.find('"').unwrap();
            page = format!(
                "{}VALUE={}",
                page.get(..at).unwrap(),
                rest.get(end + 1..).unwrap()
            );
        }
        (status, page, start.elapsed())
    };
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let (status, page, time) = try_it("alice").await;
        let (other, other_page, other_time) = try_it(&format!("nobod{round}")).await;
        assert_eq!((status, &page), (other, &other_page), "round {round}");
        there.push(time);
        missing.push(other_time);
    }
    there.sort();
    missing.sort();
    // A password is hashed for both: without that, an answer takes a hundredth of the time.
    let (there, missing) = (there[1], missing[1]);
    assert!(
        missing * 5 > there && there * 5 + Duration::from_millis(20) > missing,
        "{there:?}, {missing:?}"
    );
    // Nor do the doors for clients.
    for body in [json!({ "username": "alice" }), json!({ "username": "nobody" })] {
        let said = scene.node.client("").post("/api/v1/accounts", body).await;
        assert_eq!(said.status, 401, "{}", said.text);
    }
    scene.watched().await;
}

async fn search_finds_only_what_one_may_see(on: Database) {
    let scene = Scene::open(on).await;
    let dave = scene.node.person("dave").await;
    let secret = "Camembert caché dans la cave";
    scene.alice.publish(secret, "private").await;
    scene.alice.publish(secret, "direct").await;
    dave.publish("Brie de dave en public", "public").await;
    let deep = "(".repeat(2_000);
    let long = "a ".repeat(2_000);
    for query in [
        "%",
        "_",
        "%%",
        "*",
        "\"",
        "\"\"",
        "\"Camembert",
        "'",
        "''--",
        "') OR 1=1 --",
        "Camembert OR Brie",
        "Brie NOT dave",
        "NEAR(Camembert cave)",
        "NEAR(Camembert cave, 99999999)",
        "content:Camembert",
        "{content}:Camembert",
        "^Camembert",
        "Cam*",
        "c*",
        "Camembert + cave",
        "Camembert & cave",
        "Camembert | Brie",
        "!Brie",
        "<->",
        "Brie <999999> dave",
        "Brie:*",
        "Brie:ABCD",
        "\\",
        "\\\\'",
        "-Brie",
        "from:alice",
        "from:alice cachés",
        "-from:me",
        "in:library cave",
        "\"dans la cave\"",
        "-\"de dave\" after:2000-01-01",
        "language:fr",
        "~camembert",
        "from:alice in:all OR v:private",
        "rowid:1",
        "posts_fts",
        "(((",
        ")))",
        "\u{202e}",
        "\u{200b}",
        "\u{feff}",
        "e\u{301}\u{301}\u{301}",
        "from:alice",
        "from:@alice has:media",
        "in:all",
        "before:2999-01-01",
        "(a+)+$",
        &deep,
        &long,
    ] {
        for path in [
            "/api/v2/search?q=",
            "/api/v2/search?type=statuses&q=",
            "/api/v1/accounts/search?q=",
            "/api/v2/search?resolve=true&q=",
        ] {
            let start = Instant::now();
            let said = dave.get(&format!("{path}{}", escape(query))).await;
            assert!(
                [200, 400, 422].contains(&said.status),
                "{query:.60}: {} {}",
                said.status,
                said.text
            );
            assert!(!said.text.contains("Camembert"), "{query:.60}: {}", said.text);
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "{query:.60}: {:?}",
                start.elapsed()
            );
        }
    }
    // It does find.
    let found = dave.get("/api/v2/search?type=statuses&q=Brie").await.ok();
    assert!(
        found["statuses"]
            .as_array()
            .unwrap()
            .iter()
            .any(|post| holds(post, "Brie")),
        "{found}"
    );
    scene.watched().await;
}

async fn capabilities_open_one_file_on_their_day(on: Database) {
    let scene = Scene::open(on).await;
    let picture = |shade: u8| federation_tests::picture::png(8, 8, &[], &[shade, 30, 30].repeat(64), 8);
    let mut urls = Vec::new();
    for shade in [10, 200] {
        let file = scene.alice.upload(picture(shade), "une image").await.ok();
        let media = id(&file);
        let post =
            json!({ "status": format!("avec image {shade}"), "visibility": "private", "media_ids": [media] });
        let post = scene.alice.post("/api/v1/statuses", post).await.ok();
        let url = post["media_attachments"][0]["url"].as_str().unwrap().to_owned();
        assert_eq!(
            scene.http.get(&url).send().await.unwrap().status().as_u16(),
            200,
            "{url}"
        );
        urls.push((url, id(&post)));
    }
    let parts = |url: &str| {
        let (base, capability) = url.rsplit_once('/').unwrap();
        let (start, media) = base.rsplit_once('/').unwrap();
        (start.to_owned(), media.to_owned(), capability.to_owned())
    };
    let ((start, one, of_one), (_, other, of_other)) = (parts(&urls[0].0), parts(&urls[1].0));
    let mut wrong = vec![
        format!("{start}/{one}/{of_other}"),
        format!("{start}/{other}/{of_one}"),
        format!("{start}/{one}/{}", of_one.to_uppercase()),
        format!("{start}/{one}/{of_one}a"),
        format!("{start}/{one}/{of_one}%00"),
        format!("{start}/{one}/{of_one}="),
        format!("{start}/{one}/..%2f{other}%2f{of_other}x"),
        format!("{start}/{one}/"),
    ];
    // Every single character of it counts, the day's among them.
    for at in 0..of_one.len() {
        let mut changed = of_one.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        if changed != of_one {
            wrong.push(format!("{start}/{one}/{changed}"));
        }
    }
    for url in wrong {
        let status = scene.http.get(&url).send().await.unwrap().status().as_u16();
        assert!(status == 404 || status == 400, "{url}: {status}");
    }
    // The post goes: its file goes with it, under the URL that was given.
    scene
        .alice
        .delete(&format!("/api/v1/statuses/{}", urls[0].1))
        .await
        .ok();
    assert_eq!(
        scene.http.get(&urls[0].0).send().await.unwrap().status().as_u16(),
        404
    );
    assert_eq!(
        scene.http.get(&urls[1].0).send().await.unwrap().status().as_u16(),
        200
    );
    scene.watched().await;
}
