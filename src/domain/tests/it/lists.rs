//! Lists and followed hashtags, and what they do to home timelines.

use crate::fixture::House;
use crate::posts::{PLAIN, THERE, remote_draft};
use entrenous_domain::lists::{self, Change};
use entrenous_domain::{DomainError, Via, blocks, follows, hashtags, people, posts, timelines};
use entrenous_model::{Account, AccountId, List, ListId, Page, PostId, RepliesPolicy, Visibility};
use entrenous_store::stories;
use std::sync::Arc;

impl House {
    async fn list(&self, owner: AccountId, title: &str, members: &[AccountId]) -> List {
        let change = Change {
            title: Some(title.to_owned()),
            ..Change::default()
        };
        let list = lists::create(&self.ctx, owner, change).await.unwrap();
        lists::add(&self.ctx, owner, list.id, members.to_vec())
            .await
            .unwrap();
        list
    }

    async fn listed(&self, owner: AccountId, list: ListId) -> Vec<PostId> {
        lists::timeline(&self.ctx, owner, list, Page::first(40))
            .await
            .unwrap()
    }
}

fn replies(policy: RepliesPolicy) -> Change {
    Change {
        replies: Some(policy),
        ..Change::default()
    }
}

fn exclusive(on: bool) -> Change {
    Change {
        exclusive: Some(on),
        ..Change::default()
    }
}

stories! {
    async fn many_lists_are_asked_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        house.follow(ada.id, bob.id).await;
        house.follow(bob.id, ada.id).await;
        let hers = house.list(ada.id, "À moi", &[bob.id]).await;
        let empty = house.list(ada.id, "Vide", &[]).await;
        let his = house.list(bob.id, "À lui", &[ada.id]).await;
        let post = house.say(bob.id, "pour les listes", Visibility::Public).await;
        let asked = [(ada.id, hers.id), (ada.id, empty.id), (bob.id, his.id), (bob.id, hers.id), (ada.id, ListId(7))];
        let shown = timelines::shown_in_lists(&house.ctx, post, asked.to_vec()).await.unwrap();
        assert_eq!(shown, [true, false, false, false, false], "nobody's but its owner's");
        let none = timelines::shown_in_lists(&house.ctx, post, Vec::new()).await.unwrap();
        assert!(none.is_empty());
    }

    async fn a_list_shows_its_members(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let kim = house.person("kim").await;
        house.follow(ada.id, bob.id).await;
        house.follow(ada.id, eve.id).await;
        let old = house.say(bob.id, "avant la liste", Visibility::Private).await;
        let list = house.list(ada.id, " Équipe ", &[bob.id, bob.id]).await;
        assert_eq!((list.title.as_str(), list.replies), ("Équipe", RepliesPolicy::List));
        assert_eq!(house.listed(ada.id, list.id).await, [old], "what was there comes along");
        let new = house.say(bob.id, "après", Visibility::Public).await;
        let eves = house.say(eve.id, "pas là", Visibility::Public).await;
        let boost = posts::boost(ctx, Via::Local, bob.id, eves, None, None).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [boost, new, old]);
        let page = Page { max_id: Some(boost.get()), ..Page::first(1) };
        assert_eq!(lists::timeline(ctx, ada.id, list.id, page).await.unwrap(), [new]);
        // Mutes hold here as at home.
        blocks::mute(ctx, ada.id, eve.id, true, None).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [new, old]);
        blocks::unmute(ctx, ada.id, eve.id).await.unwrap();
        // To everyone else it does not exist.
        let change = Change { title: Some("x".to_owned()), ..Change::default() };
        for answer in [
            lists::timeline(ctx, eve.id, list.id, Page::first(9)).await.map(drop),
            lists::get(ctx, eve.id, list.id).await.map(drop),
            lists::update(ctx, eve.id, list.id, change).await.map(drop),
            lists::remove(ctx, eve.id, list.id).await,
            lists::add(ctx, eve.id, list.id, vec![eve.id]).await,
            lists::remove_members(ctx, eve.id, list.id, vec![bob.id]).await,
            lists::members(ctx, eve.id, list.id, None).await.map(drop),
            lists::add(ctx, ada.id, list.id, vec![eve.id, kim.id]).await,
        ] {
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        let members = |page| lists::members(ctx, ada.id, list.id, page);
        let ids: Vec<_> = members(None).await.unwrap().into_iter().map(|(_, one)| one.id).collect();
        assert_eq!(ids, [bob.id], "all or nothing");
        assert_eq!(lists::holding(ctx, ada.id, bob.id).await.unwrap(), lists::of(ctx, ada.id).await.unwrap());
        assert_eq!(lists::holding(ctx, bob.id, bob.id).await.unwrap(), []);
        lists::add(ctx, ada.id, list.id, vec![eve.id, ada.id]).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [boost, eves, new, old]);
        let own = house.say(ada.id, "moi aussi", Visibility::Private).await;
        assert_eq!(house.listed(ada.id, list.id).await[0], own);
        let first = members(Some(Page::first(2))).await.unwrap();
        let rest = members(Some(Page { max_id: Some(first[1].0), ..Page::first(2) })).await.unwrap();
        assert_eq!((first.len(), rest.len(), rest[0].1.id), (2, 1, bob.id));
        lists::remove_members(ctx, ada.id, list.id, vec![eve.id, kim.id]).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [own, boost, new, old]);
        follows::unfollow(ctx, Via::Local, ada.id, bob.id).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [own]);
        house.follow(ada.id, bob.id).await;
        assert_eq!(house.listed(ada.id, list.id).await, [own], "followed again is not listed again");
        lists::add(ctx, ada.id, list.id, vec![bob.id]).await.unwrap();
        posts::delete(ctx, Via::Local, bob.id, new).await.unwrap();
        people::disable(ctx, "test", "bob").await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [own]);
        assert_eq!(members(None).await.unwrap().len(), 1);
        lists::remove(ctx, ada.id, list.id).await.unwrap();
        assert!(matches!(lists::get(ctx, ada.id, list.id).await, Err(DomainError::NotFound)));
        assert!(house.home(ada.id).await.contains(&own));
    }

    async fn replies_are_shown_as_the_list_says(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let kim = house.person("kim").await;
        for followed in [bob.id, eve.id, kim.id] {
            house.follow(ada.id, followed).await;
        }
        let list = house.list(ada.id, "l", &[bob.id, kim.id]).await;
        let adas = house.say(ada.id, "ada", Visibility::Public).await;
        let eves = house.say(eve.id, "eve", Visibility::Public).await;
        let kims = house.say(kim.id, "kim", Visibility::Public).await;
        let to_ada = house.reply(bob.id, adas, "à ada").await;
        let to_self = house.reply(bob.id, to_ada, "à moi").await;
        let to_eve = house.reply(bob.id, eves, "à eve").await;
        let to_kim = house.reply(bob.id, kims, "à kim").await;
        assert_eq!(house.listed(ada.id, list.id).await, [to_kim, to_self, to_ada, kims]);
        lists::update(ctx, ada.id, list.id, replies(RepliesPolicy::None)).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [to_self, to_ada, kims]);
        lists::update(ctx, ada.id, list.id, replies(RepliesPolicy::Followed)).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [to_kim, to_eve, to_self, to_ada, kims]);
    }

    async fn an_exclusive_list_keeps_its_members_out_of_home(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        house.follow(ada.id, bob.id).await;
        house.follow(ada.id, eve.id).await;
        let bobs = house.say(bob.id, "bob", Visibility::Public).await;
        let eves = house.say(eve.id, "eve", Visibility::Public).await;
        let list = house.list(ada.id, "l", &[bob.id, ada.id]).await;
        // Each look keeps the page in memory, which the next change has to replace.
        assert_eq!(house.home(ada.id).await, [eves, bobs]);
        lists::update(ctx, ada.id, list.id, exclusive(true)).await.unwrap();
        assert_eq!(house.home(ada.id).await, [eves]);
        let own = house.say(ada.id, "moi", Visibility::Public).await;
        let boost = posts::boost(ctx, Via::Local, bob.id, eves, None, None).await.unwrap();
        assert_eq!(house.home(ada.id).await, [own, eves], "one's own posts stay");
        assert_eq!(timelines::home_owners(ctx, boost, vec![ada.id]).await.unwrap(), []);
        assert_eq!(timelines::home_owners(ctx, eves, vec![ada.id]).await.unwrap(), [ada.id]);
        assert_eq!(house.listed(ada.id, list.id).await, [boost, own, bobs]);
        lists::add(ctx, ada.id, list.id, vec![eve.id]).await.unwrap();
        assert_eq!(house.home(ada.id).await, [own]);
        lists::remove_members(ctx, ada.id, list.id, vec![eve.id]).await.unwrap();
        assert_eq!(house.home(ada.id).await, [own, eves]);
        lists::update(ctx, ada.id, list.id, exclusive(false)).await.unwrap();
        assert_eq!(house.home(ada.id).await, [boost, own, eves, bobs]);
        lists::update(ctx, ada.id, list.id, exclusive(true)).await.unwrap();
        assert_eq!(house.home(ada.id).await, [own, eves]);
        lists::remove(ctx, ada.id, list.id).await.unwrap();
        assert_eq!(house.home(ada.id).await, [boost, own, eves, bobs]);
    }

    async fn lists_are_bounded(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        for title in ["", "  ", "a\nb", &"x".repeat(256)] {
            let change = Change { title: Some(title.to_owned()), ..Change::default() };
            assert!(matches!(lists::create(ctx, ada.id, change).await, Err(DomainError::Invalid(_))), "{title:?}");
        }
        for n in 0..50 {
            house.list(ada.id, &format!("liste {n}"), &[]).await;
        }
        let change = Change { title: Some("une de trop".to_owned()), ..Change::default() };
        assert!(matches!(lists::create(ctx, ada.id, change).await, Err(DomainError::Invalid(_))));
        let list = lists::of(ctx, ada.id).await.unwrap()[0].id;
        let many = vec![ada.id; 201];
        assert!(matches!(lists::add(ctx, ada.id, list, many).await, Err(DomainError::Invalid(_))));
    }

    async fn posts_of_peers_come_into_lists(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let peer = house.peer(THERE).await;
        let rob = house.remote(peer, THERE, "rob").await;
        follows::follow(ctx, Via::Local, ada.id, rob.id, PLAIN, None).await.unwrap();
        // Asked is enough to be listed; a refusal ends that.
        let list = house.list(ada.id, "l", &[rob.id]).await;
        follows::accept(ctx, house.via(peer), rob.id, ada.id).await.unwrap();
        let draft = remote_draft("https://there.example/posts/1", Visibility::Public, &[]);
        let id = posts::publish(ctx, house.via(peer), rob.id, draft).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, [id]);
        follows::reject(ctx, house.via(peer), rob.id, ada.id).await.unwrap();
        assert_eq!(house.listed(ada.id, list.id).await, []);
        assert!(lists::members(ctx, ada.id, list.id, None).await.unwrap().is_empty());
    }

    async fn followed_hashtags_come_home(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let before = house.say(bob.id, "avant #Pain", Visibility::Public).await;
        assert_eq!(house.home(ada.id).await, []);
        hashtags::follow(ctx, ada.id, "#PAIN").await.unwrap();
        hashtags::follow(ctx, ada.id, "pain").await.unwrap();
        assert_eq!(house.home(ada.id).await, [before], "the last ones come with it");
        let new = house.say(bob.id, "#pain #beurre", Visibility::Public).await;
        for quiet in [Visibility::Unlisted, Visibility::Private, Visibility::Direct] {
            house.say(bob.id, "#pain", quiet).await;
        }
        house.say(bob.id, "#levain", Visibility::Public).await;
        assert_eq!(house.home(ada.id).await, [new, before]);
        assert_eq!(timelines::home_owners(ctx, new, vec![ada.id, eve.id]).await.unwrap(), [ada.id]);
        let reply = house.reply(eve.id, new, "du #pain !").await;
        assert_eq!(house.home(ada.id).await[0], reply);
        let peer = house.peer(THERE).await;
        let rob = house.remote(peer, THERE, "rob").await;
        hashtags::follow(ctx, ada.id, "news").await.unwrap();
        let draft = remote_draft("https://there.example/posts/2", Visibility::Public, &[]);
        let there = posts::publish(ctx, house.via(peer), rob.id, draft).await.unwrap();
        assert_eq!(house.home(ada.id).await[0], there, "of peers too");
        blocks::block(ctx, Via::Local, eve.id, ada.id, None).await.unwrap();
        assert_eq!(house.home(ada.id).await, [there, new, before]);
        house.say(eve.id, "#pain", Visibility::Public).await;
        assert_eq!(house.home(ada.id).await, [there, new, before]);
        let rows = hashtags::followed(ctx, ada.id, Page::first(9)).await.unwrap();
        assert_eq!(rows.iter().map(|(_, tag)| tag.as_str()).collect::<Vec<_>>(), ["news", "pain"]);
        let asked = vec!["beurre".to_owned(), "pain".to_owned()];
        assert_eq!(hashtags::followed_among(ctx, ada.id, asked).await.unwrap(), ["pain"]);
        hashtags::follow(ctx, ada.id, "beurre").await.unwrap();
        hashtags::unfollow(ctx, ada.id, "Pain").await.unwrap();
        hashtags::unfollow(ctx, ada.id, "Pain").await.unwrap();
        assert_eq!(house.home(ada.id).await, [there, new], "what another hashtag brings stays");
        house.follow(ada.id, bob.id).await;
        hashtags::unfollow(ctx, ada.id, "beurre").await.unwrap();
        assert!(house.home(ada.id).await.contains(&new), "and what a follow brings");
        assert!(matches!(hashtags::follow(ctx, ada.id, "a b").await, Err(DomainError::NotFound)));
    }

    async fn a_hashtag_that_many_follow_is_served_in_pieces(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let star = house.person("star").await;
        let one = Arc::clone(&star);
        let fans = ctx.store().write(move |tx| {
            let mut fans = Vec::new();
            for n in 0..201 {
                let fan = Account {
                    id: AccountId(tx.next_id()),
                    username: format!("fan{n}"),
                    uri: format!("{}-fan{n}", one.uri),
                    ..(*one).clone()
                };
                let (row, now) = (tx.next_id(), tx.now());
                entrenous_store::accounts::insert(tx, &fan)?;
                entrenous_store::followed_tags::insert(tx, row, fan.id, "tous", now)?;
                fans.push(fan.id);
            }
            Ok::<_, DomainError>(fans)
        });
        let fans = fans.await.unwrap();
        let id = house.say(star.id, "à #tous", Visibility::Public).await;
        assert_eq!(house.home(fans[199]).await, [id]);
        assert_eq!(house.home(fans[200]).await, []);
        while timelines::spread_waiting(ctx).await.unwrap() {}
        assert_eq!(house.home(fans[200]).await, [id]);
    }
}
