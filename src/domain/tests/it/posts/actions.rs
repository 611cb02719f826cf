//! Boosts, favourites, bookmarks, notifications, markers, search.

use super::{THERE, remote_draft};
use crate::fixture::House;
use entrenous_domain::notifications::{self, Filter};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::search::PostSearch;
use entrenous_domain::timelines::{self, AccountFilter};
use entrenous_domain::{DomainError, Via, blocks, search};
use entrenous_model::{NotificationKind, Page, Visibility};
use entrenous_store::stories;

stories! {
    async fn boosts(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let public = house.say(ada.id, "public", Visibility::Public).await;
        let private = house.say(ada.id, "private @bob", Visibility::Private).await;
        let boost = posts::boost(ctx, Via::Local, bob.id, public, None, None).await.unwrap();
        assert_eq!(posts::boost(ctx, Via::Local, bob.id, public, None, None).await.unwrap(), boost);
        assert_eq!(posts::boost(ctx, Via::Local, bob.id, boost, None, None).await.unwrap(), boost, "of a boost");
        let view = posts::view(ctx, Viewer::Person(bob.id), boost).await.unwrap();
        assert_eq!(view.post.uri, format!("https://here.example/posts/{boost}/activity"));
        let inner = view.boosted.unwrap();
        assert_eq!((inner.post.id, inner.post.boosts_count), (public, 1));
        assert!(inner.flags.boosted && view.flags.boosted);
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Reblog]);
        assert_eq!(house.told(ada.id).await[0].post, Some(public));
        let answer = posts::boost(ctx, Via::Local, bob.id, private, None, None).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        let own = posts::boost(ctx, Via::Local, ada.id, private, Some(Visibility::Public), None).await.unwrap();
        let own = posts::view(ctx, Viewer::Person(ada.id), own).await.unwrap();
        assert_eq!(own.post.visibility, Visibility::Private);
        // Theirs.
        let uri = Some("https://there.example/boosts/1".to_owned());
        posts::boost(ctx, house.via(peer), zoe.id, public, None, uri.clone()).await.unwrap();
        posts::boost(ctx, house.via(peer), zoe.id, public, None, uri).await.unwrap();
        let by = posts::boosted_by(ctx, ada.id, public, Page::first(9)).await.unwrap();
        assert_eq!(by.iter().map(|(_, one)| one.id).collect::<Vec<_>>(), [zoe.id, bob.id]);
        // Ours of theirs.
        let draft = remote_draft("https://there.example/p/1", Visibility::Public, &[]);
        let theirs = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        posts::boost(ctx, Via::Local, ada.id, theirs, None, None).await.unwrap();
        posts::unboost(ctx, Via::Local, ada.id, theirs).await.unwrap();
        posts::unboost(ctx, Via::Local, ada.id, theirs).await.unwrap();
        assert!(house.queued(peer).await.ends_with(&["Announce", "Undo Announce"]));
        posts::unboost(ctx, Via::Local, bob.id, public).await.unwrap();
        assert!(!house.sees(Viewer::Person(bob.id), boost).await);
        assert_eq!(posts::view(ctx, Viewer::Person(ada.id), public).await.unwrap().post.boosts_count, 1);
        let again = posts::boost(ctx, Via::Local, bob.id, public, None, None).await.unwrap();
        assert_ne!(again, boost);
    }

    async fn several_notifications_go_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        for who in ["@bob", "@bob", "@bob", "@ada"] {
            let author = if who == "@bob" { ada.id } else { bob.id };
            house.say(author, who, Visibility::Direct).await;
        }
        let ids = async |who| house.told(who).await.into_iter().map(|one| one.id).collect::<Vec<_>>();
        let (hers, his) = (ids(ada.id).await, ids(bob.id).await);
        assert_eq!((hers.len(), his.len()), (1, 3));
        // Somebody else's among them, and one twice.
        let asked = vec![his[0], his[2], his[2], hers[0]];
        notifications::dismiss_these(ctx, bob.id, asked).await.unwrap();
        assert_eq!((ids(ada.id).await, ids(bob.id).await), (hers, vec![his[1]]));
        notifications::dismiss_these(ctx, bob.id, Vec::new()).await.unwrap();
        assert_eq!(ids(bob.id).await, [his[1]]);
    }

    async fn favourites_have_one_effect(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let draft = remote_draft("https://there.example/p/1", Visibility::Public, &[]);
        let theirs = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (ctx, id) = (ctx.clone(), ada.id);
            tries.spawn(async move { posts::favourite(&ctx, Via::Local, id, theirs, None).await.unwrap() });
        }
        tries.join_all().await;
        let view = posts::view(ctx, Viewer::Person(ada.id), theirs).await.unwrap();
        assert!(view.flags.favourited);
        assert_eq!(view.post.favourites_count, 1);
        assert_eq!(house.queued(peer).await, ["Like"]);
        assert_eq!(posts::favourited_by(ctx, ada.id, theirs, Page::first(9)).await.unwrap()[0].1.id, ada.id);
        posts::unfavourite(ctx, Via::Local, ada.id, theirs).await.unwrap();
        posts::unfavourite(ctx, Via::Local, ada.id, theirs).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Like", "Undo Like"]);
        // Theirs of ours, 50 times at once.
        let mine = house.say(ada.id, "à moi", Visibility::Public).await;
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..50 {
            let (ctx, id, via) = (ctx.clone(), zoe.id, house.via(peer));
            let uri = Some(format!("https://there.example/likes/{n}"));
            tries.spawn(async move { posts::favourite(&ctx, via, id, mine, uri).await.unwrap() });
        }
        tries.join_all().await;
        let view = posts::view(ctx, Viewer::Person(ada.id), mine).await.unwrap();
        assert_eq!(view.post.favourites_count, 1);
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Favourite]);
        posts::unfavourite(ctx, house.via(peer), zoe.id, mine).await.unwrap();
        assert_eq!(house.told(ada.id).await, []);
    }

    async fn pins(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let pinned = async |viewer, account| {
            let filter = AccountFilter { pinned: true, ..AccountFilter::default() };
            timelines::account(ctx, viewer, account, filter, Page::first(20)).await.unwrap()
        };
        // It goes to the nodes that have the post, and to no others.
        let here = house.say(ada.id, "ici", Visibility::Private).await;
        let there = house.say(ada.id, "@zoe@there.example", Visibility::Public).await;
        posts::pin(ctx, Via::Local, ada.id, here).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create"]);
        posts::pin(ctx, Via::Local, ada.id, there).await.unwrap();
        posts::pin(ctx, Via::Local, ada.id, there).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create", "Add"]);
        posts::unpin(ctx, Via::Local, ada.id, there).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create", "Add", "Remove"]);
        assert_eq!(pinned(Viewer::Person(ada.id), ada.id).await, [here]);
        assert_eq!(pinned(Viewer::Peer(peer), ada.id).await, []);
        // Theirs: their own, and no more than ours may have.
        let mut theirs = Vec::new();
        for number in 0..=posts::MOST_PINNED {
            let uri = format!("https://there.example/p/{number}");
            let draft = remote_draft(&uri, Visibility::Public, &[]);
            theirs.push(posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap());
        }
        let (last, first) = theirs.split_last().unwrap();
        for id in first {
            posts::pin(ctx, house.via(peer), zoe.id, *id).await.unwrap();
        }
        for (who, id) in [(zoe.id, *last), (zoe.id, there), (ada.id, theirs[0])] {
            let via = if who == zoe.id { house.via(peer) } else { Via::Local };
            let answer = posts::pin(ctx, via, who, id).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        }
        posts::unpin(ctx, house.via(peer), zoe.id, first[0]).await.unwrap();
        posts::pin(ctx, house.via(peer), zoe.id, *last).await.unwrap();
        let mut expected = theirs.split_off(1);
        expected.reverse();
        assert_eq!(pinned(Viewer::Person(ada.id), zoe.id).await, expected);
        assert!(house.queued(peer).await.ends_with(&["Remove"]), "what theirs do goes nowhere");
    }

    async fn notifications_and_markers(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let id = house.say(ada.id, "sujet", Visibility::Public).await;
        for who in [bob.id, eve.id] {
            posts::favourite(ctx, Via::Local, who, id, None).await.unwrap();
            house.reply(who, id, "@ada oui").await;
        }
        let told = house.told(ada.id).await;
        assert_eq!(told.len(), 4);
        assert_eq!(notifications::unread_count(ctx, ada.id).await.unwrap(), 4);
        let marker = notifications::set_marker(ctx, ada.id, "notifications", told[1].id.get()).await.unwrap();
        assert_eq!((marker.version, marker.last_read_id), (1, told[1].id.get()));
        assert_eq!(notifications::unread_count(ctx, ada.id).await.unwrap(), 1);
        assert!(notifications::set_marker(ctx, ada.id, "public", 1).await.is_err());
        assert_eq!(notifications::markers(ctx, ada.id, vec!["home".to_owned()]).await.unwrap(), []);
        let page = Page::first(9);
        let only = Filter { types: vec![NotificationKind::Mention], ..Filter::default() };
        assert_eq!(notifications::list(ctx, ada.id, only, page).await.unwrap().len(), 2);
        let without = Filter { exclude_types: vec![NotificationKind::Mention], from: Some(bob.id), ..Filter::default() };
        assert_eq!(notifications::list(ctx, ada.id, without, page).await.unwrap().len(), 1);
        let none = Filter { exclude_types: NotificationKind::ALL.to_vec(), ..Filter::default() };
        assert_eq!(notifications::list(ctx, ada.id, none, page).await.unwrap(), []);
        let older = Page { max_id: Some(told[0].id.get()), ..Page::first(2) };
        let older = notifications::list(ctx, ada.id, Filter::default(), older).await.unwrap();
        assert_eq!(older, told[1..3]);
        for other in [bob.id, eve.id] {
            assert!(matches!(notifications::get(ctx, other, told[0].id).await, Err(DomainError::NotFound)));
            assert!(matches!(notifications::dismiss(ctx, other, told[0].id).await, Err(DomainError::NotFound)));
        }
        assert_eq!(notifications::get(ctx, ada.id, told[0].id).await.unwrap(), told[0]);
        notifications::dismiss(ctx, ada.id, told[0].id).await.unwrap();
        blocks::mute(ctx, ada.id, eve.id, true, None).await.unwrap();
        assert_eq!(house.told(ada.id).await.len(), 2);
        blocks::mute(ctx, ada.id, eve.id, false, None).await.unwrap();
        assert_eq!(house.told(ada.id).await.len(), 3);
        // A muted conversation tells nothing new.
        posts::mute_conversation(ctx, ada.id, id, true).await.unwrap();
        assert!(posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap().flags.muted);
        house.reply(bob.id, id, "@ada encore").await;
        assert_eq!(house.told(ada.id).await.len(), 3);
        posts::mute_conversation(ctx, ada.id, id, false).await.unwrap();
        house.reply(bob.id, id, "@ada enfin").await;
        assert_eq!(house.told(ada.id).await.len(), 4);
        notifications::clear(ctx, ada.id).await.unwrap();
        assert_eq!(house.told(ada.id).await, []);
        house.say(ada.id, "@ada moi-même", Visibility::Public).await;
        assert_eq!(house.told(ada.id).await, []);
    }

    async fn searching(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let adam = house.person("adam").await;
        let one = house.say(ada.id, "Réduction de 50% pour tous #Fête", Visibility::Public).await;
        let two = house.say(adam.id, "500 tous_ensemble #Fêter", Visibility::Public).await;
        let find = async |text: &str| {
            let asked = PostSearch { query: text, limit: 20, ..PostSearch::default() };
            search::posts(ctx, ada.id, asked).await.unwrap()
        };
        assert_eq!(find("tous").await, [two, one]);
        assert_eq!(find("50%").await, [one], "no wildcard");
        assert_eq!(find("s_e").await, [], "no wildcard");
        assert_eq!(find("ensembles").await, [two]);
        assert_eq!(find("pour POUR tous").await, [one]);
        assert_eq!(find("' OR 1=1 --").await, []);
        assert_eq!(find("\\").await, []);
        assert_eq!(find("").await, []);
        assert_eq!(find(&format!("https://here.example/@ada/{one}")).await, [one]);
        let people = async |text: &str| {
            let found = search::accounts(ctx, ada.id, text, true, false, 0, 20).await.unwrap();
            found.iter().map(|one| one.acct()).collect::<Vec<_>>()
        };
        assert_eq!(people("ADA").await, ["ada", "adam"]);
        assert_eq!(people("@zoe").await, ["zoe@there.example"]);
        assert_eq!(people("zoe@there.example").await, ["zoe@there.example"]);
        assert_eq!(people("zoe@there").await, ["zoe@there.example"]);
        assert_eq!(people("ada@here.example").await, ["ada"]);
        assert_eq!(people("zoe@nowhere.example").await, Vec::<String>::new());
        assert_eq!(people(&zoe.uri).await, ["zoe@there.example"]);
        assert_eq!(people("%").await, Vec::<String>::new());
        house.follow(ada.id, adam.id).await;
        assert_eq!(people("ad").await, ["adam", "ada"], "those followed first");
        let followed = search::accounts(ctx, ada.id, "ad", false, true, 0, 20).await.unwrap();
        assert_eq!(followed.len(), 1);
        blocks::block(ctx, Via::Local, adam.id, ada.id, None).await.unwrap();
        assert_eq!(people("ad").await, ["ada"]);
        assert_eq!(find("tous").await, [one]);
        let tags = search::tags(ctx, "#FÊT", 0, 9).await.unwrap();
        assert_eq!(tags, [("fête".to_owned(), 1), ("fêter".to_owned(), 1)]);
    }
}
