//! Uploads are data.

use super::Scene;
use axum::body::Bytes;
use federation_tests::mock::Reply;
use federation_tests::{Answer, Database, eventually, picture};
use serde_json::json;

crate::on_both!(
    hostile_pictures_are_refused_or_made_anew,
    pictures_of_peers_are_made_anew
);

pub(super) const GPS: &str = "GPSLatitude=48.8583;GPSLongitude=2.2945";
pub(super) const SCRIPT: &str = "<html><script>alert(1)</script></html>";

/// A PNG of one colour that says it is `width` by `height`, with other chunks between header and pixels.
pub(super) fn png(width: u32, height: u32, real: usize, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    picture::png(width, height, chunks, &[200, 30, 30].repeat(real * real), real)
}

/// Exif as cameras write it, with a place in plain text.
fn exif() -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec();
    exif.extend(GPS.as_bytes());
    exif
}

async fn upload(scene: &Scene, name: &str, content_type: &str, bytes: Vec<u8>) -> Answer {
    let part = reqwest::multipart::Part::bytes(bytes)
        .file_name(name.to_owned())
        .mime_str(content_type)
        .unwrap();
    let form = reqwest::multipart::Form::new().part("avatar", part);
    let response = scene
        .http
        .patch(scene.node.url("/api/v1/accounts/update_credentials"))
        .bearer_auth(scene.alice.token())
        .multipart(form)
        .send()
        .await
        .unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: std::collections::HashMap::new(),
        text: response.text().await.unwrap(),
    }
}

/// What is served at a URL: its type and bytes. The headers must be those of data.
pub(super) async fn served(scene: &Scene, url: &str) -> (String, Vec<u8>) {
    assert!(url.starts_with(&scene.node.url("/media/")), "{url}");
    let response = scene.http.get(url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{url}");
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    let csp = header("content-security-policy");
    assert!(
        csp.contains("sandbox") && csp.contains("default-src 'none'"),
        "{csp}"
    );
    let content_type = header("content-type");
    (content_type, response.bytes().await.unwrap().to_vec())
}

pub(super) fn holds(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|window| window == words.as_bytes())
}

async fn hostile_pictures_are_refused_or_made_anew(on: Database) {
    let scene = Scene::open(on).await;
    let before = scene.before().await;
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>").into_bytes();
    let mut cut = png(8, 8, 8, &[]);
    cut.truncate(60);
    let refused = [
        ("SVG", "a.svg", "image/svg+xml", svg.clone()),
        ("SVG as PNG", "a.png", "image/png", svg),
        ("HTML", "a.html", "text/html", SCRIPT.as_bytes().to_vec()),
        ("HTML as JPEG", "a.jpg", "image/jpeg", SCRIPT.as_bytes().to_vec()),
        (
            "GIF and HTML",
            "a.gif",
            "image/gif",
            format!("GIF89a/*{SCRIPT}*/").into_bytes(),
        ),
        (
            "JPEG and HTML",
            "a.jpg",
            "image/jpeg",
            [b"\xff\xd8\xff\xe0".to_vec(), SCRIPT.as_bytes().to_vec()].concat(),
        ),
        (
            "100,000 x 100,000",
            "a.png",
            "image/png",
            png(100_000, 100_000, 8, &[]),
        ),
        ("a row of 2^31", "a.png", "image/png", png(0x7fff_ffff, 1, 8, &[])),
        ("no pixels", "a.png", "image/png", png(0, 0, 8, &[])),
        (
            "less than it says",
            "a.png",
            "image/png",
            png(5_000, 5_000, 8, &[]),
        ),
        ("cut off", "a.png", "image/png", cut),
        ("a PDF", "a.pdf", "application/pdf", b"%PDF-1.7\n".to_vec()),
        ("a program", "a.exe", "image/png", b"MZ\x90\0".to_vec()),
        ("nothing of a type", "a.png", "image/png", vec![0; 10]),
    ];
    for (what, name, content_type, bytes) in refused {
        let said = upload(&scene, name, content_type, bytes).await;
        assert!(
            [400, 413, 415, 422].contains(&said.status),
            "{what}: {} {}",
            said.status,
            said.text
        );
    }
    scene.close(&before).await;

    let good = || {
        png(
            8,
            8,
            8,
            &[
                (b"tEXt", format!("Comment\0{GPS}{SCRIPT}").into_bytes()),
                (b"eXIf", exif()),
            ],
        )
    };
    let mut polyglot = good();
    polyglot.extend(SCRIPT.as_bytes());
    for (what, name, content_type, bytes) in [
        ("GPS", "a.png", "image/png", good()),
        ("a polyglot", "a.html", "text/html", polyglot),
        (
            "a hostile name",
            "../../../etc/passwd\u{202e}gnp.exe",
            "image/png",
            good(),
        ),
        (
            "markup in its name",
            "\"><script>alert(1)</script>.svg",
            "image/svg+xml",
            good(),
        ),
        ("a long name", &"a".repeat(5_000), "image/jpeg", good()),
    ] {
        let said = upload(&scene, name, content_type, bytes).await;
        if said.status != 200 {
            assert!(
                [400, 413, 415, 422].contains(&said.status),
                "{what}: {} {}",
                said.status,
                said.text
            );
            assert_ne!(what, "GPS");
            continue;
        }
        assert!(
            !said.text.contains("passwd") && !said.text.contains("<script"),
            "{what}: {}",
            said.text
        );
        let account = said.json();
        for key in ["avatar", "avatar_static"] {
            let (content_type, bytes) = served(&scene, account[key].as_str().unwrap()).await;
            assert!(
                ["image/png", "image/jpeg"].contains(&content_type.as_str()),
                "{what}: {content_type}"
            );
            assert!(
                !holds(&bytes, "GPS") && !holds(&bytes, "<script") && !holds(&bytes, "eXIf"),
                "{what}"
            );
        }
    }
    // A JPEG with the place where it was taken: ours, with Exif put into it.
    let account = scene.alice.get("/api/v1/accounts/verify_credentials").await.ok();
    let (content_type, ours) = served(&scene, account["avatar"].as_str().unwrap()).await;
    assert_eq!(content_type, "image/jpeg", "an opaque picture becomes a JPEG");
    let mut app1 = b"Exif\0\0".to_vec();
    app1.extend(exif());
    let mut camera = ours.get(..2).unwrap().to_vec();
    camera.extend([0xff, 0xe1]);
    camera.extend(u16::try_from(app1.len() + 2).unwrap().to_be_bytes());
    camera.extend(&app1);
    camera.extend(ours.get(2..).unwrap());
    let said = upload(&scene, "camera.jpg", "image/jpeg", camera).await.ok();
    let (_, bytes) = served(&scene, said["avatar"].as_str().unwrap()).await;
    assert!(!holds(&bytes, "GPS") && !holds(&bytes, "Exif"));
    // The capability is not guessed, and a bare id opens nothing.
    let url = said["avatar"].as_str().unwrap();
    let (base, capability) = url.rsplit_once('/').unwrap();
    let turned: String = capability.chars().rev().collect();
    for wrong in [
        base.to_owned(),
        format!("{base}/"),
        format!("{base}/x"),
        format!("{base}/{turned}"),
        format!("{base}/../../../vault.key"),
    ] {
        let status = scene.http.get(&wrong).send().await.unwrap().status().as_u16();
        assert!([400, 401, 404].contains(&status), "{wrong}: {status}");
    }
    scene.watched().await;
}

async fn pictures_of_peers_are_made_anew(on: Database) {
    let scene = Scene::open(on).await;
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>");
    let files = [
        ("svg", "image/png", Bytes::from(svg)),
        ("html", "image/jpeg", Bytes::from(SCRIPT)),
        ("bomb", "image/png", Bytes::from(png(100_000, 100_000, 8, &[]))),
        (
            "good",
            "image/png",
            Bytes::from(png(8, 8, 8, &[(b"tEXt", format!("Comment\0{GPS}").into_bytes())])),
        ),
        ("large", "image/png", Bytes::from(vec![0x89; 20 << 20])),
    ];
    let mut people: Vec<String> = Vec::new();
    let mut icons: Vec<(String, String)> = Vec::new();
    for (name, content_type, bytes) in files {
        scene.p.serve_reply(
            &format!("/f/{name}"),
            Reply::Bytes(content_type, Vec::new(), bytes),
        );
        icons.push((name.to_owned(), format!("{}/f/{name}", scene.p.origin)));
    }
    scene
        .p
        .serve_reply("/f/away", Reply::Redirect(format!("{}/icon.png", scene.u.origin)));
    icons.push(("away".to_owned(), format!("{}/f/away", scene.p.origin)));
    icons.push(("strange".to_owned(), format!("{}/icon.png", scene.u.origin)));
    for (name, url) in icons {
        scene.p.put_person(&name);
        let mut actor = scene.p.document(&format!("/users/{name}"));
        actor["icon"] = json!({ "type": "Image", "mediaType": "image/png", "url": url });
        scene.p.serve_document(&format!("/users/{name}"), actor);
        people.push(
            scene
                .alice
                .find(&format!("@{name}@{}", scene.p.authority()))
                .await,
        );
    }
    let [svg, html, bomb, good, large, away, strange] = <[String; 7]>::try_from(people).unwrap();
    let avatar = async |id: &str| {
        let account = scene.alice.get(&format!("/api/v1/accounts/{id}")).await.ok();
        account["avatar"].as_str().unwrap().to_owned()
    };
    let url = eventually("the good picture", || async {
        let url = avatar(&good).await;
        url.contains("/media/").then_some(url)
    })
    .await;
    let (content_type, bytes) = served(&scene, &url).await;
    assert!(
        content_type.starts_with("image/") && !holds(&bytes, "GPS"),
        "{content_type}"
    );
    // The others had their turn before or have it soon after.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for id in [svg, html, bomb, large, away, strange] {
        let url = avatar(&id).await;
        assert!(
            url.starts_with(&scene.node.url("/")) && !url.contains("/media/"),
            "{url}"
        );
    }
    scene.watched().await;
}
