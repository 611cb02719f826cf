//! Conversations as clients read them.

use super::stage::{Person, Stage, ids, tame};
use entrenous_domain::people;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/conversations";

impl Stage {
    /// A direct post, in answer to another if one is given; its id.
    async fn whisper(&self, who: &Person, text: &str, to: Option<&str>) -> String {
        self.clock.advance(chrono::Duration::seconds(1));
        let body = json!({ "status": text, "visibility": "direct", "in_reply_to_id": to });
        let status = self.json(who, "POST", "/api/v1/statuses", body).await.ok();
        status["id"].as_str().unwrap().to_owned()
    }
}

fn shown(list: &Value) -> Vec<(Vec<&str>, &str, bool)> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| {
        let people = one["accounts"].as_array().unwrap().iter();
        let people = people.map(|account| account["acct"].as_str().unwrap()).collect();
        let last = one["last_status"]["id"].as_str().unwrap();
        (people, last, one["unread"].as_bool().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn conversations_are_listed_read_and_removed() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([]));
    let first = stage.whisper(&ada, "@bob hello", None).await;
    let second = stage.whisper(&bob, "@ada hello", Some(&first)).await;
    let note = stage.whisper(&ada, "to myself", None).await;
    let list = stage.get(&ada, PATH).await.ok();
    assert_eq!(
        shown(&list),
        [(vec!["ada"], &*note, false), (vec!["bob"], &*second, true)]
    );
    let mut fields: Vec<_> = list[1].as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["accounts", "id", "last_status", "unread"]);
    let status = stage.get(&ada, &format!("/api/v1/statuses/{second}")).await.ok();
    assert_eq!(tame(&list[1]["last_status"]), tame(&status));
    assert_eq!(
        shown(&stage.get(&bob, PATH).await.ok()),
        [(vec!["ada"], &*second, false)]
    );

    let path = format!("{PATH}/{}", list[1]["id"].as_str().unwrap());
    for who in [&bob, &eve] {
        for answer in [
            stage.post(who, &format!("{path}/read"), "").await,
            stage.delete(who, &path).await,
            stage.post(who, &format!("{PATH}/17/read"), "").await,
            stage.delete(who, &format!("{PATH}/x")).await,
        ] {
            assert_eq!(answer.refused(404), "Record not found");
        }
    }
    let read = stage.post(&ada, &format!("{path}/read"), "").await.ok();
    assert_eq!((&read["id"], &read["unread"]), (&list[1]["id"], &json!(false)));
    let reader = stage.token("ada", ada.id, "read").await;
    stage.get(&reader, PATH).await.ok();
    stage
        .post(&reader, &format!("{path}/read"), "")
        .await
        .refused(403);
    assert_eq!(stage.delete(&ada, &path).await.ok(), json!({}));
    stage.delete(&ada, &path).await.refused(404);
    assert_eq!(
        shown(&stage.get(&ada, PATH).await.ok()),
        [(vec!["ada"], &*note, false)]
    );
    stage.get(&ada, &format!("/api/v1/statuses/{second}")).await.ok();
    // Somebody who is gone: there is always someone to show.
    people::disable(stage.ctx(), "boss", "ada").await.unwrap();
    stage.clock.advance(chrono::Duration::minutes(2));
    assert_eq!(
        shown(&stage.get(&bob, PATH).await.ok()),
        [(vec!["bob"], &*second, false)]
    );
}

#[tokio::test]
async fn pages_are_found_by_the_newest_posts() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let mut firsts = Vec::new();
    for n in 0..5 {
        firsts.push(stage.whisper(&ada, &format!("@bob {n}"), None).await);
    }
    // The oldest conversation becomes the newest.
    let last = stage.whisper(&bob, "@ada again", Some(&firsts[0])).await;
    let expected: Vec<&str> = [&last, &firsts[4], &firsts[3], &firsts[2], &firsts[1]]
        .map(String::as_str)
        .to_vec();
    let (mut read, mut own, mut next) = (Vec::new(), Vec::new(), Some(format!("{PATH}?limit=2")));
    while let Some(page) = next {
        let answer = stage.get(&ada, &page).await;
        let list = answer.ok();
        own.extend(ids(&list));
        read.extend(shown(&list).iter().map(|one| one.1.to_owned()));
        next = answer.link("next");
        if let Some(next) = &next {
            let max = read.last().unwrap();
            assert!(next.ends_with(&format!("max_id={max}")), "{next}");
        }
    }
    assert_eq!(read, expected);
    own.sort();
    own.dedup();
    assert_eq!(own.len(), 5);
    let newer = stage
        .get(&ada, &format!("{PATH}?limit=2&min_id={}", firsts[3]))
        .await
        .ok();
    assert_eq!(
        shown(&newer).iter().map(|one| one.1).collect::<Vec<_>>(),
        [&*last, &*firsts[4]]
    );
}
