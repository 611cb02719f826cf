//! The same thing said again, otherwise, or by another; answers to what nobody asked; and what never ends.

use super::{Scene, told};
use federation_tests::{Database, MockPeer, eventually};
use serde_json::{Value, json};

crate::on_both!(an_id_is_used_once, answers_nobody_asked_for, chains_and_loops_end);

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
    // Reports of nobody here, as many as one likes: they fill nothing.
    for _ in 0..200 {
        tries.push((
            "a report",
            activity("Flag", json!([max, format!("{}/posts/1", scene.p.origin)])),
        ));
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
