//! Too much, too large, too slow.

use super::replies::gets;
use super::{Scene, many};
use federation_tests::{Database, MockPeer, eventually};
use http::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

crate::on_both!(
    large_bodies_are_refused_early,
    slow_senders_are_dropped,
    a_crowd_of_new_people_costs_little,
    one_peer_does_not_use_up_anothers_fetches,
    documents_are_bounded
);

/// Sends `total` bytes of a body (or chunks without end) as far as the node takes them: how many it took, what it said.
async fn push(authority: &str, head: &str, chunked: bool) -> (usize, String) {
    const TOTAL: usize = 64 << 20;
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let (mut read, mut write) = stream.split();
    write.write_all(head.as_bytes()).await.unwrap();
    let block = vec![b' '; 64 * 1024];
    let mut sent = 0;
    let sending = async {
        while sent < TOTAL {
            let framed = if chunked {
                let mut framed = format!("{:x}\r\n", block.len()).into_bytes();
                framed.extend(&block);
                framed.extend(b"\r\n");
                framed
            } else {
                block.clone()
            };
            if write.write_all(&framed).await.is_err() {
                break;
            }
            sent += block.len();
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let reading = async {
        let mut bytes = [0; 4096];
        while let Ok(got) = read.read(&mut bytes).await {
            if got == 0 {
                break;
            }
            answer.extend_from_slice(bytes.get(..got).unwrap());
        }
    };
    tokio::select! {
        () = sending => {}
        () = reading => {}
        () = tokio::time::sleep(Duration::from_secs(10)) => panic!("not refused within 10 s: {sent} bytes taken"),
    }
    (sent, String::from_utf8_lossy(&answer).into_owned())
}

async fn large_bodies_are_refused_early(on: Database) {
    let scene = Scene::open(on).await;
    let before = scene.before().await;
    let mut requests = Vec::new();
    for number in 0..50 {
        let chunked = number % 2 == 0;
        let (path, json) = if number % 5 == 0 {
            ("/api/v1/statuses", true)
        } else {
            ("/inbox", false)
        };
        let signed = if number % 3 == 0 {
            scene.p.sign("max", &Method::POST, &scene.inbox, b"{}")
        } else {
            http::HeaderMap::new()
        };
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {}\r\n", scene.node.authority);
        if json {
            head.push_str(&format!(
                "authorization: Bearer {}\r\ncontent-type: application/json\r\n",
                scene.alice.token()
            ));
        }
        for (name, value) in &signed {
            if name != "host" {
                head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
            }
        }
        head.push_str(if chunked {
            "transfer-encoding: chunked\r\n\r\n"
        } else {
            "content-length: 67108864\r\n\r\n"
        });
        let authority = scene.node.authority.clone();
        requests.push(async move { (head.clone(), push(&authority, &head, chunked).await) });
    }
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let start = Instant::now();
            assert_eq!(scene.alice.get("/api/v1/timelines/home").await.status, 200);
            slowest = slowest.max(start.elapsed());
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(many(50, requests), others);
    for (head, (sent, said)) in answers {
        // What the two sockets' buffers hold has been sent, not read.
        assert!(sent < 12 << 20, "{sent} bytes were taken: {head}\n{said}");
        let status = said.split(' ').nth(1).unwrap_or_default();
        assert!(["401", "413", "400", ""].contains(&status), "{head}\n{said}");
    }
    assert!(slowest < Duration::from_secs(2), "others waited {slowest:?}");
    scene.close(&before).await;
}

async fn slow_senders_are_dropped(on: Database) {
    let scene = Scene::open(on).await;
    let authority = scene.node.authority.as_str();
    let start = Instant::now();
    let slow = |number: usize| async move {
        let mut stream = TcpStream::connect(authority).await.unwrap();
        let head = match number % 4 {
            0 => String::new(),
            1 => "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned(),
            2 => format!("POST /inbox HTTP/1.1\r\nhost: {authority}\r\ncontent-length: 1000\r\n\r\n"),
            _ => format!(
                "POST /oauth/token HTTP/1.1\r\nhost: {authority}\r\ntransfer-encoding: chunked\r\n\r\n"
            ),
        };
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.split();
        let drip = async {
            loop {
                // Slowness is what is tested.
                tokio::time::sleep(Duration::from_secs(1)).await;
                let drop: &[u8] = match number % 4 {
                    0 => b"",
                    3 => b"1\r\na\r\n",
                    _ => b"a",
                };
                if write.write_all(drop).await.is_err() {
                    break;
                }
            }
        };
        let end = async { while read.read(&mut [0; 1024]).await.is_ok_and(|got| got > 0) {} };
        tokio::select! { () = drip => {}, () = end => {}, () = tokio::time::sleep(Duration::from_secs(20)) => {} }
        (start.elapsed(), number % 4)
    };
    let others = async {
        let mut slowest = Duration::ZERO;
        while start.elapsed() < Duration::from_secs(9) {
            let asked = Instant::now();
            assert_eq!(scene.alice.get("/api/v1/timelines/home").await.status, 200);
            slowest = slowest.max(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        slowest
    };
    let (ended, slowest) = tokio::join!(many(500, (0..500).map(slow)), others);
    let last = ended.iter().max().unwrap();
    assert!(
        last.0 < Duration::from_secs(16),
        "the last (of kind {}) was closed after {:?}",
        last.1,
        last.0
    );
    assert!(slowest < Duration::from_secs(2), "others waited {slowest:?}");
    scene.watched().await;
}

async fn a_crowd_of_new_people_costs_little(on: Database) {
    let scene = Scene::open(on).await;
    for number in 0..120 {
        scene.p.put_person(&format!("n{number}"));
    }
    for number in 0..120 {
        // Everyone features, follows and answers the next ten.
        let path = format!("/users/n{number}");
        let mut actor = scene.p.document(&path);
        let featured = format!("{}/featured/{number}", scene.p.origin);
        actor["featured"] = json!(featured);
        scene.p.serve_document(&path, actor);
        let next: Vec<Value> = (1..=10)
            .map(|step| json!(format!("{}/notes/of{}", scene.p.origin, (number + step) % 120)))
            .collect();
        scene.p.serve_document(
            &format!("/featured/{number}"),
            json!({ "id": featured, "type": "OrderedCollection", "orderedItems": next }),
        );
        let mentions: Vec<Value> = (1..=10)
            .map(|step| {
                let href = scene.p.person(&format!("n{}", (number + step) % 120));
                json!({ "type": "Mention", "href": href, "name": format!("@n@{}", scene.p.authority()) })
            })
            .collect();
        let note = json!({
            "id": format!("{}/notes/of{number}", scene.p.origin), "type": "Note",
            "attributedTo": scene.p.person(&format!("n{number}")), "content": "encore",
            "published": federation_tests::mock::now().to_rfc3339(),
            "to": ["https://www.w3.org/ns/activitystreams#Public", scene.alice_uri()], "tag": mentions,
            "inReplyTo": next.first().unwrap(), "replies": featured,
        });
        scene.p.serve_document(&format!("/notes/of{number}"), note);
    }
    let gets = || {
        scene
            .p
            .seen()
            .iter()
            .filter(|seen| seen.line.starts_with("GET"))
            .count()
    };
    for number in 0..10 {
        let before = gets();
        let name = format!("n{}", number * 11);
        let mut note = scene.p.document(&format!("/notes/of{}", number * 11));
        let mut tags = note["tag"].as_array().unwrap().clone();
        tags.push(json!({ "type": "Mention", "href": scene.alice_uri(), "name": "@alice" }));
        note["tag"] = json!(tags);
        let create = scene
            .p
            .activity(&name, "Create", json!({ "object": note, "to": note["to"] }));
        let said = scene.post("crowd", &name, &create).await;
        assert_eq!(said.status, 202, "{}", said.text);
        // The actor of the key among them.
        let asked = gets() - before;
        assert!(asked <= 20, "{asked} requests for one activity");
    }
    // Nothing goes on by itself.
    let after = gets();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(gets() - after <= 2, "{} requests by themselves", gets() - after);
    scene.watched().await;
}

/// P boosts, and quotes, what is not there at Q, as fast as it likes: Q is still asked for what others want of it.
async fn one_peer_does_not_use_up_anothers_fetches(on: Database) {
    let scene = Scene::open(on).await;
    let q = MockPeer::start("127.0.0.8", "quentin").await;
    scene.node.command(&["peer", "trust", &q.origin]).await;
    let said = scene.post("max", "max", &scene.create("max", "avant")).await;
    assert_eq!(said.status, 202, "{}", said.text);
    let before = gets(&q);
    let attacks = (0..400).map(|number| {
        let there = json!(format!("{}/nowhere/{number}", q.origin));
        let activity = if number % 2 == 0 {
            let fields = json!({ "object": there, "to": [scene.alice_uri()] });
            scene.p.activity("max", "Announce", fields)
        } else {
            let mut create = scene.create("max", "encore une citation");
            create["object"]["quote"] = there;
            create
        };
        let scene = &scene;
        async move { scene.post("elsewhere", "max", &activity).await.status }
    });
    let mut later = 0;
    for status in many(20, attacks).await {
        assert!([202, 429].contains(&status), "{status}");
        later += usize::from(status == 429);
    }
    // An honest one comes again, and has not done wrong.
    assert!(later > 0, "nothing is to be sent again");
    let asked = gets(&q) - before;
    // One comes back every twelve seconds.
    assert!(asked <= 310, "asked Q {asked} times for what P named");
    // What P itself has to show is asked for, and what Q's people say, whose keys are not known yet.
    let note = scene.p.note("max", "de chez moi", &[scene.alice_uri()]);
    let own = scene.p.activity("max", "Create", json!({ "object": note["id"] }));
    assert_eq!(scene.post("its own", "max", &own).await.status, 202);
    let line = format!(
        "GET {}",
        note["id"].as_str().unwrap().replace(&scene.p.origin, "")
    );
    assert!(scene.p.seen().iter().any(|seen| seen.line == line));
    let note = q.note("quentin", "de Quentin", &[scene.alice_uri()]);
    let create = q.activity("quentin", "Create", json!({ "object": note, "to": note["to"] }));
    assert_eq!(q.post("quentin", &scene.inbox, &create).await.0, 202);
    scene.watched().await;
}

async fn documents_are_bounded(on: Database) {
    let scene = Scene::open(on).await;
    assert_eq!(
        scene
            .post("max", "max", &scene.create("max", "avant"))
            .await
            .status,
        202
    );
    let before = scene.before().await;
    let someone = |number: usize| json!(format!("{}/u/{number}", scene.p.origin));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut activity = scene.create("max", "trop");
        change(&mut activity);
        activity.to_string().into_bytes()
    };
    let mention = |number: usize| json!({ "type": "Mention", "href": someone(number), "name": "@x" });
    let tag = |number: usize| json!({ "type": "Hashtag", "name": format!("#t{number}") });
    let list = |count: usize, one: &dyn Fn(usize) -> Value| Value::Array((0..count).map(one).collect());
    let deep =
        |open: &str, count: usize| format!("{{\"type\":\"Create\",\"x\":{}", open.repeat(count)).into_bytes();
    let refused = [
        ("100,000 recipients", with(&|a| a["to"] = list(100_000, &someone))),
        ("20,000 recipients", with(&|a| a["to"] = list(20_000, &someone))),
        (
            "2,000 recipients of the note",
            with(&|a| a["object"]["cc"] = list(2_000, &someone)),
        ),
        (
            "100,000 mentions",
            with(&|a| a["object"]["tag"] = list(100_000, &mention)),
        ),
        (
            "5,000 mentions",
            with(&|a| a["object"]["tag"] = list(5_000, &mention)),
        ),
        (
            "10,000 hashtags",
            with(&|a| a["object"]["tag"] = list(10_000, &tag)),
        ),
        (
            "100,000 hashtags",
            with(&|a| a["object"]["tag"] = list(100_000, &tag)),
        ),
        (
            "100,000 attachments",
            with(&|a| a["object"]["attachment"] = list(100_000, &|number| json!({ "url": someone(number) }))),
        ),
        (
            "100,000 options",
            with(&|a| {
                a["object"]["type"] = json!("Question");
                a["object"]["anyOf"] = list(
                    100_000,
                    &|number| json!({ "type": "Note", "name": format!("{number}") }),
                );
            }),
        ),
        (
            "10 MB of a name",
            with(&|a| a["object"]["name"] = json!("n".repeat(10 << 20))),
        ),
        (
            "10 MB of an actor's name",
            with(&|a| {
                a["type"] = json!("Update");
                a["object"] = scene.p.document("/users/max");
                a["object"]["name"] = json!("n".repeat(10 << 20));
            }),
        ),
        (
            "a long content",
            with(&|a| a["object"]["content"] = json!("a".repeat(900_000))),
        ),
        (
            "10 MB of content",
            with(&|a| a["object"]["content"] = json!("a".repeat(10 << 20))),
        ),
        (
            "100,000 numbers",
            with(&|a| a["x"] = list(100_000, &|number| json!(number))),
        ),
        ("deep lists", deep("[", 500_000)),
        ("deep objects", deep("{\"x\":", 100_000)),
        (
            "40 levels, closed",
            format!(
                "{{\"type\":\"Create\",\"x\":{}{}}}",
                "[".repeat(40),
                "]".repeat(40)
            )
            .into_bytes(),
        ),
        ("a list", b"[]".to_vec()),
        ("a number", b"1e999999".to_vec()),
        ("nothing", Vec::new()),
        ("not UTF-8", vec![0xff; 100]),
        (
            "a long id",
            with(&|a| a["id"] = json!(format!("{}/{}", scene.p.origin, "a".repeat(10_000)))),
        ),
    ];
    let mut taken = Vec::new();
    for (what, body) in refused {
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        if ![400, 403, 413].contains(&said.status) {
            taken.push(format!("{what}: {} {}", said.status, said.text));
        }
    }
    scene.close(&before).await;

    // Cut: attachments, options, names.
    let attachment = |number: usize| json!({ "type": "Document", "mediaType": "image/png", "url": format!("{}/f/{number}", scene.u.origin) });
    let option = |number: usize| json!({ "type": "Note", "name": format!("option {number}") });
    for (what, body) in [
        (
            "attachments",
            with(&|a| {
                a["object"]["content"] = json!("avec fichiers");
                a["object"]["attachment"] = list(5_000, &attachment);
            }),
        ),
        (
            "options",
            with(&|a| {
                a["object"]["content"] = json!("avec options");
                a["object"]["type"] = json!("Question");
                a["object"]["oneOf"] = list(10_000, &option);
            }),
        ),
    ] {
        let headers = scene.p.sign("max", &Method::POST, &scene.inbox, &body);
        let said = scene.send(what, Method::POST, &scene.inbox, headers, body).await;
        assert!(
            [202, 400, 403].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.p.put_person("long");
    let mut actor = scene.p.document("/users/long");
    actor["name"] = json!("n".repeat(300_000));
    actor["summary"] = json!("s".repeat(300_000));
    actor["attachment"] = list(
        2_000,
        &|number| json!({ "type": "PropertyValue", "name": format!("f{number}"), "value": "v" }),
    );
    scene.p.serve_document("/users/long", actor);
    let said = scene
        .post("a long name", "long", &scene.create("long", "au long nom"))
        .await;
    assert!(
        [202, 400, 403].contains(&said.status),
        "{} {}",
        said.status,
        said.text
    );
    let seen = eventually("what came", || async {
        let seen = scene.seen_by_alice().await;
        (said.status != 202 || seen.contains("au long nom")).then_some(seen)
    })
    .await;
    assert!(!seen.contains(&"n".repeat(201)) && !seen.contains(&"s".repeat(20_001)));
    assert!(
        !seen.contains("option 25") && seen.len() < 1 << 20,
        "{}",
        seen.len()
    );
    scene.watched().await;
    assert!(taken.is_empty(), "{taken:?}");
}
