//! What the node is, and whom it is connected with, for its own people.

use crate::entities::{self, Account, stamp};
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{overview, peers};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{Matter, Receiving, Sending, Software};
use schemars::JsonSchema;
use serde::Serialize;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/entrenous/v1/about",
            Access::Person(""),
            Doc::new("organisations", "This node, for its own people").returns::<About>(),
            about,
        )
        .get(
            "/api/entrenous/v1/peers",
            Access::Person("read:accounts"),
            Doc::new("organisations", "Connected organisations").returns::<Vec<ConnectedPeer>>(),
            connected,
        )
}

/// This node.
#[derive(Debug, Serialize, JsonSchema)]
struct About {
    /// Its name.
    name: String,
    /// As in handles.
    authority: String,
    /// A few sentences, plain text; may be empty.
    description: String,
    /// House rules, plain text.
    rules: Vec<String>,
    /// Whom to write to; empty for nobody.
    contact_email: String,
    /// The logo: what was given, else the mark.
    logo_url: String,
    /// The header picture: what was given, else the drawn one.
    header_url: String,
    /// Version of the software.
    version: String,
    /// Where its source code is offered, if the node says.
    source_url: Option<String>,
    /// People with a login here.
    people_count: i64,
    /// Posts and boosts of theirs.
    posts_count: i64,
    /// Connected organisations.
    peers_count: usize,
    /// Administrators, to ask for help.
    administrators: Vec<Account>,
}

/// A connected organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct ConnectedPeer {
    /// Its name.
    name: String,
    /// As in handles.
    authority: String,
    /// Where it is reached.
    origin: String,
    /// `native` (Entrenous) or `other`.
    software: &'static str,
    /// Since when it is known.
    since: String,
    /// People of it who are known here.
    people_count: i64,
    /// Whether we see its posts.
    posts_to_us: bool,
    /// Whether it sees ours.
    posts_from_us: bool,
}

async fn about(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<About>> {
    let ctx = state.ctx();
    let overview = overview::overview(ctx).await?;
    let connected = peers::list(ctx)
        .await?
        .iter()
        .filter(|peer| peer.is_active())
        .count();
    let (look, statics) = (ctx.look(), state.statics());
    let header = statics.own_header();
    Ok(Json(About {
        name: look.name.clone(),
        authority: ctx.origin().authority().to_owned(),
        description: look.description.clone(),
        rules: look.rules.clone(),
        contact_email: look.contact_email.clone().unwrap_or_default(),
        logo_url: state.url(&statics.logo_path()),
        header_url: state.url(header.as_deref().unwrap_or("/static/header.png")),
        version: state.settings().version.clone(),
        source_url: ctx.node().source_url.clone(),
        people_count: overview.people,
        posts_count: overview.posts,
        peers_count: connected,
        administrators: entities::accounts(&state, &overview.administrators).await?,
    }))
}

async fn connected(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<ConnectedPeer>>> {
    let all = peers::list(state.ctx()).await?;
    let people = overview::people_of_peers(state.ctx()).await?;
    Ok(Json(
        all.iter()
            .filter(|peer| peer.is_active())
            .map(|peer| ConnectedPeer {
                name: peer.name.clone(),
                authority: peer.origin.authority().to_owned(),
                origin: peer.origin.to_string(),
                software: match peer.software {
                    Software::Native => "native",
                    Software::Other => "other",
                },
                since: stamp(peer.created_at),
                people_count: people.get(&peer.id).copied().unwrap_or(0),
                posts_to_us: peer.clear::<Receiving>(Matter::Posts).is_ok(),
                posts_from_us: peer.clear::<Sending>(Matter::Posts).is_ok(),
            })
            .collect(),
    ))
}
