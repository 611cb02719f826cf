//! Who is in a group is counted with every change, whoever makes it.

use entrenous_model::{
    Account, AccountId, AccountKind, Group, GroupId, GroupKind, GroupPolicy, GroupRole, GroupState,
    MemberState, Membership, Time,
};
use entrenous_store::{Store, StoreError, Tx, accounts, groups, stories};

fn account(id: AccountId, kind: AccountKind, now: Time) -> Account {
    Account {
        id,
        username: format!("a{id}"),
        peer: None,
        origin: None,
        kind,
        display_name: String::new(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        avatar: None,
        header: None,
        locked: false,
        discoverable: false,
        uri: format!("https://here.example/a/{id}"),
        url: format!("https://here.example/@{id}"),
        inbox_uri: String::new(),
        shared_inbox_uri: None,
        followers_uri: String::new(),
        featured_uri: None,
        created_at: now,
        updated_at: now,
        last_posted_at: None,
        disabled_at: None,
        statuses_count: 0,
        followers_count: 0,
        following_count: 0,
    }
}

fn make(tx: &mut Tx, kind: AccountKind) -> Result<AccountId, StoreError> {
    let (id, now) = (AccountId(tx.next_id()), tx.now());
    accounts::insert(tx, &account(id, kind, now))?;
    Ok(id)
}

fn one(tx: &mut Tx, group: GroupId, who: AccountId, role: GroupRole, state: MemberState) -> Membership {
    let now = tx.now();
    Membership {
        id: tx.next_id(),
        group,
        account: who,
        role,
        state,
        note: String::new(),
        invited_by: None,
        created_at: now,
        joined_at: Some(now),
    }
}

async fn members(store: &Store, group: GroupId) -> i64 {
    store
        .read(move |conn| groups::get(conn, group))
        .await
        .unwrap()
        .unwrap()
        .members
}

stories! {
    async fn members_are_counted_with_every_change(db: &TestDatabase) {
        let store = db.open();
        let (group, [owner, guest, asks]) = store
            .write(|tx| {
                let id: GroupId = make(tx, AccountKind::Group)?.into();
                let group = Group {
                    id,
                    kind: GroupKind::Closed,
                    rules: String::new(),
                    rules_source: String::new(),
                    posting: GroupPolicy::Members,
                    invites: GroupPolicy::Members,
                    state: GroupState::Active,
                    members: 0,
                    owner: None,
                };
                groups::insert(tx, &group)?;
                let mut people = [AccountId(0); 3];
                let roles = [
                    (GroupRole::Owner, MemberState::Member),
                    (GroupRole::Guest, MemberState::Member),
                    (GroupRole::Member, MemberState::Requested),
                ];
                for (place, (role, state)) in people.iter_mut().zip(roles) {
                    *place = make(tx, AccountKind::Person)?;
                    let row = one(tx, id, *place, role, state);
                    groups::insert_member(tx, &row)?;
                }
                Ok::<_, StoreError>((id, people))
            })
            .await
            .unwrap();
        assert_eq!(members(&store, group).await, 2);
        let known = store.read(move |conn| groups::get(conn, group)).await.unwrap().unwrap();
        assert_eq!(known.owner, Some(owner));
        // Let in; another role changes nothing.
        store
            .write(move |tx| {
                let mut row = groups::membership(tx, group, asks)?.unwrap();
                row.state = MemberState::Member;
                groups::update_member(tx, &row)?;
                row.role = GroupRole::Moderator;
                groups::update_member(tx, &row)
            })
            .await
            .unwrap();
        assert_eq!(members(&store, group).await, 3);
        // Who is disabled does not count, whatever becomes of them.
        store
            .write(move |tx| {
                let now = tx.now();
                accounts::set_disabled(tx, guest, now)?;
                accounts::set_disabled(tx, guest, now)
            })
            .await
            .unwrap();
        assert_eq!(members(&store, group).await, 2);
        store.write(move |tx| groups::remove_member(tx, group, guest)).await.unwrap();
        assert_eq!(members(&store, group).await, 2);
        store.write(move |tx| groups::remove_member(tx, group, asks)).await.unwrap();
        assert_eq!(members(&store, group).await, 1);
        store.write(move |tx| groups::end(tx, group)).await.unwrap();
        assert_eq!(members(&store, group).await, 0);
        let known = store.read(move |conn| groups::get(conn, group)).await.unwrap().unwrap();
        assert_eq!((known.state, known.owner), (GroupState::Ended, None));
        store.close().await;
    }
}
