//! Polls: made, voted in from here and there, ended, edited.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::polls::{self, End, NewPoll, Told};
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::{DomainError, Via};
use entrenous_model::{AccountId, NotificationKind, Poll, PostId, Time, Visibility};
use entrenous_store::stories;

fn poll(options: &[&str]) -> NewPoll {
    NewPoll {
        options: options.iter().map(|&title| title.to_owned()).collect(),
        multiple: false,
        hide_totals: false,
        end: End::In(600),
        told: None,
    }
}

fn with(poll: NewPoll, visibility: Visibility) -> Draft {
    Draft {
        poll: Some(poll),
        ..draft("Qui ?", visibility)
    }
}

/// A peer's poll: those votes for its options, and when it ends.
fn theirs(uri: &str, votes: &[i64], end: Time) -> Draft {
    let told = Told {
        votes: votes.iter().map(|count| Some(*count)).collect(),
        voters: Some(votes.iter().sum()),
        closed: None,
    };
    let poll = NewPoll {
        end: End::At(Some(end)),
        told: Some(told),
        ..poll(&["a", "b"])
    };
    Draft {
        poll: Some(poll),
        ..remote_draft(uri, Visibility::Public, &[])
    }
}

impl House {
    async fn asks(&self, author: AccountId, poll: NewPoll) -> PostId {
        posts::publish(&self.ctx, Via::Local, author, with(poll, Visibility::Public))
            .await
            .unwrap()
    }

    async fn poll(&self, viewer: AccountId, id: PostId) -> (Poll, Vec<usize>) {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), id).await.unwrap();
        (
            view.poll.clone().unwrap(),
            view.flags.chosen.positions().collect(),
        )
    }

    async fn counts(&self, viewer: AccountId, id: PostId) -> (Vec<i64>, Option<i64>) {
        let (poll, _) = self.poll(viewer, id).await;
        (
            poll.options.iter().map(|option| option.votes).collect(),
            poll.voters_count,
        )
    }

    async fn settle(&self) {
        while polls::settle(&self.ctx).await.unwrap() {}
    }
}

fn text(answer: Result<impl std::fmt::Debug, DomainError>) -> String {
    match answer {
        Err(DomainError::Invalid(text)) => text,
        other => panic!("{other:?}"),
    }
}

stories! {
    async fn a_poll_keeps_its_bounds(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let long = "x".repeat(101);
        let many: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let cases = [
            (poll(&["a"]), "Options must have more than one item"),
            (poll(&["a", "", ""]), "Options must have more than one item"),
            (poll(&["a", " ", "b"]), "Options can't be blank"),
            (poll(&many), "Options can't contain more than 8 items"),
            (poll(&["a", &long]), "Options cannot be longer than 100 characters each"),
            (poll(&["a", "b", " a "]), "Options contain duplicate items"),
            (NewPoll { end: End::In(299), ..poll(&["a", "b"]) }, "Expires at is too soon"),
            (NewPoll { end: End::In(2_629_747), ..poll(&["a", "b"]) }, "Expires at is too far into the future"),
        ];
        for (wrong, expected) in cases {
            let answer = posts::publish(&house.ctx, Via::Local, ada.id, with(wrong, Visibility::Public)).await;
            assert_eq!(text(answer), expected);
        }
        let id = house.asks(ada.id, poll(&["a", "b", ""])).await;
        let (made, own) = house.poll(ada.id, id).await;
        assert_eq!((made.titles(), own.len()), (vec!["a".to_owned(), "b".to_owned()], 0));
        assert_eq!(made.expires_at.unwrap(), house.ctx.now() + TimeDelta::seconds(600));
    }

    async fn everyone_votes_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let id = house.asks(ada.id, poll(&["a", "b", "c"])).await;
        let say = async |who: AccountId, choices: &[usize]| polls::vote(ctx, who, id, choices.to_vec()).await;
        assert_eq!(text(say(ada.id, &[0]).await), "You cannot vote in your own polls");
        assert_eq!(text(say(bob.id, &[]).await), "Choose an option to vote for");
        assert_eq!(text(say(bob.id, &[3]).await), "The chosen vote option does not exist");
        assert_eq!(text(say(bob.id, &[0, 1]).await), "Only one option can be chosen in this poll");
        // Many times at once, for different options: one counts.
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (ctx, who) = (ctx.clone(), bob.id);
            tries.spawn(async move { polls::vote(&ctx, who, id, vec![n % 3]).await.is_ok() });
        }
        assert_eq!(tries.join_all().await.into_iter().filter(|ok| *ok).count(), 1);
        let (counts, voters) = house.counts(ada.id, id).await;
        assert_eq!((counts.iter().sum::<i64>(), voters), (1, Some(1)));
        let (_, own) = house.poll(bob.id, id).await;
        assert_eq!(counts[own[0]], 1);
        assert_eq!(text(say(bob.id, &[own[0]]).await), "You have already voted on this poll");
        assert_eq!(house.home(bob.id).await, [], "a vote is no post");
        assert_eq!(house.told(ada.id).await, [], "and nobody is told of one");
        house.clock.advance(TimeDelta::seconds(600));
        let eve = house.person("eve").await;
        assert_eq!(text(say(eve.id, &[0]).await), "The poll has already ended");

        let several = NewPoll { multiple: true, ..poll(&["a", "b", "c"]) };
        let several = house.asks(ada.id, several).await;
        polls::vote(ctx, bob.id, several, vec![2, 0, 2]).await.unwrap();
        assert_eq!(house.counts(bob.id, several).await, (vec![1, 0, 1], Some(1)));
        assert_eq!(house.poll(bob.id, several).await.1, [0, 2]);
        let text = house.say(ada.id, "no poll", Visibility::Public).await;
        assert!(matches!(polls::vote(ctx, bob.id, text, vec![0]).await, Err(DomainError::NotFound)));
        let hidden = posts::publish(ctx, Via::Local, ada.id, with(poll(&["a", "b"]), Visibility::Private)).await.unwrap();
        assert!(matches!(polls::vote(ctx, bob.id, hidden, vec![0]).await, Err(DomainError::NotFound)));
    }

    async fn an_end_is_told_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let id = house.asks(ada.id, poll(&["a", "b"])).await;
        polls::vote(ctx, bob.id, id, vec![0]).await.unwrap();
        let gone = house.asks(ada.id, poll(&["a", "b"])).await;
        polls::vote(ctx, bob.id, gone, vec![0]).await.unwrap();
        posts::delete(ctx, Via::Local, ada.id, gone).await.unwrap();
        house.settle().await;
        assert_eq!(polls::next_at(ctx).await.unwrap(), Some(house.ctx.now() + TimeDelta::seconds(600)));
        house.clock.advance(TimeDelta::seconds(601));
        house.settle().await;
        house.settle().await;
        for who in [ada.id, bob.id] {
            let told = house.told(who).await;
            let told: Vec<_> = told.iter().map(|one| (one.kind, one.from, one.post)).collect();
            assert_eq!(told, [(NotificationKind::Poll, ada.id, Some(id))]);
        }
        assert_eq!(house.told(eve.id).await, []);
        assert!(house.poll(eve.id, id).await.0.closed_at.is_some());
        assert_eq!(polls::next_at(ctx).await.unwrap(), None);
    }

    async fn peers_vote_for_what_they_may_see(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        house.followed_from(peer, zoe.id, ada.id).await;
        let id = house.asks(ada.id, poll(&["a", "b"])).await;
        let uri = posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap().post.uri.clone();
        house.settle().await;
        let vote = async |question: &str, option: &str| {
            let (question, option) = (question.to_owned(), option.to_owned());
            let uri = format!("{THERE}/votes/{option}");
            polls::received(ctx, house.via(peer), zoe.id, question, option, uri).await
        };
        assert!(matches!(vote(&uri, "c").await, Err(DomainError::Conflict(_))));
        vote(&uri, "b").await.unwrap();
        vote(&uri, "b").await.unwrap();
        assert!(matches!(vote(&uri, "a").await, Err(DomainError::Conflict(_))));
        assert_eq!(house.counts(ada.id, id).await, (vec![0, 1], Some(1)));
        assert_eq!(house.told(ada.id).await.iter().filter(|one| one.kind != NotificationKind::Follow).count(), 0);

        // The counts go out at once, and then half a minute later.
        house.settle().await;
        assert_eq!(house.queued(peer).await, ["Accept Follow", "Create", "Update"]);
        let bob = house.person("bob").await;
        polls::vote(ctx, bob.id, id, vec![0]).await.unwrap();
        house.settle().await;
        assert_eq!(house.queued(peer).await.len(), 3);
        house.clock.advance(TimeDelta::seconds(31));
        house.settle().await;
        assert_eq!(house.queued(peer).await.len(), 4);
        house.clock.advance(TimeDelta::seconds(600));
        assert!(matches!(vote(&uri, "a").await, Err(DomainError::Conflict(_))));
        vote(&uri, "b").await.unwrap();
        house.settle().await;
        assert_eq!(house.queued(peer).await.len(), 5, "the last counts");

        let hidden = posts::publish(ctx, Via::Local, ada.id, with(poll(&["a", "b"]), Visibility::Direct)).await.unwrap();
        let hidden_uri = posts::view(ctx, Viewer::Person(ada.id), hidden).await.unwrap().post.uri.clone();
        assert!(matches!(vote(&hidden_uri, "a").await, Err(DomainError::NotFound)));
        assert!(matches!(vote("https://here.example/posts/1", "a").await, Err(DomainError::NotFound)));
        assert_eq!(house.counts(ada.id, hidden).await, (vec![0, 0], Some(0)));
    }

    async fn a_poll_of_theirs(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        house.follow(ada.id, zoe.id).await;
        let end = house.ctx.now() + TimeDelta::seconds(900);
        let uri = format!("{THERE}/p/1");
        let id = posts::publish(ctx, house.via(peer), zoe.id, theirs(&uri, &[2, 1], end)).await.unwrap();
        polls::vote(ctx, ada.id, id, vec![1]).await.unwrap();
        assert_eq!(house.counts(ada.id, id).await, (vec![2, 2], Some(4)));
        assert_eq!(house.queued(peer).await, ["Follow", "Create Vote"]);
        // Its own node's word counts; it is no edit.
        posts::edit(ctx, house.via(peer), zoe.id, id, theirs(&uri, &[5, 3], end)).await.unwrap();
        assert_eq!(house.counts(ada.id, id).await, (vec![5, 3], Some(8)));
        let view = posts::view(ctx, Viewer::Person(ada.id), id).await.unwrap();
        assert_eq!((view.post.edited_at, view.flags.chosen.positions().collect::<Vec<_>>()), (None, vec![1]));
        house.clock.advance(TimeDelta::seconds(901));
        house.settle().await;
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Poll]);
        // Other options: another poll.
        let mut other = theirs(&uri, &[0, 0], house.ctx.now() + TimeDelta::seconds(900));
        other.poll.as_mut().unwrap().options[0] = "z".to_owned();
        posts::edit(ctx, house.via(peer), zoe.id, id, other).await.unwrap();
        let (poll, own) = house.poll(ada.id, id).await;
        assert_eq!((poll.options[0].title.as_str(), poll.closed_at, own.len()), ("z", None, 0));
        let versions = posts::history(ctx, Viewer::Person(ada.id), id).await.unwrap();
        let titles: Vec<_> = versions.into_iter().map(|version| version.poll.unwrap()[0].clone()).collect();
        assert_eq!(titles, ["a", "z"]);
        // A hundred thousand options, and counts that are none.
        let told = Told { votes: vec![Some(-5), Some(i64::MAX)], voters: Some(i64::MAX), closed: None };
        let wide = NewPoll {
            options: (0..100_000).map(|n| n.to_string()).collect(),
            end: End::At(None),
            told: Some(told),
            ..self::poll(&[])
        };
        let wide = Draft { poll: Some(wide), ..remote_draft(&format!("{THERE}/p/2"), Visibility::Public, &[]) };
        let wide = posts::publish(ctx, house.via(peer), zoe.id, wide).await.unwrap();
        let (counts, voters) = house.counts(ada.id, wide).await;
        assert_eq!((counts.len(), counts[0], counts[1], voters), (20, 0, 1_000_000_000, Some(1_000_000_000)));
    }

    async fn an_edit_takes_votes_away_if_the_options_change(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let id = house.asks(ada.id, poll(&["a", "b"])).await;
        polls::vote(ctx, bob.id, id, vec![0]).await.unwrap();
        let edit = async |poll: Option<NewPoll>| {
            let draft = Draft { poll, ..draft("Qui ?", Visibility::Public) };
            posts::edit(ctx, Via::Local, ada.id, id, draft).await.unwrap();
        };
        edit(Some(NewPoll { end: End::In(1_200), ..poll(&["a", "b"]) })).await;
        assert_eq!(house.counts(bob.id, id).await, (vec![1, 0], Some(1)));
        assert_eq!(house.poll(bob.id, id).await.0.expires_at.unwrap(), ctx.now() + TimeDelta::seconds(1_200));
        house.clock.advance(TimeDelta::seconds(1));
        edit(Some(poll(&["a", "c"]))).await;
        assert_eq!(house.counts(bob.id, id).await, (vec![0, 0], Some(0)));
        polls::vote(ctx, bob.id, id, vec![1]).await.unwrap();
        house.clock.advance(TimeDelta::seconds(1));
        edit(None).await;
        let view = posts::view(ctx, Viewer::Person(bob.id), id).await.unwrap();
        assert!(view.poll.is_none() && view.flags.chosen.is_empty());
        let versions = posts::history(ctx, Viewer::Person(bob.id), id).await.unwrap();
        assert_eq!(versions.iter().map(|version| version.poll.as_ref().map(Vec::len)).collect::<Vec<_>>(), [Some(2), Some(2), None]);
    }
}
