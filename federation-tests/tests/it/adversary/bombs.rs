//! Compressed bodies: the node decodes none, whether it is sent one or is answered with one.

use super::Scene;
use super::forge::put;
use axum::body::Bytes;
use federation_tests::Database;
use federation_tests::mock::Reply;
use http::{HeaderMap, Method};
use serde_json::json;
use std::time::{Duration, Instant};

crate::on_both!(nothing_compressed_is_decoded);

/// A gzip file of `blocks` times 258 zeros, and one more: 13 bits for each (RFC 1951, section 3.2.6).
fn bomb(blocks: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    let mut code = |value: u16, length: u32| bits.extend((0..length).rev().map(|bit| value >> bit & 1 == 1));
    // The literal 0; then: 258 bytes from one byte back.
    code(0b0011_0000, 8);
    for _ in 0..blocks {
        code(0b1100_0101, 8);
        code(0, 5);
    }
    code(0, 7);
    let deflated = bits.chunks(8).map(|bits| {
        let bits = bits.iter().enumerate();
        bits.fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at)
    });
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    file.extend(deflated);
    file.extend([0; 4]);
    file.extend(u32::try_from(blocks * 258 + 1).unwrap().to_le_bytes());
    file
}

async fn nothing_compressed_is_decoded(on: Database) {
    let scene = Scene::open(on).await;
    let said = scene.post("honest", "max", &scene.create("max", "avant")).await;
    assert_eq!(said.status, 202, "{}", said.text);
    let before = scene.before().await;
    // 160 MiB in a megabyte; and one within the other.
    let large = bomb(620_000);
    assert!(large.len() < 1 << 20, "{}", large.len());
    for encoding in [
        "gzip",
        "x-gzip",
        "deflate",
        "br",
        "zstd",
        "gzip, gzip",
        "identity, gzip",
        "compress",
    ] {
        let start = Instant::now();
        let mut headers = scene.p.sign("max", &Method::POST, &scene.inbox, &large);
        put(&mut headers, "content-encoding", encoding);
        let said = scene
            .send(encoding, Method::POST, &scene.inbox, headers, large.clone())
            .await;
        assert!(
            [400, 413, 415].contains(&said.status),
            "{encoding}: {} {}",
            said.status,
            said.text
        );
        let mut headers = HeaderMap::new();
        put(&mut headers, "content-encoding", encoding);
        put(&mut headers, "content-type", "application/json");
        put(
            &mut headers,
            "authorization",
            &format!("Bearer {}", scene.alice.token()),
        );
        let url = scene.node.url("/api/v1/statuses");
        let said = scene
            .send(encoding, Method::POST, &url, headers, large.clone())
            .await;
        assert!(
            [400, 413, 415, 422].contains(&said.status),
            "{encoding}: {} {}",
            said.status,
            said.text
        );
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{encoding}: {:?}",
            start.elapsed()
        );
    }
    // A whole activity, compressed: not read either, so that a digest of other bytes proves nothing.
    let mut headers = scene.p.sign("max", &Method::POST, &scene.inbox, &bomb(10));
    put(&mut headers, "content-encoding", "gzip");
    let said = scene
        .send("small", Method::POST, &scene.inbox, headers, bomb(10))
        .await;
    assert_eq!(said.status, 400, "{}", said.text);

    // And what a peer answers.
    for (number, encoding) in ["gzip", "br", "deflate"].into_iter().enumerate() {
        let name = format!("bomb{number}");
        scene.p.put_person(&name);
        let reply = Reply::Bytes(
            "application/activity+json",
            vec![("content-encoding", encoding)],
            Bytes::from(bomb(620_000)),
        );
        scene.p.serve_reply(&format!("/users/{name}"), reply.clone());
        let said = scene
            .post(encoding, &name, &scene.create(&name, "d'une bombe"))
            .await;
        assert!(
            [400, 401, 403, 503].contains(&said.status),
            "{encoding}: {} {}",
            said.status,
            said.text
        );
        let path = format!("/notes/{name}");
        scene.p.serve_reply(&path, reply);
        let object = format!("{}{path}", scene.p.origin);
        let announce = scene.p.activity(
            "max",
            "Announce",
            json!({ "object": object, "to": [scene.alice_uri()] }),
        );
        let said = scene.post(encoding, "max", &announce).await;
        assert!(
            [202, 400, 403, 503].contains(&said.status),
            "{encoding}: {} {}",
            said.status,
            said.text
        );
    }
    // What is asked for is asked for as it is.
    let asked = scene.p.seen();
    let asked: Vec<_> = asked
        .iter()
        .filter(|seen| seen.headers.contains_key("accept-encoding"))
        .collect();
    assert!(asked.is_empty(), "{asked:?}");
    scene.close(&before).await;
}
