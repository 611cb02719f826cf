//! A peer that sends everything several times, in any order, and does not wait for the answers.

use super::load::words;
use federation_tests::{Database, MockPeer, Node, Rng, eventually};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

crate::on_both!(duplicates_disorder_and_lost_answers_have_no_second_effect);

const NOTES: usize = 250;
const LIKES: usize = 150;
/// Senders at a time.
const SENDERS: usize = 8;

async fn duplicates_disorder_and_lost_answers_have_no_second_effect(on: Database) {
    let seed = Rng::any_seed();
    println!("{on:?}: ENTRENOUS_TEST_SEED={seed}");
    let mut rng = Rng::new(seed);
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let mock = Arc::new(MockPeer::start("127.0.0.7", "max").await);
    let fans: Vec<String> = (0..LIKES / 10).map(|number| format!("fan{number}")).collect();
    for fan in &fans {
        mock.put_person(fan);
    }
    node.command(&["peer", "trust", &mock.origin]).await;
    let mut posts = Vec::new();
    for number in 0..10 {
        let post = alice.publish(&format!("aimez-moi {number}"), "public").await;
        posts.push(post["uri"].as_str().unwrap().to_owned());
    }
    let alice_uri = node.url("/people/alice");
    // They see what she writes for her followers; each Follow is a duplicate as well.
    let mut activities = Vec::new();
    for fan in &fans {
        let follow = mock.activity(fan, "Follow", json!({ "object": alice_uri }));
        assert_eq!(mock.post(fan, &node.url("/inbox"), &follow).await.0, 202);
        activities.push((fan.clone(), follow));
        for post in &posts {
            activities.push((fan.clone(), mock.activity(fan, "Like", json!({ "object": post }))));
        }
    }
    let to = [alice_uri.clone()];
    for number in 0..NOTES {
        let mut note = mock.note("max", &format!("note{number}"), &to);
        note["tag"] =
            json!([{ "type": "Mention", "href": alice_uri, "name": format!("@alice@{}", node.authority) }]);
        let create = mock.activity("max", "Create", json!({ "object": note, "to": to }));
        activities.push(("max".to_owned(), create));
    }

    let mut sends: Vec<(String, Value, bool)> = Vec::new();
    for (who, activity) in &activities {
        // One of them at least waits for its answer.
        sends.push((who.clone(), activity.clone(), true));
        for _ in 0..2 {
            sends.push((who.clone(), activity.clone(), rng.chance(50)));
        }
    }
    rng.shuffle(&mut sends);
    let total = sends.len();
    let mut tasks = Vec::new();
    for sender in 0..SENDERS {
        let mine: Vec<_> = sends.iter().skip(sender).step_by(SENDERS).cloned().collect();
        let (mock, inbox, authority) = (Arc::clone(&mock), node.url("/inbox"), node.authority.clone());
        tasks.push(tokio::spawn(async move {
            for (who, activity, waits) in mine {
                if waits {
                    let (status, text) = mock.try_post(&who, &inbox, &activity).await.expect("no answer");
                    assert_eq!(status, 202, "{text} to {activity}");
                } else {
                    let body = activity.to_string();
                    let headers = mock.sign(&who, &Method::POST, &inbox, body.as_bytes());
                    send_and_leave(&authority, &headers, &body).await;
                }
            }
        }));
    }
    for task in tasks {
        task.await.expect("a sender failed");
    }

    let max = alice.find(&format!("@max@{}", mock.authority())).await;
    let path = format!("/api/v1/accounts/{max}/statuses");
    // The last of those that did not wait may still be at work.
    eventually("all notes", || async {
        (alice.pages(&path, 0).await.len() >= NOTES).then_some(())
    })
    .await;
    let once = |what: &str, list: Vec<String>, expected: usize| {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for one in list {
            *times.entry(one).or_default() += 1;
        }
        assert_eq!(times.len(), expected, "{what}: {times:?}");
        assert!(times.values().all(|times| *times == 1), "{what}: {times:?}");
    };
    once(
        "notes",
        alice.pages(&path, 0).await.iter().map(words).collect(),
        NOTES,
    );
    let told = |kind: &'static str| {
        let alice = alice.clone();
        async move {
            alice
                .pages(&format!("/api/v1/notifications?types[]={kind}"), 0)
                .await
        }
    };
    let mentions = told("mention").await;
    once(
        "mentions",
        mentions.iter().map(|one| words(&one["status"])).collect(),
        NOTES,
    );
    let who = |one: &Value| format!("{} {}", one["account"]["acct"], words(&one["status"]));
    once(
        "favourites",
        told("favourite").await.iter().map(who).collect(),
        fans.len() * posts.len(),
    );
    once(
        "followers",
        told("follow").await.iter().map(who).collect(),
        fans.len(),
    );
    let me = alice.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["followers_count"], fans.len());
    let mine = alice
        .pages(
            &format!("/api/v1/accounts/{}/statuses", me["id"].as_str().unwrap()),
            0,
        )
        .await;
    assert_eq!(mine.len(), posts.len());
    for post in mine {
        assert_eq!(post["favourites_count"], fans.len(), "{post}");
    }
    println!("{on:?}: {} activities, sent {total} times", activities.len());
}

/// Sends a request and closes the connection without having read a byte of the answer.
async fn send_and_leave(authority: &str, headers: &HeaderMap, body: &str) {
    let mut head = format!("POST /inbox HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    if !headers.contains_key("content-type") {
        head.push_str("content-type: application/activity+json\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().expect("no text")));
    }
    if !headers.contains_key("host") {
        head.push_str(&format!("host: {authority}\r\n"));
    }
    let mut stream = TcpStream::connect(authority).await.expect("no connection");
    stream
        .write_all(format!("{head}\r\n{body}").as_bytes())
        .await
        .expect("not sent");
}
