//! The node's own people: names, passwords, invitations, leaving.

use crate::fixture::{House, PASSWORD, bytes_of, new_person};
use chrono::TimeDelta;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::{DomainError, audit, deliveries, invites, maintenance, media, oauth, sessions};
use entrenous_model::{ProfileField, Role, Visibility};
use entrenous_store::stories;
use std::net::{IpAddr, Ipv4Addr};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn address(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, last))
}

stories! {
    async fn a_person_is_added_with_keys(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("Ada.L").await;
        assert_eq!(ada.uri, "https://here.example/people/Ada.L");
        assert_eq!(ada.url, "https://here.example/@Ada.L");
        assert_eq!(ada.inbox_uri, "https://here.example/people/Ada.L/inbox");
        assert_eq!(ada.shared_inbox_uri.as_deref(), Some("https://here.example/inbox"));
        assert!(ada.is_local());

        let keys = accounts::public_keys(&house.ctx, ada.id).await.unwrap();
        let ids: Vec<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
        assert_eq!(
            ids,
            ["https://here.example/people/Ada.L#ed25519-key", "https://here.example/people/Ada.L#main-key"]
        );
        for kind in [KeyKind::Rsa, KeyKind::Ed25519] {
            let (id, first) = accounts::private_key(&house.ctx, ada.id, kind).await.unwrap().unwrap();
            assert!(id.starts_with(&ada.uri));
            let (_, second) = accounts::private_key(&house.ctx, ada.id, kind).await.unwrap().unwrap();
            assert!(std::sync::Arc::ptr_eq(&first, &second), "opened once");
        }
        let (owner, key) =
            accounts::key_owner(&house.ctx, "https://here.example/people/Ada.L#main-key").await.unwrap().unwrap();
        assert_eq!((owner.id, key.kind), (ada.id, KeyKind::Rsa));

        for handle in ["ada.l", "@ADA.L", "Ada.L@here.example", "@ada.l@HERE.example"] {
            let found = accounts::known_by_handle(&house.ctx, handle).await.unwrap();
            assert_eq!(found.map(|account| account.id), Some(ada.id), "{handle}");
        }
        for uri in [&ada.uri, &ada.url] {
            assert!(accounts::known_by_uri(&house.ctx, uri).await.unwrap().is_some());
        }
        let listed = people::list(&house.ctx, None, 10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].1.role, Role::Member);
        assert!(people::list(&house.ctx, Some("ada.l".to_owned()), 10).await.unwrap().is_empty());
    }

    async fn names_and_passwords_are_checked(db: &TestDatabase) {
        let house = House::new(db);
        house.person("ada").await;
        for bad in ["", ".ada", "ada-", "a b", "été", "a@b", "x".repeat(31).as_str()] {
            let refused = people::add(&house.ctx, new_person(bad, Role::Member)).await;
            assert!(matches!(refused, Err(DomainError::Invalid(_))), "{bad}");
        }
        for taken in ["ada", "ADA", "admin", "Actor", "network", "here.example"] {
            let refused = people::add(&house.ctx, new_person(taken, Role::Member)).await;
            assert!(matches!(refused, Err(DomainError::Conflict(_))), "{taken}");
        }
        for weak in ["short", "longenough-name", &"x".repeat(1_001)] {
            let mut person = new_person("longenough-name", Role::Member);
            person.password = weak.to_owned();
            assert!(matches!(people::add(&house.ctx, person).await, Err(DomainError::Invalid(_))), "{weak}");
        }
        let mut person = new_person("bob", Role::Member);
        person.locale = "de".to_owned();
        assert!(matches!(people::add(&house.ctx, person).await, Err(DomainError::Invalid(_))));

        // In parallel, one of them gets the name.
        let tries = (0..4).map(|_| {
            let ctx = house.ctx.clone();
            tokio::spawn(async move { people::add(&ctx, new_person("carol", Role::Member)).await })
        });
        let mut added = 0;
        for task in tries.collect::<Vec<_>>() {
            match task.await.unwrap() {
                Ok(_) => added += 1,
                Err(DomainError::Conflict(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(added, 1);
    }

    async fn wrong_passwords_are_counted(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let sign_in = async |name: &str, password: &str, from: IpAddr| {
            people::authenticate(&house.ctx, name, password.to_owned(), from).await
        };
        assert_eq!(sign_in("Ada", PASSWORD, HOME).await.unwrap(), ada.id);
        let unknown = sign_in("nobody-here", PASSWORD, HOME).await.unwrap_err();
        let wrong = sign_in("ada", "wrong password", HOME).await.unwrap_err();
        assert!(matches!(wrong, DomainError::Unauthenticated(_)));
        assert_eq!(unknown.to_string(), wrong.to_string(), "never says which");

        // Success forgets the failures of the name.
        assert!(sign_in("ada", PASSWORD, HOME).await.is_ok());
        for last in 1..=10 {
            assert!(matches!(
                sign_in("ada", "wrong password", address(last)).await,
                Err(DomainError::Unauthenticated(_))
            ));
        }
        let Err(DomainError::TooMany(wait)) = sign_in("ada", PASSWORD, address(11)).await else {
            panic!("the right password does not help after ten failures")
        };
        assert!((1..=900).contains(&wait), "{wait}");
        house.clock.advance(TimeDelta::minutes(15));
        assert!(sign_in("ada", PASSWORD, address(11)).await.is_ok());

        // One address, many names, at the same time.
        let tries: Vec<_> = (0..40)
            .map(|number| {
                let ctx = house.ctx.clone();
                tokio::spawn(async move {
                    people::authenticate(&ctx, &format!("name{number}"), "x".repeat(12), address(99)).await
                })
            })
            .collect();
        let mut counted = (0, 0);
        for task in tries {
            match task.await.unwrap() {
                Err(DomainError::Unauthenticated(_)) => counted.0 += 1,
                Err(DomainError::TooMany(_)) => counted.1 += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(counted, (30, 10));
    }

    async fn disabling_ends_everything(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let there = house.peer("https://there.example").await;
        let owner = house.person_as("boss", Role::Owner).await;
        let ada = house.person("ada").await;
        let (_, cookie) = sessions::start(ctx, ada.id, "Browser/1").await.unwrap();
        let token = oauth::create_token(ctx, "ada", "read write").await.unwrap();
        assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_some());
        let file = media::store_picture(ctx, ada.id, b"picture".to_vec(), "image/png", None).await.unwrap();
        let path = media::capability_path(ctx, file.id, file.epoch).unwrap();
        let capability = path.rsplit('/').next().unwrap();
        assert!(media::open(ctx, file.id, capability).await.unwrap().is_some());
        assert!(accounts::private_key(ctx, ada.id, KeyKind::Ed25519).await.unwrap().is_some());

        people::disable(ctx, "boss", "ADA").await.unwrap();

        assert!(accounts::get(ctx, ada.id).await.unwrap().is_none());
        assert!(accounts::local_by_username(ctx, "ada").await.unwrap().is_none());
        assert!(accounts::webfinger(ctx, "ada").await.unwrap().is_none());
        assert!(accounts::known_by_uri(ctx, &ada.uri).await.unwrap().unwrap().disabled_at.is_some());
        assert!(accounts::public_keys(ctx, ada.id).await.unwrap().is_empty());
        assert!(accounts::key_owner(ctx, &format!("{}#main-key", ada.uri)).await.unwrap().is_none());
        assert!(accounts::private_key(ctx, ada.id, KeyKind::Ed25519).await.unwrap().is_none());
        assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_none());
        assert!(sessions::find(ctx, &cookie).await.unwrap().is_none());
        assert!(media::open(ctx, file.id, capability).await.unwrap().is_none());
        assert!(matches!(
            people::authenticate(ctx, "ada", PASSWORD.to_owned(), HOME).await,
            Err(DomainError::Unauthenticated(_))
        ));
        assert!(matches!(oauth::create_token(ctx, "ada", "read").await, Err(DomainError::NotFound)));
        assert!(matches!(sessions::start(ctx, ada.id, "").await, Err(DomainError::NotFound)));
        assert!(matches!(people::disable(ctx, "boss", "ada").await, Err(DomainError::NotFound)));
        // The name stays taken: its URI is known to others.
        assert!(matches!(
            people::add(ctx, new_person("ada", Role::Member)).await,
            Err(DomainError::Conflict(_))
        ));
        let queued = deliveries::next(ctx, there, None, 10).await.unwrap();
        assert_eq!(queued.len(), 1, "the peer is told");

        // The last owner stays, also when two go at once.
        assert!(matches!(people::disable(ctx, "boss", "boss").await, Err(DomainError::Conflict(_))));
        house.person_as("chief", Role::Owner).await;
        let (one, two) = tokio::join!(people::disable(ctx, "x", "boss"), people::disable(ctx, "x", "chief"));
        assert_eq!([&one, &two].iter().filter(|done| done.is_ok()).count(), 1, "{one:?} {two:?}");
        let left = people::list(ctx, None, 10).await.unwrap();
        assert_eq!(left.iter().filter(|(_, m)| m.role == Role::Owner && m.disabled_at.is_none()).count(), 1);
        assert!(left.iter().any(|(account, _)| account.id == owner.id));
    }

    async fn nobody_disables_who_stands_above_them(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("boss", Role::Owner).await;
        let admin = house.person_as("admina", Role::Administrator).await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let there = house.peer("https://there.example").await;
        let zoe = house.remote(there, "https://there.example", "zoe").await;
        let ada = house.person("ada").await;
        for (by, id) in [(admin.id, owner.id), (moderator.id, ada.id), (ada.id, ada.id), (zoe.id, ada.id), (ada.id, zoe.id)] {
            let answer = people::disable_by(ctx, by, id).await;
            assert!(matches!(answer, Err(DomainError::Forbidden(_))), "{answer:?}");
        }
        assert!(matches!(people::disable_by(ctx, owner.id, zoe.id).await, Err(DomainError::NotFound)));
        people::disable_by(ctx, admin.id, ada.id).await.unwrap();
        assert!(matches!(people::disable_by(ctx, admin.id, ada.id).await, Err(DomainError::NotFound)));
        people::disable_by(ctx, owner.id, admin.id).await.unwrap();
        // Who was disabled does nothing more.
        assert!(matches!(people::disable_by(ctx, admin.id, moderator.id).await, Err(DomainError::Forbidden(_))));
        assert!(matches!(people::disable_by(ctx, owner.id, owner.id).await, Err(DomainError::Conflict(_))));
        let lines = audit::list(ctx, None, None, 10).await.unwrap();
        let who: Vec<_> = lines.iter().filter(|line| line.action == "person.disabled").collect();
        assert_eq!((who[0].actor.as_str(), who[1].actor.as_str()), ("boss", "admina"));
    }

    async fn a_new_password_signs_out_everywhere(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let (_, cookie) = sessions::start(ctx, ada.id, "Browser/1").await.unwrap();
        let token = oauth::create_token(ctx, "ada", "read").await.unwrap();
        assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_some());
        assert!(matches!(
            people::set_password(ctx, "ada", ada.id, "weak".to_owned()).await,
            Err(DomainError::Invalid(_))
        ));
        people::set_password(ctx, "ada", ada.id, "another good one".to_owned()).await.unwrap();
        assert!(sessions::find(ctx, &cookie).await.unwrap().is_none());
        assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_none());
        assert!(people::authenticate(ctx, "ada", PASSWORD.to_owned(), HOME).await.is_err());
        assert!(people::authenticate(ctx, "ada", "another good one".to_owned(), HOME).await.is_ok());
    }

    async fn sessions_end(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let (first, cookie) = sessions::start(ctx, ada.id, &"x".repeat(500)).await.unwrap();
        assert_eq!(first.user_agent.len(), 200);
        let (second, _) = sessions::start(ctx, ada.id, "two").await.unwrap();
        let listed: Vec<_> = sessions::list(ctx, ada.id).await.unwrap().iter().map(|s| s.id).collect();
        assert_eq!(listed, [second.id, first.id]);
        assert!(matches!(sessions::end(ctx, bob.id, first.id).await, Err(DomainError::NotFound)));
        assert_eq!(sessions::find(ctx, &cookie).await.unwrap().unwrap().account, ada.id);
        assert!(sessions::find(ctx, "nonsense").await.unwrap().is_none());
        sessions::end(ctx, ada.id, second.id).await.unwrap();
        house.clock.advance(TimeDelta::days(30));
        assert!(sessions::find(ctx, &cookie).await.unwrap().is_none());
        assert!(sessions::list(ctx, ada.id).await.unwrap().is_empty());
        house.clock.advance(TimeDelta::days(8));
        let forgotten = maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(forgotten >= 2, "both sessions, the ended and the expired one: {forgotten}");
    }

    async fn an_invitation_is_used_as_often_as_it_says(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        assert!(matches!(
            invites::create(ctx, Some((ada.id, Role::Member)), Role::Owner, 1, 1).await,
            Err(DomainError::Forbidden(_))
        ));
        for (hours, uses) in [(0, 1), (8_761, 1), (1, 0), (1, 1_001)] {
            let made = invites::create(ctx, None, Role::Member, hours, uses).await;
            assert!(matches!(made, Err(DomainError::Invalid(_))));
        }
        let (invite, code) = invites::create(ctx, None, Role::Guest, 24, 2).await.unwrap();
        assert_eq!(code.len(), 43);
        assert_eq!(invites::find(ctx, &code).await.unwrap().unwrap().id, invite.id);
        let join = |ctx: &entrenous_domain::Ctx, code: &str, name: String| {
            let (ctx, code) = (ctx.clone(), code.to_owned());
            async move {
                invites::accept(&ctx, &code, name, String::new(), PASSWORD.to_owned(), "fr".to_owned()).await
            }
        };
        assert!(matches!(join(ctx, "wrong", "x".to_owned()).await, Err(DomainError::NotFound)));
        assert!(matches!(join(ctx, &code, "ada".to_owned()).await, Err(DomainError::Conflict(_))));

        let tasks: Vec<_> =
            (0..5).map(|n| tokio::spawn(join(ctx, &code, format!("guest{n}")))).collect();
        let mut joined = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(account) => joined.push(account),
                Err(DomainError::NotFound) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(joined.len(), 2);
        let member = people::member(ctx, joined[0].id).await.unwrap().unwrap();
        assert_eq!((member.role, member.locale.as_str()), (Role::Guest, "fr"));
        assert!(invites::find(ctx, &code).await.unwrap().is_none());
        assert_eq!(invites::list(ctx).await.unwrap()[0].uses, 2);

        let (late, code) = invites::create(ctx, None, Role::Member, 1, 1).await.unwrap();
        house.clock.advance(TimeDelta::hours(1));
        assert!(invites::find(ctx, &code).await.unwrap().is_none());
        assert!(matches!(join(ctx, &code, "late".to_owned()).await, Err(DomainError::NotFound)));
        invites::revoke(ctx, "owner", late.id).await.unwrap();
        assert!(matches!(invites::revoke(ctx, "owner", late.id).await, Err(DomainError::NotFound)));
        let (withdrawn, code) = invites::create(ctx, None, Role::Member, 1, 1).await.unwrap();
        invites::revoke(ctx, "owner", withdrawn.id).await.unwrap();
        assert!(invites::find(ctx, &code).await.unwrap().is_none());
    }

    async fn a_profile_changes(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        house.clock.advance(TimeDelta::seconds(1));
        let picture = media::store_picture(ctx, ada.id, b"a".to_vec(), "image/png", None).await.unwrap();
        let foreign = media::store_picture(ctx, bob.id, b"b".to_vec(), "image/png", None).await.unwrap();
        let change = ProfileChange {
            display_name: Some(" Ada Lovelace ".to_owned()),
            note: Some("I <b>count</b>\nwith @bob".to_owned()),
            fields: Some(vec![
                ProfileField { name: "Site".to_owned(), value: "https://ada.example".to_owned() },
                ProfileField { name: " ".to_owned(), value: String::new() },
            ]),
            avatar: Some(Some(picture.id)),
            locked: Some(true),
            bot: Some(true),
            default_visibility: Some(Visibility::Private),
            default_language: Some(Some("fr".to_owned())),
            ..ProfileChange::default()
        };
        let changed = people::update_profile(ctx, ada.id, change).await.unwrap();
        assert_eq!(changed.display_name, "Ada Lovelace");
        assert_eq!(changed.note_source, "I <b>count</b>\nwith @bob");
        assert!(changed.note.contains("&lt;b&gt;") && changed.note.contains(&bob.url), "{}", changed.note);
        assert_eq!(changed.fields.len(), 1);
        assert!(changed.fields[0].value.starts_with("<a "), "{}", changed.fields[0].value);
        assert_eq!(changed.avatar, Some(picture.id));
        assert!(changed.locked && changed.updated_at > ada.updated_at);
        let member = people::member(ctx, ada.id).await.unwrap().unwrap();
        assert_eq!(member.default_visibility, Visibility::Private);
        assert_eq!(member.default_language.as_deref(), Some("fr"));

        let refused = [
            ProfileChange { display_name: Some("x".repeat(61)), ..ProfileChange::default() },
            ProfileChange { note: Some("x".repeat(1_001)), ..ProfileChange::default() },
            ProfileChange { header: Some(Some(foreign.id)), ..ProfileChange::default() },
            ProfileChange { locale: Some("tlh".to_owned()), ..ProfileChange::default() },
            ProfileChange { default_language: Some(Some("<x>".to_owned())), ..ProfileChange::default() },
        ];
        for change in refused {
            let answer = people::update_profile(ctx, ada.id, change).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))));
        }
        let same = people::update_profile(ctx, ada.id, ProfileChange::default()).await.unwrap();
        assert_eq!(same.updated_at, changed.updated_at, "nothing changed");
        let removed = ProfileChange { avatar: Some(None), ..ProfileChange::default() };
        assert_eq!(people::update_profile(ctx, ada.id, removed).await.unwrap().avatar, None);

        let directory = accounts::directory(ctx, ada.id, true, 0, 10).await.unwrap();
        assert_eq!(directory.len(), 2);
        let hidden = ProfileChange { discoverable: Some(false), ..ProfileChange::default() };
        people::update_profile(ctx, ada.id, hidden).await.unwrap();
        let directory = accounts::directory(ctx, ada.id, true, 0, 10).await.unwrap();
        assert_eq!(directory.iter().map(|account| account.id).collect::<Vec<_>>(), [bob.id]);
    }

    async fn a_capability_lasts_two_days(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let file = media::store_picture(ctx, ada.id, b"picture".to_vec(), "image/png", None).await.unwrap();
        assert_eq!((file.size, file.hash.len()), (7, 64));
        let path = media::capability_path(ctx, file.id, file.epoch).unwrap();
        assert_eq!(path, media::capability_path(ctx, file.id, file.epoch).unwrap(), "the same for all");
        let capability = path.strip_prefix(&format!("/media/{}/", file.id)).unwrap();
        let found = media::open(ctx, file.id, capability).await.unwrap().unwrap();
        assert_eq!((&found.hash, found.size, found.content_type.as_str()), (&file.hash, 7, file.content_type.as_str()));
        assert_eq!(bytes_of(ctx, &found, 0, 7).await.unwrap(), b"picture");
        assert_eq!(bytes_of(ctx, &found, 2, 3).await.unwrap(), b"ctu");
        assert_eq!(bytes_of(ctx, &found, 7, 0).await.unwrap(), b"");
        for (start, length) in [(2, 6), (8, 0), (1, u64::MAX)] {
            assert_eq!(bytes_of(ctx, &found, start, length).await, None, "{start} {length}");
        }
        for wrong in ["", "x", capability.get(1..).unwrap(), &capability.to_uppercase()] {
            assert!(media::open(ctx, file.id, wrong).await.unwrap().is_none(), "{wrong}");
        }
        let other = media::capability_path(ctx, file.id, file.epoch + 1).unwrap();
        assert!(media::open(ctx, file.id, other.rsplit('/').next().unwrap()).await.unwrap().is_none());
        house.clock.advance(TimeDelta::days(1));
        assert!(media::open(ctx, file.id, capability).await.unwrap().is_some());
        house.clock.advance(TimeDelta::days(1));
        assert!(media::open(ctx, file.id, capability).await.unwrap().is_none());
    }
}
