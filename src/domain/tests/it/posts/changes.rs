//! Editing and deleting; threads.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::quotes::Quoting;
use entrenous_domain::{DomainError, Via};
use entrenous_model::{NotificationKind, PeerState, QuoteChoice, QuotePolicy, Visibility};
use entrenous_store::stories;

stories! {
    async fn an_edit_keeps_the_old_version(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let id = house.say(ada.id, "un @bob #a", Visibility::Public).await;
        posts::boost(ctx, Via::Local, bob.id, id, None, None).await.unwrap();
        let viewer = Viewer::Person(eve.id);
        posts::edit(ctx, Via::Local, ada.id, id, draft("un @bob #a", Visibility::Public)).await.unwrap();
        assert_eq!(posts::history(ctx, viewer, id).await.unwrap().len(), 1, "nothing changed");
        let new = Draft { spoiler: "cw".to_owned(), ..draft("deux @eve #b", Visibility::Direct) };
        posts::edit(ctx, Via::Local, ada.id, id, new).await.unwrap();
        let view = posts::view(ctx, viewer, id).await.unwrap();
        assert_eq!(view.post.visibility, Visibility::Public, "an edit does not move a post");
        assert_eq!((view.post.spoiler.as_str(), view.tags.as_slice()), ("cw", &["b".to_owned()][..]));
        assert!(view.post.edited_at.is_some() && view.post.sensitive);
        assert_eq!(view.mentions.len(), 1);
        let history = posts::history(ctx, viewer, id).await.unwrap();
        assert_eq!(history.len(), 2);
        assert!(history[0].content.contains("un ") && history[1].content.contains("deux "));
        assert_eq!(house.kinds_told(eve.id).await, [NotificationKind::Mention]);
        assert_eq!(house.kinds_told(bob.id).await, [NotificationKind::Update, NotificationKind::Mention]);
        let sent = house.queued(peer).await;
        assert_eq!(sent, ["Create", "Update"]);
        for (who, what) in [(bob.id, id), (ada.id, entrenous_model::PostId(1))] {
            let answer = posts::edit(ctx, Via::Local, who, what, draft("x", Visibility::Public)).await;
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        // In a private post, a new mention is a link and lets nobody in.
        let private = house.say(ada.id, "secret @bob", Visibility::Private).await;
        posts::edit(ctx, Via::Local, ada.id, private, draft("secret @eve", Visibility::Private)).await.unwrap();
        assert!(!house.sees(viewer, private).await);
        assert!(house.sees(Viewer::Person(bob.id), private).await);
    }

    async fn edits_one_after_the_other_are_told_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob, eve) = (house.person("ada").await, house.person("bob").await, house.person("eve").await);
        let version = |number: u32| {
            // Eve is mentioned in every other version.
            let mentioned: Vec<_> = (number % 2 == 1).then_some(eve.id).into_iter().collect();
            Draft {
                text: format!("<p>{number}</p>"),
                quote_policy: Some(QuotePolicy::from(QuoteChoice::Public)),
                ..remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &mentioned)
            }
        };
        let post = posts::publish(ctx, house.via(peer), zoe.id, version(0)).await.unwrap();
        posts::boost(ctx, Via::Local, bob.id, post, None, None).await.unwrap();
        let quoting = Draft { quote: Some(Quoting::Post(post)), ..draft("voyez", Visibility::Public) };
        let quote = posts::publish(ctx, Via::Local, ada.id, quoting).await.unwrap();
        entrenous_domain::quotes::answered(ctx, house.via(peer), zoe.id, quote, Some(format!("{THERE}/stamps/1")))
            .await
            .unwrap();
        let told = async || {
            let mut all = Vec::new();
            for (who, kind, about) in [
                (ada.id, NotificationKind::QuotedUpdate, quote),
                (bob.id, NotificationKind::Update, post),
                (eve.id, NotificationKind::Mention, post),
            ] {
                let told = house.told(who).await;
                assert_eq!(told.len(), 1, "{kind:?}: {told:?}");
                assert_eq!((told[0].kind, told[0].post), (kind, Some(about)));
                all.push(told[0].id);
            }
            all
        };
        let mut last = Vec::new();
        for number in 1..24 {
            posts::edit(ctx, house.via(peer), zoe.id, post, version(number)).await.unwrap();
            let now = told().await;
            assert!(last.is_empty() || last == now, "it is still new");
            last = now;
        }
        // Later they are told again, instead of the first time.
        house.clock.advance(chrono::TimeDelta::minutes(11));
        for number in 24..28 {
            posts::edit(ctx, house.via(peer), zoe.id, post, version(number)).await.unwrap();
        }
        let now = told().await;
        assert!(last.iter().zip(&now).all(|(before, after)| after > before), "{last:?} {now:?}");
    }

    /// It would show what its author has corrected for ever.
    async fn a_suspended_peer_hears_later_what_became_of_what_it_has(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let id = house.say(ada.id, "un", Visibility::Public).await;
        assert_eq!(house.queued(peer).await, ["Create"]);
        house.set_peer_state(peer, PeerState::Suspended).await;
        posts::edit(ctx, Via::Local, ada.id, id, draft("deux", Visibility::Public)).await.unwrap();
        // What it never had is not for it now either, also if somebody there is mentioned later.
        let other = house.say(ada.id, "trois", Visibility::Public).await;
        posts::edit(ctx, Via::Local, ada.id, other, draft("trois @zoe@there.example", Visibility::Public)).await.unwrap();
        house.set_peer_state(peer, PeerState::Active).await;
        assert_eq!(house.queued(peer).await, ["Create", "Update"]);
    }

    async fn a_peer_edits_only_its_own_and_not_its_audience(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let yan = house.remote(peer, THERE, "yan").await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let uri = "https://there.example/p/1";
        let first = remote_draft(uri, Visibility::Private, &[ada.id, yan.id]);
        let id = posts::publish(ctx, house.via(peer), zoe.id, first.clone()).await.unwrap();
        for changed in [
            remote_draft(uri, Visibility::Public, &[ada.id, yan.id]),
            remote_draft(uri, Visibility::Direct, &[ada.id, yan.id]),
            remote_draft(uri, Visibility::Private, &[ada.id, bob.id]),
            remote_draft(uri, Visibility::Private, &[yan.id]),
        ] {
            let answer = posts::edit(ctx, house.via(peer), zoe.id, id, changed).await;
            assert!(matches!(answer, Err(DomainError::Refused("audience_changed"))), "{answer:?}");
        }
        let answer = posts::edit(ctx, house.via(peer), yan.id, id, first.clone()).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        let new = Draft { text: "<p>new<script></script></p>".to_owned(), ..remote_draft(uri, Visibility::Private, &[ada.id]) };
        posts::edit(ctx, house.via(peer), zoe.id, id, new).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap();
        assert_eq!(view.post.content, "<p>new</p>");
        assert!(!house.sees(Viewer::Person(bob.id), id).await);
    }

    async fn a_deleted_post_is_gone_everywhere(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        house.follow(bob.id, ada.id).await;
        let parent = house.say(ada.id, "parent", Visibility::Public).await;
        let id = house.reply(ada.id, parent, "@bob #tag").await;
        let boost = posts::boost(ctx, Via::Local, bob.id, id, None, None).await.unwrap();
        posts::favourite(ctx, Via::Local, bob.id, id, None).await.unwrap();
        posts::bookmark(ctx, bob.id, id, true).await.unwrap();
        assert_eq!(house.home(bob.id).await, [boost, id, parent]);
        let answer = posts::delete(ctx, Via::Local, bob.id, id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        posts::delete(ctx, Via::Local, ada.id, id).await.unwrap();
        assert_eq!(house.home(bob.id).await, [parent]);
        assert!(!house.kinds_told(bob.id).await.contains(&NotificationKind::Mention));
        for viewer in [ada.id, bob.id] {
            assert!(!house.sees(Viewer::Person(viewer), id).await);
            assert!(!house.sees(Viewer::Person(viewer), boost).await);
        }
        let (_, after) = posts::context(ctx, Viewer::Person(bob.id), parent).await.unwrap();
        assert_eq!(after, []);
        assert_eq!(posts::view(ctx, Viewer::Person(bob.id), parent).await.unwrap().post.replies_count, 0);
        assert_eq!(house.account(ada.id).await.statuses_count, 1);
        assert_eq!(house.account(bob.id).await.statuses_count, 0);
        let tomb = posts::known_by_uri(ctx, &format!("https://here.example/posts/{id}")).await.unwrap().unwrap();
        assert!(tomb.deleted_at.is_some() && tomb.content.is_empty() && tomb.source.is_empty());
        assert!(house.queued(peer).await.ends_with(&["Delete"]));
        let answer = posts::delete(ctx, Via::Local, ada.id, id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
    }

    async fn a_delete_that_overtakes_its_post(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let uri = "https://there.example/p/1";
        posts::never_mind(ctx, house.via(peer), zoe.id, uri.to_owned()).await.unwrap();
        let late = remote_draft(uri, Visibility::Public, &[ada.id]);
        let id = posts::publish(ctx, house.via(peer), zoe.id, late).await.unwrap();
        assert!(!house.sees(Viewer::Person(ada.id), id).await);
        assert_eq!(house.told(ada.id).await, []);
        let known = remote_draft("https://there.example/p/2", Visibility::Public, &[ada.id]);
        let id = posts::publish(ctx, house.via(peer), zoe.id, known).await.unwrap();
        posts::never_mind(ctx, house.via(peer), zoe.id, "https://there.example/p/2".to_owned()).await.unwrap();
        assert!(!house.sees(Viewer::Person(ada.id), id).await);
        posts::delete(ctx, house.via(peer), zoe.id, id).await.unwrap();
        // Who deletes what is not theirs before it comes does not keep it out.
        let max = house.remote(peer, THERE, "max").await;
        let uri = "https://there.example/p/3";
        posts::never_mind(ctx, house.via(peer), max.id, uri.to_owned()).await.unwrap();
        let theirs = remote_draft(uri, Visibility::Public, &[ada.id]);
        let id = posts::publish(ctx, house.via(peer), zoe.id, theirs).await.unwrap();
        assert!(house.sees(Viewer::Person(ada.id), id).await);
    }

    async fn a_thread_in_its_order(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let root = house.say(ada.id, "racine", Visibility::Public).await;
        let a = house.reply(bob.id, root, "a").await;
        let b = house.reply(ada.id, root, "b").await;
        let a1 = house.reply(ada.id, a, "a1").await;
        let a11 = house.reply(bob.id, a1, "a11").await;
        let b1 = house.reply(eve.id, b, "b1").await;
        let a2 = house.reply(eve.id, a, "a2").await;
        let viewer = Viewer::Person(ada.id);
        assert_eq!(posts::context(ctx, viewer, root).await.unwrap(), (vec![], vec![a, a1, a11, a2, b, b1]));
        assert_eq!(posts::context(ctx, viewer, a11).await.unwrap(), (vec![root, a, a1], vec![]));
        assert_eq!(posts::context(ctx, viewer, a).await.unwrap(), (vec![root], vec![a1, a11, a2]));
        entrenous_domain::blocks::mute(ctx, ada.id, eve.id, true, None).await.unwrap();
        assert_eq!(posts::context(ctx, viewer, root).await.unwrap().1, [a, a1, a11, b]);
        posts::delete(ctx, Via::Local, ada.id, a1).await.unwrap();
        assert_eq!(posts::context(ctx, viewer, a11).await.unwrap().0, []);
    }
}
