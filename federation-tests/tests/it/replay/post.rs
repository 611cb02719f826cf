//! A post that came: whole, and for those whom it is for.

use super::corpus::text;
use super::expect::{Before, plain};
use super::replayed::Replayed;
use super::scene::Scene;
use federation_tests::mock::now;
use federation_tests::{Client, eventually};
use serde_json::Value;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn list(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        single => single.as_str().into_iter().collect(),
    }
}

fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        single => vec![single],
    }
}

fn tagged<'a>(object: &'a Value, kind: &str) -> Vec<&'a Value> {
    many(&object["tag"])
        .into_iter()
        .filter(|tag| tag["type"] == kind)
        .collect()
}

/// What its recipients make it for clients.
fn visibility(object: &Value, followers: &str) -> &'static str {
    let (to, cc) = (list(&object["to"]), list(&object["cc"]));
    if to.contains(&PUBLIC) {
        "public"
    } else if cc.contains(&PUBLIC) {
        "unlisted"
    } else if to.contains(&followers) || cc.contains(&followers) {
        "private"
    } else {
        "direct"
    }
}

/// Asserts all that a client sees of the post, new or edited.
pub(super) async fn check(scene: &Scene, replayed: &Replayed, before: &Before) {
    let (name, object) = (&replayed.name, &replayed.body["object"]);
    let uri = text(object);
    let author = text(&object["attributedTo"]);
    let visibility = visibility(object, &format!("{author}/followers"));
    let addressed: Vec<&str> = [list(&object["to"]), list(&object["cc"])].concat();
    let reader: &Client = if visibility == "direct" {
        let person = addressed.iter().find_map(|uri| scene.person(uri));
        person.unwrap_or_else(|| panic!("{name}: for nobody here"))
    } else {
        &scene.watcher
    };
    let post = scene
        .post(reader, uri)
        .await
        .unwrap_or_else(|| panic!("{name}: {uri} is not there"));
    assert_eq!(post["visibility"], visibility, "{name}");
    words(name, object, &post);
    poll(name, object, &post);
    assert_eq!(
        post["spoiler_text"],
        object["summary"].as_str().unwrap_or_default(),
        "{name}"
    );
    let handle = post["account"]["acct"].as_str().expect("no handle");
    assert!(
        handle.ends_with(scene.sender().mock.authority()),
        "{name}: {handle}"
    );
    time(name, object, &post);
    if let Some(parent) = object["inReplyTo"].as_str().and_then(|uri| scene.own(uri)) {
        assert_eq!(post["in_reply_to_id"], parent.id, "{name}");
    }
    tags(scene, replayed, &addressed, &post).await;

    let others = scene.post(&scene.stranger, uri).await;
    assert_eq!(
        others.is_some(),
        ["public", "unlisted"].contains(&visibility),
        "{name}: a stranger"
    );
    if visibility == "direct" {
        assert_eq!(scene.post(&scene.watcher, uri).await, None, "{name}: a follower");
    } else if !replayed.again && object["inReplyTo"].is_null() {
        let home = scene.watcher.home().await;
        assert!(
            home.iter().any(|item| item["id"] == post["id"]),
            "{name}: not in the home timeline"
        );
    }
    if replayed.body["type"] == "Update" && !replayed.again {
        let before = before.post.as_ref().expect("it was not there");
        let changed = before["content"] != post["content"];
        assert!(
            changed || before["edited_at"] == post["edited_at"] || !post["edited_at"].is_null(),
            "{name}"
        );
        assert!(
            !changed || !post["edited_at"].is_null(),
            "{name}: edited, and nobody is told"
        );
    }
}

/// What can be chosen in it, and what came of it.
fn poll(name: &str, object: &Value, post: &Value) {
    let one = many(&object["oneOf"]);
    let options = if one.is_empty() {
        many(&object["anyOf"])
    } else {
        one
    };
    if options.is_empty() {
        assert_eq!(post["poll"], Value::Null, "{name}");
        return;
    }
    let poll = &post["poll"];
    let seen: Vec<(&Value, &Value)> = poll["options"]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: no poll"))
        .iter()
        .map(|option| (&option["title"], &option["votes_count"]))
        .collect();
    let expected: Vec<(&Value, &Value)> = options
        .iter()
        .map(|option| (&option["name"], &option["replies"]["totalItems"]))
        .collect();
    assert_eq!(seen, expected, "{name}");
    assert_eq!(poll["voters_count"], object["votersCount"], "{name}");
    assert_eq!(poll["multiple"], object["anyOf"].is_array(), "{name}");
    if object["endTime"].is_string() {
        let end = chrono::DateTime::parse_from_rfc3339(object["endTime"].as_str().unwrap_or_default());
        let over = end.expect("no time") <= now() || object["closed"].is_string();
        assert_eq!(poll["expired"], over, "{name}");
    }
}

/// Text, title, and links to what came with it.
fn words(name: &str, object: &Value, post: &Value) {
    let content = post["content"].as_str().expect("no content");
    let seen = plain(content);
    let mut expected = vec![object["content"].as_str().unwrap_or_default()];
    if object["type"] != "Note" {
        expected.extend(object["name"].as_str());
    }
    for part in expected {
        assert!(
            seen.contains(&plain(part)),
            "{name}: {part:?} is not in {content:?}"
        );
    }
    let mut own = 0;
    for file in many(&object["attachment"]) {
        let url = file["url"].as_str().or(file["href"].as_str()).expect("no URL");
        if is_own_file(object, file, url) {
            own += 1;
        } else {
            assert!(content.contains(url), "{name}: {url} is not in {content:?}");
        }
    }
    let shown = post["media_attachments"].as_array().expect("no files").len();
    assert_eq!(shown, own, "{name}: files of the author's own place");
    assert_eq!(post["sensitive"], sensitive(object), "{name}");
}

/// Whether it is a file on its author's own origin, which is shown as a file and not as a link.
fn is_own_file(object: &Value, file: &Value, url: &str) -> bool {
    let author = object["attributedTo"].as_str().unwrap_or_default();
    let origin: String = author.split('/').take(3).collect::<Vec<_>>().join("/");
    let kinds = ["Document", "Image", "Video", "Audio"];
    kinds.iter().any(|kind| file["type"] == *kind) && url.starts_with(&format!("{origin}/"))
}

/// A warning hides what is behind it, also where the sender does not say so twice.
fn sensitive(object: &Value) -> bool {
    object["sensitive"] == true
        || object["summary"]
            .as_str()
            .is_some_and(|summary| !summary.is_empty())
}

fn time(name: &str, object: &Value, post: &Value) {
    let read = |value: &Value| {
        let text = value.as_str().expect("no time");
        chrono::DateTime::parse_from_rfc3339(text)
            .expect("no time")
            .timestamp()
    };
    let published = read(&object["published"]);
    // On a machine whose clock is behind the recording's it would be of the future.
    if published <= now().timestamp() {
        assert_eq!(read(&post["created_at"]), published, "{name}");
    }
}

/// Whom it mentions and addresses is told; hashtags are found.
async fn tags(scene: &Scene, replayed: &Replayed, addressed: &[&str], post: &Value) {
    let (name, object) = (&replayed.name, &replayed.body["object"]);
    for mention in tagged(object, "Mention") {
        let href = mention["href"].as_str().unwrap_or_default();
        let Some(person) = scene.person(href).filter(|_| addressed.contains(&href)) else {
            continue;
        };
        let username = href.rsplit('/').next().unwrap_or_default();
        let mentions = post["mentions"].as_array().expect("no mentions");
        assert!(
            mentions.iter().any(|known| known["acct"] == username),
            "{name}: {mentions:?}"
        );
        if replayed.body["type"] == "Create" && !replayed.again {
            eventually(&format!("{name}: the mention"), || async {
                let list = person
                    .get("/api/v1/notifications?types[]=mention&limit=40")
                    .await
                    .ok();
                list.as_array()?
                    .iter()
                    .find(|notice| notice["status"]["id"] == post["id"])
                    .cloned()
            })
            .await;
        }
    }
    let mut expected: Vec<String> = tagged(object, "Hashtag")
        .into_iter()
        .filter_map(|tag| Some(tag["name"].as_str()?.trim_start_matches('#').to_lowercase()))
        .collect();
    let mut found: Vec<String> = post["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| Some(tag["name"].as_str()?.to_lowercase()))
        .collect();
    expected.sort();
    expected.dedup();
    found.sort();
    assert_eq!(found, expected, "{name}");
}
