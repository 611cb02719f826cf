//! Two real nodes, one of which was away: how fast it has everything, and whether it has all of it once and in order.

use super::post::publish;
use super::{Effort, Section};
use crate::db::Db;
use crate::figure::{Figure, Goal};
use crate::http::{Connection, request};
use crate::manifest::Actor;
use crate::node::{Place, Serving};
use crate::{Outcome, say};
use std::fs;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Posts while the other node is away.
const POSTS: usize = 100_000;
/// Their authors.
const AUTHORS: usize = 32;
/// Two nodes that have confirmed each other are connected by then.
const CONNECTED: Duration = Duration::from_secs(10);
/// Nothing arriving for so long is a failure.
const PATIENCE: Duration = Duration::from_secs(90);

/// Measures it between nodes at these places, which are made for it and removed; their databases are empty.
///
/// # Errors
/// When a node does not serve, or what was written is not there, once and in order.
pub async fn measure(here: &Place, there: &Place, effort: Effort) -> Outcome<Section> {
    for place in [here, there] {
        if place.dir.exists() {
            fs::remove_dir_all(&place.dir)?;
        }
        place.init()?;
    }
    let authors = (0..AUTHORS)
        .map(|number| {
            let username = format!("author{number}");
            let token = here.person(&username)?;
            Ok(Actor {
                id: 0,
                username,
                token,
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    let reader = there.person("reader")?;
    let (sender, receiver) = (here.serve().await?, there.serve().await?);
    let link = here.command(&["peer", "invite"])?;
    there.command(&["peer", "join", &link, "--yes"])?;
    here.command(&["peer", "confirm", &there.authority])?;
    follow_all(&receiver, &reader, &authors, &here.authority).await?;
    receiver.stop()?;

    let posts = effort.of(POSTS) / AUTHORS * AUTHORS;
    write(&sender, &authors, posts / AUTHORS).await?;
    say(&format!("  {posts} posts wait"));

    let receiver = there.serve().await?;
    // A message of the node that was away wakes the queue.
    let mut connection = Connection::open(&receiver.address).await?;
    let news = Actor {
        id: 0,
        username: "reader".to_owned(),
        token: reader,
    };
    let (mut db, before) = (Db::open(&there.database())?, receiver.cpu()?);
    connection.ask(&publish(&receiver, &news, 0, "public")).await?;
    let (took, idle) = arrive(&mut db, posts).await?;
    let cpu = receiver.cpu()?.saturating_sub(before);
    ordered(&mut db, posts).await?;
    receiver.stop()?;
    sender.stop()?;
    for place in [here, there] {
        fs::remove_dir_all(&place.dir)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let count = posts as f64;
    Ok(Section {
        title: "Catching up after an outage",
        method: format!(
            "Two nodes, connected by a real invitation, on one machine. {posts} public posts of {AUTHORS} authors, all followed by \
             someone of the other node, are written while that node is down; it starts, and says something. The rate is from the \
             first that arrives to the last, on both nodes' processors together; that each is there once, and each author's in \
             the order of writing, is read from the database of the node that was away."
        ),
        figures: vec![
            Figure::new(
                "from the first message until the first arrives",
                "ms",
                vec![idle.as_secs_f64() * 1e3],
            ),
            Figure::new("applied, in order, once", "/s", vec![count / took.as_secs_f64()])
                .goal(Goal::AtLeast(500.0)),
            Figure::new(
                "receiving node: CPU an activity",
                "µs",
                vec![cpu.as_secs_f64() * 1e6 / count],
            ),
        ],
    })
}

async fn follow_all(node: &Serving, token: &str, authors: &[Actor], authority: &str) -> Outcome {
    let mut connection = Connection::open(&node.address).await?;
    for author in authors {
        let id = find(
            &mut connection,
            node,
            token,
            &format!("@{}@{authority}", author.username),
        )
        .await?;
        let path = format!("/api/v1/accounts/{id}/follow");
        let status = connection
            .ask(&request("POST", &path, &node.host, token, Some("{}")))
            .await?;
        if status != 200 {
            return Err(format!("{status} to a follow").into());
        }
    }
    Ok(())
}

/// The id of a person of the other node. Both nodes are connected a moment after the last confirmation, and nobody tells when.
async fn find(connection: &mut Connection, node: &Serving, token: &str, handle: &str) -> Outcome<String> {
    let path = format!("/api/v1/accounts/search?resolve=true&limit=1&q={handle}");
    let begun = Instant::now();
    loop {
        let status = connection
            .ask(&request("GET", &path, &node.host, token, None))
            .await?;
        let found: serde_json::Value = serde_json::from_slice(connection.body())?;
        if let Some(id) = found.pointer("/0/id").and_then(serde_json::Value::as_str) {
            return Ok(id.to_owned());
        }
        if begun.elapsed() > CONNECTED {
            return Err(format!("{status}: {handle} was not found").into());
        }
        // Another process tells of no event.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

const ARRIVED: &str = "SELECT COUNT(*) AS number FROM posts JOIN accounts ON accounts.id = posts.account_id \
                       WHERE accounts.peer_id IS NOT NULL";

/// Waits until all are there: from the first to the last, and how long the first was waited for.
async fn arrive(db: &mut Db, posts: usize) -> Outcome<(Duration, Duration)> {
    let begun = Instant::now();
    let (mut first, mut last) = (None, (0, Instant::now()));
    loop {
        let there = usize::try_from(db.number(ARRIVED)?.unwrap_or(0))?;
        if there > 0 && first.is_none() {
            first = Some(Instant::now());
        }
        if there > last.0 {
            last = (there, Instant::now());
        }
        if there >= posts {
            let first = first.unwrap_or(begun);
            return Ok((first.elapsed(), first - begun));
        }
        if last.1.elapsed() > PATIENCE {
            return Err(format!("{there} of {posts} posts arrived").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Has each author write so many posts, one after the other: two that are written at the same moment have no order.
async fn write(sender: &Serving, authors: &[Actor], each: usize) -> Outcome {
    let mut writing = JoinSet::new();
    for author in authors {
        let mut connection = Connection::open(&sender.address).await?;
        let requests: Vec<_> = (0..each)
            .map(|number| publish(sender, author, number, "public"))
            .collect();
        writing.spawn(async move {
            for request in requests {
                match connection.ask(&request).await {
                    Ok(200) => {}
                    Ok(status) => return Err(format!("{status} to a post")),
                    Err(error) => return Err(error.to_string()),
                }
            }
            Ok(())
        });
    }
    while let Some(written) = writing.join_next().await {
        written??;
    }
    Ok(())
}

/// A post of the other node that the ledger tells of, with the place in which it was received.
const TAKEN: &str = "SELECT posts.uri, posts.account_id, first.seq FROM posts JOIN \
                     (SELECT object, MIN(seq) AS seq FROM ledger WHERE direction = 'received' AND reason IS NULL \
                     GROUP BY object) AS first ON first.object = posts.uri";

/// Each once, and each author's in the order of writing, as the ledger tells: ids of the node that wrote them grow with time,
/// and are of one length here, so that texts compare as numbers do.
async fn ordered(db: &mut Db, posts: usize) -> Outcome {
    let told = format!("SELECT COUNT(*) AS number FROM ({TAKEN}) AS taken");
    let begun = Instant::now();
    // The ledger is sealed a moment later.
    while usize::try_from(db.number(&told)?.unwrap_or(0))? < posts {
        if begun.elapsed() > PATIENCE {
            return Err(format!("the ledger tells of {:?} of {posts} posts", db.number(&told)?).into());
        }
        // Another process tells of no event.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let twice = "SELECT COUNT(*) - COUNT(DISTINCT uri) AS number FROM posts";
    let astray = format!(
        "SELECT COUNT(*) AS number FROM (SELECT uri, LAG(uri) OVER (PARTITION BY account_id ORDER BY seq) AS earlier \
         FROM ({TAKEN}) AS taken) AS pairs WHERE earlier > uri"
    );
    for (query, what) in [(twice, "twice"), (astray.as_str(), "out of order")] {
        match db.number(query)? {
            Some(0) => {}
            count => return Err(format!("{count:?} posts are there {what}").into()),
        }
    }
    Ok(())
}
