//! Kinds of groups against what people may do who are not in them.

use super::{new_group, word};
use crate::fixture::House;
use entrenous_domain::groups::{self, Change, New, Wanted};
use entrenous_domain::{Via, accounts, blocks, lists, search};
use entrenous_model::{AccountId, GroupId, GroupKind, GroupPolicy, MemberState, Page, Role};
use entrenous_store::stories;

/// Somebody who is not in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outside {
    Stranger,
    Requested,
    Invited,
    GuestOfNode,
}

/// What each verb says to somebody outside: look, find, say, invite, requests, members, change, end; `join` stands apart.
fn expected(kind: GroupKind, who: Outside) -> [&'static str; 8] {
    let knows = match who {
        Outside::Invited => true,
        Outside::GuestOfNode => false,
        Outside::Stranger | Outside::Requested => kind != GroupKind::Secret,
    };
    if knows {
        [
            "ok",
            "ok",
            "invalid",
            "forbidden",
            "forbidden",
            "forbidden",
            "forbidden",
            "forbidden",
        ]
    } else {
        ["none"; 8]
    }
}

impl House {
    async fn outside(
        &self,
        who: AccountId,
        other: AccountId,
        group: GroupId,
        name: &str,
    ) -> [&'static str; 8] {
        let ctx = &self.ctx;
        let page = Page::first(9);
        let found = groups::by_name(ctx, who, name).await.unwrap();
        [
            word(&groups::get(ctx, who, group).await),
            found.map_or("none", |_| "ok"),
            word(&self.try_say_in(group, who, "moi").await),
            word(&groups::invite(ctx, who, group, vec![other]).await),
            word(&groups::requests(ctx, who, group, page).await),
            word(&groups::invitations(ctx, who, group, page).await),
            word(&groups::change(ctx, who, group, Change::default()).await),
            word(&groups::end(ctx, who, group).await),
        ]
    }
}

stories! {
    async fn kinds_against_verbs(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, other) = (house.person("ann").await, house.person("other").await);
        let mut number = 0;
        for kind in GroupKind::ALL {
            let group = house.group(ann.id, "Mystère", kind).await;
            let name = house.group_view(ann.id, group).await.account.username.clone();
            for who in [Outside::Stranger, Outside::Requested, Outside::Invited, Outside::GuestOfNode] {
                number += 1;
                let role = if who == Outside::GuestOfNode { Role::Guest } else { Role::Member };
                let person = house.person_as(&format!("p{number}"), role).await.id;
                match who {
                    Outside::Requested if kind == GroupKind::Closed => {
                        groups::join(ctx, person, group, "s'il vous plaît").await.unwrap();
                    }
                    Outside::Invited => groups::invite(ctx, ann.id, group, vec![person]).await.unwrap(),
                    _ => {}
                }
                assert_eq!(house.outside(person, other.id, group, &name).await, expected(kind, who), "{kind:?} {who:?}");
                assert!(house.read_group(person, group).await.is_empty());
                assert!(lists::of(ctx, person).await.unwrap().is_empty());
                let knows = expected(kind, who)[0] == "ok";
                let relation = groups::relations(ctx, person, vec![group]).await.unwrap();
                assert_eq!(relation.len(), usize::from(knows));
                let found = search::accounts(ctx, person, "mystère", false, false, 0, 40).await.unwrap();
                assert_eq!(found.iter().any(|one| one.id == group.account()), knows, "{kind:?} {who:?}");
                let browsed = Wanted { listed: true, limit: 40, ..Wanted::default() };
                let browsed = groups::find(ctx, person, browsed).await.unwrap();
                let listed = browsed.iter().any(|view| view.group.id == group);
                assert_eq!(listed, knows && kind.is_listed(), "{kind:?} {who:?}");
                // Joining: at once, with a request, or by invitation.
                let joined = groups::join(ctx, person, group, "bonjour").await;
                let state = groups::relations(ctx, person, vec![group]).await.unwrap();
                let state = state.first().and_then(|one| one.membership.as_ref()).map(|one| one.state);
                let wanted = match (kind, who) {
                    (_, Outside::GuestOfNode) => ("none", None),
                    (_, Outside::Invited) | (GroupKind::Open, _) => ("ok", Some(MemberState::Member)),
                    (GroupKind::Closed, Outside::Requested) => ("invalid", Some(MemberState::Requested)),
                    (GroupKind::Closed, _) => ("ok", Some(MemberState::Requested)),
                    (GroupKind::Secret, _) => ("none", None),
                };
                assert_eq!((word(&joined), state), wanted, "{kind:?} {who:?}");
            }
        }
    }

    async fn who_asks_is_answered_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await, house.person("bea").await, house.person("cai").await);
        let group = house.group(ann.id, "Atelier", GroupKind::Closed).await;
        groups::join(ctx, bea.id, group, " Je soude à Lyon ").await.unwrap();
        house.follow(cai.id, group.account()).await;
        let known = accounts::relationships(ctx, cai.id, vec![group.account()]).await.unwrap();
        assert!(!known[0].1.following && known[0].1.requested);
        assert!(groups::relations(ctx, ann.id, vec![group]).await.unwrap()[0].pending);
        assert_eq!(house.group_view(cai.id, group).await.group.members, 1, "who asks is not in it");
        let asking = groups::requests(ctx, ann.id, group, Page::first(9)).await.unwrap();
        let asking: Vec<_> = asking.iter().map(|one| (one.account.id, one.membership.note.as_str())).collect();
        assert_eq!(asking, [(cai.id, ""), (bea.id, "Je soude à Lyon")]);
        assert!(groups::join(ctx, bea.id, group, &"a".repeat(501)).await.is_err());
        groups::answer(ctx, ann.id, group, bea.id, true).await.unwrap();
        groups::answer(ctx, ann.id, group, bea.id, false).await.unwrap();
        assert!(groups::relations(ctx, bea.id, vec![group]).await.unwrap()[0].can_post, "the second answer has no effect");
        groups::answer(ctx, ann.id, group, cai.id, false).await.unwrap();
        assert_eq!(word(&groups::answer(ctx, ann.id, group, cai.id, true).await), "none");
        assert_eq!(word(&groups::answer(ctx, bea.id, group, cai.id, true).await), "forbidden");
        // Whoever asks again may take it back.
        house.join(cai.id, group).await;
        groups::leave(ctx, cai.id, group).await.unwrap();
        assert!(groups::requests(ctx, ann.id, group, Page::first(9)).await.unwrap().is_empty());
        // Whoever asked and is invited by a member is in it.
        house.join(cai.id, group).await;
        groups::invite(ctx, bea.id, group, vec![cai.id]).await.unwrap();
        assert_eq!(house.group_view(cai.id, group).await.group.members, 3);
    }

    async fn a_secret_group_grows_by_invitation(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ann, bea, cai) = (house.person("ann").await, house.person("bea").await, house.person("cai").await);
        let closed = New { invites: GroupPolicy::Moderators, ..new_group("Surprise", GroupKind::Secret) };
        let group = groups::create(ctx, ann.id, closed).await.unwrap();
        let name = house.group_view(ann.id, group).await.account.username.clone();
        assert!(name.len() == 13 && name.starts_with('g') && name.chars().all(|c| c.is_ascii_lowercase()), "{name}");
        groups::invite(ctx, ann.id, group, vec![bea.id, bea.id]).await.unwrap();
        let mine = groups::invited_to(ctx, bea.id).await.unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(mine[0].1.group.id, group);
        assert_eq!(mine[0].0.invited_by.as_ref().map(|by| by.id), Some(ann.id));
        assert!(groups::invited_to(ctx, cai.id).await.unwrap().is_empty());
        // Turned down, it does not exist any more.
        groups::leave(ctx, bea.id, group).await.unwrap();
        assert_eq!(word(&groups::get(ctx, bea.id, group).await), "none");
        assert_eq!(word(&groups::join(ctx, bea.id, group, "").await), "none");
        groups::invite(ctx, ann.id, group, vec![bea.id]).await.unwrap();
        groups::uninvite(ctx, ann.id, group, vec![bea.id, cai.id]).await.unwrap();
        assert_eq!(word(&groups::join(ctx, bea.id, group, "").await), "none");
        groups::invite(ctx, ann.id, group, vec![bea.id]).await.unwrap();
        house.join(bea.id, group).await;
        assert_eq!(word(&groups::invite(ctx, bea.id, group, vec![cai.id]).await), "forbidden", "moderators invite");
        let change = Change { invites: Some(GroupPolicy::Members), ..Change::default() };
        groups::change(ctx, ann.id, group, change).await.unwrap();
        groups::invite(ctx, bea.id, group, vec![cai.id]).await.unwrap();
        // One's own invitations one takes back, others' not.
        let dan = house.person("dan").await;
        groups::invite(ctx, ann.id, group, vec![dan.id]).await.unwrap();
        assert_eq!(word(&groups::uninvite(ctx, bea.id, group, vec![dan.id]).await), "forbidden");
        groups::uninvite(ctx, bea.id, group, vec![cai.id]).await.unwrap();
        // Nobody invites who blocks them, nor more than twenty people at once.
        blocks::block(ctx, Via::Local, cai.id, ann.id, None).await.unwrap();
        assert_eq!(word(&groups::invite(ctx, ann.id, group, vec![cai.id]).await), "none");
        assert_eq!(word(&groups::invite(ctx, ann.id, group, vec![AccountId(7)]).await), "none");
        assert_eq!(word(&groups::invite(ctx, ann.id, group, vec![dan.id; 21]).await), "invalid");
        // What was said to those who knew of it stays among them.
        let open = Change { kind: Some(GroupKind::Open), ..Change::default() };
        groups::change(ctx, ann.id, group, open.clone()).await.unwrap();
        let secret = Change { kind: Some(GroupKind::Secret), ..Change::default() };
        house.say_in(group, ann.id, "tout le monde peut venir").await;
        groups::change(ctx, ann.id, group, secret).await.unwrap();
        assert_eq!(word(&groups::get(ctx, dan.id, group).await), "ok", "invited");
        assert_eq!(word(&groups::get(ctx, cai.id, group).await), "none");
        assert_eq!(word(&groups::change(ctx, ann.id, group, open).await), "invalid");
    }
}
