//! Attachments: uploading, describing, posting, editing, opening, deleting.

use super::stage::{Answer, Person, Stage, request};
use chrono::TimeDelta;
use entrenous_files::samples::{self, Film};
use http_body_util::BodyExt as _;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::io::Cursor;

pub(crate) fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::from(RgbImage::from_pixel(width, height, Rgb([shade, 120, 200])))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

/// A JPEG that tells where it was taken.
fn photo() -> Vec<u8> {
    let mut plain = Vec::new();
    DynamicImage::from(RgbImage::from_pixel(800, 400, Rgb([200, 90, 10])))
        .write_with_encoder(JpegEncoder::new_with_quality(&mut plain, 90))
        .unwrap();
    let exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS 48.8584N SecretCamera";
    let mut bytes = plain[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xe1]);
    bytes.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend_from_slice(exif);
    bytes.extend_from_slice(&plain[2..]);
    bytes
}

async fn send(
    stage: &Stage,
    person: &Person,
    method: &str,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x.exe\"\r\nContent-Type: text/html\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let request = request(person, method, path).header("content-type", "multipart/form-data; boundary=XX");
    stage.send(request.body(body.into()).unwrap()).await
}

async fn upload(stage: &Stage, person: &Person, bytes: &[u8]) -> Value {
    send(stage, person, "POST", "/api/v2/media", &[], &[("file", bytes)])
        .await
        .ok()
}

fn path_of(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.strip_prefix("https://here.example").unwrap().to_owned()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

#[tokio::test]
async fn a_picture_is_uploaded_described_and_posted() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let fields = [("description", "A red wall"), ("focus", "0.5,-2")];
    let file = send(
        &stage,
        &ada,
        "POST",
        "/api/v2/media",
        &fields,
        &[("file", &photo())],
    )
    .await
    .ok();
    assert_eq!(
        (
            &file["type"],
            &file["description"],
            &file["remote_url"],
            &file["text_url"]
        ),
        (&json!("image"), &json!("A red wall"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        file["meta"],
        json!({
            // Turned as the camera was held.
            "original": { "width": 400, "height": 800, "size": "400x800", "aspect": 0.5 },
            "small": { "width": 320, "height": 640, "size": "320x640", "aspect": 0.5 },
            "focus": { "x": 0.5, "y": -1.0 },
            "bytes": file["meta"]["bytes"],
        })
    );
    assert_eq!(file["blurhash"].as_str().unwrap().len(), 28);
    for url in ["url", "preview_url"] {
        let shown = stage.get(&bob, &path_of(&file[url])).await;
        assert_eq!(shown.headers["content-type"], "image/jpeg");
        assert_eq!(
            shown.headers["content-security-policy"],
            "sandbox; default-src 'none'"
        );
        assert!(
            !holds(&shown.bytes, b"SecretCamera") && !holds(&shown.bytes, b"GPS"),
            "{url}"
        );
        image::load_from_memory(&shown.bytes).unwrap();
    }
    // The capability of the small picture opens the small picture and nothing else.
    assert_ne!(file["url"], file["preview_url"]);

    let id = file["id"].as_str().unwrap();
    let one = format!("/api/v1/media/{id}");
    assert_eq!(stage.get(&ada, &one).await.ok()["id"], file["id"]);
    stage.get(&bob, &one).await.refused(404);
    stage
        .json(&bob, "PUT", &one, json!({ "description": "mine" }))
        .await
        .refused(404);
    stage.delete(&bob, &one).await.refused(404);
    let long = "x".repeat(1_501);
    stage
        .json(&ada, "PUT", &one, json!({ "description": long }))
        .await
        .refused(422);
    stage
        .json(&ada, "PUT", &one, json!({ "focus": "a,b" }))
        .await
        .refused(422);
    let v2 = format!("/api/v2/media/{id}");
    let described = stage
        .json(&ada, "PUT", &v2, json!({ "description": "A wall" }))
        .await
        .ok();
    assert_eq!(described["description"], "A wall");
    assert_eq!(described["meta"]["focus"], json!({ "x": 0.5, "y": -1.0 }));

    // Someone else's, and none at all: the same answer.
    for wrong in [
        json!({ "media_ids": [id], "status": "x" }),
        json!({ "media_ids": ["1"], "status": "x" }),
    ] {
        stage
            .json(&bob, "POST", "/api/v1/statuses", wrong)
            .await
            .refused(422);
    }
    stage
        .json(
            &ada,
            "POST",
            "/api/v1/statuses",
            json!({ "status": "", "media_ids": [id, id] }),
        )
        .await
        .refused(422);
    let post = stage
        .json(
            &ada,
            "POST",
            "/api/v1/statuses",
            json!({ "status": "", "media_ids": [id] }),
        )
        .await
        .ok();
    assert_eq!(post["media_attachments"], json!([described]));
    assert_eq!(post["content"], "");
    // In a post it is in no other, and cannot be removed alone.
    stage
        .json(
            &ada,
            "POST",
            "/api/v1/statuses",
            json!({ "status": "x", "media_ids": [id] }),
        )
        .await
        .refused(422);
    stage.delete(&ada, &one).await.refused(422);
    let seen = stage
        .get(
            &bob,
            &format!("/api/v1/statuses/{}", post["id"].as_str().unwrap()),
        )
        .await
        .ok();
    assert_eq!(seen["media_attachments"], post["media_attachments"]);
    // Described once more, everyone sees it.
    stage
        .json(&ada, "PUT", &one, json!({ "description": "Brick" }))
        .await
        .ok();
    let seen = stage
        .get(
            &bob,
            &format!("/api/v1/statuses/{}", post["id"].as_str().unwrap()),
        )
        .await
        .ok();
    assert_eq!(seen["media_attachments"][0]["description"], "Brick");
}

#[tokio::test]
async fn hostile_and_wrong_files_are_refused() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let mut bomb = png(1, 1, 0);
    bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
    let fast = Film {
        rate: 1_000,
        ..Film::default()
    };
    for (bytes, text) in [
        (b"<svg onload='x()'/>".as_slice(), "web pages, SVG"),
        (b"<!DOCTYPE html><script>x()</script>", "web pages, SVG"),
        (b"MZ\x90\0\x03\0", "cannot be attached"),
        (b"\x89PNG\r\n\x1a\nnot really", "cannot be read"),
        (b"PK\x03\x04just a zip", "cannot be attached"),
        (b"\0\0\0\x20ftypheic", "HEIC"),
        (b"", "empty"),
        (b"\0\0\0\x20ftypisom0123456789", "cannot be read"),
        (b"ID3\x03\0\0\0\0\0\0<script>x()</script>", "cannot be read"),
        (&samples::mp4(&fast), "too fast"),
        (&bomb, "the picture"),
    ] {
        let said = send(&stage, &ada, "POST", "/api/v2/media", &[], &[("file", bytes)]).await;
        let said = said.refused(422);
        assert!(said.contains(text), "{said}");
    }
    // The limit of the node is 8 MiB.
    let large = vec![b'a'; (8 << 20) + 1];
    send(&stage, &ada, "POST", "/api/v2/media", &[], &[("file", &large)])
        .await
        .refused(413);
    let nothing = send(&stage, &ada, "POST", "/api/v2/media", &[("file", "text")], &[]).await;
    nothing.refused(422);
    // A picture that is a page as well is a picture only.
    let mut both = png(9, 9, 1);
    both.extend_from_slice(b"<script>alert(1)</script>");
    let file = upload(&stage, &ada, &both).await;
    let shown = stage.get(&ada, &path_of(&file["url"])).await;
    assert!(!holds(&shown.bytes, b"<script>"));
}

#[tokio::test]
async fn documents_and_films_are_data() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let pdf = upload(&stage, &ada, b"%PDF-1.7 some pages").await;
    assert_eq!(
        (&pdf["type"], &pdf["mime_type"], &pdf["preview_url"]),
        (&json!("unknown"), &json!("application/pdf"), &Value::Null)
    );
    let shown = stage.get(&ada, &path_of(&pdf["url"])).await;
    assert_eq!(
        shown.headers["content-disposition"],
        "attachment; filename=\"file.pdf\""
    );
    assert_eq!(shown.headers["x-content-type-options"], "nosniff");
    assert_eq!(shown.bytes, b"%PDF-1.7 some pages");

    let film = send(
        &stage,
        &ada,
        "POST",
        "/api/v1/media",
        &[],
        &[
            ("file", &samples::mp4(&Film::default())),
            ("thumbnail", &png(900, 90, 3)),
        ],
    )
    .await
    .ok();
    assert_eq!(film["type"], "video");
    assert_eq!(film["meta"]["small"]["size"], "640x64");
    let path = path_of(&film["url"]);
    let part = |range: &'static str| {
        let request = request(&ada, "GET", &path).header("range", range);
        stage.send(request.body("".into()).unwrap())
    };
    let some = part("bytes=4-7").await;
    assert_eq!(
        (some.status.as_u16(), some.bytes.as_slice()),
        (206, b"ftyp".as_slice())
    );
    let size = samples::mp4(&Film::default()).len();
    assert_eq!(some.headers["content-range"], format!("bytes 4-7/{size}"));
    let end = part("bytes=-3").await;
    assert_eq!(
        (end.status.as_u16(), end.bytes.as_slice()),
        (206, b"see".as_slice())
    );
    let beyond = part("bytes=1000000-").await;
    assert_eq!(beyond.status.as_u16(), 416);
    assert_eq!(beyond.headers["content-range"], format!("bytes */{size}"));
    assert!(beyond.bytes.is_empty());
    // Several ranges are answered with all of it, as is a part of what the asker has another version of.
    let several = part("bytes=0-1,4-5").await;
    assert_eq!((several.status.as_u16(), several.bytes.len()), (200, size));
    for (tag, status) in [(some.headers["etag"].to_str().unwrap(), 206), ("\"other\"", 200)] {
        let request = request(&ada, "GET", &path)
            .header("range", "bytes=4-7")
            .header("if-range", tag);
        let said = stage.send(request.body("".into()).unwrap()).await;
        assert_eq!(said.status.as_u16(), status, "{tag}");
    }
    let said = stage
        .send(
            request(&ada, "HEAD", &path)
                .header("range", "bytes=4-7")
                .body("".into())
                .unwrap(),
        )
        .await;
    assert_eq!((said.status.as_u16(), said.bytes.len()), (200, 0));
    assert_eq!(said.headers["content-length"], size.to_string());
    assert_eq!(said.headers["accept-ranges"], "bytes");
    for wrong in [format!("{path}x"), path.replace("/media/", "/media/1")] {
        stage.get(&ada, &wrong).await.refused(404);
    }
    let text = upload(&stage, &ada, "Grüße".as_bytes()).await;
    let shown = stage.get(&ada, &path_of(&text["url"])).await;
    assert_eq!(shown.headers["content-type"], "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_large_file_is_sent_in_pieces() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let text: String = (0..60_000).map(|number| format!("{number} ")).collect();
    let bytes = text.into_bytes();
    let (size, piece) = (bytes.len(), 64 * 1024);
    assert!(size > 4 * piece);
    let path = path_of(&upload(&stage, &ada, &bytes).await["url"]);
    let whole = stage.get(&ada, &path).await;
    assert_eq!(whole.headers["content-length"], size.to_string());
    assert!(whole.bytes == bytes);
    // Inside a piece, over the edges of several, all of it, its last byte.
    for (first, last) in [
        (10, 20),
        (piece - 1, piece),
        (piece, 2 * piece - 1),
        (piece - 3, 3 * piece + 3),
        (0, size - 1),
        (size - 1, size - 1),
    ] {
        let asked = request(&ada, "GET", &path).header("range", format!("bytes={first}-{last}"));
        let said = stage.send(asked.body("".into()).unwrap()).await;
        assert_eq!(said.status.as_u16(), 206, "{first}-{last}");
        assert_eq!(
            said.headers["content-range"],
            format!("bytes {first}-{last}/{size}")
        );
        assert_eq!(said.headers["content-length"], (last - first + 1).to_string());
        assert!(said.bytes == bytes[first..=last], "{first}-{last}");
    }
    let asked = request(&ada, "GET", &path).header("range", format!("bytes={size}-"));
    let said = stage.send(asked.body("".into()).unwrap()).await;
    assert_eq!((said.status.as_u16(), said.bytes.len()), (416, 0));
    let known = request(&ada, "GET", &path).header("if-none-match", &whole.headers["etag"]);
    let said = stage.send(known.body("".into()).unwrap()).await;
    assert_eq!((said.status.as_u16(), said.bytes.len()), (304, 0));

    // A reader who stops half way leaves nothing open.
    let hash = whole.headers["etag"]
        .to_str()
        .unwrap()
        .trim_matches('"')
        .to_owned();
    let mut body = stage.body(&ada, &path).await;
    assert_eq!(stage.open(&hash), 1);
    for at in 0..2 {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(frame == bytes[at * piece..(at + 1) * piece]);
    }
    drop(body);
    assert_eq!(stage.open(&hash), 0);
    // Who reads loses nothing when the file is removed.
    let mut body = stage.body(&ada, &path).await;
    stage.ctx().files().remove(&hash).await.unwrap();
    let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(frame == bytes[..piece]);
    assert!(body.frame().await.is_some());
    stage.get(&ada, &path).await.refused(404);
}

#[tokio::test]
async fn films_and_sounds_say_what_they_are() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let bytes = samples::mp4(&Film::default());
    let film = upload(&stage, &ada, &bytes).await;
    assert_eq!(
        (&film["type"], &film["preview_url"], &film["blurhash"]),
        (&json!("video"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        film["meta"],
        json!({
            "length": "0:00:02.00", "duration": 2.0, "fps": 30, "size": "640x360", "width": 640, "height": 360,
            "aspect": 640.0 / 360.0,
            "original": {
                "width": 640, "height": 360, "size": "640x360", "aspect": 640.0 / 360.0, "frame_rate": "30/1",
                "duration": 2.0, "bitrate": bytes.len() * 4,
            },
            "bytes": bytes.len(),
        })
    );
    // The cover of a record stands for it, until its owner says otherwise.
    let cover = png(300, 300, 7);
    let song = upload(&stage, &ada, &samples::mp3(100, Some(&cover))).await;
    assert_eq!(
        (&song["type"], &song["mime_type"]),
        (&json!("audio"), &json!("audio/mpeg"))
    );
    assert_eq!(
        (&song["meta"]["length"], &song["meta"]["original"]["duration"]),
        (&json!("0:00:02.61"), &json!(2.612))
    );
    assert_eq!(song["meta"]["width"], Value::Null);
    assert_eq!(song["blurhash"].as_str().unwrap().len(), 28);
    let old = path_of(&song["preview_url"]);
    let shown = stage.get(&ada, &old).await;
    assert_eq!(image::load_from_memory(&shown.bytes).unwrap().width(), 300);
    let path = format!("/api/v1/media/{}", song["id"].as_str().unwrap());
    let new = send(
        &stage,
        &ada,
        "PUT",
        &path,
        &[],
        &[("thumbnail", &png(200, 100, 9))],
    )
    .await
    .ok();
    assert_eq!(new["meta"]["small"]["size"], "200x100");
    // The old one is gone, with its bytes.
    stage.get(&ada, &old).await.refused(404);
    let etag = shown.headers["etag"].to_str().unwrap().trim_matches('"');
    assert!(stage.ctx().files().open(etag).await.unwrap().is_none());
    // What is told to clients is what is held.
    let limits = stage.get(&ada, "/api/v2/instance").await.ok();
    let limits = &limits["configuration"]["media_attachments"];
    assert_eq!(
        (&limits["video_frame_rate_limit"], &limits["video_size_limit"]),
        (&json!(240), &limits["image_size_limit"])
    );
    for name in [
        "video/quicktime",
        "audio/webm",
        "audio/x-m4a",
        "audio/aac",
        "audio/x-wav",
        "application/pdf",
    ] {
        assert!(
            limits["supported_mime_types"]
                .as_array()
                .unwrap()
                .contains(&json!(name)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn files_are_edited_and_a_deleted_post_is_redrafted() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let mut ids = Vec::new();
    for shade in 0..5 {
        let file = upload(&stage, &ada, &png(40, 20, shade * 40)).await;
        ids.push(file["id"].as_str().unwrap().to_owned());
    }
    let too_many = json!({ "status": "x", "media_ids": ids });
    stage
        .json(&ada, "POST", "/api/v1/statuses", too_many)
        .await
        .refused(422);
    let new = json!({ "status": "three", "media_ids": ids[..3] });
    let post = stage.json(&ada, "POST", "/api/v1/statuses", new).await.ok();
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let old_url = path_of(&post["media_attachments"][0]["url"]);
    let shown = |status: &Value| -> Vec<String> {
        let files = status["media_attachments"].as_array().unwrap();
        files
            .iter()
            .map(|file| file["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(shown(&post), ids[..3]);
    let a_moment = || stage.clock.advance(TimeDelta::seconds(1));
    a_moment();
    // Text alone: the files stay.
    let edited = stage
        .json(&ada, "PUT", &path, json!({ "status": "still three" }))
        .await
        .ok();
    assert_eq!(shown(&edited), ids[..3]);
    a_moment();
    // In another order, one gone, one come, one described.
    let change = json!({
        "status": "others", "media_ids": [ids[3], ids[1]],
        "media_attributes": [{ "id": ids[1], "description": "the second", "focus": "0.1,0.2" }],
    });
    let edited = stage.json(&ada, "PUT", &path, change).await.ok();
    assert_eq!(shown(&edited), [ids[3].clone(), ids[1].clone()]);
    assert_eq!(edited["media_attachments"][1]["description"], "the second");
    assert!(!edited["edited_at"].is_null());
    stage.get(&bob, &old_url).await.refused(404);
    a_moment();
    // A description alone is an edit too.
    let change =
        json!({ "status": "others", "media_attributes": [{ "id": ids[3], "description": "the fourth" }] });
    let edited = stage.json(&ada, "PUT", &path, change).await.ok();
    assert_eq!(edited["media_attachments"][0]["description"], "the fourth");
    let history = stage.get(&bob, &format!("{path}/history")).await.ok();
    let versions: Vec<usize> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["media_attachments"].as_array().unwrap().len())
        .collect();
    // What was taken out is not shown of old versions either.
    assert_eq!(versions, [1, 1, 2, 2]);
    assert_eq!(history[2]["media_attachments"][0]["description"], Value::Null);
    assert_eq!(history[3]["media_attachments"][0]["description"], "the fourth");
    a_moment();
    // Neither text nor files is nothing.
    stage
        .json(&ada, "PUT", &path, json!({ "status": "", "media_ids": [] }))
        .await
        .refused(422);
    let still = stage.json(&ada, "PUT", &path, json!({ "status": "" })).await.ok();
    assert_eq!(shown(&still).len(), 2);

    let account = format!("/api/v1/accounts/{}/statuses", ada.id);
    let plain = stage
        .json(&ada, "POST", "/api/v1/statuses", json!({ "status": "plain" }))
        .await
        .ok();
    let media = stage.get(&bob, &format!("{account}?only_media=true")).await.ok();
    assert_eq!(media.as_array().unwrap().len(), 1);
    assert_eq!(media[0]["id"], post["id"]);
    for timeline in [
        "/api/v1/timelines/public?only_media=1",
        "/api/v1/timelines/public?only_media=1&local=1",
    ] {
        let listed = stage.get(&bob, timeline).await.ok();
        assert!(
            listed
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["id"] != plain["id"])
        );
        assert_eq!(listed.as_array().unwrap().len(), 1);
    }

    let before = path_of(&still["media_attachments"][0]["url"]);
    stage.get(&bob, &before).await;
    let gone = stage.delete(&ada, &path).await.ok();
    assert_eq!(shown(&gone), [ids[3].clone(), ids[1].clone()]);
    stage.get(&bob, &before).await.refused(404);
    // The author sees them while writing anew; others have no URL.
    let fresh = stage
        .get(&ada, &path_of(&gone["media_attachments"][0]["url"]))
        .await;
    assert_eq!(fresh.status.as_u16(), 200);
    let again = json!({ "status": "again", "media_ids": shown(&gone) });
    let again = stage.json(&ada, "POST", "/api/v1/statuses", again).await.ok();
    assert_eq!(shown(&again), shown(&gone));

    // What is in no post goes after a day, posted files stay.
    stage.clock.advance(TimeDelta::hours(25));
    let ctx = stage.ctx();
    entrenous_domain::maintenance::forget_old(ctx, TimeDelta::days(60))
        .await
        .unwrap();
    stage
        .get(&ada, &format!("/api/v1/media/{}", ids[0]))
        .await
        .refused(404);
    stage.get(&ada, &format!("/api/v1/media/{}", ids[1])).await.ok();
    // Yesterday's URL still works, that of the day before does not.
    let url = path_of(&again["media_attachments"][0]["url"]);
    assert_eq!(stage.get(&bob, &url).await.status.as_u16(), 200);
    stage.clock.advance(TimeDelta::hours(48));
    stage.get(&bob, &url).await.refused(404);
}

#[tokio::test]
async fn an_upload_is_removed() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let (one, two) = (
        upload(&stage, &ada, &png(8, 8, 1)).await,
        upload(&stage, &ada, &png(8, 8, 1)).await,
    );
    assert_ne!(one["id"], two["id"]);
    let path = |file: &Value| format!("/api/v1/media/{}", file["id"].as_str().unwrap());
    stage.delete(&ada, &path(&one)).await.ok();
    stage.get(&ada, &path(&one)).await.refused(404);
    stage.get(&ada, &path_of(&one["url"])).await.refused(404);
    // The same bytes are those of the other, and stay.
    assert_eq!(stage.get(&ada, &path_of(&two["url"])).await.status.as_u16(), 200);
}

#[tokio::test]
async fn files_and_a_poll_do_not_go_together() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let file = upload(&stage, &ada, &png(8, 8, 1)).await;
    let poll = json!({ "options": ["a", "b"], "expires_in": 600 });
    let body = json!({ "status": "x", "media_ids": [file["id"]], "poll": poll });
    let text = stage
        .json(&ada, "POST", "/api/v1/statuses", body)
        .await
        .refused(422);
    assert!(text.contains("cannot be combined"), "{text}");
    let body = json!({ "status": "x", "media_ids": [file["id"]] });
    let made = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    let path = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    let text = stage
        .json(&ada, "PUT", &path, json!({ "poll": poll }))
        .await
        .refused(422);
    assert!(text.contains("cannot be combined"), "{text}");
}
