//! A node with authors, and a peer behind a door that does as a test says.

use crate::fixture::Node;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use entrenous_domain::deliveries::{self, QueueState};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::timelines;
use entrenous_model::{Account, AccountId, Event, Page, PeerId};
use entrenous_store::StoreError;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Of the answers of a forgetful peer, every so-many-th is lost.
pub(super) const LOST: usize = 5;

/// What stands before the peer's doors.
#[derive(Default)]
pub(super) struct Door {
    pub(super) silent: bool,
    /// Some answers are lost, after the request has had its effect.
    pub(super) forgetful: bool,
    /// What is answered to activities that hold the word, instead of taking them.
    pub(super) refuses: Option<(&'static str, Refusal)>,
    /// Requests that came, and how many of them were here at the same time at most.
    pub(super) asked: usize,
    pub(super) here: usize,
    pub(super) most: usize,
    pub(super) taken: usize,
    /// The author and the post of each `Create` that had its effect, in their order, those sent again too.
    pub(super) arrived: Vec<(String, String)>,
}

/// An answer other than 202.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) retry_after: Option<&'static str>,
}

pub(super) type Shared = Arc<Mutex<Door>>;

async fn guard(State(door): State<Shared>, request: Request, next: Next) -> Response {
    {
        let mut door = door.lock().unwrap();
        door.asked += 1;
        door.here += 1;
        door.most = door.most.max(door.here);
    }
    let answer = answer(&door, request, next).await;
    door.lock().unwrap().here -= 1;
    answer
}

async fn answer(door: &Shared, request: Request, next: Next) -> Response {
    let gone = || StatusCode::BAD_GATEWAY.into_response();
    if door.lock().unwrap().silent {
        return gone();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let refuses = door.lock().unwrap().refuses;
    if let Some((word, refusal)) = refuses
        && String::from_utf8_lossy(&body).contains(word)
    {
        // As long as any: others can come meanwhile.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let status = StatusCode::from_u16(refusal.status).unwrap();
        let headers = refusal.retry_after.map(|after| [("retry-after", after)]);
        return match headers {
            Some(headers) => (status, headers).into_response(),
            None => status.into_response(),
        };
    }
    let activity: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    if activity["type"] == "Create" && answer.status().is_success() {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let mut door = door.lock().unwrap();
        door.taken += 1;
        door.arrived
            .push((text(&activity["actor"]), text(&activity["object"]["id"])));
        if door.forgetful && door.taken.is_multiple_of(LOST) {
            return gone();
        }
    }
    answer
}

/// Authors here, whose posts go to the peer there; deliveries run until the scene ends.
pub(super) struct Scene {
    pub(super) here: Node,
    pub(super) there: Node,
    pub(super) door: Shared,
    pub(super) peer: PeerId,
    pub(super) authors: Vec<Arc<Account>>,
    pub(super) reader: AccountId,
    _stop: oneshot::Sender<()>,
}

impl Scene {
    pub(super) async fn open(authors: usize) -> Self {
        let here = Node::serving().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = Node::at(&format!("http://{}", listener.local_addr().unwrap())).await;
        let door = Shared::default();
        let router: Router = there.federation.router();
        let router = router.layer(from_fn_with_state(Arc::clone(&door), guard));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let peer = here.trusts(&there).await;
        there.trusts(&here).await;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(here.federation.clone().run_deliveries(async {
            drop(stopped.await);
        }));
        let mut people = Vec::new();
        for number in 0..authors {
            people.push(here.person(&format!("author{number}")).await);
        }
        let reader = there.person("reader").await.id;
        Self {
            here,
            there,
            door,
            peer,
            authors: people,
            reader,
            _stop: stop,
        }
    }

    pub(super) async fn queue(&self) -> QueueState {
        let queues = deliveries::queues(self.here.ctx()).await.unwrap();
        queues
            .into_iter()
            .find(|queue| queue.peer.id == self.peer)
            .unwrap()
    }

    pub(super) fn advance(&self, by: TimeDelta) {
        self.here.clock.advance(by);
        self.there.clock.advance(by);
    }

    /// Turns the clocks to where the peer may be tried again, and has the queue looked at.
    pub(super) async fn try_now(&self, at_least: TimeDelta) {
        let pause = self
            .queue()
            .await
            .peer
            .retry_at
            .map(|at| at - self.here.clock.now());
        self.advance(pause.unwrap_or_default().max(at_least));
        let peers = vec![self.peer];
        let poke = self
            .here
            .ctx()
            .store()
            .write(move |tx| -> Result<(), StoreError> { tx.emit(Event::DeliveriesQueued { peers }) });
        poke.await.unwrap();
    }

    /// The same with a silent peer: waits until the attempt has failed.
    pub(super) async fn fail_now(&self, at_least: TimeDelta) -> QueueState {
        let before = self.queue().await.peer.failures;
        self.try_now(at_least).await;
        let begun = Instant::now();
        loop {
            let queue = self.queue().await;
            let resting = queue.peer.retry_at.is_some_and(|at| at > self.here.clock.now());
            if queue.peer.failures > before && resting {
                return queue;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "not tried: {:?}",
                queue.peer
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Everything that is queued gets through.
    pub(super) async fn deliver_all(&self) {
        let begun = Instant::now();
        while self.queue().await.queued > 0 {
            // What was not taken is left alone for a while.
            self.try_now(TimeDelta::seconds(2)).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "{:?}",
                self.queue().await
            );
        }
    }

    pub(super) fn set(&self, silent: bool, forgetful: bool) {
        let mut door = self.door.lock().unwrap();
        (door.silent, door.forgetful) = (silent, forgetful);
    }

    /// The posts of an author that the peer shows, and how often each.
    pub(super) async fn shown(&self, author: &Account) -> BTreeMap<String, usize> {
        let (name, authority) = (&author.username, self.here.authority());
        let known = self
            .there
            .federation
            .account_by_handle(name, authority)
            .await
            .unwrap()
            .unwrap();
        let (ctx, viewer) = (self.there.ctx(), Viewer::Person(self.reader));
        let mut page = Page::first(80);
        let mut shown = BTreeMap::new();
        loop {
            let ids = timelines::account(ctx, viewer, known, timelines::AccountFilter::default(), page)
                .await
                .unwrap();
            let Some(last) = ids.last() else { return shown };
            page.max_id = Some(last.get());
            for id in &ids {
                let view = posts::view(ctx, viewer, *id).await.unwrap();
                *shown.entry(view.post.uri.clone()).or_default() += 1;
            }
        }
    }
}
