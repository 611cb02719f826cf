//! The gate: who is not invited gets nothing and costs nothing.

use super::{Scene, filled, many, routes};
use federation_tests::{Database, Node, eventually};
use http::{HeaderMap, Method};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

crate::on_both!(
    a_thousand_bogus_keys_cost_nothing,
    every_route_is_closed,
    strangers_come_in_through_nobody,
    a_broken_node_denies
);

async fn a_thousand_bogus_keys_cost_nothing(on: Database) {
    let scene = Scene::open(on).await;
    // It listens on every address of this machine, so that each of the hosts could be reached.
    let trap = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = trap.local_addr().unwrap().port();
    let caught = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&caught);
    let task = tokio::spawn(async move {
        while trap.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let before = scene.before().await;
    let body = scene.create("max", "dehors").to_string().into_bytes();
    let requests = (0..1000_u32).map(|number| {
        let host = format!("127.1.{}.{}", number / 250, number % 250 + 1);
        let key_id = format!("http://{host}:{port}/users/x#main-key");
        let (method, url, body) = match number % 3 {
            0 => (Method::POST, scene.inbox.clone(), body.clone()),
            1 => (Method::POST, scene.node.url("/people/alice/inbox"), body.clone()),
            _ => (Method::GET, scene.node.url("/people/alice"), Vec::new()),
        };
        let headers = scene.u.sign_as(&key_id, &method, &url, &body);
        let scene = &scene;
        async move { scene.send("bogus", method, &url, headers, body).await }
    });
    for said in many(20, requests).await {
        assert_eq!(said.status, 403, "{}", said.text);
        assert!(said.text.contains("not_a_peer"), "{}", said.text);
    }
    assert_eq!(caught.load(Ordering::SeqCst), 0);
    task.abort();
    scene.close(&before).await;
    assert!(
        scene
            .node
            .audited()
            .await
            .iter()
            .any(|reason| reason == "not_a_peer")
    );
}

/// Everything that is open to all. A change of this list is a change of what the world may see.
const OPEN: &[&str] = &[
    "GET /",
    "GET /.well-known/change-password",
    "GET /.well-known/host-meta",
    "GET /.well-known/nodeinfo",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/webfinger",
    "GET /about",
    "GET /actor",
    "GET /api/v1/instance",
    "GET /api/v2/instance",
    "GET /apple-touch-icon.png",
    "GET /auth/language",
    "GET /auth/sign_in",
    "GET /favicon.ico",
    "GET /health",
    "GET /invitations/{id}",
    "GET /invite/{code}",
    "GET /manifest.json",
    "GET /manifest.webmanifest",
    "GET /nodeinfo/2.0",
    "GET /nodeinfo/2.1",
    "GET /oauth/authorize",
    "GET /static/{file}",
    "POST /api/v1/apps",
    "POST /auth/sign_in",
    "POST /invite/{code}",
    "POST /oauth/revoke",
    "POST /oauth/token",
];

/// The web client's files, and the paths on which it answers its first page: the same bytes for everyone.
const CLIENT: &[&str] = &[
    "GET /@{username}",
    "GET /@{username}/{id}",
    "GET /@{username}/{id}/{part}",
    "GET /admin",
    "GET /admin/{section}",
    "GET /admin/{section}/{id}",
    "GET /assets/{file}",
    "GET /bookmarks",
    "GET /compose",
    "GET /conversations",
    "GET /design",
    "GET /favourites",
    "GET /g/{id}",
    "GET /g/{id}/{section}",
    "GET /groups",
    "GET /home",
    "GET /known",
    "GET /lists",
    "GET /lists/{id}",
    "GET /local",
    "GET /notifications",
    "GET /organisations",
    "GET /people",
    "GET /scheduled",
    "GET /search",
    "GET /settings",
    "GET /settings/{section}",
    "GET /signed-in",
    "GET /sw.js",
    "GET /tags/{name}",
];

async fn every_route_is_closed(on: Database) {
    let scene = Scene::open(on).await;
    let secret = "Le secret de la maison";
    let post = scene.alice.publish(secret, "public").await;
    let post_id = super::id(&post);
    let before = scene.before().await;

    let routes = routes().await;
    let all: BTreeSet<String> = routes
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let open: BTreeSet<String> = routes
        .iter()
        .filter(|route| route.access == "open")
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let written: BTreeSet<String> = OPEN.iter().chain(CLIENT).map(|name| (*name).to_owned()).collect();
    assert_eq!(open, written, "what is open is not what is written down");
    let paths: BTreeSet<String> = all
        .iter()
        .filter_map(|name| name.split_once(' '))
        .map(|(_, path)| path.to_owned())
        .collect();

    // Every method of every path; those that exist also with each Accept and the stranger's and the peer's signature.
    let mut probes = Vec::new();
    for path in &paths {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            let name = format!("{} {path}", if method == "HEAD" { "GET" } else { method });
            if written.contains(&name) {
                continue;
            }
            let exists = all.contains(&name) && method != "HEAD";
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let url = scene.node.url(&filled(path, &post_id));
            let body = if method == Method::GET || method == Method::HEAD {
                ""
            } else {
                "{}"
            };
            probes.push((
                name.clone(),
                method.clone(),
                url.clone(),
                HeaderMap::new(),
                body,
                exists,
            ));
            if !exists {
                continue;
            }
            for accept in ["text/html", "application/json", "application/ld+json", "*/*"] {
                let mut headers = HeaderMap::new();
                super::forge::put(&mut headers, "accept", accept);
                probes.push((
                    format!("{name} as {accept}"),
                    method.clone(),
                    url.clone(),
                    headers,
                    body,
                    true,
                ));
            }
            let by_u = scene.u.sign("mallory", &method, &url, body.as_bytes());
            probes.push((
                format!("{name} by U"),
                method.clone(),
                url.clone(),
                by_u,
                body,
                true,
            ));
            let mut bearer = HeaderMap::new();
            super::forge::put(&mut bearer, "authorization", "Bearer nonsense");
            probes.push((
                format!("{name} with a token"),
                method.clone(),
                url.clone(),
                bearer,
                body,
                true,
            ));
            if path.starts_with("/api/") || path.starts_with("/auth/") {
                let by_p = scene.p.sign("max", &method, &url, body.as_bytes());
                probes.push((format!("{name} by P"), method, url, by_p, body, true));
            }
        }
    }
    let answers = many(
        16,
        probes
            .into_iter()
            .map(|(what, method, url, headers, body, exists)| {
                let scene = &scene;
                async move {
                    let said = scene.send(&what, method, &url, headers, body.into()).await;
                    (what, said, exists)
                }
            }),
    )
    .await;
    let mut wrong = Vec::new();
    for (what, said, exists) in answers {
        let refused = match said.status {
            401 | 403 | 404 => true,
            // The invitation's own words for what cannot be read, and its limit.
            400 | 429 => what.contains("/invitations/"),
            405 => !exists,
            _ => false,
        };
        if !refused || said.text.contains(secret) {
            wrong.push(format!("{what}: {} {:.120}", said.status, said.text));
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));

    // What is open says nothing about people or posts.
    for name in OPEN.iter().filter(|name| name.starts_with("GET")) {
        let path = filled(name.trim_start_matches("GET "), &post_id);
        let said = scene
            .send(
                name,
                Method::GET,
                &scene.node.url(&path),
                HeaderMap::new(),
                Vec::new(),
            )
            .await;
        assert!(
            !said.text.contains(secret) && !said.text.contains("alice"),
            "{name}: {}",
            said.text
        );
        for count in ["user_count", "status_count", "domain_count", "localPosts"] {
            // Clients want the words; they say nothing.
            let count = format!("\"{count}\":");
            let rest = said.text.split(&count).nth(1).map(str::trim_start);
            assert!(
                rest.is_none_or(|rest| rest.starts_with("0,") || rest.starts_with("0}")),
                "{name}: {}",
                said.text
            );
        }
    }
    the_client_says_nothing(&scene, &post_id, secret).await;
    scene.close(&before).await;
}

/// With a built client its paths answer the same page, whether what they name is there or not; without one they are as
/// closed as all others.
async fn the_client_says_nothing(scene: &Scene, post_id: &str, secret: &str) {
    let page = move |path: String| async move {
        let url = scene.node.url(&path);
        let said = scene
            .send(&path, Method::GET, &url, HeaderMap::new(), Vec::new())
            .await;
        (said.status, said.text)
    };
    let (status, first) = page("/home".to_owned()).await;
    for name in CLIENT {
        let path = name.trim_start_matches("GET ");
        if path == "/sw.js" || path.starts_with("/assets/") {
            continue;
        }
        for id in [post_id, "1"] {
            let asked = filled(path, id);
            let (said, text) = page(asked.clone()).await;
            if status == 200 {
                assert_eq!((said, &text), (200, &first), "{path}");
            } else {
                assert!(matches!(said, 303 | 401 | 404), "{path}: {said}");
            }
            // The page for signing in leads back to what was asked.
            let text = text
                .replace(&asked, "")
                .replace(&federation_tests::client::escape(&asked), "");
            assert!(
                !text.contains(secret) && !text.contains("alice"),
                "{path}: {text}"
            );
        }
    }
}

async fn strangers_come_in_through_nobody(on: Database) {
    let scene = Scene::open(on).await;
    let max = scene.alice.find(&format!("@max@{}", scene.p.authority())).await;
    scene
        .alice
        .post(&format!("/api/v1/accounts/{max}/follow"), json!({}))
        .await
        .ok();
    let asked = eventually("the Follow", || async {
        scene
            .p
            .inbox()
            .into_iter()
            .find(|activity| activity["type"] == "Follow")
    })
    .await;
    let accept = scene
        .p
        .activity("max", "Accept", json!({ "object": asked["id"] }));
    assert_eq!(scene.post("accept", "max", &accept).await.status, 202);

    let public = "https://www.w3.org/ns/activitystreams#Public".to_owned();
    let words = "Ursule est entrée";
    let theirs = scene.u.note("mallory", words, std::slice::from_ref(&public));
    let audience = json!([scene.alice_uri(), format!("{}/followers", scene.p.person("max"))]);
    let mut under_p = theirs.clone();
    under_p["id"] = json!(format!("{}/notes/stolen", scene.p.origin));
    scene.p.serve_document("/notes/stolen", under_p.clone());
    let mut by_path = theirs.clone();
    by_path["id"] = json!(format!("{}/notes/alias", scene.p.origin));
    scene.p.serve_document("/notes/alias", theirs.clone());
    let collection = json!({
        "id": format!("{}/collections/1", scene.p.origin), "type": "OrderedCollection", "totalItems": 1,
        "orderedItems": [theirs.clone()], "attributedTo": scene.p.person("max"),
    });
    scene.p.serve_document("/collections/1", collection.clone());
    let activity = |kind: &str, object: serde_json::Value| {
        scene
            .p
            .activity("max", kind, json!({ "object": object, "to": audience }))
    };
    let mut reply = scene.note("max", "Réponse à une étrangère");
    reply["inReplyTo"] = theirs["id"].clone();
    reply["to"] = audience.clone();
    let mut deep = reply.clone();
    deep["id"] = json!(format!("{}/notes/deep", scene.p.origin));
    deep["inReplyTo"] = theirs.clone();
    let attempts = [
        ("announce by URL", activity("Announce", theirs["id"].clone())),
        ("announce embedded", activity("Announce", theirs.clone())),
        ("announce under P's id", activity("Announce", under_p.clone())),
        (
            "announce by P's URL",
            activity("Announce", json!(format!("{}/notes/stolen", scene.p.origin))),
        ),
        (
            "announce by P's alias",
            activity("Announce", json!(format!("{}/notes/alias", scene.p.origin))),
        ),
        (
            "announce of the activity",
            activity(
                "Announce",
                json!({
            "id": format!("{}/a/1", scene.u.origin), "type": "Create", "actor": scene.u.person("mallory"), "object": theirs }),
            ),
        ),
        ("create by URL", activity("Create", theirs["id"].clone())),
        ("create embedded", activity("Create", theirs.clone())),
        ("create under P's id", activity("Create", under_p)),
        (
            "announce of a collection",
            activity("Announce", collection.clone()),
        ),
        ("add of a collection", activity("Add", collection.clone())),
        ("a reply to it", activity("Create", reply)),
        ("a reply to it, embedded", activity("Create", deep)),
        ("a like of it", activity("Like", theirs["id"].clone())),
        ("a follow", activity("Follow", json!(scene.u.person("mallory")))),
    ];
    let quote = |name: &str, quoted: &serde_json::Value| {
        let mut note = scene.note("max", "Citation d'une étrangère");
        note["to"] = audience.clone();
        note[name] = quoted.clone();
        note["quoteAuthorization"] = json!(format!("{}/stamps/1", scene.u.origin));
        note["tag"] = json!([{
            "type": "Emoji", "id": format!("{}/e/x", scene.u.origin), "name": ":x:",
            "icon": { "type": "Image", "url": format!("{}/e.png", scene.u.origin) },
        }]);
        note
    };
    let also = |mut activity: serde_json::Value, name: &str, value: serde_json::Value| {
        activity[name] = value;
        activity
    };
    let (own, featured) = (
        quote("quote", &theirs["id"]),
        json!(format!("{}/featured", scene.p.person("max"))),
    );
    let more = vec![
        ("a quote of it", activity("Create", own.clone())),
        (
            "a quote of it, embedded",
            activity("Create", quote("quote", &theirs)),
        ),
        (
            "a quote of it in other words",
            activity("Create", quote("_misskey_quote", &theirs["id"])),
        ),
        (
            "a request to quote it",
            also(
                activity("QuoteRequest", theirs["id"].clone()),
                "instrument",
                own["id"].clone(),
            ),
        ),
        (
            "a request to quote with it",
            also(
                activity("QuoteRequest", json!(scene.node.url("/posts/1"))),
                "instrument",
                theirs.clone(),
            ),
        ),
        (
            "a reaction to it",
            also(
                activity("EmojiReact", theirs["id"].clone()),
                "content",
                json!("🎉"),
            ),
        ),
        (
            "it, pinned",
            also(activity("Add", theirs["id"].clone()), "target", featured.clone()),
        ),
        (
            "it, pinned and embedded",
            also(activity("Add", theirs.clone()), "target", featured),
        ),
        (
            "a report of it",
            activity("Flag", json!([scene.u.person("mallory"), theirs["id"]])),
        ),
    ];
    for (what, activity) in attempts.into_iter().chain(more) {
        let said = scene.post(what, "max", &activity).await;
        assert!(
            [202, 400, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    // max's own document names the stranger wherever it can.
    let mut actor = scene.p.document("/users/max");
    for name in [
        "featured",
        "outbox",
        "followers",
        "following",
        "alsoKnownAs",
        "movedTo",
    ] {
        actor[name] = json!(scene.u.person("mallory"));
    }
    actor["icon"] = json!({ "type": "Image", "url": format!("{}/icon.png", scene.u.origin) });
    actor["image"] = json!({ "type": "Image", "url": format!("{}/image.png", scene.u.origin) });
    scene.p.serve_document("/users/max", actor.clone());
    let update = scene
        .p
        .activity("max", "Update", json!({ "object": actor, "to": audience }));
    let said = scene.post("update of the actor", "max", &update).await;
    assert!(
        [202, 400, 403].contains(&said.status),
        "{} {}",
        said.status,
        said.text
    );

    let mut everything = scene.seen_by_alice().await;
    for path in [
        format!("/api/v1/accounts/{max}/statuses"),
        "/api/v2/search?q=Ursule&resolve=true".to_owned(),
        format!("/api/v2/search?q=mallory@{}&resolve=true", scene.u.authority()),
        "/api/v1/timelines/public?remote=true".to_owned(),
    ] {
        everything.push_str(&scene.alice.get(&path).await.text);
    }
    assert!(!everything.contains(words), "{everything}");
    scene.watched().await;
}

async fn a_broken_node_denies(on: Database) {
    let mut scene = Scene::open(on).await;
    let url = scene.alice_uri();
    assert_eq!(scene.fetch(&scene.p, "max", &url).await.status, 200);
    scene.node.kill().await;
    let toml = scene.node.dir().join("entrenous.toml");
    let written = std::fs::read(&toml).unwrap();
    // Cut inside a value: what is cut between two lines is a shorter configuration, with the closed defaults.
    let text = String::from_utf8(written.clone()).unwrap();
    let inside = text.find("\nlisten = \"").unwrap() + 14;
    let half = written.get(..inside).unwrap().to_vec();
    for (what, bytes) in [
        ("half of it", half),
        ("not UTF-8", vec![0xff; 64]),
        ("zeros", vec![0; 512]),
    ] {
        std::fs::write(&toml, bytes).unwrap();
        assert!(denies(&mut scene.node).await, "configuration: {what}");
    }
    std::fs::remove_file(&toml).unwrap();
    assert!(denies(&mut scene.node).await, "no configuration");
    std::fs::write(&toml, written).unwrap();

    // The key of the vault, and the database with the peer table.
    let key = scene.node.dir().join("vault.key");
    let bytes = std::fs::read(&key).unwrap();
    for wrong in [Vec::new(), bytes.get(..bytes.len() / 2).unwrap().to_vec()] {
        std::fs::write(&key, wrong).unwrap();
        assert!(denies(&mut scene.node).await, "a broken vault key");
    }
    std::fs::write(&key, bytes).unwrap();
    if let Some(name) = scene.node.database().map(str::to_owned) {
        let server = federation_tests::database::server_url();
        let mut of_node = url::Url::parse(&server).unwrap();
        of_node.set_path(&name);
        let emptied = std::process::Command::new("psql")
            .arg(of_node.as_str())
            .args(["-qc", "TRUNCATE peers CASCADE"])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(emptied.success());
        if scene.node.tries_to_serve().await {
            let said = scene.fetch(&scene.p, "max", &url).await;
            assert_eq!(said.status, 403, "{}", said.text);
            scene.node.kill().await;
        }
        federation_tests::database::drop_detached(&name);
        assert!(denies(&mut scene.node).await, "no database");
    } else {
        let path = scene.node.dir().join("entrenous.db");
        let bytes = std::fs::read(&path).unwrap();
        for side in ["entrenous.db-wal", "entrenous.db-shm"] {
            drop(std::fs::remove_file(scene.node.dir().join(side)));
        }
        for wrong in [bytes.get(..bytes.len() / 3).unwrap().to_vec(), vec![b'x'; 8192]] {
            std::fs::write(&path, wrong).unwrap();
            let served = scene.node.tries_to_serve().await;
            if served {
                let said = scene
                    .http
                    .get(&url)
                    .headers(scene.p.sign("max", &Method::GET, &url, b""))
                    .send()
                    .await
                    .unwrap();
                assert_ne!(said.status().as_u16(), 200);
                scene.node.kill().await;
            }
        }
    }
    scene.contacted_only(&BTreeSet::from([scene.p.authority().to_owned()]));
}

async fn denies(node: &mut Node) -> bool {
    !node.tries_to_serve().await
}
