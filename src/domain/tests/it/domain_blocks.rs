//! Nodes of which somebody wants to see nobody.

use crate::fixture::House;
use crate::posts::{ELSEWHERE, PLAIN, THERE, draft, remote_draft};
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::quotes::{QuoteSight, Quoting, Stamp};
use entrenous_domain::{
    DomainError, Via, accounts, blocks, conversations, domain_blocks, follows, notifications, people, search,
    suggestions, timelines,
};
use entrenous_model::{AccountId, NotificationKind, Page, PeerId, PostId, Visibility};
use entrenous_store::stories;

const NAME: &str = "there.example";

impl House {
    async fn came_from(
        &self,
        peer: PeerId,
        author: AccountId,
        uri: &str,
        mentions: &[AccountId],
        how: Visibility,
    ) -> PostId {
        posts::publish(
            &self.ctx,
            self.via(peer),
            author,
            remote_draft(uri, how, mentions),
        )
        .await
        .unwrap()
    }

    async fn public_of(&self, who: AccountId) -> Vec<PostId> {
        timelines::network(&self.ctx, who, false, false, Page::first(40))
            .await
            .unwrap()
    }

    async fn hides_node_of(&self, who: AccountId, of: AccountId) -> bool {
        accounts::relationships(&self.ctx, who, vec![of]).await.unwrap()[0]
            .1
            .domain_blocking
    }

    async fn talks_with(&self, who: AccountId) -> usize {
        conversations::of(&self.ctx, who, Page::first(40))
            .await
            .unwrap()
            .len()
    }
}

stories! {
    async fn nobody_of_a_hidden_node_appears_and_what_came_is_back_later(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let (there, other) = (house.peer(THERE).await, house.peer(ELSEWHERE).await);
        let zoe = house.remote(there, THERE, "zoe").await;
        let yan = house.remote(other, ELSEWHERE, "yan").await;
        house.follow(bob.id, zoe.id).await;
        follows::accept(ctx, house.via(there), zoe.id, bob.id).await.unwrap();
        house.follow(ada.id, bob.id).await;
        let public = house.came_from(there, zoe.id, "https://there.example/1", &[ada.id], Visibility::Public).await;
        let letter = house.came_from(there, zoe.id, "https://there.example/2", &[ada.id], Visibility::Direct).await;
        let kept = house.came_from(other, yan.id, "https://elsewhere.example/1", &[ada.id], Visibility::Public).await;
        posts::boost(ctx, Via::Local, bob.id, public, Some(Visibility::Public), None).await.unwrap();
        assert_eq!(house.public_of(ada.id).await.len(), 2);
        assert_eq!(house.home(ada.id).await.len(), 1, "the boost");
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Mention; 3]);
        assert_eq!(house.talks_with(ada.id).await, 1);
        assert!(!house.hides_node_of(ada.id, zoe.id).await);

        domain_blocks::block(ctx, ada.id, "@There.example").await.unwrap();
        domain_blocks::block(ctx, ada.id, NAME).await.unwrap();
        assert_eq!(house.public_of(ada.id).await, [kept]);
        assert_eq!(house.home(ada.id).await, [], "nor what others boost");
        assert_eq!(house.told(ada.id).await.len(), 1);
        assert_eq!(notifications::unread_count(ctx, ada.id).await.unwrap(), 1);
        assert_eq!(house.talks_with(ada.id).await, 0);
        assert!(house.hides_node_of(ada.id, zoe.id).await && !house.hides_node_of(ada.id, yan.id).await);
        assert!(!house.hides_node_of(bob.id, zoe.id).await, "one person's wish");
        assert_eq!(house.public_of(bob.id).await.len(), 2);
        // What comes meanwhile tells nobody; a profile and a post can still be opened by who asks for them.
        house.came_from(there, zoe.id, "https://there.example/3", &[ada.id], Visibility::Public).await;
        assert_eq!(house.told(ada.id).await.len(), 1);
        assert!(house.sees(Viewer::Person(ada.id), letter).await);
        let found = search::accounts(ctx, ada.id, "zo", false, false, 0, 20).await.unwrap();
        assert!(found.is_empty());
        let suggested = suggestions::of(ctx, ada.id, 40).await.unwrap();
        assert!(suggested.iter().all(|one| one.account.id != zoe.id));

        domain_blocks::unblock(ctx, ada.id, NAME).await.unwrap();
        domain_blocks::unblock(ctx, ada.id, NAME).await.unwrap();
        assert_eq!(house.public_of(ada.id).await.len(), 3);
        assert_eq!(house.home(ada.id).await.len(), 1);
        assert_eq!(house.told(ada.id).await.len(), 3, "but of what came meanwhile nobody was told");
        assert_eq!(house.talks_with(ada.id).await, 1);
        let suggested = suggestions::of(ctx, ada.id, 40).await.unwrap();
        assert!(suggested.iter().any(|one| one.account.id == zoe.id), "bob follows her");
    }

    async fn nobody_of_a_hidden_node_is_listed_among_people(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let there = house.peer(THERE).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        let post = house.say(bob.id, "à tous", Visibility::Public).await;
        let id = |what: &str| Some(format!("{THERE}/{what}/1"));
        posts::favourite(ctx, house.via(there), zoe.id, post, id("likes")).await.unwrap();
        posts::favourite(ctx, Via::Local, bob.id, post, None).await.unwrap();
        posts::react(ctx, house.via(there), zoe.id, post, "🎉", id("reactions")).await.unwrap();
        posts::boost(ctx, house.via(there), zoe.id, post, None, id("boosts")).await.unwrap();
        let quoted = house.came_from(there, zoe.id, "https://there.example/1", &[], Visibility::Public).await;
        let quoting = Draft {
            quote: Some(Quoting::Uri { uri: "https://there.example/1".to_owned(), stamp: Stamp::None }),
            ..remote_draft("https://there.example/2", Visibility::Public, &[])
        };
        let quoting = posts::publish(ctx, house.via(there), zoe.id, quoting).await.unwrap();
        // Favourites, boosts, people in the directory, kinds of reactions.
        let lists = async |viewer: AccountId| {
            let page = Page::first(40);
            let liked = posts::favourited_by(ctx, viewer, post, page).await.unwrap().len();
            let boosted = posts::boosted_by(ctx, viewer, post, page).await.unwrap().len();
            let directory = accounts::directory(ctx, viewer, false, 0, 40).await.unwrap().len();
            let view = posts::view(ctx, Viewer::Person(viewer), post).await.unwrap();
            (liked, boosted, directory, view.shown_reactions().len())
        };
        let quote = async || {
            let view = posts::view(ctx, Viewer::Person(ada.id), quoting).await.unwrap();
            view.quote.unwrap()
        };
        assert_eq!(lists(ada.id).await, (2, 1, 3, 1));
        assert_eq!(quote().await.sight, QuoteSight::Accepted);
        domain_blocks::block(ctx, ada.id, NAME).await.unwrap();
        assert_eq!(lists(ada.id).await, (1, 0, 2, 0));
        assert_eq!(lists(bob.id).await, (2, 1, 3, 1), "one person's wish");
        let hidden = quote().await;
        assert_eq!((hidden.sight, hidden.id), (QuoteSight::BlockedDomain, Some(quoted)));
        domain_blocks::unblock(ctx, ada.id, NAME).await.unwrap();
        assert_eq!(lists(ada.id).await, (2, 1, 3, 1));
        // As one hides people: whom one blocks or mutes, and who blocks one.
        blocks::mute(ctx, ada.id, zoe.id, true, None).await.unwrap();
        assert_eq!(lists(ada.id).await, (1, 0, 3, 0));
    }

    async fn follows_end_in_both_directions_and_none_begins(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let there = house.peer(THERE).await;
        let mut people = Vec::new();
        for number in 0..40 {
            let one = house.remote(there, THERE, &format!("p{number}")).await;
            house.followed_from(there, one.id, ada.id).await;
            people.push(one);
        }
        let zoe = &people[0];
        house.follow(ada.id, zoe.id).await;
        follows::accept(ctx, house.via(there), zoe.id, ada.id).await.unwrap();
        house.follow(bob.id, zoe.id).await;
        assert_eq!(house.account(ada.id).await.followers_count, 40);
        domain_blocks::block(ctx, ada.id, NAME).await.unwrap();
        let after = house.account(ada.id).await;
        assert_eq!((after.followers_count, after.following_count), (0, 0));
        let told = house.queued(there).await;
        assert_eq!(told.iter().filter(|kind| **kind == "Reject Follow").count(), 40, "{told:?}");
        assert_eq!(told.iter().filter(|kind| **kind == "Undo Follow").count(), 1);
        // Neither begins again, from either side.
        let again = follows::follow(ctx, Via::Local, ada.id, zoe.id, PLAIN, None).await;
        assert!(matches!(again, Err(DomainError::Forbidden(_))), "{again:?}");
        let uri = Some(format!("{THERE}/follows/again"));
        follows::follow(ctx, house.via(there), zoe.id, ada.id, PLAIN, uri).await.unwrap();
        assert_eq!(house.account(ada.id).await.followers_count, 0);
        assert_eq!(house.queued(there).await.iter().filter(|kind| **kind == "Reject Follow").count(), 41);
        // Others are as they were.
        let bobs = accounts::relationships(ctx, bob.id, vec![zoe.id]).await.unwrap();
        assert!(bobs[0].1.requested);
        domain_blocks::unblock(ctx, ada.id, NAME).await.unwrap();
        house.follow(ada.id, zoe.id).await;
    }

    async fn a_name_need_not_be_a_peer_yet_and_goes_with_its_person(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        for (name, good) in [
            (NAME, true),
            ("never-seen.example:8443", true),
            ("", false),
            ("not a name", false),
            ("here.example", false),
        ] {
            let answer = domain_blocks::block(ctx, ada.id, name).await;
            assert_eq!(answer.is_ok(), good, "{name}: {answer:?}");
        }
        let there = house.peer(THERE).await;
        let zoe = house.remote(there, THERE, "zoe").await;
        house.came_from(there, zoe.id, "https://there.example/1", &[ada.id], Visibility::Public).await;
        assert!(house.told(ada.id).await.is_empty(), "it was hidden before it was known");
        let page = domain_blocks::of(ctx, ada.id, Page::first(1)).await.unwrap();
        assert_eq!(page[0].1, "never-seen.example:8443");
        let rest = Page { max_id: Some(page[0].0), ..Page::first(40) };
        let rest: Vec<_> = domain_blocks::of(ctx, ada.id, rest).await.unwrap();
        assert_eq!(rest.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), [NAME]);
        posts::publish(ctx, Via::Local, ada.id, draft("still here", Visibility::Public)).await.unwrap();
        people::disable(ctx, "test", "ada").await.unwrap();
        assert!(domain_blocks::of(ctx, ada.id, Page::first(40)).await.unwrap().is_empty());
    }
}
