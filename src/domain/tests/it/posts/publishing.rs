//! Publishing.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::{TimeDelta, Timelike as _};
use entrenous_domain::posts::{self, Draft, ReplyTo, Viewer};
use entrenous_domain::{DomainError, Receipt, Via, accounts};
use entrenous_model::{AccountId, Matter, NotificationKind, Parcel, PeerState, Software, Visibility};
use entrenous_store::stories;

stories! {
    async fn a_post_is_rendered_and_delivered(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let other = house.peer_as("http://127.0.0.2:8302", Software::Other, PeerState::Active).await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let tim = house.remote(other, "http://127.0.0.2:8302", "tim").await;
        let text = "Salut @Bob, @tim@127.0.0.2:8302 ! <b>#Été</b> @nobody https://lyon.example/x";
        let id = house.say(ada.id, text, Visibility::Public).await;
        let view = posts::view(ctx, Viewer::Person(bob.id), id).await.unwrap();
        assert_eq!(view.post.uri, format!("https://here.example/posts/{id}"));
        assert_eq!(view.post.url, format!("https://here.example/@ada/{id}"));
        assert_eq!(view.post.source, text);
        assert_eq!(view.post.conversation, id);
        assert_eq!(view.tags, ["été"]);
        let mut mentioned: Vec<&str> = view.mentions.iter().map(|one| one.acct.as_str()).collect();
        mentioned.sort_unstable();
        assert_eq!(mentioned, ["bob", "tim@127.0.0.2:8302"]);
        let html = &view.post.content;
        assert!(html.contains("&lt;b&gt;") && html.contains(&tim.url) && html.contains("@nobody"), "{html}");
        assert_eq!(house.kinds_told(bob.id).await, [NotificationKind::Mention]);
        assert_eq!(house.queued(peer).await, ["Create"], "public posts go to native peers");
        assert_eq!(house.queued(other).await, ["Create"], "mentioned");
        let unlisted = house.say(ada.id, "moins public", Visibility::Unlisted).await;
        let direct = house.say(ada.id, "@tim@127.0.0.2:8302", Visibility::Direct).await;
        assert!(unlisted < direct);
        assert_eq!(house.queued(peer).await, ["Create"]);
        assert_eq!(house.queued(other).await, ["Create", "Create"]);
        assert_eq!(house.account(ada.id).await.statuses_count, 3);
        assert!(house.account(ada.id).await.last_posted_at.is_some());
    }

    async fn what_is_no_post(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let many: String = (0..51).map(|n| format!("@u{n} ")).collect();
        let long = "é".repeat(5_001);
        for text in ["", " \n ", "\u{0}", long.as_str(), many.as_str()] {
            let answer = posts::publish(&house.ctx, Via::Local, ada.id, draft(text, Visibility::Public)).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{text}: {answer:?}");
        }
        let nothing = Draft { reply_to: ReplyTo::Post(entrenous_model::PostId(1)), ..draft("a", Visibility::Public) };
        let answer = posts::publish(&house.ctx, Via::Local, ada.id, nothing).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        house.say(ada.id, &"é".repeat(5_000), Visibility::Public).await;
    }

    async fn replies_are_no_more_visible_than_what_they_answer(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        for (parent, wanted, expected) in [
            (Visibility::Public, Visibility::Public, Visibility::Public),
            (Visibility::Public, Visibility::Direct, Visibility::Direct),
            (Visibility::Unlisted, Visibility::Public, Visibility::Unlisted),
            (Visibility::Private, Visibility::Public, Visibility::Private),
            (Visibility::Direct, Visibility::Private, Visibility::Direct),
        ] {
            let parent = house.say(ada.id, "parent", parent).await;
            let reply = Draft { reply_to: ReplyTo::Post(parent), ..draft("reply", wanted) };
            let reply = posts::publish(ctx, Via::Local, ada.id, reply).await.unwrap();
            let view = posts::view(ctx, Viewer::Person(ada.id), reply).await.unwrap();
            assert_eq!(view.post.visibility, expected);
            assert_eq!(view.post.conversation, parent);
            assert_eq!(view.post.in_reply_to_account, Some(ada.id));
            let parent = posts::view(ctx, Viewer::Person(ada.id), parent).await.unwrap();
            assert_eq!(parent.post.replies_count, 1);
        }
    }

    async fn one_key_is_one_post(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let keyed = || Draft { idempotency_key: Some("k".to_owned()), ..draft("une fois", Visibility::Public) };
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (ctx, draft, id) = (house.ctx.clone(), keyed(), ada.id);
            tries.spawn(async move { posts::publish(&ctx, Via::Local, id, draft).await.unwrap() });
        }
        let mut ids = tries.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(house.home(ada.id).await, ids);
        assert_eq!(house.account(ada.id).await.statuses_count, 1);
        let bobs = posts::publish(&house.ctx, Via::Local, bob.id, keyed()).await.unwrap();
        assert_ne!(bobs, ids[0], "keys are each person's own");
        house.clock.advance(TimeDelta::hours(25));
        let later = posts::publish(&house.ctx, Via::Local, ada.id, keyed()).await.unwrap();
        assert_ne!(later, ids[0]);
    }

    async fn one_activity_is_one_effect(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let ctx = house.ctx.clone();
            let draft = remote_draft("https://there.example/p/1", Visibility::Private, &[ada.id]);
            let via = Via::Peer(Receipt { peer, activity: "https://there.example/a/1".to_owned(), parcel: Parcel::default(), matter: Matter::Posts });
            let id = zoe.id;
            tries.spawn(async move { posts::publish(&ctx, via, id, draft).await });
        }
        let answers = tries.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(DomainError::AlreadyReceived))));
        assert_eq!(house.told(ada.id).await.len(), 1);
        assert_eq!(house.account(zoe.id).await.statuses_count, 1);
        // The same post under another activity is the same post.
        let draft = remote_draft("https://there.example/p/1", Visibility::Private, &[ada.id]);
        let again = posts::publish(&house.ctx, house.via(peer), zoe.id, draft).await.unwrap();
        assert!(answers.iter().any(|answer| matches!(answer, Ok(id) if *id == again)));
        assert_eq!(house.told(ada.id).await.len(), 1);
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..50 {
            let ctx = house.ctx.clone();
            let id = zoe.id;
            let via = Via::Peer(Receipt { peer, activity: format!("https://there.example/b/{n}"), parcel: Parcel::default(), matter: Matter::Posts });
            let draft = remote_draft("https://there.example/p/2", Visibility::Public, &[ada.id]);
            tries.spawn(async move { posts::publish(&ctx, via, id, draft).await.unwrap() });
        }
        let mut ids = tries.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(house.told(ada.id).await.len(), 2);
    }

    async fn who_receives_a_peers_post(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let other = house.peer_as("https://other.example", Software::Other, PeerState::Active).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let tim = house.remote(other, "https://other.example", "tim").await;
        let ada = house.person("ada").await;
        let mut n = 0;
        let mut arrive = async |who: AccountId, visibility, mentions: &[AccountId], reply_to| {
            n += 1;
            let via = house.via(if who == zoe.id { peer } else { other });
            let base = if who == zoe.id { THERE } else { "https://other.example" };
            let draft = Draft { reply_to, ..remote_draft(&format!("{base}/p/{n}"), visibility, mentions) };
            posts::publish(ctx, via, who, draft).await
        };
        let no_one = |answer| assert!(matches!(answer, Err(DomainError::Refused("no_audience_here"))), "{answer:?}");
        assert!(arrive(zoe.id, Visibility::Public, &[], ReplyTo::None).await.is_ok(), "the network");
        no_one(arrive(zoe.id, Visibility::Private, &[], ReplyTo::None).await);
        no_one(arrive(tim.id, Visibility::Public, &[], ReplyTo::None).await);
        no_one(arrive(tim.id, Visibility::Direct, &[zoe.id], ReplyTo::None).await);
        assert!(arrive(tim.id, Visibility::Direct, &[ada.id], ReplyTo::None).await.is_ok());
        let public = house.say(ada.id, "@tim@other.example", Visibility::Public).await;
        let uri = format!("https://here.example/posts/{public}");
        let reply = arrive(tim.id, Visibility::Public, &[], ReplyTo::Uri(uri)).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(ada.id), reply).await.unwrap();
        assert_eq!(view.post.in_reply_to, Some(public));
        assert_eq!(view.tags, ["news"]);
        // An answer to what its author may not see stands alone, and so concerns nobody.
        let secret = house.say(ada.id, "à moi seule", Visibility::Private).await;
        no_one(arrive(tim.id, Visibility::Public, &[], ReplyTo::Uri(format!("https://here.example/posts/{secret}"))).await);
        house.follow(ada.id, tim.id).await;
        entrenous_domain::follows::accept(ctx, house.via(other), tim.id, ada.id).await.unwrap();
        assert!(arrive(tim.id, Visibility::Private, &[], ReplyTo::None).await.is_ok());
        let taken = remote_draft("https://there.example/p/1", Visibility::Direct, &[ada.id]);
        let answer = posts::publish(ctx, house.via(other), tim.id, taken).await;
        assert!(matches!(answer, Err(DomainError::Refused("uri_taken"))), "{answer:?}");
    }

    async fn remote_html_is_sanitised_and_dates_are_kept(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let now = ctx.now();
        let first = house.say(ada.id, "avant", Visibility::Public).await;
        let publish = async |uri: &str, at| {
            let mut draft = remote_draft(uri, Visibility::Public, &[ada.id]);
            draft.text = "<p onclick=x>Hi<script>alert(1)</script><img src=x></p>".to_owned();
            draft.created_at = Some(at);
            let id = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
            posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap()
        };
        let old = publish("https://there.example/p/old", now - TimeDelta::days(3)).await;
        assert_eq!(old.post.content, "<p>Hi</p>");
        assert_eq!(old.post.created_at, (now - TimeDelta::days(3)).with_nanosecond(old.post.created_at.nanosecond()).unwrap());
        assert!(old.post.id < first);
        let future = publish("https://there.example/p/future", now + TimeDelta::days(3)).await;
        assert!(future.post.created_at <= ctx.now());
        house.clock.advance(TimeDelta::milliseconds(2));
        let after = house.say(ada.id, "après", Visibility::Public).await;
        assert!(first < future.post.id && future.post.id < after);
        // Many at the same moment have different ids.
        let mut ids: Vec<_> = Vec::new();
        for n in 0..20 {
            ids.push(publish(&format!("https://there.example/p/same{n}"), now - TimeDelta::days(9)).await.post.id);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 20);
    }

    async fn imported_posts_are_news_to_nobody(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        house.follow(bob.id, ada.id).await;
        let told = house.told(bob.id).await.len();
        let at = ctx.now() - TimeDelta::days(2);
        let old = Draft { created_at: Some(at), ..draft("@bob il y a deux jours", Visibility::Public) };
        let id = posts::publish(ctx, Via::Local, ada.id, old).await.unwrap();
        assert_eq!(house.queued(peer).await, Vec::<&str>::new());
        assert_eq!(house.told(bob.id).await.len(), told);
        assert_eq!(house.home(bob.id).await, [id]);
        let view = posts::view(ctx, Viewer::Person(bob.id), id).await.unwrap();
        let post = &view.post;
        assert_eq!(post.created_at.timestamp_millis(), at.timestamp_millis());
        assert_eq!(post.uri, format!("https://here.example/posts/{id}"));
        assert!(accounts::get(ctx, ada.id).await.unwrap().is_some());
    }

    async fn answers_that_came_first_are_linked(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let uri = "https://there.example/p/parent";
        let reply = Draft {
            reply_to: ReplyTo::Uri(uri.to_owned()),
            ..remote_draft("https://there.example/p/reply", Visibility::Public, &[])
        };
        let reply = posts::publish(ctx, house.via(peer), zoe.id, reply).await.unwrap();
        let parent = remote_draft(uri, Visibility::Public, &[]);
        let parent = posts::publish(ctx, house.via(peer), zoe.id, parent).await.unwrap();
        let viewer = Viewer::Person(ada.id);
        assert_eq!(posts::context(ctx, viewer, reply).await.unwrap(), (vec![parent], vec![]));
        assert_eq!(posts::context(ctx, viewer, parent).await.unwrap(), (vec![], vec![reply]));
        let view = posts::view(ctx, viewer, parent).await.unwrap();
        assert_eq!(view.post.replies_count, 1);
        assert_eq!(posts::known_by_uri(ctx, uri).await.unwrap().unwrap().id, parent);
        assert_eq!(posts::known_by_uri(ctx, &format!("{uri}/page")).await.unwrap().unwrap().id, parent);
    }
}
