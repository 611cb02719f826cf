use super::stage::{Stage, ids, request};
use axum::body::Body;
use http::header;
use serde_json::json;

#[tokio::test]
async fn settings_are_read_and_changed() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let path = "/api/entrenous/v1/settings";
    let at_first = json!({
        "locale": "en", "default_visibility": "public", "default_sensitive": false, "default_language": null,
        "default_quote_policy": "public",
    });
    let found = stage.get(&ada, path).await.ok();
    assert_eq!(found, at_first);
    let change = json!({
        "locale": "fr", "default_visibility": "private", "default_language": "fr", "default_quote_policy": "nobody",
    });
    let changed = json!({
        "locale": "fr", "default_visibility": "private", "default_sensitive": false, "default_language": "fr",
        "default_quote_policy": "nobody",
    });
    assert_eq!(stage.json(&ada, "PATCH", path, change).await.ok(), changed);
    assert_eq!(stage.get(&ada, path).await.ok(), changed);
    let preferences = stage.get(&ada, "/api/v1/preferences").await.ok();
    assert_eq!(preferences["posting:default:visibility"], "private");
    assert_eq!(preferences["posting:default:language"], "fr");
    // The same by the Mastodon API.
    let form = "source[privacy]=unlisted&source[sensitive]=true&source[language]=de";
    let body = request(&ada, "PATCH", "/api/v1/accounts/update_credentials")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    stage.send(body.body(Body::from(form)).unwrap()).await.ok();
    let preferences = stage.get(&ada, "/api/v1/preferences").await.ok();
    assert_eq!(preferences["posting:default:visibility"], "unlisted");
    assert_eq!(preferences["posting:default:sensitive"], true);
    assert_eq!(preferences["posting:default:language"], "de");
    let cleared = stage
        .json(&ada, "PATCH", path, json!({ "default_language": "" }))
        .await
        .ok();
    assert_eq!(cleared["default_language"], json!(null));
    for wrong in [
        json!({ "locale": "xx" }),
        json!({ "default_visibility": "everyone" }),
        json!({ "default_quote_policy": "friends" }),
        json!({ "default_language": "no language" }),
    ] {
        stage.json(&ada, "PATCH", path, wrong).await.refused(422);
    }
}

#[tokio::test]
async fn markers_by_form_and_json() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let set = stage
        .post(
            &ada,
            "/api/v1/markers",
            "home[last_read_id]=12&notifications[last_read_id]=7",
        )
        .await
        .ok();
    assert_eq!(
        (
            &set["home"]["last_read_id"],
            &set["notifications"]["last_read_id"]
        ),
        (&json!("12"), &json!("7"))
    );
    let before = set["home"]["version"].as_i64().unwrap();
    let body = json!({ "home": { "last_read_id": "13" } });
    let set = stage.json(&ada, "POST", "/api/v1/markers", body).await.ok();
    assert_eq!(set["home"]["version"].as_i64().unwrap(), before + 1);
    let path = "/api/v1/markers?timeline[]=home&timeline[]=notifications";
    let found = stage.get(&ada, path).await.ok();
    assert_eq!(
        (
            &found["home"]["last_read_id"],
            &found["notifications"]["last_read_id"]
        ),
        (&json!("13"), &json!("7"))
    );
    let found = stage
        .get(&ada, "/api/v1/markers?timeline[]=notifications")
        .await
        .ok();
    assert_eq!(found.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_password_is_changed_and_everything_else_ends() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let other = stage.token("ada", ada.id, "read").await;
    let path = "/api/entrenous/v1/password";
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    stage.json(&ada, "POST", path, json!({})).await.refused(422);
    let wrong = stage
        .json(&ada, "POST", path, change("not this one", "another good one"))
        .await;
    assert_eq!(
        wrong.refused(422),
        "Validation failed: the current password is wrong"
    );
    let weak = stage
        .json(&ada, "POST", path, change("correct horse battery", "short"))
        .await;
    assert!(weak.refused(422).contains("10 characters"));
    stage.get(&other, "/api/v1/lists").await.ok();
    stage
        .json(&other, "POST", path, change("correct horse battery", "x"))
        .await
        .refused(403);
    let done = stage
        .json(
            &ada,
            "POST",
            path,
            change("correct horse battery", "another good one"),
        )
        .await;
    assert_eq!(done.ok(), json!({}));
    stage.get(&ada, "/api/v1/lists").await.ok();
    stage.get(&other, "/api/v1/lists").await.refused(401);
    // Guessing is slowed down as at the sign-in page.
    for _ in 0..10 {
        stage
            .json(&ada, "POST", path, change("guess", "another good one"))
            .await
            .refused(422);
    }
    let tired = stage
        .json(&ada, "POST", path, change("another good one", "a third good one"))
        .await;
    tired.refused(429);
    assert!(tired.headers.contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn tokens_tell_who_used_them_last() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let other = stage.token("ada", ada.id, "read").await;
    let path = "/api/entrenous/v1/tokens";
    let before = stage.get(&ada, path).await.ok();
    assert_eq!(
        (&before[0]["current"], &before[0]["last_used_at"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(before[1]["current"], true);
    let used = request(&other, "GET", "/api/v1/lists").header(header::USER_AGENT, "Client/1.0");
    stage.send(used.body(Body::empty()).unwrap()).await.ok();
    let after = stage.get(&ada, path).await.ok();
    assert_eq!(after[0]["user_agent"], "Client/1.0");
    assert!(after[0]["last_used_at"].is_string());
    let id = after[0]["id"].as_str().unwrap();
    stage.delete(&ada, &format!("{path}/{id}")).await.ok();
    stage.get(&other, "/api/v1/lists").await.refused(401);
}

#[tokio::test]
async fn marks_are_paged_in_the_order_in_which_they_were_set() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let mut posted = Vec::new();
    for number in 0..5 {
        posted.push(stage.publish(&ada, &format!("number {number}"), "public").await);
    }
    // Not the order in which they were written.
    posted.swap(0, 3);
    for id in &posted {
        for mark in ["bookmark", "favourite"] {
            stage
                .post(&ada, &format!("/api/v1/statuses/{id}/{mark}"), "")
                .await
                .ok();
        }
    }
    posted.reverse();
    for path in ["/api/v1/bookmarks", "/api/v1/favourites"] {
        let (mut read, mut next) = (Vec::new(), Some(format!("{path}?limit=2")));
        let mut up = None;
        while let Some(page) = next {
            let answer = stage.get(&ada, &page).await;
            read.extend(ids(&answer.ok()));
            up = answer.link("prev");
            next = answer.link("next");
        }
        assert_eq!(read, posted, "{path}");
        let up = stage.get(&ada, &up.unwrap()).await;
        assert_eq!(ids(&up.ok()), posted[2..4], "{path}");
    }
}
