//! Custom emoji, and emoji that posts are answered with.

use super::stage::{Answer, Person, Stage, request};
use crate::fixture::ORIGIN;
use entrenous_model::Role;
use http::header;
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::io::Cursor;

const ADMIN: &str = "/api/entrenous/v1/admin/emojis";
const LIST: &str = "/api/v1/custom_emojis";

fn png(side: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(side, side, Rgb([9, 99, 199])))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for shade in [9, 99] {
        let picture = RgbaImage::from_pixel(20, 20, Rgba([shade, 9, 9, 255]));
        encoder.encode_frame(Frame::new(picture)).unwrap();
    }
    drop(encoder);
    bytes
}

/// A multipart body of texts and one picture.
async fn upload(
    stage: &Stage,
    who: &Person,
    (method, path): (&str, &str),
    texts: &[(&str, &str)],
    image: Option<&[u8]>,
) -> Answer {
    let mut body = Vec::new();
    for (name, text) in texts {
        let part = format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some(image) = image {
        let head = "--x\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(image);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let request = request(who, method, path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    stage.send(request.body(body.into()).unwrap()).await
}

async fn boss(stage: &Stage) -> Person {
    stage
        .person_with("boss", Role::Owner, "read write admin:read admin:write")
        .await
}

fn path_of(url: &Value) -> &str {
    url.as_str().unwrap().strip_prefix(ORIGIN).unwrap()
}

#[tokio::test]
async fn administrators_upload_emoji_and_people_use_them() {
    let stage = Stage::new();
    let (ada, boss) = (stage.person("ada").await, boss(&stage).await);
    assert_eq!(stage.get(&boss, ADMIN).await.ok(), json!([]));
    assert_eq!(stage.get(&ada, LIST).await.ok(), json!([]));
    stage.get(&ada, ADMIN).await.refused(403);
    let add = async |texts: &[(&str, &str)], image: Option<&[u8]>| {
        upload(&stage, &boss, ("POST", ADMIN), texts, image).await
    };
    let picture = png(300);
    for (texts, image, why) in [
        (vec![("shortcode", "blob")], None, "picture"),
        (vec![], Some(picture.as_slice()), "shortcode"),
        (vec![("shortcode", "<b>")], Some(picture.as_slice()), "shortcode"),
        (
            vec![("shortcode", "blob")],
            Some(b"<svg onload='alert(1)'/>".as_slice()),
            "PNG",
        ),
        (
            vec![("shortcode", "blob")],
            Some(&[0_u8; 300 * 1024][..]),
            "256 KiB",
        ),
    ] {
        let refused = add(&texts, image).await.refused(422);
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(stage.get(&boss, ADMIN).await.ok(), json!([]));
    let blob = add(&[("shortcode", "blob"), ("category", "Fun")], Some(&picture))
        .await
        .ok();
    let party = add(
        &[("shortcode", "party"), ("visible_in_picker", "false")],
        Some(&gif()),
    )
    .await
    .ok();
    add(&[("shortcode", "blob")], Some(&picture)).await.refused(422);
    assert_eq!(blob["url"], blob["static_url"]);
    let still = stage.get(&ada, path_of(&party["static_url"])).await;
    let moving = stage.get(&ada, path_of(&party["url"])).await;
    assert_eq!(moving.headers[header::CONTENT_TYPE], "image/gif");
    assert_eq!(still.headers[header::CONTENT_TYPE], "image/png");
    let small = stage.get(&ada, path_of(&blob["url"])).await;
    assert_eq!(image::load_from_memory(&small.bytes).unwrap().width(), 128);

    let listed = stage.get(&ada, LIST).await.ok();
    let codes: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["shortcode"])
        .collect();
    assert_eq!(codes, ["party", "blob"]);
    assert_eq!(
        (&listed[1]["category"], &listed[0]["visible_in_picker"]),
        (&json!("Fun"), &json!(false))
    );
    assert!(listed[0]["category"].is_null());

    // In texts, names, warnings, polls; only what is used.
    let name = json!({ "display_name": "Ada :party:", "note": "I am :blob:" });
    let me = stage
        .json(&ada, "PATCH", "/api/v1/accounts/update_credentials", name)
        .await
        .ok();
    let used = |of: &Value| -> Vec<String> {
        of.as_array()
            .unwrap()
            .iter()
            .map(|one| one["shortcode"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(used(&me["emojis"]), ["party", "blob"]);
    let body = json!({
        "status": "Hi :blob: :none: <script>:x:</script>", "spoiler_text": ":party:",
        "poll": { "options": [":party: yes", "no"], "expires_in": 3_600 }
    });
    let status = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    assert_eq!(used(&status["emojis"]), ["blob", "party"]);
    assert_eq!(used(&status["poll"]["emojis"]), ["party"]);
    assert_eq!(used(&status["account"]["emojis"]), ["party", "blob"]);
    let tell = json!({ "text": "Cake :blob:" });
    stage
        .json(&boss, "POST", "/api/entrenous/v1/admin/announcements", tell)
        .await
        .ok();
    let told = stage.get(&ada, "/api/v1/announcements").await.ok();
    assert_eq!(used(&told[0]["emojis"]), ["blob"]);

    // Changed: seen at once, wherever it was shown.
    let id = blob["id"].as_str().unwrap();
    let path = format!("{ADMIN}/{id}");
    let changed = stage
        .json(&boss, "PATCH", &path, json!({ "category": "", "disabled": true }))
        .await
        .ok();
    assert_eq!(
        (&changed["category"], &changed["disabled"]),
        (&json!(""), &json!(true))
    );
    let post = format!("/api/v1/statuses/{}", status["id"].as_str().unwrap());
    assert_eq!(used(&stage.get(&ada, &post).await.ok()["emojis"]), ["party"]);
    assert_eq!(used(&stage.get(&ada, LIST).await.ok()), ["party"]);
    stage
        .json(&boss, "PATCH", &path, json!({ "disabled": false }))
        .await
        .ok();
    assert_eq!(
        used(&stage.get(&ada, &post).await.ok()["emojis"]),
        ["blob", "party"]
    );
    let replaced = upload(&stage, &boss, ("PATCH", &path), &[], Some(&gif()))
        .await
        .ok();
    assert_ne!(replaced["url"], replaced["static_url"]);
    stage.delete(&boss, &path).await.ok();
    stage.delete(&boss, &path).await.refused(404);
    assert_eq!(used(&stage.get(&ada, &post).await.ok()["emojis"]), ["party"]);
    stage
        .json(&boss, "PATCH", &format!("{ADMIN}/17"), json!({}))
        .await
        .refused(404);
}

#[tokio::test]
async fn announcements_are_answered_with_custom_emoji() {
    let stage = Stage::new();
    let (ada, bob, boss) = (
        stage.person("ada").await,
        stage.person("bob").await,
        boss(&stage).await,
    );
    let blob = upload(
        &stage,
        &boss,
        ("POST", ADMIN),
        &[("shortcode", "blob")],
        Some(&gif()),
    )
    .await
    .ok();
    let told = stage
        .json(
            &boss,
            "POST",
            "/api/entrenous/v1/admin/announcements",
            json!({ "text": "Cake" }),
        )
        .await
        .ok();
    let path = format!("/api/v1/announcements/{}/reactions", told["id"].as_str().unwrap());
    let answer = async |who: &Person, method: &str, emoji: &str| {
        let path = format!("{path}/{}", in_path(emoji));
        stage.json(who, method, &path, json!({})).await
    };
    let reactions = async || stage.get(&ada, "/api/v1/announcements").await.ok()[0]["reactions"].clone();
    for (who, name) in [(&ada, "blob"), (&ada, ":blob:"), (&bob, ":blob:")] {
        answer(who, "PUT", name).await.ok();
    }
    for name in ["none", ":none:", "BLOB", "blob@there.example", "::", " blob"] {
        answer(&ada, "PUT", name).await.refused(422);
    }
    let shown = reactions().await;
    assert_eq!(
        shown,
        json!([{
            "name": "blob", "count": 2, "me": true,
            "url": blob["url"], "static_url": blob["static_url"],
        }])
    );
    assert_ne!(shown[0]["url"], shown[0]["static_url"]);

    // One that is not to be used any more, or is gone: they stay by its name, and may be taken back.
    let emoji = format!("{ADMIN}/{}", blob["id"].as_str().unwrap());
    stage
        .json(&boss, "PATCH", &emoji, json!({ "disabled": true }))
        .await
        .ok();
    answer(&boss, "PUT", "blob").await.refused(422);
    stage.delete(&boss, &emoji).await.ok();
    assert_eq!(
        reactions().await,
        json!([{ "name": "blob", "count": 2, "me": true }])
    );
    answer(&boss, "PUT", "blob").await.refused(422);
    answer(&ada, "DELETE", ":blob:").await.ok();
    answer(&bob, "DELETE", "blob").await.ok();
    assert_eq!(reactions().await, json!([]));
    // However it is written.
    answer(&ada, "PUT", "❤").await.ok();
    answer(&ada, "DELETE", "❤").await.ok();
    assert_eq!(reactions().await, json!([]));
}

fn in_path(emoji: &str) -> String {
    emoji.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn posts_are_answered_with_emoji() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let boss = boss(&stage).await;
    upload(
        &stage,
        &boss,
        ("POST", ADMIN),
        &[("shortcode", "blob")],
        Some(&gif()),
    )
    .await
    .ok();
    let post = stage.publish(&ada, "Hello", "public").await;
    let base = format!("/api/v1/pleroma/statuses/{post}/reactions");
    let answer = async |who: &Person, method: &str, emoji: &str| {
        let path = format!("{base}/{}", in_path(emoji));
        stage.json(who, method, &path, json!({})).await
    };
    assert_eq!(stage.get(&ada, &base).await.ok(), json!([]));
    answer(&bob, "PUT", "🎉").await.ok();
    answer(&ada, "PUT", "🎉").await.ok();
    let status = answer(&bob, "PUT", ":blob:").await.ok();
    let reactions = &status["pleroma"]["emoji_reactions"];
    assert_eq!(reactions, &status["reactions"]);
    assert_eq!(
        reactions[0],
        json!({ "name": "🎉", "count": 2, "me": true, "url": null, "static_url": null,
            "account_ids": [bob.id.to_string(), ada.id.to_string()] })
    );
    assert_eq!(
        (&reactions[1]["name"], &reactions[1]["me"]),
        (&json!("blob"), &json!(true))
    );
    assert_ne!(reactions[1]["url"], reactions[1]["static_url"]);
    let seen = stage.get(&ada, &format!("/api/v1/statuses/{post}")).await.ok();
    assert_eq!(seen["pleroma"]["emoji_reactions"][1]["me"], false);
    assert_eq!(seen["favourites_count"], 0);
    let home = stage.get(&ada, "/api/v1/timelines/home").await.ok();
    assert_eq!(home[0]["pleroma"]["emoji_reactions"][0]["count"], 2);
    // In a post that quotes it, the pictures are there as well.
    let quoting = json!({ "status": "Look", "quoted_status_id": post });
    let quoting = stage.json(&ada, "POST", "/api/v1/statuses", quoting).await.ok();
    let quoted = &quoting["quote"]["quoted_status"];
    assert!(quoted["reactions"][1]["url"].is_string());
    assert_eq!(quoted["reactions"][1]["url"], reactions[1]["url"]);

    let all = stage.get(&ada, &base).await.ok();
    assert_eq!(all[0]["accounts"][0]["acct"], "bob");
    let one = stage
        .get(&ada, &format!("{base}/{}", in_path(":blob:")))
        .await
        .ok();
    assert_eq!((one.as_array().unwrap().len(), &one[0]["count"]), (1, &json!(1)));
    let none = stage.get(&ada, &format!("{base}/{}", in_path("👀"))).await.ok();
    assert_eq!(none, json!([]));
    for bad in ["x", ":none:", "<script>", "👍👍", ":blob@there.example:"] {
        answer(&bob, "PUT", bad).await.refused(422);
    }

    // Told to those who ask.
    let told = "/api/v1/notifications";
    assert_eq!(stage.get(&ada, told).await.ok(), json!([]));
    assert_eq!(
        stage.get(&ada, "/api/v2/notifications").await.ok()["notification_groups"],
        json!([])
    );
    let asked = stage
        .get(&ada, &format!("{told}?types[]=pleroma:emoji_reaction"))
        .await
        .ok();
    assert_eq!(asked.as_array().unwrap().len(), 1);
    assert_eq!(
        (&asked[0]["type"], &asked[0]["emoji"]),
        (&json!("pleroma:emoji_reaction"), &json!(":blob:"))
    );
    assert_eq!(asked[0]["emoji_url"], reactions[1]["url"]);
    let grouped = stage
        .get(&ada, "/api/v2/notifications?types[]=pleroma:emoji_reaction")
        .await
        .ok();
    let group = &grouped["notification_groups"][0];
    assert_eq!(group["group_key"], format!("pleroma:emoji_reaction-{post}"));
    let path = format!(
        "/api/v2/notifications/{}/accounts",
        in_path(group["group_key"].as_str().unwrap())
    );
    assert_eq!(stage.get(&ada, &path).await.ok()[0]["acct"], "bob");

    let status = answer(&bob, "DELETE", "🎉").await.ok();
    assert_eq!(
        (&status["reactions"][0]["count"], &status["reactions"][0]["me"]),
        (&json!(1), &json!(false))
    );
    answer(&bob, "DELETE", "🎉").await.ok();

    // What one may not see does not exist.
    let hidden = stage.publish(&ada, "between us", "direct").await;
    let unknown = stage
        .json(&bob, "PUT", "/api/v1/pleroma/statuses/17/reactions/x", json!({}))
        .await;
    for (method, end) in [
        ("PUT", "/x"),
        ("PUT", "/%F0%9F%8E%89"),
        ("DELETE", "/x"),
        ("GET", "/x"),
        ("GET", ""),
    ] {
        let path = format!("/api/v1/pleroma/statuses/{hidden}/reactions{end}");
        let request = request(&bob, method, &path).body("".into()).unwrap();
        let refused = stage.send(request).await;
        assert_eq!(
            (refused.status, refused.bytes),
            (unknown.status, unknown.bytes.clone()),
            "{method} {end}"
        );
    }
    let reader = stage.token("bob", bob.id, "read").await;
    answer(&reader, "PUT", "🎉").await.refused(403);
    for path in ["/api/v2/instance", "/api/v1/instance"] {
        let features = stage.get(&ada, path).await.ok()["pleroma"]["metadata"]["features"].clone();
        assert!(
            features
                .as_array()
                .unwrap()
                .contains(&json!("pleroma_emoji_reactions")),
            "{features}"
        );
    }
}
