//! What there was before an activity, and the proof through the client API that it had its effect.

use super::corpus::text;
use super::effect::Effect;
use super::replayed::Replayed;
use super::scene::Scene;
use federation_tests::client::holds;
use federation_tests::contents::{differences, of_content};
use federation_tests::{Client, eventually};
use serde_json::Value;
use std::collections::BTreeMap;

/// What there was before, as far as the effect has to do with it.
#[derive(Debug, PartialEq)]
pub(super) struct Before {
    /// The post that it is about.
    pub(super) post: Option<Value>,
    account: Option<Value>,
    home: Vec<String>,
    notices: Vec<String>,
    /// What the person of ours that it is about has to do with the actor.
    relation: Option<Value>,
    /// What is taken back was in force.
    in_force: Option<bool>,
    /// Emoji of the actor on the post, of which one is taken back.
    reactions: Option<usize>,
    /// Votes for the option that is voted for.
    votes: Option<i64>,
    /// What the database holds, of which nothing may change.
    rows: Option<BTreeMap<String, Vec<String>>>,
}

/// Looks at what there is.
pub(super) async fn before(scene: &Scene, replayed: &Replayed, effect: Effect) -> Before {
    let body = &replayed.body;
    let inner = text(&body["object"]["object"]);
    let about = if inner.is_empty() {
        replayed.object()
    } else {
        inner
    };
    let mut before = Before {
        post: None,
        account: None,
        home: Vec::new(),
        notices: Vec::new(),
        relation: None,
        in_force: None,
        reactions: None,
        votes: None,
        rows: None,
    };
    if effect == Effect::Voted {
        before.votes = Some(votes(scene, replayed).await);
    }
    if matches!(
        effect,
        Effect::Nothing | Effect::Edited | Effect::GroupBoosted | Effect::PostGone
    ) && about.starts_with("http")
    {
        before.post = scene.post(&scene.watcher, about).await;
    }
    if matches!(effect, Effect::PersonGone | Effect::Nothing) {
        before.account = scene.account(&scene.watcher, replayed.actor()).await;
    }
    if effect == Effect::PersonGone {
        scene.sender().forget(replayed.actor());
    }
    if matches!(
        effect,
        Effect::Unfollowed | Effect::Unliked | Effect::Unreacted | Effect::Unboosted | Effect::Unblocked
    ) {
        before.in_force = Some(is_in_force(scene, replayed, effect).await);
    }
    if effect == Effect::Unreacted {
        before.reactions = Some(reactions(scene, replayed, effect).await);
    }
    if effect == Effect::Reported {
        before.rows = Some(of_content(&scene.node));
    }
    if effect == Effect::Nothing {
        before.rows = Some(of_content(&scene.node));
        if let Some(person) = scene.person(about).filter(|_| before.account.is_some()) {
            before.relation = Some(scene.relation(person, replayed.actor()).await);
        }
        before.home = ids(&scene.watcher, "/api/v1/timelines/home?limit=40").await;
        let person = replayed
            .inbox
            .strip_suffix("/inbox")
            .and_then(|uri| scene.person(uri));
        if let Some(person) = person {
            before.notices = ids(person, "/api/v1/notifications?limit=40").await;
        }
    }
    before
}

/// How many have voted for the option.
async fn votes(scene: &Scene, replayed: &Replayed) -> i64 {
    let object = &replayed.body["object"];
    let own = scene.own(text(&object["inReplyTo"])).expect("no post of ours");
    let poll = scene.watcher.get(&format!("/api/v1/polls/{}", own.id)).await.ok();
    let options = poll["options"].as_array().expect("no options");
    let option = options.iter().find(|option| option["title"] == object["name"]);
    option.expect("no such option")["votes_count"]
        .as_i64()
        .expect("no count")
}

async fn ids(client: &Client, path: &str) -> Vec<String> {
    let list = client.get(path).await.ok();
    let list = list.as_array().expect("no list").clone();
    list.iter()
        .map(|item| item["id"].as_str().expect("no id").to_owned())
        .collect()
}

/// Asserts the effect.
pub(super) async fn after(scene: &mut Scene, replayed: &Replayed, effect: Effect, before: &Before) {
    let name = &replayed.name;
    match effect {
        Effect::Followed
        | Effect::Blocked
        | Effect::Liked
        | Effect::Reacted
        | Effect::Boosted
        | Effect::GroupBoosted => {
            assert!(is_in_force(scene, replayed, effect).await, "{name}: {effect:?}");
            if effect == Effect::Followed {
                accepted_by_us(scene, replayed).await;
            }
            let boost = matches!(effect, Effect::Boosted | Effect::GroupBoosted);
            if boost && !replayed.again && before.post.is_none() {
                boost_is_seen(scene, replayed).await;
            }
        }
        Effect::Unfollowed | Effect::Unliked | Effect::Unreacted | Effect::Unboosted | Effect::Unblocked => {
            assert!(
                replayed.again || before.in_force == Some(true),
                "{name}: nothing to take back"
            );
            if effect == Effect::Unreacted {
                let taken = usize::from(!replayed.again);
                let left = before.reactions.map(|count| count - taken);
                assert_eq!(Some(reactions(scene, replayed, effect).await), left, "{name}");
            } else {
                assert!(!is_in_force(scene, replayed, effect).await, "{name}: {effect:?}");
            }
        }
        Effect::Reported => {
            let reports = |rows: &BTreeMap<String, Vec<String>>| rows["reports"].clone();
            let known = reports(before.rows.as_ref().expect("nobody looked"));
            let now = reports(&of_content(&scene.node));
            let expected = known.len() + usize::from(!replayed.again);
            assert_eq!(now.len(), expected, "{name}");
            let said = [&replayed.body["content"], &replayed.body["summary"]].map(text);
            let said = said.iter().find(|words| !words.is_empty()).expect("no words");
            assert!(now.iter().any(|row| row.contains(*said)), "{name}: {now:?}");
        }
        Effect::Accepted | Effect::Rejected => answered(scene, replayed, effect).await,
        Effect::Post | Effect::Edited => super::post::check(scene, replayed, before).await,
        Effect::PostGone => {
            let id = before.post.as_ref().and_then(|post| post["id"].as_str());
            assert!(replayed.again || id.is_some(), "{name}: it was not there");
            assert_eq!(
                scene.post(&scene.watcher, replayed.object()).await,
                None,
                "{name}"
            );
            if let Some(id) = id {
                assert_eq!(
                    scene.watcher.get(&format!("/api/v1/statuses/{id}")).await.status,
                    404,
                    "{name}"
                );
                assert!(
                    scene.watcher.home().await.iter().all(|post| post["id"] != id),
                    "{name}"
                );
            }
        }
        Effect::Profile => profile(scene, replayed).await,
        Effect::Pinned | Effect::Unpinned => {
            let pinned = pinned_by(scene, replayed.actor()).await;
            let there = pinned.iter().any(|uri| uri == replayed.object());
            assert_eq!(there, effect == Effect::Pinned, "{name}: {pinned:?}");
        }
        Effect::PersonGone => {
            let known = before.account.as_ref().expect("they were not there");
            assert_eq!(
                scene.account(&scene.watcher, replayed.actor()).await,
                None,
                "{name}"
            );
            let home = scene.watcher.home().await;
            assert!(
                home.iter().all(|post| post["account"]["id"] != known["id"]),
                "{name}"
            );
            scene.gone.insert(replayed.actor().to_owned());
        }
        Effect::Voted => {
            let before = before.votes.expect("nobody looked");
            let expected = if replayed.again { before } else { before + 1 };
            assert_eq!(votes(scene, replayed).await, expected, "{name}");
            let note = text(&replayed.body["object"]);
            assert_eq!(scene.post(&scene.watcher, note).await, None, "{name}");
        }
        Effect::Nothing => {
            let after = self::before(scene, replayed, effect).await;
            if let (Some(before), Some(after)) = (&before.rows, &after.rows) {
                assert!(
                    before == after,
                    "{name}: rows have changed:\n{}",
                    differences(before, after)
                );
            }
            assert_eq!(&after, before, "{name}");
        }
    }
}

/// The ids of the posts that somebody has pinned.
async fn pinned_by(scene: &Scene, actor: &str) -> Vec<String> {
    let account = scene.account(&scene.watcher, actor).await.expect("nobody");
    let id = account["id"].as_str().expect("no id");
    let path = format!("/api/v1/accounts/{id}/statuses?pinned=true");
    let posts = scene.watcher.get(&path).await.ok();
    let posts = posts.as_array().expect("no list").clone();
    posts
        .iter()
        .filter_map(|post| post["uri"].as_str().map(str::to_owned))
        .collect()
}

/// What an activity is done with; for an `Undo` what that was done with, embedded or remembered.
fn target(scene: &Scene, replayed: &Replayed, effect: Effect) -> String {
    match effect {
        Effect::Unfollowed | Effect::Unliked | Effect::Unreacted | Effect::Unboosted | Effect::Unblocked => {
            let embedded = text(&replayed.body["object"]["object"]);
            if embedded.is_empty() {
                scene.target(replayed.object())
            } else {
                embedded.to_owned()
            }
        }
        _ => replayed.object().to_owned(),
    }
}

/// How many emoji of the actor are on the post.
async fn reactions(scene: &Scene, replayed: &Replayed, effect: Effect) -> usize {
    let target = target(scene, replayed, effect);
    let post = scene
        .post(&scene.watcher, &target)
        .await
        .expect("it is not there");
    let account = scene.account(&scene.watcher, replayed.actor()).await;
    let account = account.expect("unknown");
    let path = format!(
        "/api/v1/pleroma/statuses/{}/reactions",
        post["id"].as_str().expect("no id")
    );
    let kinds = scene.watcher.get(&path).await.ok();
    let kinds = kinds.as_array().expect("no list").iter();
    let people = kinds.flat_map(|kind| kind["account_ids"].as_array().expect("no list"));
    people.filter(|id| **id == account["id"]).count()
}

/// Whether the actor follows, blocks, likes or boosts what it is done with or taken back from.
async fn is_in_force(scene: &Scene, replayed: &Replayed, effect: Effect) -> bool {
    let name = &replayed.name;
    let target = target(scene, replayed, effect);
    let relation = match effect {
        Effect::Followed | Effect::Unfollowed => "followed_by",
        Effect::Blocked | Effect::Unblocked => "blocked_by",
        _ => {
            let post = scene.post(&scene.watcher, &target).await;
            let post = post.unwrap_or_else(|| panic!("{name}: {target} is not there"));
            let id = post["id"].as_str().expect("no id");
            let account = scene
                .account(&scene.watcher, replayed.actor())
                .await
                .expect("unknown");
            if matches!(effect, Effect::Reacted | Effect::Unreacted) {
                return reactions(scene, replayed, effect).await > 0;
            }
            let liked = matches!(effect, Effect::Liked | Effect::Unliked);
            let list = if liked { "favourited_by" } else { "reblogged_by" };
            let people = scene
                .watcher
                .get(&format!("/api/v1/statuses/{id}/{list}"))
                .await
                .ok();
            return people
                .as_array()
                .expect("no list")
                .iter()
                .any(|person| person["id"] == account["id"]);
        }
    };
    let person = scene
        .person(&target)
        .unwrap_or_else(|| panic!("{name}: {target}"));
    scene.relation(person, replayed.actor()).await[relation] == true
}

/// Their follow was answered.
async fn accepted_by_us(scene: &Scene, replayed: &Replayed) {
    eventually(&format!("{}: our Accept", replayed.name), || async {
        let inbox = scene.sender().mock.inbox();
        inbox
            .into_iter()
            .find(|activity| activity["type"] == "Accept" && text(&activity["object"]) == replayed.id())
    })
    .await;
}

/// Our follow was answered.
async fn answered(scene: &Scene, replayed: &Replayed, effect: Effect) {
    let (name, body) = (&replayed.name, &replayed.body);
    let receiver = replayed
        .inbox
        .strip_suffix("/inbox")
        .and_then(|uri| scene.person(uri));
    let to = body["to"].as_array().map_or(&body["to"], |to| &to[0]);
    let follower = body["object"]["actor"]
        .as_str()
        .or(to.as_str())
        .unwrap_or_default();
    let person = receiver
        .or_else(|| scene.person(follower))
        .unwrap_or_else(|| panic!("{name}: {follower}"));
    let relation = scene.relation(person, replayed.actor()).await;
    assert_eq!(relation["following"], effect == Effect::Accepted, "{name}");
    assert_eq!(relation["requested"], false, "{name}");
}

async fn profile(scene: &Scene, replayed: &Replayed) {
    let name = &replayed.name;
    let actor = &replayed.body["object"];
    let account = scene
        .account(&scene.watcher, replayed.actor())
        .await
        .expect("unknown");
    assert_eq!(
        account["display_name"],
        actor["name"].as_str().unwrap_or_default(),
        "{name}"
    );
    let (note, summary) = (&account["note"], actor["summary"].as_str().unwrap_or_default());
    assert_eq!(plain(note.as_str().expect("no note")), plain(summary), "{name}");
    assert_eq!(account["bot"], actor["type"] == "Service", "{name}");
    assert_eq!(
        account["locked"],
        actor["manuallyApprovesFollowers"] == true,
        "{name}"
    );
    let rows = |list: &Value, kind: Option<&str>| -> Vec<(String, String)> {
        let rows = list.as_array().into_iter().flatten();
        let rows = rows.filter(|row| kind.is_none_or(|kind| row["type"] == kind));
        let text = |value: &Value| plain(value.as_str().unwrap_or_default());
        rows.map(|row| (text(&row["name"]), text(&row["value"])))
            .collect()
    };
    assert_eq!(
        rows(&account["fields"], None),
        rows(&actor["attachment"], Some("PropertyValue")),
        "{name}"
    );
}

/// A boost is in the home timeline of the booster's follower, with the whole post if it was fetched.
async fn boost_is_seen(scene: &Scene, replayed: &Replayed) {
    let (name, object) = (&replayed.name, &replayed.body["object"]);
    let uri = replayed.object();
    let account = scene
        .account(&scene.watcher, replayed.actor())
        .await
        .expect("unknown");
    let home = scene.watcher.home().await;
    let boost = home
        .iter()
        .find(|item| item["account"]["id"] == account["id"] && item["reblog"]["uri"] == uri);
    let post = &boost.unwrap_or_else(|| panic!("{name}: no boost in the home timeline"))["reblog"];
    if uri.starts_with(&scene.sender().mock.origin) {
        let content = plain(object["content"].as_str().unwrap_or_default());
        assert!(
            plain(post["content"].as_str().expect("no content")).contains(&content),
            "{name}"
        );
        assert!(holds(post, object["name"].as_str().unwrap_or_default()), "{name}");
    }
}

/// The letters of an HTML text, without tags, entities and spaces.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if inside || c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", ""),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, c);
    }
    out.retain(|c| !c.is_whitespace());
    out
}
