//! Every entity has the fields that Mastodon documents, of the documented kind, wherever it stands.

mod plans;
mod shapes;

use super::stage::{Person, Stage, request};
use entrenous_domain::custom_emoji::{self, Change};
use entrenous_model::{PreparedEmoji, Role};
use entrenous_store::testing::TestDatabase;
use serde_json::{Value, json};
use shapes::Shapes;

/// People with something of everything.
struct Town {
    stage: Stage,
    shapes: Shapes,
    ada: Person,
    bob: Person,
    /// A post of ada's with files, a poll's sibling, replies, boosts and edits.
    post: String,
    /// Bob's quote of it, which ada quotes in turn.
    quote: String,
}

impl Town {
    async fn built() -> Self {
        Self::built_on(TestDatabase::sqlite()).await
    }

    async fn built_on(database: TestDatabase) -> Self {
        let stage = Stage::on(database);
        let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
        for (one, other) in [(&ada, &bob), (&bob, &ada)] {
            let follow = format!("/api/v1/accounts/{}/follow", other.id);
            stage.post(one, &follow, "").await.ok();
        }
        let zoe = stage.remote_person("https://there.example", "There", "zoe").await;
        let follow = format!("/api/v1/accounts/{zoe}/follow");
        stage.post(&ada, &follow, "").await.ok();
        let body = json!({
            "status": "Hello @bob :blob:, look at #rust", "visibility": "public", "language": "en",
            "spoiler_text": "a word", "sensitive": true,
        });
        let post = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
        let post = post["id"].as_str().unwrap().to_owned();
        let poll = json!({ "status": "Tea?", "poll": { "options": ["yes", "no"], "expires_in": 3_600 } });
        let poll = stage.json(&ada, "POST", "/api/v1/statuses", poll).await.ok();
        let vote = format!("/api/v1/polls/{}/votes", poll["poll"]["id"].as_str().unwrap());
        stage
            .json(&bob, "POST", &vote, json!({ "choices": [0] }))
            .await
            .ok();
        let reply = json!({ "status": "@ada seen", "in_reply_to_id": post });
        stage.json(&bob, "POST", "/api/v1/statuses", reply).await.ok();
        let picture = PreparedEmoji {
            bytes: b"picture".to_vec(),
            content_type: "image/png",
            still: None,
        };
        let blob = Change {
            picture: Some(picture),
            ..Change::default()
        };
        custom_emoji::create(stage.ctx(), "boss", "blob", blob)
            .await
            .unwrap();
        for emoji in ["blob", "%F0%9F%8E%89"] {
            let path = format!("/api/v1/pleroma/statuses/{post}/reactions/{emoji}");
            stage.json(&bob, "PUT", &path, json!({})).await.ok();
        }
        for verb in ["favourite", "reblog", "bookmark"] {
            let path = format!("/api/v1/statuses/{post}/{verb}");
            stage.post(&bob, &path, "").await.ok();
        }
        let quote = json!({ "status": "this one", "quoted_status_id": post });
        let quote = stage.json(&bob, "POST", "/api/v1/statuses", quote).await.ok();
        let quote = quote["id"].as_str().unwrap().to_owned();
        let again = json!({ "status": "and that one", "quoted_status_id": quote });
        stage.json(&ada, "POST", "/api/v1/statuses", again).await.ok();
        stage.publish(&bob, "@ada between us", "direct").await;
        stage.clock.advance(chrono::Duration::seconds(90));
        let edit = json!({ "status": "Hello again @bob, look at #rust", "language": "en" });
        let path = format!("/api/v1/statuses/{post}");
        stage.json(&ada, "PUT", &path, edit).await.ok();
        Self {
            stage,
            shapes: Shapes::read(),
            ada,
            bob,
            post,
            quote,
        }
    }

    /// What a GET answers has that shape, and, if it is a list, something is in it.
    async fn holds(&self, path: &str, shape: &str) -> Value {
        let answer = self.stage.get(&self.ada, path).await.ok();
        self.shapes.check(path, &answer, shape);
        assert!(
            answer.as_array().is_none_or(|list| !list.is_empty()),
            "{path} shows nothing"
        );
        answer
    }
}

#[tokio::test]
async fn what_is_read_has_the_documented_shape() {
    let town = Town::built().await;
    let (bob, post) = (town.bob.id, &town.post);
    let list = json!({ "title": "Project", "exclusive": true });
    let list = town
        .stage
        .json(&town.ada, "POST", "/api/v1/lists", list)
        .await
        .ok();
    let list = list["id"].as_str().unwrap();
    let members = json!({ "account_ids": [bob.to_string()] });
    let path = format!("/api/v1/lists/{list}/accounts");
    town.stage.json(&town.ada, "POST", &path, members).await.ok();
    let follow = "/api/v1/tags/rust/follow";
    town.stage.post(&town.ada, follow, "").await.ok();
    let marker = json!({ "home": { "last_read_id": post } });
    town.stage
        .json(&town.ada, "POST", "/api/v1/markers", marker)
        .await
        .ok();

    for (path, shape) in [
        (
            "/api/v1/accounts/verify_credentials".to_owned(),
            "CredentialAccount",
        ),
        ("/api/v1/accounts/verify_credentials".to_owned(), "Account"),
        (format!("/api/v1/accounts/{bob}"), "Account"),
        (format!("/api/v1/accounts?id[]={bob}"), "[Account]"),
        (
            "/api/v1/accounts/lookup?acct=zoe@there.example".to_owned(),
            "Account",
        ),
        ("/api/v1/accounts/search?q=bob".to_owned(), "[Account]"),
        (
            format!("/api/v1/accounts/relationships?id[]={bob}"),
            "[Relationship]",
        ),
        (
            format!("/api/v1/accounts/familiar_followers?id[]={bob}"),
            "[FamiliarFollowers]",
        ),
        (format!("/api/v1/accounts/{bob}/statuses"), "[Status]"),
        (format!("/api/v1/accounts/{bob}/followers"), "[Account]"),
        (format!("/api/v1/accounts/{bob}/following"), "[Account]"),
        (format!("/api/v1/accounts/{bob}/lists"), "[List]"),
        ("/api/v1/timelines/home".to_owned(), "[Status]"),
        ("/api/v1/timelines/public".to_owned(), "[Status]"),
        ("/api/v1/timelines/tag/rust".to_owned(), "[Status]"),
        (format!("/api/v1/timelines/list/{list}"), "[Status]"),
        (format!("/api/v1/statuses/{post}"), "Status"),
        (format!("/api/v1/statuses?id[]={post}"), "[Status]"),
        (format!("/api/v1/statuses/{post}/context"), "Context"),
        (format!("/api/v1/statuses/{post}/source"), "StatusSource"),
        (format!("/api/v1/statuses/{post}/history"), "[StatusEdit]"),
        (format!("/api/v1/statuses/{post}/favourited_by"), "[Account]"),
        (format!("/api/v1/statuses/{post}/reblogged_by"), "[Account]"),
        ("/api/v1/custom_emojis".to_owned(), "[CustomEmoji]"),
        (
            format!("/api/v1/pleroma/statuses/{post}/reactions"),
            "[EmojiReactionWithPeople]",
        ),
        (
            "/api/v1/notifications?types[]=pleroma:emoji_reaction".to_owned(),
            "[Notification]",
        ),
        (format!("/api/v1/statuses/{post}/quotes"), "[Status]"),
        (format!("/api/v1/statuses/{}/quotes", town.quote), "[Status]"),
        ("/api/v1/notifications".to_owned(), "[Notification]"),
        ("/api/v2/notifications".to_owned(), "GroupedNotifications"),
        ("/api/v2/notifications/policy".to_owned(), "NotificationPolicy"),
        ("/api/v1/notifications/unread_count".to_owned(), "UnreadCount"),
        ("/api/v2/notifications/unread_count".to_owned(), "UnreadCount"),
        ("/api/v1/lists".to_owned(), "[List]"),
        (format!("/api/v1/lists/{list}"), "List"),
        (format!("/api/v1/lists/{list}/accounts"), "[Account]"),
        ("/api/v1/tags/rust".to_owned(), "Tag"),
        ("/api/v1/followed_tags".to_owned(), "[Tag]"),
        ("/api/v1/preferences".to_owned(), "Preferences"),
        ("/api/v1/directory".to_owned(), "[Account]"),
        ("/api/v2/search?q=bob".to_owned(), "Search"),
        ("/api/v2/search?q=%23rust&type=hashtags".to_owned(), "Search"),
        ("/api/v2/instance".to_owned(), "Instance"),
        ("/api/v1/instance".to_owned(), "InstanceV1"),
    ] {
        town.holds(&path, shape).await;
    }
    let markers = town
        .stage
        .get(&town.ada, "/api/v1/markers?timeline[]=home")
        .await
        .ok();
    town.shapes.check("markers", &markers["home"], "Marker");
}

#[tokio::test]
async fn what_is_done_answers_in_the_documented_shape() {
    let town = Town::built().await;
    let (bob, post) = (town.bob.id, &town.post);
    for verb in [
        "favourite",
        "unfavourite",
        "reblog",
        "unreblog",
        "bookmark",
        "unbookmark",
        "mute",
        "unmute",
        "pin",
        "unpin",
    ] {
        let path = format!("/api/v1/statuses/{post}/{verb}");
        let status = town.stage.post(&town.ada, &path, "").await.ok();
        town.shapes.check(&path, &status, "Status");
    }
    let path = format!("/api/v1/statuses/{post}/quotes/{}/revoke", town.quote);
    let status = town.stage.post(&town.ada, &path, "").await.ok();
    town.shapes.check(&path, &status, "Status");
    let path = format!("/api/v1/statuses/{post}/interaction_policy");
    let policy = json!({ "quote_approval_policy": "followers" });
    let status = town.stage.json(&town.ada, "PUT", &path, policy).await.ok();
    town.shapes.check(&path, &status, "Status");
    for verb in [
        "follow",
        "unfollow",
        "mute",
        "unmute",
        "note",
        "block",
        "unblock",
        "remove_from_followers",
    ] {
        let path = format!("/api/v1/accounts/{bob}/{verb}");
        let relationship = town.stage.post(&town.ada, &path, "").await.ok();
        town.shapes.check(&path, &relationship, "Relationship");
    }
    let change = json!({ "display_name": "Ada L.", "note": "counts", "fields_attributes": [{ "name": "Site", "value": "Lyon" }] });
    let path = "/api/v1/accounts/update_credentials";
    let me = town.stage.json(&town.ada, "PATCH", path, change).await.ok();
    town.shapes.check(path, &me, "Account");
    town.shapes.check(path, &me, "CredentialAccount");
    let app =
        json!({ "client_name": "Test", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read" });
    let app = town.stage.json(&town.ada, "POST", "/api/v1/apps", app).await.ok();
    town.shapes.check("apps", &app, "App");
    let push = "/api/v1/push/subscription";
    let made = town.stage.subscribed(&town.ada).await;
    town.shapes.check(push, &made, "WebPushSubscription");
    let read = town.stage.get(&town.ada, push).await.ok();
    town.shapes.check(push, &read, "WebPushSubscription");
    let path = format!("/api/v1/statuses/{post}");
    let gone = request(&town.ada, "DELETE", &path).body("".into()).unwrap();
    let gone = town.stage.send(gone).await.ok();
    town.shapes.check(&path, &gone, "Status");
    assert!(gone["text"].is_string(), "{gone}");
}

/// The first of the list at `path`.
async fn first(stage: &Stage, who: &Person, path: &str) -> Value {
    stage.get(who, path).await.ok()[0].clone()
}

fn id(entity: &Value) -> &str {
    entity["id"].as_str().unwrap()
}

/// What people keep for themselves: filters of both versions, scheduled posts, conversations.
async fn own_things(town: &Town) {
    let (stage, shapes, ada) = (&town.stage, &town.shapes, &town.ada);
    // One's own posts are never filtered.
    let theirs = stage.publish(&town.bob, "a spoiler", "public").await;
    let words = json!({
        "title": "Words", "context": ["home", "public"], "filter_action": "hide", "expires_in": 3_600,
        "keywords_attributes": [{ "keyword": "spoiler", "whole_word": true }],
    });
    let filter = stage.json(ada, "POST", "/api/v2/filters", words).await.ok();
    shapes.check("POST filters", &filter, "Filter");
    let path = format!("/api/v2/filters/{}", id(&filter));
    let keyword = stage
        .json(
            ada,
            "POST",
            &format!("{path}/keywords"),
            json!({ "keyword": "ending" }),
        )
        .await
        .ok();
    shapes.check("POST keywords", &keyword, "FilterKeyword");
    let status = stage
        .json(
            ada,
            "POST",
            &format!("{path}/statuses"),
            json!({ "status_id": theirs }),
        )
        .await
        .ok();
    shapes.check("POST statuses", &status, "FilterStatus");
    for (path, shape) in [
        ("/api/v2/filters".to_owned(), "[Filter]"),
        (path.clone(), "Filter"),
        (format!("{path}/keywords"), "[FilterKeyword]"),
        (format!("{path}/statuses"), "[FilterStatus]"),
        (
            format!("/api/v2/filters/keywords/{}", id(&keyword)),
            "FilterKeyword",
        ),
        (
            format!("/api/v2/filters/statuses/{}", id(&status)),
            "FilterStatus",
        ),
        ("/api/v1/filters".to_owned(), "[V1Filter]"),
        (format!("/api/v1/filters/{}", id(&keyword)), "V1Filter"),
        (format!("/api/v1/statuses/{theirs}"), "Status"),
    ] {
        town.holds(&path, shape).await;
    }
    let shown = stage.get(ada, &format!("/api/v1/statuses/{theirs}")).await.ok();
    assert!(
        !shown["filtered"].as_array().unwrap().is_empty(),
        "a filter's result was looked at: {shown}"
    );
    let renamed = stage
        .json(ada, "PUT", &path, json!({ "title": "Other words" }))
        .await
        .ok();
    shapes.check("PUT filters", &renamed, "Filter");
    let change = json!({ "keyword": "end", "whole_word": false });
    let keywords = format!("/api/v2/filters/keywords/{}", id(&keyword));
    let changed = stage.json(ada, "PUT", &keywords, change).await.ok();
    shapes.check("PUT keywords", &changed, "FilterKeyword");
    let old = json!({ "phrase": "old", "context": ["home"], "irreversible": true, "whole_word": false });
    let old = stage.json(ada, "POST", "/api/v1/filters", old).await.ok();
    shapes.check("POST v1 filters", &old, "V1Filter");
    let old_path = format!("/api/v1/filters/{}", id(&old));
    let changed = json!({ "phrase": "older", "context": ["thread"] });
    let changed = stage.json(ada, "PUT", &old_path, changed).await.ok();
    shapes.check("PUT v1 filters", &changed, "V1Filter");

    let at = stage.ctx().now() + chrono::Duration::hours(2);
    let later = json!({
        "status": "later", "scheduled_at": at.to_rfc3339(), "language": "en",
        "poll": { "options": ["yes", "no"], "expires_in": 3_600 },
    });
    let later = stage.json(ada, "POST", "/api/v1/statuses", later).await.ok();
    shapes.check("POST a scheduled status", &later, "ScheduledStatus");
    let path = format!("/api/v1/scheduled_statuses/{}", id(&later));
    let moved = json!({ "scheduled_at": (at + chrono::Duration::hours(1)).to_rfc3339() });
    let moved = stage.json(ada, "PUT", &path, moved).await.ok();
    shapes.check("PUT a scheduled status", &moved, "ScheduledStatus");
    town.holds("/api/v1/scheduled_statuses", "[ScheduledStatus]")
        .await;
    town.holds(&path, "ScheduledStatus").await;

    let conversations = town.holds("/api/v1/conversations", "[Conversation]").await;
    let read = format!("/api/v1/conversations/{}/read", id(&conversations[0]));
    let read = stage.post(ada, &read, "").await.ok();
    shapes.check("read", &read, "Conversation");
}

/// What those who moderate and administer read.
async fn administration(town: &Town) {
    let (stage, shapes) = (&town.stage, &town.shapes);
    let boss = stage
        .person_with("boss", Role::Owner, "read write admin:read admin:write")
        .await;
    let report = json!({
        "account_id": town.ada.id.to_string(), "status_ids": [town.post], "comment": "loud", "rule_ids": ["1"],
    });
    let report = stage
        .json(&town.bob, "POST", "/api/v1/reports", report)
        .await
        .ok();
    shapes.check("POST reports", &report, "Report");
    // Somebody of a peer has no login here.
    let zoe = stage
        .get(&town.ada, "/api/v1/accounts/lookup?acct=zoe@there.example")
        .await
        .ok();
    let other = json!({ "account_id": id(&zoe), "comment": "there" });
    let other = stage.json(&town.bob, "POST", "/api/v1/reports", other).await.ok();
    shapes.check("POST reports", &other, "Report");
    for verb in ["assign_to_self", "resolve", "reopen", "unassign"] {
        let path = format!("/api/v1/admin/reports/{}/{verb}", id(&report));
        let answer = stage.post(&boss, &path, "").await.ok();
        shapes.check(&path, &answer, "AdminReport");
    }
    for (path, shape) in [
        ("/api/v1/admin/reports".to_owned(), "[AdminReport]"),
        (format!("/api/v1/admin/reports/{}", id(&report)), "AdminReport"),
        ("/api/v1/admin/accounts".to_owned(), "[AdminAccount]"),
        ("/api/v2/admin/accounts".to_owned(), "[AdminAccount]"),
        (format!("/api/v1/admin/accounts/{}", town.ada.id), "AdminAccount"),
        (
            "/api/v1/notifications?types[]=admin.report".to_owned(),
            "[Notification]",
        ),
        (
            "/api/v2/notifications?types[]=admin.report".to_owned(),
            "GroupedNotifications",
        ),
    ] {
        let answer = stage.get(&boss, &path).await.ok();
        shapes.check(&path, &answer, shape);
        assert!(
            answer.as_array().is_none_or(|list| !list.is_empty()),
            "{path} shows nothing"
        );
    }
    let told = first(stage, &boss, "/api/v1/notifications?types[]=admin.report").await;
    assert_eq!(told["report"]["id"], other["id"]);
    let change = json!({ "category": "spam" });
    let path = format!("/api/v1/admin/reports/{}", id(&report));
    let changed = stage.json(&boss, "PUT", &path, change).await.ok();
    shapes.check("PUT reports", &changed, "AdminReport");
    for verb in ["unsilence", "unsensitive"] {
        let path = format!("/api/v1/admin/accounts/{}/{verb}", town.ada.id);
        let answer = stage.post(&boss, &path, "").await.ok();
        shapes.check(&path, &answer, "AdminAccount");
    }
}

#[tokio::test]
async fn what_is_ones_own_has_the_documented_shape_on_both_databases() {
    for database in [Some(TestDatabase::sqlite()), TestDatabase::postgres()]
        .into_iter()
        .flatten()
    {
        own_things(&Town::built_on(database).await).await;
    }
}

#[tokio::test]
async fn what_administers_has_the_documented_shape_on_both_databases() {
    for database in [Some(TestDatabase::sqlite()), TestDatabase::postgres()]
        .into_iter()
        .flatten()
    {
        administration(&Town::built_on(database).await).await;
    }
}
