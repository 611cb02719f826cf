//! Search of posts, as clients ask: operators, pages, what they may not see, and what they mistype.

use super::stage::{Person, Stage, ids};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

async fn search(stage: &Stage, person: &Person, query: &str, rest: &str) -> Value {
    let query: String = byte_serialize(query.as_bytes()).collect();
    let path = format!("/api/v2/search?type=statuses&q={query}{rest}");
    stage.get(person, &path).await.ok()
}

async fn find(stage: &Stage, person: &Person, query: &str) -> Vec<String> {
    ids(&search(stage, person, query, "").await["statuses"])
}

#[tokio::test]
async fn posts_are_found_by_words_and_operators() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let body = json!({
        "status": "Les livraisons de l'été #Lyon", "language": "fr", "spoiler_text": "Retards",
        "poll": { "options": ["lundi", "mardi"], "expires_in": 3600 },
    });
    let first = stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    let first = first["id"].as_str().unwrap().to_owned();
    let body = json!({ "status": "Deliveries were delayed https://x.example", "language": "en", "in_reply_to_id": first });
    let second = stage.json(&bob, "POST", "/api/v1/statuses", body).await.ok();
    let second = second["id"].as_str().unwrap().to_owned();
    for query in [
        "livraison",
        "ETE",
        "retard",
        "lundis",
        "#lyon",
        "\"livraisons de l'été\"",
        "has:poll",
        "from:ada",
        "language:fr",
        "is:sensitive",
        "lyon -delayed",
        "in:public lyon",
        "in:library",
    ] {
        assert_eq!(find(&stage, &ada, query).await, [first.as_str()], "{query}");
    }
    for query in [
        "delivery delay",
        "has:link",
        "from:@bob",
        "is:reply",
        "-from:me",
        "-lyon",
        "language:en -has:poll",
    ] {
        assert_eq!(find(&stage, &ada, query).await, [second.as_str()], "{query}");
    }
    let both = [second.clone(), first.clone()];
    let today = stage.clock.now().format("%Y-%m-%d");
    assert_eq!(find(&stage, &ada, &format!("during:{today}")).await, both);
    assert_eq!(
        find(&stage, &ada, &format!("before:{today}")).await,
        Vec::<String>::new()
    );
    assert_eq!(
        find(&stage, &ada, &format!("after:{today}")).await,
        Vec::<String>::new()
    );
    // The first version of the API, and beside people and hashtags.
    let old = stage.get(&ada, "/api/v1/search?q=livraisons").await.ok();
    assert_eq!(ids(&old["statuses"]), [first.as_str()]);
    // A mark that is made counts at once, and so does one that is taken back.
    stage
        .post(&ada, &format!("/api/v1/statuses/{second}/bookmark"), "")
        .await
        .ok();
    assert_eq!(find(&stage, &ada, "in:library delay").await, [second.as_str()]);
    stage
        .post(&ada, &format!("/api/v1/statuses/{second}/unbookmark"), "")
        .await
        .ok();
    assert_eq!(find(&stage, &ada, "in:library delay").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_edited_or_deleted_is_found_no_more() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let id = stage.publish(&ada, "Une girafe", "public").await;
    assert_eq!(find(&stage, &ada, "girafes").await, [id.as_str()]);
    let path = format!("/api/v1/statuses/{id}");
    stage
        .json(&ada, "PUT", &path, json!({ "status": "Un zèbre" }))
        .await
        .ok();
    assert_eq!(find(&stage, &ada, "girafe").await, Vec::<String>::new());
    assert_eq!(find(&stage, &ada, "zebres").await, [id]);
    stage.delete(&ada, &path).await.ok();
    assert_eq!(find(&stage, &ada, "zebre").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_one_may_not_see_is_as_if_it_were_not_there() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage.publish(&ada, "Un secret #caché", "private").await;
    stage.publish(&ada, "Un secret @ada", "direct").await;
    for query in [
        "secret",
        "#caché",
        "from:ada",
        "\"un secret\"",
        "-visible",
        "secret from:ada in:all",
        "in:library secret",
    ] {
        let found = search(&stage, &bob, query, "").await;
        let none = search(&stage, &bob, "mot-qui-n-est-nulle-part", "").await;
        assert_eq!(found, none, "{query}");
        assert!(!find(&stage, &ada, query).await.is_empty(), "{query}");
    }
    let body = "";
    let id = stage.publish(&ada, "Un secret pour @bob", "direct").await;
    assert_eq!(find(&stage, &bob, "secrets").await, [id]);
    stage
        .post(&bob, &format!("/api/v1/accounts/{}/mute", ada.id), body)
        .await
        .ok();
    assert_eq!(find(&stage, &bob, "secrets").await, Vec::<String>::new());
}

#[tokio::test]
async fn pages_follow_one_another() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let mut all = Vec::new();
    for n in 0..12 {
        let visibility = if n % 4 == 3 { "direct" } else { "public" };
        let id = stage.publish(&bob, "encore une page", visibility).await;
        if visibility == "public" {
            all.push(id);
        }
    }
    all.reverse();
    let mut by_offset = Vec::new();
    for offset in [0, 4, 8, 12] {
        let some = search(&stage, &ada, "pages", &format!("&limit=4&offset={offset}")).await;
        by_offset.extend(ids(&some["statuses"]));
    }
    assert_eq!(by_offset, all);
    let mut by_id: Vec<String> = Vec::new();
    for _ in 0..4 {
        let last = by_id.last().map(|id| format!("&max_id={id}")).unwrap_or_default();
        let some = search(&stage, &ada, "\"une page\"", &format!("&limit=4{last}")).await;
        by_id.extend(ids(&some["statuses"]));
    }
    assert_eq!(by_id, all);
    let newer = search(&stage, &ada, "page", &format!("&min_id={}", all[2])).await;
    assert_eq!(ids(&newer["statuses"]), all[..2]);
    let of_ada = search(&stage, &ada, "page", &format!("&account_id={}", ada.id)).await;
    assert_eq!(of_ada["statuses"], json!([]));
    let of_bob = search(&stage, &ada, "page", &format!("&account_id={}&limit=2", bob.id)).await;
    assert_eq!(ids(&of_bob["statuses"]), all[..2]);
}

#[tokio::test]
async fn whatever_is_typed_is_no_error() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    stage.publish(&ada, "bonjour", "public").await;
    for query in [
        "\"",
        "\"\"",
        "'",
        "\\",
        "*",
        "bonjour*",
        "^bonjour",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT NOT",
        "a:b:c",
        "words:bonjour",
        "-",
        "--",
        "---a",
        "- -",
        "#",
        "##",
        "#-",
        "from:",
        "from:@",
        "from:@@",
        "from:me@",
        "from:\"a b\"",
        "from:%",
        "in:",
        "has:",
        "is:is:is",
        "before:",
        "before:0000-00-00",
        "after:99999-01-01",
        "during:-001-01-01",
        "language:",
        "language:x-y",
        "&|!()",
        "<->",
        "a <2> b",
        ":*",
        "a:*",
        "\u{202e}abc",
        "🦀",
        "ﷺ",
        "e\u{301}",
        "’",
        "l’",
        "''''",
        "~a",
        "~bonjour",
        "v:open",
        "at:1",
        "\u{fdfa}\u{fdfa}",
        "İ",
        "ß",
    ] {
        search(&stage, &ada, query, "").await;
    }
    for query in ["(", "a ", "-a ", "\"a b\" ", "from:x ", "#a ", "has:poll ", "à-é"] {
        let long: String = query.chars().cycle().take(2_048).collect();
        search(&stage, &ada, &long, "&limit=40&offset=10000").await;
    }
    let path = format!("/api/v2/search?q={}", "a".repeat(2_049));
    stage.get(&ada, &path).await.refused(422);
    for rest in [
        "&max_id=x",
        "&min_id=-1",
        "&max_id=9223372036854775807",
        "&min_id=9223372036854775807",
        "&offset=-3",
        "&limit=0",
    ] {
        let query = format!("/api/v2/search?type=statuses&q=bonjour{rest}");
        let answer = stage.get(&ada, &query).await;
        assert!(matches!(answer.status.as_u16(), 200 | 422), "{rest}: {answer:?}");
    }
}
