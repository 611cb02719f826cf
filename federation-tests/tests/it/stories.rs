//! The main job: colleagues on two sites, connected by a real invitation.

use federation_tests::client::holds;
use federation_tests::{Client, Database, Node, eventually};
use serde_json::{Value, json};
use std::time::Instant;

crate::on_both!(
    a_post_crosses,
    everything_one_does_with_a_post,
    pinned_posts_cross,
    requests_and_blocks,
    what_is_private_stays,
    a_leaver_is_out_everywhere
);

/// Two connected nodes with alice on the first and bob on the second, who follows her.
struct Sites {
    lyon: Node,
    paris: Node,
    alice: Client,
    bob: Client,
    /// Alice's id on bob's node.
    alice_at_paris: String,
}

impl Sites {
    async fn open(on: Database) -> Self {
        let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
        lyon.connect(&paris).await;
        let alice = lyon.person("alice").await;
        let bob = paris.person("bob").await;
        let alice_at_paris = bob.follow(&format!("@alice@{}", lyon.authority)).await;
        Self {
            lyon,
            paris,
            alice,
            bob,
            alice_at_paris,
        }
    }

    fn handle_of_bob(&self) -> String {
        format!("@bob@{}", self.paris.authority)
    }
}

fn id(entity: &Value) -> String {
    entity["id"].as_str().expect("no id").to_owned()
}

async fn a_post_crosses(on: Database) {
    let sites = Sites::open(on).await;
    // The first one warms what is fetched once.
    sites.alice.publish("Bonjour de Lyon", "public").await;
    sites.bob.sees("Bonjour de Lyon").await;

    let start = Instant::now();
    sites
        .alice
        .publish("La deuxième <b>est</b> rapide #Fête", "public")
        .await;
    let seen = sites.bob.sees("La deuxième").await;
    // A figure for the reader, not an assertion: other tests share this machine.
    println!("a post crossed and was seen after {:?}", start.elapsed());

    assert!(
        seen["content"]
            .as_str()
            .unwrap()
            .contains("&lt;b&gt;est&lt;/b&gt;"),
        "{seen}"
    );
    assert_eq!(seen["visibility"], "public");
    assert_eq!(seen["account"]["acct"], format!("alice@{}", sites.lyon.authority));
    assert_eq!(seen["tags"][0]["name"], "fête");
    // It is in the known timeline there, not in the local one.
    let known = sites.bob.get("/api/v1/timelines/public").await.ok();
    assert!(
        known
            .as_array()
            .unwrap()
            .iter()
            .any(|post| holds(post, "La deuxième"))
    );
    let local = sites.bob.get("/api/v1/timelines/public?local=true").await.ok();
    assert_eq!(local, json!([]));
}

async fn everything_one_does_with_a_post(on: Database) {
    let sites = Sites::open(on).await;
    let post = sites.alice.publish("Réunion à dix heures", "public").await;
    let seen = sites.bob.sees("Réunion à dix heures").await;
    let (here, there) = (id(&post), id(&seen));

    // Bob favourites, boosts and answers; alice is told and sees the counts.
    for action in ["favourite", "reblog", "bookmark"] {
        sites
            .bob
            .post(&format!("/api/v1/statuses/{there}/{action}"), json!({}))
            .await
            .ok();
    }
    let reply = json!({
        "status": format!("@alice@{} J'y serai", sites.lyon.authority),
        "in_reply_to_id": there,
        "visibility": "public",
    });
    sites.bob.post("/api/v1/statuses", reply).await.ok();
    let kinds = eventually("three notifications for alice", || async {
        let list = sites.alice.get("/api/v1/notifications").await.ok();
        let mut kinds: Vec<String> = list
            .as_array()?
            .iter()
            .filter(|n| n["account"]["username"] == "bob")
            .filter_map(|n| n["type"].as_str().map(str::to_owned))
            .filter(|kind| ["favourite", "reblog", "mention"].contains(&kind.as_str()))
            .collect();
        kinds.sort();
        (kinds.len() == 3).then_some(kinds)
    })
    .await;
    assert_eq!(kinds, ["favourite", "mention", "reblog"]);
    let now = sites.alice.get(&format!("/api/v1/statuses/{here}")).await.ok();
    assert_eq!(
        (
            &now["favourites_count"],
            &now["reblogs_count"],
            &now["replies_count"]
        ),
        (&json!(1), &json!(1), &json!(1))
    );
    let context = sites
        .alice
        .get(&format!("/api/v1/statuses/{here}/context"))
        .await
        .ok();
    assert!(
        context["descendants"][0]["content"]
            .as_str()
            .unwrap()
            .contains("J&#39;y serai")
            || holds(&context["descendants"][0], "serai")
    );

    // The favourite is taken back.
    sites
        .bob
        .post(&format!("/api/v1/statuses/{there}/unfavourite"), json!({}))
        .await
        .ok();
    sites
        .bob
        .post(&format!("/api/v1/statuses/{there}/unreblog"), json!({}))
        .await
        .ok();
    eventually("the counts to go down", || async {
        let now = sites.alice.get(&format!("/api/v1/statuses/{here}")).await.ok();
        (now["favourites_count"] == 0 && now["reblogs_count"] == 0).then_some(())
    })
    .await;

    // An edit and a deletion arrive.
    sites
        .alice
        .put(
            &format!("/api/v1/statuses/{here}"),
            json!({ "status": "Réunion à onze heures" }),
        )
        .await
        .ok();
    let edited = sites.bob.sees("onze heures").await;
    assert_eq!(id(&edited), there);
    assert!(edited["edited_at"].is_string());
    assert_eq!(
        sites
            .bob
            .get(&format!("/api/v1/statuses/{there}/history"))
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    sites.alice.delete(&format!("/api/v1/statuses/{here}")).await.ok();
    eventually("the post to go", || async {
        (sites.bob.get(&format!("/api/v1/statuses/{there}")).await.status == 404).then_some(())
    })
    .await;

    // Unfollowed: later posts do not come.
    sites
        .bob
        .post(
            &format!("/api/v1/accounts/{}/unfollow", sites.alice_at_paris),
            json!({}),
        )
        .await
        .ok();
    eventually("alice to have no follower", || async {
        let me = sites.alice.get("/api/v1/accounts/verify_credentials").await.ok();
        (me["followers_count"] == 0).then_some(())
    })
    .await;
    sites.alice.publish("Sans lui", "private").await;
    sites.alice.publish("Pour tout le réseau", "public").await;
    eventually("the network post in the known timeline", || async {
        let known = sites.bob.get("/api/v1/timelines/public").await.ok();
        known
            .as_array()?
            .iter()
            .any(|post| holds(post, "Pour tout le réseau"))
            .then_some(())
    })
    .await;
    assert!(!sites.bob.home().await.iter().any(|post| holds(post, "Sans lui")));
}

async fn pinned_posts_cross(on: Database) {
    let sites = Sites::open(on).await;
    let (alice, bob) = (&sites.alice, &sites.bob);
    let first = alice.publish("À lire d'abord", "public").await;
    let second = alice.publish("Pour ceux qui me suivent", "private").await;
    bob.sees("Pour ceux qui me suivent").await;
    let path = format!("/api/v1/accounts/{}/statuses?pinned=true", sites.alice_at_paris);
    let pinned = |texts: &'static [&'static str]| {
        let path = path.clone();
        async move {
            eventually("the pinned posts", || async {
                let posts = bob.get(&path).await.ok();
                let posts = posts.as_array()?;
                let same = posts.len() == texts.len();
                (same && posts.iter().zip(texts).all(|(post, text)| holds(post, text))).then_some(())
            })
            .await;
        }
    };
    pinned(&[]).await;
    for post in [&first, &second] {
        let said = alice
            .post(&format!("/api/v1/statuses/{}/pin", id(post)), json!({}))
            .await;
        assert_eq!(said.ok()["pinned"], true);
    }
    pinned(&["Pour ceux qui me suivent", "À lire d'abord"]).await;
    alice
        .post(&format!("/api/v1/statuses/{}/unpin", id(&second)), json!({}))
        .await
        .ok();
    pinned(&["À lire d'abord"]).await;
    // Bob pins nothing of hers.
    let known = bob.get(&path).await.ok();
    let path = format!("/api/v1/statuses/{}/pin", id(&known[0]));
    assert_eq!(bob.post(&path, json!({})).await.status, 422);
    alice
        .delete(&format!("/api/v1/statuses/{}", id(&first)))
        .await
        .ok();
    pinned(&[]).await;
}

async fn requests_and_blocks(on: Database) {
    let sites = Sites::open(on).await;
    // Alice approves by hand from now on.
    sites
        .alice
        .try_send(
            "PATCH",
            "/api/v1/accounts/update_credentials",
            Some(json!({ "locked": true })),
        )
        .await
        .unwrap()
        .ok();
    let carol = sites.paris.person("carol").await;
    let alice_for_carol = carol.find(&format!("@alice@{}", sites.lyon.authority)).await;
    carol
        .post(&format!("/api/v1/accounts/{alice_for_carol}/follow"), json!({}))
        .await
        .ok();
    let carol_at_lyon = eventually("carol's request", || async {
        let list = sites.alice.get("/api/v1/follow_requests").await.ok();
        list.as_array()?
            .iter()
            .find(|account| account["username"] == "carol")
            .map(id)
    })
    .await;
    let relation = carol
        .get(&format!("/api/v1/accounts/relationships?id[]={alice_for_carol}"))
        .await
        .ok();
    assert_eq!(
        (&relation[0]["requested"], &relation[0]["following"]),
        (&json!(true), &json!(false))
    );
    sites
        .alice
        .post(
            &format!("/api/v1/follow_requests/{carol_at_lyon}/authorize"),
            json!({}),
        )
        .await
        .ok();
    eventually("carol to follow", || async {
        let relation = carol
            .get(&format!("/api/v1/accounts/relationships?id[]={alice_for_carol}"))
            .await
            .ok();
        (relation[0]["following"] == true).then_some(())
    })
    .await;

    // Blocked: the follow ends on both sides, and she cannot see alice any more.
    sites
        .alice
        .post(&format!("/api/v1/accounts/{carol_at_lyon}/block"), json!({}))
        .await
        .ok();
    eventually("carol to be out", || async {
        let relation = carol
            .get(&format!("/api/v1/accounts/relationships?id[]={alice_for_carol}"))
            .await
            .ok();
        (relation[0]["following"] == false).then_some(())
    })
    .await;
    sites.alice.publish("Pas pour Carol", "private").await;
    sites.bob.sees("Pas pour Carol").await;
    assert!(
        !carol
            .home()
            .await
            .iter()
            .any(|post| holds(post, "Pas pour Carol"))
    );
}

async fn what_is_private_stays(on: Database) {
    let sites = Sites::open(on).await;
    let carol = sites.paris.person("carol").await;
    let dave = sites.lyon.person("dave").await;
    let direct = sites
        .alice
        .publish(&format!("{} entre nous", sites.handle_of_bob()), "direct")
        .await;
    let private = sites.alice.publish("Aux abonnés", "private").await;
    let at_bob = eventually("the direct post", || async {
        let list = sites.bob.get("/api/v1/notifications?types[]=mention").await.ok();
        list.as_array()?.first().map(|n| n["status"].clone())
    })
    .await;
    assert_eq!(at_bob["visibility"], "direct");
    let private_at_bob = sites.bob.sees("Aux abonnés").await;
    assert_eq!(private_at_bob["visibility"], "private");

    for (who, posts) in [
        (&carol, [id(&at_bob), id(&private_at_bob)]),
        (&dave, [id(&direct), id(&private)]),
    ] {
        for post in posts {
            let hidden = who.get(&format!("/api/v1/statuses/{post}")).await;
            let missing = who.get("/api/v1/statuses/1").await;
            assert_eq!((hidden.status, &hidden.text), (404, &missing.text));
            assert_eq!(
                who.post(&format!("/api/v1/statuses/{post}/favourite"), json!({}))
                    .await
                    .status,
                404
            );
            assert_eq!(
                who.get(&format!("/api/v1/statuses/{post}/context")).await.status,
                404
            );
        }
        let found = who.get("/api/v2/search?type=statuses&q=entre+nous").await.ok();
        assert_eq!(found["statuses"], json!([]));
    }
    // A follower cannot pass a private post on.
    let boosted = sites
        .bob
        .post(
            &format!("/api/v1/statuses/{}/reblog", id(&private_at_bob)),
            json!({}),
        )
        .await;
    assert!(
        boosted.status == 404 || boosted.status == 422,
        "{}",
        boosted.status
    );
}

async fn a_leaver_is_out_everywhere(on: Database) {
    let sites = Sites::open(on).await;
    sites.alice.publish("Avant de partir", "public").await;
    sites.bob.sees("Avant de partir").await;
    sites
        .lyon
        .command(&["person", "disable", "--username", "alice"])
        .await;
    assert_eq!(sites.alice.get("/api/v1/timelines/home").await.status, 401);
    eventually("alice to be gone at Paris", || async {
        (sites
            .bob
            .get(&format!("/api/v1/accounts/{}", sites.alice_at_paris))
            .await
            .status
            == 404)
            .then_some(())
    })
    .await;
    assert!(
        !sites
            .bob
            .home()
            .await
            .iter()
            .any(|post| holds(post, "Avant de partir"))
    );
}
