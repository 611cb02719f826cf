//! People completed while a name is typed, and who takes part in a conversation.

use crate::fixture::House;
use crate::posts::THERE;
use entrenous_domain::people::{self, ProfileChange};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, blocks, search};
use entrenous_model::{Account, AccountId, Visibility};
use entrenous_store::stories;
use std::sync::Arc;

impl House {
    async fn named(&self, username: &str, display_name: &str) -> AccountId {
        let id = self.person(username).await.id;
        let change = ProfileChange {
            display_name: Some(display_name.to_owned()),
            ..ProfileChange::default()
        };
        people::update_profile(&self.ctx, id, change).await.unwrap();
        id
    }

    async fn completed(&self, viewer: AccountId, typed: &str) -> Vec<String> {
        let found = search::accounts(&self.ctx, viewer, typed, false, false, 0, 20)
            .await
            .unwrap();
        found.iter().map(|account| account.acct()).collect()
    }
}

stories! {
    async fn names_are_completed(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let me = house.named("me", "").await;
        let elodie = house.named("edurand", "Élodie Durand-Œuvre").await;
        house.named("elton", "John").await;
        house.named("jean.dupont", "Jean-Luc d’Été").await;
        let peer = house.peer(THERE).await;
        house.remote(peer, THERE, "elmar").await;
        assert_eq!(house.completed(me, "EL").await, ["edurand", "elton", "elmar@there.example"]);
        for typed in ["elodie", "élo", "dur", "oeu", "Élodie du", "durand-o", "@edu", "edurand"] {
            assert_eq!(house.completed(me, typed).await, ["edurand"], "{typed}");
        }
        for typed in ["dupont", "jean.du", "luc", "été", "jean e"] {
            assert_eq!(house.completed(me, typed).await, ["jean.dupont"], "{typed}");
        }
        for typed in ["lodie", "x", "%", "_", "", "@", "élodie x"] {
            assert_eq!(house.completed(me, typed).await, Vec::<String>::new(), "{typed}");
        }
        // A handle as far as it is typed.
        for typed in ["@el@th", "elmar@there.example", "@ELM@"] {
            assert_eq!(house.completed(me, typed).await, ["elmar@there.example"], "{typed}");
        }
        // People one follows stand first, then the exact name.
        house.follow(me, elodie).await;
        house.named("el", "").await;
        assert_eq!(
            house.completed(me, "el").await,
            ["edurand", "el", "elton", "elmar@there.example"]
        );
        let followed = search::accounts(ctx, me, "el", false, true, 0, 20).await.unwrap();
        assert_eq!(followed.iter().map(|one| one.id).collect::<Vec<_>>(), [elodie]);
        // Another name is found by that; who left, and who blocks, by none.
        let change = ProfileChange { display_name: Some("Zoé".to_owned()), ..ProfileChange::default() };
        people::update_profile(ctx, elodie, change).await.unwrap();
        assert_eq!(house.completed(me, "zoe").await, ["edurand"]);
        assert_eq!(house.completed(me, "elodie").await, Vec::<String>::new());
        people::disable(ctx, "test", "elton").await.unwrap();
        let el = house.completed(me, "el").await;
        assert_eq!(el, ["el", "elmar@there.example"]);
        blocks::block(ctx, entrenous_domain::Via::Local, elodie, me, None).await.unwrap();
        assert_eq!(house.completed(me, "zoe").await, Vec::<String>::new());
    }

    async fn five_thousand_people(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let me = house.person("me").await.id;
        let peer = house.peer(THERE).await;
        let one = house.remote(peer, THERE, "zoe").await;
        let many = ctx.store().write(move |tx| {
            for n in 0..5_000 {
                let person = Account {
                    id: AccountId(tx.next_id()),
                    username: format!("person{n:04}"),
                    display_name: format!("Élève {n} de la Promotion"),
                    uri: format!("{THERE}/people/person{n:04}"),
                    ..(*one).clone()
                };
                let now = tx.now();
                entrenous_store::accounts::insert_remote(tx, &person, now)?;
            }
            Ok::<_, DomainError>(())
        });
        many.await.unwrap();
        let page = async |typed: &str, offset| -> Vec<AccountId> {
            let found = search::accounts(ctx, me, typed, false, false, offset, 40).await.unwrap();
            found.iter().map(|one| one.id).collect()
        };
        for typed in ["person", "p", "eleve", "eleve pro"] {
            let (first, again, second) = (page(typed, 0).await, page(typed, 0).await, page(typed, 40).await);
            assert_eq!((first.len(), second.len()), (40, 40), "{typed}");
            assert_eq!(first, again, "{typed}: always the same");
            assert!(second.iter().all(|id| !first.contains(id)), "{typed}: none twice");
        }
        assert_eq!(page("person4999", 0).await.len(), 1);
        assert_eq!(page("eleve 4999", 0).await.len(), 1);
    }

    async fn who_takes_part(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        let kim = house.person("kim").await;
        let peer = house.peer(THERE).await;
        house.remote(peer, THERE, "rob").await;
        let first = house.say(bob.id, "bonjour @rob@there.example @eve", Visibility::Public).await;
        let reply = house.reply(ada.id, first, "oui").await;
        house.reply(bob.id, reply, "bien").await;
        let draft = posts::Draft {
            reply_to: posts::ReplyTo::Post(first),
            ..crate::posts::draft("entre nous @kim", Visibility::Direct)
        };
        let between = posts::publish(ctx, entrenous_domain::Via::Local, eve.id, draft).await.unwrap();
        let seen = async |viewer: &Arc<Account>, id| -> Vec<(String, i64)> {
            let all = posts::participants(ctx, Viewer::Person(viewer.id), id).await.unwrap();
            all.iter().map(|one| (one.account.acct(), one.posts)).collect()
        };
        let named = |all: &[(&str, i64)]| -> Vec<(String, i64)> {
            all.iter().map(|(name, posts)| ((*name).to_owned(), *posts)).collect()
        };
        let open = named(&[("bob", 2), ("ada", 1), ("eve", 0), ("rob@there.example", 0)]);
        assert_eq!(seen(&ada, reply).await, open);
        let boost = posts::boost(ctx, entrenous_domain::Via::Local, kim.id, first, None, None).await.unwrap();
        assert_eq!(seen(&ada, boost).await, open, "a boost is of that conversation");
        let whole = named(&[("bob", 2), ("ada", 1), ("eve", 1), ("kim", 0), ("rob@there.example", 0)]);
        assert_eq!(seen(&kim, between).await, whole);
        let hidden = posts::participants(ctx, Viewer::Person(ada.id), between).await;
        assert!(matches!(hidden, Err(DomainError::NotFound)));
    }
}
