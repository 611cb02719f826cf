//! One post as many people see it at once: what streams tell.

use super::draft;
use crate::fixture::House;
use entrenous_domain::filters::{self, Change, KeywordChange};
use entrenous_domain::posts::{self, Alike, Draft, PostView, Viewer};
use entrenous_domain::quotes::Quoting;
use entrenous_domain::timelines::{self, Timeline};
use entrenous_domain::{Via, blocks};
use entrenous_model::{AccountId, PostId, Visibility};
use entrenous_store::stories;

impl House {
    async fn alike(&self, post: PostId, people: &[AccountId]) -> Vec<Alike> {
        let mut found = posts::view_for_each(&self.ctx, post, people.to_vec())
            .await
            .unwrap();
        for one in &mut found {
            one.viewers.sort();
        }
        found.sort_by_key(|one| one.viewers.first().copied());
        found
    }
}

fn viewers(found: &[Alike]) -> Vec<&[AccountId]> {
    found.iter().map(|one| one.viewers.as_slice()).collect()
}

/// What is otherwise for one viewer and another.
fn own(view: &PostView) -> impl PartialEq + std::fmt::Debug {
    let quoted = view.quote.as_ref().map(|quote| (quote.sight, quote.id));
    (view.body.post.id, view.flags, view.reacted.clone(), quoted)
}

stories! {
    async fn those_who_see_the_same_stand_together(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let mut people = Vec::new();
        for name in ["ada", "bob", "eve", "kim", "lou", "max"] {
            people.push(house.person(name).await.id);
        }
        let [ada, bob, eve, kim, lou, max] = people[..] else { panic!("six people") };
        for follower in [bob, eve, kim, lou] {
            house.follow(follower, ada).await;
        }
        let quoted = house.say(ada, "first", Visibility::Public).await;
        let quoting = Draft { quote: Some(Quoting::Post(quoted)), ..draft("second", Visibility::Public) };
        let post = posts::publish(ctx, Via::Local, ada, quoting).await.unwrap();
        assert_eq!(viewers(&house.alike(post, &people).await), [&[ada][..], &[bob, eve, kim, lou, max]]);

        posts::favourite(ctx, Via::Local, kim, post, None).await.unwrap();
        posts::react(ctx, Via::Local, eve, post, "🎉", None).await.unwrap();
        blocks::mute(ctx, lou, eve, true, None).await.unwrap();
        blocks::block(ctx, Via::Local, ada, max, None).await.unwrap();
        let found = house.alike(post, &people).await;
        // The author, who did nothing, who reacted, who favourited, who does not see who reacted; not who is blocked.
        assert_eq!(viewers(&found), [[ada], [bob], [eve], [kim], [lou]]);
        // Each sees what they see alone.
        for one in &found {
            for viewer in &one.viewers {
                let alone = posts::view(ctx, Viewer::Person(*viewer), post).await.unwrap();
                assert_eq!(own(&one.view), own(&alone), "{viewer}");
            }
        }
        assert!(house.alike(PostId(7), &people).await.is_empty());
        assert!(house.alike(post, &[]).await.is_empty());

        let private = house.say(bob, "to @eve", Visibility::Direct).await;
        assert_eq!(viewers(&house.alike(private, &people).await), [[bob], [eve]]);
        let boost = posts::boost(ctx, Via::Local, bob, post, None, None).await.unwrap();
        // Both authors are alone, and whoever may not see what is boosted does not see the boost.
        assert_eq!(viewers(&house.alike(boost, &people).await), [[ada], [bob], [eve], [kim], [lou]]);
    }

    async fn public_timelines_are_asked_for_many(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob, eve) = (house.person("ada").await.id, house.person("bob").await.id, house.person("eve").await.id);
        let all = vec![ada, bob, eve];
        let post = posts::publish(ctx, Via::Local, ada, draft("about #Lyon", Visibility::Public)).await.unwrap();
        let private = house.say(ada, "among us #Lyon", Visibility::Private).await;
        blocks::mute(ctx, eve, ada, true, None).await.unwrap();
        let network = |local, remote, media| Timeline::Network { local, remote, media };
        let tag = |name: &str| Timeline::Tag { name: name.to_owned(), local: true };
        for (timeline, shown) in [
            (network(false, false, false), true),
            (network(true, false, false), true),
            (network(false, true, false), false),
            (network(true, true, false), false),
            (network(false, false, true), false),
            (tag("LYON"), true),
            (tag("paris"), false),
            (tag("-"), false),
        ] {
            let mut found = timelines::showing(ctx, &timeline, post, all.clone()).await.unwrap();
            found.sort();
            assert_eq!(found, if shown { vec![ada, bob] } else { vec![] }, "{timeline:?}");
            assert_eq!(timelines::showing(ctx, &timeline, private, all.clone()).await.unwrap(), []);
        }
    }

    async fn filters_of_many_are_read_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob, eve) = (house.person("ada").await.id, house.person("bob").await.id, house.person("eve").await.id);
        let keyword = KeywordChange { keyword: Some("lyon".to_owned()), ..KeywordChange::default() };
        let change = Change {
            title: Some("No Lyon".to_owned()),
            contexts: Some(vec!["home".to_owned()]),
            keywords: vec![keyword],
            ..Change::default()
        };
        filters::create(ctx, bob, change.clone()).await.unwrap();
        let having = async || {
            let found = filters::active_among(ctx, &[ada, bob, eve]).await.unwrap();
            let mut people: Vec<AccountId> = found.into_keys().collect();
            people.sort();
            people
        };
        assert_eq!(having().await, [bob]);
        // What was kept of those who had none goes with their first.
        filters::create(ctx, eve, change).await.unwrap();
        assert_eq!(having().await, [bob, eve]);
        assert!(filters::active(ctx, ada).await.unwrap().is_none());
        assert!(filters::active(ctx, eve).await.unwrap().is_some());
    }
}
