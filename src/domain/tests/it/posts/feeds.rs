//! Timelines.

use super::{PLAIN, THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::follows::{self, FollowOptions};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{Via, blocks, people, timelines};
use entrenous_model::{NotificationKind, Page, PeerState, PostId, Visibility};
use entrenous_store::stories;

stories! {
    async fn home_holds_what_is_followed(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let old = house.say(bob.id, "avant", Visibility::Private).await;
        let hidden = house.say(bob.id, "à eve @eve", Visibility::Direct).await;
        let own = house.say(ada.id, "moi", Visibility::Public).await;
        assert_eq!(house.home(ada.id).await, [own]);
        house.follow(ada.id, bob.id).await;
        assert_eq!(house.home(ada.id).await, [own, old], "recent posts come with the follow");
        let new = house.say(bob.id, "après", Visibility::Unlisted).await;
        let to_ada = house.say(bob.id, "@ada", Visibility::Direct).await;
        assert_eq!(house.home(ada.id).await, [to_ada, new, own, old]);
        // Replies to people one does not follow stay away, replies to oneself and to themselves do not.
        let eves = house.say(eve.id, "eve", Visibility::Public).await;
        house.reply(bob.id, eves, "à eve").await;
        let to_own = house.reply(bob.id, own, "à ada").await;
        let to_self = house.reply(bob.id, new, "encore").await;
        assert_eq!(house.home(ada.id).await, [to_self, to_own, to_ada, new, own, old]);
        let boost = posts::boost(ctx, Via::Local, bob.id, eves, None, None).await.unwrap();
        assert_eq!(house.home(ada.id).await[0], boost);
        let streams = vec![ada.id, bob.id, eve.id];
        assert_eq!(timelines::home_owners(ctx, boost, streams.clone()).await.unwrap().len(), 2);
        // Muting hides, for as long as it lasts.
        blocks::mute(ctx, ada.id, eve.id, true, Some(ctx.now() + TimeDelta::hours(1))).await.unwrap();
        assert_eq!(house.home(ada.id).await[0], to_self);
        assert_eq!(timelines::home_owners(ctx, boost, streams).await.unwrap(), [bob.id]);
        house.clock.advance(TimeDelta::hours(2));
        assert_eq!(house.home(ada.id).await[0], boost);
        let quiet = FollowOptions { show_boosts: false, notify: true };
        follows::follow(ctx, Via::Local, ada.id, bob.id, quiet, None).await.unwrap();
        assert_eq!(house.home(ada.id).await[0], to_self);
        let noted = house.say(bob.id, "avis", Visibility::Public).await;
        let told = house.told(ada.id).await;
        assert_eq!((told[0].kind, told[0].post), (NotificationKind::Status, Some(noted)));
        follows::unfollow(ctx, Via::Local, ada.id, bob.id).await.unwrap();
        assert_eq!(house.home(ada.id).await, [own]);
        assert!(!house.home(eve.id).await.contains(&hidden));
        let account = house.account(bob.id).await;
        assert_eq!((account.followers_count, account.following_count), (0, 0));
    }

    async fn a_block_ends_everything(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        house.follow(ada.id, bob.id).await;
        house.follow(bob.id, ada.id).await;
        house.follow(bob.id, eve.id).await;
        let adas = house.say(ada.id, "@bob", Visibility::Public).await;
        let bobs = house.say(bob.id, "@ada", Visibility::Public).await;
        let boost = posts::boost(ctx, Via::Local, eve.id, adas, None, None).await.unwrap();
        assert_eq!(house.home(bob.id).await, [boost, bobs, adas]);
        blocks::block(ctx, Via::Local, ada.id, bob.id, None).await.unwrap();
        blocks::block(ctx, Via::Local, ada.id, bob.id, None).await.unwrap();
        assert_eq!(house.home(bob.id).await, [bobs]);
        assert_eq!(house.home(ada.id).await, [adas]);
        assert!(house.told(bob.id).await.iter().all(|one| one.from != ada.id));
        assert!(house.told(ada.id).await.iter().all(|one| one.from != bob.id));
        assert_eq!(house.account(ada.id).await.followers_count, 0);
        assert_eq!(timelines::network(ctx, bob.id, false, false, Page::first(9)).await.unwrap(), [bobs]);
        assert_eq!(timelines::network(ctx, ada.id, false, false, Page::first(9)).await.unwrap(), [adas]);
        let answer = follows::follow(ctx, Via::Local, bob.id, ada.id, PLAIN, None).await;
        assert!(matches!(answer, Err(entrenous_domain::DomainError::Forbidden(_))), "{answer:?}");
        house.say(bob.id, "@ada encore", Visibility::Public).await;
        assert!(house.told(ada.id).await.iter().all(|one| one.from != bob.id));
        assert_eq!(blocks::blocked(ctx, ada.id, Page::first(9)).await.unwrap()[0].1.id, bob.id);
        blocks::unblock(ctx, Via::Local, ada.id, bob.id).await.unwrap();
        assert!(house.sees(Viewer::Person(bob.id), adas).await);
    }

    async fn pages(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let mut ids: Vec<PostId> = Vec::new();
        for n in 0..10 {
            ids.push(house.say(ada.id, &format!("{n} #T"), Visibility::Public).await);
        }
        ids.reverse();
        let at = |n: usize| Some(ids[n].get());
        let cases = [
            (Page::first(3), 0..3),
            (Page { max_id: at(2), ..Page::first(3) }, 3..6),
            (Page { since_id: at(5), ..Page::first(3) }, 0..3),
            (Page { min_id: at(5), ..Page::first(3) }, 2..5),
            (Page { min_id: at(5), max_id: at(2), ..Page::first(9) }, 3..5),
            (Page { min_id: at(0), ..Page::first(3) }, 0..0),
            (Page { max_id: at(9), ..Page::first(3) }, 10..10),
            (Page { limit: 1_000, ..Page::default() }, 0..10),
            (Page { limit: -1, ..Page::default() }, 0..1),
        ];
        for (page, expected) in cases {
            let expected = &ids[expected];
            assert_eq!(timelines::home(ctx, ada.id, page).await.unwrap().ids, expected, "{page:?}");
            assert_eq!(timelines::network(ctx, ada.id, true, false, page).await.unwrap(), expected, "{page:?}");
            assert_eq!(timelines::tag(ctx, ada.id, "#t", false, page).await.unwrap(), expected, "{page:?}");
            let filter = timelines::AccountFilter::default();
            let list = timelines::account(ctx, Viewer::Person(ada.id), ada.id, filter, page).await.unwrap();
            assert_eq!(list, expected, "{page:?}");
        }
        for id in &ids {
            posts::favourite(ctx, Via::Local, ada.id, *id, None).await.unwrap();
            posts::bookmark(ctx, ada.id, *id, true).await.unwrap();
        }
        let first = timelines::favourites(ctx, ada.id, Page::first(4)).await.unwrap();
        assert_eq!(first.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [ids[9], ids[8], ids[7], ids[6]]);
        let next = Page { max_id: Some(first[3].0), ..Page::first(4) };
        let next = timelines::favourites(ctx, ada.id, next).await.unwrap();
        assert_eq!(next[0].1, ids[5]);
        posts::bookmark(ctx, ada.id, ids[9], false).await.unwrap();
        assert_eq!(timelines::bookmarks(ctx, ada.id, Page::first(80)).await.unwrap().len(), 9);
    }

    async fn the_known_network(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let here = house.say(ada.id, "ici #news", Visibility::Public).await;
        house.say(ada.id, "discret #news", Visibility::Unlisted).await;
        let draft = remote_draft("https://there.example/p/1", Visibility::Public, &[]);
        let there = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        let list = async |local, remote| timelines::network(ctx, ada.id, local, remote, Page::first(9)).await.unwrap();
        assert_eq!(list(false, false).await, [there, here]);
        assert_eq!(list(true, false).await, [here]);
        assert_eq!(list(false, true).await, [there]);
        assert_eq!(timelines::tag(ctx, ada.id, "News", false, Page::first(9)).await.unwrap(), [there, here]);
        assert_eq!(timelines::tag(ctx, ada.id, "news", true, Page::first(9)).await.unwrap(), [here]);
        house.set_peer_state(peer, PeerState::Revoked).await;
        assert_eq!(list(false, false).await, [here]);
        assert!(!house.sees(Viewer::Person(ada.id), there).await);
    }

    async fn a_boost_shows_only_what_may_be_seen(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        house.follow(eve.id, bob.id).await;
        blocks::block(ctx, Via::Local, ada.id, eve.id, None).await.unwrap();
        let id = house.say(ada.id, "pas pour eve", Visibility::Public).await;
        let boost = posts::boost(ctx, Via::Local, bob.id, id, None, None).await.unwrap();
        assert_eq!(house.home(eve.id).await, []);
        assert!(!house.sees(Viewer::Person(eve.id), boost).await);
        assert!(posts::publish(ctx, Via::Local, eve.id, draft("moi", Visibility::Public)).await.is_ok());
    }

    async fn a_page_in_memory_is_never_behind(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        house.follow(ada.id, bob.id).await;
        let first = async || {
            let page = timelines::home(ctx, ada.id, Page::first(20)).await.unwrap();
            page.views.into_iter().next().unwrap()
        };
        let id = house.say(bob.id, "un", Visibility::Public).await;
        assert_eq!((first().await.post.id, first().await.post.favourites_count), (id, 0));
        posts::favourite(ctx, Via::Local, eve.id, id, None).await.unwrap();
        assert_eq!((first().await.post.favourites_count, first().await.flags.favourited), (1, false));
        posts::favourite(ctx, Via::Local, ada.id, id, None).await.unwrap();
        assert_eq!((first().await.post.favourites_count, first().await.flags.favourited), (2, true));
        posts::bookmark(ctx, ada.id, id, true).await.unwrap();
        assert!(first().await.flags.bookmarked);
        posts::mute_conversation(ctx, ada.id, id, true).await.unwrap();
        assert!(first().await.flags.muted);
        posts::edit(ctx, Via::Local, bob.id, id, draft("deux", Visibility::Public)).await.unwrap();
        assert!(first().await.post.content.contains("deux"));
        let reply = house.reply(eve.id, id, "et toi").await;
        assert_eq!(first().await.post.replies_count, 1);
        assert_eq!(first().await.account.statuses_count, 1);
        // The boost of a post shows the post as it is.
        let boost = posts::boost(ctx, Via::Local, bob.id, reply, None, None).await.unwrap();
        assert_eq!(first().await.post.id, boost);
        posts::favourite(ctx, Via::Local, ada.id, reply, None).await.unwrap();
        let shown = first().await.boosted.unwrap();
        assert_eq!((shown.post.favourites_count, shown.flags.favourited), (1, true));
        blocks::block(ctx, Via::Local, eve.id, ada.id, None).await.unwrap();
        assert_eq!(first().await.post.id, id, "who blocks me is gone from boosts too");
        let newer = house.say(bob.id, "trois", Visibility::Private).await;
        assert_eq!(first().await.post.id, newer);
        posts::delete(ctx, Via::Local, bob.id, newer).await.unwrap();
        assert_eq!(house.home(ada.id).await, [id]);
        people::disable(ctx, "test", "bob").await.unwrap();
        assert_eq!(house.home(ada.id).await, []);
    }

    async fn pages_of_a_page_in_memory(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let mut ids = Vec::new();
        for n in 0..9 {
            ids.insert(0, house.say(ada.id, &format!("{n}"), Visibility::Public).await);
        }
        let read = async |page| timelines::home(ctx, ada.id, page).await.unwrap().ids;
        assert_eq!(read(Page::first(5)).await, ids[..5], "kept from here on");
        assert_eq!(read(Page::first(3)).await, ids[..3]);
        assert_eq!(read(Page::first(8)).await, ids[..8], "longer than what was kept");
        let page = |since, min, limit| Page { max_id: None, since_id: since, min_id: min, limit };
        let at = |n: usize| Some(ids[n].get());
        assert_eq!(read(page(at(2), None, 20)).await, ids[..2]);
        assert_eq!(read(page(at(8), None, 3)).await, ids[..3], "the newest of them");
        assert_eq!(read(page(None, at(5), 3)).await, ids[2..5], "the oldest of them");
        assert_eq!(read(page(None, at(8), 3)).await, ids[5..8], "below what was kept");
        assert_eq!(read(page(at(0), None, 20)).await, []);
        let older = Page { max_id: at(4), ..Page::first(3) };
        assert_eq!(read(older).await, ids[5..8]);
    }

    async fn many_followers_are_served_in_pieces(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let star = house.person("star").await;
        let mut fans = Vec::new();
        for n in 0..201 {
            let fan = house.person(&format!("fan{n}")).await;
            house.follow(fan.id, star.id).await;
            fans.push(fan.id);
        }
        let id = house.say(star.id, "tous", Visibility::Public).await;
        assert_eq!(house.home(star.id).await, [id], "one's own timeline has it at once");
        assert_eq!(house.home(fans[0]).await, []);
        let gone = house.say(star.id, "vite", Visibility::Public).await;
        posts::delete(ctx, Via::Local, star.id, gone).await.unwrap();
        follows::unfollow(ctx, Via::Local, fans[7], star.id).await.unwrap();
        let mut pieces = 0;
        while timelines::spread_waiting(ctx).await.unwrap() {
            pieces += 1;
        }
        assert_eq!(pieces, 3, "two for the post, one for what had gone");
        for (n, fan) in fans.iter().enumerate() {
            let expected: &[PostId] = if n == 7 { &[] } else { &[id] };
            assert_eq!(house.home(*fan).await, expected, "fan {n}");
        }
        assert!(!timelines::spread_waiting(ctx).await.unwrap());
    }
}
