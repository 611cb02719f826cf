//! Pictures in posts, across nodes and to other software.

use axum::body::Bytes;
use federation_tests::mock::Reply;
use federation_tests::{Client, Database, MockPeer, Node, eventually, picture};
use serde_json::{Value, json};

crate::on_both!(
    a_picture_crosses_and_goes_with_its_post,
    other_software_fetches_and_is_fetched_from
);

fn png(shade: u8) -> Vec<u8> {
    picture::png(
        40,
        40,
        &[(b"tEXt", b"Place\0SecretPlace".to_vec())],
        &[shade, 30, 30].repeat(1_600),
        40,
    )
}

async fn posts_a_picture(alice: &Client, shade: u8, text: &str, visibility: &str) -> Value {
    let file = alice.upload(png(shade), "Un mur rouge").await.ok();
    let post = json!({ "status": text, "visibility": visibility, "media_ids": [file["id"]] });
    alice.post("/api/v1/statuses", post).await.ok()
}

/// Bytes and type at a URL, asked by somebody without a token.
async fn served(url: &str) -> (u16, String, Vec<u8>) {
    let response = reqwest::get(url).await.unwrap();
    let status = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    (status, content_type, response.bytes().await.unwrap().to_vec())
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// The post with that text as soon as its first file has a URL.
async fn with_picture(reader: &Client, text: &str) -> Value {
    eventually(&format!("{text:?} with its picture"), || async {
        let home = reader.home().await;
        let post = home
            .into_iter()
            .find(|post| federation_tests::client::holds(post, text))?;
        post["media_attachments"][0]["url"].is_string().then_some(post)
    })
    .await
}

async fn a_picture_crosses_and_goes_with_its_post(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    let mine = posts_a_picture(&alice, 200, "Regardez", "private").await;
    let seen = with_picture(&bob, "Regardez").await;
    let file = &seen["media_attachments"][0];
    assert_eq!(
        (&file["type"], &file["description"]),
        (&json!("image"), &json!("Un mur rouge"))
    );
    assert_eq!(file["meta"]["original"]["size"], "40x40");
    assert_eq!(file["blurhash"], mine["media_attachments"][0]["blurhash"]);
    let (url, preview) = (text_of(&file["url"]), text_of(&file["preview_url"]));
    for url in [&url, &preview] {
        assert!(url.starts_with(&paris.url("/media/")), "{url}");
        let (status, content_type, bytes) = served(url).await;
        assert_eq!((status, content_type.starts_with("image/")), (200, true));
        assert!(!bytes.windows(11).any(|part| part == b"SecretPlace"));
    }
    // Nobody at Paris who may not see the post is given a URL.
    let eve = paris.person("eve").await;
    let there = text_of(&seen["id"]);
    assert_eq!(eve.get(&format!("/api/v1/statuses/{there}")).await.status, 404);

    // Another description and another picture cross as well.
    let other = alice.upload(png(20), "Un mur noir").await.ok();
    let id = text_of(&mine["id"]);
    let change = json!({ "status": "Regardez encore", "media_ids": [other["id"]] });
    alice.put(&format!("/api/v1/statuses/{id}"), change).await.ok();
    let seen = with_picture(&bob, "Regardez encore").await;
    assert_eq!(seen["media_attachments"][0]["description"], "Un mur noir");
    assert_eq!(served(&url).await.0, 404, "the old picture has gone");

    let last = text_of(&seen["media_attachments"][0]["url"]);
    assert_eq!(served(&last).await.0, 200);
    let at_home =
        text_of(&alice.get(&format!("/api/v1/statuses/{id}")).await.ok()["media_attachments"][0]["url"]);
    alice.delete(&format!("/api/v1/statuses/{id}")).await.ok();
    assert_eq!(served(&at_home).await.0, 404);
    eventually("the picture to be gone at Paris", || async {
        (served(&last).await.0 == 404).then_some(())
    })
    .await;
}

async fn other_software_fetches_and_is_fetched_from(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let mock = MockPeer::start("127.0.0.7", "max").await;
    node.command(&["peer", "trust", &mock.origin]).await;
    let follow = mock.activity("max", "Follow", json!({ "object": node.url("/people/alice") }));
    assert_eq!(
        mock.post("max", &node.url("/people/alice/inbox"), &follow)
            .await
            .0,
        202
    );
    posts_a_picture(&alice, 99, "Pour Max", "public").await;
    let create = eventually("the Create", || async {
        mock.inbox().into_iter().find(|a| a["type"] == "Create")
    })
    .await;
    let file = &create["object"]["attachment"][0];
    assert_eq!(
        (&file["type"], &file["name"]),
        (&json!("Image"), &json!("Un mur rouge"))
    );
    // It fetches without a signature.
    let (status, content_type, bytes) = served(&text_of(&file["url"])).await;
    assert_eq!((status, content_type), (200, text_of(&file["mediaType"])));
    assert!(!bytes.is_empty());

    // Max answers with a picture of his own place, one of another, and one that is not there.
    let picture = Reply::Bytes("image/png", Vec::new(), Bytes::from(png(5)));
    mock.serve_reply("/f/own.png", picture);
    let to = [node.url("/people/alice")];
    let mut note = mock.note("max", "voilà une image", &to);
    note["tag"] = json!([{ "type": "Mention", "href": to[0], "name": "@alice" }]);
    note["attachment"] = json!([
        { "type": "Document", "mediaType": "image/png", "url": format!("{}/f/own.png", mock.origin), "name": "la mienne" },
        { "type": "Document", "mediaType": "image/png", "url": "https://elsewhere.example/p.png", "name": "ailleurs" },
        { "type": "Document", "mediaType": "image/png", "url": format!("{}/f/none.png", mock.origin), "name": "perdue" },
    ]);
    let create = mock.activity("max", "Create", json!({ "object": note, "to": to }));
    assert_eq!(mock.post("max", &node.url("/inbox"), &create).await.0, 202);
    let post = eventually("the picture of Max", || async {
        let list = alice.get("/api/v1/notifications?types[]=mention").await.ok();
        let post = list.as_array()?.first()?["status"].clone();
        post["media_attachments"][0]["url"].is_string().then_some(post)
    })
    .await;
    let files = post["media_attachments"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert!(text_of(&files[0]["url"]).starts_with(&node.url("/media/")));
    assert_eq!(served(&text_of(&files[0]["url"])).await.0, 200);
    // What cannot be had is named in words, and no strange address is told.
    assert_eq!(
        (&files[1]["type"], &files[1]["url"], &files[1]["description"]),
        (&json!("unknown"), &Value::Null, &json!("perdue"))
    );
    assert!(text_of(&post["content"]).contains("https://elsewhere.example/p.png"));
}
