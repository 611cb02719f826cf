//! Comparing what is there with what was acknowledged.

use super::{Report, Scene, name, words};
use crate::client::Client;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How often something is there, by its words.
type Times = BTreeMap<String, usize>;

#[derive(Default)]
pub(super) struct Books {
    /// The highest id that was looked at, for each person.
    floors: Vec<u64>,
    /// What was seen of the people's posts. A post whose answer was lost is seen before it is acknowledged.
    seen: Times,
    /// How many of each client's posts were looked for.
    checked: Vec<usize>,
    /// The ids of the activities by which the peer of other software got each post, one for each time.
    delivered: BTreeMap<String, Vec<String>>,
    lost: Vec<String>,
    doubled: Vec<String>,
}

impl Books {
    /// Looks for what was acknowledged since the last time; at the `last`, for everything.
    pub(super) async fn look(&mut self, scene: &Scene, last: bool) {
        if last || self.floors.is_empty() {
            self.floors = vec![0; scene.people.len()];
            self.checked = vec![0; scene.writers.len()];
            self.seen.clear();
        }
        for (client, floor) in scene.people.iter().zip(&mut self.floors) {
            let posts = posts_of(client, &own_id(client).await, *floor).await;
            if let Some(newest) = posts.first().and_then(|post| post["id"].as_str()?.parse().ok()) {
                *floor = newest;
            }
            count(&mut self.seen, posts.iter());
        }
        for writer in &scene.writers {
            let checked = std::mem::replace(&mut self.checked[writer.slot()], writer.posts.len());
            for (text, id) in writer.posts.iter().skip(checked) {
                let times = self.seen.get(text).copied();
                self.once(&format!("post {text} ({id})"), times);
            }
            for text in &writer.perhaps {
                if self.seen.get(text).is_some_and(|times| *times > 1) {
                    self.doubled.push(format!("post {text}, unanswered"));
                }
            }
        }
        for activity in scene.mock.take_inbox() {
            if activity["type"] == "Create" {
                let content = activity["object"]["content"].as_str().unwrap_or_default();
                let id = activity["id"].as_str().unwrap_or_default().to_owned();
                self.delivered.entry(words(content)).or_default().push(id);
            }
        }
    }

    fn once(&mut self, what: &str, times: Option<usize>) {
        match times {
            None | Some(0) => self.lost.push(what.to_owned()),
            Some(1) => {}
            Some(times) => self.doubled.push(format!("{what}, {times} times")),
        }
    }

    /// Everything else there is to compare, once nothing is on its way any more.
    pub(super) async fn close(mut self, scene: &Scene, report: &mut Report) {
        self.compare_favourites(scene).await;
        self.compare_follows(scene).await;
        self.compare_received(scene).await;
        self.compare_delivered(scene).await;
        let (writers, senders) = (&scene.writers, &scene.senders);
        report.acknowledged = writers.iter().map(|writer| writer.acknowledged).sum();
        report.received = senders.iter().map(|sender| sender.received).sum();
        report.unanswered = writers.iter().map(|writer| writer.lost_answers).sum::<u64>()
            + senders.iter().map(|sender| sender.lost_answers).sum::<u64>();
        let again = self.delivered.values().filter(|ids| ids.len() > 1).count();
        let length = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        report.delivered = (length(self.delivered.len()), length(again));
        report.lost = self.lost;
        report.doubled = self.doubled;
    }

    /// Every favourite counts once, and nothing else is counted; nor is there a post that nobody wrote.
    async fn compare_favourites(&mut self, scene: &Scene) {
        let mut expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for writer in &scene.writers {
            for id in &writer.favourites {
                expected.entry(id).or_default().insert(name(writer.person));
            }
        }
        for sender in &scene.senders {
            for id in &sender.likes {
                expected.entry(id).or_default().insert("max".to_owned());
            }
        }
        let written: BTreeSet<&str> = scene
            .writers
            .iter()
            .flat_map(|writer| writer.posts.iter().map(|(text, _)| text).chain(&writer.perhaps))
            .map(String::as_str)
            .collect();
        for client in &scene.people {
            let id = own_id(client).await;
            let posts = posts_of(client, &id, 0).await;
            let me = client.get("/api/v1/accounts/verify_credentials").await.ok();
            if me["statuses_count"] != posts.len() {
                self.doubled.push(format!(
                    "{} posts are counted as {}",
                    posts.len(),
                    me["statuses_count"]
                ));
            }
            for post in &posts {
                let words = words(post["content"].as_str().unwrap_or_default());
                if !written.contains(words.as_str()) {
                    self.doubled.push(format!("post {words}, which nobody wrote"));
                }
                let counted = post["favourites_count"].as_u64().unwrap_or(u64::MAX);
                let id = post["id"].as_str().unwrap_or_default();
                let by = expected.remove(id).unwrap_or_default();
                let wanted = u64::try_from(by.len()).unwrap_or(u64::MAX);
                if counted != wanted {
                    let list = if counted < wanted {
                        &mut self.lost
                    } else {
                        &mut self.doubled
                    };
                    list.push(format!("{wanted} favourites of {words} are counted as {counted}"));
                }
            }
        }
        for (id, by) in expected {
            self.lost.push(format!("post {id}, favourited by {by:?}"));
        }
    }

    async fn compare_follows(&mut self, scene: &Scene) {
        for writer in &scene.writers {
            let Some(target) = writer.target() else { continue };
            let path = format!("/api/v1/accounts/relationships?id[]={target}");
            let relation = writer.client().get(&path).await.ok();
            if relation[0]["following"] != writer.follows {
                self.lost
                    .push(format!("follow of {target} is not {}", writer.follows));
            }
            let account = writer
                .client()
                .get(&format!("/api/v1/accounts/{target}"))
                .await
                .ok();
            // Bob at Paris and max always follow everyone.
            let wanted = 2 + u64::from(writer.follows);
            if account["followers_count"] != wanted {
                self.doubled.push(format!(
                    "{wanted} followers of {target} are counted as {}",
                    account["followers_count"]
                ));
            }
        }
    }

    /// What the peer sent has been taken once, and told once.
    async fn compare_received(&mut self, scene: &Scene) {
        let Some(to) = scene.people.first() else { return };
        let max = to.find(&format!("@max@{}", scene.mock.authority())).await;
        let mut posts = Times::new();
        count(&mut posts, posts_of(to, &max, 0).await.iter());
        let mentions = to.pages("/api/v1/notifications?types[]=mention", 0).await;
        let mut told = Times::new();
        count(&mut told, mentions.iter().map(|mention| &mention["status"]));
        let notes: BTreeSet<&String> = scene.senders.iter().flat_map(|sender| &sender.notes).collect();
        for text in &notes {
            self.once(&format!("note {text}"), posts.get(*text).copied());
            self.once(&format!("notification of {text}"), told.get(*text).copied());
        }
        for text in posts.keys().filter(|text| !notes.contains(text)) {
            self.doubled.push(format!("note {text}, which was not taken"));
        }
    }

    /// Both receivers have got every post: one at least once, under one id; the other shows it exactly once.
    async fn compare_delivered(&mut self, scene: &Scene) {
        for person in 0..scene.people.len() {
            let Some(client) = scene.people.get(person) else {
                continue;
            };
            let here = posts_of(client, &own_id(client).await, 0).await;
            let there = scene
                .bob
                .find(&format!("@{}@{}", name(person), scene.lyon.authority))
                .await;
            let mut shown = Times::new();
            count(&mut shown, posts_of(&scene.bob, &there, 0).await.iter());
            for post in &here {
                let words = words(post["content"].as_str().unwrap_or_default());
                self.once(&format!("delivery of {words} to Paris"), shown.remove(&words));
                match self.delivered.get(&words) {
                    None => self.lost.push(format!("delivery of {words} to the mock")),
                    Some(ids) if ids.iter().collect::<BTreeSet<_>>().len() > 1 => {
                        self.doubled.push(format!("delivery of {words} under {ids:?}"));
                    }
                    Some(_) => {}
                }
            }
            for words in shown.keys() {
                self.doubled
                    .push(format!("delivery of {words}, which is not there"));
            }
        }
    }
}

async fn own_id(client: &Client) -> String {
    let me = client.get("/api/v1/accounts/verify_credentials").await.ok();
    me["id"].as_str().unwrap_or_default().to_owned()
}

async fn posts_of(client: &Client, account: &str, floor: u64) -> Vec<Value> {
    client
        .pages(&format!("/api/v1/accounts/{account}/statuses"), floor)
        .await
}

fn count<'a>(times: &mut Times, posts: impl Iterator<Item = &'a Value>) {
    for post in posts {
        let content = post["content"].as_str().unwrap_or_default();
        *times.entry(words(content)).or_default() += 1;
    }
}
