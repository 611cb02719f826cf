//! Comparing what is there with what was acknowledged.

use super::{House, Person, Report, Scene, Tally, words};
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
    /// Someone of the other node as each node knows them, and their newest post that it shows.
    newest: BTreeMap<House, (String, u64)>,
    /// What is wrong with what was written.
    written: Tally,
}

impl Books {
    /// True if something came in from the other node since the last time.
    pub(super) async fn has_received(&mut self, scene: &Scene, house: House) -> bool {
        let reader = scene.reader_at(house);
        let (author, newest) = match self.newest.remove(&house) {
            Some(kept) => kept,
            None => (reader.find(&scene.handle_of(house.other())).await, 0),
        };
        let path = format!("/api/v1/accounts/{author}/statuses?limit=1");
        let shown = reader.get(&path).await.ok();
        let now = id_of(&shown[0]).unwrap_or(newest);
        self.newest.insert(house, (author, now));
        now > newest
    }

    /// Looks for what was acknowledged since the last time; at the `last`, for everything.
    pub(super) async fn look(&mut self, scene: &Scene, last: bool) {
        if last || self.floors.is_empty() {
            self.floors = vec![0; scene.people.len()];
            self.checked = vec![0; scene.writers.len()];
            self.seen.clear();
        }
        for (person, floor) in scene.people.iter().zip(&mut self.floors) {
            let posts = posts_of(&person.client, &own_id(&person.client).await, *floor).await;
            if let Some(newest) = posts.first().and_then(id_of) {
                *floor = newest;
            }
            count(&mut self.seen, posts.iter());
        }
        let mut looked = Tally::default();
        for writer in &scene.writers {
            let checked = std::mem::replace(&mut self.checked[writer.slot()], writer.posts.len());
            for (text, id) in writer.posts.iter().skip(checked) {
                looked.once(&format!("post {text} ({id})"), self.seen.get(text).copied());
            }
            for text in &writer.perhaps {
                if self.seen.get(text).is_some_and(|times| *times > 1) {
                    looked.doubled.push(format!("post {text}, unanswered"));
                }
            }
        }
        self.written.lost.append(&mut looked.lost);
        self.written.doubled.append(&mut looked.doubled);
        for activity in scene.mock.take_inbox() {
            if activity["type"] == "Create" {
                let content = activity["object"]["content"].as_str().unwrap_or_default();
                let id = activity["id"].as_str().unwrap_or_default().to_owned();
                self.delivered.entry(words(content)).or_default().push(id);
            }
        }
    }

    /// Everything else there is to compare, once nothing is on its way any more.
    pub(super) async fn close(mut self, scene: &Scene, report: &mut Report) {
        self.compare_favourites(scene).await;
        self.compare_follows(scene).await;
        report.taken = compare_taken(scene).await;
        for house in [House::Lyon, House::Paris] {
            let tally = compare_shown(scene, house).await;
            match house {
                House::Lyon => report.to_paris = tally,
                House::Paris => report.to_lyon = tally,
            }
        }
        report.to_other = self.compare_delivered(scene).await;
        let (writers, senders) = (&scene.writers, &scene.senders);
        self.written.count = writers.iter().map(|writer| writer.acknowledged).sum();
        report.written = self.written;
        report.unanswered = writers.iter().map(|writer| writer.lost_answers).sum::<u64>()
            + senders.iter().map(|sender| sender.lost_answers).sum::<u64>();
    }

    /// Every favourite counts once, and nothing else is counted; nor is there a post that nobody wrote.
    async fn compare_favourites(&mut self, scene: &Scene) {
        let mut expected: BTreeMap<(House, String), BTreeSet<&str>> = BTreeMap::new();
        for writer in &scene.writers {
            let person = &scene.people[writer.person];
            for id in &writer.favourites {
                expected
                    .entry((person.house, id.clone()))
                    .or_default()
                    .insert(&person.name);
            }
        }
        for sender in &scene.senders {
            for id in &sender.likes {
                expected
                    .entry((House::Lyon, id.clone()))
                    .or_default()
                    .insert("max");
            }
        }
        let written: BTreeSet<&str> = scene
            .writers
            .iter()
            .flat_map(|writer| writer.posts.iter().map(|(text, _)| text).chain(&writer.perhaps))
            .map(String::as_str)
            .collect();
        for Person { client, house, .. } in &scene.people {
            let id = own_id(client).await;
            let posts = posts_of(client, &id, 0).await;
            let me = client.get("/api/v1/accounts/verify_credentials").await.ok();
            if me["statuses_count"] != posts.len() {
                self.written.doubled.push(format!(
                    "{} posts are counted as {}",
                    posts.len(),
                    me["statuses_count"]
                ));
            }
            for post in &posts {
                let words = words(post["content"].as_str().unwrap_or_default());
                if !written.contains(words.as_str()) {
                    self.written
                        .doubled
                        .push(format!("post {words}, which nobody wrote"));
                }
                let counted = post["favourites_count"].as_u64().unwrap_or(u64::MAX);
                let id = post["id"].as_str().unwrap_or_default().to_owned();
                let by = expected.remove(&(*house, id)).unwrap_or_default();
                let wanted = length(by.len());
                if counted != wanted {
                    let list = if counted < wanted {
                        &mut self.written.lost
                    } else {
                        &mut self.written.doubled
                    };
                    list.push(format!("{wanted} favourites of {words} are counted as {counted}"));
                }
            }
        }
        for ((_, id), by) in expected {
            self.written.lost.push(format!("post {id}, favourited by {by:?}"));
        }
    }

    async fn compare_follows(&mut self, scene: &Scene) {
        for writer in &scene.writers {
            let Some(target) = writer.target() else { continue };
            let path = format!("/api/v1/accounts/relationships?id[]={target}");
            let relation = writer.client().get(&path).await.ok();
            if relation[0]["following"] != writer.follows {
                self.written
                    .lost
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
                self.written.doubled.push(format!(
                    "{wanted} followers of {target} are counted as {}",
                    account["followers_count"]
                ));
            }
        }
    }

    /// The peer of other software has got every post of Lyon at least once, under one id.
    async fn compare_delivered(&self, scene: &Scene) -> Tally {
        let mut tally = Tally::default();
        for person in scene.people.iter().filter(|person| person.house == House::Lyon) {
            for post in posts_of(&person.client, &own_id(&person.client).await, 0).await {
                let words = words(post["content"].as_str().unwrap_or_default());
                let ids = self.delivered.get(&words).map(Vec::as_slice).unwrap_or_default();
                let different: BTreeSet<&String> = ids.iter().collect();
                tally.once(&format!("{words} under {ids:?}"), Some(different.len()));
                tally.again += u64::from(ids.len() > different.len());
            }
        }
        tally
    }
}

/// What other software sent has been taken once, and told once.
async fn compare_taken(scene: &Scene) -> Tally {
    let mut tally = Tally::default();
    let to = scene.reader_at(House::Lyon);
    let max = to.find(&format!("@max@{}", scene.mock.authority())).await;
    let mut posts = Times::new();
    count(&mut posts, posts_of(to, &max, 0).await.iter());
    let mentions = to.pages("/api/v1/notifications?types[]=mention", 0).await;
    let mut told = Times::new();
    count(&mut told, mentions.iter().map(|mention| &mention["status"]));
    let notes: BTreeSet<&String> = scene.senders.iter().flat_map(|sender| &sender.notes).collect();
    for text in &notes {
        tally.once(&format!("note {text}"), posts.get(*text).copied());
        tally.once(&format!("notification of {text}"), told.get(*text).copied());
    }
    for text in posts.keys().filter(|text| !notes.contains(text)) {
        tally.doubled.push(format!("note {text}, which was not taken"));
    }
    tally.count = scene.senders.iter().map(|sender| sender.received).sum();
    tally
}

/// The other node shows every post of this one exactly once.
async fn compare_shown(scene: &Scene, house: House) -> Tally {
    let mut tally = Tally::default();
    let reader = scene.reader_at(house.other());
    for person in scene.people.iter().filter(|person| person.house == house) {
        let here = posts_of(&person.client, &own_id(&person.client).await, 0).await;
        let handle = format!("@{}@{}", person.name, scene.node(house).authority);
        let there = reader.find(&handle).await;
        let mut shown = Times::new();
        count(&mut shown, posts_of(reader, &there, 0).await.iter());
        for post in &here {
            let words = words(post["content"].as_str().unwrap_or_default());
            tally.once(&words, shown.remove(&words));
        }
        for words in shown.keys() {
            tally.doubled.push(format!("{words}, which nobody wrote"));
        }
    }
    tally
}

fn id_of(post: &Value) -> Option<u64> {
    post["id"].as_str()?.parse().ok()
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
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
