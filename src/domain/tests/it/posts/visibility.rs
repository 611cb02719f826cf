//! Who may see what.

use super::{ELSEWHERE, PLAIN, THERE, draft, remote_draft};
use crate::fixture::House;
use entrenous_domain::posts::{self, Draft, ReplyTo, Viewer};
use entrenous_domain::search::PostSearch;
use entrenous_domain::{DomainError, Via, blocks, people, search, timelines};
use entrenous_model::{Page, PeerState, PostId, Software, Visibility};
use entrenous_store::stories;

const ALL: [Visibility; 4] = [
    Visibility::Public,
    Visibility::Unlisted,
    Visibility::Private,
    Visibility::Direct,
];

const fn words(query: &str) -> PostSearch<'_> {
    PostSearch {
        query,
        resolve: false,
        account: None,
        max_id: None,
        min_id: None,
        offset: 0,
        limit: 40,
    }
}

stories! {
    async fn what_people_may_see(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let follower = house.person("follower").await;
        let mentioned = house.person("mentioned").await;
        let stranger = house.person("stranger").await;
        let blocked = house.person("blocked").await;
        house.follow(follower.id, ada.id).await;
        house.follow(blocked.id, ada.id).await;
        let mut ids = Vec::new();
        for visibility in ALL {
            ids.push(house.say(ada.id, "Bonjour @mentioned et @blocked", visibility).await);
        }
        blocks::block(ctx, Via::Local, ada.id, blocked.id, None).await.unwrap();
        let expected = [
            (ada.id, [true, true, true, true]),
            (follower.id, [true, true, true, false]),
            (mentioned.id, [true, true, true, true]),
            (stranger.id, [true, true, false, false]),
            (blocked.id, [false, false, false, false]),
        ];
        for (person, sees) in expected {
            for ((id, sees), visibility) in ids.iter().zip(sees).zip(ALL) {
                let viewer = Viewer::Person(person);
                assert_eq!(house.sees(viewer, *id).await, sees, "{person} {visibility:?}");
                // Everything else says the same.
                let verb = posts::favourite(ctx, Via::Local, person, *id, None).await;
                assert_eq!(verb.is_ok(), sees, "{person} {visibility:?} {verb:?}");
                assert_eq!(posts::context(ctx, viewer, *id).await.is_ok(), sees);
                assert_eq!(posts::history(ctx, viewer, *id).await.is_ok(), sees);
                assert_eq!(posts::bookmark(ctx, person, *id, true).await.is_ok(), sees);
                if person == ada.id {
                    continue;
                }
                let reply = Draft { reply_to: ReplyTo::Post(*id), ..draft("oui", Visibility::Direct) };
                assert_eq!(posts::publish(ctx, Via::Local, person, reply).await.is_ok(), sees);
            }
            let mut listed: Vec<PostId> = ids.iter().zip(sees).filter(|(_, sees)| *sees).map(|(id, _)| *id).collect();
            listed.reverse();
            let found = search::posts(ctx, person, words("BONJOUR mentioned")).await.unwrap();
            assert_eq!(found, listed, "search by {person}");
            let filter = timelines::AccountFilter { exclude_replies: true, ..Default::default() };
            let page = Page::first(40);
            let found = timelines::account(ctx, Viewer::Person(person), ada.id, filter, page).await.unwrap();
            assert_eq!(found, listed, "profile by {person}");
            let viewer = Viewer::Person(person);
            let seen = posts::views(ctx, viewer, ids.iter().rev().copied().collect()).await.unwrap();
            assert_eq!(seen.iter().map(|view| view.post.id).collect::<Vec<_>>(), listed);
            let bookmarked = timelines::bookmarks(ctx, person, page).await.unwrap();
            assert_eq!(bookmarked.len(), listed.len());
        }
        // One who blocks hides lists from themselves, not the post.
        blocks::block(ctx, Via::Local, stranger.id, ada.id, None).await.unwrap();
        assert!(house.sees(Viewer::Person(stranger.id), ids[0]).await);
        assert_eq!(timelines::network(ctx, stranger.id, true, false, Page::first(40)).await.unwrap(), []);
        assert_eq!(search::posts(ctx, stranger.id, words("bonjour")).await.unwrap(), []);
        // Deleted and disabled.
        posts::delete(ctx, Via::Local, ada.id, ids[0]).await.unwrap();
        assert!(!house.sees(Viewer::Person(ada.id), ids[0]).await);
        people::disable(ctx, "test", "ada").await.unwrap();
        assert!(!house.sees(Viewer::Person(follower.id), ids[1]).await);
        assert!(matches!(
            posts::favourite(ctx, Via::Local, follower.id, ids[1], None).await,
            Err(DomainError::NotFound)
        ));
    }

    async fn what_peers_may_see(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let native = house.peer(THERE).await;
        let other = house.peer_as(ELSEWHERE, Software::Other, PeerState::Active).await;
        let zoe = house.remote(native, THERE, "zoe").await;
        let tim = house.remote(other, ELSEWHERE, "tim").await;
        let mut ids = Vec::new();
        for visibility in ALL {
            ids.push(house.say(ada.id, "sans mention", visibility).await);
        }
        let to_zoe = house.say(ada.id, "@zoe@there.example", Visibility::Direct).await;
        let to_tim = house.say(ada.id, "@tim@elsewhere.example", Visibility::Private).await;
        let check = async |peer, expected: [bool; 6]| {
            for (id, sees) in ids.iter().chain([&to_zoe, &to_tim]).zip(expected) {
                assert_eq!(house.sees(Viewer::Peer(peer), *id).await, sees, "{peer} {id}");
            }
        };
        check(native, [true, true, false, false, true, false]).await;
        check(other, [false, false, false, false, false, true]).await;
        house.followed_from(native, zoe.id, ada.id).await;
        let uri = format!("{ELSEWHERE}/follows/1");
        entrenous_domain::follows::follow(ctx, house.via(other), tim.id, ada.id, PLAIN, Some(uri)).await.unwrap();
        check(native, [true, true, true, false, true, true]).await;
        check(other, [true, true, true, false, false, true]).await;
        let flags = posts::view(ctx, Viewer::Peer(native), to_zoe).await.unwrap();
        assert_eq!(flags.mentions[0].acct, "zoe@there.example");
        // A peer gets nothing of other peers.
        let theirs = remote_draft("https://elsewhere.example/p/1", Visibility::Public, &[ada.id]);
        let theirs = posts::publish(ctx, house.via(other), tim.id, theirs).await.unwrap();
        assert!(house.sees(Viewer::Person(ada.id), theirs).await);
        assert!(!house.sees(Viewer::Peer(native), theirs).await);
        assert!(!house.sees(Viewer::Peer(other), theirs).await);
        for state in [PeerState::Suspended, PeerState::Revoked, PeerState::PendingLocal] {
            house.set_peer_state(native, state).await;
            check(native, [false; 6]).await;
            house.set_peer_state(other, state).await;
            assert_eq!(house.sees(Viewer::Person(ada.id), theirs).await, state == PeerState::Suspended, "{state:?}");
        }
    }

    async fn people_of_peers_act_within_what_their_node_sees(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let native = house.peer(THERE).await;
        let other = house.peer_as(ELSEWHERE, Software::Other, PeerState::Active).await;
        let zoe = house.remote(native, THERE, "zoe").await;
        let tim = house.remote(other, ELSEWHERE, "tim").await;
        let public = house.say(ada.id, "pour tous", Visibility::Public).await;
        let private = house.say(ada.id, "entre nous", Visibility::Private).await;
        let like = |n: u32| Some(format!("{THERE}/likes/{n}"));
        posts::favourite(ctx, house.via(native), zoe.id, public, like(1)).await.unwrap();
        for (peer, who, post) in [(native, zoe.id, private), (other, tim.id, public)] {
            let answer = posts::favourite(ctx, house.via(peer), who, post, like(2)).await;
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
            let answer = posts::boost(ctx, house.via(peer), who, post, None, like(3)).await;
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        // Nor does a peer speak for another's people, or ours.
        let answer = posts::favourite(ctx, house.via(other), zoe.id, public, like(4)).await;
        assert!(matches!(answer, Err(DomainError::Refused("actor"))), "{answer:?}");
        let answer = posts::delete(ctx, house.via(other), ada.id, public).await;
        assert!(matches!(answer, Err(DomainError::Refused("actor"))), "{answer:?}");
        let answer = posts::delete(ctx, house.via(native), zoe.id, public).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        assert!(house.sees(Viewer::Person(zoe.id), public).await);
    }
}
