//! The end of a partnership: what each side removes or hides, the signed receipt, and that nothing else crosses.

use axum::Router;
use axum::extract::{Request, State};
use federation_tests::contents::Contents;
use federation_tests::{Client, Database, Node, eventually, picture};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{sleep, timeout};

crate::on_both!(
    each_side_does_what_the_contract_says_and_gives_a_receipt,
    a_silent_peer_gets_the_order_and_nothing_else,
    both_end_it_without_hearing_of_each_other,
    a_leaver_is_gone_where_nothing_was_given,
    a_leaver_is_gone_at_a_peer_that_was_suspended,
    what_they_liked_and_voted_goes_with_them,
);

/// Lyon and Paris with alice and bob, who follow each other; Lyon gives what is to be removed at the end, Paris what is to
/// be hidden.
struct Partners {
    lyon: Node,
    paris: Node,
    alice: Client,
    bob: Client,
}

async fn partners(on: Database) -> Partners {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    agreed(&lyon, &paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.follow(&format!("@bob@{}", paris.authority)).await;
    Partners {
        lyon,
        paris,
        alice,
        bob,
    }
}

async fn agreed(lyon: &Node, paris: &Node) {
    let offer = json!({ "we_give": { "at_end": "purge" }, "they_give": { "at_end": "hide" } });
    let owner = lyon.signed_in("owner").await;
    let made = owner
        .post("/api/entrenous/v1/admin/peer_invites", offer)
        .await
        .ok();
    let link = made["link"].as_str().expect("no link");
    paris.command(&["peer", "join", link, "--yes"]).await;
    lyon.command(&["peer", "confirm", &paris.authority]).await;
    for (here, there) in [(lyon, paris), (paris, lyon)] {
        eventually("both nodes to be active", || async {
            (here.peer_state(&there.authority).await == "active").then_some(())
        })
        .await;
    }
}

async fn confirmed(admin: &Client, authority: &str) -> Value {
    eventually("the receipt", || async {
        let ending = admin.peer(authority).await["ending"].clone();
        (ending["state"] == "confirmed").then_some(ending)
    })
    .await
}

/// Whether a text stands anywhere in a node's database but in the trail.
fn known_at(node: &Node, text: &str) -> bool {
    let all = Contents::open(node).now();
    all.values().flatten().any(|row| row.contains(text))
}

async fn with_a_picture(author: &Client, text: &str) {
    let png = picture::png(40, 40, &[], &[200, 30, 30].repeat(1_600), 40);
    let file = author.upload(png, "Un mur").await.ok();
    let post = json!({ "status": text, "visibility": "public", "media_ids": [file["id"]] });
    author.post("/api/v1/statuses", post).await.ok();
}

async fn each_side_does_what_the_contract_says_and_gives_a_receipt(on: Database) {
    let Partners {
        lyon,
        paris,
        alice,
        bob,
    } = partners(on).await;
    let (at_lyon, at_paris) = (lyon.signed_in("owner").await, paris.signed_in("owner").await);
    with_a_picture(&alice, "LePremierDeLyon").await;
    alice
        .publish(&format!("LeDeuxièmeDeLyon @bob@{}", paris.authority), "public")
        .await;
    let his = bob.publish("LeSeulDeParis", "public").await;
    eventually("the picture at Paris", || async {
        let home = bob.home().await;
        let post = home
            .into_iter()
            .find(|post| federation_tests::client::holds(post, "LePremier"))?;
        post["media_attachments"][0]["url"].is_string().then_some(())
    })
    .await;
    bob.sees("LeDeuxième").await;
    let seen = alice.sees("LeSeulDeParis").await;

    // What it would mean is told before, on both sides.
    let consequences = async |admin: &Client, authority: &str| {
        let id = admin.peer(authority).await["id"].as_str().unwrap().to_owned();
        admin
            .get(&format!("/api/entrenous/v1/admin/peers/{id}/consequences"))
            .await
            .ok()
    };
    let (ours, theirs) = (
        consequences(&at_lyon, &paris.authority).await,
        consequences(&at_paris, &lyon.authority).await,
    );
    assert_eq!(
        (&ours["here"], &ours["there"]),
        (&json!("hide"), &json!("purge")),
        "{ours}"
    );
    assert_eq!(
        (&theirs["posts"], &theirs["files"], &theirs["people"]),
        (&json!(2), &json!(1), &json!(1)),
        "{theirs}"
    );
    assert_eq!(
        (&theirs["follows_by_us"], &theirs["follows_by_them"]),
        (&json!(1), &json!(1)),
        "{theirs}"
    );

    let text = lyon.command(&["peer", "revoke", &paris.authority]).await;
    assert!(
        text.contains("unconfirmed") || text.contains("confirmed"),
        "{text}"
    );
    let ending = confirmed(&at_lyon, &paris.authority).await;
    let receipt = &ending["receipt"];
    assert_eq!(receipt["how"], "purge", "{ending}");
    for what in ["posts", "files", "people", "notifications"] {
        assert_eq!(receipt[what], theirs[what], "{what}: {ending} {theirs}");
    }
    assert_eq!(receipt["follows"], 2, "{ending}");
    assert!(ending["ordered_at"].is_string() && ending["confirmed_at"].is_string());
    let shown = lyon.command(&["peer", "show", &paris.authority]).await;
    assert!(
        shown.contains("confirmed") && shown.contains("removed: 2 posts, 1 files, 1 people"),
        "{shown}"
    );

    // Paris has nothing of it any more; Lyon has hidden what is Paris'.
    assert!(!known_at(&paris, "LePremierDeLyon") && !known_at(&paris, "LeDeuxièmeDeLyon"));
    assert!(
        bob.home()
            .await
            .iter()
            .all(|post| !federation_tests::client::holds(post, "DeLyon"))
    );
    eventually("the rest at Lyon", || async {
        let here = at_lyon.peer(&paris.authority).await["ending"].clone();
        here["here_finished_at"].is_string().then_some(here)
    })
    .await;
    assert!(known_at(&lyon, "LeSeulDeParis"));
    let id = seen["id"].as_str().unwrap();
    assert_eq!(alice.get(&format!("/api/v1/statuses/{id}")).await.status, 404);
    let here = at_lyon.peer(&paris.authority).await["ending"]["here"].clone();
    assert_eq!(
        (&here["how"], &here["posts"]),
        (&json!("hide"), &json!(1)),
        "{here}"
    );
    // At Paris it is over as well, by the other side; bob keeps what is his.
    let there = at_paris.peer(&lyon.authority).await;
    assert_eq!(
        (&there["state"], &there["ending"]["state"]),
        (&json!("revoked"), &json!("not_ordered"))
    );
    let own = his["id"].as_str().unwrap();
    assert_eq!(bob.get(&format!("/api/v1/statuses/{own}")).await.status, 200);
    for (node, action) in [
        (&lyon, "peer.purge_ordered"),
        (&lyon, "peer.purge_confirmed"),
        (&paris, "peer.purge_received"),
        (&paris, "peer.purged"),
    ] {
        assert!(
            node.json(&["audit"]).await.to_string().contains(action),
            "{action}"
        );
    }

    // The ledger of each tells of the order and of the receipt.
    for (node, peer, order, receipt) in [
        (&lyon, &paris, "sent", "received"),
        (&paris, &lyon, "received", "sent"),
    ] {
        for (way, kind) in [(order, "Order"), (receipt, "Receipt")] {
            eventually("the row", || async {
                let rows = node.json(&["peer", "ledger", &peer.authority]).await;
                let rows = rows.as_array().expect("no list").clone();
                let is = |row: &Value| {
                    row["direction"] == way && row["kind"] == kind && row["outcome"] == "crossed"
                };
                rows.iter().any(is).then_some(())
            })
            .await;
        }
    }

    // A new beginning: it works, and what was hidden is there again.
    agreed(&lyon, &paris).await;
    assert!(at_lyon.peer(&paris.authority).await["ending"].is_null());
    assert_eq!(alice.get(&format!("/api/v1/statuses/{id}")).await.status, 200);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("ÀNouveauDeLyon", "public").await;
    bob.sees("ÀNouveauDeLyon").await;
}

/// What came to the place of a node that is away.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<(String, Value)>>>);

impl Recorder {
    /// Listens there, answers everything with that status and body.
    async fn listen(&self, authority: &str, status: u16, body: Value) -> tokio::task::JoinHandle<()> {
        let listener = tokio::net::TcpListener::bind(authority.replace("localhost", "127.0.0.1"));
        let listener = listener.await.expect("the port is taken");
        let answer = move |State(recorder): State<Self>, request: Request| {
            let body = body.clone();
            async move {
                let line = format!("{} {}", request.method(), request.uri().path());
                let bytes = axum::body::to_bytes(request.into_body(), 1 << 20)
                    .await
                    .unwrap_or_default();
                let document = serde_json::from_slice(&bytes).unwrap_or_default();
                recorder.0.lock().expect("lock").push((line, document));
                (
                    http::StatusCode::from_u16(status).expect("no status"),
                    axum::Json(body),
                )
            }
        };
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { drop(axum::serve(listener, router).await) })
    }

    fn seen(&self) -> Vec<(String, Value)> {
        self.0.lock().expect("lock").clone()
    }
}

async fn a_silent_peer_gets_the_order_and_nothing_else(on: Database) {
    let Partners {
        mut lyon,
        mut paris,
        alice,
        bob,
    } = partners(on).await;
    alice.publish("AvantLeSilence", "public").await;
    bob.sees("AvantLeSilence").await;
    paris.kill().await;
    // These wait for Paris.
    for n in 0..5 {
        alice.publish(&format!("PendantLeSilence{n}"), "public").await;
    }
    let owner = lyon.signed_in("owner").await;
    let id = owner.peer(&paris.authority).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = owner
        .post(&format!("/api/entrenous/v1/admin/peers/{id}/revoke"), json!({}))
        .await
        .ok();
    assert_eq!(answer["ending"]["state"], "unconfirmed", "{answer}");
    alice.publish("AprèsLaFin", "public").await;

    // Somebody listens at its place: nothing but the order comes, and no invented receipt is taken.
    let recorder = Recorder::default();
    let forged = json!({
        "type": "PurgeReceipt", "actor": paris.url("/actor"), "to": [lyon.url("/actor")], "nonce": "n", "how": "purge",
        "tally": { "posts": 9, "files": 9, "people": 9, "follows": 9, "notifications": 9 },
    });
    let listening = recorder.listen(&paris.authority, 200, forged).await;
    eventually("the order, twice", || async {
        (recorder.seen().len() > 1).then_some(())
    })
    .await;
    // Also after a restart.
    lyon.kill().await;
    lyon.serve().await;
    let before = recorder.seen().len();
    eventually("the order after a restart", || async {
        (recorder.seen().len() > before).then_some(())
    })
    .await;
    // That nothing else comes has no event: a while longer is listened.
    sleep(Duration::from_secs(2)).await;
    let seen = recorder.seen();
    let nonce = seen[0].1["nonce"].clone();
    assert!(nonce.is_string());
    for (line, document) in &seen {
        assert_eq!(line, "POST /invitations/notice", "{document}");
        assert_eq!(
            (&document["type"], &document["purge"], &document["nonce"]),
            (&json!("Undo"), &json!(true), &nonce)
        );
    }
    let ending = owner.peer(&paris.authority).await["ending"].clone();
    assert_eq!(
        (&ending["state"], &ending["receipt"]),
        (&json!("unconfirmed"), &Value::Null),
        "{ending}"
    );
    assert!(lyon.json(&["audit"]).await.to_string().contains("receipt_proof"));
    listening.abort();
    drop(listening.await);

    // Paris comes back: the order, and the receipt.
    paris.serve().await;
    let ending = confirmed(&owner, &paris.authority).await;
    assert_eq!(
        (&ending["receipt"]["how"], &ending["receipt"]["posts"]),
        (&json!("purge"), &json!(1)),
        "{ending}"
    );
    assert!(!known_at(&paris, "AvantLeSilence"));
    for text in ["PendantLeSilence", "AprèsLaFin"] {
        assert!(!known_at(&paris, text), "{text}");
    }
    assert_eq!(paris.peer_state(&lyon.authority).await, "revoked");
}

async fn both_end_it_without_hearing_of_each_other(on: Database) {
    let Partners {
        lyon,
        mut paris,
        alice,
        bob,
    } = partners(on).await;
    alice.publish("DeLyon", "public").await;
    bob.publish("DeParis", "public").await;
    bob.sees("DeLyon").await;
    alice.sees("DeParis").await;
    let (_, well) = paris.terminate().await;
    assert!(well);
    lyon.command(&["peer", "revoke", &paris.authority]).await;
    // Paris does the same before it hears of it.
    let text = paris.command(&["peer", "revoke", &lyon.authority]).await;
    assert!(text.contains("unconfirmed"), "{text}");
    paris.serve().await;
    let (at_lyon, at_paris) = (lyon.signed_in("owner").await, paris.signed_in("owner").await);
    let theirs = confirmed(&at_lyon, &paris.authority).await;
    let ours = confirmed(&at_paris, &lyon.authority).await;
    assert_eq!(
        (&theirs["receipt"]["how"], &theirs["receipt"]["posts"]),
        (&json!("purge"), &json!(1)),
        "{theirs}"
    );
    assert_eq!(
        (&ours["receipt"]["how"], &ours["receipt"]["posts"]),
        (&json!("hide"), &json!(1)),
        "{ours}"
    );
    assert!(!known_at(&paris, "DeLyon") && known_at(&lyon, "DeParis"));
}

async fn a_leaver_is_gone_where_nothing_was_given(on: Database) {
    let (lyon, mut paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    let link = lyon
        .command(&["peer", "invite", "--contract", "receive-only"])
        .await;
    paris.command(&["peer", "join", &link, "--yes"]).await;
    lyon.command(&["peer", "confirm", &paris.authority]).await;
    eventually("both nodes to be active", || async {
        (paris.peer_state(&lyon.authority).await == "active").then_some(())
    })
    .await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    let carol = lyon.person("carol").await;
    // Lyon gives nothing, but who follows is known.
    for person in [&alice, &carol] {
        person.follow(&format!("@bob@{}", paris.authority)).await;
    }
    let me = bob.get("/api/v1/accounts/verify_credentials").await.ok();
    let followers = format!("/api/v1/accounts/{}/followers", me["id"].as_str().unwrap());
    let names = async || {
        let list = bob.get(&followers).await.ok();
        let list = list.as_array().expect("no list").clone();
        list.iter()
            .map(|one| one["username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await.len(), 2);
    let list = bob.get(&followers).await.ok();
    let gone = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["username"] == "alice")
        .unwrap()["id"]
        .clone();

    // Paris is silent when she leaves; her stream is open.
    let (_, well) = paris.terminate().await;
    assert!(well);
    let mut events = reqwest::Client::new()
        .get(lyon.url("/api/v1/streaming/user"))
        .bearer_auth(alice.token())
        .send()
        .await
        .expect("no stream")
        .bytes_stream();
    let owner = lyon.signed_in("owner").await;
    let all = owner.get("/api/entrenous/v1/admin/people").await.ok();
    let id = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["account"]["username"] == "alice")
        .unwrap()["account"]["id"]
        .clone();
    let path = format!("/api/entrenous/v1/admin/people/{}/disable", id.as_str().unwrap());
    owner.post(&path, json!({})).await.ok();
    let closed = timeout(Duration::from_secs(5), async {
        while let Some(Ok(_)) = events.next().await {}
    });
    closed.await.expect("the stream is open after 5 s");
    assert_eq!(alice.get("/api/v1/timelines/home").await.status, 401);

    paris.serve().await;
    eventually("alice to be gone at Paris", || async {
        (names().await == ["carol"]).then_some(())
    })
    .await;
    let profile = bob
        .get(&format!("/api/v1/accounts/{}", gone.as_str().unwrap()))
        .await;
    assert_eq!(profile.status, 404);
    let me = bob.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["followers_count"], 1);
}

async fn a_leaver_is_gone_at_a_peer_that_was_suspended(on: Database) {
    let Partners {
        lyon,
        paris,
        alice,
        bob,
    } = partners(on).await;
    let carol = lyon.person("carol").await;
    bob.follow(&format!("@carol@{}", lyon.authority)).await;
    let kept = carol.publish("DeCarol", "public").await;
    alice.publish("DAlice", "public").await;
    bob.sees("DeCarol").await;
    let post = bob.sees("DAlice").await;

    lyon.command(&["peer", "suspend", &paris.authority]).await;
    lyon.command(&["person", "disable", "--username", "alice"]).await;
    let path = format!("/api/v1/statuses/{}", kept["id"].as_str().unwrap());
    carol.delete(&path).await.ok();
    carol.publish("PendantLArrêt", "public").await;
    // Nothing crosses meanwhile, which has no event: a while is waited.
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bob.get(&path).await.status, 200);

    lyon.command(&["peer", "confirm", &paris.authority]).await;
    eventually("alice and the deleted post to be gone at Paris", || async {
        let deleted = !bob
            .home()
            .await
            .iter()
            .any(|post| federation_tests::client::holds(post, "DeCarol"));
        (bob.get(&path).await.status == 404 && deleted).then_some(())
    })
    .await;
    carol.publish("AprèsLArrêt", "public").await;
    bob.sees("AprèsLArrêt").await;
    assert!(!known_at(&paris, "PendantLArrêt"));
}

/// What people of a peer did to others' posts: removed with its count, or nobody's name any more.
async fn what_they_liked_and_voted_goes_with_them(on: Database) {
    let Partners {
        lyon,
        paris,
        alice,
        bob,
    } = partners(on).await;
    let poll = json!({
        "status": "Où ?", "visibility": "public",
        "poll": { "options": ["Lyon", "Paris"], "expires_in": 3600 },
    });
    let (hers, his) = (
        alice.post("/api/v1/statuses", poll.clone()).await.ok(),
        bob.post("/api/v1/statuses", poll).await.ok(),
    );
    let of_other = |author: &Client, name: &'static str| {
        let author = author.clone();
        async move {
            eventually("the other's poll", || async {
                let home = author.home().await;
                home.into_iter().find(|post| post["account"]["username"] == name)
            })
            .await
        }
    };
    let (at_paris, at_lyon) = (of_other(&bob, "alice").await, of_other(&alice, "bob").await);
    for (person, post) in [(&bob, &at_paris), (&alice, &at_lyon)] {
        let (id, poll) = (post["id"].as_str().unwrap(), post["poll"]["id"].as_str().unwrap());
        for action in ["favourite", "reblog"] {
            person
                .post(&format!("/api/v1/statuses/{id}/{action}"), json!({}))
                .await
                .ok();
        }
        let vote = json!({ "choices": [0] });
        person
            .post(&format!("/api/v1/polls/{poll}/votes"), vote)
            .await
            .ok();
    }
    let counts = async |author: &Client, post: &Value| {
        let now = author
            .get(&format!("/api/v1/statuses/{}", post["id"].as_str().unwrap()))
            .await
            .ok();
        [
            now["favourites_count"].as_u64().unwrap(),
            now["reblogs_count"].as_u64().unwrap(),
            now["poll"]["votes_count"].as_u64().unwrap(),
            now["poll"]["voters_count"].as_u64().unwrap(),
        ]
    };
    for (author, post) in [(&alice, &hers), (&bob, &his)] {
        eventually("all of it", || async {
            (counts(author, post).await == [1; 4]).then_some(())
        })
        .await;
    }
    let owner = lyon.signed_in("owner").await;
    let id = owner.peer(&paris.authority).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let told = owner
        .get(&format!("/api/entrenous/v1/admin/peers/{id}/consequences"))
        .await
        .ok();
    assert_eq!(
        (&told["favourites"], &told["votes"]),
        (&json!(1), &json!(1)),
        "{told}"
    );

    // Paris removes, Lyon hides.
    lyon.command(&["peer", "revoke", &paris.authority]).await;
    let ending = confirmed(&owner, &paris.authority).await;
    let receipt = &ending["receipt"];
    assert_eq!(
        (&receipt["favourites"], &receipt["votes"]),
        (&json!(1), &json!(1)),
        "{ending}"
    );
    assert_eq!(counts(&bob, &his).await, [0; 4]);
    let ending = eventually("the rest at Lyon", || async {
        let ending = owner.peer(&paris.authority).await["ending"].clone();
        ending["here_finished_at"].is_string().then_some(ending)
    })
    .await;
    let here = &ending["here"];
    assert_eq!(
        (&here["favourites"], &here["votes"]),
        (&json!(1), &json!(1)),
        "{ending}"
    );
    // The number says nothing of who; the names are gone.
    let id = hers["id"].as_str().unwrap();
    for who in ["favourited_by", "reblogged_by"] {
        assert_eq!(
            alice.get(&format!("/api/v1/statuses/{id}/{who}")).await.ok(),
            json!([])
        );
    }
    assert_eq!(counts(&alice, &hers).await[0], 1);
}
