//! Posts that are published at a time that their authors have chosen.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::attachments;
use entrenous_domain::polls::{End, NewPoll};
use entrenous_domain::posts::{self, Chosen, Draft, Files, ReplyTo, Viewer};
use entrenous_domain::{DomainError, Via, groups, maintenance, people, scheduled};
use entrenous_model::{
    AccountId, AttachmentKind, Focus, GroupKind, MediaId, Page, PeerState, PostId, PreparedFile, Scheduled,
    Time, Unpublished, Visibility,
};
use entrenous_store::stories;
use entrenous_store::testing::tamper;
use tokio::task::JoinSet;

impl House {
    fn in_minutes(&self, minutes: i64) -> Time {
        self.ctx.now() + TimeDelta::minutes(minutes)
    }

    async fn later(&self, author: AccountId, draft: Draft, minutes: i64) -> Scheduled {
        scheduled::schedule(&self.ctx, author, draft, self.in_minutes(minutes), None)
            .await
            .unwrap()
    }

    async fn waiting(&self, owner: AccountId) -> Vec<Scheduled> {
        scheduled::of(&self.ctx, owner, Page::first(80)).await.unwrap()
    }

    /// What the node's worker does; how many pieces of it there were.
    async fn publish_due(&self) -> usize {
        let mut pieces = 0;
        while scheduled::settle(&self.ctx).await.unwrap() {
            pieces += 1;
        }
        pieces
    }

    async fn file(&self, owner: AccountId, bytes: &[u8]) -> MediaId {
        let file = PreparedFile {
            kind: AttachmentKind::Unknown,
            content_type: "application/pdf",
            bytes: bytes.to_vec(),
            pixels: None,
            duration: None,
            frame_rate: None,
            preview: None,
        };
        let focus = Focus { x: 0.0, y: 0.0 };
        attachments::upload(&self.ctx, owner, file, "", focus)
            .await
            .unwrap()
            .id
    }

    async fn source(&self, viewer: AccountId, id: PostId) -> String {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), id).await.unwrap();
        view.post.source.clone()
    }
}

fn text(answer: Result<impl std::fmt::Debug, DomainError>) -> String {
    match answer {
        Err(DomainError::Invalid(text)) => text,
        other => panic!("{other:?}"),
    }
}

stories! {
    async fn a_post_comes_at_its_time(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        house.followed_from(peer, zoe.id, ada.id).await;
        house.follow(bob.id, ada.id).await;
        let before = house.told(bob.id).await.len();
        let words = Draft {
            spoiler: "Attention".to_owned(),
            ..draft("Bonjour @bob #matin", Visibility::Public)
        };
        let made = house.later(ada.id, words, 60).await;
        assert_eq!(scheduled::get(ctx, ada.id, made.id).await.unwrap(), made);
        assert_eq!(scheduled::next_at(ctx).await.unwrap(), Some(made.due_at));
        house.clock.advance(TimeDelta::seconds(3_599));
        assert_eq!(house.publish_due().await, 0);
        assert_eq!(house.home(bob.id).await, []);
        assert_eq!(house.told(bob.id).await.len(), before);
        assert!(!house.queued(peer).await.contains(&"Create"));

        house.clock.advance(TimeDelta::seconds(1));
        assert_eq!(house.publish_due().await, 1);
        let home = house.home(bob.id).await;
        let post = posts::view(ctx, Viewer::Person(bob.id), home[0]).await.unwrap();
        assert_eq!(post.post.source, "Bonjour @bob #matin");
        assert_eq!((post.post.spoiler.as_str(), post.post.sensitive), ("Attention", true));
        assert_eq!((post.post.visibility, post.post.language.as_deref()), (Visibility::Public, Some("fr")));
        assert_eq!(post.post.created_at, ctx.now(), "it is as old as its publication");
        assert_eq!(post.tags, ["matin"]);
        assert_eq!(house.told(bob.id).await.len(), before + 1);
        assert!(house.queued(peer).await.contains(&"Create"));
        assert_eq!(house.waiting(ada.id).await, []);
        assert_eq!(house.publish_due().await, 0);
        assert_eq!(scheduled::next_at(ctx).await.unwrap(), None);
    }

    async fn what_is_for_a_group_is_never_for_others(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea) = (house.person("ann").await.id, house.person("bea").await.id);
        let group = house.group(ann, "Welding", GroupKind::Open).await;
        house.join(bea, group).await;
        house.follow(ann, bea).await;
        let kept = house.later(bea, draft("@welding rien que pour nous", Visibility::Public), 30).await;
        assert_eq!(kept.params.group, Some(group));
        house.clock.advance(TimeDelta::minutes(31));
        house.publish_due().await;
        assert_eq!(house.read_group(ann, group).await.len(), 1);
        house.later(bea, draft("@welding encore", Visibility::Public), 30).await;
        groups::end(ctx, ann, group).await.unwrap();
        house.clock.advance(TimeDelta::minutes(31));
        house.publish_due().await;
        assert_eq!(house.home(ann).await, [], "no group is called so any more, and it is not for everybody now");
        let waiting = house.waiting(bea).await;
        assert_eq!(waiting.iter().map(|one| one.failure).collect::<Vec<_>>(), [Some(Unpublished::NotValid)]);
    }

    async fn several_are_due_at_once_and_a_node_that_starts_again_goes_on(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        for n in 0..5 {
            house.later(ada.id, draft(&format!("n° {n}"), Visibility::Public), 10 + n % 2).await;
        }
        house.clock.advance(TimeDelta::minutes(11));
        assert!(scheduled::settle(&house.ctx).await.unwrap());
        // Another process goes on where this one was; two at once publish nothing twice.
        let other = House::at(db, "https://here.example");
        let (one, two) = tokio::join!(other.publish_due(), other.publish_due());
        assert!(one + two >= 4, "{one} {two}");
        assert_eq!(house.publish_due().await, 0);
        let home = other.home(ada.id).await;
        let mut texts = Vec::new();
        for id in home {
            texts.push(other.source(ada.id, id).await);
        }
        texts.sort();
        assert_eq!(texts, ["n° 0", "n° 1", "n° 2", "n° 3", "n° 4"]);
    }

    async fn the_time_and_the_number_are_bounded(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let words = || draft("x", Visibility::Public);
        let near = ctx.now() + TimeDelta::seconds(299);
        let answer = scheduled::schedule(ctx, ada.id, words(), near, None).await;
        assert_eq!(text(answer), "Scheduled at must be at least 5 minutes from now");
        for at in [ctx.now() - TimeDelta::days(1), ctx.now()] {
            text(scheduled::schedule(ctx, ada.id, words(), at, None).await);
        }
        let far = ctx.now() + TimeDelta::days(3_654);
        text(scheduled::schedule(ctx, ada.id, words(), far, None).await);
        house.later(ada.id, words(), 5).await;

        // 25 on one day of UTC, whatever the hour; 300 in all.
        let day = |day: i64| ctx.now() + TimeDelta::days(1 + day);
        for n in 0..25 {
            let at = day(0) + TimeDelta::minutes(n);
            scheduled::schedule(ctx, ada.id, words(), at, None).await.unwrap();
        }
        let answer = scheduled::schedule(ctx, ada.id, words(), day(0), None).await;
        assert_eq!(text(answer), "You have exceeded the limit of 25 scheduled posts for that day");
        let first = house.waiting(ada.id).await.pop().unwrap();
        text(scheduled::update(ctx, ada.id, first.id, day(0)).await);
        let other = house.waiting(ada.id).await.remove(0);
        scheduled::update(ctx, ada.id, other.id, day(0)).await.unwrap();
        scheduled::schedule(ctx, bob.id, words(), day(0), None).await.unwrap();
        for n in 26..300 {
            scheduled::schedule(ctx, ada.id, words(), day(n / 25), None).await.unwrap();
        }
        let answer = scheduled::schedule(ctx, ada.id, words(), day(100), None).await;
        assert_eq!(text(answer), "You have exceeded the limit of 300 scheduled posts");
        scheduled::remove(ctx, ada.id, first.id).await.unwrap();
        scheduled::schedule(ctx, ada.id, words(), day(100), None).await.unwrap();
        let page = Page { limit: 500, ..Page::first(1) };
        assert_eq!(scheduled::of(ctx, ada.id, page).await.unwrap().len(), 80, "a page has its bounds");
    }

    async fn what_could_not_be_published_now_is_not_scheduled(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let secret = house.say(bob.id, "entre moi", Visibility::Direct).await;
        let poll = |options: &[&str]| NewPoll {
            options: options.iter().map(|&title| title.to_owned()).collect(),
            multiple: true,
            hide_totals: false,
            end: End::In(600),
            told: None,
        };
        let file = house.file(ada.id, b"one").await;
        let bobs = house.file(bob.id, b"two").await;
        let with = |files: &[MediaId]| Files::These(files.iter().copied().map(Chosen::of).collect());
        let public = |text: &str| draft(text, Visibility::Public);
        let wrong = [
            public("  "),
            public(&"x".repeat(5_001)),
            Draft { poll: Some(poll(&["a"])), ..public("x") },
            Draft { files: with(&[bobs]), ..public("x") },
            Draft { files: with(&[file, file]), ..public("x") },
            Draft { files: with(&[file]), poll: Some(poll(&["a", "b"])), ..public("x") },
        ];
        for wrong in wrong {
            let shown = format!("{wrong:?}");
            let at = house.in_minutes(10);
            let answer = scheduled::schedule(ctx, ada.id, wrong, at, None).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{shown:.200} {answer:?}");
        }
        let reply = Draft { reply_to: ReplyTo::Post(secret), ..public("x") };
        let answer = scheduled::schedule(ctx, ada.id, reply, house.in_minutes(10), None).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        assert_eq!(house.waiting(ada.id).await, [], "nothing of it is kept");
        // The file was not given away by any of that.
        house.later(ada.id, Draft { files: with(&[file]), ..public("") }, 10).await;
        // A poll begins when it is published.
        house.later(ada.id, Draft { poll: Some(poll(&["a", "b", ""])), ..public("?") }, 20).await;
        house.clock.advance(TimeDelta::minutes(20));
        assert_eq!(house.publish_due().await, 2);
        let home = house.home(ada.id).await;
        let asked = posts::view(ctx, Viewer::Person(ada.id), home[0]).await.unwrap();
        let asked = asked.poll.clone().unwrap();
        assert_eq!((asked.titles(), asked.multiple), (vec!["a".to_owned(), "b".to_owned()], true));
        assert_eq!(asked.expires_at, Some(ctx.now() + TimeDelta::seconds(600)));
        let shown = posts::view(ctx, Viewer::Person(ada.id), home[1]).await.unwrap();
        assert_eq!(shown.files.iter().map(|file| file.id).collect::<Vec<_>>(), [file]);
    }

    async fn its_files_wait_with_it(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let (one, two) = (house.file(ada.id, b"one").await, house.file(ada.id, b"two").await);
        let with = |files: &[MediaId]| Draft {
            files: Files::These(files.iter().copied().map(Chosen::of).collect()),
            ..draft("voir", Visibility::Public)
        };
        let described = Chosen { description: Some("le second".to_owned()), ..Chosen::of(two) };
        let words = Draft {
            files: Files::These(vec![described, Chosen::of(one)]),
            ..draft("voir", Visibility::Public)
        };
        let made = house.later(ada.id, words, 3 * 1_440).await;
        assert_eq!(made.files, [two, one]);
        house.clock.advance(TimeDelta::hours(48));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert_eq!(attachments::own(ctx, ada.id, two).await.unwrap().description, "le second");
        // It is in no other post meanwhile, and nobody removes it.
        for answer in [
            posts::publish(ctx, Via::Local, ada.id, with(&[one])).await.map(drop),
            scheduled::schedule(ctx, ada.id, with(&[one]), house.in_minutes(10), None).await.map(drop),
            attachments::remove(ctx, ada.id, one).await,
        ] {
            text(answer);
        }
        let gone = house.later(ada.id, draft("sans", Visibility::Public), 30).await;
        scheduled::remove(ctx, ada.id, gone.id).await.unwrap();
        house.clock.advance(TimeDelta::hours(24));
        assert_eq!(house.publish_due().await, 1);
        let id = house.home(ada.id).await[0];
        let shown = posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap();
        let files: Vec<_> = shown.files.iter().map(|file| (file.id, file.description.as_str())).collect();
        assert_eq!(files, [(two, "le second"), (one, "")]);

        // Of one that is removed, the files wait a day from then on.
        let three = house.file(ada.id, b"three").await;
        let made = house.later(ada.id, with(&[three]), 2 * 1_440).await;
        house.clock.advance(TimeDelta::hours(40));
        scheduled::remove(ctx, ada.id, made.id).await.unwrap();
        house.clock.advance(TimeDelta::hours(23));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        attachments::own(ctx, ada.id, three).await.unwrap();
        house.clock.advance(TimeDelta::hours(2));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(matches!(attachments::own(ctx, ada.id, three).await, Err(DomainError::NotFound)));
    }

    async fn a_key_schedules_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let keyed = || Draft { idempotency_key: Some("k".to_owned()), ..draft("une fois", Visibility::Public) };
        let made = house.later(ada.id, keyed(), 5).await;
        house.clock.advance(TimeDelta::seconds(20));
        // Sent again, when that time is too near for a new one.
        let again = scheduled::schedule(ctx, ada.id, keyed(), made.due_at, None).await.unwrap();
        assert_eq!(again.id, made.id);
        let at = house.in_minutes(10);
        let mut tries = JoinSet::new();
        for _ in 0..6 {
            let (ctx, who, words) = (ctx.clone(), bob.id, keyed());
            tries.spawn(async move { scheduled::schedule(&ctx, who, words, at, None).await.unwrap().id });
        }
        let ids = tries.join_all().await;
        assert!(ids.iter().all(|id| *id == ids[0] && *id != made.id), "{ids:?}");
        house.clock.advance(TimeDelta::minutes(5));
        assert_eq!(house.publish_due().await, 1);
        let home = house.home(ada.id).await;
        let again = posts::publish(ctx, Via::Local, ada.id, keyed()).await.unwrap();
        assert_eq!(home, [again], "the key stands for the post that came of it");
        // A day later it may stand for something else.
        let far = house.later(bob.id, Draft { idempotency_key: Some("l".to_owned()), ..keyed() }, 9_000).await;
        house.clock.advance(TimeDelta::hours(25));
        let other = house.later(bob.id, Draft { idempotency_key: Some("l".to_owned()), ..keyed() }, 9_000).await;
        assert_ne!(far.id, other.id);
    }

    async fn it_is_its_authors_alone(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let made = house.later(ada.id, draft("pas encore", Visibility::Public), 10).await;
        for answer in [
            scheduled::get(ctx, bob.id, made.id).await.map(drop),
            scheduled::update(ctx, bob.id, made.id, house.in_minutes(20)).await.map(drop),
            scheduled::remove(ctx, bob.id, made.id).await,
        ] {
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        assert_eq!(house.waiting(bob.id).await, []);
        let later = scheduled::update(ctx, ada.id, made.id, house.in_minutes(20)).await.unwrap();
        assert_eq!(later.due_at, house.in_minutes(20));
        house.clock.advance(TimeDelta::minutes(10));
        assert_eq!(house.publish_due().await, 0, "not at the time it had before");
        scheduled::remove(ctx, ada.id, made.id).await.unwrap();
        house.clock.advance(TimeDelta::minutes(10));
        assert_eq!(house.publish_due().await, 0);
        assert!(matches!(scheduled::remove(ctx, ada.id, made.id).await, Err(DomainError::NotFound)));
    }

    async fn what_is_refused_at_its_time_waits_for_its_author(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let gone = house.say(bob.id, "question", Visibility::Public).await;
        let words = remote_draft("https://there.example/posts/1", Visibility::Public, &[ada.id]);
        let there = posts::publish(ctx, house.via(peer), zoe.id, words).await.unwrap();
        let file = house.file(ada.id, b"one").await;
        let reply = |to: PostId| Draft { reply_to: ReplyTo::Post(to), ..draft("réponse", Visibility::Public) };
        let with_file = Draft { files: Files::These(vec![Chosen::of(file)]), ..reply(gone) };
        let first = house.later(ada.id, with_file, 10).await;
        let second = house.later(ada.id, reply(there), 10).await;
        let letter = draft("@zoe@there.example bonjour", Visibility::Direct);
        house.later(ada.id, letter, 10).await;
        house.later(ada.id, draft("le dernier", Visibility::Public), 11).await;
        posts::delete(ctx, Via::Local, bob.id, gone).await.unwrap();
        house.set_peer_state(peer, PeerState::Revoked).await;
        house.clock.advance(TimeDelta::minutes(15));
        assert_eq!(house.publish_due().await, 4, "one that is refused is in nobody's way");
        let waiting = house.waiting(ada.id).await;
        let failures: Vec<_> = waiting.iter().map(|one| (one.id, one.failure)).collect();
        assert_eq!(failures, [
            (second.id, Some(Unpublished::ReplyGone)),
            (first.id, Some(Unpublished::ReplyGone)),
        ]);
        assert_eq!(waiting[1].files, [file], "and nothing of it is lost");
        let mut texts = Vec::new();
        for id in house.home(ada.id).await {
            texts.push(house.source(ada.id, id).await);
        }
        texts.retain(|text| text != "réponse");
        assert!(texts.contains(&"le dernier".to_owned()), "{texts:?}");
        assert_eq!(house.publish_due().await, 0, "it is not tried again by itself");
        assert_eq!(scheduled::next_at(ctx).await.unwrap(), None);
        house.clock.advance(TimeDelta::hours(72));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        attachments::own(ctx, ada.id, file).await.unwrap();
        // Another time is another try.
        let again = scheduled::update(ctx, ada.id, first.id, house.in_minutes(5)).await.unwrap();
        assert_eq!(again.failure, None);
        house.clock.advance(TimeDelta::minutes(5));
        assert_eq!(house.publish_due().await, 1);
        assert_eq!(scheduled::get(ctx, ada.id, first.id).await.unwrap().failure, Some(Unpublished::ReplyGone));
    }

    async fn one_that_cannot_be_read_waits_for_its_author(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let broken = house.later(ada.id, draft("perdu", Visibility::Public), 10).await;
        let whole = house.later(ada.id, draft("lisible", Visibility::Public), 10).await;
        let statement = format!("UPDATE scheduled_posts SET params = '{{}}' WHERE id = {}", broken.id);
        ctx.store().write(move |tx| tamper(tx, &statement)).await.unwrap();
        let reasons = async || -> Vec<_> {
            house.waiting(ada.id).await.iter().map(|one| (one.id, one.failure)).collect()
        };
        assert_eq!(reasons().await, [(whole.id, None), (broken.id, Some(Unpublished::Unreadable))]);
        house.clock.advance(TimeDelta::minutes(10));
        assert_eq!(house.publish_due().await, 2, "set aside once, and in nobody's way");
        assert_eq!(house.publish_due().await, 0);
        assert_eq!(scheduled::next_at(ctx).await.unwrap(), None);
        assert_eq!(reasons().await, [(broken.id, Some(Unpublished::Unreadable))]);
        assert_eq!(house.home(ada.id).await.len(), 1);
        scheduled::remove(ctx, ada.id, broken.id).await.unwrap();
    }

    async fn the_limits_hold_for_requests_at_the_same_time(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let at = (ctx.now() + TimeDelta::days(2)).date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc();
        let mut many = JoinSet::new();
        for n in 0..40 {
            let (ctx, by) = (ctx.clone(), ada.id);
            let words = draft(&format!("{n}"), Visibility::Public);
            many.spawn(async move { scheduled::schedule(&ctx, by, words, at, None).await.is_ok() });
        }
        let made = many.join_all().await.into_iter().filter(|made| *made).count();
        assert_eq!(i64::try_from(made).unwrap(), scheduled::A_DAY);
        // Nor by moving others to that day.
        let other = house.later(ada.id, draft("ailleurs", Visibility::Public), 10).await;
        let answer = scheduled::update(ctx, ada.id, other.id, at).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
    }

    async fn it_goes_with_the_person(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let file = house.file(ada.id, b"one").await;
        let words = Draft {
            files: Files::These(vec![Chosen::of(file)]),
            ..draft("adieu", Visibility::Public)
        };
        house.later(ada.id, words, 10).await;
        house.later(bob.id, draft("je reste", Visibility::Public), 10).await;
        people::disable(ctx, "boss", "ada").await.unwrap();
        assert_eq!(house.waiting(ada.id).await, []);
        house.clock.advance(TimeDelta::minutes(10));
        assert_eq!(house.publish_due().await, 1);
        assert_eq!(house.home(bob.id).await.len(), 1);
        let answer = scheduled::schedule(ctx, ada.id, draft("x", Visibility::Public), house.in_minutes(10), None);
        assert!(matches!(answer.await, Err(DomainError::NotFound)));
        house.clock.advance(TimeDelta::hours(25));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(matches!(attachments::own(ctx, ada.id, file).await, Err(DomainError::NotFound)));
    }
}
