//! Follows and blocks across nodes.

use super::{PLAIN, THERE, remote_draft};
use crate::fixture::House;
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::posts;
use entrenous_domain::{DomainError, Via, accounts, blocks, follows};
use entrenous_model::{Contract, NotificationKind, Page, PeerState, PostScope, Terms, Visibility};
use entrenous_store::stories;

stories! {
    async fn following_someone_elsewhere(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let old = remote_draft("https://there.example/p/1", Visibility::Public, &[]);
        let old = posts::publish(ctx, house.via(peer), zoe.id, old).await.unwrap();
        house.follow(ada.id, zoe.id).await;
        house.follow(ada.id, zoe.id).await;
        assert_eq!(house.queued(peer).await, ["Follow"]);
        assert_eq!(house.home(ada.id).await, []);
        let relation = accounts::relationships(ctx, ada.id, vec![zoe.id]).await.unwrap()[0].1.clone();
        assert!(relation.requested && !relation.following);
        let other = house.peer("https://other.example").await;
        let answer = follows::accept(ctx, house.via(other), zoe.id, ada.id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        follows::accept(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        follows::accept(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        assert_eq!(house.home(ada.id).await, [old]);
        assert_eq!(house.account(zoe.id).await.followers_count, 1);
        assert_eq!(house.account(ada.id).await.following_count, 1);
        let private = remote_draft("https://there.example/p/2", Visibility::Private, &[]);
        let private = posts::publish(ctx, house.via(peer), zoe.id, private).await.unwrap();
        assert_eq!(house.home(ada.id).await, [private, old]);
        assert_eq!(follows::following(ctx, ada.id, Page::first(9)).await.unwrap()[0].1.id, zoe.id);
        follows::reject(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        assert_eq!(house.home(ada.id).await, []);
        assert_eq!(house.account(zoe.id).await.followers_count, 0);
        house.follow(ada.id, zoe.id).await;
        follows::unfollow(ctx, Via::Local, ada.id, zoe.id).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Follow", "Follow", "Undo Follow"]);
    }

    async fn being_followed_from_elsewhere(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let follow = async |n: u32, via| {
            let uri = Some(format!("{THERE}/follows/{n}"));
            follows::follow(ctx, via, zoe.id, ada.id, PLAIN, uri).await
        };
        follow(1, house.via(peer)).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Accept Follow"]);
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Follow]);
        follow(2, house.via(peer)).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Accept Follow", "Accept Follow"], "asked again, answered again");
        assert_eq!(house.account(ada.id).await.followers_count, 1);
        let pair = follows::by_uri(ctx, "https://there.example/follows/2").await.unwrap();
        assert_eq!(pair, Some((zoe.id, ada.id)));
        follows::unfollow(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        assert_eq!(house.account(ada.id).await.followers_count, 0);
        assert_eq!(house.told(ada.id).await, []);
        // A locked person decides.
        let locked = ProfileChange { locked: Some(true), ..ProfileChange::default() };
        people::update_profile(ctx, ada.id, locked).await.unwrap();
        follow(3, house.via(peer)).await.unwrap();
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::FollowRequest]);
        assert_eq!(follows::requests(ctx, ada.id, Page::first(9)).await.unwrap()[0].1.id, zoe.id);
        follows::accept(ctx, Via::Local, ada.id, zoe.id).await.unwrap();
        assert_eq!(house.queued(peer).await.len(), 3);
        assert_eq!(follows::followers(ctx, ada.id, Page::first(9)).await.unwrap()[0].1.id, zoe.id);
        follows::reject(ctx, Via::Local, ada.id, zoe.id).await.unwrap();
        assert_eq!(house.queued(peer).await[3], "Reject Follow");
        let answer = follows::reject(ctx, Via::Local, ada.id, zoe.id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        // One who is blocked is rejected.
        blocks::block(ctx, Via::Local, ada.id, zoe.id, None).await.unwrap();
        follow(4, house.via(peer)).await.unwrap();
        assert_eq!(house.queued(peer).await[4..], ["Block", "Reject Follow"]);
        assert_eq!(house.account(ada.id).await.followers_count, 0);
    }

    async fn blocks_cross(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        house.follow(ada.id, zoe.id).await;
        follows::accept(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        let post = remote_draft("https://there.example/p/1", Visibility::Public, &[]);
        let post = posts::publish(ctx, house.via(peer), zoe.id, post).await.unwrap();
        assert_eq!(house.home(ada.id).await, [post]);
        let uri = || Some("https://there.example/blocks/1".to_owned());
        blocks::block(ctx, house.via(peer), zoe.id, ada.id, uri()).await.unwrap();
        blocks::block(ctx, house.via(peer), zoe.id, ada.id, uri()).await.unwrap();
        assert_eq!(house.home(ada.id).await, []);
        assert!(!house.sees(posts::Viewer::Person(ada.id), post).await);
        assert_eq!(house.account(ada.id).await.following_count, 0);
        blocks::unblock(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        assert!(house.sees(posts::Viewer::Person(ada.id), post).await);
        blocks::block(ctx, Via::Local, ada.id, zoe.id, None).await.unwrap();
        blocks::unblock(ctx, Via::Local, ada.id, zoe.id).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Follow", "Block", "Undo Block"]);
        for answer in [
            blocks::block(ctx, Via::Local, ada.id, ada.id, None).await,
            blocks::mute(ctx, ada.id, ada.id, true, None).await,
            follows::follow(ctx, Via::Local, ada.id, ada.id, PLAIN, None).await,
        ] {
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        }
    }

    async fn a_contract_without_posts(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        ctx.store()
            .write(move |tx| {
                let mut peer = entrenous_store::peers::by_id(tx, peer)?.unwrap();
                let directory = Terms { posts: PostScope::None, ..Terms::FULL };
                peer.contract = Contract { version: 2, we_give: directory.clone(), they_give: directory };
                entrenous_store::peers::update(tx, &peer, None)?;
                Ok::<_, DomainError>(())
            })
            .await
            .unwrap();
        house.happened(&[entrenous_model::Event::PeerChanged { peer }]);
        let answer = follows::follow(ctx, Via::Local, ada.id, zoe.id, PLAIN, None).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        let id = house.say(ada.id, "@zoe@there.example", Visibility::Public).await;
        assert!(!house.sees(posts::Viewer::Peer(peer), id).await);
        assert_eq!(house.queued(peer).await, Vec::<&str>::new());
        // Nor that there was one, when it ends.
        posts::delete(ctx, Via::Local, ada.id, id).await.unwrap();
        assert_eq!(house.queued(peer).await, Vec::<&str>::new());
        let draft = remote_draft("https://there.example/p/1", Visibility::Public, &[ada.id]);
        let answer = posts::publish(ctx, house.via(peer), zoe.id, draft).await;
        assert!(matches!(answer, Err(DomainError::Refused("contract"))), "{answer:?}");
        house.set_peer_state(peer, PeerState::Suspended).await;
    }
}
