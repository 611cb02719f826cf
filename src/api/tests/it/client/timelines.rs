use super::stage::{Stage, ids};
use serde_json::json;

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let mut posted = Vec::new();
    for number in 0..5 {
        posted.push(stage.publish(&ada, &format!("number {number}"), "public").await);
    }
    posted.reverse();
    for path in [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public?local=true",
        "/api/v1/accounts/:id/statuses",
    ] {
        let path = path.replace(":id", &ada.id.to_string());
        let join = if path.contains('?') { '&' } else { '?' };
        let mut read = Vec::new();
        let mut next = Some(format!("{path}{join}limit=2"));
        while let Some(page) = next {
            let answer = stage.get(&ada, &page).await;
            read.extend(ids(&answer.ok()));
            next = answer.link("next");
        }
        assert_eq!(read, posted, "{path}");
        // And back up again: the two that come after the oldest.
        let up = stage
            .get(&ada, &format!("{path}{join}limit=2&min_id={}", posted[4]))
            .await;
        assert_eq!(ids(&up.ok()), posted[2..4], "{path}");
        assert!(
            up.link("prev")
                .unwrap()
                .contains(&format!("min_id={}", posted[2]))
        );
        let newest = stage
            .get(&ada, &format!("{path}{join}since_id={}", posted[2]))
            .await;
        assert_eq!(ids(&newest.ok()), posted[..2], "{path}");
    }
    let empty = stage.get(&ada, "/api/v1/bookmarks").await;
    assert_eq!((empty.ok(), empty.link("next")), (json!([]), None));
}

#[tokio::test]
async fn home_is_of_those_one_follows() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let before = stage.publish(&bob, "before", "public").await;
    assert_eq!(stage.get(&ada, "/api/v1/timelines/home").await.ok(), json!([]));
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/follow", bob.id), "")
        .await
        .ok();
    let after = stage.publish(&bob, "after", "private").await;
    let home = ids(&stage.get(&ada, "/api/v1/timelines/home").await.ok());
    assert!(home.contains(&after) && home.contains(&before), "{home:?}");
    let public = stage.get(&ada, "/api/v1/timelines/public").await.ok();
    assert_eq!(ids(&public), [before.as_str()]);
    assert_eq!(
        stage.get(&ada, "/api/v1/timelines/public?remote=1").await.ok(),
        json!([])
    );
    stage
        .post(&ada, &format!("/api/v1/statuses/{before}/bookmark"), "")
        .await
        .ok();
    stage
        .post(&ada, &format!("/api/v1/statuses/{after}/favourite"), "")
        .await
        .ok();
    assert_eq!(ids(&stage.get(&ada, "/api/v1/bookmarks").await.ok()), [before]);
    assert_eq!(ids(&stage.get(&ada, "/api/v1/favourites").await.ok()), [after]);
}

#[tokio::test]
async fn hashtags() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let plain = stage.publish(&ada, "about #Brot", "public").await;
    let both = stage.publish(&bob, "#brot and #butter", "public").await;
    stage.publish(&bob, "quiet #brot", "private").await;
    assert_eq!(
        ids(&stage.get(&ada, "/api/v1/timelines/tag/BROT").await.ok()),
        [both.clone(), plain.clone()]
    );
    assert_eq!(
        ids(&stage
            .get(&ada, "/api/v1/timelines/tag/brot?all[]=butter")
            .await
            .ok()),
        std::slice::from_ref(&both)
    );
    assert_eq!(
        ids(&stage
            .get(&ada, "/api/v1/timelines/tag/brot?none[]=butter")
            .await
            .ok()),
        [plain]
    );
    let tag = stage.get(&ada, "/api/v1/tags/Brot").await.ok();
    assert_eq!(
        (&tag["name"], &tag["url"]),
        (&json!("brot"), &json!("https://here.example/tags/brot"))
    );
    let history = tag["history"].as_array().unwrap();
    assert_eq!(history.len(), 7);
    assert_eq!(
        (&history[0]["uses"], &history[0]["accounts"]),
        (&json!("2"), &json!("2"))
    );
    assert_eq!(history[1]["uses"], "0");
    stage.get(&ada, "/api/v1/tags/a%20b").await.refused(404);
    let followed = stage.post(&ada, "/api/v1/tags/Brot/follow", "").await.ok();
    assert_eq!(
        (&followed["name"], &followed["following"]),
        (&json!("brot"), &json!(true))
    );
    assert_eq!(stage.get(&ada, "/api/v1/tags/brot").await.ok()["following"], true);
    assert_eq!(
        stage.get(&bob, "/api/v1/tags/brot").await.ok()["following"],
        false
    );
    stage.post(&ada, "/api/v1/tags/butter/follow", "").await.ok();
    let page = stage.get(&ada, "/api/v1/followed_tags?limit=1").await;
    assert_eq!(page.ok()[0]["name"], "butter");
    let next = stage.get(&ada, &page.link("next").unwrap()).await.ok();
    assert_eq!(
        (&next[0]["name"], &next[0]["following"]),
        (&json!("brot"), &json!(true))
    );
    assert_eq!(next[0]["history"][0]["uses"], "2");
    let home = ids(&stage.get(&ada, "/api/v1/timelines/home").await.ok());
    assert!(home.contains(&both), "{home:?}");
    let new = stage.publish(&bob, "more #brot", "public").await;
    assert_eq!(ids(&stage.get(&ada, "/api/v1/timelines/home").await.ok())[0], new);
    assert_eq!(
        stage.post(&ada, "/api/v1/tags/brot/unfollow", "").await.ok()["following"],
        false
    );
    stage
        .post(&ada, "/api/v1/tags/a%20b/follow", "")
        .await
        .refused(404);
}

#[tokio::test]
async fn search_finds_people_posts_and_hashtags() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bobette").await);
    let public = stage.publish(&bob, "Le fromage est bon #fromage", "public").await;
    stage.publish(&bob, "fromage secret", "direct").await;
    let found = stage.get(&ada, "/api/v2/search?q=fromage").await.ok();
    assert_eq!(found["accounts"], json!([]));
    assert_eq!(ids(&found["statuses"]), [public]);
    assert_eq!(found["hashtags"][0]["name"], "fromage");
    assert_eq!(found["hashtags"][0]["history"][0]["uses"], "1");
    let found = stage
        .get(&ada, "/api/v2/search?q=bobet&type=accounts&resolve=true")
        .await
        .ok();
    assert_eq!(ids(&found["accounts"]), [bob.id.to_string()]);
    assert_eq!(found["statuses"], json!([]));
    let old = stage.get(&ada, "/api/v1/search?q=%23fromage").await.ok();
    assert_eq!(old["hashtags"], json!(["fromage"]));
    let people = stage.get(&ada, "/api/v1/accounts/search?q=@bobette").await.ok();
    assert_eq!(ids(&people), [bob.id.to_string()]);
    assert_eq!(
        stage.get(&ada, "/api/v2/search?q=").await.ok()["statuses"],
        json!([])
    );
}

#[tokio::test]
async fn what_several_people_talk_about_trends() {
    let stage = Stage::new();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let trends = async |who, what: &str| stage.get(who, &format!("/api/v1/trends/{what}")).await.ok();
    assert_eq!(trends(&ada, "tags").await, json!([]));
    assert_eq!(trends(&ada, "statuses").await, json!([]));
    stage.publish(&ada, "#alone #alone", "public").await;
    stage.publish(&ada, "#hidden", "private").await;
    let hidden = stage.publish(&bob, "#hidden", "private").await;
    let first = stage.publish(&ada, "the #harbour", "public").await;
    let second = stage.publish(&bob, "at the #Harbour with #tea", "public").await;
    stage.publish(&eve, "#harbour and #tea", "public").await;
    for (who, post, verb) in [
        (&bob, &first, "favourite"),
        (&eve, &first, "favourite"),
        (&ada, &second, "reblog"),
        (&eve, &second, "favourite"),
        (&bob, &hidden, "favourite"),
        (&bob, &hidden, "reblog"),
    ] {
        stage
            .post(who, &format!("/api/v1/statuses/{post}/{verb}"), "")
            .await
            .ok();
    }
    // What was found is kept for some minutes.
    assert_eq!(trends(&ada, "tags").await, json!([]));
    stage.clock.advance(chrono::Duration::minutes(6));
    let tags = trends(&ada, "tags").await;
    let names: Vec<_> = tags
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].clone())
        .collect();
    assert_eq!(names, ["harbour", "tea"]);
    assert_eq!(tags[0]["history"][0]["accounts"], "3");
    assert_eq!(trends(&ada, "tags?limit=1&offset=1").await[0]["name"], "tea");
    assert_eq!(trends(&ada, "tags?offset=9").await, json!([]));
    assert_eq!(
        ids(&trends(&ada, "statuses").await),
        [second.clone(), first.clone()]
    );
    // Not of people one does not want to read.
    stage
        .post(&ada, &format!("/api/v1/accounts/{}/mute", bob.id), "")
        .await
        .ok();
    assert_eq!(ids(&trends(&ada, "statuses").await), [first]);
    // It passes.
    stage.clock.advance(chrono::Duration::days(8));
    assert_eq!(trends(&eve, "statuses").await, json!([]));
    assert_eq!(trends(&eve, "tags").await, json!([]));
}
