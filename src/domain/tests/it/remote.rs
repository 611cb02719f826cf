//! People of peers: pinned keys, handles, leaving.

use crate::fixture::{House, remote_person};
use entrenous_domain::accounts::{self, KeyKind, PublicKey};
use entrenous_domain::follows::{self, FollowOptions};
use entrenous_domain::posts::{self, Draft, RemotePost, ReplyTo, Viewer};
use entrenous_domain::{DomainError, Via, media, people};
use entrenous_model::{AccountId, PeerState, Relationship, Visibility};
use entrenous_store::stories;

const THERE: &str = "https://there.example";

fn refused<T: std::fmt::Debug>(answer: Result<T, DomainError>) -> &'static str {
    match answer {
        Err(DomainError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

stories! {
    async fn a_remote_person_is_seen_and_refreshed(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let mut person = remote_person(peer, THERE, "Zoe");
        person.note = "<p>Hello<script>alert(1)</script></p>".to_owned();
        person.display_name = format!("Zoe\n{}", "x".repeat(300));
        person.avatar_url = Some("https://there.example/z.png".to_owned());
        let (id, pictures) = accounts::upsert_remote(ctx, Some(house.via(peer)), person.clone(), false).await.unwrap();
        assert!(pictures);
        let zoe = house.account(id).await;
        assert_eq!(zoe.acct(), "Zoe@there.example");
        assert!(!zoe.note.contains("script"), "{}", zoe.note);
        assert!(zoe.display_name.chars().count() <= 200 && !zoe.display_name.contains('\n'));
        let found = accounts::known_by_handle(ctx, "@zoe@there.example").await.unwrap().unwrap();
        assert_eq!(found.id, id);
        assert!(accounts::known_by_handle(ctx, "zoe@elsewhere.example").await.unwrap().is_none());
        assert!(accounts::known_by_handle(ctx, "zoe").await.unwrap().is_none());

        let url = person.avatar_url.clone();
        let file = media::store_picture(ctx, id, b"z".to_vec(), "image/png", url).await.unwrap();
        media::set_remote_pictures(ctx, id, Some(file.id), None).await.unwrap();
        assert_eq!(house.account(id).await.avatar, Some(file.id));
        let (same, pictures) = accounts::upsert_remote(ctx, None, person.clone(), false).await.unwrap();
        assert_eq!((same, pictures), (id, false), "the picture is known");
        person.avatar_url = Some("https://there.example/new.png".to_owned());
        person.display_name = "Zoé".to_owned();
        let (_, pictures) = accounts::upsert_remote(ctx, None, person.clone(), false).await.unwrap();
        assert!(pictures);
        assert_eq!(house.account(id).await.display_name, "Zoé");
        person.avatar_url = None;
        accounts::upsert_remote(ctx, None, person, false).await.unwrap();
        assert_eq!(house.account(id).await.avatar, None);

        let ada = house.person("ada").await;
        let nothing = accounts::relationships(ctx, ada.id, vec![id]).await.unwrap();
        assert_eq!(nothing, [(id, Relationship::default())]);

        // Suspended peers' people stay, revoked ones' do not.
        house.set_peer_state(peer, PeerState::Suspended).await;
        assert!(accounts::get(ctx, id).await.unwrap().is_some());
        house.set_peer_state(peer, PeerState::Revoked).await;
        assert!(accounts::get(ctx, id).await.unwrap().is_none());
        assert!(accounts::get_many(ctx, vec![id]).await.unwrap().is_empty());
        assert!(accounts::key_owner(ctx, &format!("{}#main-key", zoe.uri)).await.unwrap().is_none());
        assert_eq!(accounts::directory(ctx, ada.id, false, 0, 10).await.unwrap().len(), 1);
    }

    async fn keys_are_pinned(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let key_id = format!("{}#main-key", zoe.uri);
        let owner = async || accounts::key_owner(ctx, &key_id).await.unwrap().map(|(_, key)| key.public);
        assert_eq!(owner().await.as_deref(), Some("PEM of zoe"));

        let mut person = remote_person(peer, THERE, "zoe");
        person.keys[0].public = "another".to_owned();
        let changed = accounts::upsert_remote(ctx, None, person.clone(), false).await;
        assert_eq!(refused(changed), "key_changed");
        person.keys[0].key_id = format!("{}#other-key", zoe.uri);
        let renamed = accounts::upsert_remote(ctx, None, person.clone(), false).await;
        assert_eq!(refused(renamed), "key_changed");
        // First without keys, then with others: the pin stays.
        person.keys.clear();
        accounts::upsert_remote(ctx, None, person.clone(), false).await.unwrap();
        assert_eq!(owner().await.as_deref(), Some("PEM of zoe"));
        // A key of another kind may come.
        let ed25519 = PublicKey {
            key_id: format!("{}#ed25519-key", zoe.uri),
            kind: KeyKind::Ed25519,
            public: "z6Mk".to_owned(),
        };
        person.keys = vec![remote_person(peer, THERE, "zoe").keys[0].clone(), ed25519];
        accounts::upsert_remote(ctx, None, person.clone(), false).await.unwrap();
        assert_eq!(accounts::public_keys(ctx, zoe.id).await.unwrap().len(), 2);
        // An endorsed rotation replaces all, also what is cached.
        person.keys = vec![PublicKey { public: "rotated".to_owned(), ..person.keys[0].clone() }];
        accounts::upsert_remote(ctx, None, person, true).await.unwrap();
        assert_eq!(owner().await.as_deref(), Some("rotated"));
        assert_eq!(accounts::public_keys(ctx, zoe.id).await.unwrap().len(), 1);
        // Nobody brings the key of someone else, endorsed or not.
        let mut thief = remote_person(peer, THERE, "thief");
        thief.keys[0].key_id = key_id.clone();
        for rotate in [false, true] {
            assert_eq!(refused(accounts::upsert_remote(ctx, None, thief.clone(), rotate).await), "key_changed");
        }
        assert!(accounts::known_by_handle(ctx, "thief@there.example").await.unwrap().is_none());
    }

    async fn a_peer_speaks_for_its_own(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let other = house.peer("https://other.example").await;
        let ada = house.person("ada").await;
        let zoe = house.remote(peer, THERE, "zoe").await;

        let mut person = remote_person(peer, "https://here.example", "ada");
        assert_eq!(refused(accounts::upsert_remote(ctx, None, person.clone(), false).await), "not_its_own");
        person = remote_person(peer, THERE, "ada");
        person.uri = ada.uri.clone();
        assert_eq!(refused(accounts::upsert_remote(ctx, None, person, false).await), "not_its_own");
        let person = remote_person(peer, THERE, "zoe");
        let foreign = accounts::upsert_remote(ctx, Some(house.via(other)), person, false).await;
        assert_eq!(refused(foreign), "not_its_own");
        assert_eq!(refused(accounts::remote_gone(ctx, house.via(other), zoe.id).await), "not_its_own");
        assert_eq!(refused(accounts::remote_gone(ctx, house.via(peer), ada.id).await), "not_its_own");

        let mut twin = remote_person(peer, THERE, "Zoe");
        twin.uri = "https://there.example/people/2".to_owned();
        twin.keys.clear();
        assert_eq!(refused(accounts::upsert_remote(ctx, None, twin.clone(), false).await), "username_changed");

        let gone = house.via(peer);
        accounts::remote_gone(ctx, gone.clone(), zoe.id).await.unwrap();
        assert!(matches!(accounts::remote_gone(ctx, gone, zoe.id).await, Err(DomainError::AlreadyReceived)));
        assert!(accounts::get(ctx, zoe.id).await.unwrap().is_none());
        assert!(accounts::public_keys(ctx, zoe.id).await.unwrap().is_empty());
        let back = accounts::upsert_remote(ctx, None, remote_person(peer, THERE, "zoe"), false).await;
        assert_eq!(refused(back), "actor_gone");
        // The name of one who has left can be given again there.
        let (id, _) = accounts::upsert_remote(ctx, None, twin, false).await.unwrap();
        let found = accounts::known_by_handle(ctx, "zoe@there.example").await.unwrap().unwrap();
        assert_eq!(found.id, id);
    }

    async fn first_sight_by_many_at_once_is_one_person(db: &TestDatabase) {
        let house = House::new(db);
        let peer = house.peer(THERE).await;
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let ctx = house.ctx.clone();
                tokio::spawn(async move {
                    accounts::upsert_remote(&ctx, None, remote_person(peer, THERE, "zoe"), false).await
                })
            })
            .collect();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap().unwrap().0);
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn a_leaver_takes_everything(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let options = FollowOptions { show_boosts: true, notify: false };
        let follow = async |via: Via, who: AccountId, whom: AccountId, uri: Option<&str>| {
            follows::follow(ctx, via, who, whom, options, uri.map(str::to_owned)).await.unwrap();
        };
        follow(Via::Local, ada.id, zoe.id, None).await;
        follows::accept(ctx, house.via(peer), zoe.id, ada.id).await.unwrap();
        follow(house.via(peer), zoe.id, ada.id, Some("https://there.example/follows/1")).await;
        follow(Via::Local, bob.id, ada.id, None).await;
        let counts = async |id: AccountId| {
            let account = house.account(id).await;
            (account.followers_count, account.following_count)
        };
        assert_eq!((counts(ada.id).await, counts(bob.id).await), ((2, 1), (0, 1)));
        let draft = Draft {
            text: "<p>Hello</p>".to_owned(),
            spoiler: String::new(),
            sensitive: false,
            visibility: Visibility::Public,
            language: None,
            reply_to: ReplyTo::None,
            poll: None,
            idempotency_key: None,
            remote: Some(RemotePost {
                uri: "https://there.example/posts/1".to_owned(),
                url: "https://there.example/posts/1".to_owned(),
                mentions: Vec::new(),
                silent: Vec::new(),
                tags: Vec::new(),
            }),
            created_at: Some(ctx.now()),
            files: posts::Files::default(),
            quote: None,
            quote_policy: None,
            group: None,
        };
        let post = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        assert!(posts::view(ctx, Viewer::Person(ada.id), post).await.is_ok());

        accounts::remote_gone(ctx, house.via(peer), zoe.id).await.unwrap();
        assert_eq!(counts(ada.id).await, (1, 0));
        let hidden = posts::view(ctx, Viewer::Person(ada.id), post).await;
        assert!(matches!(hidden, Err(DomainError::NotFound)));
        let relationship = accounts::relationships(ctx, ada.id, vec![zoe.id]).await.unwrap();
        assert_eq!(relationship, [(zoe.id, Relationship::default())]);

        people::disable(ctx, "test", "ada").await.unwrap();
        assert_eq!(counts(bob.id).await, (0, 0));
    }
}
