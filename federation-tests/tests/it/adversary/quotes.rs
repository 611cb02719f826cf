//! Quotes: leave that nobody gave, hidden posts that are asked about, and what lies behind a quote.

use super::replies::gets;
use super::{Scene, id, told};
use axum::body::Bytes;
use federation_tests::client::escape;
use federation_tests::mock::Reply;
use federation_tests::{Database, MockPeer, eventually};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

crate::on_both!(
    requests_to_quote_tell_and_take_nothing,
    leave_to_quote_is_its_authors_alone,
    what_is_quoted_costs_little
);

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
/// Most fetches of one inbound activity.
const MOST: usize = 20;

fn path_of(peer: &MockPeer, document: &Value) -> String {
    document["id"].as_str().unwrap().replace(&peer.origin, "")
}

/// A note of P for everyone and for alice that quotes something, at its address.
fn quoting(scene: &Scene, name: &str, text: &str, quoted: &Value) -> Value {
    let mut note = scene.note(name, text);
    note["to"] = json!([PUBLIC, scene.alice_uri()]);
    note["quote"] = quoted.clone();
    scene.p.serve_document(&path_of(&scene.p, &note), note.clone());
    note
}

fn create(scene: &Scene, name: &str, note: &Value) -> Value {
    let fields = json!({ "object": note, "to": note["to"] });
    scene.p.activity(name, "Create", fields)
}

fn asks(scene: &Scene, name: &str, quoted: &Value, instrument: &Value) -> Value {
    let fields = json!({ "object": quoted, "instrument": instrument, "to": [scene.alice_uri()] });
    scene.p.activity(name, "QuoteRequest", fields)
}

/// How a quote in a post that alice was told of is shown to her.
async fn state(scene: &Scene, text: &str) -> Option<String> {
    let told = scene.alice.get("/api/v1/notifications?limit=40").await.ok();
    let mut statuses = told.as_array().unwrap().iter().map(|one| &one["status"]);
    let found = statuses.find(|status| {
        let content = status["content"].as_str();
        content.is_some_and(|content| content.contains(text))
    })?;
    found["quote"]["state"].as_str().map(str::to_owned)
}

async fn requests_to_quote_tell_and_take_nothing(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let words = format!("Pour tous, et @max@{}", scene.p.authority());
    let body = json!({ "status": words, "visibility": "public", "quote_approval_policy": "public" });
    let public = scene.alice.post("/api/v1/statuses", body).await.ok();
    let private = scene.alice.publish("Entre nous", "private").await;
    for name in ["max", "mona"] {
        let said = scene.post(name, name, &scene.create(name, name)).await;
        assert_eq!(said.status, 202, "{}", said.text);
        told(&scene, name).await;
    }
    let (before, of_q) = (scene.before().await, gets(&q));

    // A hidden post and none at all: the same answer, and the same silence.
    let nothing = json!(scene.node.url("/posts/116000000000000001"));
    let mut answers = Vec::new();
    for quoted in [&private["uri"], &nothing] {
        let note = quoting(&scene, "max", "jamais vu", quoted);
        let asked = gets(&scene.p);
        for instrument in [&note["id"], &note] {
            let said = scene
                .post("hidden", "max", &asks(&scene, "max", quoted, instrument))
                .await;
            answers.push((said.status, said.text));
        }
        assert_eq!(
            gets(&scene.p),
            asked,
            "who looks for the quote tells that there is a post"
        );
    }
    assert!(
        answers.iter().all(|said| *said == answers[0] && said.0 == 202),
        "{answers:?}"
    );

    let good = quoting(&scene, "max", "une citation", &public["uri"]);
    let of_mona = quoting(&scene, "mona", "jamais vu", &public["uri"]);
    let other = quoting(&scene, "max", "jamais vu", &private["uri"]);
    let none = scene.note("max", "jamais vu");
    let abroad = q.note("quentin", "jamais vu", &[scene.alice_uri()]);
    let strange = scene.u.note("mallory", "jamais vu", &[scene.alice_uri()]);
    for (what, instrument, status) in [
        ("mona's", &of_mona, 403),
        ("mona's, by its id", &of_mona["id"], 202),
        ("quotes another", &other, 403),
        ("quotes another, by its id", &other["id"], 403),
        ("quotes nothing", &none, 403),
        ("quotes nothing, by its id", &none["id"], 403),
        ("Q's", &abroad, 403),
        ("Q's, by its id", &abroad["id"], 403),
        ("a stranger's, by its id", &strange["id"], 403),
        ("alice's own", &public["uri"], 403),
        (
            "not there",
            &json!(format!("{}/notes/nowhere", scene.p.origin)),
            202,
        ),
        ("a person", &json!(scene.p.person("max")), 202),
        ("a number", &json!(7), 400),
        ("nothing", &Value::Null, 400),
    ] {
        let asked = gets(&scene.p);
        let said = scene
            .post(what, "max", &asks(&scene, "max", &public["uri"], instrument))
            .await;
        assert_eq!(said.status, status, "{what}: {}", said.text);
        assert!(gets(&scene.p) - asked <= 2, "{what}");
    }
    let said = scene
        .post("of Q's", "max", &asks(&scene, "max", &abroad["id"], &good))
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
    let said = scene
        .post("for max", "mona", &asks(&scene, "max", &public["uri"], &good))
        .await;
    assert_eq!(said.status, 403, "{}", said.text);
    assert_eq!(gets(&q), of_q);
    scene.close(&before).await;

    // An honest one is let; its stamp is for who may see what is quoted.
    let said = scene
        .post("honest", "max", &asks(&scene, "max", &public["uri"], &good))
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
    let accept = answer(&scene, "Accept").await;
    let stamp = accept["result"].as_str().unwrap().to_owned();
    let quoted = public["uri"].as_str().unwrap();
    assert!(stamp.starts_with(&format!("{quoted}/quotes/")), "{stamp}");
    assert_eq!(scene.fetch(&scene.p, "max", &stamp).await.status, 200);
    let unknown = format!("{quoted}/quotes/116000000000000001");
    let (said, none) = (
        scene.fetch(&q, "quentin", &stamp).await,
        scene.fetch(&q, "quentin", &unknown).await,
    );
    assert_eq!((said.status, &said), (404, &none));
    assert_eq!(scene.fetch(&scene.u, "mallory", &stamp).await.status, 403);

    // Taken back it stays so, however often it is asked for, and whatever the post says meanwhile.
    let path = format!("/api/v1/statuses/{}", id(&public));
    let quotes = scene.alice.get(&format!("{path}/quotes")).await.ok();
    let revoke = format!("{path}/quotes/{}/revoke", id(&quotes[0]));
    scene.alice.post(&revoke, json!({})).await.ok();
    let mut plain = good.clone();
    plain["quote"] = Value::Null;
    for object in [&plain, &good] {
        let update = scene
            .p
            .activity("max", "Update", json!({ "object": object, "to": object["to"] }));
        let said = scene.post("meanwhile", "max", &update).await;
        assert_eq!(said.status, 202, "{}", said.text);
    }
    for instrument in [&good, &good["id"], &good, &good["id"]] {
        let said = scene
            .post("again", "max", &asks(&scene, "max", &public["uri"], instrument))
            .await;
        assert_eq!(said.status, 202, "{}", said.text);
    }
    answer(&scene, "Reject").await;
    assert_eq!(scene.alice.get(&path).await.ok()["quotes_count"], 0);
    assert_eq!(scene.fetch(&scene.p, "max", &stamp).await.status, 404);
    scene.watched().await;
}

/// The first answer of this type that P was sent.
async fn answer(scene: &Scene, kind: &str) -> Value {
    eventually(kind, || async {
        let inbox = scene.p.inbox();
        inbox.into_iter().find(|activity| activity["type"] == kind)
    })
    .await
}

async fn leave_to_quote_is_its_authors_alone(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let quoted = q.note("quentin", "de Quentin", &[PUBLIC.to_owned()]);
    let second = q.note("quentin", "encore de Quentin", &[PUBLIC.to_owned()]);
    let stamp = |path: &str, note: &Value| {
        json!({
            "id": format!("{}{path}", q.origin), "type": "QuoteAuthorization", "attributedTo": q.person("quentin"),
            "interactingObject": note["id"], "interactionTarget": quoted["id"],
        })
    };
    // What P says of the leave, and what Q says of it.
    let note = |text: &str, leave: Value| {
        let mut note = quoting(&scene, "max", text, &quoted["id"]);
        note["quoteAuthorization"] = leave;
        note
    };
    let sends = async |text: &str, note: &Value| {
        let asked = gets(&q);
        let said = scene.post(text, "max", &create(&scene, "max", note)).await;
        assert_eq!(said.status, 202, "{text}: {}", said.text);
        assert!(gets(&q) - asked <= 5, "{text}: asked {} times", gets(&q) - asked);
        told(&scene, text).await;
        state(&scene, text).await
    };
    let pending = Some("pending".to_owned());
    let elsewhere = scene.p.note("max", "ailleurs", &[scene.alice_uri()]);
    let own = json!(format!("{}/stamps/own", scene.p.origin));
    let of_p = note("de chez P", own.clone());
    scene.p.serve_document("/stamps/own", stamp("/stamps/own", &of_p));
    assert_eq!(sends("de chez P", &of_p).await, pending);
    for (text, leave) in [
        ("sans rien", Value::Null),
        ("de chez U", json!(format!("{}/stamps/1", scene.u.origin))),
        ("de chez nous", json!(scene.node.url("/posts/1/quotes/2"))),
        ("nulle part", json!(format!("{}/stamps/nowhere", q.origin))),
        ("sa propre citation", quoted["id"].clone()),
    ] {
        assert_eq!(sends(text, &note(text, leave)).await, pending, "{text}");
    }
    for (text, field, value) in [
        ("pour une autre", "interactingObject", elsewhere["id"].clone()),
        ("sur une autre", "interactionTarget", second["id"].clone()),
        ("par une autre", "attributedTo", json!(q.person("instance"))),
        ("par max", "attributedTo", json!(scene.p.person("max"))),
        ("une note", "type", json!("Note")),
        ("autre nom", "id", json!(format!("{}/stamps/away", q.origin))),
        ("nom de P", "id", own),
        ("sans nom", "id", Value::Null),
    ] {
        let path = format!("/stamps/{}", text.replace(' ', "-"));
        let note = note(text, json!(format!("{}{path}", q.origin)));
        let mut document = stamp(&path, &note);
        document[field] = value;
        q.serve_document(&path, document);
        assert_eq!(sends(text, &note).await, pending, "{text}");
    }
    let html = Bytes::from_static(b"<html>");
    for (text, reply) in [
        (
            "ailleurs encore",
            Reply::Redirect(format!("{}/stamps/own", scene.p.origin)),
        ),
        (
            "chez U enfin",
            Reply::Redirect(format!("{}/stamps/1", scene.u.origin)),
        ),
        ("en HTML", Reply::Bytes("text/html", Vec::new(), html)),
        ("sans fin", Reply::Endless),
        ("muet", Reply::Silent),
    ] {
        let path = format!("/stamps/{}", text.replace(' ', "-"));
        q.serve_reply(&path, reply);
        let note = note(text, json!(format!("{}{path}", q.origin)));
        assert_eq!(sends(text, &note).await, pending, "{text}");
    }
    let honest = note("permis", json!(format!("{}/stamps/good", q.origin)));
    q.serve_document("/stamps/good", stamp("/stamps/good", &honest));
    assert_eq!(sends("permis", &honest).await.as_deref(), Some("accepted"));

    // Only who gave it takes it back.
    let taken = json!({ "type": "QuoteAuthorization", "id": format!("{}/stamps/good", q.origin) });
    for object in [&taken, &taken["id"]] {
        let delete = scene.p.activity("max", "Delete", json!({ "object": object }));
        assert_eq!(scene.post("by max", "max", &delete).await.status, 403);
        let delete = q.activity("instance", "Delete", json!({ "object": object }));
        assert_eq!(q.post("instance", &scene.inbox, &delete).await.0, 403);
    }
    assert_eq!(state(&scene, "permis").await.as_deref(), Some("accepted"));
    let delete = q.activity("quentin", "Delete", json!({ "object": taken }));
    assert_eq!(q.post("quentin", &scene.inbox, &delete).await.0, 202);
    eventually("the end of the leave", || async {
        (state(&scene, "permis").await.as_deref() == Some("revoked")).then_some(())
    })
    .await;
    // The word that was taken back is not believed once more.
    q.serve_reply("/stamps/good", Reply::Status(410));
    let fields = json!({ "object": honest, "to": honest["to"] });
    let update = scene.p.activity("max", "Update", fields);
    assert_eq!(scene.post("once more", "max", &update).await.status, 202);
    assert_eq!(state(&scene, "permis").await.as_deref(), Some("revoked"));
    scene.watched().await;
}

async fn what_is_quoted_costs_little(on: Database) {
    let scene = Scene::open(on).await;
    // A chain of quotes, each with leave, and a circle: delivered, and looked for by its address.
    let chain = |first: usize| {
        let at = |number: usize| format!("{}/chain/{number}", scene.p.origin);
        for number in first..first + 30 {
            // The last of each ten leads back to the first.
            let next = if number % 10 == 9 { number - 9 } else { number + 1 };
            let mut note = scene.note("mona", "un maillon");
            note["id"] = json!(at(number));
            note["to"] = json!([PUBLIC]);
            note["quote"] = json!(at(next));
            note["quoteAuthorization"] = json!(format!("{}/leave", at(number)));
            scene.p.serve_document(&format!("/chain/{number}"), note);
            let leave = json!({
                "id": format!("{}/leave", at(number)), "type": "QuoteAuthorization",
                "attributedTo": scene.p.person("mona"), "interactingObject": at(number), "interactionTarget": at(next),
            });
            scene.p.serve_document(&format!("/chain/{number}/leave"), leave);
        }
        json!(at(first))
    };
    let asked = gets(&scene.p);
    let note = quoting(&scene, "max", "le premier maillon", &chain(0));
    let said = scene.post("a chain", "max", &create(&scene, "max", &note)).await;
    assert_eq!(said.status, 202, "{}", said.text);
    assert!(gets(&scene.p) - asked <= MOST, "{}", gets(&scene.p) - asked);
    let asked = gets(&scene.p);
    let found = search(&scene, chain(100).as_str().unwrap()).await;
    assert_eq!(found["statuses"][0]["quote"]["state"], "accepted", "{found}");
    assert!(gets(&scene.p) - asked <= MOST, "{}", gets(&scene.p) - asked);

    // Whatever is slow takes its time once, not one time after the other: ten people, the quoted post, its stamp.
    let quoted = json!(format!("{}/slow/quoted", scene.p.origin));
    let mut slow = quoting(&scene, "max", "lentement", &quoted);
    slow["quoteAuthorization"] = json!(format!("{}/slow/stamp", scene.p.origin));
    for path in ["/slow/quoted", "/slow/stamp"] {
        scene.p.serve_reply(path, Reply::Slow);
    }
    for number in 0..10 {
        let name = format!("slow{number}");
        scene.p.put_person(&name);
        scene.p.serve_reply(&format!("/users/{name}"), Reply::Slow);
        let person = json!(scene.p.person(&name));
        slow["tag"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "type": "Mention", "href": person, "name": format!("@{name}") }));
        slow["to"].as_array_mut().unwrap().push(person);
    }
    let asked = gets(&scene.p);
    let said = scene.post("slowly", "max", &create(&scene, "max", &slow)).await;
    assert_eq!(said.status, 202, "{}", said.text);
    assert!(gets(&scene.p) - asked <= MOST, "{}", gets(&scene.p) - asked);
    told(&scene, "lentement").await;
    assert_eq!(state(&scene, "lentement").await.as_deref(), Some("pending"));
    // The same for who looks for one.
    let mut post = scene.note("mona", "à chercher");
    post["to"] = json!([PUBLIC]);
    post["quote"] = quoted;
    scene.p.serve_document(&path_of(&scene.p, &post), post.clone());
    let start = Instant::now();
    search(&scene, post["id"].as_str().unwrap()).await;
    assert!(start.elapsed() < Duration::from_secs(11), "{:?}", start.elapsed());
    scene.watched().await;
}

async fn search(scene: &Scene, url: &str) -> Value {
    let path = format!("/api/v2/search?type=statuses&resolve=true&q={}", escape(url));
    scene.alice.get(&path).await.ok()
}
