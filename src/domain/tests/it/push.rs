//! Web Push: what waits to be sent, to whom, and what is not sent after all.

use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::push::{self, NewSubscription, Outcome, Parcel};
use entrenous_domain::{
    DomainError, Via, accounts, blocks, follows, maintenance, notifications, oauth, people,
};
use entrenous_model::{AccountId, Page, PushAlerts, PushPolicy, TokenId, Visibility};
use entrenous_store::stories;

const SERVICE: &str = "https://push.example";
/// The receiver of RFC 8291, section 5.
const KEY: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn wish(device: &str, policy: PushPolicy) -> NewSubscription {
    NewSubscription {
        endpoint: format!("{SERVICE}/send/{device}"),
        p256dh: KEY.to_owned(),
        auth: SECRET.to_owned(),
        alerts: PushAlerts::of(|kind| kind != "favourite"),
        policy,
    }
}

async fn token(house: &House, username: &str) -> TokenId {
    let made = oauth::create_token(&house.ctx, username, "read push")
        .await
        .unwrap();
    let bearer = oauth::bearer(&house.ctx, &made.secret).await.unwrap().unwrap();
    bearer.token.id
}

/// A device of somebody who is told of nearly everything.
pub(crate) async fn subscribed(house: &House, username: &str) -> (AccountId, TokenId) {
    let account = accounts::local_by_username(&house.ctx, username)
        .await
        .unwrap()
        .unwrap();
    let token = token(house, username).await;
    push::subscribe(
        &house.ctx,
        account.id,
        token,
        wish(&token.to_string(), PushPolicy::All),
    )
    .await
    .unwrap();
    (account.id, token)
}

async fn due(house: &House) -> Vec<Parcel> {
    push::due(&house.ctx, SERVICE, 200).await.unwrap()
}

/// What would be sent now.
async fn told(house: &House) -> usize {
    let mut count = 0;
    for parcel in due(house).await {
        count += usize::from(push::told(&house.ctx, &parcel).await.unwrap().is_some());
    }
    count
}

stories! {
    async fn what_happens_waits_for_each_device(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        house.person("ada").await;
        let (bob, cyd) = (house.person("bob").await, house.person("cyd").await);
        let (ada, _) = subscribed(&house, "ada").await;
        let (_, other) = subscribed(&house, "ada").await;
        assert!(push::next_at(ctx, SERVICE).await.unwrap().is_none());
        house.follow(bob.id, ada).await;
        let waiting = due(&house).await;
        assert_eq!(waiting.len(), 2, "two devices");
        assert!(waiting.iter().all(|one| one.account == ada && one.locale == "en" && one.tries == 0));
        assert_eq!(push::due(ctx, "https://other.example", 9).await.unwrap().len(), 0);
        // What is sent is done; what is not comes later, for that device alone.
        let at = ctx.now() + TimeDelta::minutes(5);
        push::settle(ctx, &waiting[0], Outcome::Done).await.unwrap();
        push::settle(ctx, &waiting[1], Outcome::Later(at)).await.unwrap();
        assert!(due(&house).await.is_empty());
        assert_eq!(push::next_at(ctx, SERVICE).await.unwrap(), Some(at));
        house.follow(cyd.id, ada).await;
        assert_eq!(due(&house).await.len(), 2);
        house.clock.advance(TimeDelta::minutes(6));
        let later = due(&house).await;
        assert_eq!(later.len(), 3);
        assert_eq!(later.iter().filter(|one| one.tries == 1).count(), 1);
        // A device that is gone takes all with it.
        push::settle(ctx, &later[2], Outcome::Gone).await.unwrap();
        assert!(due(&house).await.iter().all(|one| one.subscription != later[2].subscription));
        push::unsubscribe(ctx, other).await.unwrap();
        push::unsubscribe(ctx, other).await.unwrap();
        assert!(matches!(push::get(ctx, other).await, Err(DomainError::NotFound)));
    }

    async fn a_token_that_was_revoked_a_moment_ago_subscribes_to_nothing(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let token = token(&house, "ada").await;
        let revoke = ctx.store().write(move |tx| {
            let now = tx.now();
            entrenous_store::tokens::revoke(tx, token, now)
        });
        assert!(revoke.await.unwrap());
        let answer = push::subscribe(ctx, ada.id, token, wish("x", PushPolicy::All)).await;
        assert!(matches!(answer, Err(DomainError::Unauthenticated(_))));
        assert!(matches!(push::get(ctx, token).await, Err(DomainError::NotFound)));
    }

    async fn what_is_not_to_be_told_any_more_is_not_sent(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        house.person("ada").await;
        let (bob, cyd) = (house.person("bob").await, house.person("cyd").await);
        let (ada, _) = subscribed(&house, "ada").await;
        house.follow(bob.id, ada).await;
        house.follow(cyd.id, ada).await;
        assert_eq!(told(&house).await, 2);
        blocks::mute(ctx, ada, bob.id, true, None).await.unwrap();
        assert_eq!(told(&house).await, 1);
        blocks::unmute(ctx, ada, bob.id).await.unwrap();
        assert_eq!(told(&house).await, 2);
        blocks::block(ctx, Via::Local, ada, bob.id, None).await.unwrap();
        assert_eq!(due(&house).await.len(), 1, "gone with the notification");
        notifications::clear(ctx, ada).await.unwrap();
        assert!(due(&house).await.is_empty());
    }

    async fn a_policy_says_from_whom(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let (bob, cyd) = (house.person("bob").await, house.person("cyd").await);
        let device = token(&house, "ada").await;
        for (policy, expected) in [
            (PushPolicy::All, 2),
            (PushPolicy::Followed, 1),
            (PushPolicy::Follower, 2),
            (PushPolicy::None, 0),
        ] {
            push::subscribe(ctx, ada, device, wish("one", policy)).await.unwrap();
            for who in [&bob, &cyd] {
                follows::unfollow(ctx, Via::Local, who.id, ada).await.unwrap();
                house.follow(who.id, ada).await;
            }
            house.follow(ada, bob.id).await;
            assert_eq!(told(&house).await, expected, "{policy:?}");
        }
    }

    async fn who_leaves_or_signs_out_is_not_told(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        for name in ["ada", "bob", "cyd"] {
            house.person(name).await;
        }
        let ((ada, token), (cyd, _)) = (subscribed(&house, "ada").await, subscribed(&house, "cyd").await);
        let (_, second) = subscribed(&house, "ada").await;
        let bob = accounts::local_by_username(ctx, "bob").await.unwrap().unwrap().id;
        house.follow(bob, ada).await;
        house.follow(bob, cyd).await;
        assert_eq!(due(&house).await.len(), 3);
        oauth::revoke_token(ctx, ada, token).await.unwrap();
        assert_eq!(due(&house).await.len(), 2);
        assert!(push::get(ctx, token).await.is_err());
        assert!(push::get(ctx, second).await.is_ok());
        people::disable(ctx, "test", "cyd").await.unwrap();
        let left = due(&house).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].account, ada);
    }

    async fn devices_and_what_waits_for_them_are_bounded(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let bob = house.person("bob").await.id;
        let first = token(&house, "ada").await;
        push::subscribe(ctx, ada, first, wish("same", PushPolicy::All)).await.unwrap();
        // The same browser under another token: it is told once.
        let second = token(&house, "ada").await;
        push::subscribe(ctx, ada, second, wish("same", PushPolicy::All)).await.unwrap();
        assert!(push::get(ctx, first).await.is_err());
        for number in 0..push::SUBSCRIPTIONS {
            let token = token(&house, "ada").await;
            push::subscribe(ctx, ada, token, wish(&number.to_string(), PushPolicy::All)).await.unwrap();
        }
        assert!(push::get(ctx, second).await.is_err(), "the oldest went");
        house.follow(bob, ada).await;
        assert_eq!(due(&house).await.len(), 50);
        // One device that has not been there for long.
        let (cyd, _) = { house.person("cyd").await; subscribed(&house, "cyd").await };
        for number in 0..=push::WAITING {
            house.say(bob, &format!("@cyd {number}"), Visibility::Public).await;
        }
        let waiting = push::due(ctx, SERVICE, 1_000).await.unwrap();
        let waiting: Vec<_> = waiting.iter().filter(|one| one.account == cyd).collect();
        assert_eq!(waiting.len(), 100);
        let all = notifications::list(ctx, cyd, notifications::Filter::default(), Page::first(80)).await.unwrap();
        assert_eq!(waiting.last().map(|one| one.notification), all.first().map(|one| one.id), "the newest waits");
        house.clock.advance(push::PATIENCE + TimeDelta::seconds(1));
        assert!(due(&house).await.is_empty(), "nobody wants to know any more");
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(push::next_at(ctx, SERVICE).await.unwrap().is_none());
    }
}
