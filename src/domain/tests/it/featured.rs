//! What people feature on their profiles, and whom they could follow.

use crate::fixture::House;
use crate::posts::{ELSEWHERE, THERE};
use chrono::TimeDelta;
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::{
    DomainError, Via, accounts, blocks, endorsements, follows, hashtags, posts, suggestions,
};
use entrenous_model::{AccountId, Page, PeerState, Visibility};
use entrenous_store::stories;

impl House {
    async fn featured(&self, who: AccountId) -> Vec<AccountId> {
        let rows = endorsements::of(&self.ctx, who, Page::first(80)).await.unwrap();
        rows.into_iter().map(|(_, account)| account.id).collect()
    }

    async fn endorses(&self, who: AccountId, whom: AccountId) -> bool {
        let found = accounts::relationships(&self.ctx, who, vec![whom]).await.unwrap();
        found[0].1.endorsed
    }

    async fn suggested(&self, who: AccountId) -> Vec<(AccountId, bool, bool)> {
        let found = suggestions::of(&self.ctx, who, 40).await.unwrap();
        found
            .into_iter()
            .map(|one| (one.account.id, one.colleague, one.friend_of_friend))
            .collect()
    }

    async fn hides(&self, who: AccountId) {
        let change = ProfileChange {
            discoverable: Some(false),
            ..ProfileChange::default()
        };
        people::update_profile(&self.ctx, who, change).await.unwrap();
    }
}

stories! {
    async fn people_are_featured_as_long_as_they_are_followed(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let answer = endorsements::endorse(ctx, ada.id, bob.id).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        house.follow(ada.id, bob.id).await;
        house.follow(ada.id, eve.id).await;
        for whom in [bob.id, eve.id, bob.id] {
            endorsements::endorse(ctx, ada.id, whom).await.unwrap();
        }
        assert_eq!(house.featured(ada.id).await, [eve.id, bob.id]);
        assert_eq!(house.featured(bob.id).await, []);
        assert!(house.endorses(ada.id, bob.id).await && !house.endorses(bob.id, ada.id).await);
        let page = endorsements::of(ctx, ada.id, Page::first(1)).await.unwrap();
        let rest = Page { max_id: Some(page[0].0), ..Page::first(1) };
        assert_eq!(endorsements::of(ctx, ada.id, rest).await.unwrap()[0].1.id, bob.id);
        endorsements::unendorse(ctx, ada.id, eve.id).await.unwrap();
        endorsements::unendorse(ctx, ada.id, eve.id).await.unwrap();
        assert_eq!(house.featured(ada.id).await, [bob.id]);
        follows::unfollow(ctx, Via::Local, ada.id, bob.id).await.unwrap();
        assert_eq!(house.featured(ada.id).await, []);
        house.follow(ada.id, bob.id).await;
        assert!(!house.endorses(ada.id, bob.id).await, "it does not come back by itself");
        endorsements::endorse(ctx, ada.id, bob.id).await.unwrap();
        endorsements::endorse(ctx, ada.id, eve.id).await.unwrap();
        blocks::block(ctx, Via::Local, eve.id, ada.id, None).await.unwrap();
        assert_eq!(house.featured(ada.id).await, [bob.id]);
        people::disable(ctx, "boss", "bob").await.unwrap();
        assert_eq!(house.featured(ada.id).await, []);
    }

    async fn hashtags_are_featured_with_their_use(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        house.say(ada.id, "#pain #beurre", Visibility::Public).await;
        house.clock.advance(TimeDelta::days(1));
        let last = house.say(ada.id, "#Pain", Visibility::Unlisted).await;
        house.say(ada.id, "#pain #secret", Visibility::Private).await;
        house.say(bob.id, "#pain #levain", Visibility::Public).await;
        assert_eq!(hashtags::to_feature(ctx, ada.id).await.unwrap(), ["pain", "beurre"]);
        let made = hashtags::feature(ctx, ada.id, "beurre").await.unwrap();
        let pain = hashtags::feature(ctx, ada.id, "#PAIN").await.unwrap();
        assert_eq!(hashtags::feature(ctx, ada.id, "pain").await.unwrap().id, pain.id, "twice is once");
        let at = posts::view(ctx, posts::Viewer::Person(ada.id), last).await.unwrap().post.created_at;
        assert_eq!((pain.tag.as_str(), pain.posts, pain.last_posted_at), ("pain", 2, Some(at)));
        assert_eq!(hashtags::to_feature(ctx, ada.id).await.unwrap(), [] as [String; 0]);
        let never = hashtags::feature(ctx, ada.id, "jamais").await.unwrap();
        assert_eq!((never.posts, never.last_posted_at), (0, None));
        let all = hashtags::featured(ctx, ada.id).await.unwrap();
        assert_eq!(all.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(), ["pain", "beurre", "jamais"]);
        assert_eq!(hashtags::featured(ctx, bob.id).await.unwrap(), []);
        for wrong in ["", "a b", "#"] {
            let answer = hashtags::feature(ctx, ada.id, wrong).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{wrong:?} {answer:?}");
        }
        for n in 3..10 {
            hashtags::feature(ctx, ada.id, &format!("tag{n}")).await.unwrap();
        }
        let answer = hashtags::feature(ctx, ada.id, "un_de_trop").await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        assert_eq!(hashtags::featured(ctx, ada.id).await.unwrap().len(), 10);
        let answer = hashtags::unfeature(ctx, bob.id, made.id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        hashtags::unfeature(ctx, ada.id, made.id).await.unwrap();
        assert!(matches!(hashtags::unfeature(ctx, ada.id, made.id).await, Err(DomainError::NotFound)));
        hashtags::unfeature_name(ctx, ada.id, "Pain").await.unwrap();
        hashtags::unfeature_name(ctx, ada.id, "Pain").await.unwrap();
        assert_eq!(hashtags::featured(ctx, ada.id).await.unwrap().len(), 8);
        people::disable(ctx, "boss", "ada").await.unwrap();
        assert_eq!(hashtags::featured(ctx, ada.id).await.unwrap(), []);
    }

    async fn colleagues_and_friends_of_friends_are_suggested(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let mut people = Vec::new();
        for name in ["bob", "eve", "kim", "lou", "max", "shy"] {
            house.clock.advance(TimeDelta::minutes(1));
            let one = house.person(name).await;
            people.push(one.id);
        }
        let [bob, eve, kim, lou, max, shy] = people[..] else { panic!("six") };
        house.hides(shy).await;
        house.clock.advance(TimeDelta::minutes(1));
        house.say(eve, "me voici", Visibility::Public).await;
        let colleagues = |ids: &[AccountId]| ids.iter().map(|id| (*id, true, false)).collect::<Vec<_>>();
        assert_eq!(house.suggested(ada.id).await, colleagues(&[eve, max, lou, kim, bob]));
        // Whom one follows, has asked, blocks, mutes, is blocked by, or does not want to see.
        house.follow(ada.id, bob).await;
        blocks::block(ctx, Via::Local, ada.id, kim, None).await.unwrap();
        blocks::block(ctx, Via::Local, lou, ada.id, None).await.unwrap();
        suggestions::dismiss(ctx, ada.id, max).await.unwrap();
        suggestions::dismiss(ctx, ada.id, max).await.unwrap();
        assert_eq!(house.suggested(ada.id).await, colleagues(&[eve]));
        blocks::mute(ctx, ada.id, eve, true, None).await.unwrap();
        assert_eq!(house.suggested(ada.id).await, []);
        blocks::unmute(ctx, ada.id, eve).await.unwrap();
        // Friends of friends, from other nodes too, as long as those are connected.
        let (peer, other) = (house.peer(THERE).await, house.peer(ELSEWHERE).await);
        let zoe = house.remote(peer, THERE, "zoe").await.id;
        let yan = house.remote(other, ELSEWHERE, "yan").await.id;
        for followee in [zoe, yan] {
            follows::follow(ctx, Via::Local, bob, followee, crate::posts::PLAIN, None).await.unwrap();
        }
        assert_eq!(house.suggested(ada.id).await, colleagues(&[eve]), "a request is no follow");
        follows::accept(ctx, house.via(peer), zoe, bob).await.unwrap();
        follows::accept(ctx, house.via(other), yan, bob).await.unwrap();
        house.follow(bob, eve).await;
        let found = house.suggested(ada.id).await;
        assert_eq!(found[0], (eve, true, true));
        let mut rest: Vec<_> = found[1..].to_vec();
        rest.sort_unstable();
        assert_eq!(rest, [(zoe, false, true), (yan, false, true)]);
        assert_eq!(suggestions::of(ctx, ada.id, 1).await.unwrap().len(), 1);
        house.set_peer_state(other, PeerState::Revoked).await;
        assert_eq!(house.suggested(ada.id).await.len(), 2);
        let answer = suggestions::dismiss(ctx, ada.id, AccountId(17)).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
    }
}
