//! Reports between two nodes: what one is told of its people, and what it may not be made to believe.

use crate::fixture::Node;
use crate::forged::Attacker;
use crate::joining::{eventually, follow, joined_on, peer};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::reports::{self, Shown, Wanted, Wish};
use entrenous_domain::{audit, ledger, peers};
use entrenous_model::{AccountId, Page, Role, Visibility};
use entrenous_store::testing::TestDatabase;
use serde_json::{Value, json};

async fn all(node: &Node, viewer: AccountId) -> Vec<Shown> {
    reports::list(node.ctx(), viewer, Wanted::default(), Page::first(200))
        .await
        .unwrap()
}

/// A `Flag` of the node's instance actor.
#[expect(clippy::needless_pass_by_value, reason = "the cases read better")]
fn flag(node: &Node, number: u32, object: Value, content: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": node.origin().join(&format!("/activities/flag-{number}")),
        "type": "Flag", "actor": node.federation.identity().actor(), "object": object, "content": content,
    })
}

async fn on_both<F: Future<Output = ()>>(story: impl Fn(fn() -> TestDatabase) -> F) {
    story(TestDatabase::sqlite).await;
    if TestDatabase::postgres().is_some() {
        story(|| TestDatabase::postgres().unwrap()).await;
    }
}

#[tokio::test]
async fn a_report_reaches_the_node_of_the_one_who_is_reported() {
    on_both(async |database| {
        let (a, b) = joined_on(database).await;
        let (ada, bob) = (a.person("ada").await, b.person("bob").await);
        let owner = b.person_as("owner", Role::Owner).await;
        let bob_there = follow(&a, ada.id, &b, "bob").await;
        let post = b.writes(bob.id, "Mean words", Visibility::Public).await;
        let uri = b.origin().join(&format!("/posts/{post}"));
        let seen = a.federation.post_by_uri(&uri).await.unwrap().unwrap();
        let wish = Wish {
            target: bob_there,
            posts: vec![seen],
            comment: "He is <rude> & loud".to_owned(),
            category: None,
            rules: Vec::new(),
            forward: true,
        };
        let (report, _) = reports::make(a.ctx(), ada.id, wish).await.unwrap();
        assert!(report.forwarded);
        let there = eventually("the report", async || all(&b, owner.id).await.pop()).await;
        assert_eq!(
            (there.target.account.id, there.report.peer),
            (bob.id, Some(peer(&b, &a).await))
        );
        assert_eq!(there.reporter.account.uri, a.federation.identity().actor());
        assert_eq!(there.posts.len(), 1);
        let shown = reports::statuses(b.ctx(), owner.id, &[there]).await.unwrap();
        assert!(shown[0][0].post.content.contains("Mean words"));
        // Who said it does not cross: neither by name nor by id.
        ledger::seal(b.ctx()).await.unwrap();
        let from = peers::by_origin(b.ctx(), a.origin()).await.unwrap().unwrap();
        let books = ledger::rows_after(b.ctx(), &from, 0, 50).await.unwrap();
        assert!(books.iter().any(|row| row.kind == "Flag" && row.person.is_none()));
    })
    .await;
}

#[tokio::test]
async fn forged_reports_make_nothing_and_find_nothing_out() {
    on_both(async |database| {
        let (p, n) = joined_on(database).await;
        let owner = n.person_as("owner", Role::Owner).await;
        let (nina, mallory) = (n.person("nina").await, p.person("mallory").await);
        let attacker = Attacker::of(&p, &n).await;
        let shown = n.writes(nina.id, "For all", Visibility::Public).await;
        let hidden = n.writes(nina.id, "For friends", Visibility::Private).await;
        let uri = |id| n.origin().join(&format!("/posts/{id}"));
        let before = n.connections();

        // Of others, of nobody, of what is not for them: the same answer, and nothing comes of it.
        let third = "https://third.example/people/x";
        let nothing = [
            json!([third, "https://third.example/posts/1"]),
            json!([p.origin().join("/people/mallory")]),
            json!([n.origin().join("/people/nobody")]),
            json!(uri(hidden)),
            json!([uri(entrenous_model::PostId(1))]),
            json!([{ "type": "Note", "id": third, "content": nina.uri, "attributedTo": nina.uri }]),
            json!({ "type": "Person", "id": 5 }),
            json!([[[nina.uri]]]),
            json!(null),
        ];
        for (number, object) in (0..).zip(nothing) {
            let said = flag(&p, number, object, "x");
            assert_eq!(attacker.says_as_node(&said).await, 202, "{said}");
        }
        assert!(all(&n, owner.id).await.is_empty());
        // Under another's name.
        let mut foreign = flag(&p, 20, json!([nina.uri]), "x");
        foreign["id"] = json!("https://third.example/flags/1");
        let mut other_actor = flag(&p, 21, json!([nina.uri]), "x");
        other_actor["actor"] = json!(third);
        let mut as_person = flag(&p, 22, json!([nina.uri]), "x");
        as_person["actor"] = json!(mallory.uri);
        for (document, reason) in [
            (&foreign, "foreign_activity"),
            (&other_actor, "actor_mismatch"),
            (&as_person, "actor_mismatch"),
        ] {
            assert_eq!(attacker.says_as_node(document).await, 403, "{document}");
            let lines = audit::list(n.ctx(), Some(p.origin()), None, 1).await.unwrap();
            assert_eq!(lines[0].reason.as_deref(), Some(reason));
        }
        assert_eq!(n.connections(), before, "nothing that was named is asked for");
        assert_eq!(
            attacker
                .says(&mallory, &flag(&p, 23, json!([nina.uri]), "x"))
                .await,
            403
        );
        assert!(all(&n, owner.id).await.is_empty());

        // A long list, with markup in the words: one report, of what they may see, in plain text.
        let mut long: Vec<String> = (0..150).map(|number| format!("{third}/{number}")).collect();
        long.extend([nina.uri.clone(), uri(shown), uri(hidden)]);
        long.extend((0..5_000).map(|_| uri(shown)));
        let words = format!("<img src=x onerror=alert(1)><b>Look</b>{}", "<p>".repeat(3_000));
        let said = flag(&p, 30, json!(long), &words);
        assert_eq!(attacker.says_as_node(&said).await, 202);
        assert_eq!(attacker.says_as_node(&said).await, 202, "once");
        let made = all(&n, owner.id).await;
        assert_eq!(
            (made.len(), made[0].posts.len(), made[0].report.comment.as_str()),
            (1, 1, "Look")
        );
        let texts = reports::statuses(n.ctx(), owner.id, &made).await.unwrap();
        assert_eq!(texts[0].len(), 1);
        // A person of theirs may complain; the report is their organisation's.
        let mut by_person = flag(&p, 31, json!([nina.uri]), "by a person");
        by_person["actor"] = json!(mallory.uri);
        assert_eq!(attacker.says(&mallory, &by_person).await, 202);
        let made = all(&n, owner.id).await;
        assert_eq!(made[0].reporter.account.uri, p.federation.identity().actor());
        // A flood ends, and is told so.
        let mut answers = Vec::new();
        for number in 100..170 {
            let said = flag(&p, number, json!([nina.uri]), &number.to_string());
            answers.push(attacker.says_as_node(&said).await);
        }
        assert_eq!(answers.iter().filter(|status| **status == 202).count(), 58);
        assert_eq!(answers.iter().filter(|status| **status == 429).count(), 12);
        assert_eq!(all(&n, owner.id).await.len(), 60);
        // Nothing of it is anything nina sees.
        let view = posts::view(n.ctx(), Viewer::Person(nina.id), shown)
            .await
            .unwrap();
        assert_eq!(view.post.favourites_count, 0);
        assert!(
            entrenous_domain::notifications::list(
                n.ctx(),
                nina.id,
                entrenous_domain::notifications::Filter::default(),
                Page::first(40)
            )
            .await
            .unwrap()
            .is_empty()
        );
    })
    .await;
}
