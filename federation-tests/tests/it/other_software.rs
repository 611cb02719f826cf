//! A peer of other software, trusted by hand, with draft-cavage signatures; and what it must not be able to do.

use entrenous_wire::keys::PublicKey;
use entrenous_wire::{Origin, signature};
use federation_tests::client::holds;
use federation_tests::contents::Contents;
use federation_tests::mock::{Form, Seen, now, send};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use url::Url;

crate::on_both!(
    people_of_other_software_take_part,
    forged_requests_are_refused,
    a_peer_speaks_only_for_itself,
    one_request_one_effect,
    a_peer_that_changes_its_form_empties_no_caches,
    what_other_software_reads_is_written_as_it_reads_it
);

struct Scene {
    node: Node,
    alice: Client,
    mock: MockPeer,
    inbox: String,
}

impl Scene {
    async fn open(on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let alice = node.person("alice").await;
        let mock = MockPeer::start("127.0.0.7", "max").await;
        node.command(&["peer", "trust", &mock.origin]).await;
        let inbox = node.url("/inbox");
        Self {
            node,
            alice,
            mock,
            inbox,
        }
    }

    fn alice_uri(&self) -> String {
        self.node.url("/people/alice")
    }

    fn create(&self, text: &str) -> Value {
        let to = [self.alice_uri()];
        let mut note = self.mock.note("max", text, &to);
        note["tag"] = json!([{ "type": "Mention", "href": self.alice_uri(), "name": format!("@alice@{}", self.node.authority) }]);
        self.mock
            .activity("max", "Create", json!({ "object": note, "to": to }))
    }

    async fn mentions(&self) -> Vec<Value> {
        let list = self
            .alice
            .get("/api/v1/notifications?types[]=mention&limit=40")
            .await
            .ok();
        list.as_array().expect("no list").clone()
    }
}

async fn people_of_other_software_take_part(on: Database) {
    let scene = Scene::open(on).await;
    let (alice, mock) = (&scene.alice, &scene.mock);
    // Max follows alice and gets her posts, addressed without as:Public.
    let follow = mock.activity("max", "Follow", json!({ "object": scene.alice_uri() }));
    assert_eq!(
        mock.post("max", &scene.node.url("/people/alice/inbox"), &follow)
            .await
            .0,
        202
    );
    eventually("the Accept", || async {
        mock.inbox().into_iter().find(|a| a["type"] == "Accept")
    })
    .await;
    alice.publish("Pour Max aussi", "public").await;
    let create = eventually("the Create", || async {
        mock.inbox().into_iter().find(|a| a["type"] == "Create")
    })
    .await;
    assert!(
        create["object"]["content"]
            .as_str()
            .unwrap()
            .contains("Pour Max aussi")
    );
    assert!(
        !create.to_string().contains("streams#Public") && !create.to_string().contains("as:Public"),
        "{create}"
    );

    // Max answers, likes, and alice follows him back.
    let (status, body) = mock
        .post("max", &scene.inbox, &scene.create("merci beaucoup"))
        .await;
    assert_eq!(status, 202, "{body}");
    eventually("the mention", || async {
        scene
            .mentions()
            .await
            .into_iter()
            .find(|n| holds(&n["status"], "merci beaucoup"))
    })
    .await;
    let like = mock.activity("max", "Like", json!({ "object": create["object"]["id"] }));
    assert_eq!(mock.post("max", &scene.inbox, &like).await.0, 202);
    eventually("the favourite", || async {
        let list = alice.get("/api/v1/notifications?types[]=favourite").await.ok();
        list.as_array()?.first().cloned()
    })
    .await;
    let max = alice.find(&format!("@max@{}", mock.authority())).await;
    alice
        .post(&format!("/api/v1/accounts/{max}/follow"), json!({}))
        .await
        .ok();
    let asked = eventually("the Follow", || async {
        mock.inbox().into_iter().find(|a| a["type"] == "Follow")
    })
    .await;
    let accept = mock.activity("max", "Accept", json!({ "object": asked["id"] }));
    assert_eq!(mock.post("max", &scene.inbox, &accept).await.0, 202);
    eventually("alice to follow max", || async {
        let relation = alice
            .get(&format!("/api/v1/accounts/relationships?id[]={max}"))
            .await
            .ok();
        (relation[0]["following"] == true).then_some(())
    })
    .await;
    let to = [format!("{}/followers", mock.person("max"))];
    let note = mock.note("max", "aux abonnés de Max", &to);
    let create = mock.activity("max", "Create", json!({ "object": note, "to": to }));
    assert_eq!(mock.post("max", &scene.inbox, &create).await.0, 202);
    let seen = alice.sees("aux abonnés de Max").await;
    assert_eq!(seen["visibility"], "private");
    let delete = mock.activity(
        "max",
        "Delete",
        json!({ "object": { "type": "Tombstone", "id": note["id"] } }),
    );
    assert_eq!(mock.post("max", &scene.inbox, &delete).await.0, 202);
    eventually("the post to go", || async {
        (!alice.home().await.iter().any(|post| holds(post, "aux abonnés"))).then_some(())
    })
    .await;
}

async fn forged_requests_are_refused(on: Database) {
    let scene = Scene::open(on).await;
    let mock = &scene.mock;
    let create = scene.create("authentique");
    let body = create.to_string().into_bytes();
    let good = || mock.sign("max", &Method::POST, &scene.inbox, &body);
    let without = |name: &'static str| {
        let mut headers = good();
        headers.remove(name);
        headers
    };
    let changed = |name: &'static str, value: &str| {
        let mut headers = good();
        headers.insert(name, HeaderValue::from_str(value).expect("header"));
        headers
    };
    let stale = "Mon, 01 Jan 2024 00:00:00 GMT";
    let signature = good()["signature"].to_str().expect("text").to_owned();
    let forged: Vec<(&str, HeaderMap)> = vec![
        ("no digest", without("digest")),
        ("no date", without("date")),
        ("stale date", changed("date", stale)),
        (
            "another digest",
            changed("digest", "SHA-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ),
        (
            "digest not signed",
            changed("signature", &signature.replace(" digest", "")),
        ),
        (
            "host not signed",
            changed("signature", &signature.replace(" host", "")),
        ),
        (
            "date not signed",
            changed("signature", &signature.replace(" date", "")),
        ),
        (
            "a broken signature",
            changed(
                "signature",
                &signature.replace("signature=\"", "signature=\"AAAA"),
            ),
        ),
        (
            "made for another path",
            mock.sign("max", &Method::POST, &scene.node.url("/actor/inbox"), &body),
        ),
        (
            "made for another host",
            mock.sign("max", &Method::POST, "http://elsewhere.example/inbox", &body),
        ),
    ];
    for (what, mut headers) in forged {
        if what == "made for another host" {
            headers.insert(
                "host",
                HeaderValue::from_str(&scene.node.authority).expect("host"),
            );
        }
        let (status, text) = send(Method::POST, &scene.inbox, headers, body.clone()).await;
        assert_eq!(status, 401, "{what}: {text}");
    }
    let replaced = scene.create("remplacé").to_string().into_bytes();
    assert_eq!(send(Method::POST, &scene.inbox, good(), replaced).await.0, 401);
    assert_eq!(scene.mentions().await.len(), 0);
    assert_eq!(
        send(Method::POST, &scene.inbox, good(), body.clone()).await.0,
        202
    );
    assert_eq!(scene.mentions().await.len(), 1);
}

async fn a_peer_speaks_only_for_itself(on: Database) {
    let scene = Scene::open(on).await;
    let mock = &scene.mock;
    mock.put_person("mona");
    let other = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &other.origin]).await;
    let post = scene.alice.publish("À moi", "public").await;
    let uri = post["uri"].as_str().expect("no uri").to_owned();

    let as_mona = scene.create("max signe, mona parle");
    let mut as_mona_activity = as_mona.clone();
    as_mona_activity["actor"] = json!(mock.person("mona"));
    let foreign_note = other.note("quentin", "pas à toi", &[scene.alice_uri()]);
    let mut foreign_id = scene.create("sous un autre nom");
    foreign_id["id"] = json!(format!("{}/activities/1", other.origin));
    let forged = [
        ("another person of the peer", as_mona_activity),
        ("another peer's object", mock.activity("max", "Create", json!({ "object": foreign_note, "to": [scene.alice_uri()] }))),
        ("an id on another peer", foreign_id.clone()),
        ("an update of our object", mock.activity("max", "Update", json!({ "object": { "id": uri, "type": "Note", "attributedTo": scene.alice_uri(), "content": "volé" } }))),
        ("a deletion of our object", mock.activity("max", "Delete", json!({ "object": uri }))),
        ("a deletion of our person", mock.activity("max", "Delete", json!({ "object": scene.alice_uri() }))),
        ("a deletion of another peer's object", mock.activity("max", "Delete", json!({ "object": foreign_note["id"] }))),
    ];
    for (what, activity) in forged {
        let (status, text) = mock.post("max", &scene.inbox, &activity).await;
        assert!(status == 403 || status == 401, "{what}: {status} {text}");
    }
    // The other peer's genuine activity of that id is still taken.
    let note = other.note("quentin", "bien à moi", &[scene.alice_uri()]);
    let mut genuine = other.activity(
        "quentin",
        "Create",
        json!({ "object": note, "to": [scene.alice_uri()] }),
    );
    genuine["id"] = foreign_id["id"].clone();
    let (status, text) = other.post("quentin", &scene.inbox, &genuine).await;
    assert_eq!(status, 202, "{text}");
    let now = scene
        .alice
        .get(&format!(
            "/api/v1/statuses/{}",
            post["id"].as_str().expect("no id")
        ))
        .await
        .ok();
    assert!(holds(&now, "À moi"));

    // An uninvited node's post, announced: nothing is fetched, nothing is seen.
    let stranger = MockPeer::start("127.0.0.9", "ursula").await;
    let theirs = stranger.note(
        "ursula",
        "vu nulle part",
        &["https://www.w3.org/ns/activitystreams#Public".to_owned()],
    );
    for object in [theirs["id"].clone(), theirs.clone()] {
        let announce = mock.activity(
            "max",
            "Announce",
            json!({ "object": object, "to": [scene.alice_uri()] }),
        );
        let (status, text) = mock.post("max", &scene.inbox, &announce).await;
        assert!([202, 400, 403].contains(&status), "{status} {text}");
    }
    assert_eq!(stranger.connections(), 0);
    for path in [
        "/api/v1/timelines/public",
        "/api/v1/timelines/home",
        "/api/v1/notifications",
    ] {
        assert!(
            !scene.alice.get(path).await.text.contains("vu nulle part"),
            "{path}"
        );
    }
}

async fn one_request_one_effect(on: Database) {
    let mut scene = Scene::open(on).await;
    let body = scene.create("une seule fois").to_string().into_bytes();
    let headers = scene.mock.sign("max", &Method::POST, &scene.inbox, &body);
    let sends = (0..50).map(|_| send(Method::POST, &scene.inbox, headers.clone(), body.clone()));
    for (status, text) in futures_util::future::join_all(sends).await {
        assert_eq!(status, 202, "{text}");
    }
    assert_eq!(scene.mentions().await.len(), 1);
    scene.node.kill().await;
    scene.node.serve().await;
    assert_eq!(send(Method::POST, &scene.inbox, headers, body).await.0, 202);
    assert_eq!(scene.mentions().await.len(), 1);
}

/// A form that was learned is nobody's news: a peer that asked for another with every message would have everything that
/// is in memory forgotten each time.
async fn a_peer_that_changes_its_form_empties_no_caches(on: Database) {
    let scene = Scene::open(on).await;
    let (alice, mock) = (&scene.alice, &scene.mock);
    let follow = mock.activity("max", "Follow", json!({ "object": scene.alice_uri() }));
    let (status, body) = mock.post("max", &scene.inbox, &follow).await;
    assert_eq!(status, 202, "{body}");
    let mut contents = Contents::open(&scene.node);
    let changes = |contents: &mut Contents| {
        let now = contents.now();
        let events = now.get("events").expect("no events");
        events.iter().filter(|row| row.contains("peer_changed")).count()
    };
    let before = changes(&mut contents);
    assert!(before > 0, "it was trusted");
    for (form, name) in [
        (Form::Rfc9421, "rfc9421"),
        (Form::Cavage, "cavage"),
        (Form::Rfc9421, "rfc9421"),
    ] {
        mock.take_only(form);
        let text = format!("{name} bitte");
        mock.take_inbox();
        alice.publish(&text, "public").await;
        eventually("the post", || async {
            mock.inbox()
                .into_iter()
                .find(|a| a["type"] == "Create" && a.to_string().contains(&text))
        })
        .await;
        eventually("the form to be kept", || {
            let peers = contents.now().remove("peers").expect("no peers");
            async move { peers.iter().any(|row| row.contains(name)).then_some(()) }
        })
        .await;
    }
    assert_eq!(changes(&mut contents), before);
}

/// What Mastodon, GoToSocial, Lemmy, Mitra and snac ask of requests, actors and posts before they look at what is in them.
async fn what_other_software_reads_is_written_as_it_reads_it(on: Database) {
    let scene = Scene::open(on).await;
    let (alice, mock) = (&scene.alice, &scene.mock);
    mock.put_person("mona");
    let follow = mock.activity("max", "Follow", json!({ "object": scene.alice_uri() }));
    assert_eq!(mock.post("max", &scene.inbox, &follow).await.0, 202);
    let posted = async |kind: &str| {
        eventually(kind, || async {
            let all = mock.seen();
            all.into_iter()
                .find(|one| one.line.starts_with("POST") && one.body["type"] == kind)
        })
        .await
    };
    // Some know a follow by its id, some by its parts: the answer has both.
    let accept = posted("Accept").await.body;
    for member in ["id", "type", "actor", "object"] {
        assert_eq!(accept["object"][member], follow[member], "{accept}");
    }
    assert_eq!(
        (&accept["actor"], &accept["to"]),
        (&json!(scene.alice_uri()), &json!([mock.person("max")]))
    );

    let handle = format!("@mona@{}", mock.authority());
    let text = format!("Voici {handle} : a < b & c\n\nun #Réseau https://example.com/a?b=1&c=2");
    let post = alice.publish(&text, "public").await;
    let create = posted("Create").await;
    let key = the_actor(&scene, &post).await;
    the_request(&scene, &create, &key);
    the_note(&scene, &create.body, &post, &handle);
    // The fetch that made mona known.
    let asked = mock
        .seen()
        .into_iter()
        .find(|one| one.line == "GET /users/mona")
        .expect("not asked");
    let instance = actor_key(&scene, "/actor").await;
    signed(&scene, &asked, "GET", "/users/mona", &instance);
    let accept = asked.headers["accept"].to_str().unwrap();
    assert!(
        accept.contains("application/activity+json") && accept.contains("application/ld+json; profile="),
        "{accept}"
    );
}

/// A POST as old software takes it: draft-cavage over what all of them want covered, with the name of who sends it.
fn the_request(scene: &Scene, create: &Seen, key: &PublicKey) {
    let path = create.line.trim_start_matches("POST ");
    signed(scene, create, "POST", path, key);
    let header = |name: &str| create.headers[name].to_str().unwrap().to_owned();
    // GoToSocial answers 418 to who has none.
    assert!(
        header("user-agent").contains(&scene.node.url("")),
        "{}",
        header("user-agent")
    );
    let kind = header("content-type");
    assert!(
        kind.starts_with("application/activity+json") || kind.starts_with("application/ld+json"),
        "{kind}"
    );
}

/// The signature covers what is asked for, is fresh, and holds with the key of the actor's document.
fn signed(scene: &Scene, one: &Seen, method: &str, path: &str, key: &PublicKey) {
    let header = one.headers["signature"].to_str().unwrap();
    for part in ["(request-target)", "host", "date", "digest"] {
        assert!(header.contains(part), "{header}");
    }
    assert!(
        header.contains("algorithm=\"rsa-sha256\"") || header.contains("hs2019"),
        "{header}"
    );
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let parsed = signature::parse(&method, path, &one.headers).unwrap();
    parsed.check_freshness(now(), signature::Window::NATIVE).unwrap();
    let receiver = Origin::of_url(&Url::parse(&scene.mock.origin).unwrap()).unwrap();
    assert!(parsed.verify(key, &receiver, &one.bytes).is_ok(), "{header}");
}

/// The key of an actor, read under the `keyId` without its fragment.
async fn actor_key(scene: &Scene, path: &str) -> PublicKey {
    let (status, actor) = scene.mock.get("max", &scene.node.url(path)).await;
    assert_eq!(status, 200, "{actor}");
    let actor: Value = serde_json::from_str(&actor).unwrap();
    let id = scene.node.url(path);
    assert_eq!(actor["id"], json!(id));
    assert_eq!(
        (&actor["publicKey"]["owner"], &actor["publicKey"]["id"]),
        (&json!(id), &json!(format!("{id}#main-key")))
    );
    PublicKey::from_pem(actor["publicKey"]["publicKeyPem"].as_str().unwrap()).unwrap()
}

/// The actor has what each of them refuses an actor without; WebFinger leads from its handle to it and back.
async fn the_actor(scene: &Scene, post: &Value) -> PublicKey {
    let (_, actor) = scene.mock.get("max", &scene.alice_uri()).await;
    let actor: Value = serde_json::from_str(&actor).unwrap();
    assert_eq!(
        (&actor["type"], &actor["preferredUsername"]),
        (&json!("Person"), &json!("alice"))
    );
    for (member, path) in [
        ("inbox", "/inbox"),
        ("outbox", "/outbox"),
        ("followers", "/followers"),
        ("following", "/following"),
        ("featured", "/featured"),
    ] {
        assert_eq!(
            actor[member],
            json!(format!("{}{path}", scene.alice_uri())),
            "{actor}"
        );
    }
    assert_eq!(actor["endpoints"]["sharedInbox"], json!(scene.inbox));
    assert_eq!(actor["url"], post["account"]["url"]);
    for member in ["manuallyApprovesFollowers", "discoverable"] {
        assert!(actor[member].is_boolean(), "{actor}");
    }
    assert!(
        actor["name"].is_string() && actor["summary"].is_string() && actor["published"].is_string(),
        "{actor}"
    );
    let contexts = actor["@context"].as_array().unwrap();
    assert_eq!(contexts[0], "https://www.w3.org/ns/activitystreams");
    assert!(contexts.contains(&json!("https://w3id.org/security/v1")));

    // Not signed, as they ask.
    let resource = format!("acct:alice@{}", scene.node.authority);
    let path = format!("/.well-known/webfinger?resource={resource}");
    let found = scene.node.client("").get(&path).await;
    assert!(found.headers["content-type"].starts_with("application/jrd+json"));
    let found = found.ok();
    assert_eq!(found["subject"], json!(resource));
    let links = found["links"].as_array().unwrap();
    let own = links
        .iter()
        .find(|link| link["rel"] == "self" && link["type"] == "application/activity+json");
    assert_eq!(own.unwrap()["href"], json!(scene.alice_uri()));
    actor_key(scene, "/people/alice").await
}

/// The post: for followers, with who is mentioned beside; HTML that all of them keep.
fn the_note(scene: &Scene, create: &Value, post: &Value, handle: &str) {
    let (followers, mona) = (
        format!("{}/followers", scene.alice_uri()),
        scene.mock.person("mona"),
    );
    let note = &create["object"];
    for one in [create, note] {
        assert_eq!(
            (&one["to"], &one["cc"]),
            (&json!([followers]), &json!([mona])),
            "{one}"
        );
    }
    assert_eq!(
        (&note["type"], &note["id"], &note["attributedTo"]),
        (&json!("Note"), &post["uri"], &json!(scene.alice_uri()))
    );
    assert_eq!(
        (&create["actor"], &note["url"]),
        (&json!(scene.alice_uri()), &post["url"])
    );
    assert!(
        note["published"].as_str().is_some_and(|at| at.ends_with('Z')),
        "{note}"
    );
    let content = note["content"].as_str().unwrap();
    assert!(
        content.starts_with("<p>") && content.ends_with("</p>") && content.contains("</p><p>"),
        "{content}"
    );
    assert!(content.contains("a &lt; b &amp; c"), "{content}");
    let profile = format!("{}/@mona", scene.mock.origin);
    for part in [
        format!("href=\"{profile}\""),
        "u-url mention".to_owned(),
        "mention hashtag".to_owned(),
        "https://example.com/a?b=1&amp;c=2".to_owned(),
    ] {
        assert!(content.contains(&part), "{part}: {content}");
    }
    let tags = note["tag"].as_array().unwrap();
    let tag = |kind: &str| tags.iter().find(|tag| tag["type"] == kind).unwrap();
    assert_eq!(
        (&tag("Mention")["href"], &tag("Mention")["name"]),
        (&json!(mona), &json!(handle))
    );
    assert_eq!(tag("Hashtag")["name"].as_str().unwrap().to_lowercase(), "#réseau");
    assert!(tag("Hashtag")["href"].as_str().unwrap().starts_with("http"));
}
