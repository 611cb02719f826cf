//! What a peer serves when it is asked.

use super::{Scene, many};
use axum::body::Bytes;
use federation_tests::Database;
use federation_tests::mock::Reply;
use http::Method;
use serde_json::{Value, json};

crate::on_both!(actors_that_lead_elsewhere, objects_that_lead_elsewhere);

/// Every way to serve a document wrongly.
fn misdeeds(scene: &Scene, honest: &Value, other: &Value) -> Vec<(&'static str, Reply)> {
    let text = Bytes::from(honest.to_string());
    let bytes = |content_type, bytes| Reply::Bytes(content_type, Vec::new(), bytes);
    let mut long = honest.clone();
    long["summary"] = json!("a".repeat(10 * 1024 * 1024));
    let bomb = Reply::Bytes(
        "application/activity+json",
        vec![("content-encoding", "gzip")],
        Bytes::from(vec![0x1f; 4096]),
    );
    vec![
        (
            "redirect to a stranger",
            Reply::Redirect(format!("{}/users/mallory", scene.u.origin)),
        ),
        (
            "redirect to another actor",
            Reply::Redirect(scene.p.person("mona")),
        ),
        ("redirect to itself", Reply::Redirect("?".to_owned())),
        (
            "redirect to a file",
            Reply::Redirect("file:///etc/passwd".to_owned()),
        ),
        ("as HTML", bytes("text/html", text.clone())),
        ("as plain text", bytes("text/plain", text)),
        (
            "another's document",
            bytes("application/activity+json", Bytes::from(other.to_string())),
        ),
        (
            "no JSON",
            bytes("application/activity+json", Bytes::from_static(b"<html>")),
        ),
        ("nothing", bytes("application/activity+json", Bytes::new())),
        (
            "ten megabytes",
            bytes("application/activity+json", Bytes::from(long.to_string())),
        ),
        (
            "deep",
            bytes(
                "application/activity+json",
                Bytes::from(format!("{{\"x\":{}", "[".repeat(400_000))),
            ),
        ),
        ("compressed", bomb),
        ("slow", Reply::Slow),
        ("endless", Reply::Endless),
        ("silent", Reply::Silent),
    ]
}

async fn actors_that_lead_elsewhere(on: Database) {
    let scene = Scene::open(on).await;
    let before = scene.before().await;
    let mona = scene.p.document("/users/mona");
    let mut theirs = mona.clone();
    let text = theirs.to_string().replace(&scene.p.origin, &scene.u.origin);
    theirs = serde_json::from_str(&text).unwrap();
    let mut all = misdeeds(&scene, &mona, &mona);
    all.push((
        "the stranger's document",
        Reply::Bytes(
            "application/activity+json",
            Vec::new(),
            Bytes::from(theirs.to_string()),
        ),
    ));
    let requests = all.into_iter().enumerate().map(|(number, (what, reply))| {
        let name = format!("bad{number}");
        scene.p.put_person(&name);
        scene.p.serve_reply(&format!("/users/{name}"), reply);
        let create = scene.create(&name, "d'un mauvais acteur");
        let scene = &scene;
        async move { (what, name.clone(), scene.post(what, &name, &create).await) }
    });
    for (what, name, said) in many(20, requests).await {
        assert!(
            [400, 401, 403, 503].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
        let line = format!("GET /users/{name}");
        let asked = scene.p.seen().iter().filter(|seen| seen.line == line).count();
        assert!(asked <= 2, "{what}: asked {asked} times");
    }
    // Keys that are not where they say: the path of another's document, a key of another owner.
    scene.p.put_person("twin");
    let mut twin = scene.p.document("/users/twin");
    twin["publicKey"]["owner"] = json!(scene.p.person("mona"));
    scene.p.serve_document("/users/twin", twin);
    let create = scene.create("twin", "d'un mauvais acteur");
    let said = scene.post("a key of another owner", "twin", &create).await;
    assert!([401, 403].contains(&said.status), "{} {}", said.status, said.text);
    let body = scene
        .create("mona", "d'un mauvais acteur")
        .to_string()
        .into_bytes();
    for (path, to) in [
        ("/keys/away", scene.u.person("mallory")),
        (
            "/keys/plain",
            format!("{}/keys/mona", scene.p.origin.replace("http:", "ftp:")),
        ),
        ("/keys/other", scene.p.person("mona")),
    ] {
        scene.p.serve_reply(path, Reply::Redirect(to));
    }
    for key_id in [
        format!("{}/keys/away", scene.p.origin),
        format!("{}/keys/plain", scene.p.origin),
        format!("{}/keys/other", scene.p.origin),
        format!("{}/users/mona?x=1#main-key", scene.p.origin),
        format!("{}/keys/mona", scene.p.origin),
        format!(
            "{}/users/mona#main-key",
            scene.p.origin.replace("http:", "https:")
        ),
        format!("{}/users/../users/mona#main-key", scene.p.origin),
        format!(
            "{}/users/mona#main-key",
            scene.p.origin.replace("http://", "http://max@")
        ),
        format!("{}#main-key", scene.p.person("max")),
    ] {
        scene.p.serve_document("/keys/mona", mona["publicKey"].clone());
        let headers = scene.p.sign_as(&key_id, &Method::POST, &scene.inbox, &body);
        let said = scene
            .send(&key_id, Method::POST, &scene.inbox, headers, body.clone())
            .await;
        assert!(
            [400, 401, 403, 503].contains(&said.status),
            "{key_id}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
}

async fn objects_that_lead_elsewhere(on: Database) {
    let scene = Scene::open(on).await;
    // Known first, so that the keys cost nothing.
    assert_eq!(
        scene
            .post("max", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    let before = scene.before().await;
    let honest = scene.note("max", "jamais vu");
    let other = scene.p.note("mona", "jamais vu", &[scene.alice_uri()]);
    // Where they say that they are, they are not: asked there, they would be genuine.
    for note in [&honest, &other] {
        let path = note["id"]
            .as_str()
            .unwrap()
            .strip_prefix(&scene.p.origin)
            .unwrap();
        scene.p.serve_reply(path, Reply::Status(404));
    }
    let mut requests = Vec::new();
    for (number, (what, reply)) in misdeeds(&scene, &honest, &other).into_iter().enumerate() {
        scene.p.serve_reply(&format!("/notes/bad{number}"), reply);
        for kind in ["Create", "Announce"] {
            let object = format!("{}/notes/bad{number}", scene.p.origin);
            let activity = scene.p.activity(
                "max",
                kind,
                json!({ "object": object, "to": [scene.alice_uri()] }),
            );
            requests.push((what, number, activity));
        }
    }
    let scene_ref = &scene;
    let answers = many(
        40,
        requests.into_iter().map(|(what, number, activity)| async move {
            (what, number, scene_ref.post(what, "max", &activity).await)
        }),
    )
    .await;
    for (what, number, said) in answers {
        assert!(
            [202, 400, 403, 503].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
        let line = format!("GET /notes/bad{number}");
        let asked = scene.p.seen().iter().filter(|seen| seen.line == line).count();
        assert!(asked <= 4, "{what}: asked {asked} times");
    }
    scene.close(&before).await;
}
