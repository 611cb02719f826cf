//! Roles in groups against verbs.

use super::word;
use crate::fixture::House;
use crate::posts::draft;
use entrenous_domain::groups::{self, Change};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, Via, audit, people};
use entrenous_model::{AccountId, GroupId, GroupKind, GroupRole, Page, Role, Visibility};
use entrenous_store::stories;

impl House {
    async fn member_as(&self, owner: AccountId, group: GroupId, who: AccountId, role: GroupRole) {
        self.join(who, group).await;
        groups::set_role(&self.ctx, owner, group, vec![who], role)
            .await
            .unwrap();
    }

    async fn role_of(&self, who: AccountId, group: GroupId) -> Option<GroupRole> {
        let found = groups::relations(&self.ctx, who, vec![group]).await.unwrap();
        found.first()?.membership.as_ref()?.member()
    }
}

/// What each verb says to a role: read, say, see who is in it, invite, see who asks, answer, see who is banned, let join again,
/// give roles, change.
fn expected(role: Option<GroupRole>) -> [&'static str; 10] {
    let from = |least: GroupRole| if role >= Some(least) { "ok" } else { "forbidden" };
    let reads = if role.is_some() {
        ["ok", "ok", "ok"]
    } else {
        ["none", "invalid", "forbidden"]
    };
    let [read, say, roster] = reads;
    let moderates = from(GroupRole::Moderator);
    // Nobody asks: who may answer is told so.
    let answer = if moderates == "ok" { "none" } else { moderates };
    [
        read,
        say,
        roster,
        from(GroupRole::Member),
        moderates,
        answer,
        moderates,
        moderates,
        from(GroupRole::Owner),
        from(GroupRole::Owner),
    ]
}

stories! {
    async fn roles_against_verbs(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ann = house.person("ann").await.id;
        let other = house.person("other").await.id;
        let group = house.group(ann, "Atelier", GroupKind::Open).await;
        let mut actors = vec![(house.person("outside").await.id, None)];
        let mut targets = Vec::new();
        for role in GroupRole::ALL {
            for (list, name) in [(0, "actor"), (1, "target")] {
                let person = house.person(&format!("{name}-{}", role.as_str())).await.id;
                house.member_as(ann, group, person, role).await;
                match list {
                    0 => actors.push((person, Some(role))),
                    _ => targets.push((person, role)),
                }
            }
        }
        let page = Page::first(9);
        for (actor, role) in &actors {
            let (actor, role) = (*actor, *role);
            let said = [
                word(&groups::timeline(ctx, actor, group, false, page).await),
                word(&house.try_say_in(group, actor, "moi").await),
                word(&groups::members(ctx, actor, group, &[], page).await),
                word(&groups::invite(ctx, actor, group, vec![other]).await),
                word(&groups::requests(ctx, actor, group, page).await),
                word(&groups::answer(ctx, actor, group, AccountId(7), true).await),
                word(&groups::bans(ctx, actor, group, page).await),
                word(&groups::unban(ctx, actor, group, vec![other]).await),
                word(&groups::set_role(ctx, actor, group, Vec::new(), GroupRole::Member).await),
                word(&groups::change(ctx, actor, group, Change::default()).await),
            ];
            assert_eq!(said, expected(role), "{role:?}");
            // Whom one may remove and ban: those below, if one moderates.
            for (target, below) in &targets {
                let (target, below) = (*target, *below);
                let may = role >= Some(GroupRole::Moderator) && Some(below) < role;
                let wanted = if may { "ok" } else { "forbidden" };
                let removed = groups::remove(ctx, actor, group, vec![target]).await;
                assert_eq!(word(&removed), wanted, "{role:?} removes {below:?}");
                if may {
                    assert!(house.read_group(target, group).await.is_empty());
                    assert_eq!(house.role_of(target, group).await, None);
                    house.member_as(ann, group, target, below).await;
                }
                let banned = groups::ban(ctx, actor, group, vec![target], "du bruit").await;
                assert_eq!(word(&banned), wanted, "{role:?} bans {below:?}");
                if may {
                    assert_eq!(word(&groups::join(ctx, target, group, "").await), "forbidden");
                    assert!(groups::relations(ctx, target, vec![group]).await.unwrap()[0].banned);
                    let kept = groups::bans(ctx, ann, group, page).await.unwrap();
                    assert_eq!((kept.len(), kept[0].ban.reason.as_str()), (1, "du bruit"));
                    assert_eq!(kept[0].by.as_ref().map(|by| by.id), Some(actor));
                    groups::unban(ctx, actor, group, vec![target]).await.unwrap();
                    house.member_as(ann, group, target, below).await;
                }
                assert_eq!(house.role_of(target, group).await, Some(below));
            }
            if role.is_some() {
                assert!(groups::remove(ctx, actor, group, vec![actor]).await.is_err());
                groups::leave(ctx, actor, group).await.unwrap();
                assert_eq!(house.role_of(actor, group).await, None);
            } else {
                assert_eq!(word(&groups::end(ctx, actor, group).await), "forbidden");
            }
        }
    }

    async fn a_removed_member_sees_what_they_wrote(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await, house.person("bea").await, house.person("cai").await);
        let group = house.group(ann.id, "Atelier", GroupKind::Open).await;
        house.join(bea.id, group).await;
        let hers = house.say_in(group, bea.id, "à moi").await;
        let answer = house.try_reply(ann.id, hers, Visibility::Public).await.unwrap();
        posts::bookmark(ctx, bea.id, answer, true).await.unwrap();
        groups::ban(ctx, ann.id, group, vec![bea.id, cai.id], "").await.unwrap();
        let viewer = Viewer::Person(bea.id);
        assert!(house.sees(viewer, hers).await);
        assert!(!house.sees(viewer, answer).await);
        let marked = entrenous_domain::timelines::bookmarks(ctx, bea.id, Page::first(9)).await.unwrap();
        assert!(marked.is_empty());
        assert!(house.told(bea.id).await.is_empty());
        assert_eq!(word(&house.try_reply(bea.id, hers, Visibility::Public).await), "invalid");
        assert_eq!(word(&groups::join(ctx, cai.id, group, "").await), "forbidden", "who was never in it as well");
        assert_eq!(word(&groups::invite(ctx, ann.id, group, vec![cai.id]).await), "invalid");
        assert!(groups::ban(ctx, ann.id, group, vec![AccountId(7)], "").await.is_err());
        assert!(groups::ban(ctx, ann.id, group, vec![cai.id], &"a".repeat(501)).await.is_err());
        // Of a secret group nothing is left for them.
        let secret = house.group(ann.id, "Surprise", GroupKind::Secret).await;
        groups::invite(ctx, ann.id, secret, vec![cai.id]).await.unwrap();
        house.join(cai.id, secret).await;
        groups::remove(ctx, ann.id, secret, vec![cai.id]).await.unwrap();
        assert_eq!(word(&groups::get(ctx, cai.id, secret).await), "none");
        assert_eq!(word(&groups::leave(ctx, cai.id, secret).await), "none");
    }

    async fn who_was_removed_changes_nothing_there(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea) = (house.person("ann").await.id, house.person("bea").await.id);
        for kind in [GroupKind::Open, GroupKind::Secret] {
            let group = house.group(ann, "Atelier", kind).await;
            groups::invite(ctx, ann, group, vec![bea]).await.unwrap();
            house.join(bea, group).await;
            let post = house.say_in(group, bea, "des mots doux").await;
            posts::favourite(ctx, Via::Local, ann, post, None).await.unwrap();
            posts::unfavourite(ctx, Via::Local, ann, post).await.unwrap();
            let again = || draft("des injures", Visibility::Public);
            posts::edit(ctx, Via::Local, bea, post, draft("des mots", Visibility::Public)).await.unwrap();
            let told = house.told(bea).await.len();
            groups::remove(ctx, ann, group, vec![bea]).await.unwrap();
            // What they wrote is theirs to see and to delete, not to write anew for those who are in it.
            let edited = posts::edit(ctx, Via::Local, bea, post, again()).await;
            assert_eq!(word(&edited), "forbidden", "{kind:?}");
            assert_eq!(word(&posts::favourite(ctx, Via::Local, bea, post, None).await), "forbidden");
            assert_eq!(word(&posts::react(ctx, Via::Local, bea, post, "🎉", None).await), "forbidden");
            let shown = posts::view(ctx, Viewer::Person(ann), post).await.unwrap();
            assert!(shown.post.content.contains("des mots"), "{}", shown.post.content);
            // And nobody's name reaches them from there.
            posts::favourite(ctx, Via::Local, ann, post, None).await.unwrap();
            posts::react(ctx, Via::Local, ann, post, "🎉", None).await.unwrap();
            assert_eq!(house.told(bea).await.len(), told, "{kind:?}");
            groups::invite(ctx, ann, group, vec![bea]).await.unwrap();
            house.join(bea, group).await;
            posts::edit(ctx, Via::Local, bea, post, draft("des fleurs", Visibility::Public)).await.unwrap();
            groups::end(ctx, ann, group).await.unwrap();
            assert_eq!(word(&posts::edit(ctx, Via::Local, bea, post, again()).await), "forbidden");
            posts::delete(ctx, Via::Local, bea, post).await.unwrap();
        }
    }

    async fn people_leave_the_node_while_others_come_and_go(db: &TestDatabase) {
        let house = House::new(db);
        let ann = house.person("ann").await.id;
        let both = [
            house.group(ann, "Atelier", GroupKind::Open).await,
            house.group(ann, "Cantine", GroupKind::Open).await,
        ];
        let mut people = Vec::new();
        for n in 0..8 {
            let person = house.person(&format!("p{n}")).await.id;
            // Not all in the same order.
            let (first, second) = if n % 2 == 0 { (0, 1) } else { (1, 0) };
            house.join(person, both[first]).await;
            house.join(person, both[second]).await;
            people.push(person);
        }
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..4 {
            let ctx = house.ctx.clone();
            tries.spawn(async move { people::disable(&ctx, "a test", &format!("p{n}")).await.unwrap() });
            let (ctx, stays) = (house.ctx.clone(), people[n + 4]);
            tries.spawn(async move {
                for group in both {
                    groups::leave(&ctx, stays, group).await.unwrap();
                    groups::join(&ctx, stays, group, "").await.unwrap();
                }
            });
        }
        while let Some(done) = tries.join_next().await {
            done.unwrap();
        }
        for group in both {
            assert_eq!(house.group_view(ann, group).await.group.members, 5);
        }
    }

    async fn a_group_is_never_without_an_owner(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ann = house.person("ann").await.id;
        let group = house.group(ann, "Atelier", GroupKind::Open).await;
        let mut people = Vec::new();
        for name in ["bea", "cai", "dan", "eve", "fay"] {
            let person = house.person(name).await.id;
            house.join(person, group).await;
            people.push(person);
        }
        let guest = house.person_as("guest", Role::Guest).await.id;
        groups::invite(ctx, ann, group, vec![guest]).await.unwrap();
        house.join(guest, group).await;
        assert_eq!(house.role_of(guest, group).await, Some(GroupRole::Guest), "a guest of the node is one of the group");
        let promoted = groups::set_role(ctx, ann, group, vec![guest], GroupRole::Member).await;
        assert_eq!(word(&promoted), "invalid");
        let all = groups::set_role(ctx, ann, group, people.clone(), GroupRole::Owner).await;
        assert_eq!(word(&all), "invalid", "a sixth owner");
        assert_eq!(house.role_of(people[0], group).await, Some(GroupRole::Member), "all or none");
        let demoted = groups::set_role(ctx, ann, group, vec![ann], GroupRole::Member).await;
        assert_eq!(word(&demoted), "invalid");
        let strange = groups::set_role(ctx, ann, group, vec![AccountId(7)], GroupRole::Member).await;
        assert_eq!(word(&strange), "none");
        groups::set_role(ctx, ann, group, vec![people[0], people[1]], GroupRole::Moderator).await.unwrap();
        // Handed over.
        assert_eq!(word(&groups::transfer(ctx, ann, group, ann).await), "invalid");
        assert_eq!(word(&groups::transfer(ctx, people[0], group, ann).await), "forbidden");
        groups::transfer(ctx, ann, group, people[2]).await.unwrap();
        assert_eq!(house.role_of(people[2], group).await, Some(GroupRole::Owner));
        assert_eq!(house.role_of(ann, group).await, Some(GroupRole::Member));
        let view = house.group_view(ann, group).await.group;
        assert_eq!((view.members, view.owner), (7, Some(people[2])));
        // Who leaves the node leaves it to the moderator, then to the member, who has been in it longest.
        for (leaver, heir) in [("dan", people[0]), ("bea", people[1]), ("cai", ann), ("ann", people[3])] {
            people::disable(ctx, "a test", leaver).await.unwrap();
            assert_eq!(house.role_of(heir, group).await, Some(GroupRole::Owner), "after {leaver}");
        }
        let lines = audit::list(ctx, None, None, 40).await.unwrap();
        assert!(lines.iter().any(|line| line.action == "group.inherited"));
        let members = groups::members(ctx, people[4], group, &[], Page::first(9)).await.unwrap();
        let members: Vec<_> = members.iter().map(|one| one.account.id).collect();
        assert_eq!(members, [guest, people[4], people[3]]);
        let owners = groups::members(ctx, guest, group, &[GroupRole::Owner], Page::first(9)).await.unwrap();
        assert_eq!(owners.len(), 1);
        people::disable(ctx, "a test", "eve").await.unwrap();
        people::disable(ctx, "a test", "fay").await.unwrap();
        assert!(matches!(groups::get(ctx, guest, group).await, Err(DomainError::NotFound)), "guests do not inherit");
    }
}
