//! A group is made, joined, written in, left and ended.

use super::new_group;
use crate::fixture::House;
use crate::posts::draft;
use entrenous_domain::groups::{self, Change, New, Wanted};
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::timelines;
use entrenous_domain::{DomainError, Via, accounts, lists, search};
use entrenous_model::{
    GroupId, GroupKind, GroupPolicy, GroupRole, ListId, NotificationKind, Page, Role, Visibility,
};
use entrenous_store::stories;

fn refused(answer: &entrenous_domain::Result<impl std::fmt::Debug>, words: &str) {
    let error = answer.as_ref().unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
}

stories! {
    async fn an_open_group_lives(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await, house.person("bea").await, house.person("cai").await);
        let group = house.group(ann.id, "Soudure à Lyon", GroupKind::Open).await;
        let view = house.group_view(cai.id, group).await;
        assert_eq!((view.account.username.as_str(), view.group.members), ("soudure_a_lyon", 1));
        assert_eq!(view.group.owner, Some(ann.id));
        assert_eq!(view.account.url, format!("https://here.example/g/{group}"));
        house.join(bea.id, group).await;
        refused(&groups::join(ctx, bea.id, group, "").await, "already");
        assert_eq!(house.group_view(cai.id, group).await.group.members, 2);
        let first = house.say_in(group, bea.id, "Bonjour #soudure, @ann et @cai").await;
        let second = house.try_reply(ann.id, first, Visibility::Public).await.unwrap();
        assert_eq!(house.read_group(ann.id, group).await, [second, first]);
        assert_eq!(house.read_group(bea.id, group).await, [second, first]);
        assert!(matches!(
            groups::timeline(ctx, cai.id, group, false, Page::first(9)).await,
            Err(DomainError::NotFound)
        ));
        let shown = posts::view(ctx, Viewer::Person(ann.id), second).await.unwrap();
        assert_eq!((shown.post.visibility, shown.group), (Visibility::Group, Some(group)));
        assert_eq!(shown.post.in_reply_to, Some(first));
        // A mention tells members alone, and is a row for them alone.
        assert_eq!(house.kinds_told(ann.id).await, [NotificationKind::Mention]);
        assert!(house.told(cai.id).await.is_empty());
        let names: Vec<_> = posts::view(ctx, Viewer::Person(ann.id), first).await.unwrap().mentions.clone();
        assert_eq!(names.iter().map(|one| one.account).collect::<Vec<_>>(), [ann.id]);
        // For clients that know no groups it is an account and a list.
        let as_list = ListId(group.get());
        let all = lists::of(ctx, bea.id).await.unwrap();
        assert_eq!(all.iter().map(|list| list.id).collect::<Vec<_>>(), [as_list]);
        assert_eq!(lists::timeline(ctx, bea.id, as_list, Page::first(9)).await.unwrap(), [second, first]);
        let people = lists::members(ctx, bea.id, as_list, None).await.unwrap();
        assert_eq!(people.iter().map(|(_, one)| one.id).collect::<Vec<_>>(), [bea.id, ann.id]);
        refused(&lists::remove(ctx, bea.id, as_list).await, "leave the group");
        refused(&lists::add(ctx, bea.id, as_list, vec![cai.id]).await, "leave the group");
        assert!(matches!(lists::get(ctx, cai.id, as_list).await, Err(DomainError::NotFound)));
        let asked = [ann.id, cai.id].map(|viewer| (viewer, as_list));
        assert_eq!(timelines::shown_in_lists(ctx, first, asked.to_vec()).await.unwrap(), [true, false]);
        house.follow(cai.id, group.account()).await;
        house.follow(cai.id, group.account()).await;
        assert_eq!(house.read_group(cai.id, group).await, [second, first], "who follows it joins it");
        let known = accounts::relationships(ctx, cai.id, vec![group.account()]).await.unwrap();
        assert!(known[0].1.following && !known[0].1.requested);
        entrenous_domain::follows::unfollow(ctx, Via::Local, cai.id, group.account()).await.unwrap();
        assert!(house.read_group(cai.id, group).await.is_empty());
        let found = search::accounts(ctx, cai.id, "soud", false, false, 0, 9).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [group.account()]);
        // Left, one sees only what one has written oneself, and not there.
        groups::leave(ctx, bea.id, group).await.unwrap();
        groups::leave(ctx, bea.id, group).await.unwrap();
        assert!(house.read_group(bea.id, group).await.is_empty());
        assert!(house.sees(Viewer::Person(bea.id), first).await);
        assert!(!house.sees(Viewer::Person(bea.id), second).await);
        house.join(bea.id, group).await;
        assert_eq!(house.read_group(bea.id, group).await, [second, first], "who joins reads what was said before");
    }

    async fn a_mention_is_enough(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea) = (house.person("ann").await, house.person("bea").await);
        let group = house.group(ann.id, "Welding", GroupKind::Open).await;
        let other = house.group(ann.id, "Painting", GroupKind::Open).await;
        let hidden = house.group(ann.id, "Secrets", GroupKind::Secret).await;
        let name = house.group_view(ann.id, hidden).await.account.username.clone();
        let post = house.say(ann.id, "@welding bonjour", Visibility::Public).await;
        assert_eq!(house.read_group(ann.id, group).await, [post]);
        let shown = posts::view(ctx, Viewer::Person(ann.id), post).await.unwrap();
        assert!(shown.post.content.contains(&format!("/g/{group}")), "{}", shown.post.content);
        assert!(shown.mentions.is_empty());
        let text = "@Welding@here.example encore @welding";
        let full = house.say(ann.id, text, Visibility::Private).await;
        assert_eq!(house.read_group(ann.id, group).await, [full, post]);
        // Never silently for more people than it says.
        for (text, words) in [("@welding @painting", "one group"), ("@welding", "join @welding first")] {
            let author = if words.starts_with("one") { ann.id } else { bea.id };
            let answer = posts::publish(ctx, Via::Local, author, draft(text, Visibility::Public)).await;
            refused(&answer, words);
        }
        refused(&house.try_say_in(group, bea.id, "moi").await, "join @welding first");
        // A secret group of others is a word like any other.
        let text = format!("@{name} bonjour");
        let plain = house.say(bea.id, &text, Visibility::Public).await;
        let shown = posts::view(ctx, Viewer::Person(bea.id), plain).await.unwrap();
        assert_eq!((shown.post.visibility, shown.group), (Visibility::Public, None));
        assert!(!shown.post.content.contains("href"), "{}", shown.post.content);
        assert!(matches!(house.try_say_in(hidden, bea.id, "moi").await, Err(DomainError::NotFound)));
        assert!(matches!(house.try_say_in(GroupId(7), bea.id, "moi").await, Err(DomainError::NotFound)));
        // Answers stand where they answer; a direct one stands beside it.
        refused(&posts::publish(ctx, Via::Local, ann.id, Draft {
            reply_to: posts::ReplyTo::Post(post),
            group: Some(other),
            ..draft("là-bas", Visibility::Public)
        }).await, "does not stand in that group");
        refused(&posts::publish(ctx, Via::Local, ann.id, Draft {
            reply_to: posts::ReplyTo::Post(plain),
            group: Some(group),
            ..draft("là-bas", Visibility::Public)
        }).await, "does not stand in that group");
        let direct = house.try_reply(ann.id, post, Visibility::Direct).await.unwrap();
        let shown = posts::view(ctx, Viewer::Person(ann.id), direct).await.unwrap();
        assert_eq!((shown.post.visibility, shown.group), (Visibility::Direct, None));
        assert_eq!((shown.post.in_reply_to, &shown.post.in_reply_to_uri), (Some(post), &None), "no node learns of it");
        refused(&posts::publish(ctx, Via::Local, ann.id, draft("nulle part", Visibility::Group)).await, "group_id");
    }

    async fn bounds_of_making(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ann = house.person("ann").await;
        let guest = house.person_as("guest", Role::Guest).await;
        assert!(matches!(
            groups::create(ctx, guest.id, new_group("À moi", GroupKind::Open)).await,
            Err(DomainError::Forbidden(_))
        ));
        for (name, words) in [("", "blank"), ("a\nb", "one line"), (&*"a".repeat(101), "too long")] {
            refused(&groups::create(ctx, ann.id, new_group(name, GroupKind::Open)).await, words);
        }
        let called = |username: &str| New {
            username: Some(username.to_owned()),
            ..new_group("Nommé", GroupKind::Closed)
        };
        for (username, words) in [("a b", "username"), ("admin", "reserved"), ("ann", "taken"), ("ANN", "taken")] {
            refused(&groups::create(ctx, ann.id, called(username)).await, words);
            refused(&groups::name_is_free(ctx, username).await, words);
        }
        groups::name_is_free(ctx, "nous").await.unwrap();
        let group = groups::create(ctx, ann.id, called("nous")).await.unwrap();
        assert_eq!(house.group_view(ann.id, group).await.account.username, "nous");
        let first = house.group(ann.id, "Deux fois", GroupKind::Open).await;
        let second = house.group(ann.id, "Deux fois", GroupKind::Open).await;
        let name = async |id| house.group_view(ann.id, id).await.account.username.clone();
        assert_eq!((name(first).await.as_str(), name(second).await.as_str()), ("deux_fois", "deux_fois2"));
        let wanted = Wanted { limit: 9, ..Wanted::default() };
        let found = groups::find(ctx, guest.id, wanted.clone()).await.unwrap();
        assert!(found.is_empty(), "guests learn of their own groups alone");
        assert_eq!(groups::find(ctx, ann.id, wanted).await.unwrap().len(), 3);
        let change = Change {
            display_name: Some("Ensemble".to_owned()),
            rules: Some("Soyez <gentils>".to_owned()),
            posting: Some(GroupPolicy::Moderators),
            ..Change::default()
        };
        groups::change(ctx, ann.id, first, change.clone()).await.unwrap();
        let view = house.group_view(ann.id, first).await;
        assert_eq!((view.account.display_name.as_str(), view.group.posting), ("Ensemble", GroupPolicy::Moderators));
        assert!(view.group.rules.contains("&lt;gentils&gt;"), "{}", view.group.rules);
        let bea = house.person("bea").await;
        house.join(bea.id, first).await;
        assert!(matches!(groups::change(ctx, bea.id, first, change).await, Err(DomainError::Forbidden(_))));
        assert!(matches!(house.try_say_in(first, bea.id, "moi").await, Err(DomainError::Forbidden(_))));
        let post = house.say_in(first, ann.id, "à vous").await;
        house.try_reply(bea.id, post, Visibility::Public).await.unwrap();
    }

    async fn a_group_ends(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea) = (house.person("ann").await, house.person("bea").await);
        let boss = house.person_as("boss", Role::Administrator).await;
        let group = house.group(ann.id, "Welding", GroupKind::Open).await;
        house.join(bea.id, group).await;
        let post = house.say_in(group, bea.id, "bonjour").await;
        let relation = groups::relations(ctx, bea.id, vec![group]).await.unwrap().remove(0);
        assert_eq!(relation.membership.and_then(|one| one.member()), Some(GroupRole::Member));
        assert!(matches!(groups::end(ctx, bea.id, group).await, Err(DomainError::Forbidden(_))));
        refused(&groups::leave(ctx, ann.id, group).await, "last owner");
        groups::end(ctx, ann.id, group).await.unwrap();
        for person in [ann.id, bea.id, boss.id] {
            assert!(matches!(groups::get(ctx, person, group).await, Err(DomainError::NotFound)));
            assert!(house.read_group(person, group).await.is_empty());
        }
        assert!(house.sees(Viewer::Person(bea.id), post).await, "until it is removed, for its author alone");
        assert!(!house.sees(Viewer::Person(ann.id), post).await);
        assert!(matches!(house.try_say_in(group, bea.id, "encore").await, Err(DomainError::NotFound)));
        assert!(groups::purge_piece(ctx).await.unwrap());
        assert!(!groups::purge_piece(ctx).await.unwrap());
        assert!(!house.sees(Viewer::Person(bea.id), post).await);
        // Administrators end any group; with its last member one ends by itself.
        let other = house.group(ann.id, "Hidden", GroupKind::Secret).await;
        assert!(matches!(groups::end(ctx, bea.id, other).await, Err(DomainError::NotFound)));
        groups::end(ctx, boss.id, other).await.unwrap();
        assert!(matches!(groups::end(ctx, boss.id, other).await, Err(DomainError::NotFound)));
        let last = house.group(ann.id, "Alone", GroupKind::Open).await;
        groups::leave(ctx, ann.id, last).await.unwrap();
        assert!(matches!(groups::get(ctx, ann.id, last).await, Err(DomainError::NotFound)));
        assert!(groups::of(ctx, ann.id).await.unwrap().is_empty());
    }
}
