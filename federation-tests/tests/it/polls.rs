//! Polls between nodes: asked on one, voted in from another, counted on both, ended on both.

use federation_tests::client::holds;
use federation_tests::contents::run;
use federation_tests::{Client, Database, MockPeer, Node, eventually};
use serde_json::{Value, json};

crate::on_both!(
    colleagues_on_two_sites_decide,
    other_software_takes_part,
    a_peer_cannot_stuff_the_box
);

fn id(entity: &Value) -> &str {
    entity["id"].as_str().expect("no id")
}

async fn ask(who: &Client, text: &str, visibility: &str, poll: &Value) -> Value {
    let body = json!({ "status": text, "visibility": visibility, "poll": poll });
    who.post("/api/v1/statuses", body).await.ok()
}

async fn vote(who: &Client, poll: &str, choice: usize) -> Value {
    who.post(
        &format!("/api/v1/polls/{poll}/votes"),
        json!({ "choices": [choice] }),
    )
    .await
    .ok()
}

fn counts(poll: &Value) -> Vec<Option<i64>> {
    let options = poll["options"].as_array().expect("no options");
    options
        .iter()
        .map(|option| option["votes_count"].as_i64())
        .collect()
}

/// Waits until the poll is as it should be.
async fn shows(who: &Client, poll: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || async {
        let poll = who.get(&format!("/api/v1/polls/{poll}")).await.ok();
        is(&poll).then_some(poll)
    })
    .await
}

/// Waits until the person is told that the poll ended.
async fn is_told(who: &Client, post: &str) {
    eventually("the end to be told", || async {
        let list = who.get("/api/v1/notifications?types[]=poll").await.ok();
        let list = list.as_array().expect("no list").clone();
        list.into_iter().find(|one| one["status"]["id"] == post)
    })
    .await;
}

async fn colleagues_on_two_sites_decide(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, carol, bob) = (
        lyon.person("alice").await,
        lyon.person("carol").await,
        paris.person("bob").await,
    );
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    let days = json!({ "options": ["lundi", "mardi"], "expires_in": 600 });
    let open = ask(&alice, "Quel jour ?", "public", &days).await;
    let mut secret = days.clone();
    secret["hide_totals"] = json!(true);
    let secret = ask(&alice, "Qui commande ?", "private", &secret).await;
    let there = bob.sees("Quel jour ?").await;
    assert_eq!(there["poll"]["options"][1]["title"], "mardi");
    assert!(
        !holds(&there, "mardi"),
        "the options stand in the poll only: {there}"
    );
    assert_eq!(
        (&there["poll"]["voted"], &there["poll"]["expired"]),
        (&json!(false), &json!(false))
    );

    // Carol's vote is seen in Paris, bob's in Lyon.
    vote(&carol, id(&open), 0).await;
    shows(&bob, id(&there), "carol's vote in Paris", |poll| {
        counts(poll) == [Some(1), Some(0)]
    })
    .await;
    let mine = vote(&bob, id(&there), 1).await;
    assert_eq!(
        (&mine["own_votes"], counts(&mine)),
        (&json!([1]), vec![Some(1), Some(1)])
    );
    let here = shows(&alice, id(&open), "bob's vote in Lyon", |poll| {
        counts(poll) == [Some(1), Some(1)]
    })
    .await;
    assert_eq!(here["voters_count"], 2);
    let again = bob
        .post(
            &format!("/api/v1/polls/{}/votes", id(&there)),
            json!({ "choices": [0] }),
        )
        .await;
    assert_eq!(again.status, 422);

    let secret_there = bob.sees("Qui commande ?").await;
    assert_eq!(counts(&secret_there["poll"]), [None, None]);
    let mine = vote(&bob, id(&secret_there), 0).await;
    assert_eq!(counts(&mine), [None, None]);
    let hidden = shows(&alice, id(&secret), "a hidden vote in Lyon", |poll| {
        poll["voters_count"] == 1
    })
    .await;
    assert_eq!(counts(&hidden), [None, None], "not even to its author");

    // Time passes in Lyon; Paris is told. The new poll only wakes who looks after them.
    run(&lyon, on, "UPDATE polls SET expires_at = '2020-01-01 00:00:00'");
    ask(
        &alice,
        "Encore ?",
        "direct",
        &json!({ "options": ["a", "b"], "expires_in": 600 }),
    )
    .await;
    for (who, post) in [
        (&alice, &open),
        (&alice, &secret),
        (&carol, &open),
        (&bob, &there),
        (&bob, &secret_there),
    ] {
        is_told(who, id(post)).await;
        let ended = shows(who, id(post), "the end", |poll| poll["expired"] == true).await;
        let expected = if holds(post, "Quel jour ?") {
            [Some(1), Some(1)]
        } else {
            [Some(1), Some(0)]
        };
        assert_eq!(counts(&ended), expected);
    }
    let late = bob
        .post(
            &format!("/api/v1/polls/{}/votes", id(&there)),
            json!({ "choices": [0] }),
        )
        .await;
    assert_eq!(late.status, 422);

    // A vote is no post, and nobody is told of one.
    for who in [&alice, &bob] {
        assert!(who.home().await.iter().all(|post| !post["poll"].is_null()));
    }
    let told = alice
        .get("/api/v1/notifications?exclude_types[]=follow")
        .await
        .ok();
    let told = told.as_array().expect("no list");
    assert!(told.iter().all(|one| one["type"] == "poll"), "{told:?}");
}

/// A node with alice, and max of other software, who follows her.
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
        mock.put_person("mona");
        node.command(&["peer", "trust", &mock.origin]).await;
        let inbox = node.url("/inbox");
        let scene = Self {
            node,
            alice,
            mock,
            inbox,
        };
        let follow = scene
            .mock
            .activity("max", "Follow", json!({ "object": scene.alice_uri() }));
        assert_eq!(scene.say("max", &follow).await, 202);
        scene.hears("the Accept", |a| a["type"] == "Accept").await;
        scene
    }

    fn alice_uri(&self) -> String {
        self.node.url("/people/alice")
    }

    async fn say(&self, name: &str, activity: &Value) -> u16 {
        self.mock.post(name, &self.inbox, activity).await.0
    }

    async fn hears(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || async { self.mock.inbox().into_iter().find(|a| is(a)) }).await
    }

    fn vote(&self, name: &str, question: &Value, option: &str) -> Value {
        let mut note = self.mock.note(name, "", &[self.alice_uri()]);
        let members = note.as_object_mut().expect("no object");
        members.remove("content");
        note["name"] = json!(option);
        note["inReplyTo"] = question.clone();
        self.mock.activity(
            name,
            "Create",
            json!({ "object": note, "to": [self.alice_uri()] }),
        )
    }

    /// Max asks alice.
    fn question(&self, text: &str) -> Value {
        let mut note = self.mock.note("max", text, &[self.alice_uri()]);
        note["type"] = json!("Question");
        note["tag"] = json!([{ "type": "Mention", "href": self.alice_uri(), "name": format!("@alice@{}", self.node.authority) }]);
        note["endTime"] = json!("2100-01-01T00:00:00Z");
        note["votersCount"] = json!(3);
        note["oneOf"] = json!([
            { "type": "Note", "name": "thé", "replies": { "type": "Collection", "totalItems": 2 } },
            { "type": "Note", "name": "café", "replies": { "type": "Collection", "totalItems": 1 } },
        ]);
        note
    }

    /// The poll that max asked, as alice has it.
    async fn asked(&self, text: &str) -> Value {
        let told = eventually("the question", || async {
            let list = self.alice.get("/api/v1/notifications?types[]=mention").await.ok();
            let list = list.as_array().expect("no list").clone();
            list.into_iter().find(|one| holds(&one["status"], text))
        })
        .await;
        told["status"]["poll"].clone()
    }
}

async fn other_software_takes_part(on: Database) {
    let scene = Scene::open(on).await;
    let poll = json!({ "options": ["thé", "café"], "expires_in": 600, "multiple": true });
    let post = ask(&scene.alice, "À boire ?", "public", &poll).await;
    let create = scene.hears("the Question", |a| a["type"] == "Create").await;
    let question = &create["object"];
    assert_eq!(question["type"], "Question");
    assert_eq!(question["anyOf"][1]["name"], "café");
    assert_eq!(question["anyOf"][1]["replies"]["totalItems"], 0);
    assert_eq!(question["votersCount"], 0);
    assert!(question["endTime"].is_string() && question.get("closed").is_none());
    assert!(!create.to_string().contains("Public"), "{create}");

    let yes = scene.vote("max", &question["id"], "café");
    for _ in 0..2 {
        assert_eq!(scene.say("max", &yes).await, 202);
    }
    let now = shows(&scene.alice, id(&post), "max's vote", |poll| {
        poll["voters_count"] == 1
    })
    .await;
    assert_eq!(counts(&now), [Some(0), Some(1)]);
    let update = scene.hears("the counts", |a| a["type"] == "Update").await;
    assert_eq!(update["object"]["anyOf"][1]["replies"]["totalItems"], 1);
    assert_eq!(update["object"]["votersCount"], 1);

    let theirs = scene.question("Et toi ?");
    let create = scene
        .mock
        .activity("max", "Create", json!({ "object": theirs, "to": theirs["to"] }));
    assert_eq!(scene.say("max", &create).await, 202);
    let poll = scene.asked("Et toi ?").await;
    assert_eq!(counts(&poll), [Some(2), Some(1)]);
    vote(&scene.alice, id(&poll), 1).await;
    let cast = scene
        .hears("alice's vote", |a| {
            a["object"]["name"] == "café" && a["type"] == "Create"
        })
        .await;
    let note = &cast["object"];
    assert_eq!(
        (&note["type"], &note["inReplyTo"], &note["attributedTo"]),
        (&json!("Note"), &theirs["id"], &json!(scene.alice_uri()))
    );
    assert!(note.get("content").is_none());
    assert_eq!(cast["to"], json!([scene.mock.person("max")]));
    let mut counted = theirs.clone();
    counted["oneOf"][1]["replies"]["totalItems"] = json!(5);
    counted["votersCount"] = json!(7);
    let update = scene.mock.activity("max", "Update", json!({ "object": counted }));
    assert_eq!(scene.say("max", &update).await, 202);
    let now = shows(&scene.alice, id(&poll), "the counts of max's node", |poll| {
        poll["voters_count"] == 7
    })
    .await;
    assert_eq!(
        (counts(&now), &now["own_votes"]),
        (vec![Some(2), Some(5)], &json!([1]))
    );
    let closed = {
        let mut closed = counted;
        closed["closed"] = json!(federation_tests::mock::now().to_rfc3339());
        scene.mock.activity("max", "Update", json!({ "object": closed }))
    };
    assert_eq!(scene.say("max", &closed).await, 202);
    is_told(&scene.alice, id(&poll)).await;
}

async fn a_peer_cannot_stuff_the_box(on: Database) {
    let scene = Scene::open(on).await;
    let poll = json!({ "options": ["a", "b"], "expires_in": 600 });
    let post = ask(&scene.alice, "Choix", "public", &poll).await;
    let hidden = ask(&scene.alice, "Entre nous", "direct", &poll).await;
    let before = scene
        .alice
        .get(&format!("/api/v1/polls/{}", id(&post)))
        .await
        .ok();
    let for_another = |whose: &str| {
        let mut vote = scene.vote("max", &post["uri"], "a");
        vote["object"]["attributedTo"] = json!(whose);
        vote
    };
    let mut seized = scene.question("à moi");
    seized["id"] = post["uri"].clone();
    let mut of_max = scene.question("de max");
    let create = scene
        .mock
        .activity("max", "Create", json!({ "object": of_max, "to": of_max["to"] }));
    assert_eq!(scene.say("max", &create).await, 202);
    let asked = scene.asked("de max").await;
    of_max["oneOf"][0]["replies"]["totalItems"] = json!(99);
    let by_mona = {
        let mut changed = of_max.clone();
        changed["attributedTo"] = json!(scene.mock.person("mona"));
        changed
    };
    let update =
        |name: &str, object: &Value| scene.mock.activity(name, "Update", json!({ "object": object }));
    for (what, who, activity, expected) in [
        (
            "for a person elsewhere",
            "max",
            for_another("https://q.example/users/u"),
            403,
        ),
        ("for alice", "max", for_another(&scene.alice_uri()), 403),
        ("for mona", "max", for_another(&scene.mock.person("mona")), 403),
        ("a poll of ours is updated", "max", update("max", &seized), 403),
        ("another's poll is updated", "mona", update("mona", &of_max), 403),
        ("another's poll is claimed", "mona", update("mona", &by_mona), 202),
        (
            "what may not be seen",
            "max",
            scene.vote("max", &hidden["uri"], "a"),
            202,
        ),
        ("no option", "max", scene.vote("max", &post["uri"], "c"), 202),
        (
            "no poll",
            "max",
            scene.vote("max", &json!(scene.node.url("/posts/1")), "a"),
            202,
        ),
    ] {
        assert_eq!(scene.say(who, &activity).await, expected, "{what}");
    }
    let now = scene
        .alice
        .get(&format!("/api/v1/polls/{}", id(&post)))
        .await
        .ok();
    assert_eq!(now, before);
    let now = scene
        .alice
        .get(&format!("/api/v1/polls/{}", id(&asked)))
        .await
        .ok();
    assert_eq!(counts(&now), [Some(2), Some(1)]);
    let now = scene
        .alice
        .get(&format!("/api/v1/polls/{}", id(&hidden)))
        .await
        .ok();
    assert_eq!(now["votes_count"], 0);

    // One vote each, whatever is sent at once.
    let all = ["a", "b", "a", "b"].map(|option| scene.vote("max", &post["uri"], option));
    for vote in &all {
        assert_eq!(scene.say("max", vote).await, 202);
    }
    let now = scene
        .alice
        .get(&format!("/api/v1/polls/{}", id(&post)))
        .await
        .ok();
    assert_eq!(
        (counts(&now), &now["voters_count"]),
        (vec![Some(1), Some(0)], &json!(1))
    );

    for (many, answers) in [(100_000, [400, 413]), (5_000, [202, 202])] {
        let mut wide = scene.question("trop");
        wide["oneOf"] = (0..many).map(|n| json!({ "name": n.to_string() })).collect();
        let create = scene
            .mock
            .activity("max", "Create", json!({ "object": wide, "to": wide["to"] }));
        let status = scene.say("max", &create).await;
        assert!(answers.contains(&status), "{many}: {status}");
    }
    let wide = scene.asked("trop").await;
    assert_eq!(counts(&wide).len(), 20);
}
