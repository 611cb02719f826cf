//! Conversations: who has which, what is new in them, and what takes them away.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::posts::{self, Draft, ReplyTo};
use entrenous_domain::{DomainError, Via, accounts, blocks, conversations, people};
use entrenous_model::{
    Account, AccountId, Conversation, ConversationId, Event, Page, PeerState, PostId, Visibility,
};
use entrenous_store::testing::tamper;
use entrenous_store::{Backend, stories};
use std::sync::Arc;

impl House {
    async fn whisper(&self, author: &Account, text: &str) -> PostId {
        self.say(author.id, text, Visibility::Direct).await
    }

    async fn answer(&self, author: &Account, to: PostId, text: &str) -> PostId {
        let draft = Draft {
            reply_to: ReplyTo::Post(to),
            ..draft(text, Visibility::Direct)
        };
        posts::publish(&self.ctx, Via::Local, author.id, draft)
            .await
            .unwrap()
    }

    async fn conversations(&self, owner: AccountId) -> Vec<Conversation> {
        conversations::of(&self.ctx, owner, Page::first(40))
            .await
            .unwrap()
    }

    /// Of each conversation: the others, its newest post, whether it is unread.
    async fn talks(&self, owner: AccountId) -> Vec<(Vec<AccountId>, PostId, bool)> {
        let all = self.conversations(owner).await;
        all.into_iter()
            .map(|one| (one.participants, one.last.unwrap(), one.unread))
            .collect()
    }
}

/// Everything that stands in the tables, but for the ids of the conversations and what is unread.
async fn contents(
    house: &House,
    owners: &[&Arc<Account>],
) -> Vec<(AccountId, Vec<AccountId>, PostId, Option<PostId>)> {
    let mut all = Vec::new();
    for owner in owners {
        for one in house.conversations(owner.id).await {
            all.push((owner.id, one.participants, one.place, one.last));
        }
    }
    all
}

stories! {
    async fn direct_posts_are_grouped_by_thread_and_people(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let first = house.whisper(&ada, "@bob un").await;
        assert_eq!(house.talks(ada.id).await, [(vec![bob.id], first, false)]);
        assert_eq!(house.talks(bob.id).await, [(vec![ada.id], first, true)]);
        assert_eq!(house.talks(eve.id).await, []);
        // An answer in the same thread is the same conversation, and whoever answers has read.
        let second = house.answer(&bob, first, "@ada deux").await;
        assert_eq!(house.talks(ada.id).await, [(vec![bob.id], second, true)]);
        assert_eq!(house.talks(bob.id).await, [(vec![ada.id], second, false)]);
        // One more in it makes another conversation, of those three; a new thread is one of its own.
        let third = house.answer(&bob, second, "@ada @eve trois").await;
        let fourth = house.whisper(&ada, "@bob quatre").await;
        assert_eq!(house.talks(ada.id).await, [
            (vec![bob.id], fourth, false),
            (vec![bob.id, eve.id], third, true),
            (vec![bob.id], second, true),
        ]);
        assert_eq!(house.talks(eve.id).await, [(vec![ada.id, bob.id], third, true)]);
        let note = house.whisper(&eve, "à moi-même").await;
        assert_eq!(house.talks(eve.id).await[0], (vec![], note, false));
        // Nothing but direct posts.
        house.say(ada.id, "@bob à tous", Visibility::Public).await;
        house.say(ada.id, "@bob à qui me suit", Visibility::Private).await;
        assert_eq!(house.talks(bob.id).await.len(), 3);
        // A page, and the next.
        let page = conversations::of(&house.ctx, ada.id, Page::first(2)).await.unwrap();
        let rest = Page { max_id: Some(page[1].place.get()), ..Page::first(2) };
        let rest = conversations::of(&house.ctx, ada.id, rest).await.unwrap();
        assert_eq!(rest.iter().map(|one| one.last).collect::<Vec<_>>(), [Some(second)]);
        let newer = Page { min_id: Some(rest[0].place.get()), ..Page::first(1) };
        let newer = conversations::of(&house.ctx, ada.id, newer).await.unwrap();
        assert_eq!(newer[0].last, Some(third));
    }

    async fn what_is_read_and_removed_is_ones_own(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let first = house.whisper(&ada, "@bob un").await;
        let bobs = house.conversations(bob.id).await.remove(0);
        for who in [ada.id, eve.id] {
            for answer in [
                conversations::get(ctx, who, bobs.id).await.map(drop),
                conversations::read(ctx, who, bobs.id).await.map(drop),
                conversations::remove(ctx, who, bobs.id).await,
            ] {
                assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
            }
        }
        let mut events = ctx.store().events();
        assert!(!conversations::read(ctx, bob.id, bobs.id).await.unwrap().unread);
        let told = Event::ConversationChanged { conversation: bobs.id, account: bob.id };
        assert_eq!(events.recv().await.unwrap()[..], [told]);
        assert!(!house.conversations(bob.id).await[0].unread);
        house.answer(&ada, first, "@bob deux").await;
        assert!(house.conversations(bob.id).await[0].unread);
        conversations::remove(ctx, bob.id, bobs.id).await.unwrap();
        assert_eq!(house.talks(bob.id).await, []);
        assert_eq!(house.talks(ada.id).await.len(), 1, "the other one has hers");
        assert!(matches!(conversations::remove(ctx, bob.id, bobs.id).await, Err(DomainError::NotFound)));
        assert!(posts::view(ctx, posts::Viewer::Person(bob.id), first).await.is_ok());
        // The next post begins it anew, with nothing of what was there.
        let third = house.answer(&ada, first, "@bob trois").await;
        assert_eq!(house.talks(bob.id).await, [(vec![ada.id], third, true)]);
        posts::delete(ctx, Via::Local, ada.id, third).await.unwrap();
        assert_eq!(house.talks(bob.id).await, []);
        let none = ConversationId(17);
        assert!(matches!(conversations::get(ctx, bob.id, none).await, Err(DomainError::NotFound)));
    }

    async fn a_deleted_post_gives_way_to_the_one_before(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let first = house.whisper(&ada, "@bob un").await;
        let second = house.answer(&bob, first, "@ada deux").await;
        let id = house.conversations(ada.id).await[0].id;
        let mut events = ctx.store().events();
        posts::delete(ctx, Via::Local, bob.id, second).await.unwrap();
        let batch = events.recv().await.unwrap();
        let told = Event::ConversationChanged { conversation: id, account: ada.id };
        assert!(batch.contains(&told), "{batch:?}");
        assert_eq!(house.talks(ada.id).await, [(vec![bob.id], first, true)]);
        assert_eq!(house.conversations(ada.id).await[0].place, first);
        posts::delete(ctx, Via::Local, ada.id, first).await.unwrap();
        assert_eq!((house.talks(ada.id).await, house.talks(bob.id).await), (vec![], vec![]));
    }

    async fn people_of_peers_take_part(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let letter = |uri: &str, to: &[AccountId], answers: ReplyTo| Draft {
            reply_to: answers,
            ..remote_draft(&format!("{THERE}/posts/{uri}"), Visibility::Direct, to)
        };
        let first = letter("1", &[ada.id], ReplyTo::None);
        let first = posts::publish(ctx, house.via(peer), zoe.id, first).await.unwrap();
        assert_eq!(house.talks(ada.id).await, [(vec![zoe.id], first, true)]);
        let second = house.answer(&ada, first, "@zoe@there.example bien reçu").await;
        assert_eq!(house.talks(ada.id).await, [(vec![zoe.id], second, false)]);
        // Addressed in silence is addressed.
        let mut silent = letter("2", &[], ReplyTo::Post(second));
        if let Some(remote) = &mut silent.remote {
            remote.silent = vec![ada.id, bob.id];
        }
        let silent = posts::publish(ctx, house.via(peer), zoe.id, silent).await.unwrap();
        assert_eq!(house.talks(bob.id).await, [(vec![ada.id, zoe.id], silent, true)]);
        // An answer that comes before what it answers: both are one conversation once that is there.
        let late = format!("{THERE}/posts/late");
        let answer = letter("4", &[ada.id], ReplyTo::Uri(late));
        let answer = posts::publish(ctx, house.via(peer), zoe.id, answer).await.unwrap();
        assert_eq!(house.talks(ada.id).await.len(), 3);
        let question = letter("late", &[ada.id], ReplyTo::Post(second));
        posts::publish(ctx, house.via(peer), zoe.id, question).await.unwrap();
        let talks = house.talks(ada.id).await;
        assert_eq!(talks.len(), 2, "{talks:?}");
        assert!(talks.iter().any(|talk| talk.0 == [zoe.id] && talk.1 > answer && talk.2), "{talks:?}");
        // What was fetched to show a thread is news to nobody.
        let old = letter("5", &[bob.id], ReplyTo::None);
        posts::publish(ctx, Via::Local, zoe.id, old).await.unwrap();
        assert!(!house.conversations(bob.id).await[0].unread);
        // A peer that is gone takes what it said with it, and what one said oneself stays.
        house.set_peer_state(peer, PeerState::Revoked).await;
        assert_eq!(house.talks(bob.id).await, []);
        let left: Vec<_> = house.talks(ada.id).await.into_iter().map(|talk| talk.1).collect();
        assert_eq!(left, [second]);
    }

    async fn a_person_of_a_peer_who_leaves_is_left_out(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let letter = remote_draft("https://there.example/posts/1", Visibility::Direct, &[ada.id]);
        posts::publish(ctx, house.via(peer), zoe.id, letter).await.unwrap();
        assert_eq!(house.talks(ada.id).await.len(), 1);
        accounts::remote_gone(ctx, house.via(peer), zoe.id).await.unwrap();
        assert_eq!(house.talks(ada.id).await, []);
    }

    async fn blocks_and_mutes_hold(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let with_bob = house.whisper(&bob, "@ada un").await;
        let all = house.whisper(&eve, "@ada @bob deux").await;
        // Who is muted is not seen, as long as that lasts; nothing is lost.
        let until = house.ctx.now() + TimeDelta::hours(1);
        blocks::mute(ctx, ada.id, bob.id, true, Some(until)).await.unwrap();
        assert_eq!(house.talks(ada.id).await, [(vec![bob.id, eve.id], all, true)]);
        let id = house.conversations(bob.id).await[0].id;
        assert!(conversations::get(ctx, bob.id, id).await.is_ok());
        let more = house.answer(&bob, with_bob, "@ada trois").await;
        house.answer(&ada, with_bob, "@bob pour plus tard").await;
        assert_eq!(house.talks(ada.id).await.len(), 1);
        house.clock.advance(TimeDelta::hours(2));
        assert_eq!(house.talks(ada.id).await.len(), 2);
        // A muted conversation is there, and says nothing.
        let quiet = house.whisper(&eve, "@ada quatre").await;
        let id = house.conversations(ada.id).await[0].id;
        conversations::read(ctx, ada.id, id).await.unwrap();
        posts::mute_conversation(ctx, ada.id, quiet, true).await.unwrap();
        let last = house.answer(&eve, quiet, "@ada cinq").await;
        assert_eq!(house.talks(ada.id).await[0], (vec![eve.id], last, false));
        // A block takes conversations away, for good.
        blocks::block(ctx, Via::Local, ada.id, bob.id, None).await.unwrap();
        assert_eq!(house.talks(ada.id).await, [(vec![eve.id], last, false)]);
        blocks::unblock(ctx, Via::Local, ada.id, bob.id).await.unwrap();
        assert_eq!(house.talks(ada.id).await.len(), 1);
        assert!(house.talks(bob.id).await.iter().any(|talk| talk.1 >= more));
    }

    async fn many_at_once_are_one_conversation(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let first = house.whisper(&ada, "@bob un").await;
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..10 {
            let (ctx, who) = (house.ctx.clone(), if n % 2 == 0 { ada.id } else { bob.id });
            let text = if n % 2 == 0 { "@bob" } else { "@ada" };
            let draft = Draft { reply_to: ReplyTo::Post(first), ..draft(&format!("{text} {n}"), Visibility::Direct) };
            tries.spawn(async move { posts::publish(&ctx, Via::Local, who, draft).await.unwrap() });
        }
        let newest = tries.join_all().await.into_iter().max().unwrap();
        for who in [ada.id, bob.id] {
            let all = house.conversations(who).await;
            assert_eq!((all.len(), all[0].last, all[0].place), (1, Some(newest), newest));
        }
    }

    async fn it_goes_with_the_person(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let first = house.whisper(&ada, "@bob un").await;
        house.answer(&bob, first, "@ada deux").await;
        people::disable(&house.ctx, "boss", "ada").await.unwrap();
        assert_eq!(house.talks(ada.id).await, []);
        let rows = house.ctx.store().read(move |conn| entrenous_store::conversations::holding(conn, &[first.get()]));
        assert!(rows.await.unwrap().iter().all(|(_, owner)| *owner == bob.id));
        assert_eq!(house.conversations(bob.id).await.len(), 1, "what bob said himself");
    }

    async fn what_was_there_before_is_filled_in(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let first = house.whisper(&eve, "@ada @bob un").await;
        house.answer(&ada, first, "@eve deux").await;
        house.answer(&bob, first, "@ada @eve trois").await;
        house.whisper(&eve, "à moi").await;
        let gone = house.whisper(&bob, "@ada parti").await;
        posts::delete(ctx, Via::Local, bob.id, gone).await.unwrap();
        let letter = remote_draft("https://there.example/posts/1", Visibility::Direct, &[ada.id, bob.id]);
        posts::publish(ctx, house.via(peer), zoe.id, letter).await.unwrap();
        house.say(ada.id, "@bob public", Visibility::Public).await;
        let owners = [&ada, &bob, &eve, &zoe];
        let before = contents(&house, &owners).await;
        assert_eq!(before.len(), 8, "{before:?}");

        let script = match ctx.store().backend() {
            Backend::Sqlite => include_str!("../../../../../migrations/sqlite/0018_conversations/up.sql"),
            Backend::Postgres => include_str!("../../../../../migrations/postgres/0018_conversations/up.sql"),
        };
        let fill = script.split_once("-- Those of the direct posts").unwrap().1;
        let fill = fill.split_once('\n').unwrap().1.to_owned();
        ctx.store()
            .write(move |tx| {
                tamper(tx, "DELETE FROM conversations")?;
                for statement in fill.split(';').filter(|statement| !statement.trim().is_empty()) {
                    tamper(tx, statement)?;
                }
                Ok::<_, DomainError>(())
            })
            .await
            .unwrap();
        assert_eq!(contents(&house, &owners).await, before);
        assert!(house.conversations(ada.id).await.iter().all(|one| !one.unread));
        let next = house.answer(&bob, first, "@ada @eve quatre").await;
        assert_eq!(house.talks(ada.id).await[0], (vec![bob.id, eve.id], next, true), "it goes on in those");
        assert_eq!(house.conversations(ada.id).await.len(), 3);
    }
}
