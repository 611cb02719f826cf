//! What clients ask for at every start and all day is found along indexes, on both databases, however many rows there are.

use super::Town;
use entrenous_store::testing::{TestDatabase, read_whole};
use serde_json::json;
use std::collections::BTreeMap;

/// Tables that may be read whole: they stay as small as an organisation's partners, or a person's own settings.
const SMALL: [&str; 4] = [
    // Kept in memory whole, and bounded for each node.
    "emojis",
    "peers",
    "announcements",
    // One row of it: whether there is any.
    "account_words",
];

/// What is asked for often.
const HOT: &[&str] = &[
    "/api/v1/timelines/home",
    "/api/v1/timelines/home?max_id=9999999999999999",
    "/api/v1/timelines/home?since_id=1&limit=40",
    "/api/v1/timelines/home?min_id=1",
    "/api/v1/timelines/public",
    "/api/v1/timelines/public?local=true",
    "/api/v1/timelines/public?remote=true&min_id=1",
    "/api/v1/timelines/public?only_media=true",
    "/api/v1/timelines/tag/rust",
    "/api/v1/timelines/tag/rust?local=true&max_id=9999999999999999",
    "/api/v1/timelines/list/{list}",
    "/api/v1/statuses/{post}",
    "/api/v1/statuses?id[]={post}",
    "/api/v1/statuses/{post}/context",
    "/api/v1/statuses/{post}/history",
    "/api/v1/statuses/{post}/favourited_by",
    "/api/v1/statuses/{post}/reblogged_by",
    "/api/v1/accounts/{bob}",
    "/api/v1/accounts/{bob}/statuses",
    "/api/v1/accounts/{bob}/statuses?exclude_replies=true&exclude_reblogs=true",
    "/api/v1/accounts/{bob}/statuses?pinned=true",
    "/api/v1/accounts/{bob}/statuses?only_media=true",
    "/api/v1/accounts/{bob}/followers",
    "/api/v1/accounts/{bob}/following",
    "/api/v1/accounts/relationships?id[]={bob}",
    "/api/v1/accounts/familiar_followers?id[]={bob}",
    "/api/v1/accounts/lookup?acct=bob",
    "/api/v1/accounts/search?q=bo",
    "/api/v1/accounts/verify_credentials",
    "/api/v1/notifications",
    "/api/v1/notifications?types[]=mention&max_id=9999999999999999",
    "/api/v1/notifications/unread_count",
    "/api/v2/notifications",
    "/api/v2/notifications/policy",
    "/api/v1/conversations",
    "/api/v1/favourites",
    "/api/v1/bookmarks",
    "/api/v1/blocks",
    "/api/v1/mutes",
    "/api/v1/follow_requests",
    "/api/v1/followed_tags",
    "/api/v1/lists",
    "/api/v1/markers?timeline[]=home",
    "/api/v1/preferences",
    "/api/v2/filters",
    "/api/v1/announcements",
    "/api/v1/scheduled_statuses",
    "/api/v2/search?q=hello",
    "/api/v2/search?q=hello%20from:bob&type=statuses",
    "/api/v1/tags/rust",
];

#[tokio::test]
async fn no_hot_query_reads_a_whole_table() {
    for db in [Some(TestDatabase::sqlite()), TestDatabase::postgres()] {
        let Some(db) = db else { continue };
        let town = Town::built_on(db.watched()).await;
        let (stage, ada) = (&town.stage, &town.ada);
        let made = json!({ "title": "Project" });
        let list = stage.json(ada, "POST", "/api/v1/lists", made).await.ok();
        let members = json!({ "account_ids": [town.bob.id.to_string()] });
        let list = list["id"].as_str().unwrap();
        stage
            .json(ada, "POST", &format!("/api/v1/lists/{list}/accounts"), members)
            .await
            .ok();
        let mut found = BTreeMap::new();
        let mut seen = stage.database().statements();
        let written = seen
            .iter()
            .map(|text| (text.clone(), "what the town was built with".to_owned()));
        let mut asked: BTreeMap<String, String> = written.collect();
        for path in HOT {
            let path = path
                .replace("{list}", list)
                .replace("{post}", &town.post)
                .replace("{bob}", &town.bob.id.to_string());
            stage.get(ada, &path).await.ok();
            let now = stage.database().statements();
            let new = now.difference(&seen);
            asked.extend(new.map(|text| (text.clone(), path.clone())));
            seen = now;
        }
        assert!(asked.len() > 100, "only {} statements were heard", asked.len());
        for (text, path) in asked {
            let whole = read_whole(stage.ctx().store(), text.clone()).await;
            let whole = whole.unwrap_or_else(|error| panic!("{error}: {text}"));
            let large: Vec<String> = whole
                .into_iter()
                .filter(|name| !SMALL.contains(&name.as_str()))
                .collect();
            if !large.is_empty() {
                found.insert(text, (path, large));
            }
        }
        assert!(found.is_empty(), "read whole:\n{found:#?}");
    }
}
