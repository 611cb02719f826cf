//! Every entity has the fields that Mastodon documents, of the documented kind, wherever it stands.

mod shapes;

use super::stage::{Person, Stage, request};
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
        let stage = Stage::new();
        let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
        for (one, other) in [(&ada, &bob), (&bob, &ada)] {
            let follow = format!("/api/v1/accounts/{}/follow", other.id);
            stage.post(one, &follow, "").await.ok();
        }
        let zoe = stage.remote_person("https://there.example", "There", "zoe").await;
        let follow = format!("/api/v1/accounts/{zoe}/follow");
        stage.post(&ada, &follow, "").await.ok();
        let body = json!({
            "status": "Hello @bob, look at #rust", "visibility": "public", "language": "en",
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
    let path = format!("/api/v1/statuses/{post}");
    let gone = request(&town.ada, "DELETE", &path).body("".into()).unwrap();
    let gone = town.stage.send(gone).await.ok();
    town.shapes.check(&path, &gone, "Status");
    assert!(gone["text"].is_string(), "{gone}");
}
