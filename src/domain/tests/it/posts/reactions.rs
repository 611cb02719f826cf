//! Emoji that posts are answered with.

use super::{ELSEWHERE, THERE, remote_draft};
use crate::fixture::House;
use entrenous_domain::custom_emoji::{self, Change};
use entrenous_domain::notifications::{self, Filter};
use entrenous_domain::posts::{self, ShownReaction, Viewer};
use entrenous_domain::{DomainError, Via, accounts, blocks, people};
use entrenous_model::{AccountId, NotificationKind, Page, PeerState, PostId, PreparedEmoji, Visibility};
use entrenous_store::reactions::{self as rows, NewReaction};
use entrenous_store::stories;

pub(crate) fn picture(bytes: &[u8]) -> PreparedEmoji {
    PreparedEmoji {
        bytes: bytes.to_vec(),
        content_type: "image/png",
        still: None,
    }
}

impl House {
    async fn reactions(&self, viewer: AccountId, post: PostId) -> Vec<ShownReaction> {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), post)
            .await
            .unwrap();
        view.shown_reactions()
    }

    /// (emoji, count, mine).
    async fn answers(&self, viewer: AccountId, post: PostId) -> Vec<(String, i64, bool)> {
        let shown = self.reactions(viewer, post).await;
        shown
            .into_iter()
            .map(|one| (one.name, one.count, one.me))
            .collect()
    }

    async fn react(&self, who: AccountId, post: PostId, emoji: &str) -> Result<(), DomainError> {
        posts::react(&self.ctx, Via::Local, who, post, emoji, None).await
    }

    async fn asked_for(&self, who: AccountId) -> Vec<AccountId> {
        let filter = Filter {
            types: vec![NotificationKind::EmojiReaction],
            ..Filter::default()
        };
        let told = notifications::list(&self.ctx, who, filter, Page::first(40))
            .await
            .unwrap();
        told.into_iter().map(|one| one.from).collect()
    }
}

fn said(all: &[(&str, i64, bool)]) -> Vec<(String, i64, bool)> {
    all.iter()
        .map(|(name, count, me)| ((*name).to_owned(), *count, *me))
        .collect()
}

stories! {
    async fn people_answer_with_emoji(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let post = house.say(ada.id, "Hello", Visibility::Public).await;
        for emoji in ["🎉", "🎉", "👍"] {
            house.react(bob.id, post, emoji).await.unwrap();
        }
        let uri = Some(format!("{THERE}/reactions/1"));
        posts::react(ctx, house.via(peer), zoe.id, post, "🎉", uri.clone()).await.unwrap();
        assert_eq!(house.answers(bob.id, post).await, said(&[("🎉", 2, true), ("👍", 1, true)]));
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 2, false), ("👍", 1, false)]));
        assert_eq!(house.reactions(ada.id, post).await[0].people, [bob.id, zoe.id]);
        // Told once, to those who ask for it.
        assert_eq!(house.kinds_told(ada.id).await, []);
        assert_eq!(house.asked_for(ada.id).await, [zoe.id, bob.id]);
        assert_eq!(notifications::unread_count(ctx, ada.id).await.unwrap(), 0);
        // What is no emoji.
        for none in ["", "x", "thumbsup", ":none:", "👍👍", "none@there.example", "<b>", ":a:", "blob@nowhere.example"] {
            let answer = house.react(bob.id, post, none).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{none}: {answer:?}");
        }
        // Taken back.
        posts::unreact(ctx, Via::Local, bob.id, post, Some("🎉")).await.unwrap();
        posts::unreact(ctx, Via::Local, bob.id, post, Some("🎉")).await.unwrap();
        assert_eq!(house.answers(bob.id, post).await, said(&[("👍", 1, true), ("🎉", 1, false)]));
        assert_eq!(house.asked_for(ada.id).await, [zoe.id, bob.id]);
        posts::unreact(ctx, Via::Local, bob.id, post, Some("👍")).await.unwrap();
        assert_eq!(house.asked_for(ada.id).await, [zoe.id]);
        posts::unreact(ctx, house.via(peer), zoe.id, post, None).await.unwrap();
        assert_eq!(house.answers(ada.id, post).await, []);
        assert_eq!(house.asked_for(ada.id).await, []);
        // A boost is answered in the place of what it boosts.
        let boost = posts::boost(ctx, Via::Local, bob.id, post, None, None).await.unwrap();
        house.react(ada.id, boost, "🚀").await.unwrap();
        assert_eq!(house.answers(ada.id, boost).await, said(&[("🚀", 1, true)]));
        assert_eq!(house.answers(ada.id, post).await, said(&[("🚀", 1, true)]));
        assert_eq!(house.home(bob.id).await.first(), Some(&boost));
    }

    async fn theirs_are_told_and_taken_back(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let draft = remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &[]);
        let theirs = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (ctx, id) = (ctx.clone(), ada.id);
            tries.spawn(async move { posts::react(&ctx, Via::Local, id, theirs, "🎉", None).await.unwrap() });
        }
        tries.join_all().await;
        assert_eq!(house.answers(ada.id, theirs).await, said(&[("🎉", 1, true)]));
        posts::unreact(ctx, Via::Local, ada.id, theirs, Some("🎉")).await.unwrap();
        assert_eq!(house.queued(peer).await, ["EmojiReact", "Undo EmojiReact"]);
    }

    async fn only_who_sees_a_post_answers_it(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let other = house.peer(ELSEWHERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let private = house.say(ada.id, "among us", Visibility::Direct).await;
        for emoji in ["🎉", "none"] {
            let answer = house.react(bob.id, private, emoji).await;
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        let uri = |n: u32| Some(format!("{THERE}/reactions/{n}"));
        let answer = posts::react(ctx, house.via(peer), zoe.id, private, "🎉", uri(1)).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        // Nobody speaks for someone of another node, or of ours.
        let public = house.say(ada.id, "to all", Visibility::Public).await;
        for who in [zoe.id, bob.id] {
            let answer = posts::react(ctx, house.via(other), who, public, "🎉", uri(2)).await;
            assert!(matches!(answer, Err(DomainError::Refused("actor"))), "{answer:?}");
        }
        // An id is one reaction's alone.
        posts::react(ctx, house.via(peer), zoe.id, public, "🎉", uri(3)).await.unwrap();
        let answer = posts::react(ctx, house.via(peer), zoe.id, public, "👍", uri(3)).await;
        assert!(matches!(answer, Err(DomainError::Refused("uri_taken"))), "{answer:?}");
        let answer = posts::react(ctx, house.via(peer), zoe.id, public, "👍", None).await;
        assert!(matches!(answer, Err(DomainError::Refused("no_id"))), "{answer:?}");
        assert_eq!(house.answers(ada.id, public).await, said(&[("🎉", 1, false)]));
    }

    async fn those_whom_one_does_not_see_are_not_counted(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob, eve) = (house.person("ada").await, house.person("bob").await, house.person("eve").await);
        let post = house.say(ada.id, "Hello", Visibility::Public).await;
        for who in [bob.id, eve.id] {
            house.react(who, post, "🎉").await.unwrap();
        }
        house.react(eve.id, post, "👍").await.unwrap();
        let uri = Some(format!("{THERE}/reactions/1"));
        posts::react(ctx, house.via(peer), zoe.id, post, "🎉", uri).await.unwrap();
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 3, false), ("👍", 1, false)]));
        blocks::mute(ctx, bob.id, eve.id, true, None).await.unwrap();
        assert_eq!(house.answers(bob.id, post).await, said(&[("🎉", 2, true)]));
        assert_eq!(house.reactions(bob.id, post).await[0].people, [bob.id, zoe.id]);
        blocks::unmute(ctx, bob.id, eve.id).await.unwrap();
        // Both ways.
        blocks::block(ctx, Via::Local, eve.id, bob.id, None).await.unwrap();
        assert_eq!(house.answers(bob.id, post).await, said(&[("🎉", 2, true)]));
        assert_eq!(house.answers(eve.id, post).await, said(&[("🎉", 2, true), ("👍", 1, true)]));
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 3, false), ("👍", 1, false)]));
        // A revoked peer's people are gone while it is, and leavers for good.
        house.set_peer_state(peer, PeerState::Revoked).await;
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 2, false), ("👍", 1, false)]));
        house.set_peer_state(peer, PeerState::Active).await;
        people::disable(ctx, "owner", "eve").await.unwrap();
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 2, false)]));
        accounts::remote_gone(ctx, house.via(peer), zoe.id).await.unwrap();
        house.ctx.caches().forget_everything();
        assert_eq!(house.answers(ada.id, post).await, said(&[("🎉", 1, false)]));
        let left = ctx.store().read(move |conn| Ok((rows::of_person(conn, eve.id, post)?, rows::of_person(conn, zoe.id, post)?)));
        assert_eq!(left.await.unwrap(), (Vec::new(), Vec::new()));
        // With the post they go too.
        posts::delete(ctx, Via::Local, ada.id, post).await.unwrap();
        let left = ctx.store().read(move |conn| rows::kinds(conn, post));
        assert_eq!(left.await.unwrap(), 0);
    }

    async fn there_are_bounds(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let post = house.say(ada.id, "Hello", Visibility::Public).await;
        let emoji = "😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒 😓 😔 😕 😖 😗 😘 😙 😚 😛 😜 😝 😞 😟 😠 😡 😢 😣 😤 😥 😦 😧 😨 😩 😪 😫 😬 😭 😮 😯 😰 😱 😲";
        let emoji: Vec<&str> = emoji.split(' ').collect();
        for one in &emoji[..posts::OF_ONE] {
            house.react(bob.id, post, one).await.unwrap();
        }
        let answer = house.react(bob.id, post, emoji[posts::OF_ONE]).await;
        assert!(matches!(&answer, Err(DomainError::Invalid(text)) if text.contains("Limit")), "{answer:?}");
        // Fifty kinds in all; of a peer's people one more is nothing, and nothing is wrong with it.
        let kinds = usize::try_from(posts::KINDS).unwrap();
        let people: Vec<_> = {
            let mut people = Vec::new();
            for n in 0..7 {
                people.push(house.remote(peer, THERE, &format!("p{n}")).await.id);
            }
            people
        };
        for (n, one) in emoji[posts::OF_ONE..kinds].iter().enumerate() {
            let uri = Some(format!("{THERE}/reactions/{n}"));
            posts::react(ctx, house.via(peer), people[n / posts::OF_ONE], post, one, uri).await.unwrap();
        }
        let uri = Some(format!("{THERE}/reactions/last"));
        let answer = posts::react(ctx, house.via(peer), zoe.id, post, emoji[kinds], uri.clone()).await;
        assert!(matches!(answer, Err(DomainError::Conflict(_))), "{answer:?}");
        let answer = house.react(ada.id, post, emoji[kinds]).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        // One that is there already can always be joined.
        posts::react(ctx, house.via(peer), zoe.id, post, emoji[0], uri).await.unwrap();
        assert_eq!(house.answers(ada.id, post).await.len(), kinds);
        assert_eq!(house.answers(ada.id, post).await[0], (emoji[0].to_owned(), 2, false));
    }

    async fn ten_thousand_are_counted_and_twenty_named(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let peer = house.peer(THERE).await;
        let post = house.say(ada.id, "Hello", Visibility::Public).await;
        let mut crowd = Vec::new();
        for n in 0..250 {
            crowd.push(house.remote(peer, THERE, &format!("p{n}")).await.id);
        }
        let (first, muted) = (crowd.clone(), crowd[3]);
        ctx.store()
            .write(move |tx| {
                for (n, account) in first.iter().enumerate() {
                    for kind in 0..40 {
                        let (name, uri) = (format!("kind_{kind}"), format!("{THERE}/{kind}/{n}"));
                        let one = NewReaction { id: tx.next_id(), post, account: *account, name: &name, uri: &uri, at: tx.now() };
                        rows::insert(tx, &one)?;
                    }
                }
                Ok::<_, DomainError>(())
            })
            .await
            .unwrap();
        ctx.caches().forget_everything();
        let shown = house.reactions(ada.id, post).await;
        assert_eq!(shown.len(), 40);
        assert!(shown.iter().all(|one| one.count == 250 && one.people == crowd[..20]));
        blocks::mute(ctx, ada.id, muted, true, None).await.unwrap();
        let shown = house.reactions(ada.id, post).await;
        assert!(shown.iter().all(|one| one.count == 249 && one.people.len() == 19 && !one.people.contains(&muted)));
    }

    async fn custom_ones_are_ours_or_there_already(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let post = house.say(ada.id, "Hello", Visibility::Public).await;
        let change = Change { picture: Some(picture(b"ours")), ..Change::default() };
        let blob = custom_emoji::create(ctx, "boss", "blob", change).await.unwrap();
        for emoji in [":blob:", "blob", "blob@here.example"] {
            house.react(bob.id, post, emoji).await.unwrap();
        }
        // The peer's of the same name is another one, and ours to use once it is there.
        let answer = house.react(bob.id, post, "blob@there.example").await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        let uri = Some(format!("{THERE}/reactions/1"));
        posts::react(ctx, house.via(peer), zoe.id, post, "blob@there.example", uri).await.unwrap();
        house.react(ada.id, post, ":blob@there.example:").await.unwrap();
        assert_eq!(
            house.answers(ada.id, post).await,
            said(&[("blob", 1, false), ("blob@there.example", 2, true)])
        );
        // One that is switched off or gone is not taken any more, and can be taken back.
        let off = Change { disabled: Some(true), ..Change::default() };
        custom_emoji::update(ctx, "boss", blob.id, off).await.unwrap();
        let answer = house.react(ada.id, post, "blob").await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        custom_emoji::remove(ctx, "boss", blob.id).await.unwrap();
        assert_eq!(house.answers(ada.id, post).await[0].0, "blob");
        posts::unreact(ctx, Via::Local, bob.id, post, Some(":blob:")).await.unwrap();
        assert_eq!(house.answers(ada.id, post).await, said(&[("blob@there.example", 2, true)]));
    }
}
