//! A client that writes until nobody answers, and remembers what was acknowledged.

use super::Known;
use crate::client::Client;
use crate::rng::Rng;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// One thing to do. Each can be asked for again without a second effect, except [`Op::Bare`].
#[derive(Debug, Clone)]
enum Op {
    /// A post under an `Idempotency-Key`.
    Keyed(String),
    /// A post without: whether it is there is not known if the answer is lost, but it is not there twice.
    Bare(String),
    Favourite(String),
    Follow(bool),
}

pub(super) struct Writer {
    number: usize,
    pub(super) person: usize,
    client: Client,
    /// Whom it follows and unfollows.
    target: Option<String>,
    known: Known,
    rng: Rng,
    count: u64,
    unanswered: Option<Op>,
    /// Texts that were acknowledged, with their ids.
    pub(super) posts: Vec<(String, String)>,
    /// Texts that may be there.
    pub(super) perhaps: BTreeSet<String>,
    /// Posts that were favourited.
    pub(super) favourites: BTreeSet<String>,
    pub(super) follows: bool,
    pub(super) acknowledged: u64,
    pub(super) lost_answers: u64,
}

impl Writer {
    pub(super) fn new(
        number: usize,
        person: usize,
        client: Client,
        target: Option<String>,
        known: Known,
        rng: Rng,
    ) -> Self {
        Self {
            number,
            person,
            client,
            target,
            known,
            rng,
            count: 0,
            unanswered: None,
            posts: Vec::new(),
            perhaps: BTreeSet::new(),
            favourites: BTreeSet::new(),
            follows: false,
            acknowledged: 0,
            lost_answers: 0,
        }
    }

    /// Its place among the clients.
    pub(super) const fn slot(&self) -> usize {
        self.number
    }

    /// Whom this client follows and unfollows.
    pub(super) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Writes until nobody answers, or it is enough.
    pub(super) async fn write(mut self, enough: &AtomicBool) -> Self {
        let mut op = self.unanswered.take();
        while !enough.load(Ordering::SeqCst) {
            let next = op.take().unwrap_or_else(|| self.choose());
            if !self.ask(next).await {
                return self;
            }
        }
        self.unanswered = op;
        self
    }

    /// Asks again for what was not answered.
    pub(super) async fn again(&mut self) {
        if let Some(op) = self.unanswered.take() {
            assert!(self.ask(op).await, "nobody answers");
        }
    }

    fn choose(&mut self) -> Op {
        let dice = self.rng.below(100);
        if dice < 20 {
            let known = self.known.lock().expect("lock");
            if let Some((id, _)) = self.rng.pick(&known) {
                return Op::Favourite(id.clone());
            }
        }
        if dice >= 90 && self.target.is_some() {
            return Op::Follow(!self.follows);
        }
        self.count += 1;
        let text = format!("c{}n{}", self.number, self.count);
        if dice < 70 {
            Op::Keyed(text)
        } else {
            Op::Bare(text)
        }
    }

    /// Asks for it; false if nobody answers.
    async fn ask(&mut self, op: Op) -> bool {
        let mut key = String::new();
        let (path, body) = match &op {
            Op::Keyed(text) | Op::Bare(text) => {
                if matches!(op, Op::Keyed(_)) {
                    key.clone_from(text);
                }
                let body = json!({ "status": text, "visibility": "public" });
                ("/api/v1/statuses".to_owned(), body)
            }
            Op::Favourite(id) => (format!("/api/v1/statuses/{id}/favourite"), json!({})),
            Op::Follow(on) => {
                let verb = if *on { "follow" } else { "unfollow" };
                let target = self.target.as_deref().unwrap_or_default();
                (format!("/api/v1/accounts/{target}/{verb}"), json!({}))
            }
        };
        let headers = [("idempotency-key", key.as_str())];
        let headers = if key.is_empty() { &[][..] } else { &headers[..] };
        let Some(answer) = self
            .client
            .try_send_with("POST", &path, headers, Some(body))
            .await
        else {
            self.lost_answers += 1;
            match op {
                Op::Bare(text) => {
                    self.perhaps.insert(text);
                }
                other => self.unanswered = Some(other),
            }
            return false;
        };
        let said = answer.ok();
        self.acknowledged += 1;
        match op {
            Op::Keyed(text) | Op::Bare(text) => {
                let id = said["id"].as_str().expect("no id").to_owned();
                let uri = said["uri"].as_str().expect("no uri").to_owned();
                self.known.lock().expect("lock").push((id.clone(), uri));
                self.posts.push((text, id));
            }
            Op::Favourite(id) => {
                self.favourites.insert(id);
            }
            Op::Follow(on) => self.follows = on,
        }
        true
    }
}
