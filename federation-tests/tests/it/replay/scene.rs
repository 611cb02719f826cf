//! A node in the place of every receiver of one software's traffic, with the people that the traffic speaks of.

use super::corpus::{Exchange, HOSTS, Index, actors, host, posts, text};
use super::sender::Sender;
use federation_tests::client::escape;
use federation_tests::mock::Reply;
use federation_tests::{Client, Database, Node, eventually};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A post of ours that stands for a recorded one of a receiver.
#[derive(Clone)]
pub(super) struct Own {
    /// Its id on the wire.
    pub(super) uri: String,
    /// Its id for clients.
    pub(super) id: String,
    /// Whose it is.
    pub(super) author: String,
}

/// The scene.
pub(super) struct Scene {
    /// Our node: every host but the sender's.
    pub(super) node: Node,
    /// Follows every sender.
    pub(super) watcher: Client,
    /// Nobody addresses them and they follow nobody.
    pub(super) stranger: Client,
    /// The software's servers.
    pub(super) senders: HashMap<&'static str, Sender>,
    pub(super) index: Index,
    /// Who sends at this moment.
    pub(super) from: &'static str,
    people: HashMap<String, Client>,
    posts: HashMap<String, Own>,
    /// What is voted for, by the recorded id of the poll.
    voted: HashMap<String, BTreeSet<String>>,
    /// Our follows, by the recorded id of the one they stand for.
    pub(super) follows: HashMap<String, String>,
    watched: HashSet<String>,
    readers: HashSet<(String, String)>,
    /// Ids of activities that came already.
    pub(super) sent: HashSet<String>,
    targets: HashMap<String, String>,
    /// Actors who are gone.
    pub(super) gone: HashSet<String>,
    /// Reasons that the audit trail must give, in order.
    pub(super) refused: Vec<&'static str>,
    said: u32,
}

impl Scene {
    pub(super) async fn open(software: &str, hosts: [&'static str; 2], on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let (watcher, stranger) = (node.person("watcher").await, node.person("stranger").await);
        let mut senders = HashMap::new();
        for host in hosts {
            senders.insert(host, Sender::start(host).await);
        }
        let mut scene = Self {
            node,
            watcher,
            stranger,
            senders,
            index: Index::of_all(),
            from: hosts[0],
            people: HashMap::new(),
            posts: HashMap::new(),
            voted: HashMap::new(),
            follows: HashMap::new(),
            watched: HashSet::new(),
            readers: HashSet::new(),
            sent: HashSet::new(),
            targets: HashMap::new(),
            gone: HashSet::new(),
            refused: Vec::new(),
            said: 0,
        };
        for exchange in posts(software) {
            let object = &exchange.body["object"];
            if exchange.kind == "create-note-vote" {
                let options = scene
                    .voted
                    .entry(text(&object["inReplyTo"]).to_owned())
                    .or_default();
                options.extend(object["name"].as_str().map(str::to_owned));
            }
        }
        for document in actors(software) {
            let id: Value = serde_json::from_str(&document).expect("no JSON");
            let host = host(id["id"].as_str().expect("no id")).to_owned();
            scene.from = HOSTS
                .into_iter()
                .find(|known| *known == host)
                .expect("an unknown host");
            let document = scene.rewrite(&document).await;
            let from = scene.from;
            scene
                .senders
                .get_mut(from)
                .expect("no sender")
                .serve_actor(&document);
        }
        for sender in scene.senders.values() {
            if sender.mock.document("/actor")["id"] != format!("{}/actor", sender.mock.origin) {
                // Only Mitra has one there.
                sender.mock.serve_reply("/actor", Reply::Status(404));
            }
            scene.node.command(&["peer", "trust", &sender.mock.origin]).await;
        }
        scene
    }

    /// Who sends at this moment.
    pub(super) fn sender(&self) -> &Sender {
        &self.senders[self.from]
    }

    /// A recorded text with the sender's host at its mock and every other host here: its people are people of ours, its
    /// posts posts of ours.
    pub(super) async fn rewrite(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("https://") {
            let (before, url) = rest.split_at(at);
            out.push_str(before);
            let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '<' | '>' | '(' | ')' | ',');
            let end = url.find(ends).unwrap_or(url.len());
            let (url, after) = url.split_at(end);
            out.push_str(&self.translated(url).await);
            rest = after;
        }
        out.push_str(rest);
        for host in HOSTS {
            let authority = if host == self.from {
                self.sender().mock.authority()
            } else {
                &self.node.authority
            };
            out = out.replace(&format!("@{host}"), &format!("@{authority}"));
        }
        out
    }

    /// One URL; what is of no recorded server stays as it is.
    pub(super) async fn translated(&mut self, url: &str) -> String {
        let name = host(url).split('?').next().unwrap_or_default().to_owned();
        let Some(host) = HOSTS.into_iter().find(|known| *known == name) else {
            return url.to_owned();
        };
        let path = url.split_at("https://".len() + host.len()).1;
        if host == self.from {
            return format!("{}{path}", self.sender().mock.origin);
        }
        if let Some(follow) = self.follows.get(url) {
            return follow.clone();
        }
        let (path, fragment) = path
            .split_once('#')
            .map_or((path, None), |(path, rest)| (path, Some(rest)));
        let mut translated = self.translated_path(host, path).await;
        if let Some(fragment) = fragment {
            translated.push('#');
            translated.push_str(fragment);
        }
        translated
    }

    async fn translated_path(&mut self, host: &str, path: &str) -> String {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["users" | "u" | "c", name] => self.person_uri(host, name).await,
            ["users" | "u" | "c", name, "followers"] => {
                format!("{}/followers", self.person_uri(host, name).await)
            }
            ["users", name, "statuses", id] => {
                let recorded = format!("https://{host}/users/{name}/statuses/{id}");
                self.own_post(&recorded, host, name).await.uri
            }
            [name, "p", id] => {
                let recorded = format!("https://{host}/{name}/p/{id}");
                self.own_post(&recorded, host, name).await.uri
            }
            ["objects" | "post" | "comment", id] => {
                let recorded = format!("https://{host}/{}/{id}", parts[0]);
                let author = self.index.author(&recorded).unwrap_or("/mia");
                let author = author.rsplit('/').next().unwrap_or("mia").to_owned();
                self.own_post(&recorded, host, &author).await.uri
            }
            [name] if host.starts_with("snac") && !name.is_empty() && !name.starts_with('?') => {
                self.person_uri(host, name).await
            }
            _ => self.node.url(&format!("/recorded/{host}{path}")),
        }
    }

    async fn person_uri(&mut self, host: &str, name: &str) -> String {
        let username = format!("{name}{}", if host.ends_with("2.test") { "2" } else { "" });
        let uri = self.node.url(&format!("/people/{username}"));
        if !self.people.contains_key(&uri) {
            let client = self.node.person(&username).await;
            self.people.insert(uri.clone(), client);
        }
        uri
    }

    /// The person of ours with that id.
    pub(super) fn person(&self, uri: &str) -> Option<&Client> {
        self.people.get(uri)
    }

    async fn own_post(&mut self, recorded: &str, host: &str, author: &str) -> Own {
        if let Some(own) = self.posts.get(recorded) {
            return own.clone();
        }
        let author = self.person_uri(host, author).await;
        let text = format!("In the place of {recorded}");
        let mut body = json!({ "status": text, "visibility": "public" });
        if let Some(voted) = self.voted.get(recorded) {
            let options: Vec<&str> = voted
                .iter()
                .map(String::as_str)
                .chain(["something else"])
                .collect();
            body["poll"] = json!({ "options": options, "expires_in": 3_600 });
        }
        let post = self.people[&author].post("/api/v1/statuses", body).await.ok();
        let own = Own {
            uri: post["uri"].as_str().expect("no uri").to_owned(),
            id: post["id"].as_str().expect("no id").to_owned(),
            author,
        };
        self.posts.insert(recorded.to_owned(), own.clone());
        own
    }

    /// A post of a recorded person, for what was done with one that was not recorded.
    pub(super) async fn some_post_of(&mut self, person: &str) -> String {
        let name = person.rsplit('/').next().unwrap_or_default();
        self.own_post(&format!("{person}/some"), host(person), name)
            .await
            .uri
    }

    /// The post of ours with that id on the wire.
    pub(super) fn own(&self, uri: &str) -> Option<&Own> {
        self.posts.values().find(|own| own.uri == uri)
    }

    /// Where the recorded request went, here.
    pub(super) async fn inbox(&mut self, exchange: &Exchange) -> String {
        let person = exchange
            .target
            .strip_suffix("/inbox")
            .filter(|path| !path.is_empty());
        match person {
            Some(path) if exchange.receiver != self.from => {
                let url = format!("https://{}{path}", exchange.receiver);
                format!("{}/inbox", self.translated(&url).await)
            }
            _ => self.node.url("/inbox"),
        }
    }

    /// An activity came.
    pub(super) fn remember(&mut self, activity: &Value) {
        let id = text(activity).to_owned();
        self.targets
            .insert(id.clone(), text(&activity["object"]).to_owned());
        self.sent.insert(id);
    }

    /// What an activity that came was done with.
    pub(super) fn target(&self, id: &str) -> String {
        self.targets
            .get(id)
            .unwrap_or_else(|| panic!("{id} never came"))
            .clone()
    }

    /// A new id on the sender.
    pub(super) fn fresh_id(&mut self) -> String {
        self.said += 1;
        format!("{}/before/{}", self.sender().mock.origin, self.said)
    }

    /// The account here of an actor's id, for `client`.
    pub(super) async fn account(&self, client: &Client, uri: &str) -> Option<Value> {
        let path = format!("/api/v2/search?type=accounts&resolve=true&q={}", escape(uri));
        let found = client.get(&path).await.ok();
        found["accounts"].as_array()?.first().cloned()
    }

    /// The post here with that id on the wire, if `client` may see it. Nothing is fetched.
    pub(super) async fn post(&self, client: &Client, uri: &str) -> Option<Value> {
        let path = format!("/api/v2/search?type=statuses&q={}", escape(uri));
        let found = client.get(&path).await.ok();
        found["statuses"].as_array()?.first().cloned()
    }

    /// What `client` has to do with the actor.
    pub(super) async fn relation(&self, client: &Client, uri: &str) -> Value {
        let account = self
            .account(client, uri)
            .await
            .unwrap_or_else(|| panic!("{uri} is unknown"));
        let id = account["id"].as_str().expect("no id");
        let path = format!("/api/v1/accounts/relationships?id[]={id}");
        client.get(&path).await.ok()[0].clone()
    }

    /// Makes `client` follow the actor, anew if they do already; answers the id of the `Follow`.
    pub(super) async fn follow(
        &self,
        client: &Client,
        follower: &str,
        actor: &str,
        known: &[String],
    ) -> String {
        let account = self
            .account(client, actor)
            .await
            .unwrap_or_else(|| panic!("{actor} is unknown"));
        let id = account["id"].as_str().expect("no id");
        let relation = self.relation(client, actor).await;
        if relation["following"] == true || relation["requested"] == true {
            client
                .post(&format!("/api/v1/accounts/{id}/unfollow"), json!({}))
                .await
                .ok();
        }
        client
            .post(&format!("/api/v1/accounts/{id}/follow"), json!({}))
            .await
            .ok();
        eventually("the Follow to arrive", || async {
            self.sender().followed(follower, actor, known)
        })
        .await
    }

    /// The watcher follows the actor from now on.
    pub(super) async fn watch(&mut self, actor: &str) {
        if !self.watched.insert(actor.to_owned()) {
            return;
        }
        let me = self.node.url("/people/watcher");
        let watcher = self.watcher.clone();
        let follow = self.follow(&watcher, &me, actor, &[]).await;
        let accept = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": self.fresh_id(),
            "type": "Accept", "actor": actor, "object": follow });
        self.sender().say(&accept, &self.node.url("/inbox")).await;
        eventually("the follow to be accepted", || async {
            (self.relation(&watcher, actor).await["following"] == true).then_some(())
        })
        .await;
    }
}

impl Scene {
    /// `actor` follows the author of a post of ours from now on: other software gets public posts as a follower only,
    /// and what they cannot see they cannot like.
    pub(super) async fn read(&mut self, actor: &str, uri: &str) {
        let Some(author) = self.own(uri).map(|own| own.author.clone()) else {
            return;
        };
        if !self.readers.insert((actor.to_owned(), author.clone())) {
            return;
        }
        let follow = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": self.fresh_id(),
            "type": "Follow", "actor": actor, "object": author });
        self.sender().say(&follow, &self.node.url("/inbox")).await;
    }

    /// `actor` follows them no more.
    pub(super) fn unread(&mut self, actor: &str) {
        self.readers.retain(|(reader, _)| reader != actor);
    }
}
