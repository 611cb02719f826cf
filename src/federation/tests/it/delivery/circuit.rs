//! A peer that answers, but does not take what it gets: one activity of all, or any.

use super::scene::{Refusal, Scene};
use chrono::TimeDelta;
use entrenous_domain::deliveries::{self, QueueState, Reached};
use entrenous_model::{Circuit, PostId, Visibility};
use std::time::{Duration, Instant};

const BROKEN: Refusal = Refusal {
    status: 500,
    retry_after: None,
};

/// Waits until the queue is as it should be.
async fn until(scene: &Scene, what: &str, wanted: impl Fn(&QueueState) -> bool) -> QueueState {
    let begun = Instant::now();
    loop {
        let queue = scene.queue().await;
        if wanted(&queue) {
            return queue;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {queue:?}");
        // Queues change by themselves, and nobody is told.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn reached(scene: &Scene, author: usize, post: PostId) -> Reached {
    let found = deliveries::of_post(scene.here.ctx(), scene.authors[author].id, post).await;
    found.unwrap().pop().unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_not_taken_holds_up_its_author_alone() {
    let scene = Scene::open(3).await;
    scene.door.lock().unwrap().refuses = Some(("poison", BROKEN));
    let write = async |author: usize, text: &str| {
        let id = scene.authors[author].id;
        scene.here.writes(id, text, Visibility::Public).await
    };
    let poison = write(0, "poison").await;
    let behind = write(0, "what comes after it").await;
    let mut others = Vec::new();
    for number in 0..60 {
        let author = 1 + number % 2;
        others.push((author, write(author, &format!("post {number}")).await));
    }
    let queue = until(&scene, "all but two are taken", |queue| {
        queue.queued == 2 && queue.held == 1
    })
    .await;
    for (author, post) in others {
        assert_eq!(reached(&scene, author, post).await, Reached::Delivered);
    }
    assert!(matches!(reached(&scene, 0, poison).await, Reached::Waiting(_)));
    assert!(matches!(reached(&scene, 0, behind).await, Reached::Waiting(_)));
    assert_eq!(queue.circuit, Circuit::Closed, "{:?}", queue.peer);
    assert_eq!((queue.peer.failures, queue.dropped), (0, 0));

    // Its pauses grow, by its own attempts; others still go at once.
    let first = scene.door.lock().unwrap().asked;
    scene.try_now(TimeDelta::seconds(5)).await;
    until(&scene, "it is tried again", |_| {
        scene.door.lock().unwrap().asked > first
    })
    .await;
    let later = write(2, "later").await;
    until(&scene, "another is taken", |queue| queue.queued == 2).await;
    assert_eq!(reached(&scene, 2, later).await, Reached::Delivered);

    scene.door.lock().unwrap().refuses = None;
    let begun = Instant::now();
    loop {
        // The last refusal may be written down after the clock was turned, with a pause that begins then.
        scene.try_now(TimeDelta::minutes(5)).await;
        let queue = scene.queue().await;
        if queue.queued == 0 && queue.held == 0 {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "all are taken: {queue:?}"
        );
        // Queues change by themselves, and nobody is told.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let door = scene.door.lock().unwrap();
    let of_author: Vec<&String> = door
        .arrived
        .iter()
        .filter(|(actor, _)| *actor == scene.authors[0].uri)
        .map(|(_, post)| post)
        .collect();
    let uri = |post: PostId| scene.here.origin().join(&format!("/posts/{post}"));
    assert_eq!(of_author, [&uri(poison), &uri(behind)], "in their order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_never_taken_is_given_up_after_thirty_days_and_what_is_behind_it_goes() {
    let scene = Scene::open(1).await;
    let author = scene.authors[0].id;
    scene.door.lock().unwrap().refuses = Some(("poison", BROKEN));
    let poison = scene.here.writes(author, "poison", Visibility::Public).await;
    until(&scene, "it is held", |queue| queue.held == 1).await;
    scene.advance(TimeDelta::days(29));
    let behind = scene.here.writes(author, "behind", Visibility::Public).await;
    scene.advance(TimeDelta::days(2));
    let asked = scene.door.lock().unwrap().asked;
    scene.try_now(TimeDelta::zero()).await;
    let queue = until(&scene, "it is given up", |queue| queue.queued == 0).await;
    assert!(scene.door.lock().unwrap().asked > asked, "it was tried once more");
    assert_eq!(queue.dropped, 1);
    assert_eq!(reached(&scene, 0, poison).await, Reached::Refused);
    assert_eq!(reached(&scene, 0, behind).await, Reached::Delivered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_takes_nothing_rests_and_is_tried_one_at_a_time() {
    let scene = Scene::open(20).await;
    scene.door.lock().unwrap().refuses = Some(("Create", BROKEN));
    for author in &scene.authors {
        scene.here.writes(author.id, "post", Visibility::Public).await;
    }
    let queue = until(&scene, "the circuit opens", |queue| queue.peer.failures > 0).await;
    assert_eq!(queue.circuit, Circuit::Open);
    assert_eq!(
        queue.peer.failures, 1,
        "one failure of the peer, however many were under way"
    );
    assert!(
        scene.door.lock().unwrap().most > 1,
        "several at once, as long as nothing was known"
    );
    assert_eq!(queue.queued, 20);

    // It has rested: half open.
    for failures in 2..5 {
        {
            let mut door = scene.door.lock().unwrap();
            (door.asked, door.most) = (0, 0);
        }
        let queue = scene.fail_now(TimeDelta::zero()).await;
        assert_eq!((queue.peer.failures, queue.queued), (failures, 20));
        let door = scene.door.lock().unwrap();
        assert_eq!(door.most, 1, "one at a time");
        assert!(door.asked <= 3, "{}", door.asked);
    }
    scene.door.lock().unwrap().refuses = None;
    scene.deliver_all().await;
    let queue = scene.queue().await;
    assert_eq!(queue.circuit, Circuit::Closed);
    assert_eq!((queue.dropped, queue.delivered), (0, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_peer_rests_as_long_as_it_asks() {
    let scene = Scene::open(1).await;
    let busy = |retry_after| {
        let status = 429;
        scene.door.lock().unwrap().refuses = Some(("Create", Refusal { status, retry_after }));
    };
    busy(Some("600"));
    let author = scene.authors[0].id;
    scene.here.writes(author, "post", Visibility::Public).await;
    let queue = until(&scene, "it rests", |queue| queue.peer.failures > 0).await;
    let now = scene.here.clock.now();
    let rest = queue.peer.retry_at.unwrap() - now;
    assert!(
        rest >= TimeDelta::seconds(600) && rest < TimeDelta::seconds(600 * 5 / 4 + 1),
        "{rest}"
    );
    // Not a moment earlier, although it is looked at.
    let asked = scene.door.lock().unwrap().asked;
    scene.advance(TimeDelta::seconds(590));
    scene.here.writes(author, "another", Visibility::Public).await;
    // Nothing tells that nothing comes.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(scene.door.lock().unwrap().asked, asked);
    busy(Some("999999999"));
    let queue = scene.fail_now(TimeDelta::zero()).await;
    let rest = queue.peer.retry_at.unwrap() - scene.here.clock.now();
    assert!(
        rest <= deliveries::LONGEST_PAUSE,
        "a peer cannot silence itself for ever: {rest}"
    );
    scene.door.lock().unwrap().refuses = None;
    scene.deliver_all().await;
    assert_eq!(scene.queue().await.delivered, 2);
}

/// Three in a row open the circuit, and are not the first thing that is offered afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_that_are_not_taken_do_not_stop_the_rest() {
    let scene = Scene::open(4).await;
    scene.door.lock().unwrap().refuses = Some(("poison", BROKEN));
    for author in &scene.authors[..3] {
        scene.here.writes(author.id, "poison", Visibility::Public).await;
    }
    let queue = until(&scene, "the circuit opens", |queue| queue.peer.failures > 0).await;
    assert_eq!(queue.circuit, Circuit::Open);
    let good = scene
        .here
        .writes(scene.authors[3].id, "good", Visibility::Public)
        .await;
    scene.try_now(TimeDelta::zero()).await;
    let queue = until(&scene, "the good one is taken", |queue| queue.queued == 3).await;
    assert_eq!(reached(&scene, 3, good).await, Reached::Delivered);
    // Tried again, one by one, they are no failures of the peer any more.
    for _ in 0..3 {
        let asked = scene.door.lock().unwrap().asked;
        scene.try_now(TimeDelta::minutes(10)).await;
        until(&scene, "they are tried again", |_| {
            scene.door.lock().unwrap().asked > asked
        })
        .await;
        let news = scene
            .here
            .writes(scene.authors[3].id, "news", Visibility::Public)
            .await;
        until(&scene, "others go on", |queue| queue.queued == 3).await;
        assert_eq!(reached(&scene, 3, news).await, Reached::Delivered);
    }
    assert_eq!(queue.dropped, 0);
    scene.door.lock().unwrap().refuses = None;
    scene.try_now(TimeDelta::hours(1)).await;
    until(&scene, "all are taken", |queue| queue.queued == 0).await;
}

/// What breaks a peer's worker is answered by what stands before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_breaks_the_peer_does_not_stop_the_rest() {
    let scene = Scene::open(3).await;
    let status = 502;
    scene.door.lock().unwrap().refuses = Some((
        "poison",
        Refusal {
            status,
            retry_after: None,
        },
    ));
    let poison = scene
        .here
        .writes(scene.authors[0].id, "poison", Visibility::Public)
        .await;
    until(&scene, "the peer rests", |queue| queue.peer.failures > 0).await;
    for author in &scene.authors[1..] {
        scene.here.writes(author.id, "good", Visibility::Public).await;
    }
    let begun = Instant::now();
    while scene.queue().await.queued > 1 {
        scene.try_now(TimeDelta::zero()).await;
        // As above.
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            scene.queue().await
        );
    }
    assert!(matches!(reached(&scene, 0, poison).await, Reached::Waiting(_)));
    scene.door.lock().unwrap().refuses = None;
    scene.deliver_all().await;
}
