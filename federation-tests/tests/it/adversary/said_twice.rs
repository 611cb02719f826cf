//! The same thing said again, otherwise, by another, or in a spelling that two readers take for two things.

use super::Scene;
use super::forge::put;
use federation_tests::{Database, MockPeer, eventually};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

crate::on_both!(
    an_id_is_used_once,
    ids_have_one_spelling,
    answers_nobody_asked_for,
    bodies_with_two_readings,
    chains_and_loops_end
);

/// Waits until alice was told these words.
async fn told(scene: &Scene, words: &str) {
    eventually(words, || async {
        scene.seen_by_alice().await.contains(words).then_some(())
    })
    .await;
}

async fn an_id_is_used_once(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let mention = json!([{ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" }]);

    // P under an id of Q's; then Q's genuine activity of that id.
    let mut theirs = q.note("quentin", "de Quentin, pour de vrai", &[scene.alice_uri()]);
    theirs["tag"] = mention.clone();
    let genuine = q.activity(
        "quentin",
        "Create",
        json!({ "object": theirs, "to": [scene.alice_uri()] }),
    );
    let before = scene.before().await;
    let mut squatted = scene.create("max", "sous un autre nom");
    squatted["id"] = genuine["id"].clone();
    let said = scene.post("Q's id", "max", &squatted).await;
    assert_eq!(said.status, 403, "{}", said.text);
    let mut note_of_q = scene.create("max", "sous un autre nom");
    note_of_q["object"]["id"] = theirs["id"].clone();
    let said = scene.post("the id of Q's note", "max", &note_of_q).await;
    assert_eq!(said.status, 403, "{}", said.text);
    scene.close(&before).await;
    let (status, said) = q.post("quentin", &scene.inbox, &genuine).await;
    assert_eq!(status, 202, "{said}");
    told(&scene, "de Quentin, pour de vrai").await;

    // The same id again: with other words, of another kind, by another person of the same peer.
    let first = scene.create("max", "les premiers mots");
    assert_eq!(scene.post("first", "max", &first).await.status, 202);
    told(&scene, "les premiers mots").await;
    let before = scene.before().await;
    let mut other_words = first.clone();
    other_words["object"]["content"] = json!("<p>d'autres mots</p>");
    let mut other_note = scene.create("max", "encore d'autres mots");
    other_note["id"] = first["id"].clone();
    let mut deleted = scene
        .p
        .activity("max", "Delete", json!({ "object": first["object"]["id"] }));
    deleted["id"] = first["id"].clone();
    let mut by_mona = scene.create("mona", "les mots de Mona");
    by_mona["id"] = first["id"].clone();
    let mut again = scene.create("max", "d'autres mots sous l'ancien nom");
    again["object"]["id"] = first["object"]["id"].clone();
    let mut as_question = again.clone();
    as_question["id"] = json!(format!("{}/activities/question", scene.p.origin));
    as_question["object"]["type"] = json!("Question");
    as_question["object"]["oneOf"] =
        json!([{ "type": "Note", "name": "oui" }, { "type": "Note", "name": "non" }]);
    for (what, name, activity) in [
        ("other words", "max", other_words),
        ("another note", "max", other_note),
        ("another kind", "max", deleted),
        ("another person", "mona", by_mona),
        ("the note again", "max", again),
        ("the note as a question", "max", as_question),
    ] {
        let said = scene.post(what, name, &activity).await;
        assert!(
            [202, 400, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
}

async fn ids_have_one_spelling(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    told(&scene, "avant").await;
    let before = scene.before().await;
    let authority = scene.p.authority().to_owned();
    let (host, port) = authority.split_once(':').unwrap();
    let spellings = |path: &str| {
        vec![
            format!("HTTP://{authority}{path}"),
            format!("http://max@{authority}{path}"),
            format!("http://max:x@{authority}{path}"),
            format!("http://@{authority}{path}"),
            format!("http://{host}.:{port}{path}"),
            format!("http://{host}:0{port}{path}"),
            format!("http://0x7f.0.0.7:{port}{path}"),
            format!("http://2130706439:{port}{path}"),
            format!("http://127.7:{port}{path}"),
            format!("http://[::ffff:127.0.0.7]:{port}{path}"),
            format!("http:/{authority}{path}"),
            format!("http:{authority}{path}"),
            format!("http:\\\\{authority}{path}"),
            format!("//{authority}{path}"),
            format!("https://{authority}{path}"),
            format!(" http://{authority}{path}"),
            format!("http://{authority}{path}\n"),
            format!("http://{authority}\t{path}"),
            format!("http://{authority}/\\..{path}"),
            format!("http://{}{path}", authority.replace('1', "\u{ff11}")),
            format!("http://{}{path}", scene.u.authority()),
            format!("http://{authority}@{}{path}", scene.u.authority()),
            format!("http://{}#@{authority}{path}", scene.u.authority()),
            format!("http://{}\\@{authority}{path}", scene.u.authority()),
            "".to_owned(),
            "a".to_owned(),
            "urn:uuid:00000000-0000-0000-0000-000000000000".to_owned(),
            "did:key:z6Mk".to_owned(),
            "data:application/json,{}".to_owned(),
            "file:///etc/passwd".to_owned(),
            "javascript:alert(1)".to_owned(),
        ]
    };
    let mut taken = Vec::new();
    for (number, spelling) in spellings("/activities/odd").into_iter().enumerate() {
        let mut activity = scene.create("max", "mal nommé");
        activity["id"] = json!(spelling);
        let mut object = scene.create("max", "mal nommé");
        object["object"]["id"] = json!(spelling.replace("/activities/odd", &format!("/notes/odd{number}")));
        let mut author = scene.create("max", "mal nommé");
        author["object"]["attributedTo"] = json!(spelling.replace("/activities/odd", "/users/max"));
        let mut actor = scene.create("max", "mal nommé");
        actor["actor"] = json!(spelling.replace("/activities/odd", "/users/max"));
        for (what, activity) in [
            ("activity", activity),
            ("object", object),
            ("author", author),
            ("actor", actor),
        ] {
            let said = scene.post(what, "max", &activity).await;
            if ![400, 401, 403].contains(&said.status) {
                taken.push(format!("{what} {spelling:?}: {} {}", said.status, said.text));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    // The actor in other forms: an object is its id; a list is nobody.
    let mut both = scene.create("max", "de deux personnes");
    both["actor"] = json!([scene.p.person("mona"), scene.p.person("max")]);
    let mut foreign = scene.create("max", "de deux personnes");
    foreign["actor"] = json!({ "id": scene.u.person("mallory"), "type": "Person" });
    let mut authors = scene.create("max", "de deux personnes");
    authors["object"]["attributedTo"] = json!([scene.p.person("mona"), scene.p.person("max")]);
    for (what, activity) in [
        ("two actors", both),
        ("a foreign actor", foreign),
        ("two authors", authors),
    ] {
        let said = scene.post(what, "max", &activity).await;
        assert!(
            [400, 401, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
}

async fn answers_nobody_asked_for(on: Database) {
    let scene = Scene::open(on).await;
    let dave = scene.node.person("dave").await;
    let post = scene.alice.publish("Pour tous", "public").await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    told(&scene, "avant").await;
    // dave follows mona, truly: what max says of it is nothing.
    let mona = dave.find(&format!("@mona@{}", scene.p.authority())).await;
    dave.post(&format!("/api/v1/accounts/{mona}/follow"), json!({}))
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
    let before = scene.before().await;
    let never = |actor: String, object: String| json!({ "id": scene.node.url("/activities/116000000000000001"), "type": "Follow", "actor": actor, "object": object });
    let (max, alice) = (scene.p.person("max"), scene.alice_uri());
    let follow_of_alice = never(alice.clone(), max.clone());
    let activity = |kind: &str, object: Value| scene.p.activity("max", kind, json!({ "object": object }));
    let mut tries = vec![
        (
            "an Accept of nothing",
            activity("Accept", follow_of_alice.clone()),
        ),
        (
            "an Accept by id",
            activity("Accept", follow_of_alice["id"].clone()),
        ),
        ("a Reject of nothing", activity("Reject", follow_of_alice)),
        ("an Accept for mona", activity("Accept", asked.clone())),
        (
            "an Accept for mona by id",
            activity("Accept", asked["id"].clone()),
        ),
        ("a Reject for mona", activity("Reject", asked["id"].clone())),
        ("an Accept of a post", activity("Accept", post["uri"].clone())),
        ("an Undo of dave's Follow", activity("Undo", asked.clone())),
        (
            "an Undo of dave's Follow by id",
            activity("Undo", asked["id"].clone()),
        ),
        ("a move to a stranger", {
            let mut moved = activity("Move", json!(max));
            moved["target"] = json!(scene.u.person("mallory"));
            moved
        }),
        ("a move of mona", {
            let mut moved = activity("Move", json!(scene.p.person("mona")));
            moved["target"] = json!(max);
            moved
        }),
        ("a move of alice", {
            let mut moved = activity("Move", json!(alice));
            moved["target"] = json!(max);
            moved
        }),
        ("a vote on nothing", {
            let mut vote = scene.create("max", "x");
            vote["object"] = json!({ "id": format!("{}/votes/1", scene.p.origin), "type": "Note", "attributedTo": max,
                "name": "oui", "inReplyTo": post["uri"], "to": [alice] });
            vote
        }),
        (
            "an invitation",
            activity("Invite", json!(scene.node.url("/actor"))),
        ),
        (
            "an update of our instance",
            activity(
                "Update",
                json!({ "id": scene.node.url("/actor"), "type": "Application" }),
            ),
        ),
    ];
    // Reports, as many as one likes: they fill nothing.
    for _ in 0..200 {
        tries.push(("a report", activity("Flag", json!([alice, post["uri"]]))));
    }
    for (what, activity) in tries {
        let said = scene.post(what, "max", &activity).await;
        assert!(
            [202, 400, 401, 403, 429].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;
    let relation = dave
        .get(&format!("/api/v1/accounts/relationships?id[]={mona}"))
        .await
        .ok();
    assert_eq!(
        (&relation[0]["following"], &relation[0]["requested"]),
        (&json!(false), &json!(true))
    );
    let accept = scene
        .p
        .activity("mona", "Accept", json!({ "object": asked["id"] }));
    assert_eq!(scene.post("mona's own", "mona", &accept).await.status, 202);

    // max's note for his followers: mona passing it on does not carry it to hers.
    let followers = format!("{max}/followers");
    let hidden = scene.p.note(
        "max",
        "seulement pour mes abonnés",
        std::slice::from_ref(&followers),
    );
    let create = scene
        .p
        .activity("max", "Create", json!({ "object": hidden, "to": [followers] }));
    assert!([202, 403].contains(&scene.post("followers only", "max", &create).await.status));
    for object in [hidden["id"].clone(), hidden.clone(), create] {
        let to = json!([
            format!("{}/followers", scene.p.person("mona")),
            "https://www.w3.org/ns/activitystreams#Public"
        ]);
        let announce = scene
            .p
            .activity("mona", "Announce", json!({ "object": object, "to": to }));
        let said = scene.post("an Announce that widens", "mona", &announce).await;
        assert!(
            [202, 400, 403].contains(&said.status),
            "{} {}",
            said.status,
            said.text
        );
    }
    let mark = scene.p.activity(
        "mona",
        "Follow",
        json!({ "object": scene.node.url("/people/dave") }),
    );
    assert_eq!(scene.post("a mark", "mona", &mark).await.status, 202);
    eventually("what came after", || async {
        dave.get("/api/v1/notifications")
            .await
            .text
            .contains("\"follow\"")
            .then_some(())
    })
    .await;
    let mut everything = String::new();
    for path in [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v2/search?q=abonn%C3%A9s&type=statuses",
    ] {
        everything.push_str(&dave.get(path).await.text);
    }
    assert!(!everything.contains("seulement pour"), "{everything}");
    scene.watched().await;
}

async fn bodies_with_two_readings(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    told(&scene, "avant").await;
    let before = scene.before().await;
    let text = scene.create("max", "double lecture").to_string();
    let (max, mona) = (scene.p.person("max"), scene.p.person("mona"));
    let inject = |more: &str| format!("{{{more},{}", text.get(1..).unwrap());
    let append = |more: &str| format!("{},{more}}}", text.strip_suffix('}').unwrap());
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        (
            "two actors, turned",
            append(&format!("\"actor\":\"{mona}\"")).into(),
        ),
        (
            "two objects",
            append("\"object\":\"http://127.0.0.9/notes/1\"").into(),
        ),
        (
            "an actor by its full name",
            inject(&format!(
                "\"https://www.w3.org/ns/activitystreams#actor\":\"{mona}\""
            ))
            .replacen(&format!("\"actor\":\"{max}\""), "\"x\":0", 1)
            .into(),
        ),
        (
            "a byte order mark",
            [b"\xef\xbb\xbf".to_vec(), text.clone().into()].concat(),
        ),
        ("UTF-16", utf16),
        (
            "a lone surrogate",
            text.replace("double lecture", "double \\ud800 lecture").into(),
        ),
        (
            "NUL in the text of an id",
            text.replace("/activities/", "/activities/\\u0000").into(),
        ),
        ("two documents", format!("{text}{text}").into()),
        ("a document and nonsense", format!("{text}x").into()),
        ("a list of it", format!("[{text}]").into()),
        ("a comment", format!("/* */{text}").into()),
        ("single quotes", text.replace('"', "'").into()),
    ];
    let mut taken = Vec::new();
    for (what, body) in bodies {
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        if ![400, 401, 403, 415].contains(&said.status) {
            taken.push(format!("{what}: {} {}", said.status, said.text));
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    scene.close(&before).await;
    // A member said twice counts as it stands last, for every purpose: nobody else's reading decides. What has no type of
    // ours is left.
    for (what, body) in [
        ("two actors", inject(&format!("\"actor\":\"{mona}\""))),
        ("two types", append("\"type\":\"View\"")),
        (
            "two audiences",
            append("\"to\":[\"https://www.w3.org/ns/activitystreams#Public\"]"),
        ),
        (
            "@id and @type",
            text.replacen("\"type\":\"Create\"", "\"@type\":\"Create\"", 1),
        ),
        ("a graph", format!("{{\"@graph\":[{text}]}}")),
    ] {
        let body = body.into_bytes();
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        assert!(
            [202, 400, 401, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    let by_mona = "SELECT a.uri AS text FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.content LIKE '%double lecture%'";
    for author in federation_tests::contents::column(&scene.node, by_mona) {
        assert_eq!(author, max);
    }
    // Those of good faith.
    for kind in [
        "application/activity+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/activity+json; charset=utf-8",
    ] {
        let body = scene.create("max", "de bonne foi").to_string().into_bytes();
        let mut headers: HeaderMap = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        put(&mut headers, "content-type", kind);
        let said = scene.send(kind, Method::POST, &scene.inbox, headers, body).await;
        assert_eq!(said.status, 202, "{kind}: {}", said.text);
    }
    scene.watched().await;
}

async fn chains_and_loops_end(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("first", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    let link = |number: usize| format!("{}/chain/{number}", scene.p.origin);
    let serve = |number: usize, parent: usize| {
        let note = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": link(number), "type": "Note", "attributedTo": scene.p.person("max"), "content": format!("maillon {number}"),
            "published": federation_tests::mock::now().to_rfc3339(), "to": [scene.alice_uri()], "inReplyTo": link(parent),
            "tag": [{ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" }],
        });
        scene.p.serve_document(&format!("/chain/{number}"), note.clone());
        note
    };
    // A thousand, each the answer to the next; one that answers itself; two that answer each other.
    for number in 0..1_000 {
        serve(number, number + 1);
    }
    serve(2_000, 2_000);
    serve(3_000, 3_001);
    serve(3_001, 3_000);
    let asked = || {
        scene
            .p
            .seen()
            .iter()
            .filter(|seen| seen.line.starts_with("GET"))
            .count()
    };
    for start in [0, 2_000, 3_000] {
        let before = asked();
        let note = scene.p.document(&format!("/chain/{start}"));
        for kind in ["Create", "Announce"] {
            let activity =
                scene
                    .p
                    .activity("max", kind, json!({ "object": note, "to": [scene.alice_uri()] }));
            let said = scene.post("chain", "max", &activity).await;
            assert!(
                [202, 400, 403].contains(&said.status),
                "{start}: {} {}",
                said.status,
                said.text
            );
        }
        let count = asked() - before;
        assert!(count <= 42, "{count} requests for a chain from {start}");
    }
    told(&scene, "maillon 0").await;
    let settled = asked();
    // Nothing goes on by itself: a question that is answered after whatever was queued.
    scene.p.put_person("last");
    assert_eq!(
        scene
            .post("last", "last", &scene.create("last", "le dernier"))
            .await
            .status,
        202
    );
    told(&scene, "le dernier").await;
    assert!(
        asked() - settled <= 6,
        "{} requests by themselves",
        asked() - settled
    );
    // They can be shown, each as what it is.
    let home = scene.alice.get("/api/v1/notifications?limit=40").await.ok();
    for notice in home
        .as_array()
        .unwrap()
        .iter()
        .filter(|notice| notice["status"].is_object())
    {
        let context = scene
            .alice
            .get(&format!(
                "/api/v1/statuses/{}/context",
                notice["status"]["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(context.status, 200, "{}", context.text);
    }
    scene.watched().await;
}
