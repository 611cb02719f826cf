//! A run that went well is good; with one thing changed in what it left or in what was on the wire, it is not.

use entrenous_model::{PostScope, Visibility};
use entrenous_simulation::house::{Delivery, Person, Row, Seen};
use entrenous_simulation::journal::{Activity, Journal, Mark, Message, What};
use entrenous_simulation::net::Weather;
use entrenous_simulation::plan::{Plan, Tie, Words};
use entrenous_simulation::story::facts::{Facts, Follow, Post, Turn, TurnKind, Wish};
use entrenous_simulation::verdict::{self, Ended, Left};
use std::time::Duration;

const ADA: Person = Person { node: 0, who: 0 };
const BOB: Person = Person { node: 1, who: 0 };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn wish(seconds: u64) -> Wish {
    Wish {
        asked: at(seconds),
        told: Some(at(seconds)),
    }
}

/// Three nodes, two of them peers. Ada wrote two posts to her followers, of whom Bob is one.
struct Scene {
    plan: Plan,
    facts: Facts,
    journal: Journal,
    ended: Ended,
}

fn post(number: usize, id: i64, seconds: u64) -> Post {
    Post {
        words: Words {
            number,
            author: ADA,
            visibility: Visibility::Private,
            mentions: Vec::new(),
            answers: None,
        },
        written: wish(seconds),
        id: Some(id),
        edits: Vec::new(),
        deleted: None,
    }
}

fn creation(number: usize) -> Message {
    Message {
        from: 0,
        to: 1,
        line: 1,
        head: "POST /inbox".to_owned(),
        answer: false,
        repeated: false,
        of: None,
        activity: Some(Activity {
            kind: "Create Note".to_owned(),
            id: activity(number),
            actor: "http://n0.sim/people/p0".to_owned(),
            object: uri(number),
        }),
        marks: vec![Mark {
            post: number,
            version: 0,
        }],
    }
}

fn activity(number: usize) -> String {
    format!("http://n0.sim/activities/{number}")
}

fn uri(number: usize) -> String {
    format!("http://n0.sim/posts/{}", 100 + number)
}

fn seen(number: usize) -> Seen {
    let mark = Mark {
        post: number,
        version: 0,
    };
    Seen {
        uri: uri(number),
        content: format!("<p>{mark}</p>"),
        deleted: false,
    }
}

fn row(peer: &str, direction: &str, number: usize) -> Row {
    Row {
        peer: peer.to_owned(),
        direction: direction.to_owned(),
        kind: "Create".to_owned(),
        activity: activity(number),
        reason: None,
    }
}

fn delivery(number: i64) -> Delivery {
    Delivery {
        peer: "http://n1.sim".to_owned(),
        peer_state: "active".to_owned(),
        state: "done".to_owned(),
        kind: "Create".to_owned(),
        activity: number,
        error: None,
    }
}

impl Scene {
    fn good() -> Self {
        let mut facts = Facts::default();
        let follow = Follow {
            asked: wish(1),
            accepted: Some(at(2)),
            ended: None,
        };
        facts.follows.insert((BOB, ADA), vec![follow]);
        facts.posts.insert(0, post(0, 100, 10));
        facts.posts.insert(1, post(1, 101, 20));
        let mut journal = Journal::default();
        journal.add(10_000_000, What::Sent(creation(0)));
        journal.add(20_000_000, What::Sent(creation(1)));
        let node = |posts: Vec<Seen>| Left {
            posts,
            received: Vec::new(),
            deliveries: Vec::new(),
            ledger: Vec::new(),
        };
        let mut home = node(vec![seen(0), seen(1)]);
        home.deliveries = vec![delivery(0), delivery(1)];
        home.ledger = vec![row("http://n1.sim", "sent", 0), row("http://n1.sim", "sent", 1)];
        let mut there = node(vec![seen(0), seen(1)]);
        there.received = vec![activity(0), activity(1)];
        there.ledger = vec![
            row("http://n0.sim", "received", 0),
            row("http://n0.sim", "received", 1),
        ];
        let tie = Tie {
            one: 0,
            other: 1,
            there: PostScope::Addressed,
            back: PostScope::Network,
        };
        Self {
            plan: Plan {
                nodes: 3,
                ties: vec![tie],
                weather: Weather::default(),
                deeds: Vec::new(),
                healed: at(60),
            },
            facts,
            journal,
            ended: Ended {
                nodes: vec![home, there, node(Vec::new())],
                torn: Vec::new(),
            },
        }
    }

    fn violations(&self) -> Vec<String> {
        verdict::of(&self.plan, &self.facts, &self.journal, &self.ended)
    }
}

/// What is said of the scene after one change: one thing, with these words in it.
fn finds(words: &str, change: impl FnOnce(&mut Scene)) {
    let mut scene = Scene::good();
    change(&mut scene);
    let violations = scene.violations();
    assert!(
        violations.iter().any(|said| said.contains(words)),
        "{words}: {violations:?}"
    );
}

#[test]
fn what_is_good_is_good() {
    assert_eq!(Scene::good().violations(), [""; 0]);
}

#[test]
fn what_is_lost_doubled_old_or_out_of_order_is_found() {
    finds("post 1 is not at n1", |scene| {
        drop(scene.ended.nodes[1].posts.pop());
    });
    finds("post 1 is 2 times at n1", |scene| {
        scene.ended.nodes[1].posts.push(seen(1));
    });
    finds("post 0 was acknowledged, and is not at its own node", |scene| {
        scene.ended.nodes[0].posts.remove(0);
    });
    finds("version 1 at home, 0 at n1", |scene| {
        scene.ended.nodes[0].posts[0].content = Mark { post: 0, version: 1 }.to_string();
    });
    finds("version 1 of post 0 was acknowledged", |scene| {
        scene.facts.posts.get_mut(&0).unwrap().edits.push(wish(15));
    });
    finds("came to n1 after post 1", |scene| {
        scene.ended.nodes[1].received.reverse();
    });
    finds("was deleted, and is still at n1", |scene| {
        scene.facts.posts.get_mut(&0).unwrap().deleted = Some(wish(30));
        scene.ended.nodes[0].posts[0].deleted = true;
    });
    finds("deletion of post 0 was acknowledged", |scene| {
        scene.facts.posts.get_mut(&0).unwrap().deleted = Some(wish(30));
    });
}

#[test]
fn who_is_not_the_audience_is_found() {
    finds("post 0 is at n2, which is not its audience", |scene| {
        scene.ended.nodes[2].posts.push(seen(0));
    });
    finds("n2 is not in the audience of post 0", |scene| {
        scene.plan.ties[0].other = 2;
        let mut sent = creation(0);
        sent.to = 2;
        scene.journal.add(30_000_000, What::Sent(sent));
    });
    finds("speaks to who is no peer", |scene| {
        let mut sent = creation(0);
        sent.to = 2;
        scene.journal.add(30_000_000, What::Sent(sent));
    });
    finds("has reached for who is no peer", |scene| {
        let (from, to, ended) = (0, Some(2), "made");
        scene.journal.add(30_000_000, What::Dialled { from, to, ended });
    });
    // Without a follower there the post is for nobody.
    finds("n1 is not in the audience of post 0", |scene| {
        scene.facts.follows.clear();
    });
    // And when the author's node has taken the word that there is none any more.
    finds("n1 is not in the audience of post 1", |scene| {
        scene.facts.follows.get_mut(&(BOB, ADA)).unwrap()[0].ended = Some(wish(25));
        let undo = Message {
            from: 1,
            to: 0,
            line: 2,
            activity: Some(Activity {
                kind: "Undo Follow".to_owned(),
                id: "http://n1.sim/activities/9".to_owned(),
                actor: "http://n1.sim/people/p0".to_owned(),
                object: String::new(),
            }),
            marks: Vec::new(),
            ..creation(0)
        };
        let answer = Message {
            from: 0,
            to: 1,
            answer: true,
            head: "202".to_owned(),
            activity: None,
            ..undo.clone()
        };
        scene.journal.add(25_000_000, What::Sent(undo));
        scene.journal.add(25_000_001, What::Sent(answer));
        scene.journal.add(40_000_000, What::Sent(creation(1)));
    });
    finds("speaks to a peer that it has halted", |scene| {
        let (kind, wish) = (TurnKind::Suspend, wish(15));
        scene.facts.ties.insert((0, 1), vec![Turn { kind, wish }]);
    });
    finds("which is not of its people", |scene| {
        let mut sent = creation(0);
        (sent.from, sent.to) = (1, 0);
        scene.journal.add(30_000_000, What::Sent(sent));
    });
}

#[test]
fn queues_and_ledgers_that_do_not_agree_are_found() {
    finds("is queued", |scene| {
        scene.ended.nodes[0].deliveries[0].state = "queued".to_owned();
    });
    finds("is dropped", |scene| {
        let delivery = &mut scene.ended.nodes[0].deliveries[0];
        delivery.state = "dropped".to_owned();
        delivery.error = Some("answered 400".to_owned());
    });
    finds("does not say that it came", |scene| {
        drop(scene.ended.nodes[1].ledger.pop());
    });
    finds("does not say that it went", |scene| {
        drop(scene.ended.nodes[0].ledger.pop());
    });
    finds("tells twice", |scene| {
        scene.ended.nodes[1]
            .ledger
            .push(row("http://n0.sim", "received", 1));
    });
    finds("a ledger is not whole", |scene| {
        scene.ended.torn.push("n0".to_owned());
    });
}
