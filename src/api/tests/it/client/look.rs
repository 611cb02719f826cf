//! The node's look, as administrators change it and everyone sees it.

use super::stage::{Answer, Person, Stage, request};
use entrenous_model::Role;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::io::Cursor;

const PATH: &str = "/api/entrenous/v1/admin/look";
const ALL: &str = "read write admin:read admin:write";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::from(RgbaImage::from_pixel(width, height, Rgba([200, 20, 60, 120])))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn upload(stage: &Stage, person: &Person, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let request = request(person, "PUT", PATH).header("content-type", "multipart/form-data; boundary=XX");
    stage.send(request.body(body.into()).unwrap()).await
}

fn path_of(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.strip_prefix("https://here.example").unwrap_or(url).to_owned()
}

#[tokio::test]
async fn an_administrator_changes_the_look_for_everyone() {
    let stage = Stage::new();
    let owner = stage.person_with("owner", Role::Owner, ALL).await;
    let before = stage.get(&owner, PATH).await.ok();
    assert_eq!(before["accent"], "#336699");
    assert_eq!(before["logo_url"], Value::Null);
    assert_eq!(before["defaults"]["rules"], json!(["Be kind"]));
    let css_before = stage.get(&owner, "/api/v2/instance").await.ok()["entrenous"]["brand_css"].clone();

    let fields = [
        ("name", "Atelier du Rhône"),
        ("description", "Nous fabriquons."),
        ("accent", "#FFD400"),
        ("rules[]", "One"),
        ("rules[]", "Two"),
        ("contact_email", "help@here.example"),
    ];
    let (logo, header) = (png(1_000, 500), png(900, 900));
    let after = upload(&stage, &owner, &fields, &[("logo", &logo), ("header", &header)])
        .await
        .ok();
    assert_eq!(after["name"], "Atelier du Rhône");
    assert_eq!(after["accent"], "#ffd400");
    assert_eq!(after["rules"], json!(["One", "Two"]));
    assert_eq!(after["defaults"]["accent"], "#336699");

    let logo = stage.get(&owner, &path_of(&after["logo_url"])).await;
    assert_eq!(logo.headers["content-type"], "image/png");
    assert!(
        logo.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let drawn = image::load_from_memory(&logo.bytes).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (512, 256));

    let instance = stage.get(&owner, "/api/v2/instance").await.ok();
    assert_eq!(instance["title"], "Atelier du Rhône");
    assert!(
        instance["description"]
            .as_str()
            .unwrap()
            .starts_with("Nous fabriquons.")
    );
    assert_eq!(instance["thumbnail"]["url"], after["header_url"]);
    assert_eq!(instance["contact"]["email"], "help@here.example");
    assert_eq!(instance["rules"][1]["text"], "Two");
    assert_eq!(instance["entrenous"]["accent"], "#ffd400");
    assert_eq!(instance["entrenous"]["logo"], after["logo_url"]);
    assert_eq!(instance["entrenous"]["languages"], json!(["en", "fr"]));
    assert_ne!(instance["entrenous"]["brand_css"], css_before);
    let css = stage
        .get(&owner, &path_of(&instance["entrenous"]["brand_css"]))
        .await;
    assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
    assert!(
        css.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(css.bytes, stage.get(&owner, "/static/brand.css").await.bytes);
    let v1 = stage.get(&owner, "/api/v1/instance").await.ok();
    assert_eq!(
        (&v1["title"], &v1["thumbnail"]),
        (&after["name"], &after["header_url"])
    );

    let manifest = stage.get(&owner, "/manifest.webmanifest").await.ok();
    assert_eq!(manifest["name"], "Atelier du Rhône");
    assert_eq!(
        (&manifest["short_name"], &manifest["display"]),
        (&json!("Atelier du"), &json!("standalone"))
    );
    for icon in manifest["icons"].as_array().unwrap() {
        let file = stage.get(&owner, icon["src"].as_str().unwrap()).await;
        let drawn = image::load_from_memory(&file.bytes).unwrap();
        assert_eq!(icon["sizes"], format!("{0}x{0}", drawn.width()));
        assert_eq!(drawn.width(), drawn.height());
    }

    // The same words as in the configuration are no change any more; empty texts take pictures away.
    let reset = json!({ "name": "", "accent": "#336699", "logo": "", "header": "", "rules": ["Be kind"] });
    let back = stage.json(&owner, "PATCH", PATH, reset).await.ok();
    assert_eq!(back["name"], before["name"]);
    assert_eq!(
        (&back["logo_url"], &back["header_url"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(back["description"], "Nous fabriquons.");
    let instance = stage.get(&owner, "/api/v2/instance").await.ok();
    assert_eq!(instance["entrenous"]["brand_css"], css_before);
    assert_eq!(
        instance["entrenous"]["logo"],
        "https://here.example/static/logo.svg"
    );

    let trail = stage.get(&owner, "/api/entrenous/v1/admin/audit").await.ok();
    assert_eq!(
        (&trail[0]["action"], &trail[0]["actor"]),
        (&json!("look.changed"), &json!("owner"))
    );
    assert_eq!(trail[0]["detail"], "name, accent, rules, logo, header");
}

#[tokio::test]
async fn a_look_that_cannot_be_is_refused_whole() {
    let stage = Stage::new();
    let owner = stage.person_with("owner", Role::Owner, ALL).await;
    let member = stage.person_with("member", Role::Member, ALL).await;
    let before = stage.get(&owner, PATH).await.ok();
    let picture = png(8, 8);
    for hostile in [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice(),
        b"<?xml version='1.0'?><svg/>",
        b"\x89PNG\r\n\x1a\n<script>",
        b"GIF89a<html>",
        b"BM not of ours",
    ] {
        let text = upload(&stage, &owner, &[("name", "Other")], &[("logo", hostile)])
            .await
            .refused(422);
        assert!(text.contains("the picture"), "{text}");
    }
    for (name, value) in [
        ("name", json!("x".repeat(61))),
        ("name", json!("two\nlines")),
        ("description", json!("x".repeat(501))),
        ("accent", json!("red")),
        ("accent", json!("#12345g")),
        ("accent", json!("#fff;}body{display:none")),
        ("contact_email", json!("javascript:alert(1)")),
        ("contact_email", json!("a@b?subject=x")),
        ("rules", json!(vec!["x"; 31])),
        ("rules", json!(["x".repeat(501)])),
        ("logo", json!("https://evil.example/logo.png")),
    ] {
        let mut change = json!({ "description": "Never" });
        change[name] = value.clone();
        stage.json(&owner, "PATCH", PATH, change).await.refused(422);
    }
    assert_eq!(stage.get(&owner, PATH).await.ok(), before);
    stage.get(&member, PATH).await.refused(403);
    upload(&stage, &member, &[], &[("logo", &picture)])
        .await
        .refused(403);
    stage
        .json(
            &member,
            "POST",
            &format!("{PATH}/preview"),
            json!({ "accent": "#112233" }),
        )
        .await
        .refused(403);
}

#[tokio::test]
async fn a_preview_changes_nothing() {
    let stage = Stage::new();
    let owner = stage.person_with("owner", Role::Owner, ALL).await;
    let path = format!("{PATH}/preview");
    let yellow = stage
        .json(&owner, "POST", &path, json!({ "accent": "#ffee00" }))
        .await
        .ok();
    assert_eq!(yellow["accent"], "#ffee00");
    for side in ["light", "dark"] {
        for (pair, contrast) in yellow[side]["contrast"].as_object().unwrap() {
            assert!(contrast.as_f64().unwrap() >= 4.5, "{side} {pair}");
        }
        assert!(yellow[side]["brand_wash"].as_str().unwrap().starts_with('#'));
    }
    assert_eq!(yellow["light"]["card"], "#ffffff");
    stage
        .json(&owner, "POST", &path, json!({ "accent": "yellow" }))
        .await
        .refused(422);
    assert_eq!(stage.get(&owner, PATH).await.ok()["accent"], "#336699");
}

#[tokio::test]
async fn people_learn_what_their_node_is() {
    let stage = Stage::new();
    let owner = stage.person_with("owner", Role::Owner, ALL).await;
    let ada = stage.person("ada").await;
    stage.publish(&ada, "One", "public").await;
    stage.remote_person("https://lyon.example", "Lyon", "tim").await;
    let about = stage.get(&ada, "/api/entrenous/v1/about").await.ok();
    assert_eq!(about["name"], "Here & <b>there</b>");
    assert_eq!(
        (&about["rules"], &about["version"]),
        (&json!(["Be kind"]), &json!("0.1.0"))
    );
    let counts = ["people_count", "posts_count", "peers_count"].map(|name| about[name].as_i64().unwrap());
    assert_eq!(counts, [2, 1, 1]);
    assert_eq!(about["administrators"].as_array().unwrap().len(), 1);
    assert_eq!(about["administrators"][0]["id"], owner.id.to_string());
}
