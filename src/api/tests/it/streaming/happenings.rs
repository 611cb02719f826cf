//! What happens beside new posts: quotes, votes, announcements, filters and conversations.

use super::{next, open, post, serve};
use crate::fixture::House;
use entrenous_domain::custom_emoji::{self, Change};
use entrenous_model::PreparedEmoji;
use futures_util::SinkExt as _;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn what_becomes_of_a_quote_is_told() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
    );
    let mine = post(&house, &ada, "news", "public").await;
    let other = post(&house, &ada, "more news", "public").await;
    let mut quotes = Vec::new();
    for quoted in [&mine, &other] {
        let body = json!({ "status": "look", "quoted_status_id": quoted });
        let made = house.json("POST", "/api/v1/statuses", &bob, body).await.ok();
        quotes.push(made["id"].as_str().unwrap().to_owned());
    }
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={bob}&stream=user")).await;
    let revoke = format!("/api/v1/statuses/{mine}/quotes/{}/revoke", quotes[0]);
    house.json("POST", &revoke, &ada, json!({})).await.ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("status.update"), &json!(quotes[0]))
    );
    assert_eq!(
        payload["quote"],
        json!({ "state": "revoked", "quoted_status": null })
    );
    house
        .json("DELETE", &format!("/api/v1/statuses/{other}"), &ada, json!({}))
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("status.update"), &json!(quotes[1]))
    );
    assert_eq!(payload["quote"]["state"], "deleted");
}

#[tokio::test]
async fn a_vote_and_the_end_are_seen_at_once() {
    let house = House::new();
    house.person("ada").await;
    house.person("bob").await;
    let (ada, bob) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
    );
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={ada}&stream=user")).await;
    let body = json!({ "status": "x", "poll": { "options": ["a", "b"], "expires_in": 600 } });
    let made = house.json("POST", "/api/v1/statuses", &ada, body).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["event"], "update");
    house
        .json(
            "POST",
            &format!("/api/v1/polls/{id}/votes"),
            &bob,
            json!({ "choices": [1] }),
        )
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "status.update");
    assert_eq!(payload["poll"]["options"][1]["votes_count"], 1);
    assert_eq!(payload["poll"]["own_votes"], json!([]));
    house.clock.advance(chrono::Duration::seconds(601));
    while entrenous_domain::polls::settle(&house.ctx).await.unwrap() {}
    let mut events = Vec::new();
    for _ in 0..2 {
        let (message, payload) = next(&mut socket).await.unwrap();
        events.push((message["event"].as_str().unwrap().to_owned(), payload));
    }
    events.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        (events[0].0.as_str(), events[1].0.as_str()),
        ("notification", "status.update")
    );
    assert_eq!(
        (&events[0].1["type"], &events[0].1["status"]["id"]),
        (&json!("poll"), &json!(id))
    );
    assert_eq!(events[1].1["poll"]["expired"], true);
}

#[tokio::test]
async fn announcements_come_to_everyone_at_once() {
    let house = House::new();
    house.person_as("boss", entrenous_model::Role::Owner).await;
    house.person("ada").await;
    let boss = house.token("boss", "read write admin:read admin:write").await;
    let ada = house.token("ada", "read write").await;
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={ada}&stream=user")).await;
    let admin = "/api/entrenous/v1/admin/announcements";
    let told = house
        .json("POST", admin, &boss, json!({ "text": "The lift is out" }))
        .await
        .ok();
    let id = told["id"].as_str().unwrap();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &message["stream"]),
        (&json!("announcement"), &json!(["user"]))
    );
    assert_eq!((&payload["id"], &payload["read"]), (&told["id"], &json!(false)));
    let path = format!("/api/v1/announcements/{id}/reactions/%F0%9F%91%8D");
    house.json("PUT", &path, &ada, json!({})).await.ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "announcement.reaction");
    assert_eq!(
        payload,
        json!({ "announcement_id": id, "count": 1, "name": "👍" })
    );
    let picture = PreparedEmoji {
        bytes: b"a picture".to_vec(),
        content_type: "image/png",
        still: None,
    };
    let change = Change {
        picture: Some(picture),
        ..Change::default()
    };
    custom_emoji::create(&house.ctx, "boss", "blob", change)
        .await
        .unwrap();
    // Later than the first one, for its place in the list.
    house.clock.advance(chrono::Duration::seconds(1));
    let path = format!("/api/v1/announcements/{id}/reactions/blob");
    house.json("PUT", &path, &ada, json!({})).await.ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "announcement.reaction");
    assert_eq!((&payload["name"], &payload["count"]), (&json!("blob"), &json!(1)));
    let list = house.get("/api/v1/announcements", &ada).await.ok();
    assert!(payload["url"].is_string());
    assert_eq!(
        (&payload["url"], &payload["static_url"]),
        (
            &list[0]["reactions"][1]["url"],
            &list[0]["reactions"][1]["static_url"]
        )
    );
    house
        .json("DELETE", &format!("{admin}/{id}"), &boss, json!({}))
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "announcement.delete");
    assert_eq!(payload.to_string().trim_matches('"'), id);
}

#[tokio::test]
async fn streams_are_filtered_for_who_listens() {
    let house = House::new();
    let ada = house.person("ada").await;
    house.person("bob").await;
    let (write, read) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write follow").await,
    );
    house
        .json(
            "POST",
            &format!("/api/v1/accounts/{}/follow", ada.id),
            &read,
            json!({}),
        )
        .await
        .ok();
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={read}&stream=user")).await;
    let public = json!({ "type": "subscribe", "stream": "public" }).to_string();
    let new = |action: &str, keyword: &str| {
        json!({
            "title": keyword, "context": ["home", "notifications"], "filter_action": action,
            "keywords_attributes": [{ "keyword": keyword }],
        })
    };
    house
        .json("POST", "/api/v2/filters", &read, new("warn", "tea"))
        .await
        .ok();
    let (message, _) = next(&mut socket).await.unwrap();
    assert_eq!(message, json!({ "stream": ["user"], "event": "filters_changed" }));
    house
        .json("POST", "/api/v2/filters", &read, new("hide", "cake"))
        .await
        .ok();
    assert_eq!(next(&mut socket).await.unwrap().0["event"], "filters_changed");

    post(&house, &write, "cake for @bob", "private").await;
    let tea = post(&house, &write, "tea for all", "private").await;
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("update"), &json!(tea))
    );
    assert_eq!(payload["filtered"][0]["keyword_matches"], json!(["tea"]));
    // Edited so that it is hidden, it goes; edited back, it is there again.
    for (text, event) in [("cake", "delete"), ("bread", "status.update")] {
        let path = format!("/api/v1/statuses/{tea}");
        house
            .json("PUT", &path, &write, json!({ "status": text }))
            .await
            .ok();
        let (message, payload) = next(&mut socket).await.unwrap();
        assert_eq!(message["event"], event);
        if event == "delete" {
            assert_eq!(payload.to_string(), tea);
        }
    }
    // In public the filter does not apply: there the post comes, and says what matches.
    socket.send(Message::text(public)).await.unwrap();
    socket.send(Message::text("nonsense")).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Malformed message");
    post(&house, &write, "cake again", "public").await;
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["stream"], &message["event"]),
        (&json!(["public"]), &json!("update"))
    );
    assert_eq!(payload["filtered"][0]["filter"]["filter_action"], "hide");
}

#[tokio::test]
async fn conversations_are_told_to_those_who_take_part() {
    let house = House::new();
    for name in ["ada", "bob", "eve"] {
        house.person(name).await;
    }
    let (ada, bob, eve) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
        house.token("eve", "read").await,
    );
    let base = serve(&house).await;
    let mut hers = open(&format!("{base}?access_token={ada}&stream=direct")).await;
    let mut his = open(&format!("{base}?access_token={bob}&stream=direct")).await;
    let mut strangers = open(&format!("{base}?access_token={eve}&stream=direct")).await;
    let first = post(&house, &ada, "@bob hello", "direct").await;
    for (socket, other, unread) in [(&mut his, "ada", true), (&mut hers, "bob", false)] {
        let (message, told) = next(socket).await.unwrap();
        assert_eq!(
            (&message["event"], &message["stream"]),
            (&json!("conversation"), &json!(["direct"]))
        );
        assert_eq!(
            (&told["accounts"][0]["acct"], &told["unread"]),
            (&json!(other), &json!(unread))
        );
        assert_eq!(told["last_status"]["id"], first);
    }
    let list = house.get("/api/v1/conversations", &bob).await.ok();
    let path = format!("/api/v1/conversations/{}/read", list[0]["id"].as_str().unwrap());
    house.json("POST", &path, &bob, json!({})).await.ok();
    let (_, told) = next(&mut his).await.unwrap();
    assert_eq!((&told["id"], &told["unread"]), (&list[0]["id"], &json!(false)));
    // What is deleted gives way to what was there before.
    let body = json!({ "status": "@ada hi", "visibility": "direct", "in_reply_to_id": first });
    let second = house.json("POST", "/api/v1/statuses", &bob, body).await.ok();
    let (_, told) = next(&mut hers).await.unwrap();
    assert_eq!(
        (&told["last_status"]["id"], &told["unread"]),
        (&second["id"], &json!(true))
    );
    let path = format!("/api/v1/statuses/{}", second["id"].as_str().unwrap());
    house.json("DELETE", &path, &bob, json!({})).await.ok();
    let (_, told) = next(&mut hers).await.unwrap();
    assert_eq!(told["last_status"]["id"], first);
    let write = house.token("eve", "write").await;
    post(&house, &write, "to myself", "direct").await;
    let (_, told) = next(&mut strangers).await.unwrap();
    assert_eq!(
        told["accounts"][0]["acct"], "eve",
        "nothing of theirs came before"
    );
}
