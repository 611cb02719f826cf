//! `/api/entrenous/v1/statuses/{id}/participants`: who takes part in a conversation, and from which organisations.

use crate::at::At;
use crate::entities::{self, Account};
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{peers, posts};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{PeerId, PostId};
use schemars::JsonSchema;
use serde::Serialize;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/entrenous/v1/statuses/{id}/participants",
        Access::Person("read:statuses"),
        Doc::new(
            "statuses",
            "Who takes part in the conversation of a post, as far as I may see it",
        )
        .returns::<Participants>(),
        participants,
    )
}

/// Who takes part in a conversation.
#[derive(Debug, Serialize, JsonSchema)]
struct Participants {
    /// Authors in the order of their first posts, then those mentioned; at most 500.
    people: Vec<Participant>,
    /// Where they belong, those with most people first.
    organisations: Vec<OrganisationCount>,
}

/// Somebody in a conversation.
#[derive(Debug, Serialize, JsonSchema)]
struct Participant {
    /// Who.
    account: Account,
    /// How many of its posts that I may see are theirs; 0 for somebody who is only mentioned.
    posts_count: i64,
}

/// An organisation in a conversation.
#[derive(Debug, Serialize, JsonSchema)]
struct OrganisationCount {
    /// Its name.
    name: String,
    /// `host` or `host:port`, as in handles.
    authority: String,
    /// How many of the people belong to it.
    people_count: usize,
    /// Whether it is this node's own.
    local: bool,
}

async fn participants(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Participants>> {
    let ctx = state.ctx();
    let found = posts::participants(ctx, caller.viewer(), id).await?;
    let mut homes: Vec<(Option<PeerId>, usize)> = Vec::new();
    for one in &found {
        match homes.iter_mut().find(|(home, _)| *home == one.account.peer) {
            Some((_, count)) => *count += 1,
            None => homes.push((one.account.peer, 1)),
        }
    }
    homes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut organisations = Vec::with_capacity(homes.len());
    for (home, people_count) in homes {
        let named = match home {
            None => Some((ctx.look().name.clone(), ctx.origin().authority().to_owned())),
            Some(id) => peers::get(ctx, id)
                .await?
                .map(|peer| (peer.name.clone(), peer.origin.authority().to_owned())),
        };
        if let Some((name, authority)) = named {
            organisations.push(OrganisationCount {
                name,
                authority,
                people_count,
                local: home.is_none(),
            });
        }
    }
    let accounts: Vec<_> = found
        .iter()
        .map(|one| std::sync::Arc::clone(&one.account))
        .collect();
    let people = entities::accounts(&state, &accounts)
        .await?
        .into_iter()
        .zip(&found)
        .map(|(account, one)| Participant {
            account,
            posts_count: one.posts,
        })
        .collect();
    Ok(Json(Participants {
        people,
        organisations,
    }))
}
