//! What one may not see does not exist.

use super::{Scene, filled, id, many, routes};
use chrono::TimeDelta;
use federation_tests::{Client, Database, MockPeer, eventually, mock};
use http::Method;
use serde_json::json;

crate::on_both!(
    a_peer_without_followers_sees_nothing,
    private_notes_stay_where_they_were_sent,
    other_peoples_ids_do_not_exist,
    a_secret_groups_post_is_nowhere
);

async fn a_peer_without_followers_sees_nothing(on: Database) {
    let scene = Scene::open(on).await;
    let dave = scene.node.person("dave").await;
    let hidden = [
        scene.alice.publish("Pour mes abonnés", "private").await,
        scene.alice.publish("Pour @dave seulement", "direct").await,
        {
            let post = scene.alice.publish("Pour @dave, puis rien", "direct").await;
            scene
                .alice
                .delete(&format!("/api/v1/statuses/{}", id(&post)))
                .await
                .ok();
            post
        },
    ];
    let follow = dave.find("@alice").await;
    dave.post(&format!("/api/v1/accounts/{follow}/follow"), json!({}))
        .await
        .ok();
    let unknown: String = id(&hidden[0])
        .chars()
        .rev()
        .collect::<String>()
        .replacen('0', "1", 1);
    for post in &hidden {
        let post = id(post);
        for (path, as_id) in [
            ("/posts/", ""),
            ("/posts/", "/activity"),
            ("/posts/", "/replies"),
            ("/posts/", "/files/1"),
            ("/posts/", "/files/1/poster"),
            ("/activities/", ""),
        ] {
            for name in ["max", "instance"] {
                let url = scene.node.url(&format!("{path}{post}{as_id}"));
                let said = scene.fetch(&scene.p, name, &url).await;
                let missing = scene.node.url(&format!("{path}{unknown}{as_id}"));
                let missing = scene.fetch(&scene.p, name, &missing).await;
                assert_eq!(said.status, 404, "{url}: {}", said.text);
                assert_eq!(said, missing, "{url}");
            }
        }
        let page = scene.node.url(&format!("/@alice/{post}"));
        let said = scene
            .send("page", Method::GET, &page, http::HeaderMap::new(), Vec::new())
            .await;
        let missing = scene.node.url(&format!("/@alice/{unknown}"));
        let missing = scene
            .send("page", Method::GET, &missing, http::HeaderMap::new(), Vec::new())
            .await;
        assert_eq!(said.status, missing.status);
    }
    for path in [
        "/people/alice/outbox",
        "/people/alice/outbox?page=true",
        "/people/alice/outbox?page=1",
        "/people/alice/followers",
        "/people/alice/following",
        "/people/alice",
        "/network",
        "/actor/outbox",
    ] {
        let said = scene.fetch(&scene.p, "max", &scene.node.url(path)).await;
        assert!(
            said.status == 200 || said.status == 404,
            "{path}: {}",
            said.status
        );
        for word in ["Pour mes", "seulement", "puis rien", "dave", "totalItems"] {
            assert!(!said.text.contains(word), "{path}: {}", said.text);
        }
    }
    // People who are not there and people whom the contract does not show look alike; nobody is told from nobody.
    let one = scene
        .fetch(&scene.p, "max", &scene.node.url("/people/nobody"))
        .await;
    let two = scene
        .fetch(&scene.p, "max", &scene.node.url("/people/nobody2"))
        .await;
    assert_eq!((one.status, &one), (404, &two));
    scene.watched().await;
}

async fn private_notes_stay_where_they_were_sent(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    // dave follows max, so that whatever max passes on would reach him.
    let dave = scene.node.person("dave").await;
    let max = dave.find(&format!("@max@{}", scene.p.authority())).await;
    dave.post(&format!("/api/v1/accounts/{max}/follow"), json!({}))
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

    let words = "Entre Quentin et Alice";
    let mut secret = q.note("quentin", words, &[scene.alice_uri()]);
    secret["tag"] = json!([{ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" }]);
    let create = q.activity(
        "quentin",
        "Create",
        json!({ "object": secret, "to": [scene.alice_uri()] }),
    );
    let (status, said) = q.post("quentin", &scene.inbox, &create).await;
    assert_eq!(status, 202, "{said}");
    eventually("the note", || async {
        scene.seen_by_alice().await.contains(words).then_some(())
    })
    .await;
    let before = scene.before().await;

    let everyone = json!([
        "https://www.w3.org/ns/activitystreams#Public",
        scene.node.url("/people/dave"),
        scene.alice_uri(),
        format!("{}/followers", scene.p.person("max"))
    ]);
    let mut wide = secret.clone();
    wide["to"] = everyone.clone();
    let mut under_p = wide.clone();
    under_p["id"] = json!(format!("{}/notes/copy", scene.p.origin));
    let collection = json!({ "id": format!("{}/c/1", scene.p.origin), "type": "OrderedCollection", "orderedItems": [wide.clone()] });
    let activity = |kind: &str, object: serde_json::Value| {
        scene
            .p
            .activity("max", kind, json!({ "object": object, "to": everyone }))
    };
    let mut by_q = create.clone();
    by_q["to"] = everyone.clone();
    by_q["object"] = wide.clone();
    for (what, activity) in [
        ("announced", activity("Announce", secret["id"].clone())),
        ("announced, wide", activity("Announce", wide.clone())),
        ("announced activity", activity("Announce", by_q.clone())),
        ("created again", activity("Create", wide.clone())),
        ("updated", activity("Update", wide.clone())),
        ("under P's id", activity("Create", under_p)),
        ("in a collection", activity("Announce", collection.clone())),
        ("added", activity("Add", collection)),
        ("Q's activity", by_q.clone()),
    ] {
        let said = scene.post(what, "max", &activity).await;
        assert!(
            [202, 400, 401, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    // Q itself, later and wider: the audience of a known post does not change.
    by_q["id"] = json!(format!("{}/activities/wider", q.origin));
    let wider = q.activity("quentin", "Update", json!({ "object": wide, "to": everyone }));
    for activity in [by_q, wider] {
        let (status, said) = q.post("quentin", &scene.inbox, &activity).await;
        assert!([202, 403].contains(&status), "{status} {said}");
    }
    let mut everything = String::new();
    for path in [
        "/api/v1/timelines/home".to_owned(),
        "/api/v1/timelines/public".to_owned(),
        "/api/v1/notifications".to_owned(),
        "/api/v1/conversations".to_owned(),
        "/api/v2/search?q=Quentin".to_owned(),
        format!("/api/v1/accounts/{max}/statuses"),
    ] {
        everything.push_str(&dave.get(&path).await.text);
    }
    assert!(!everything.contains(words), "{everything}");
    scene.close(&before).await;
}

async fn other_peoples_ids_do_not_exist(on: Database) {
    let scene = Scene::open(on).await;
    scene.node.person("dave").await;
    // Scopes that only those who administer or moderate can use open nothing to him.
    let scopes = "read write follow push admin:read admin:write";
    let token = ["token", "create", "--username", "dave", "--scopes", scopes];
    let dave = scene.node.client(&scene.node.command(&token).await);
    let private = scene.alice.publish("Mes pensées", "private").await;
    let direct = scene.alice.publish("Note à moi-même", "direct").await;
    assert_eq!(
        scene
            .post("mention", "max", &scene.create("max", "pour Alice"))
            .await
            .status,
        202
    );
    let notification = eventually("the mention", || async {
        scene
            .alice
            .get("/api/v1/notifications")
            .await
            .ok()
            .as_array()?
            .first()
            .cloned()
    })
    .await;
    let groups = scene.alice.get("/api/v2/notifications").await.ok();
    let told = groups["notification_groups"][0]["group_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let tokens = scene.alice.get("/api/entrenous/v1/tokens").await.ok();
    let sessions = scene.alice.get("/api/entrenous/v1/sessions").await.ok();
    let new =
        json!({ "title": "À moi", "context": ["home"], "keywords_attributes": [{ "keyword": "pensées" }] });
    let filter = scene.alice.post("/api/v2/filters", new).await.ok();
    let path = format!("/api/v2/filters/{}/statuses", id(&filter));
    let status = scene
        .alice
        .post(&path, json!({ "status_id": notification["status"]["id"] }))
        .await
        .ok();
    let (filter, keyword, status) = (id(&filter), id(&filter["keywords"][0]), id(&status));
    let tomorrow = (mock::now() + TimeDelta::days(1)).to_rfc3339();
    let later = json!({ "status": "Pas encore", "scheduled_at": tomorrow });
    let later = scene.alice.post("/api/v1/statuses", later).await.ok();
    let talks = scene.alice.get("/api/v1/conversations").await.ok();
    let tag = scene
        .alice
        .post("/api/v1/featured_tags", json!({ "name": "idées" }))
        .await
        .ok();
    let new = json!({ "display_name": "Entre nous seules", "kind": "secret" });
    let group = id(&scene.alice.post("/api/v1/groups", new).await.ok());
    let owner = scene.node.signed_in("owner").await;
    let whom = id(&scene.alice.get("/api/v1/accounts/lookup?acct=owner").await.ok());
    let report = json!({ "account_id": whom, "comment": "pensées" });
    scene.alice.post("/api/v1/reports", report).await.ok();
    let reports = owner.get("/api/v1/admin/reports").await.ok();
    let before = scene.before().await;

    let (private, direct, received) = (id(&private), id(&direct), id(&notification["status"]));
    let mut probes: Vec<(Method, String, String)> = Vec::new();
    for route in routes().await {
        let path = &route.path;
        let secret: Vec<&str> = if path.contains("/statuses/{id}") {
            vec![&private, &direct, &received]
        } else if path.contains("/scheduled_statuses/{id}") {
            vec![later["id"].as_str().unwrap()]
        } else if path.contains("/featured_tags/{id}") {
            vec![tag["id"].as_str().unwrap()]
        } else if path.contains("/v1/admin/reports/{id}") {
            vec![reports[0]["id"].as_str().unwrap()]
        } else if path.contains("/conversations/{id}") {
            vec![talks[0]["id"].as_str().unwrap()]
        } else if path.contains("/notifications/{id}") {
            vec![notification["id"].as_str().unwrap()]
        } else if path.contains("/notifications/{group_key}") {
            vec![&told]
        } else if path.contains("/groups/{id}") || path.ends_with("/timelines/group/{id}") {
            vec![&group]
        } else if path.ends_with("/tokens/{id}") {
            tokens
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|token| token["id"].as_str())
                .collect()
        } else if path.ends_with("/sessions/{id}") {
            sessions
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|token| token["id"].as_str())
                .collect()
        } else if path.contains("/v2/filters/{id}") {
            vec![&filter]
        } else if path.ends_with("/filters/statuses/{id}") {
            vec![&status]
        } else if path.ends_with("/v1/filters/{id}") || path.ends_with("/filters/keywords/{id}") {
            vec![&keyword]
        } else if ["/lists/{id}", "/polls/{id}", "/timelines/list/{id}"]
            .iter()
            .any(|end| path.ends_with(end))
        {
            vec![&private]
        } else {
            continue;
        };
        for one in secret {
            probes.push((
                route.method.clone(),
                filled(path, one),
                filled(path, "116000000000000001"),
            ));
        }
    }
    assert!(probes.len() > 60, "{}", probes.len());
    let mut wrong = Vec::new();
    for (method, path, missing) in probes {
        let send = |path: String| {
            let body = (method != Method::GET).then(|| json!({ "status": "à moi" }));
            let (dave, method) = (&dave, method.as_str().to_owned());
            async move { dave.try_send(&method, &path, body).await.unwrap() }
        };
        let (said, unknown) = (send(path.clone()).await, send(missing).await);
        // Dismissing what is not one's own, or not there, is the same nothing.
        let nothing = path.ends_with("/dismiss") && said.status == 200 && unknown.status == 200;
        // The web client's first page is the same for everyone, whatever the address asks for.
        let page = !path.starts_with("/api/") && said.status == 200;
        // Who does not moderate removes no post of others, whatever the id.
        let refused = path.starts_with("/api/entrenous/v1/admin/statuses/") && said.status == 403;
        if (said.status != 404 && !nothing && !page && !refused)
            || said.text != unknown.text
            || said.status != unknown.status
        {
            wrong.push(format!(
                "{method} {path}: {} {:.100} / {} {:.100}",
                said.status, said.text, unknown.status, unknown.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Replies, boosts and reports that name them.
    for body in [
        json!({ "status": "réponse", "in_reply_to_id": private }),
        json!({ "status": "réponse", "in_reply_to_id": received }),
        json!({ "status": "citation", "quoted_status_id": private }),
        json!({ "status": "citation", "quoted_status_id": received }),
        json!({ "status": "citation", "quoted_status_id": direct }),
    ] {
        let said = dave.post("/api/v1/statuses", body.clone()).await;
        assert!(
            [404, 422].contains(&said.status)
                || (said.status == 200
                    && said.json()["in_reply_to_id"].is_null()
                    && said.json()["quote"].is_null()),
            "{body}: {} {}",
            said.status,
            said.text
        );
    }
    let paths = [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/notifications",
        "/api/v1/conversations",
        "/api/v2/search?q=pens%C3%A9es&type=statuses",
        "/api/v2/search?q=Alice&type=statuses",
    ];
    let seen = many(6, paths.map(|path| dave.get(path))).await;
    for said in seen {
        for word in ["Mes pensées", "Note à moi-même", "pour Alice"] {
            assert!(!said.text.contains(word), "{}", said.text);
        }
    }
    let statuses = |client: &Client, who: String| {
        let client = client.clone();
        async move { client.get(&format!("/api/v1/accounts/{who}/statuses")).await.text }
    };
    let me = id(&scene.alice.get("/api/v1/accounts/verify_credentials").await.ok());
    assert!(!statuses(&dave, me).await.contains("pensées"));
    scene.close(&before).await;
}

async fn a_secret_groups_post_is_nowhere(on: Database) {
    let scene = Scene::open(on).await;
    let dave = scene.node.person("dave").await;
    let alice = dave.find("@alice").await;
    dave.post(&format!("/api/v1/accounts/{alice}/follow"), json!({}))
        .await
        .ok();
    let follow = scene
        .p
        .activity("max", "Follow", json!({ "object": scene.alice_uri() }));
    assert_eq!(scene.post("follow", "max", &follow).await.status, 202);
    eventually("the Accept", || async {
        let all = scene.p.inbox();
        all.into_iter().find(|activity| activity["type"] == "Accept")
    })
    .await;
    let new = json!({ "display_name": "Entre nous seules", "kind": "secret" });
    let group = scene.alice.post("/api/v1/groups", new).await.ok();
    let words = "Xylophones la nuit";
    let said = json!({ "status": format!("{words} #xylo @dave"), "group_id": id(&group) });
    let said = scene.alice.post("/api/v1/statuses", said).await.ok();
    let (group_id, post) = (id(&group), id(&said));
    scene.alice.publish("Ceci est pour tous", "public").await;
    eventually("what comes after it", || async {
        let all = scene.p.inbox();
        all.iter()
            .any(|activity| activity.to_string().contains("pour tous"))
            .then_some(())
    })
    .await;
    let slug = group["slug"].as_str().unwrap();
    let secrets = [words, "Entre nous seules", group_id.as_str(), post.as_str(), slug];
    let sent = json!(scene.p.inbox()).to_string();
    for secret in secrets {
        assert!(!sent.contains(secret), "{secret} was sent: {sent}");
    }
    // A peer cannot tell it from none.
    let nothing = "116000000000000001";
    for (path, one, none) in [
        ("/groups/{}", group_id.as_str(), nothing),
        ("/groups/{}/outbox", group_id.as_str(), nothing),
        ("/groups/{}/followers", group_id.as_str(), nothing),
        ("/posts/{}", post.as_str(), nothing),
        ("/posts/{}/activity", post.as_str(), nothing),
        ("/people/{}", slug, "gnobodyatall"),
        ("/people/{}/outbox", slug, "gnobodyatall"),
    ] {
        let url = |what: &str| scene.node.url(&path.replace("{}", what));
        let one = scene.fetch(&scene.p, "max", &url(one)).await;
        let none = scene.fetch(&scene.p, "max", &url(none)).await;
        assert_eq!((one.status, &one.text), (none.status, &none.text), "{path}");
        assert_eq!(one.status, 404, "{path}");
    }
    // Nor can somebody of the node, wherever they look.
    let mut everything = String::new();
    for path in [
        "/api/v1/timelines/home".to_owned(),
        "/api/v1/timelines/public".to_owned(),
        "/api/v1/timelines/tag/xylo".to_owned(),
        "/api/v1/trends/tags".to_owned(),
        "/api/v1/trends/statuses".to_owned(),
        "/api/v1/notifications".to_owned(),
        "/api/v1/conversations".to_owned(),
        "/api/v1/lists".to_owned(),
        "/api/v1/groups".to_owned(),
        "/api/entrenous/v1/groups".to_owned(),
        "/api/v1/directory".to_owned(),
        "/api/v1/suggestions".to_owned(),
        "/api/v1/groups/search?q=entre".to_owned(),
        "/api/v1/accounts/search?q=entre".to_owned(),
        "/api/v2/search?q=Xylophones".to_owned(),
        "/api/v2/search?q=xylo&type=hashtags".to_owned(),
        format!("/api/v1/accounts/{alice}/statuses"),
    ] {
        everything.push_str(&dave.get(&path).await.text);
    }
    for secret in [words, "Entre nous seules", group_id.as_str(), post.as_str()] {
        assert!(!everything.contains(secret), "{secret}: {everything}");
    }
    let lookup = format!("/api/v1/accounts/lookup?acct={slug}");
    let unknown = dave.get("/api/v1/accounts/lookup?acct=gnobodyatall").await;
    assert_eq!(dave.get(&lookup).await.text, unknown.text);
    scene.watched().await;
}
