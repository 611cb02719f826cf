//! Followers synchronisation (FEP-8fcf): a follow that one side has lost ends on the other, and a node that lies about its
//! followers gains nothing by it.

use entrenous_wire::Origin;
use entrenous_wire::keys::PublicKey;
use entrenous_wire::signature::{self, Signing};
use federation_tests::client::holds;
use federation_tests::contents::{self, Contents};
use federation_tests::mock::{now, send};
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use std::fmt::Write as _;
use url::Url;

crate::on_both!(
    a_lost_undo_lets_one_post_out_and_no_more,
    a_follow_that_the_author_s_node_has_lost_ends,
    other_software_is_told_and_heard,
    what_a_peer_says_of_others_is_not_believed,
);

const HEADER: HeaderName = HeaderName::from_static("collection-synchronization");

async fn follows(client: &Client, id: &str) -> bool {
    let path = format!("/api/v1/accounts/relationships?id[]={id}");
    client.get(&path).await.ok()[0]["following"] == true
}

/// Rows of a table that hold this.
fn rows(node: &Node, table: &str, text: &str) -> usize {
    let all = Contents::open(node).now();
    all[table].iter().filter(|row| row.contains(text)).count()
}

async fn actions(node: &Node) -> Vec<String> {
    let lines = node.json(&["audit", "--limit", "200"]).await;
    let lines = lines.as_array().unwrap().iter();
    lines
        .filter_map(|line| line["action"].as_str().map(str::to_owned))
        .collect()
}

async fn connected(on: Database) -> (Node, Node, Client, Client) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    (lyon, paris, alice, bob)
}

async fn a_lost_undo_lets_one_post_out_and_no_more(on: Database) {
    let (mut lyon, paris, alice, bob) = connected(on).await;
    let alice_there = bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("Pour mes abonnés", "private").await;
    bob.sees("Pour mes abonnés").await;

    // Bob stops following while Lyon is away, and what was to tell it is lost.
    lyon.kill().await;
    bob.post(&format!("/api/v1/accounts/{alice_there}/unfollow"), json!({}))
        .await
        .ok();
    assert!(!follows(&bob, &alice_there).await);
    contents::run(&paris, on, "DELETE FROM deliveries WHERE state = 'queued'");
    lyon.serve().await;
    let alice = lyon.client(alice.token());
    let me = alice.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["followers_count"], 1, "Lyon has not heard of it: {me}");

    // The next post still goes there, where nobody sees it; with it goes the digest that makes it up.
    alice.publish("Encore une fois", "private").await;
    eventually("the end of the follow at Lyon", || async {
        let me = alice.get("/api/v1/accounts/verify_credentials").await.ok();
        (me["followers_count"] == 0).then_some(())
    })
    .await;
    assert!(actions(&paris).await.contains(&"follows.synchronised".to_owned()));
    assert_eq!(rows(&paris, "posts", "Encore une fois"), 0);
    let before = Contents::open(&lyon).now()["deliveries"].len();
    alice.publish("Et plus jamais", "private").await;
    assert_eq!(Contents::open(&lyon).now()["deliveries"].len(), before);
    assert_eq!(rows(&paris, "posts", "Et plus jamais"), 0);
    // It can begin anew.
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("À nouveau", "private").await;
    bob.sees("À nouveau").await;
}

async fn a_follow_that_the_author_s_node_has_lost_ends(on: Database) {
    let (mut lyon, paris, alice, bob) = connected(on).await;
    let carla = paris.person("carla").await;
    let alice_there = bob.follow(&format!("@alice@{}", lyon.authority)).await;
    carla.follow(&format!("@alice@{}", lyon.authority)).await;
    let notified = async || {
        bob.get("/api/v1/notifications")
            .await
            .ok()
            .as_array()
            .unwrap()
            .len()
    };
    let told = notified().await;

    // Lyon's database is that of yesterday, when bob did not follow yet.
    lyon.kill().await;
    let bob_at_lyon = "SELECT id FROM accounts WHERE username = 'bob'";
    contents::run(
        &lyon,
        on,
        &format!("DELETE FROM follows WHERE follower_id IN ({bob_at_lyon})"),
    );
    lyon.serve().await;
    let alice = lyon.client(alice.token());
    alice.publish("Pour qui suit", "private").await;
    eventually("the end of the follow at Paris", || async {
        (!follows(&bob, &alice_there).await).then_some(())
    })
    .await;
    assert!(follows(&carla, &alice_there).await, "she is in the list");
    carla.sees("Pour qui suit").await;
    assert!(!bob.home().await.iter().any(|post| holds(post, "Pour qui suit")));
    assert_eq!(notified().await, told);
    assert!(actions(&paris).await.contains(&"follows.synchronised".to_owned()));
    // Both are of one mind, and nothing is left to ask.
    let asked = |node: &Node| rows(node, "follows", "");
    assert_eq!((asked(&lyon), asked(&paris)), (1, 1));
}

/// A node, alice there, and a mock of other software.
struct Scene {
    node: Node,
    alice: Client,
    mock: MockPeer,
}

impl Scene {
    async fn open(on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let alice = node.person("alice").await;
        let mock = MockPeer::start("127.0.0.9", "max").await;
        node.command(&["peer", "trust", &mock.origin]).await;
        Self { node, alice, mock }
    }

    /// Alice follows someone of the mock, accepted; answers the account's id at her node.
    async fn followed(&self, name: &str) -> String {
        self.mock.put_person(name);
        let id = self
            .alice
            .find(&format!("@{name}@{}", self.mock.authority()))
            .await;
        self.alice
            .post(&format!("/api/v1/accounts/{id}/follow"), json!({}))
            .await
            .ok();
        let person = self.mock.person(name);
        let asked = eventually("the Follow", || async {
            let mut all = self.mock.inbox().into_iter();
            all.find(|one| one["type"] == "Follow" && one["object"] == person.as_str())
        })
        .await;
        let accept = self
            .mock
            .activity(name, "Accept", json!({ "object": asked["id"] }));
        let answer = self.mock.post(name, &self.node.url("/inbox"), &accept).await;
        assert_eq!(answer.0, 202, "{}", answer.1);
        eventually("the follow", || async {
            follows(&self.alice, &id).await.then_some(())
        })
        .await;
        id
    }

    /// `name` of the mock publishes with this header, under the signature or beside it.
    async fn says(&self, name: &str, header: &str, covered: bool) {
        let to = [format!("{}/followers", self.mock.person(name))];
        let note = self.mock.note(name, "bonjour", &to);
        let create = self
            .mock
            .activity(name, "Create", json!({ "object": note, "to": to }));
        let body = create.to_string().into_bytes();
        let url = self.node.url("/inbox");
        let also = [(HEADER, header)];
        let signing = Signing {
            method: &Method::POST,
            url: &Url::parse(&url).unwrap(),
            content_type: Some("application/activity+json"),
            also: if covered { &also } else { &[] },
            body: &body,
            now: now(),
        };
        let key_id = format!("{}#main-key", self.mock.person(name));
        let mut headers = signing.cavage(self.mock.key(), &key_id).unwrap();
        headers.insert(HEADER, HeaderValue::from_str(header).unwrap());
        let (status, answer) = send(Method::POST, &url, headers, body).await;
        assert_eq!(status, 202, "{answer}");
    }

    fn url(&self, name: &str) -> String {
        format!("{}/followers_synchronization", self.mock.person(name))
    }

    /// As Mastodon writes it.
    fn header(&self, name: &str, digest: &str) -> String {
        let person = self.mock.person(name);
        let url = self.url(name);
        format!("collectionId=\"{person}/followers\", digest=\"{digest}\", url=\"{url}\"")
    }

    /// Serves a list of followers of `name`.
    fn lists(&self, name: &str, document: Value) {
        let path = format!("/users/{name}/followers_synchronization");
        self.mock.serve_document(&path, document);
    }

    fn list(&self, name: &str, items: &[String]) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.url(name), "type": "OrderedCollection", "orderedItems": items,
        })
    }

    /// How often the list of `name` was asked for.
    fn asked(&self, name: &str) -> usize {
        let line = format!("GET /users/{name}/followers_synchronization");
        let seen = self.mock.seen();
        seen.iter().filter(|one| one.line == line && one.signed).count()
    }

    fn alice_uri(&self) -> String {
        self.node.url("/people/alice")
    }
}

fn digest(ids: &[&str]) -> String {
    let mut all = [0_u8; 32];
    for id in ids {
        let one = entrenous_wire::digest::sha256(id.as_bytes());
        all.iter_mut().zip(one).for_each(|(byte, with)| *byte ^= with);
    }
    all.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

async fn other_software_is_told_and_heard(on: Database) {
    let scene = Scene::open(on).await;
    let (node, mock) = (&scene.node, &scene.mock);
    // Max follows alice: with her posts he is told of himself, under the signature.
    let follow = mock.activity("max", "Follow", json!({ "object": scene.alice_uri() }));
    assert_eq!(mock.post("max", &node.url("/inbox"), &follow).await.0, 202);
    eventually("the Accept", || async {
        mock.inbox().into_iter().find(|one| one["type"] == "Accept")
    })
    .await;
    scene.alice.publish("Bonjour Max", "private").await;
    let seen = eventually("the Create", || async {
        mock.seen().into_iter().find(|one| one.body["type"] == "Create")
    })
    .await;
    let told = seen.headers[HEADER].to_str().unwrap().to_owned();
    let max = mock.person("max");
    let url = format!("{}/followers_synchronization", scene.alice_uri());
    let expected = format!(
        "collectionId=\"{}/followers\", url=\"{url}\", digest=\"{}\"",
        scene.alice_uri(),
        digest(&[&max])
    );
    assert_eq!(told, expected);
    let parsed = signature::parse(&Method::POST, "/inbox", &seen.headers).unwrap();
    assert_eq!(parsed.covered_field(HEADER.as_str()), Some(told.as_str()));
    let (_, actor) = mock.get("max", &scene.alice_uri()).await;
    let actor: Value = serde_json::from_str(&actor).unwrap();
    let key = PublicKey::from_pem(actor["publicKey"]["publicKeyPem"].as_str().unwrap()).unwrap();
    let receiver = Origin::of_url(&Url::parse(&mock.origin).unwrap()).unwrap();
    assert!(parsed.verify(&key, &receiver, &seen.bytes).is_ok(), "{told}");
    // Its list is for this peer, signed, and is what the digest is of.
    let (status, list) = mock.get("max", &url).await;
    assert_eq!(status, 200, "{list}");
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((&list["id"], &list["orderedItems"]), (&json!(url), &json!([max])));
    let unsigned = send(Method::GET, &url, http::HeaderMap::new(), Vec::new()).await;
    assert_eq!(unsigned.0, 401);
    // A letter is for nobody's followers.
    scene
        .alice
        .publish(&format!("@max@{} entre nous", mock.authority()), "direct")
        .await;
    let letter = eventually("the letter", || async {
        let found = mock
            .seen()
            .into_iter()
            .find(|one| one.body.to_string().contains("entre nous"));
        found.filter(|one| one.body["type"] == "Create")
    })
    .await;
    assert!(!letter.headers.contains_key(HEADER), "{:?}", letter.headers);

    // Max's node does not know that alice follows him; it thinks that somebody does who does not.
    let max_here = scene.followed("max").await;
    node.person("boris").await;
    let boris = node.url("/people/boris");
    scene.lists(
        "max",
        scene.list("max", &[boris.clone(), format!("{}/x", mock.origin)]),
    );
    scene
        .says("max", &scene.header("max", &digest(&[&boris])), true)
        .await;
    eventually("the end of the follow", || async {
        (!follows(&scene.alice, &max_here).await).then_some(())
    })
    .await;
    let undo = eventually("the Undo", || async {
        mock.inbox().into_iter().find(|one| one["type"] == "Undo")
    })
    .await;
    assert_eq!(
        (&undo["actor"], &undo["object"]["object"]),
        (&json!(boris), &json!(max))
    );
    assert_eq!(undo["object"]["type"], "Follow");
    assert_eq!(scene.asked("max"), 1);
}

async fn what_a_peer_says_of_others_is_not_believed(on: Database) {
    let scene = Scene::open(on).await;
    let elsewhere = MockPeer::start("127.0.0.10", "eve").await;
    let lie = "0".repeat(64);
    let mut people = Vec::new();
    // In the order in which they would be asked about.
    for name in ["quiet", "truthful", "flood", "endless", "large", "last"] {
        people.push((name, scene.followed(name).await));
    }
    for name in ["quiet", "truthful", "last"] {
        scene.lists(name, scene.list(name, &[]));
    }
    let truth = scene.list(
        "flood",
        &[
            scene.alice_uri(),
            scene.alice_uri(),
            format!("{}/people/x", elsewhere.origin),
        ],
    );
    scene.lists("flood", truth);
    // Pages that go round, a page that goes elsewhere, more than may be read.
    let mut round = json!({ "type": "OrderedCollectionPage", "orderedItems": [] });
    round["next"] = json!(scene.url("endless"));
    scene.lists("endless", round);
    scene.lists(
        "large",
        json!({ "type": "OrderedCollection", "orderedItems": [], "padding": "x".repeat(1 << 20) }),
    );

    let quiet = |digest: &str| scene.header("quiet", digest);
    let person = |name: &str| scene.mock.person(name);
    let swapped = quiet(&lie).replace(
        &format!("{}/followers\"", person("quiet")),
        &format!("{}/followers\"", person("last")),
    );
    assert_ne!(swapped, quiet(&lie));
    for (header, covered) in [
        // Beside the signature: anybody may have written it.
        (quiet(&lie), false),
        // Somebody else's collection, an address elsewhere, unreadable, twice in one.
        (swapped, true),
        (
            quiet(&lie).replace(&scene.url("quiet"), &format!("{}/list", elsewhere.origin)),
            true,
        ),
        (
            quiet(&lie).replace("http://127.0.0.9", "http://127.0.0.9.elsewhere.test"),
            true,
        ),
        (quiet("00"), true),
        (format!("{0}, {0}", quiet(&lie)), true),
    ] {
        scene.says("quiet", &header, covered).await;
    }
    // The truth needs no asking.
    let truth = scene.header("truthful", &digest(&[&scene.alice_uri()]));
    scene.says("truthful", &truth, true).await;
    for number in 0..40 {
        let lie = digest(&[&number.to_string()]);
        scene.says("flood", &scene.header("flood", &lie), true).await;
    }
    for name in ["endless", "large", "last"] {
        scene.says(name, &scene.header(name, &lie), true).await;
    }
    // One peer's are looked at one after the other: what was said before the last has been looked at when this is.
    let id = |name: &str| people.iter().find(|(one, _)| *one == name).unwrap().1.clone();
    eventually("the end of the last follow", || async {
        (!follows(&scene.alice, &id("last")).await).then_some(())
    })
    .await;
    let asked: Vec<usize> = people.iter().map(|(name, _)| scene.asked(name)).collect();
    assert_eq!(asked, [0, 0, 1, 1, 1, 1], "who was asked how often");
    for name in ["quiet", "truthful", "flood", "endless", "large"] {
        assert!(follows(&scene.alice, &id(name)).await, "{name}");
    }
    assert_eq!(elsewhere.connections(), 0);
    assert!(scene.mock.inbox().iter().all(|one| one["type"] != "Undo"));
}
