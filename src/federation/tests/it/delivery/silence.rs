//! A peer that says nothing for thirty days, on clocks that are turned; and one that says nothing for longer.

use super::scene::{LOST, Scene};
use chrono::TimeDelta;
use entrenous_domain::audit;
use entrenous_domain::deliveries::{self, LONGEST_PAUSE, Reached, pause_after};
use entrenous_model::{PostId, Visibility};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

const AUTHORS: usize = 4;
/// Posts written while the peer is silent.
const POSTS: usize = 1_200;

/// What a peer takes while something else fails does not end the rest that the failure begins: else the same would be sent
/// again and again for as long as anything gets through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_beside_a_failure_does_not_end_the_rest() {
    let scene = Scene::open(LOST + 2).await;
    // The keys of all of them are fetched before.
    for author in &scene.authors {
        scene.here.writes(author.id, "before", Visibility::Public).await;
    }
    scene.deliver_all().await;
    scene.door.lock().unwrap().taken = 0;
    scene.set(false, true);
    for author in &scene.authors {
        scene.here.writes(author.id, "after", Visibility::Public).await;
    }
    let begun = Instant::now();
    let queue = loop {
        let queue = scene.queue().await;
        let resting = queue.peer.retry_at.is_some_and(|at| at > scene.here.clock.now());
        if resting && scene.door.lock().unwrap().taken >= LOST {
            break queue;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", queue.peer);
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    assert_eq!(queue.peer.failures, 1, "{:?}", queue.peer);
    // One answer was lost; what was queued when the lane halted may wait with it.
    assert!(
        (1..=i64::try_from(LOST).unwrap()).contains(&queue.queued),
        "{}",
        queue.queued
    );
    scene.set(false, false);
    scene.deliver_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_silent_for_thirty_days_gets_everything_in_order_once() {
    let scene = Scene::open(AUTHORS).await;
    let began = scene.here.clock.now();
    scene.set(true, false);
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut steps = 0;
    // Attempts at every pause until the pauses are an hour, then four a day.
    while scene.here.clock.now() - began < TimeDelta::hours(30 * 24 - 12) {
        let day = (scene.here.clock.now() - began).num_hours();
        let due = POSTS * usize::try_from(day).unwrap() / (29 * 24);
        for number in written.values().map(Vec::len).sum::<usize>()..=due.min(POSTS - 1) {
            let author = &scene.authors[number % AUTHORS];
            let id = scene
                .here
                .writes(author.id, &format!("post {number}"), Visibility::Public)
                .await;
            let uri = scene.here.origin().join(&format!("/posts/{id}"));
            written.entry(author.uri.clone()).or_default().push(uri);
        }
        let queue = scene.fail_now(TimeDelta::zero()).await;
        let pause = queue.peer.retry_at.unwrap() - scene.here.clock.now();
        // Of several attempts under way one may have failed before the clock was turned, and be recorded after.
        assert!(pause <= pause_after(queue.peer.failures), "{:?}", queue.peer);
        assert_eq!(queue.peer.failing_since, Some(began), "{:?}", queue.peer);
        assert_eq!(queue.dropped, 0);
        if pause_after(queue.peer.failures) == LONGEST_PAUSE {
            scene.advance(TimeDelta::hours(5));
        }
        steps += 1;
    }
    let total: usize = written.values().map(Vec::len).sum();
    assert_eq!(total, POSTS);
    assert_eq!(scene.queue().await.queued, i64::try_from(total).unwrap());
    assert!(steps > 120, "{steps}");

    scene.set(false, true);
    scene.deliver_all().await;
    let queue = scene.queue().await;
    assert_eq!(
        (queue.dropped, queue.delivered),
        (0, i64::try_from(total).unwrap())
    );
    let arrived = std::mem::take(&mut scene.door.lock().unwrap().arrived);
    assert!(
        arrived.len() > total,
        "answers were lost, and what they answered was sent again"
    );
    for author in &scene.authors {
        let expected = &written[&author.uri];
        let mut seen = BTreeSet::new();
        let first: Vec<&String> = arrived
            .iter()
            .filter(|(actor, _)| *actor == author.uri)
            .map(|(_, post)| post)
            .filter(|post| seen.insert(*post))
            .collect();
        assert_eq!(
            first,
            expected.iter().collect::<Vec<_>>(),
            "in the order they were written"
        );
        let shown = scene.shown(author).await;
        assert_eq!(shown.len(), expected.len());
        assert!(
            expected.iter().all(|post| shown.get(post) == Some(&1)),
            "each exactly once"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_thirty_days_is_given_up_and_said_to_be() {
    let scene = Scene::open(1).await;
    let author = Arc::clone(&scene.authors[0]);
    scene.set(true, false);
    let mut old = Vec::new();
    for number in 0..20 {
        old.push(
            scene
                .here
                .writes(author.id, &format!("old {number}"), Visibility::Public)
                .await,
        );
    }
    scene.fail_now(TimeDelta::zero()).await;
    scene.advance(TimeDelta::days(20));
    let young = scene.here.writes(author.id, "young", Visibility::Public).await;
    assert_eq!(scene.fail_now(TimeDelta::zero()).await.dropped, 0);
    // One attempt after thirty days is enough for all of them.
    let queue = scene.fail_now(TimeDelta::days(10) + TimeDelta::hours(1)).await;
    assert_eq!((queue.queued, queue.dropped), (1, 20));
    let state = async |post: PostId| {
        let mut found = deliveries::of_post(scene.here.ctx(), author.id, post)
            .await
            .unwrap();
        let reach = found.pop().unwrap();
        assert_eq!((reach.peer.id, found.len()), (scene.peer, 0));
        (reach.state, reach.error.unwrap_or_default())
    };
    for post in &old {
        let (now, why) = state(*post).await;
        assert!(
            now == Reached::Refused && why.starts_with("given up after 30 days"),
            "{now:?}: {why}"
        );
    }
    let lines = audit::list(scene.here.ctx(), None, None, 10).await.unwrap();
    assert!(
        lines.iter().any(|line| line.reason.as_deref() == Some("too_old")),
        "{lines:?}"
    );

    scene.set(false, false);
    scene.deliver_all().await;
    assert_eq!(state(young).await.0, Reached::Delivered);
    let shown = scene.shown(&author).await;
    let uri = scene.here.origin().join(&format!("/posts/{young}"));
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), [(uri, 1)]);
}
