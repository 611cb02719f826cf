//! `Conversation`: direct posts of a thread among the same people.

use super::{Account, Faces, Status, render_statuses};
use crate::state::ApiState;
use entrenous_domain::{Result, accounts, posts};
use entrenous_model::{self as model, AccountId, PostId};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Accounts read at once.
const PIECE: usize = 200;

/// A conversation of mine.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Conversation {
    /// Local id.
    id: String,
    /// Something came that I have not read.
    unread: bool,
    /// The others; me, if I write to myself, or none of them is there any more.
    accounts: Vec<Account>,
    /// The newest post of it that I may see.
    last_status: Option<Status>,
}

/// Conversations of their owner, in the order given.
///
/// # Errors
/// Only the store's.
pub(crate) async fn conversations(
    state: &ApiState,
    owner: AccountId,
    all: Vec<model::Conversation>,
) -> Result<Vec<Conversation>> {
    let ids: Vec<PostId> = all.iter().filter_map(|one| one.last).collect();
    let views = posts::views(state.ctx(), posts::Viewer::Person(owner), ids).await?;
    let statuses = render_statuses(state, owner, &views).await?;
    let mut last: HashMap<PostId, Status> = views.iter().map(|view| view.post.id).zip(statuses).collect();
    let people = all.iter().flat_map(|one| one.participants.iter().copied());
    let mut people: Vec<AccountId> = people.collect();
    people.sort_unstable();
    people.dedup();
    people.push(owner);
    let mut found = Vec::with_capacity(people.len());
    for some in people.chunks(PIECE) {
        found.extend(accounts::get_many(state.ctx(), some.to_vec()).await?);
    }
    let people = found;
    let faces = Faces::of(state.ctx(), people.iter().map(AsRef::as_ref)).await?;
    let people: HashMap<AccountId, &Arc<model::Account>> = people.iter().map(|one| (one.id, one)).collect();
    Ok(all
        .into_iter()
        .map(|one| {
            let there = one.participants.iter().filter_map(|id| people.get(id));
            let mut accounts: Vec<Account> = there.map(|account| faces.account(account)).collect();
            if accounts.is_empty() {
                // Clients take it for granted that there is someone.
                accounts.extend(people.get(&owner).map(|account| faces.account(account)));
            }
            Conversation {
                id: one.id.to_string(),
                unread: one.unread,
                accounts,
                last_status: one.last.and_then(|id| last.remove(&id)),
            }
        })
        .collect())
}
