//! What two nodes compare of their follows (FEP-8fcf), and what is done about a difference.

use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::follows::{self, FollowOptions, FollowerDigest, Place, Synchronised};
use entrenous_domain::{Via, accounts, audit, blocks, deliveries, peers, people};
use entrenous_model::{
    Account, AccountId, Contract, DirectoryScope, OutboundActivity, PeerId, PeerState, Role,
};
use entrenous_store::stories;
use entrenous_store::testing::tamper;
use std::collections::BTreeSet;

const THERE: &str = "https://there.example";
const ELSEWHERE: &str = "https://elsewhere.example";
const OPTIONS: FollowOptions = FollowOptions {
    show_boosts: true,
    notify: false,
};

impl House {
    async fn followed(&self, via: Via, follower: AccountId, followee: AccountId) {
        let uri = match via {
            Via::Local => None,
            Via::Peer(_) => Some(format!("{THERE}/follows/{follower}/{followee}")),
        };
        follows::follow(&self.ctx, via, follower, followee, OPTIONS, uri)
            .await
            .unwrap();
    }

    /// The digest as it is told, which must be that of exactly these.
    async fn has(&self, followee: &Account, place: Place, followers: &[&Account]) {
        let told = follows::digest(&self.ctx, followee.id, place).await.unwrap();
        let made = FollowerDigest::of(followers.iter().map(|one| one.uri.as_str()));
        assert_eq!(told, Some(made), "{} {place:?}", followee.username);
        let mut listed = follows::compared(&self.ctx, followee.id, place)
            .await
            .unwrap()
            .unwrap();
        let mut wanted: Vec<String> = followers.iter().map(|one| one.uri.clone()).collect();
        listed.sort();
        wanted.sort();
        assert_eq!(listed, wanted);
    }

    async fn past_the_node(&self, statement: String) {
        let run = self.ctx.store().write(move |tx| tamper(tx, &statement));
        run.await.unwrap();
    }

    async fn synchronised(&self, peer: PeerId, followee: AccountId, listed: &[&str]) -> Synchronised {
        let peer = peers::get(&self.ctx, peer).await.unwrap().unwrap();
        let before = follows::own_followers(&self.ctx, followee).await.unwrap();
        let listed: BTreeSet<String> = listed.iter().map(|id| (*id).to_owned()).collect();
        follows::synchronise(&self.ctx, &peer, followee, before, listed)
            .await
            .unwrap()
    }

    async fn on_its_way(&self, peer: PeerId) -> Vec<(Option<AccountId>, OutboundActivity)> {
        let all = deliveries::next(&self.ctx, peer, None, 100).await.unwrap();
        all.into_iter()
            .map(|one| (one.account, one.data.clone()))
            .collect()
    }

    async fn follows_now(&self, who: &Account, whom: &Account) -> (bool, bool) {
        let found = accounts::relationships(&self.ctx, who.id, vec![whom.id])
            .await
            .unwrap();
        (found[0].1.following, found[0].1.requested)
    }

    /// Everything that waits is taken by the peer.
    async fn delivered(&self) {
        self.past_the_node("UPDATE deliveries SET state = 'done' WHERE state = 'queued'".to_owned())
            .await;
    }

    async fn audited(&self) -> Vec<String> {
        let lines = audit::list(&self.ctx, None, None, 50).await.unwrap();
        lines
            .into_iter()
            .filter(|line| line.action == "follows.synchronised")
            .map(|line| line.detail)
            .collect()
    }
}

stories! {
    async fn the_digest_is_exact_after_every_change(db: &TestDatabase) {
        let house = House::new(db);
        let (there, elsewhere) = (house.peer(THERE).await, house.peer(ELSEWHERE).await);
        let ada = house.person_as("ada", Role::Owner).await;
        let bob = house.person("bob").await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let yves = house.remote(there, THERE, "yves").await;
        let eve = house.remote(elsewhere, ELSEWHERE, "eve").await;
        let at = Place::Peer(there);
        house.has(&ada, at, &[]).await;
        house.followed(house.via(there), zoe.id, ada.id).await;
        house.has(&ada, at, &[&zoe]).await;
        house.has(&ada, Place::Peer(elsewhere), &[]).await;
        house.followed(house.via(there), yves.id, ada.id).await;
        house.followed(house.via(elsewhere), eve.id, ada.id).await;
        house.followed(Via::Local, bob.id, ada.id).await;
        house.has(&ada, at, &[&zoe, &yves]).await;
        house.has(&ada, Place::Peer(elsewhere), &[&eve]).await;
        house.has(&ada, Place::Own, &[&bob]).await;
        follows::unfollow(&house.ctx, house.via(there), yves.id, ada.id).await.unwrap();
        house.has(&ada, at, &[&zoe]).await;
        follows::reject(&house.ctx, Via::Local, ada.id, zoe.id).await.unwrap();
        house.has(&ada, at, &[]).await;
        // A request counts once it is accepted.
        house.followed(Via::Local, bob.id, zoe.id).await;
        house.has(&zoe, Place::Own, &[]).await;
        follows::accept(&house.ctx, house.via(there), zoe.id, bob.id).await.unwrap();
        house.has(&zoe, Place::Own, &[&bob]).await;
        blocks::block(&house.ctx, Via::Local, bob.id, zoe.id, None).await.unwrap();
        house.has(&zoe, Place::Own, &[]).await;
        // Whatever else changes the rows, known to the node or not.
        house.followed(house.via(there), zoe.id, ada.id).await;
        house.has(&ada, at, &[&zoe]).await;
        house.past_the_node(format!("UPDATE follows SET accepted = FALSE WHERE follower_id = {}", zoe.id)).await;
        house.has(&ada, at, &[]).await;
        house.past_the_node(format!("UPDATE follows SET accepted = TRUE WHERE follower_id = {}", zoe.id)).await;
        house.has(&ada, at, &[&zoe]).await;
        house.past_the_node(format!("UPDATE accounts SET disabled_at = CURRENT_TIMESTAMP WHERE id = {}", zoe.id)).await;
        house.has(&ada, at, &[]).await;
        house.past_the_node(format!("UPDATE accounts SET disabled_at = NULL WHERE id = {}", zoe.id)).await;
        house.has(&ada, at, &[&zoe]).await;
        house.past_the_node(format!("DELETE FROM follows WHERE followee_id = {}", ada.id)).await;
        house.has(&ada, at, &[]).await;
        house.has(&ada, Place::Own, &[]).await;
        // Who leaves follows nobody.
        house.followed(Via::Local, bob.id, eve.id).await;
        follows::accept(&house.ctx, house.via(elsewhere), eve.id, bob.id).await.unwrap();
        house.has(&eve, Place::Own, &[&bob]).await;
        people::disable(&house.ctx, "test", "bob").await.unwrap();
        house.has(&eve, Place::Own, &[]).await;
    }

    async fn what_is_not_known_there_ends_here(db: &TestDatabase) {
        let house = House::new(db);
        let there = house.peer(THERE).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        for one in [&ada, &bob] {
            house.followed(Via::Local, one.id, zoe.id).await;
            follows::accept(&house.ctx, house.via(there), zoe.id, one.id).await.unwrap();
        }
        house.delivered().await;
        let outcome = house.synchronised(there, zoe.id, &[&bob.uri, "https://there.example/people/zoe"]).await;
        assert_eq!(outcome, Synchronised { ended: 1, ..Synchronised::default() });
        assert_eq!(house.follows_now(&ada, &zoe).await, (false, false));
        assert_eq!(house.follows_now(&bob, &zoe).await, (true, false));
        assert_eq!(house.account(zoe.id).await.followers_count, 1);
        // It is not known there: there is nothing to undo. It can be seen what was done.
        assert!(house.on_its_way(there).await.is_empty());
        let audited = house.audited().await;
        assert!(audited.len() == 1 && audited[0].contains("ada ended"), "{audited:?}");
        // The same list changes nothing more, and says nothing more.
        assert_eq!(house.synchronised(there, zoe.id, &[&bob.uri]).await, Synchronised::default());
        assert_eq!(house.audited().await.len(), 1);
        // No notification of any of it.
        let told = entrenous_domain::notifications::unread_count(&house.ctx, ada.id).await.unwrap();
        assert_eq!(told, 0);
    }

    async fn what_is_only_known_there_is_taken_back(db: &TestDatabase) {
        let house = House::new(db);
        let there = house.peer(THERE).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        house.followed(Via::Local, bob.id, zoe.id).await;
        house.delivered().await;
        // Ada followed once, and her `Undo` was lost; bob's `Accept` was.
        let outcome = house.synchronised(there, zoe.id, &[&ada.uri, &bob.uri, &format!("{}/nobody", ada.uri)]).await;
        assert_eq!(outcome, Synchronised { taken_back: 1, accepted: 1, ..Synchronised::default() });
        assert_eq!(house.follows_now(&bob, &zoe).await, (true, false));
        let queued = house.on_its_way(there).await;
        let [(Some(by), OutboundActivity::UndoFollow { uri, target })] = &queued[..] else { panic!("{queued:?}") };
        assert_eq!((by, target), (&ada.id, &zoe.id));
        assert!(uri.starts_with(&format!("{}/follows/", ada.uri)), "{uri}");
        // It is on its way: not a second time.
        let again = house.synchronised(there, zoe.id, &[&ada.uri, &bob.uri]).await;
        assert_eq!(again, Synchronised { left: 1, ..Synchronised::default() });
        assert_eq!(house.on_its_way(there).await.len(), 1);
        // It was said, and changed nothing: not again at every comparison, only a day later.
        house.delivered().await;
        let again = house.synchronised(there, zoe.id, &[&ada.uri, &bob.uri]).await;
        assert_eq!(again, Synchronised { left: 1, ..Synchronised::default() });
        assert!(house.on_its_way(there).await.is_empty());
        house.clock.advance(TimeDelta::days(1));
        let again = house.synchronised(there, zoe.id, &[&ada.uri, &bob.uri]).await;
        assert_eq!(again, Synchronised { taken_back: 1, ..Synchronised::default() });
    }

    async fn what_is_under_way_is_left_alone(db: &TestDatabase) {
        let house = House::new(db);
        let there = house.peer(THERE).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let (ada, bob, carl) = (house.person("ada").await, house.person("bob").await, house.person("carl").await);
        for one in [&ada, &bob] {
            house.followed(Via::Local, one.id, zoe.id).await;
        }
        follows::accept(&house.ctx, house.via(there), zoe.id, bob.id).await.unwrap();
        // Their requests have not gone out: the list of a moment ago cannot know them.
        let left = Synchronised { left: 1, ..Synchronised::default() };
        assert_eq!(house.synchronised(there, zoe.id, &[]).await, left);
        assert_eq!(house.synchronised(there, zoe.id, &[&ada.uri, &bob.uri]).await, left);
        assert_eq!(house.follows_now(&ada, &zoe).await, (false, true));
        house.delivered().await;
        // Taken back here, and not heard there yet.
        follows::unfollow(&house.ctx, Via::Local, bob.id, zoe.id).await.unwrap();
        assert_eq!(house.synchronised(there, zoe.id, &[&bob.uri]).await, left);
        assert_eq!(house.on_its_way(there).await.len(), 1);
        house.delivered().await;
        // Accepted after the list was asked for: a request is no follow that the list must know, and another row is
        // another follow.
        let peer = peers::get(&house.ctx, there).await.unwrap().unwrap();
        house.followed(Via::Local, carl.id, zoe.id).await;
        house.delivered().await;
        let before = follows::own_followers(&house.ctx, zoe.id).await.unwrap();
        follows::accept(&house.ctx, house.via(there), zoe.id, carl.id).await.unwrap();
        let outcome = follows::synchronise(&house.ctx, &peer, zoe.id, before, BTreeSet::new()).await.unwrap();
        assert_eq!(outcome, Synchronised::default());
        let before = follows::own_followers(&house.ctx, zoe.id).await.unwrap();
        assert_eq!(before.len(), 1);
        follows::unfollow(&house.ctx, Via::Local, carl.id, zoe.id).await.unwrap();
        house.followed(Via::Local, carl.id, zoe.id).await;
        follows::accept(&house.ctx, house.via(there), zoe.id, carl.id).await.unwrap();
        house.delivered().await;
        let outcome = follows::synchronise(&house.ctx, &peer, zoe.id, before, BTreeSet::new()).await.unwrap();
        assert_eq!(outcome, Synchronised::default());
        assert_eq!(house.follows_now(&carl, &zoe).await, (true, false));
        // With too much on its way, nothing is known of what is.
        let mut rows = String::from("INSERT INTO activities (id, kind, data, created_at) VALUES (1, 'Like', '{}', CURRENT_TIMESTAMP)");
        house.past_the_node(rows).await;
        rows = String::from("INSERT INTO deliveries (id, activity_id, peer_id, inbox, state, order_key, created_at) VALUES ");
        for id in 1..=1_001 {
            rows.push_str(&format!("{}({id}, 1, {there}, 'x', 'queued', 0, CURRENT_TIMESTAMP)", if id == 1 { "" } else { "," }));
        }
        house.past_the_node(rows).await;
        assert_eq!(house.synchronised(there, zoe.id, &[]).await, left);
        house.delivered().await;
        assert_eq!(house.synchronised(there, zoe.id, &[]).await.ended, 1);
    }

    async fn a_list_of_guessed_names_tells_nothing(db: &TestDatabase) {
        let house = House::new(db);
        let there = house.peer(THERE).await;
        let mut narrow = Contract::FULL;
        narrow.we_give.directory = DirectoryScope::None;
        let text = serde_json::to_string(&narrow).unwrap().replace('\'', "''");
        house.past_the_node(format!("UPDATE peers SET contract = '{text}' WHERE id = {there}")).await;
        house.set_peer_state(there, PeerState::Active).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let mut names = Vec::new();
        for number in 0..3 {
            names.push(house.person(&format!("person{number}")).await);
        }
        let uris: Vec<&str> = names.iter().map(|one| one.uri.as_str()).collect();
        let outcome = house.synchronised(there, zoe.id, &uris).await;
        assert_eq!(outcome, Synchronised { left: 3, ..Synchronised::default() });
        assert!(house.on_its_way(there).await.is_empty());
        // Who has to do with that node is known there.
        house.followed(Via::Local, names[0].id, zoe.id).await;
        house.delivered().await;
        house.past_the_node(format!("DELETE FROM follows WHERE follower_id = {}", names[0].id)).await;
        let outcome = house.synchronised(there, zoe.id, &uris).await;
        assert_eq!(outcome, Synchronised { taken_back: 1, left: 2, ..Synchronised::default() });
        // Another node's person is not for this node to speak of.
        let elsewhere = house.peer(ELSEWHERE).await;
        let peer = peers::get(&house.ctx, elsewhere).await.unwrap().unwrap();
        let all = BTreeSet::from([names[1].uri.clone()]);
        assert!(follows::synchronise(&house.ctx, &peer, zoe.id, Vec::new(), all).await.is_err());
    }
}
