//! A stream that broke off goes on where it was.

use super::{Events, house_owner, post};
use crate::fixture::House;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_stream_that_broke_off_goes_on_where_it_was() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write follow").await,
        house.token("bob", "read write").await,
    );
    let path = format!("/api/v1/accounts/{}/follow", house_owner(&house).await);
    house.json("POST", &path, &bob, json!({})).await;
    let user = "/api/v1/streaming/user";
    let standard = [("accept", "text/event-stream")];
    let mut events = Events::open(&house, user, &bob, &standard).await;
    // Who goes by the standard knows from the first moment where to go on.
    let greeting = events.frame().await.unwrap();
    let begun = greeting.strip_prefix(":)\nid: ").unwrap().trim_end().to_owned();
    drop(events);
    let first = post(&house, &ada, "first", "private").await;
    let mut events = Events::open(&house, user, &bob, &[("last-event-id", &begun)]).await;
    assert_eq!(events.frame().await.unwrap(), ":)\n");
    let (seen, name, data) = events.event().await;
    assert_eq!((name.as_str(), &data["id"]), ("update", &json!(first)));
    drop(events);

    // Meanwhile: two posts, one of which goes again, and a mention.
    let second = post(&house, &ada, "second @bob", "private").await;
    let third = post(&house, &ada, "third", "private").await;
    house
        .json("DELETE", &format!("/api/v1/statuses/{third}"), &ada, json!({}))
        .await
        .ok();
    let query = format!("{user}?last_event_id={seen}");
    for mut events in [
        Events::open(&house, user, &bob, &[("last-event-id", &seen)]).await,
        Events::open(&house, &query, &bob, &[]).await,
    ] {
        assert_eq!(events.frame().await.unwrap(), ":)\n");
        let mut told = Vec::new();
        for _ in 0..3 {
            let (_, name, data) = events.event().await;
            told.push((name, data["id"].as_str().unwrap_or_default().to_owned(), data));
        }
        let of = |wanted: &str| told.iter().find(|(name, ..)| name == wanted).unwrap();
        assert_eq!(of("update").1, second, "what is gone is not told");
        assert_eq!(of("notification").2["status"]["id"], json!(second));
        assert_eq!(of("delete").2.to_string(), third);
    }

    // And what happens from then on, once.
    let mut events = Events::open(&house, user, &bob, &[("last-event-id", &seen)]).await;
    let fourth = post(&house, &ada, "fourth", "private").await;
    events.frame().await.unwrap();
    let mut updates = Vec::new();
    while updates.last() != Some(&json!(fourth)) {
        let (_, name, data) = events.event().await;
        if name == "update" {
            updates.push(data["id"].clone());
        }
    }
    assert_eq!(updates, [json!(second), json!(fourth)]);
}

#[tokio::test]
async fn who_saw_another_run_is_told_from_the_timeline() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write follow").await,
        house.token("bob", "read write").await,
    );
    post(&house, &ada, "long ago", "public").await;
    house.clock.advance(chrono::TimeDelta::hours(1));
    let before = house.ctx.now().timestamp_millis();
    let mut posts = Vec::new();
    for number in 0..50 {
        posts.push(json!(
            post(&house, &ada, &format!("{number} @bob"), "public").await
        ));
    }
    let seen = format!("abc-12-{before}");
    let headers = [("last-event-id", seen.as_str())];
    for (path, name, count) in [
        ("/api/v1/streaming/public", "update", 50),
        ("/api/v1/streaming/user/notification", "notification", 50),
    ] {
        let mut events = Events::open(&house, path, &bob, &headers).await;
        events.frame().await.unwrap();
        let mut told = Vec::new();
        for _ in 0..count {
            let (id, kind, data) = events.event().await;
            assert_eq!((id.as_str(), kind.as_str()), (seen.as_str(), name));
            told.push(if name == "update" {
                data["id"].clone()
            } else {
                data["status"]["id"].clone()
            });
        }
        assert_eq!(told, posts, "{path}");
    }
    // What is no id of this software says nothing.
    let headers = [("last-event-id", "12345")];
    let mut events = Events::open(&house, "/api/v1/streaming/public", &bob, &headers).await;
    events.frame().await.unwrap();
    let last = post(&house, &ada, "now", "public").await;
    assert_eq!(events.event().await.2["id"], json!(last));
}

#[tokio::test]
async fn what_was_missed_is_told_only_while_the_token_stands() {
    let house = House::new();
    house.person("ada").await;
    let bob = house.person("bob").await.id;
    let (ada, token) = (
        house.token("ada", "read write").await,
        house.token("bob", "read").await,
    );
    let public = "/api/v1/streaming/public";
    let mut events = Events::open(&house, public, &token, &[("accept", "text/event-stream")]).await;
    let greeting = events.frame().await.unwrap();
    let begun = greeting.strip_prefix(":)\nid: ").unwrap().trim_end().to_owned();
    drop(events);
    let mut hers = Events::open(&house, public, &ada, &[]).await;
    hers.frame().await.unwrap();
    for text in ["first", "second", "third"] {
        post(&house, &ada, text, "public").await;
        hers.event().await;
    }
    drop(hers);
    let mut events = Events::open(&house, public, &token, &[("last-event-id", &begun)]).await;
    assert_eq!(events.frame().await.unwrap(), ":)\n");
    assert_eq!(events.event().await.1, "update");
    let held = entrenous_domain::oauth::tokens_of(&house.ctx, bob)
        .await
        .unwrap()
        .remove(0)
        .token;
    entrenous_domain::oauth::revoke_token(&house.ctx, bob, held.id)
        .await
        .unwrap();
    // Nothing tells that the last one is closed.
    while house.state.hub().open_streams() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(events.frame().await, None);
}
