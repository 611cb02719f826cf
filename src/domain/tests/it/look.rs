//! The node's look: as configured, as changed, and in every process that hears of it.

use crate::fixture::House;
use entrenous_domain::look::{self, LookChange, NewPicture};
use entrenous_domain::{DomainError, audit};
use entrenous_model::Event;
use entrenous_store::stories;

stories! {
    async fn a_look_is_changed_and_taken_back(db: &TestDatabase) {
        let house = House::new(db);
        let mut events = house.ctx.store().events();
        let before = house.ctx.look();
        assert_eq!((&*before.name, &*before.accent), ("Here", "#336699"));
        let change = LookChange {
            name: Some("  Élan ".to_owned()),
            accent: Some("#ABCDEF".to_owned()),
            rules: Some(vec![" Be kind ".to_owned(), String::new()]),
            contact_email: Some("help@here.example".to_owned()),
            logo: Some(Some(NewPicture { bytes: vec![1, 2, 3], content_type: "image/png" })),
            ..LookChange::default()
        };
        let after = look::change(&house.ctx, "ada", change.clone()).await.unwrap();
        assert_eq!((&*after.name, &*after.accent), ("Élan", "#abcdef"));
        assert_eq!(after.rules, ["Be kind"]);
        assert_eq!(after.description, before.description);
        assert_eq!(after.logo.as_ref().unwrap().bytes, [1, 2, 3]);
        assert!(std::sync::Arc::ptr_eq(&after, &house.ctx.look()), "everyone sees the same at once");
        assert_eq!(events.recv().await.unwrap().to_vec(), [Event::LookChanged]);

        // Nothing new: no line, no event, and what was drawn stays.
        let same = look::change(&house.ctx, "ada", change).await.unwrap();
        assert!(std::sync::Arc::ptr_eq(&after, &same));
        let lines = audit::list(&house.ctx, None, None, 10).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!((&*lines[0].action, &*lines[0].detail), ("look.changed", "name, accent, rules, contact_email, logo"));

        // Another process begins with it, and follows the event of a change.
        let other = House::new(db);
        look::follow(&other.ctx, &[Event::LookChanged]).await;
        assert_eq!(other.ctx.look(), after);
        let back = LookChange {
            name: Some(String::new()),
            accent: Some("#336699".to_owned()),
            rules: Some(Vec::new()),
            contact_email: Some(String::new()),
            logo: Some(None),
            ..LookChange::default()
        };
        assert_eq!(look::change(&house.ctx, "ada", back).await.unwrap(), before);
        assert_eq!(other.ctx.look().name, "Élan");
        look::follow(&other.ctx, &[Event::LookChanged]).await;
        assert_eq!(other.ctx.look(), before);
    }

    async fn a_wrong_part_changes_nothing(db: &TestDatabase) {
        let house = House::new(db);
        let before = house.ctx.look();
        let change = LookChange {
            name: Some("Other".to_owned()),
            accent: Some("blue".to_owned()),
            ..LookChange::default()
        };
        let refused = look::change(&house.ctx, "ada", change).await;
        assert!(matches!(refused, Err(DomainError::Invalid(_))));
        assert_eq!(look::refresh(&house.ctx).await.unwrap(), before);
    }
}
