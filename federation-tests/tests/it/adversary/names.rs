//! Names, and what they resolve to. The resolver is the test's own; the connections and questions are those that the
//! process made.

use federation_tests::{Database, MockPeer, Node, eventually};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

crate::on_both!(
    names_of_peers_lead_nowhere_else,
    names_of_strangers_are_never_asked_for
);

/// Addresses that are nobody's business but the operator's, one of each kind, and what is inside one that looks foreign.
const INSIDE: &[(&str, &str)] = &[
    ("loopback", "127.0.0.9"),
    ("loopback-v6", "::1"),
    ("unspecified", "0.0.0.0"),
    ("unspecified-v6", "::"),
    ("link-local", "169.254.169.254"),
    ("link-local-v6", "fe80::1"),
    ("private-10", "10.0.0.1"),
    ("private-172", "172.16.0.1"),
    ("private-192", "192.168.1.1"),
    ("unique-local", "fd00::1"),
    ("carrier-nat", "100.64.0.1"),
    ("mapped", "::ffff:127.0.0.9"),
    ("compatible", "::127.0.0.9"),
    ("nat64", "64:ff9b::7f00:9"),
    ("local-nat64", "64:ff9b:1::7f00:9"),
    ("six-to-four", "2002:7f00:9::1"),
    ("teredo", "2001:0:7f00:9::1"),
    ("multicast", "224.0.0.1"),
    ("broadcast", "255.255.255.255"),
    ("documentation", "192.0.2.1"),
    ("reserved", "240.0.0.1"),
    // One that is allowed, and one that is not: an attack or a mistake.
    ("both", "127.0.0.7 127.0.0.9"),
    ("both-turned", "10.0.0.1 127.0.0.7"),
];

/// Adds a rule for each of these origins: plain http, and this network.
fn allow(node: &Node, origins: &[String], network: &str) {
    let file = node.dir().join("entrenous.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for origin in origins {
        text.push_str(&format!(
            "\n[[egress.allow]]\norigin = \"{origin}\"\naddresses = [\"{network}\"]\n"
        ));
    }
    std::fs::write(file, text).unwrap();
}

async fn names_of_peers_lead_nowhere_else(on: Database) {
    let mut node = Node::init(
        "Lyon",
        on,
        &format!("localhost:{}", federation_tests::node::free_port()),
    )
    .await;
    let mock = MockPeer::start_as("127.0.0.7", "good.test", "max").await;
    let port = mock.authority().rsplit(':').next().unwrap().to_owned();
    // A trap where the bad names lead, at the same port.
    let trap = tokio::net::TcpListener::bind(format!("127.0.0.9:{port}"))
        .await
        .unwrap();
    let origins: Vec<String> = INSIDE
        .iter()
        .map(|(name, _)| format!("http://{name}.test:{port}"))
        .chain([mock.origin.clone()])
        .collect();
    allow(&node, &origins, "127.0.0.7/32");
    let names: Vec<(String, &str)> = INSIDE
        .iter()
        .map(|(name, address)| (format!("{name}.test"), *address))
        .collect();
    let mut answers: Vec<(&str, &str)> = names
        .iter()
        .map(|(name, address)| (name.as_str(), *address))
        .collect();
    answers.push(("good.test", "127.0.0.7"));
    node.answer_names(&answers);
    node.serve().await;
    for origin in origins.iter().take(INSIDE.len()) {
        // Trust does not need contact: it says that none came about.
        let (_, told, said) = node.try_command(&["peer", "trust", origin], "").await;
        assert!(
            (told + &said).contains("cannot be reached"),
            "{origin} was reached"
        );
    }
    let contacts = node.contacts();
    for (name, _) in INSIDE {
        let asked = format!("{name}.test");
        assert!(
            contacts.questions.contains(&asked),
            "{asked} was not even asked for: the test proves nothing"
        );
    }
    let questions: BTreeSet<String> = names.iter().map(|(name, _)| format!("{name}:{port}")).collect();
    let connected: Vec<_> = contacts
        .connections
        .iter()
        .filter(|to| to.port().to_string() == port)
        .collect();
    assert!(connected.is_empty(), "{connected:?}");
    assert!(contacts.besides(&questions).is_empty(), "{contacts:?}");
    // The very same with the right address is a peer.
    node.command(&["peer", "trust", &mock.origin]).await;
    assert_eq!(node.peer_state(mock.authority()).await, "active");
    let alice = node.person("alice").await;
    let inbox = node.url("/inbox");
    let me = node.url("/people/alice");
    let create = |name: &str, text: &str| {
        let mut note = mock.note(name, text, std::slice::from_ref(&me));
        note["tag"] = json!([{ "type": "Mention", "href": me, "name": "@alice" }]);
        mock.activity(name, "Create", json!({ "object": note, "to": [me] }))
    };
    let (status, said) = mock.post("max", &inbox, &create("max", "par son nom")).await;
    assert_eq!(status, 202, "{said}");
    eventually("the mention", || async {
        let told = alice.get("/api/v1/notifications").await.text;
        told.contains("par son nom").then_some(())
    })
    .await;
    // Rebound: the name of a peer leads inside from now on. A new connection is needed, since the first are kept.
    node.kill().await;
    node.serve().await;
    node.answer_names(&[("good.test", "127.0.0.9")]);
    mock.put_person("late");
    let (status, said) = mock.post("late", &inbox, &create("late", "trop tard")).await;
    assert!([401, 403, 503].contains(&status), "{status} {said}");
    assert!(
        !alice
            .get("/api/v1/notifications")
            .await
            .text
            .contains("trop tard")
    );
    let trapped = tokio::time::timeout(std::time::Duration::from_millis(50), trap.accept()).await;
    assert!(trapped.is_err(), "the trap was contacted");
    let mut peers = questions;
    peers.insert("127.0.0.7:".to_owned() + &port);
    peers.insert(mock.authority().to_owned());
    assert_eq!(node.contacts().besides(&peers), BTreeSet::new());
}

async fn names_of_strangers_are_never_asked_for(on: Database) {
    let mut node = Node::init(
        "Lyon",
        on,
        &format!("localhost:{}", federation_tests::node::free_port()),
    )
    .await;
    let p = MockPeer::start_as("127.0.0.7", "p.test", "max").await;
    let u = MockPeer::start_as("127.0.0.9", "u.test", "mallory").await;
    allow(&node, std::slice::from_ref(&p.origin), "127.0.0.7/32");
    // Allowed for egress is not invited: a rule for U is written too, and its name is known.
    allow(&node, std::slice::from_ref(&u.origin), "127.0.0.9/32");
    node.answer_names(&[("p.test", "127.0.0.7"), ("u.test", "127.0.0.9")]);
    node.serve().await;
    node.command(&["peer", "trust", &p.origin]).await;
    let alice = node.person("alice").await;
    let me = node.url("/people/alice");
    let inbox = node.url("/inbox");

    // By its signature, under every spelling.
    let note = u.note("mallory", "dehors", std::slice::from_ref(&me));
    let create = u.activity("mallory", "Create", json!({ "object": note, "to": [me] }));
    let body = create.to_string().into_bytes();
    for key_id in [
        format!("{}/users/mallory#main-key", u.origin),
        format!("{}/users/mallory#main-key", u.origin.to_uppercase()),
        format!("{}/users/mallory", u.origin.replace("u.test", "u.test.")),
        format!("{}/users/mallory", u.origin.replace("http://", "http://p.test@")),
        format!("{}/users/mallory", u.origin.replace("u.test", "xn--tda.test")),
        "acct:mallory@u.test".to_owned(),
        "http://u.test".to_owned(),
        "https://u.test/actor".to_owned(),
    ] {
        let headers = u.sign_as(&key_id, &Method::POST, &inbox, &body);
        // What is no header at all cannot be sent.
        let (status, said) = federation_tests::mock::send(Method::POST, &inbox, headers, body.clone()).await;
        assert!([400, 401, 403].contains(&status), "{key_id}: {status} {said}");
    }
    // By what P says, in every place where a URL can stand.
    let stranger = u.person("mallory");
    let mut actor = p.document("/users/max");
    for field in [
        "inbox",
        "outbox",
        "followers",
        "following",
        "featured",
        "url",
        "movedTo",
    ] {
        actor[field] = json!(format!("{}/{field}", u.origin));
    }
    actor["endpoints"]["sharedInbox"] = json!(format!("{}/inbox", u.origin));
    actor["icon"] = json!({ "type": "Image", "url": format!("{}/a.png", u.origin) });
    actor["alsoKnownAs"] = json!([stranger]);
    let mut full = p.note(
        "max",
        &format!("voir {0}/a <a href=\"{0}/b\">b</a> <img src=\"{0}/c\">", u.origin),
        std::slice::from_ref(&me),
    );
    full["inReplyTo"] = note["id"].clone();
    full["context"] = json!(format!("{}/c", u.origin));
    full["conversation"] = json!(format!("{}/c", u.origin));
    full["replies"] = json!(format!("{}/r", u.origin));
    full["quote"] = note["id"].clone();
    full["quoteUrl"] = note["id"].clone();
    full["quoteAuthorization"] = json!(format!("{}/stamp", u.origin));
    full["url"] = json!(format!("{}/u", u.origin));
    full["attachment"] =
        json!([{ "type": "Image", "mediaType": "image/png", "url": format!("{}/p.png", u.origin) }]);
    full["tag"] = json!([
        { "type": "Mention", "href": me, "name": "@alice" },
        { "type": "Mention", "href": stranger, "name": "@mallory@u.test" },
        { "type": "Hashtag", "href": format!("{}/t", u.origin), "name": "#t" },
        { "type": "Emoji", "name": ":x:", "icon": { "type": "Image", "url": format!("{}/e.png", u.origin) } },
        { "type": "Emoji", "name": ":y:", "id": format!("{}/e/y", u.origin), "updated": "2030-01-01T00:00:00Z",
          "icon": { "type": "Image", "url": format!("{}/y.png", u.origin) } },
    ]);
    full["to"] = json!([me, stranger, format!("{}/followers", u.origin)]);
    let sent: Vec<(&str, Value)> = vec![
        ("Create", full.clone()),
        ("Announce", note["id"].clone()),
        ("Announce", note.clone()),
        ("Like", note["id"].clone()),
        ("EmojiReact", note["id"].clone()),
        ("QuoteRequest", note["id"].clone()),
        ("Follow", json!(stranger)),
        ("Add", note.clone()),
        ("Move", json!(p.person("max"))),
        ("Flag", json!([stranger, note["id"]])),
        ("Invite", json!(stranger)),
        ("Offer", json!(stranger)),
        ("Update", actor),
    ];
    for (kind, object) in sent {
        let mut activity = p.activity(
            "max",
            kind,
            json!({ "object": object, "to": full["to"], "target": stranger }),
        );
        activity["instrument"] = json!(stranger);
        activity["@context"] = json!([
            format!("{}/context", u.origin),
            "https://www.w3.org/ns/activitystreams"
        ]);
        let (status, said) = p.post("max", &inbox, &activity).await;
        assert!([202, 400, 403].contains(&status), "{kind}: {status} {said}");
    }
    // By what our own people type.
    for query in [
        "@mallory@u.test",
        "mallory@u.test",
        &stranger,
        &u.origin,
        "https://u.test/@mallory",
        "acct:mallory@u.test",
    ] {
        let q = federation_tests::client::escape(query);
        let found = alice
            .get(&format!("/api/v2/search?resolve=true&q={q}"))
            .await
            .ok();
        assert!(!found.to_string().contains("of the mock"), "{found}");
        let found = alice.get(&format!("/api/v1/accounts/lookup?acct={q}")).await;
        assert_eq!(found.status, 404, "{}", found.text);
    }
    alice
        .publish(
            &format!("bonjour @mallory@u.test, voir {stranger} et http://u.test/x.png"),
            "public",
        )
        .await;
    // What is fetched in the background has its turn: another's picture, which is allowed.
    p.put_person("last");
    let (status, _) = p
        .post(
            "last",
            &inbox,
            &p.activity("last", "Follow", json!({ "object": me })),
        )
        .await;
    assert_eq!(status, 202);
    eventually("the answer to the last", || async {
        p.inbox()
            .iter()
            .any(|activity| activity["type"] == "Accept")
            .then_some(())
    })
    .await;
    assert_eq!(u.connections(), 0, "{:?}", u.seen());
    let contacts = node.contacts();
    let peers = BTreeSet::from([
        p.authority().to_owned(),
        "127.0.0.7:".to_owned() + p.authority().rsplit(':').next().unwrap(),
    ]);
    assert!(
        contacts.questions.contains(&"p.test".to_owned()),
        "nobody was asked for: {contacts:?}"
    );
    assert_eq!(contacts.besides(&peers), BTreeSet::new());
    assert!(!node.log().contains("panicked"));
}
