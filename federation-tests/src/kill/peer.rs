//! What a peer of other software sends, again under the same id until it is answered.

use super::{Known, name};
use crate::mock::MockPeer;
use crate::node::Node;
use crate::rng::Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One activity and what it is about: the words of a note, or the id here of a liked post.
#[derive(Debug, Clone)]
struct Sent {
    activity: Value,
    about: About,
}

#[derive(Debug, Clone)]
enum About {
    Note(String),
    Like(String),
}

pub(super) struct Sender {
    number: usize,
    mock: Arc<MockPeer>,
    inbox: String,
    /// To whom: the first of the people who write.
    to: String,
    handle: String,
    known: Known,
    rng: Rng,
    count: u64,
    unanswered: Option<Sent>,
    /// The words of the notes that were taken.
    pub(super) notes: Vec<String>,
    /// The ids of the posts that max likes.
    pub(super) likes: BTreeSet<String>,
    pub(super) received: u64,
    pub(super) lost_answers: u64,
}

impl Sender {
    pub(super) fn new(number: usize, mock: Arc<MockPeer>, node: &Node, known: Known, rng: Rng) -> Self {
        Self {
            number,
            mock,
            inbox: node.url("/inbox"),
            to: node.url(&format!("/people/{}", name(0))),
            handle: format!("@{}@{}", name(0), node.authority),
            known,
            rng,
            count: 0,
            unanswered: None,
            notes: Vec::new(),
            likes: BTreeSet::new(),
            received: 0,
            lost_answers: 0,
        }
    }

    /// Sends until nobody answers, or it is enough.
    pub(super) async fn send(mut self, enough: &AtomicBool) -> Self {
        let mut sent = self.unanswered.take();
        while !enough.load(Ordering::SeqCst) {
            let next = sent.take().unwrap_or_else(|| self.choose());
            if !self.post(next).await {
                return self;
            }
        }
        self.unanswered = sent;
        self
    }

    /// Sends again what was not answered.
    pub(super) async fn again(&mut self) {
        if let Some(sent) = self.unanswered.take() {
            assert!(self.post(sent).await, "nobody answers");
        }
    }

    fn choose(&mut self) -> Sent {
        if self.rng.chance(30) {
            let known = self.known.lock().expect("lock");
            if let Some((id, uri)) = self.rng.pick(&known) {
                return Sent {
                    activity: self.mock.activity("max", "Like", json!({ "object": uri })),
                    about: About::Like(id.clone()),
                };
            }
        }
        self.count += 1;
        let text = format!("m{}n{}", self.number, self.count);
        let to = [self.to.clone()];
        let mut note = self.mock.note("max", &text, &to);
        note["tag"] = json!([{ "type": "Mention", "href": self.to, "name": self.handle }]);
        Sent {
            activity: self
                .mock
                .activity("max", "Create", json!({ "object": note, "to": to })),
            about: About::Note(text),
        }
    }

    /// Sends it, sometimes twice; false if nobody answers.
    async fn post(&mut self, sent: Sent) -> bool {
        let times = if self.rng.chance(25) { 2 } else { 1 };
        for time in 0..times {
            let Some((status, text)) = self.mock.try_post("max", &self.inbox, &sent.activity).await else {
                self.lost_answers += 1;
                if time == 0 {
                    self.unanswered = Some(sent);
                }
                return false;
            };
            assert!(
                (200..300).contains(&status),
                "{status} {text} to {}",
                sent.activity
            );
            if time == 0 {
                self.received += 1;
                match &sent.about {
                    About::Note(text) => self.notes.push(text.clone()),
                    About::Like(id) => {
                        self.likes.insert(id.clone());
                    }
                }
            }
        }
        true
    }
}
