//! A colleague's client shows the post at once: WebSocket and server-sent events.

use federation_tests::{Database, Node};
use futures_util::StreamExt as _;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

crate::on_both!(a_post_reaches_open_streams, streams_close_with_their_token);

const PATIENCE: Duration = Duration::from_secs(5);

async fn a_post_reaches_open_streams(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;

    let url = format!(
        "ws://{}/api/v1/streaming?stream=user&access_token={}",
        paris.authority,
        bob.token()
    );
    let (mut socket, _) = connect_async(url).await.expect("no WebSocket");
    let mut events = reqwest::Client::new()
        .get(paris.url("/api/v1/streaming/user"))
        .bearer_auth(bob.token())
        .send()
        .await
        .expect("no stream")
        .bytes_stream();
    alice.publish("Tout de suite", "public").await;

    let update = timeout(PATIENCE, async {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let event: Value = serde_json::from_str(&text).expect("no JSON");
            if event["event"] == "update" {
                return serde_json::from_str::<Value>(event["payload"].as_str().expect("no payload"))
                    .expect("no JSON");
            }
        }
        panic!("the WebSocket ended");
    });
    let update = update.await.expect("no update within 5 s");
    assert!(
        update["content"]
            .as_str()
            .expect("no content")
            .contains("Tout de suite")
    );

    let mut text = String::new();
    let found = timeout(PATIENCE, async {
        while let Some(Ok(bytes)) = events.next().await {
            text.push_str(&String::from_utf8_lossy(&bytes));
            if text.contains("event: update") && text.contains("Tout de suite") {
                return true;
            }
        }
        false
    });
    assert!(found.await.expect("no event within 5 s"));
}

async fn streams_close_with_their_token(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let url = format!(
        "ws://{}/api/v1/streaming?stream=user&access_token=wrong",
        node.authority
    );
    assert!(connect_async(url).await.is_err());
    let url = format!(
        "ws://{}/api/v1/streaming?access_token={}",
        node.authority,
        alice.token()
    );
    let (mut socket, _) = connect_async(url).await.expect("no WebSocket");
    node.command(&["person", "disable", "--username", "alice"]).await;
    let closed = timeout(PATIENCE, async {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                break;
            }
        }
    });
    closed.await.expect("still open after 5 s");
}
