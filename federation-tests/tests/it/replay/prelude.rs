//! What must have happened before a recorded activity, and was not recorded or not chosen.

use super::corpus::{Exchange, text};
use super::effect::Effect;
use super::scene::Scene;
use serde_json::{Value, json};

/// Sets the scene for an activity of `actor`.
pub(super) async fn prepare(scene: &mut Scene, exchange: &Exchange, effect: Effect, actor: &str) {
    let body = &exchange.body;
    if matches!(
        effect,
        Effect::Post
            | Effect::Liked
            | Effect::Reacted
            | Effect::Boosted
            | Effect::GroupBoosted
            | Effect::Voted
    ) {
        let parent = body["object"]["inReplyTo"].as_str();
        let post = scene.translated(parent.unwrap_or(text(&body["object"]))).await;
        scene.read(actor, &post).await;
    }
    match effect {
        Effect::Accepted | Effect::Rejected => our_follow(scene, exchange, actor).await,
        Effect::Unfollowed | Effect::Unliked | Effect::Unreacted | Effect::Unboosted | Effect::Unblocked => {
            done(scene, exchange).await;
        }
        Effect::Post
        | Effect::Boosted
        | Effect::GroupBoosted
        | Effect::Nothing
        | Effect::Reported
        | Effect::PersonGone => {
            if body["actor"] == body["object"] || effect != Effect::PersonGone {
                watch(scene, actor).await;
            }
        }
        Effect::Edited | Effect::PostGone | Effect::Pinned | Effect::Unpinned => {
            watch(scene, actor).await;
            post(scene, exchange, actor).await;
        }
        Effect::Followed
        | Effect::Profile
        | Effect::Liked
        | Effect::Reacted
        | Effect::Blocked
        | Effect::Voted => {}
    }
}

async fn watch(scene: &mut Scene, actor: &str) {
    // The servers' own actors have no followers.
    let authority = scene.sender().mock.authority();
    if !actor.ends_with(authority) && !actor.ends_with("/actor") && !actor.ends_with(&format!("{authority}/"))
    {
        scene.watch(actor).await;
    }
}

/// The person of ours whose follow is answered follows the actor.
async fn our_follow(scene: &mut Scene, exchange: &Exchange, actor: &str) {
    let object = &exchange.body["object"];
    let recorded = text(object);
    if scene.follows.contains_key(recorded) {
        return;
    }
    let follower = match object["actor"].as_str() {
        Some(follower) => follower,
        None => text(
            exchange.body["to"]
                .as_array()
                .map_or(&exchange.body["to"], |to| &to[0]),
        ),
    };
    let follower = scene.translated(follower).await;
    let client = scene.person(&follower).expect("no person of ours").clone();
    let known: Vec<String> = scene.follows.values().cloned().collect();
    let id = scene.follow(&client, &follower, actor, &known).await;
    scene.follows.insert(recorded.to_owned(), id);
}

/// What is taken back was done: the embedded activity, or the one with that id in anyone's recording.
async fn done(scene: &mut Scene, exchange: &Exchange) {
    let object = &exchange.body["object"];
    let found = if object.is_object() {
        Some(object.clone())
    } else {
        scene.index.activity(text(object)).cloned()
    };
    let recorded = found.is_some();
    let mut activity = found.unwrap_or_else(|| {
        let id = text(object);
        assert!(
            id.contains("/like/"),
            "{}: {id} was never recorded",
            exchange.name
        );
        json!({ "id": id, "type": "Like", "actor": exchange.body["actor"], "content": "🔥" })
    });
    activity["@context"] = exchange.body["@context"].clone();
    let activity = scene.rewrite(&activity.to_string()).await;
    let mut activity: Value = serde_json::from_str(&activity).expect("no JSON");
    if !recorded {
        activity["object"] = json!(scene.some_post_of(text(&exchange.body["to"][0])).await);
    }
    let (actor, post) = (
        text(&activity["actor"]).to_owned(),
        text(&activity["object"]).to_owned(),
    );
    scene.read(&actor, &post).await;
    if !scene.sent.contains(text(&activity)) {
        let inbox = scene.node.url("/inbox");
        scene.sender().say(&activity, &inbox).await;
        scene.remember(&activity);
    }
}

/// The post that is edited or deleted is there, with other words.
async fn post(scene: &mut Scene, exchange: &Exchange, actor: &str) {
    let body = scene.rewrite(&exchange.body.to_string()).await;
    let body: Value = serde_json::from_str(&body).expect("no JSON");
    let object = &body["object"];
    let watcher = scene.watcher.clone();
    if scene.post(&watcher, text(object)).await.is_some() || scene.sent.contains(text(&body)) {
        return;
    }
    let mut note = if object["content"].is_string() {
        object.clone()
    } else {
        json!({ "type": "Note", "id": text(object), "attributedTo": actor,
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [format!("{actor}/followers")] })
    };
    note["content"] = json!("<p>as it was before</p>");
    if let Some(members) = note.as_object_mut() {
        for name in ["contentMap", "updated", "oneOf", "anyOf"] {
            members.remove(name);
        }
    }
    let create = json!({ "@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "actor": actor,
        "id": scene.fresh_id(), "to": note["to"], "cc": note["cc"], "object": note });
    let inbox = scene.node.url("/inbox");
    scene.sender().say(&create, &inbox).await;
    assert!(
        scene.post(&watcher, text(object)).await.is_some(),
        "{}",
        exchange.name
    );
}
