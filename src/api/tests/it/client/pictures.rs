use super::stage::{Answer, Person, Stage, request};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::from(RgbImage::from_pixel(width, height, Rgb([10, 120, 200])))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

/// A change of the profile with files.
async fn upload(stage: &Stage, person: &Person, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    upload_to(
        stage,
        person,
        ("PATCH", "/api/v1/accounts/update_credentials"),
        fields,
        files,
    )
    .await
}

/// Fields and files for a route.
async fn upload_to(
    stage: &Stage,
    person: &Person,
    (method, path): (&str, &str),
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
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let request = request(person, method, path).header("content-type", "multipart/form-data; boundary=XX");
    stage.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn pictures_become_ours_and_fakes_are_refused() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let picture = png(640, 480);
    let me = upload(
        &stage,
        &ada,
        &[("display_name", "Ada")],
        &[("avatar", &picture), ("header", &picture)],
    )
    .await
    .ok();
    assert_eq!(me["display_name"], "Ada");
    for (name, size) in [("avatar", (400, 400)), ("header", (1_500, 500))] {
        let url = me[name].as_str().unwrap();
        let path = url.strip_prefix("https://here.example").unwrap();
        assert!(path.starts_with("/media/"), "{url}");
        assert_eq!(me[format!("{name}_static")], *url);
        let file = stage.get(&ada, path).await;
        assert_eq!(file.headers["content-type"], "image/jpeg");
        let shown = image::load_from_memory(&file.bytes).unwrap();
        assert_eq!((shown.width(), shown.height()), size);
    }
    for fake in [
        b"\x89PNG\r\n\x1a\nnot really".as_slice(),
        b"<svg onload='x()'/>",
        b"GIF89a<script>",
    ] {
        let text = upload(&stage, &ada, &[], &[("avatar", fake)]).await.refused(422);
        assert!(text.starts_with("Validation failed: the picture"), "{text}");
    }
    // A refused picture changes nothing.
    let now = stage.get(&ada, "/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(now["avatar"], me["avatar"]);
    let me = stage.delete(&ada, "/api/v1/profile/avatar").await.ok();
    assert_eq!(me["avatar"], "https://here.example/static/avatar.png");
    assert_eq!(me["header"], now["header"]);
    let me = stage.delete(&ada, "/api/v1/profile/header").await.ok();
    assert_eq!(me["header"], "https://here.example/static/header.png");
}

#[tokio::test]
async fn groups_have_pictures() {
    let stage = Stage::new();
    let (ann, bea) = (stage.person("ann").await, stage.person("bea").await);
    let picture = png(64, 64);
    let fields = [("display_name", "Soudure"), ("kind", "secret")];
    let new = ("POST", "/api/v1/groups");
    let fake = upload_to(&stage, &ann, new, &fields, &[("avatar", b"no picture")]).await;
    assert!(fake.refused(422).starts_with("Validation failed: the picture"));
    assert_eq!(
        stage.get(&ann, "/api/v1/groups").await.ok(),
        serde_json::json!([]),
        "nothing was made"
    );
    let made = upload_to(&stage, &ann, new, &fields, &[("avatar", &picture)])
        .await
        .ok();
    let url = made["avatar"].as_str().unwrap();
    let path = url.strip_prefix("https://here.example").unwrap().to_owned();
    assert!(path.starts_with("/media/"), "{url}");
    assert_eq!(stage.get(&ann, &path).await.headers["content-type"], "image/jpeg");
    assert_eq!(made["header"], "https://here.example/static/header.png");
    let id = made["id"].as_str().unwrap();
    let change = format!("/api/v1/groups/{id}");
    let strange = upload_to(&stage, &bea, ("PUT", &change), &[], &[("header", &picture)]).await;
    strange.refused(404);
    let changed = upload_to(&stage, &ann, ("PUT", &change), &[], &[("header", &picture)])
        .await
        .ok();
    assert_ne!(changed["header"], made["header"]);
    assert_eq!(changed["avatar"], made["avatar"]);
    stage.delete(&ann, &change).await.ok();
    assert_eq!(
        stage.get(&ann, &path).await.status.as_u16(),
        404,
        "it ends with the group"
    );
}
