//! The pages, as a browser shows them.

use crate::fixture::{Browser, House, PASSWORD};
use axum::body::Body;
use chrono::TimeDelta;
use entrenous_domain::{accounts, invites, people};
use entrenous_model::Role;
use http::{Request, StatusCode};

#[tokio::test]
async fn an_invitation_makes_an_account_and_signs_in() {
    let house = House::new();
    let (_, code) = invites::create(&house.ctx, None, Role::Member, 24, 1)
        .await
        .unwrap();
    let path = format!("/invite/{code}");
    let mut browser = Browser::new(&house);
    browser.language = "fr-FR, en;q=0.5";
    let page = browser.open(&path).await;
    assert!(
        page.text.contains("Bienvenue") && page.text.contains("lang=\"fr\""),
        "{}",
        page.text
    );
    let token = page.field("token");
    let fill = |username: &'static str, password: &'static str, again: &'static str| {
        [
            ("token", token.clone()),
            ("display_name", "Ada <Lovelace>".to_owned()),
            ("username", username.to_owned()),
            ("password", password.to_owned()),
            ("again", again.to_owned()),
            ("language", "fr".to_owned()),
        ]
    };
    for (fields, text) in [
        (fill("ada", "short", "short"), "au moins 10"),
        (fill("ada", PASSWORD, "another password"), "ne sont pas les mêmes"),
        (fill("-ada-", PASSWORD, PASSWORD), "commence et finit par"),
        (fill("admin", PASSWORD, PASSWORD), "déjà pris"),
    ] {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let page = browser.submit(&path, &fields).await;
        assert!(page.status.is_client_error(), "{text}");
        assert!(page.text.contains(text), "{text}: {}", page.text);
        // What was typed is still there, escaped; the password is not.
        assert!(page.text.contains("Ada &#60;Lovelace&#62;") && !page.text.contains(PASSWORD));
    }
    let fields = fill("ada", PASSWORD, PASSWORD);
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let led = browser.submit(&path, &fields).await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::SEE_OTHER, "/"),
        "{}",
        led.text
    );
    let front = browser.open("/").await;
    assert!(front.text.contains("@ada@here.example"), "{}", front.text);
    assert!(front.text.contains("lang=\"fr\""));
    // Once only.
    let again = Browser::new(&house).open(&path).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.text.contains("cannot be used"));
}

#[tokio::test]
async fn expired_invitations_explain_themselves() {
    let house = House::new();
    let (_, code) = invites::create(&house.ctx, None, Role::Member, 1, 1)
        .await
        .unwrap();
    house.clock.advance(TimeDelta::hours(2));
    let browser = Browser::new(&house);
    for path in [
        format!("/invite/{code}"),
        "/invite/nonsense".to_owned(),
        format!("/invite/{}", "x".repeat(3_000)),
    ] {
        let page = browser.open(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.text.contains("Ask the person"), "{}", page.text);
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed_for_ever() {
    let house = House::new();
    let browser = Browser::new(&house);
    let mut last = StatusCode::OK;
    for guess in 0..61 {
        last = browser.open(&format!("/invite/{guess}")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn passwords_are_changed() {
    let house = House::new();
    house.person("ada").await;
    let (browser, other) = (Browser::new(&house), Browser::new(&house));
    let page = browser.open("/auth/password").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(page.field("next"), "/auth/password");
    browser.sign_in("ada", "/").await;
    other.sign_in("ada", "/").await;
    let token = browser.open("/auth/password").await.field("token");
    let new = "another good password";
    let fields = |current: &'static str, again: &'static str| {
        [
            ("token", token.clone()),
            ("current", current.into()),
            ("password", new.into()),
            ("again", again.into()),
        ]
    };
    for fields in [fields("wrong", new), fields(PASSWORD, "something else")] {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(
            browser.submit("/auth/password", &fields).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let fields = fields(PASSWORD, new);
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = browser.submit("/auth/password", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(browser.open("/auth/password").await.status, StatusCode::OK);
    assert_eq!(
        other.open("/auth/password").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn wrong_passwords_say_little_and_are_limited() {
    let house = House::new();
    house.person("ada").await;
    let browser = Browser::new(&house);
    let token = browser.open("/auth/sign_in").await.field("token");
    let mut texts = Vec::new();
    for username in ["ada", "nobody"] {
        let fields = [
            ("token", &*token),
            ("username", username),
            ("password", "wrong password"),
        ];
        let page = browser.submit("/auth/sign_in", &fields).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        texts.push(page.text.replace(username, ""));
    }
    assert_eq!(texts[0], texts[1]);
    let fields = [
        ("token", &*token),
        ("username", "ada"),
        ("password", "wrong password"),
    ];
    let mut last = browser.submit("/auth/sign_in", &fields).await;
    for _ in 0..10 {
        last = browser.submit("/auth/sign_in", &fields).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(last.header("retry-after"), "");
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let house = House::new();
    house.person("ada").await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        assert_eq!(Browser::new(&house).sign_in("ada", next).await, "/", "{next}");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_escape() {
    let house = House::new();
    let browser = Browser::new(&house);
    for path in ["/", "/about", "/auth/sign_in", "/invite/x"] {
        let page = browser.open(path).await;
        assert!(
            !page.text.contains("<script") && !page.text.contains("style="),
            "{path}"
        );
        assert!(
            !page.text.contains("<b>there</b>") && page.text.contains("Here &#38; &#60;b&#62;"),
            "{path}"
        );
        for piece in page
            .text
            .split("href=\"")
            .skip(1)
            .chain(page.text.split("src=\"").skip(1))
        {
            let target = piece.split('"').next().unwrap();
            let local = target.starts_with('/') || target.starts_with('#');
            assert!(
                local || target.starts_with("https://source.example/"),
                "{path}: {target}"
            );
        }
        let style = page
            .text
            .split("rel=\"stylesheet\" href=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let css = browser.open(style).await;
        assert_eq!(
            (css.status, css.header("content-type")),
            (StatusCode::OK, "text/css; charset=utf-8")
        );
        assert!(css.header("cache-control").contains("immutable"));
    }
    for (path, kind) in [
        ("/static/avatar.png", "image/png"),
        ("/static/header.png", "image/png"),
        ("/static/logo.svg", "image/svg+xml"),
        ("/favicon.ico", "image/svg+xml"),
        ("/manifest.json", "application/manifest+json"),
        ("/static/brand.css", "text/css; charset=utf-8"),
        ("/static/icon-192.png", "image/png"),
        ("/static/icon-512.png", "image/png"),
        ("/apple-touch-icon.png", "image/png"),
    ] {
        let file = browser.open(path).await;
        assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, kind));
        assert_eq!(file.header("access-control-allow-origin"), "*");
        let again = Request::builder()
            .uri(path)
            .header("if-none-match", file.header("etag"));
        let again = house.send(again.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (again.status, &*again.text),
            (StatusCode::NOT_MODIFIED, ""),
            "{path}"
        );
    }
    assert_eq!(
        browser.open("/static/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn addresses_of_people_and_posts_open_for_those_who_may() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let token = house.token("ada", "write").await;
    let mut ids = Vec::new();
    for visibility in ["public", "direct"] {
        let body = serde_json::json!({ "status": "hello <script>", "visibility": visibility });
        let made = house.json("POST", "/api/v1/statuses", &token, body).await.ok();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let browser = Browser::new(&house);
    assert_eq!(browser.open("/@ada").await.status, StatusCode::UNAUTHORIZED);
    browser.sign_in("bob", "/@ada").await;
    assert!(browser.open("/@Ada").await.text.contains("@ada@here.example"));
    let page = browser.open(&format!("/@ada/{}", ids[0])).await;
    assert!(page.text.contains("hello &lt;script&gt;"), "{}", page.text);
    for path in [
        format!("/@ada/{}", ids[1]),
        format!("/@bob/{}", ids[0]),
        "/@ada/x".to_owned(),
        "/@nobody".to_owned(),
    ] {
        assert_eq!(browser.open(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_language_is_kept() {
    let house = House::new();
    let browser = Browser::new(&house);
    let page = browser.open("/about").await;
    assert!(
        page.text.contains("href=\"/auth/language?lang=fr\""),
        "{}",
        page.text
    );
    let back = browser.open("/auth/language?lang=fr").await;
    assert_eq!(
        (back.status, back.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert!(browser.open("/about").await.text.contains("<html lang=\"fr\">"));
    assert!(
        browser
            .open("/about?lang=en")
            .await
            .text
            .contains("<html lang=\"en\">")
    );
    // It counts before the language of the account.
    house.person("ada").await;
    browser.sign_in("ada", "/").await;
    assert!(browser.open("/").await.text.contains("Se déconnecter"));
    let odd = browser.open("/auth/language?lang=xx").await;
    assert_eq!(odd.header("set-cookie"), "");
}

#[tokio::test]
async fn invitations_between_nodes_explain_themselves() {
    let house = House::new();
    let browser = Browser::new(&house);
    let page = browser.open("/invitations/1?fp=abc").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("entrenous peer join --data-dir"),
        "{}",
        page.text
    );
    // The switch would lose the secret, which is in the fragment.
    assert!(!page.text.contains("/auth/language"));
    assert_eq!(page.text, browser.open("/invitations/nonsense").await.text);
}

#[tokio::test]
async fn an_invitation_says_who_is_signed_in() {
    let house = House::new();
    house.person("ada").await;
    let (_, code) = invites::create(&house.ctx, None, Role::Member, 24, 1)
        .await
        .unwrap();
    let path = format!("/invite/{code}");
    let browser = Browser::new(&house);
    assert!(!browser.open(&path).await.text.contains("already signed in"));
    browser.sign_in("ada", "/").await;
    let page = browser.open(&path).await;
    assert!(
        page.text
            .contains("already signed in as <strong>@ada@here.example</strong>")
    );
}

#[tokio::test]
async fn an_invitation_takes_a_picture_and_loses_nothing_typed() {
    let house = House::new();
    let ines = house.person("ines").await;
    let (_, code) = invites::create(&house.ctx, Some((ines.id, Role::Member)), Role::Member, 24, 1)
        .await
        .unwrap();
    let path = format!("/invite/{code}");
    let browser = Browser::new(&house);
    let page = browser.open(&path).await;
    // Who invites, and to what.
    assert!(
        page.text.contains("<strong>@ines</strong> invites you to join"),
        "{}",
        page.text
    );
    assert!(page.text.contains("enctype=\"multipart/form-data\"") && page.text.contains("type=\"file\""));
    let token = page.field("token");
    let fields = [
        ("token", token.as_str()),
        ("display_name", "Ada <Lovelace>"),
        ("username", "ada"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("language", "fr"),
    ];
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice();
    let large = vec![7; (8 << 20) + 1];
    let larger = vec![7; 12 << 20];
    for (bytes, text) in [
        (svg, "Cette image ne peut pas"),
        (b"\x89PNG\r\n\x1a\n not one".as_slice(), "Cette image ne peut pas"),
        (large.as_slice(), "trop grande"),
        (larger.as_slice(), "trop grande"),
    ] {
        let page = browser.submit_files(&path, &fields, &[("picture", bytes)]).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{} bytes: {}",
            bytes.len(),
            page.text
        );
        assert!(
            page.text.contains(text) && page.text.contains("est conservé"),
            "{}",
            page.text
        );
        assert!(page.text.contains("Ada &#60;Lovelace&#62;") && page.text.contains("value=\"ada\""));
        assert!(page.text.contains("value=\"fr\" checked") && !page.text.contains(PASSWORD));
    }
    let mut picture = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(image::RgbImage::from_pixel(90, 60, image::Rgb([9, 90, 200])))
        .write_to(&mut picture, image::ImageFormat::Png)
        .unwrap();
    let picture = picture.into_inner();
    let led = browser
        .submit_files(&path, &fields, &[("picture", &picture)])
        .await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::SEE_OTHER, "/"),
        "{}",
        led.text
    );
    let ada = accounts::known_by_handle(&house.ctx, "ada")
        .await
        .unwrap()
        .unwrap();
    assert!(ada.avatar.is_some());
    assert_eq!(
        people::member(&house.ctx, ada.id).await.unwrap().unwrap().locale,
        "fr"
    );
    assert!(browser.open("/").await.text.contains("@ada@here.example"));
    // Without a code, nothing of the body is read.
    let over = browser
        .submit_files(&path, &fields, &[("picture", &picture)])
        .await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
}
