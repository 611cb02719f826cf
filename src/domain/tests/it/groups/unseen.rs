//! What stands in a group is nowhere else, and goes nowhere else.

use crate::fixture::House;
use crate::posts::{THERE, draft};
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::quotes::Quoting;
use entrenous_domain::search::PostSearch;
use entrenous_domain::timelines::{self, AccountFilter};
use entrenous_domain::{DomainError, Via, accounts, blocks, follows, groups, search, trends};
use entrenous_model::{AccountId, GroupId, GroupKind, Page, PostId, QuoteChoice, QuotePolicy, Visibility};
use entrenous_store::stories;

stories! {
    async fn nothing_of_a_group_is_elsewhere(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await, house.person("bea").await, house.person("cai").await);
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        house.follow(cai.id, ann.id).await;
        house.follow(bea.id, ann.id).await;
        house.followed_from(peer, zoe.id, ann.id).await;
        let before = house.queued(peer).await.len();
        for kind in GroupKind::ALL {
            let group = house.group(ann.id, "Mystère", kind).await;
            let told = house.told(cai.id).await.len();
            let post = house.say_in(group, ann.id, "Xylophone #xylo @cai @zoe@there.example").await;
            let answer = house.try_reply(ann.id, post, Visibility::Public).await.unwrap();
            let all: [PostId; 2] = [post, answer];
            let page = Page::first(40);
            for person in [bea.id, cai.id] {
                let viewer = Viewer::Person(person);
                for id in all {
                    assert!(!house.sees(viewer, id).await);
                    assert!(matches!(
                        posts::favourite(ctx, Via::Local, person, id, None).await,
                        Err(DomainError::NotFound)
                    ));
                    assert!(matches!(posts::context(ctx, viewer, id).await, Err(DomainError::NotFound)));
                    assert!(house.try_reply(person, id, Visibility::Direct).await.is_err());
                    let quoting = Draft { quote: Some(Quoting::Post(id)), ..draft("voyez", Visibility::Public) };
                    assert!(posts::publish(ctx, Via::Local, person, quoting).await.is_err());
                }
                let profile = timelines::account(ctx, viewer, ann.id, AccountFilter::default(), page).await.unwrap();
                assert!(profile.is_empty(), "{profile:?}");
                assert!(house.read_group(person, group).await.is_empty());
            }
            for person in [ann.id, bea.id, cai.id] {
                let home = house.home(person).await;
                assert!(!all.iter().any(|id| home.contains(id)), "home of {person}");
                let network = timelines::network(ctx, person, false, false, page).await.unwrap();
                let tagged = timelines::tag(ctx, person, "xylo", false, page).await.unwrap();
                assert!(network.is_empty() && tagged.is_empty());
                let asked = PostSearch { query: "xylophone", limit: 40, ..PostSearch::default() };
                assert!(search::posts(ctx, person, asked).await.unwrap().is_empty());
            }
            assert!(search::tags(ctx, "xylo", 0, 9).await.unwrap().is_empty());
            assert!(trends::posts(ctx, ann.id).await.unwrap().is_empty());
            assert_eq!(house.told(cai.id).await.len(), told);
            for id in all {
                assert!(!house.sees(Viewer::Peer(peer), id).await);
            }
            let counted = house.account(ann.id).await;
            assert_eq!((counted.statuses_count, counted.last_posted_at), (0, None), "others do not learn of it");
            // Its author cannot carry it out either.
            assert!(posts::boost(ctx, Via::Local, ann.id, post, None, None).await.is_err());
            assert!(posts::pin(ctx, Via::Local, ann.id, post).await.is_err());
            let outside = Draft { quote: Some(Quoting::Post(post)), ..draft("voyez", Visibility::Public) };
            assert!(posts::publish(ctx, Via::Local, ann.id, outside).await.is_err());
            let inside = Draft {
                quote: Some(Quoting::Post(post)),
                group: Some(group),
                ..draft("voyez", Visibility::Public)
            };
            posts::publish(ctx, Via::Local, ann.id, inside).await.unwrap();
            // What becomes of it goes nowhere.
            posts::edit(ctx, Via::Local, ann.id, post, draft("Xylophone encore #xylo", Visibility::Public)).await.unwrap();
            assert_eq!(house.read_group(ann.id, group).await.len(), 3);
            posts::delete(ctx, Via::Local, ann.id, answer).await.unwrap();
            assert_eq!(house.account(ann.id).await.statuses_count, 0);
        }
        assert_eq!(house.queued(peer).await.len(), before, "no node hears of groups");
        // Whoever follows somebody anew does not get it either.
        follows::unfollow(ctx, Via::Local, bea.id, ann.id).await.unwrap();
        house.follow(bea.id, ann.id).await;
        assert!(house.home(bea.id).await.is_empty());
    }

    async fn a_quote_in_a_group_counts_there_alone(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, cai) = (house.person("ann").await.id, house.person("cai").await.id);
        let group = house.group(ann, "Mystère", GroupKind::Secret).await;
        let everyone = Draft {
            quote_policy: Some(QuotePolicy::from(QuoteChoice::Public)),
            ..draft("à tous", Visibility::Public)
        };
        let open = posts::publish(ctx, Via::Local, cai, everyone).await.unwrap();
        let inside = house.say_in(group, ann, "à nous").await;
        let quoting = async |id: PostId, group: Option<GroupId>| {
            let quote = Some(Quoting::Post(id));
            let draft = Draft { quote, group, ..draft("voyez", Visibility::Public) };
            posts::publish(ctx, Via::Local, ann, draft).await.unwrap()
        };
        let quotes = async |viewer: AccountId, id: PostId| {
            posts::view(ctx, Viewer::Person(viewer), id).await.unwrap().post.quotes_count
        };
        let first = quoting(open, Some(group)).await;
        assert_eq!(quotes(cai, open).await, 0, "others would learn that something was said");
        quoting(open, None).await;
        assert_eq!(quotes(cai, open).await, 1);
        let second = quoting(inside, Some(group)).await;
        assert_eq!(quotes(ann, inside).await, 1);
        for id in [first, second] {
            posts::delete(ctx, Via::Local, ann, id).await.unwrap();
        }
        assert_eq!((quotes(cai, open).await, quotes(ann, inside).await), (1, 0));
    }

    async fn who_follows_its_author_does_not_hear_that_it_went(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await.id, house.person("bea").await.id, house.person("cai").await.id);
        house.follow(cai, ann).await;
        let group = house.group(ann, "Mystère", GroupKind::Open).await;
        house.join(bea, group).await;
        let all = || vec![bea, cai];
        let (post, last) = (house.say_in(group, ann, "Xylophone").await, house.say_in(group, ann, "encore").await);
        let open = house.say(ann, "à tous", Visibility::Public).await;
        for id in [post, open] {
            posts::delete(ctx, Via::Local, ann, id).await.unwrap();
        }
        assert_eq!(groups::among_readers(ctx, post, all()).await.unwrap(), Some(vec![bea]));
        assert_eq!(groups::among_readers(ctx, open, all()).await.unwrap(), None);
        groups::end(ctx, ann, group).await.unwrap();
        while groups::purge_piece(ctx).await.unwrap() {}
        assert_eq!(groups::among_readers(ctx, last, all()).await.unwrap(), Some(Vec::new()));
    }

    async fn a_group_is_nobody(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, cai) = (house.person("ann").await, house.person("cai").await);
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        for kind in GroupKind::ALL {
            let group = house.group(ann.id, "Mystère", kind).await;
            let account = house.group_view(ann.id, group).await.account;
            let id = group.account();
            // What is done between people is not done to it, by whomever.
            assert!(accounts::get(ctx, id).await.unwrap().is_none());
            assert!(accounts::local_by_username(ctx, &account.username).await.unwrap().is_none());
            assert!(accounts::known_by_uri(ctx, &account.uri).await.unwrap().is_none());
            assert!(accounts::known_by_uri(ctx, &account.url).await.unwrap().is_none());
            assert!(matches!(
                blocks::block(ctx, Via::Local, cai.id, id, None).await,
                Err(DomainError::NotFound)
            ));
            assert!(matches!(blocks::mute(ctx, cai.id, id, true, None).await, Err(DomainError::NotFound)));
            let uri = Some(format!("{THERE}/follows/{group}"));
            let follow = follows::follow(ctx, house.via(peer), zoe.id, id, crate::posts::PLAIN, uri).await;
            assert!(matches!(follow, Err(DomainError::NotFound)), "{follow:?}");
            let secret = kind == GroupKind::Secret;
            let found = search::accounts(ctx, cai.id, "mystère", false, false, 0, 40).await.unwrap();
            assert_eq!(found.iter().any(|one| one.id == id), !secret);
            let follow = follows::follow(ctx, Via::Local, cai.id, id, crate::posts::PLAIN, None).await;
            assert_eq!(matches!(follow, Err(DomainError::NotFound)), secret, "{follow:?}");
        }
        assert!(accounts::directory(ctx, cai.id, true, 0, 40).await.unwrap().iter().all(|one| !one.is_own_group()));
    }
}
