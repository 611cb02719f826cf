//! A node, and a native peer that the test plays.

use super::fields::{Sizes, asked};
use axum::body::Bytes;
use entrenous_model::Contract;
use federation_tests::mock::{Reply, Seen};
use federation_tests::{Client, Database, NativePeer, Node, client, eventually, picture};
use serde_json::{Value, json};

/// What must be found nowhere, or on one side only, and why.
pub(super) struct Never {
    pub(super) case: usize,
    pub(super) what: &'static str,
}

/// Who offers a change.
#[derive(Clone, Copy)]
pub(super) enum By {
    Node,
    Peer,
}

pub(super) struct Scene {
    pub(super) node: Node,
    pub(super) owner: Client,
    pub(super) peer: NativePeer,
    /// The peer's id at the node.
    pub(super) id: String,
    /// Follows max, and is followed by him.
    pub(super) ada: Client,
    /// Writes for the network; nobody there follows her.
    pub(super) nora: Client,
    /// Is followed by max for a moment, again and again.
    pub(super) fred: Client,
    /// Ids at the node.
    pub(super) max: String,
    pub(super) paul: String,
    /// A post of max's, by its id at the node.
    pub(super) liked: String,
    /// A post of ada's that max likes.
    pub(super) own: Value,
    pub(super) sizes: Sizes,
    /// The post of the case before, and whether it crossed.
    pub(super) before: Option<(Value, bool)>,
    /// Pictures of people by name, posts with files by their address, that must not have been taken.
    pub(super) no_pictures: Vec<(Never, String)>,
    pub(super) no_files: Vec<(Never, String)>,
    /// Words that must not have reached the peer.
    pub(super) no_words: Vec<(Never, String)>,
    agreed: u32,
}

fn png(shade: u8) -> Vec<u8> {
    picture::png(40, 40, &[], &[shade, 30, 30].repeat(1_600), 40)
}

impl Scene {
    pub(super) async fn open(on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let owner = node.signed_in("owner").await;
        let peer = NativePeer::start("127.0.0.5", "max").await;
        peer.join(&node, &node.command(&["peer", "invite"]).await).await;
        for name in ["max", "paul", "nina"] {
            peer.put_person(name, &json!({}));
        }
        let (ada, nora, fred) = (
            node.person("ada").await,
            node.person("nora").await,
            node.person("fred").await,
        );
        // Of him nobody there ever hears.
        node.person("stan").await;
        let id = owner.peer(peer.mock.authority()).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let max = follow_each_other(&node, &peer, &ada).await;
        let paul = ada.find(&format!("@paul@{}", peer.mock.authority())).await;
        let set = ada
            .patch_file("/api/v1/accounts/update_credentials", "avatar", png(90))
            .await;
        assert_eq!(set.status, 200, "{}", set.text);

        let file = ada.upload(png(200), "Un mur").await.ok();
        let own = json!({ "status": "Le premier", "visibility": "public", "media_ids": [file["id"]] });
        let own = ada.post("/api/v1/statuses", own).await.ok();
        let served = peer.get(&file_of(&own)).await;
        assert_eq!(served.status, 200, "{}", served.text);
        let ours = served.headers["content-length"].parse().unwrap();
        let theirs = png(10);
        let sizes = Sizes {
            ours,
            theirs: theirs.len().try_into().unwrap(),
        };
        let mut scene = Self {
            node,
            owner,
            peer,
            id,
            ada,
            nora,
            fred,
            max,
            paul,
            liked: String::new(),
            own,
            sizes,
            before: None,
            no_pictures: Vec::new(),
            no_files: Vec::new(),
            no_words: Vec::new(),
            agreed: 0,
        };
        let note = scene.note_to_ada("Aimez-moi");
        scene.give("max", "Create", note.clone()).await;
        scene.liked = scene.known(&note).await.unwrap();
        scene.quiet().await;
        scene
    }

    /// The contract changes in turn by an offer of the node and by one of the peer.
    pub(super) async fn agree(&mut self, contract: &Contract) {
        self.agreed += 1;
        let by = if self.agreed.is_multiple_of(2) {
            By::Node
        } else {
            By::Peer
        };
        self.change(contract, by).await;
    }

    /// The contract changes by an offer of that side, which the other accepts.
    pub(super) async fn change(&self, contract: &Contract, by: By) {
        let now = self.owner.peer(self.peer.mock.authority()).await["contract"].clone();
        let version = now["version"].as_u64().unwrap() + 1;
        let asked = json!({ "we_give": asked(&contract.we_give), "they_give": asked(&contract.they_give) });
        let sides = ["we_give", "they_give"];
        if sides.iter().all(|side| asked[side] == now[side]) {
            return;
        }
        let path = format!("/api/entrenous/v1/admin/peers/{}/proposals", self.id);
        match by {
            By::Node => {
                let before = self.peer.mock.seen().len();
                self.owner.post(&path, json!({ "contract": asked })).await.ok();
                let offer = self.peer.offered(before).await;
                self.peer.accept(&self.node, &offer).await;
            }
            By::Peer => {
                let contract = Contract {
                    version: u32::try_from(version).unwrap(),
                    ..contract.clone()
                };
                let uri = self.peer.offer(&self.node, &contract).await;
                let answer = json!({ "uri": uri });
                self.owner.post(&format!("{path}/accept"), answer).await.ok();
            }
        }
        let now = self.owner.peer(self.peer.mock.authority()).await["contract"].clone();
        assert_eq!(now["version"], version);
        for side in sides {
            assert_eq!(asked[side], now[side]);
        }
    }

    /// Waits until nothing is queued for the peer.
    pub(super) async fn quiet(&self) {
        eventually("an empty queue", || async {
            (self.queued().await == 0).then_some(())
        })
        .await;
    }

    pub(super) async fn queued(&self) -> u64 {
        let path = format!("/api/entrenous/v1/admin/peers/{}/consequences", self.id);
        self.owner.get(&path).await.ok()["queued"].as_u64().unwrap()
    }

    /// What the peer was asked and sent after that many requests.
    pub(super) fn since(&self, before: usize) -> Vec<Seen> {
        self.peer.mock.seen().split_off(before)
    }

    /// Posts an activity of `name` about something to the node's inbox.
    pub(super) async fn give(&self, name: &str, kind: &str, object: Value) -> (u16, String) {
        let to = object
            .get("to")
            .cloned()
            .unwrap_or_else(|| json!([self.node.url("/people/ada")]));
        let activity = self
            .peer
            .mock
            .activity(name, kind, json!({ "object": object, "to": to }));
        let said = self.peer.post(name, &self.node.url("/inbox"), &activity).await;
        assert!(said.0 < 500, "{kind}: {} {}", said.0, said.1);
        said
    }

    /// A note of max to ada.
    pub(super) fn note_to_ada(&self, text: &str) -> Value {
        let uri = self.node.url("/people/ada");
        let mut note = self.peer.mock.note("max", text, std::slice::from_ref(&uri));
        let name = format!("@ada@{}", self.node.authority);
        note["tag"] = json!([{ "type": "Mention", "href": uri, "name": name }]);
        note
    }

    /// A file of the peer, under a name of its own.
    pub(super) fn serve_picture(&self, name: &str) -> String {
        let path = format!("/pictures/{name}.png");
        let bytes = Reply::Bytes("image/png", Vec::new(), Bytes::from(png(10)));
        self.peer.mock.serve_reply(&path, bytes);
        format!("{}{path}", self.peer.mock.origin)
    }

    /// The id at the node of a post of the peer, if ada may see it; nobody is asked.
    pub(super) async fn known(&self, note: &Value) -> Option<String> {
        self.looked_up(note["id"].as_str().unwrap(), "statuses", false)
            .await["id"]
            .as_str()
            .map(str::to_owned)
    }

    /// The first that ada finds.
    pub(super) async fn looked_up(&self, what: &str, kind: &str, resolve: bool) -> Value {
        let what = client::escape(what);
        let path = format!("/api/v2/search?type={kind}&resolve={resolve}&q={what}");
        self.ada.get(&path).await.ok()[kind][0].clone()
    }
}

/// The address of a post's first file, for native peers.
pub(super) fn file_of(post: &Value) -> String {
    let file = post["media_attachments"][0]["id"].as_str().unwrap();
    format!("{}/files/{file}", post["uri"].as_str().unwrap())
}

async fn follow_each_other(node: &Node, peer: &NativePeer, ada: &Client) -> String {
    let uri = node.url("/people/ada");
    let follow = peer.mock.activity("max", "Follow", json!({ "object": uri }));
    let (status, said) = peer.post("max", &node.url("/inbox"), &follow).await;
    assert_eq!(status, 202, "{said}");
    let max = ada.find(&format!("@max@{}", peer.mock.authority())).await;
    ada.post(&format!("/api/v1/accounts/{max}/follow"), json!({}))
        .await
        .ok();
    let asked = eventually("the Follow", || async {
        let all = peer.mock.inbox();
        all.into_iter().find(|one| one["type"] == "Follow")
    })
    .await;
    let accept = peer.mock.activity("max", "Accept", json!({ "object": asked }));
    let (status, said) = peer.post("max", &node.url("/inbox"), &accept).await;
    assert_eq!(status, 202, "{said}");
    max
}
