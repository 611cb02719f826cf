//! Reports: floods of them, of what is not the sender's to see, with markup; and who may learn that there are any.

use super::Scene;
use federation_tests::Database;
use serde_json::{Value, json};

crate::on_both!(reports_are_bounded_and_for_those_who_moderate);

const ADMIN: &str = "/api/v1/admin/reports";

async fn reports_are_bounded_and_for_those_who_moderate(on: Database) {
    let scene = Scene::open(on).await;
    let owner = scene.node.signed_in("owner").await;
    let all = async || {
        let list = owner.get(&format!("{ADMIN}?limit=200")).await.ok();
        list.as_array().unwrap().clone()
    };
    let alice = scene.alice_uri();
    // His node sees what is public by it.
    let follow = scene.p.activity("max", "Follow", json!({ "object": alice }));
    assert_eq!(scene.post("a follow", "max", &follow).await.status, 202);
    let public = scene.alice.publish("Bonjour à tous", "public").await;
    let private = scene.alice.publish("Entre amis seulement", "direct").await;
    let uri = |post: &Value| post["uri"].as_str().unwrap().to_owned();
    let (public, private) = (uri(&public), uri(&private));
    let flag = |object: Value, content: &str| {
        let fields = json!({ "object": object, "content": content });
        scene.p.activity("max", "Flag", fields)
    };

    // Of what max's node does not see, or of nobody here: nothing, and the same answer.
    let before = scene.before().await;
    let mut answers = Vec::new();
    for object in [
        json!(private),
        json!(scene.node.url("/posts/116000000000000001")),
        json!(scene.node.url("/people/nobody")),
        json!([scene.p.person("mona"), scene.u.person("mallory")]),
        json!({ "id": private, "type": "Note", "attributedTo": alice, "content": "x" }),
    ] {
        let said = scene.post("a report of nothing", "max", &flag(object, "x")).await;
        answers.push((said.status, said.text));
    }
    assert!(
        answers.iter().all(|one| *one == answers[0] && one.0 == 202),
        "{answers:?}"
    );
    scene.close(&before).await;
    assert!(all().await.is_empty());

    // Markup and control characters; a list as long as fits.
    let mut named = vec![json!(alice), json!(private), json!(public)];
    named.extend((0..20_000).map(|n| json!(format!("{}/posts/{n}", scene.p.origin))));
    let words = "<script>alert(1)</script><a href=\"javascript:x\">Rude</a>\u{202e} &lt;b&gt;";
    let said = scene
        .post("a long report", "max", &flag(json!(named), words))
        .await;
    assert_eq!(said.status, 202, "{}", said.text);
    let made = all().await;
    assert_eq!(made.len(), 1);
    let comment = made[0]["comment"].as_str().unwrap();
    assert!(
        comment.contains("Rude") && !comment.contains("alert") && !comment.contains("javascript"),
        "{comment}"
    );
    let posts = made[0]["statuses"].as_array().unwrap();
    assert_eq!(posts.len(), 1, "only what they see: {posts:?}");
    assert!(!made[0].to_string().contains("Entre amis"));
    assert_ne!(made[0]["account"]["username"], "max");
    assert_eq!(made[0]["account"]["domain"], scene.p.authority());

    // As many as one likes: some are taken, the rest is told to wait.
    let mut waits = 0;
    for n in 0..100 {
        let said = scene
            .post("a flood", "max", &flag(json!(alice), &n.to_string()))
            .await;
        assert!([202, 429].contains(&said.status), "{} {}", said.status, said.text);
        waits += usize::from(said.status == 429);
    }
    assert_eq!((all().await.len(), waits), (60, 41));
    // Under other names it is refused.
    let mut of_mona = flag(json!(alice), "x");
    of_mona["actor"] = json!(scene.p.person("mona"));
    assert_eq!(scene.post("mona's report", "max", &of_mona).await.status, 403);
    let mut foreign = flag(json!(alice), "x");
    foreign["id"] = json!(scene.node.url("/activities/1"));
    assert_eq!(scene.post("our own id", "max", &foreign).await.status, 403);

    // For alice, whom all of them are about, there are none.
    let token = [
        "token",
        "create",
        "--username",
        "alice",
        "--scopes",
        "read write admin:read admin:write",
    ];
    let curious = scene.node.client(&scene.node.command(&token).await);
    let id = made[0]["id"].as_str().unwrap();
    let missing = "116000000000000001";
    for (method, end) in [
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/resolve"),
        ("POST", "/reopen"),
        ("POST", "/assign_to_self"),
        ("POST", "/unassign"),
    ] {
        let ask = async |id: &str| {
            let body = (method != "GET").then(|| json!({ "category": "spam" }));
            curious
                .try_send(method, &format!("{ADMIN}/{id}{end}"), body)
                .await
                .unwrap()
        };
        let (said, unknown) = (ask(id).await, ask(missing).await);
        assert_eq!((said.status, &said.text), (404, &unknown.text), "{method} {end}");
    }
    assert_eq!(curious.get(ADMIN).await.status, 403);
    let told = curious.get("/api/v1/notifications").await;
    assert!(!told.text.contains("admin.report"), "{}", told.text);
    scene.watched().await;
}
