//! What is tried under each contract, and what came of it.

use super::expected::Crossed;
use super::scene::{Never, Scene, file_of};
use federation_tests::contents::Contents;
use federation_tests::mock::Seen;
use federation_tests::{eventually, picture};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Of what nothing uses yet: what a peer could send of it.
const UNUSED: [(&str, &str); 6] = [
    ("Create", "ChatMessage"),
    ("Create", "Document"),
    ("Invite", "Call"),
    ("Join", "Group"),
    ("Announce", "Group"),
    ("Offer", "Introduction"),
];

/// Where such things could be asked for.
const UNUSED_PATHS: [&str; 5] = [
    "/chats/1",
    "/documents/1",
    "/calls/1",
    "/groups/1",
    "/introductions/1",
];

pub(super) async fn all(scene: &mut Scene, case: usize, expected: &Crossed) -> Crossed {
    let mut crossed = BTreeMap::new();
    receive(scene, case, expected, &mut crossed).await;
    send_and_serve(scene, case, expected, &mut crossed).await;
    fetch(scene, case, expected, &mut crossed).await;
    crossed
}

/// The peer posts to the node's inbox.
async fn receive(scene: &mut Scene, case: usize, expected: &Crossed, crossed: &mut Crossed) {
    let network = scene.peer.network();
    let note = scene
        .peer
        .mock
        .note("nina", &format!("Pour tous {case}"), &[network]);
    scene.give("nina", "Create", note.clone()).await;
    crossed.insert(
        "receive: a post for the network",
        scene.known(&note).await.is_some(),
    );

    let mut note = scene.note_to_ada(&format!("Pour Ada {case}"));
    let picture = scene.serve_picture(&format!("note-{case}"));
    note["attachment"] = json!([{ "type": "Image", "mediaType": "image/png", "url": picture }]);
    scene.give("max", "Create", note.clone()).await;
    let taken = scene.known(&note).await;
    crossed.insert("receive: a post to one person", taken.is_some());
    let mut file = false;
    if let Some(id) = &taken {
        let there = async || {
            let post = scene.ada.get(&format!("/api/v1/statuses/{id}")).await.ok();
            post["media_attachments"][0]["url"].is_string().then_some(())
        };
        if expected["receive: a file"] {
            eventually("the file", &there).await;
        } else {
            let never = Never {
                case,
                what: "receive: a file",
            };
            scene.no_files.push((never, format!("/api/v1/statuses/{id}")));
        }
        file = there().await.is_some();
    }
    crossed.insert("receive: a file", file);

    let follow = json!(scene.node.url("/people/fred"));
    scene.give("max", "Follow", follow.clone()).await;
    let followers = async || {
        let fred = scene.fred.get("/api/v1/accounts/verify_credentials").await.ok();
        fred["followers_count"].as_u64().unwrap()
    };
    crossed.insert("receive: a follow", followers().await == 1);
    let (max, origin) = (scene.peer.mock.person("max"), &scene.peer.mock.origin);
    let again =
        json!({ "id": format!("{origin}/follows/{case}"), "type": "Follow", "actor": max, "object": follow });
    assert_eq!(scene.give("max", "Undo", again).await.0, 202);
    assert_eq!(
        followers().await,
        0,
        "what is taken back is taken back whatever the contract says"
    );

    let liked = format!("/api/v1/statuses/{}", scene.own["id"].as_str().unwrap());
    let likes = async || {
        scene.ada.get(&liked).await.ok()["favourites_count"]
            .as_u64()
            .unwrap()
    };
    scene.give("max", "Like", scene.own["uri"].clone()).await;
    crossed.insert("receive: a favourite", likes().await == 1);
    let again = json!({ "id": format!("{origin}/likes/{case}"), "type": "Like", "actor": max, "object": scene.own["uri"] });
    assert_eq!(scene.give("max", "Undo", again).await.0, 202);
    assert_eq!(likes().await, 0);

    scene.peer.put_person("max", &profile(case, None));
    scene
        .give("max", "Update", scene.peer.mock.document("/users/max"))
        .await;
    let now = scene
        .ada
        .get(&format!("/api/v1/accounts/{}", scene.max))
        .await
        .ok();
    crossed.insert("receive: a profile", now["display_name"] == format!("Nom {case}"));
    crossed.insert(
        "receive: a profile's text",
        holds(&now["note"], &format!("Texte {case}.")),
    );
    crossed.insert(
        "receive: a profile's fields",
        holds(&now["fields"], &format!("Équipe {case}.")),
    );

    for (kind, name) in UNUSED {
        let object = json!({
            "type": name, "id": format!("{origin}/unused/{case}/{name}"), "attributedTo": max, "actor": max,
            "name": "Inutilisé", "content": "<p>Inutilisé</p>", "to": [scene.node.url("/people/ada")],
        });
        scene.give("max", kind, object).await;
    }
}

fn profile(case: usize, icon: Option<String>) -> Value {
    let mut all = json!({
        "name": format!("Nom {case}"), "summary": format!("<p>Texte {case}.</p>"),
        "attachment": [{ "type": "PropertyValue", "name": "Équipe", "value": format!("Équipe {case}.") }],
    });
    if let Some(icon) = icon {
        all["icon"] = json!({ "type": "Image", "mediaType": "image/png", "url": icon });
    }
    all
}

fn holds(value: &Value, text: &str) -> bool {
    value.to_string().contains(text)
}

/// The node's people write, and the peer asks for what they have written.
async fn send_and_serve(scene: &mut Scene, case: usize, expected: &Crossed, crossed: &mut Crossed) {
    let before = scene.peer.mock.seen().len();
    let mut file = None;
    if let Some((post, had)) = scene.before.take() {
        // Its file can be posted again.
        file = Some(post["media_attachments"][0]["id"].clone());
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
        scene.ada.delete(&path).await.ok();
        scene.quiet().await;
        let gone =
            |one: &Seen| one.body["type"] == "Delete" && holds(&one.body, post["uri"].as_str().unwrap());
        assert_eq!(
            scene.since(before).iter().any(gone),
            had,
            "what was given is taken back"
        );
    }
    let network = scene.nora.publish(&format!("Le réseau {case}."), "public").await;
    let file = match file {
        Some(file) => file,
        None => {
            let png = picture::png(40, 40, &[], &[200, 30, 30].repeat(1_600), 40);
            scene.ada.upload(png, "Un mur").await.ok()["id"].clone()
        }
    };
    let text = format!("Les abonnés {case}.");
    let post = json!({ "status": text, "visibility": "public", "media_ids": [file] });
    let post = scene.ada.post("/api/v1/statuses", post).await.ok();
    let direct = format!("Toi seul {case}. @max@{}", scene.peer.mock.authority());
    let direct = scene.ada.publish(&direct, "direct").await;
    let liked = format!("/api/v1/statuses/{}", scene.liked);
    scene
        .ada
        .post(&format!("{liked}/favourite"), json!({}))
        .await
        .ok();
    let paul = format!("/api/v1/accounts/{}", scene.paul);
    let follow = scene.ada.post(&format!("{paul}/follow"), json!({})).await;
    assert!([200, 422].contains(&follow.status), "{}", follow.text);
    let change = json!({
        "note": format!("Moi {case}."),
        "fields_attributes": [{ "name": "Bureau", "value": format!("Bureau {case}.") }],
    });
    let changed = scene
        .ada
        .try_send("PATCH", "/api/v1/accounts/update_credentials", Some(change));
    changed.await.unwrap().ok();
    scene.quiet().await;

    let seen = scene.since(before);
    let sent = |kind: &str, text: &str| -> Option<&Value> {
        let is =
            |one: &&Seen| one.line.starts_with("POST") && one.body["type"] == kind && holds(&one.body, text);
        seen.iter().find(is).map(|one| &one.body)
    };
    let mut put = |what: &'static str, came: bool| crossed.insert(what, came);
    put(
        "send: a post for the network",
        sent("Create", &format!("Le réseau {case}.")).is_some(),
    );
    let followers = sent("Create", &text);
    put("send: a post to followers", followers.is_some());
    let with_file = followers.is_some_and(|one| holds(&one["object"]["attachment"], "\"url\""));
    put("send: a file", with_file);
    put(
        "send: a post to one person",
        sent("Create", &format!("Toi seul {case}.")).is_some(),
    );
    let favourite = sent("Like", "").is_some();
    put("send: a favourite", favourite);
    let asked = sent("Follow", &scene.peer.mock.person("paul")).is_some();
    put("send: a follow", asked);
    let update = sent("Update", "/people/ada").map_or(Value::Null, |one| one["object"].clone());
    put("send: a profile", update.is_object());
    put(
        "send: a profile's text",
        holds(&update["summary"], &format!("Moi {case}.")),
    );
    put(
        "send: a profile's fields",
        holds(&update["attachment"], &format!("Bureau {case}.")),
    );
    put("send: a profile's picture", update["icon"].is_object());
    for (what, text) in [
        ("send: a post for the network", format!("Le réseau {case}.")),
        ("send: a post to followers", text),
        ("send: a post to one person", format!("Toi seul {case}.")),
        ("send: a profile's text", format!("Moi {case}.")),
        ("send: a profile's fields", format!("Bureau {case}.")),
    ] {
        if !expected[what] {
            scene.no_words.push((Never { case, what }, text));
        }
    }

    let before = scene.peer.mock.seen().len();
    scene
        .ada
        .post(&format!("{liked}/unfavourite"), json!({}))
        .await
        .ok();
    scene.ada.post(&format!("{paul}/unfollow"), json!({})).await.ok();
    scene.quiet().await;
    let undone = scene.since(before);
    let undone = |kind: &str| {
        undone
            .iter()
            .any(|one| one.body["type"] == "Undo" && one.body["object"]["type"] == kind)
    };
    assert!(!favourite || undone("Like"), "a favourite is taken back");
    assert!(!asked || undone("Follow"), "a follow is taken back");

    serve(scene, case, [&network, &post, &direct], crossed).await;
    let had = crossed["send: a post to followers"];
    scene.before = Some((post, had));
}

/// The peer asks.
async fn serve(scene: &Scene, case: usize, [network, post, direct]: [&Value; 3], crossed: &mut Crossed) {
    let get = async |path: &str| {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            scene.node.url(path)
        };
        let answer = scene.peer.get(&url).await;
        assert!([200, 404].contains(&answer.status), "{path}: {}", answer.status);
        (answer.status == 200).then_some(answer.text)
    };
    let handle = |name: &str| {
        format!(
            "/.well-known/webfinger?resource=acct:{name}@{}",
            scene.node.authority
        )
    };
    let uri = |post: &Value| post["uri"].as_str().unwrap().to_owned();
    let mut put = |what: &'static str, came: bool| crossed.insert(what, came);
    put("serve: a stranger", get("/people/stan").await.is_some());
    put("serve: a stranger's handle", get(&handle("stan")).await.is_some());
    put("serve: a person's handle", get(&handle("ada")).await.is_some());
    let ada = get("/people/ada").await;
    put("serve: a person", ada.is_some());
    let ada: Value = ada.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    put(
        "serve: a person's text",
        holds(&ada["summary"], &format!("Moi {case}.")),
    );
    put(
        "serve: a person's fields",
        holds(&ada["attachment"], &format!("Bureau {case}.")),
    );
    put("serve: a person's picture", ada["icon"].is_object());
    put("serve: followers", get("/people/ada/followers").await.is_some());
    put(
        "serve: a post for the network",
        get(&uri(network)).await.is_some(),
    );
    let seen = get(&uri(post)).await.is_some();
    assert_eq!(get(&uri(direct)).await.is_some(), seen);
    assert_eq!(get(&format!("{}/activity", uri(post))).await.is_some(), seen);
    put("serve: a post to followers", seen);
    put(
        "serve: replies",
        get(&format!("{}/replies", uri(post))).await.is_some(),
    );
    let outbox = get("/people/ada/outbox?page=true").await;
    put(
        "serve: an outbox",
        outbox.is_some_and(|text| text.contains(&uri(post))),
    );
    put("serve: a file", get(&file_of(post)).await.is_some());
    let mut unused = false;
    for path in UNUSED_PATHS {
        unused |= get(path).await.is_some();
    }
    put("documents, chats, calls, groups and introductions", unused);
}

/// The node's people look things up at the peer.
async fn fetch(scene: &mut Scene, case: usize, expected: &Crossed, crossed: &mut Crossed) {
    let name = format!("une{case}");
    let picture = scene.serve_picture(&name);
    scene.peer.put_person(&name, &profile(case, Some(picture)));
    let before = scene.peer.mock.seen().len();
    let handle = format!("@{name}@{}", scene.peer.mock.authority());
    let found = scene.looked_up(&handle, "accounts", true).await;
    let asked = |one: &Seen| one.line.starts_with("GET /.well-known/webfinger");
    let mut put = |what: &'static str, came: bool| crossed.insert(what, came);
    put("fetch: a handle", scene.since(before).iter().any(asked));
    put("fetch: a person by handle", found.is_object());
    put(
        "fetch: a person's text",
        holds(&found["note"], &format!("Texte {case}.")),
    );
    put(
        "fetch: a person's fields",
        holds(&found["fields"], &format!("Équipe {case}.")),
    );
    let line = format!("GET /pictures/{name}.png");
    let wanted = expected["fetch: a person's picture"] && found.is_object();
    let taken = || scene.since(before).iter().any(|one| one.line == line);
    if wanted {
        eventually("the picture", || async { taken().then_some(()) }).await;
    }
    put("fetch: a person's picture", taken());
    if !wanted {
        let never = Never {
            case,
            what: "fetch: a person's picture",
        };
        scene.no_pictures.push((never, line));
    }

    let name = format!("autre{case}");
    scene.peer.put_person(&name, &json!({}));
    let found = scene
        .looked_up(&scene.peer.mock.person(&name), "accounts", true)
        .await;
    put("fetch: a person by address", found.is_object());

    let before = scene.peer.mock.seen().len();
    let network = [scene.peer.network()];
    let note = scene.peer.mock.note("nina", &format!("Cherche {case}"), &network);
    let found = scene
        .looked_up(note["id"].as_str().unwrap(), "statuses", true)
        .await;
    put("fetch: a post for the network", found.is_object());
    let asked = |one: &Seen| {
        note["id"]
            .as_str()
            .unwrap()
            .ends_with(one.line.trim_start_matches("GET "))
    };
    put(
        "fetch: any post is asked for",
        scene.since(before).iter().any(asked),
    );
    let note = scene.note_to_ada(&format!("Trouve {case}"));
    scene.peer.mock.serve_document(
        note["id"]
            .as_str()
            .unwrap()
            .trim_start_matches(&scene.peer.mock.origin),
        note.clone(),
    );
    let found = scene
        .looked_up(note["id"].as_str().unwrap(), "statuses", true)
        .await;
    put("fetch: a post to one person", found.is_object());
}

/// What must never have happened has not happened since either.
pub(super) async fn afterwards(scene: &Scene) -> Vec<String> {
    scene.quiet().await;
    let seen = scene.peer.mock.seen();
    let mut wrong = Vec::new();
    for (never, line) in &scene.no_pictures {
        if seen.iter().any(|one| &one.line == line) {
            wrong.push(format!("case {}: {} later", never.case, never.what));
        }
    }
    for (never, text) in &scene.no_words {
        let posted = |one: &&Seen| one.line.starts_with("POST") && holds(&one.body, text);
        if seen.iter().any(|one| posted(&one)) {
            wrong.push(format!("case {}: {} later", never.case, never.what));
        }
    }
    for (never, path) in &scene.no_files {
        let post = scene.ada.get(path).await.ok();
        if post["media_attachments"][0]["url"].is_string() {
            wrong.push(format!("case {}: {} later", never.case, never.what));
        }
    }
    for (table, rows) in Contents::open(&scene.node).now() {
        if rows.iter().any(|row| row.contains("Inutilisé")) {
            wrong.push(format!("what nothing uses is in {table}"));
        }
    }
    wrong
}
