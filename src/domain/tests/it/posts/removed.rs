//! Posts that those who moderate remove: whose they may be, what they have to know of them, and what stays.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use entrenous_domain::posts::{self, Chosen, Draft, Files, Viewer};
use entrenous_domain::reports::{self, Wish};
use entrenous_domain::{DomainError, Result, Via, attachments, audit};
use entrenous_model::{AccountId, AttachmentKind, Focus, PostId, PreparedFile, ReportId, Role, Visibility};
use entrenous_store::stories;

fn not_found(answer: &Result<()>) {
    assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
}

fn forbidden(answer: &Result<()>) {
    assert!(matches!(answer, Err(DomainError::Forbidden(_))), "{answer:?}");
}

impl House {
    async fn reported(&self, by: AccountId, target: AccountId, post: PostId) -> ReportId {
        let wish = Wish {
            target,
            posts: vec![post],
            comment: String::new(),
            category: None,
            rules: Vec::new(),
            forward: false,
        };
        reports::make(&self.ctx, by, wish).await.unwrap().0.id
    }
}

stories! {
    async fn one_who_moderates_removes_a_post_with_its_files(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let picture = PreparedFile {
            kind: AttachmentKind::Image,
            bytes: b"rude".to_vec(),
            content_type: "image/png",
            pixels: Some((3, 2)),
            duration: None,
            frame_rate: None,
            preview: None,
        };
        let file = attachments::upload(ctx, bob.id, picture, "", Focus::default()).await.unwrap();
        let rude = Draft {
            files: Files::These(vec![Chosen::of(file.id)]),
            ..draft("insulte", Visibility::Public)
        };
        let post = posts::publish(ctx, Via::Local, bob.id, rude.clone()).await.unwrap();
        let answer = house.reply(ada.id, post, "non").await;
        let boost = posts::boost(ctx, Via::Local, ada.id, post, None, None).await.unwrap();
        let report = house.reported(ada.id, bob.id, post).await;
        for who in [ada.id, bob.id] {
            forbidden(&posts::remove(ctx, who, post, "").await);
            forbidden(&posts::remove(ctx, who, PostId(1), "").await);
        }
        let long = posts::remove(ctx, moderator.id, post, &"é".repeat(501)).await;
        assert!(matches!(long, Err(DomainError::Invalid(_))), "{long:?}");
        assert!(house.sees(Viewer::Person(ada.id), post).await);

        // By the boost, which is how it was seen.
        posts::remove(ctx, moderator.id, boost, " rude\nto ada ").await.unwrap();
        for gone in [post, boost] {
            assert!(!house.sees(Viewer::Person(ada.id), gone).await);
            not_found(&posts::remove(ctx, moderator.id, gone, "").await);
        }
        assert!(house.sees(Viewer::Person(ada.id), answer).await, "what others wrote stays");
        assert_eq!(house.queued(peer).await.last(), Some(&"Delete"));
        assert!(ctx.files().open(file.hash.as_ref().unwrap()).await.unwrap().is_none());
        let again = posts::publish(ctx, Via::Local, bob.id, rude).await;
        assert!(matches!(again, Err(DomainError::Invalid(_))), "its file is gone: {again:?}");
        let lines = audit::list(ctx, None, None, 100).await.unwrap();
        let line = lines.iter().find(|line| line.action == "post.removed").unwrap();
        assert_eq!((line.actor.as_str(), line.detail.as_str()), ("moda", format!("post {post}: rude to ada").as_str()));
        // What was reported is there to be judged, also by those who did not remove it.
        let shown = reports::one(ctx, moderator.id, report).await.unwrap();
        assert!(shown.posts[0].evidence.as_ref().unwrap().content.contains("insulte"));
    }

    async fn what_is_not_shown_is_removed_only_if_it_was_reported(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let other = house.person_as("modo", Role::Moderator).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let letter = house.say(bob.id, "pour @ada", Visibility::Direct).await;
        let secret = house.say(bob.id, "secret", Visibility::Private).await;
        for hidden in [letter, secret, PostId(1)] {
            not_found(&posts::remove(ctx, moderator.id, hidden, "").await);
        }
        house.reported(ada.id, bob.id, letter).await;
        not_found(&posts::remove(ctx, moderator.id, secret, "").await);
        posts::remove(ctx, moderator.id, letter, "").await.unwrap();
        assert!(!house.sees(Viewer::Person(ada.id), letter).await);
        // Of somebody with a higher role, only by somebody with that role.
        let of_owner = house.say(owner.id, "à tous", Visibility::Public).await;
        let of_other = house.say(other.id, "à tous", Visibility::Public).await;
        forbidden(&posts::remove(ctx, moderator.id, of_owner, "").await);
        posts::remove(ctx, moderator.id, of_other, "").await.unwrap();
        posts::remove(ctx, owner.id, of_owner, "").await.unwrap();
    }

    async fn a_post_of_a_peer_goes_here_and_does_not_come_back(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let ada = house.person("ada").await;
        let words = remote_draft(&format!("{THERE}/posts/1"), Visibility::Public, &[]);
        let post = posts::publish(ctx, house.via(peer), zoe.id, words.clone()).await.unwrap();
        posts::remove(ctx, moderator.id, post, "spam").await.unwrap();
        assert!(house.queued(peer).await.is_empty(), "its node is told nothing: it is not ours to delete there");
        let again = posts::publish(ctx, house.via(peer), zoe.id, words.clone()).await.unwrap();
        assert_eq!(again, post);
        not_found(&posts::edit(ctx, house.via(peer), zoe.id, post, words).await);
        assert!(!house.sees(Viewer::Person(ada.id), post).await);
        let lines = audit::list(ctx, Some(&entrenous_model::Origin::parse(THERE).unwrap()), None, 100).await.unwrap();
        assert_eq!(lines[0].detail, format!("post {post}: spam"));
        // Its author deletes it as well: no error.
        posts::delete(ctx, house.via(peer), zoe.id, post).await.unwrap();
    }
}
