//! Publishing, editing and deleting.

use super::files;
use super::poll::{self, PollParams};
use crate::at::At;
use crate::entities::{self, ScheduledStatus, Status};
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::posts::{self, Body, Draft, ReplyTo};
use entrenous_domain::quotes::Quoting;
use entrenous_domain::{Via, people, scheduled};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{GroupId, Member, PostId, QuoteChoice, QuotePolicy, Time, Visibility};
use http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest `Idempotency-Key`, in bytes; longer ones are refused rather than cut.
const LONGEST_KEY: usize = 255;

pub(super) fn routes() -> Routes<ApiState> {
    let write = Access::Person("write:statuses");
    let doc = |summary| Doc::new("statuses", summary);
    Routes::new()
        .post(
            "/api/v1/statuses",
            write,
            doc("Publish a post")
                .about(
                    "With an `Idempotency-Key` header, the same key within 24 hours answers the same post. \
                     `public` means the network of this node: the node, followers, and connected organisations \
                     whose contract gives posts; never the world. With `scheduled_at` it is published then, and a \
                     `ScheduledStatus` is answered; a time that is nearer than five minutes is refused, so that \
                     nothing is published that its author still meant to change.",
                )
                .body::<NewStatus>()
                .returns::<Posted>()
                .also(404, "What it answers, quotes or holds, or the group it names, is not there, or not for me to see"),
            publish,
        )
        .put(
            "/api/v1/statuses/{id}",
            write,
            doc("Edit my post; what is absent stays, its audience always")
                .body::<EditedStatus>()
                .returns::<Status>(),
            edit,
        )
        .delete(
            "/api/v1/statuses/{id}",
            write,
            doc("Delete my post; answers it with `text`, to be written anew").returns::<Status>(),
            delete,
        )
}

/// What a post is made of.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewStatus {
    /// The text.
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    /// Content warning.
    #[serde(deserialize_with = "lenient::text")]
    spoiler_text: Option<String>,
    /// Media start hidden; the preference if not said.
    #[serde(deserialize_with = "lenient::flag")]
    sensitive: Option<bool>,
    /// `public`, `unlisted`, `private` or `direct`; the preference if not said. In a group it is for its members, whatever is
    /// said here; `group` says nothing else.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    visibility: Option<Visibility>,
    /// BCP 47; the preference if not said.
    #[serde(deserialize_with = "lenient::text")]
    language: Option<String>,
    /// The post it answers.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    in_reply_to_id: Option<PostId>,
    /// A poll in it.
    #[serde(deserialize_with = "poll::asked")]
    #[schemars(with = "Option<PollParams>")]
    poll: poll::Asked,
    /// When it is to be published, in ISO 8601: at least five minutes from now. At once if it is not said.
    #[serde(deserialize_with = "lenient::moment")]
    #[schemars(with = "Option<String>")]
    scheduled_at: Option<Time>,
    /// The post it quotes. A quote of a private post, which only its author makes, is private at most.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    quoted_status_id: Option<PostId>,
    /// The group it is for, one that I am in. An answer stands in the group of what it answers anyway, and a post that mentions
    /// a group with `@` is for that group.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    group_id: Option<GroupId>,
    /// Who may quote it: `public`, `followers` or `nobody`; the preference if not said. A private or direct post is quoted by
    /// nobody else.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    quote_approval_policy: Option<QuoteChoice>,
    #[serde(flatten)]
    files: files::Asked,
}

/// What comes of a new post.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Posted {
    /// It is published.
    Now(Status),
    /// It will be.
    Later(Box<ScheduledStatus>),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct EditedStatus {
    /// The text.
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    /// Content warning.
    #[serde(deserialize_with = "lenient::text")]
    spoiler_text: Option<String>,
    /// Media start hidden.
    #[serde(deserialize_with = "lenient::flag")]
    sensitive: Option<bool>,
    /// BCP 47.
    #[serde(deserialize_with = "lenient::text")]
    language: Option<String>,
    /// Its poll: other options, or another `multiple`, take all votes away, `null` takes the poll away.
    #[serde(deserialize_with = "poll::asked")]
    #[schemars(with = "Option<PollParams>")]
    poll: poll::Asked,
    /// Refused: it is published already.
    #[serde(deserialize_with = "lenient::text")]
    scheduled_at: Option<String>,
    /// What it quotes; it cannot be changed.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    quoted_status_id: Option<PostId>,
    /// Who may quote it: `public`, `followers` or `nobody`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    quote_approval_policy: Option<QuoteChoice>,
    #[serde(flatten)]
    files: files::Asked,
}

/// Refuses what is given and not empty.
fn refuse(given: Option<&str>, text: &str) -> ApiResult<()> {
    if given.is_some_and(|given| !given.is_empty()) {
        return Err(ApiError::invalid(text));
    }
    Ok(())
}

fn language(asked: Option<String>, member: &Member) -> Option<String> {
    asked
        .filter(|language| !language.is_empty())
        .or_else(|| member.default_language.clone())
}

async fn publish(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Params(asked): Params<NewStatus>,
) -> ApiResult<Json<Posted>> {
    let key = match headers.get("idempotency-key") {
        None => None,
        Some(key) => Some(
            key.to_str()
                .ok()
                .filter(|key| key.len() <= LONGEST_KEY)
                .ok_or_else(|| ApiError::invalid("Idempotency-Key has at most 255 printable characters"))?
                .to_owned(),
        )
        .filter(|key| !key.is_empty()),
    };
    // Read afresh: the token's copy may be a moment older than a change of preferences.
    let member = people::member(state.ctx(), caller.id())
        .await?
        .ok_or_else(ApiError::forbidden)?;
    let reply_to = asked.in_reply_to_id.map_or(ReplyTo::None, ReplyTo::Post);
    let draft = Draft {
        text: asked.status.unwrap_or_default(),
        spoiler: asked.spoiler_text.unwrap_or_default(),
        sensitive: asked.sensitive.unwrap_or(member.default_sensitive),
        // A reply that says nothing of its audience takes the preference; the domain narrows it to what it answers.
        visibility: asked.visibility.unwrap_or(member.default_visibility),
        language: language(asked.language, &member),
        reply_to,
        poll: asked.poll.over(None)?,
        idempotency_key: key,
        remote: None,
        created_at: None,
        files: asked.files.of_new_post()?,
        group: asked.group_id,
        quote: asked.quoted_status_id.map(Quoting::Post),
        quote_policy: Some(QuotePolicy::from(
            asked.quote_approval_policy.unwrap_or(member.default_quote_choice),
        )),
    };
    if let Some(at) = asked.scheduled_at {
        let made = scheduled::schedule(state.ctx(), caller.id(), draft, at, caller.token.app).await?;
        let made = entities::one_scheduled(&state, caller.id(), made).await?;
        return Ok(Json(Posted::Later(Box::new(made))));
    }
    let id = posts::publish(state.ctx(), Via::Local, caller.id(), draft).await?;
    let status = entities::status_by_id(&state, caller.id(), id).await?;
    Ok(Json(Posted::Now(status)))
}

/// The caller's own post, not a boost.
async fn own(state: &ApiState, caller: &Caller, id: PostId) -> ApiResult<Arc<Body>> {
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    if view.post.account == caller.id() {
        Ok(view.body)
    } else {
        Err(ApiError::not_found())
    }
}

async fn edit(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    Params(asked): Params<EditedStatus>,
) -> ApiResult<Json<Status>> {
    refuse(
        asked.scheduled_at.as_deref(),
        "a published post cannot be scheduled: leave scheduled_at out",
    )?;
    let body = own(&state, &caller, id).await?;
    let post = &body.post;
    if post.boost_of.is_some() {
        return Err(ApiError::not_found());
    }
    // A quote that silently stays another one would be worse.
    let quoted = post.quote.as_ref().and_then(|quote| quote.post);
    if asked.quoted_status_id.is_some() && asked.quoted_status_id != quoted {
        return Err(ApiError::invalid("an edit cannot change what a post quotes"));
    }
    let draft = Draft {
        text: asked.status.unwrap_or_else(|| post.source.clone()),
        spoiler: asked.spoiler_text.unwrap_or_else(|| post.spoiler.clone()),
        sensitive: asked.sensitive.unwrap_or(post.sensitive),
        visibility: post.visibility,
        language: asked
            .language
            .filter(|language| !language.is_empty())
            .or_else(|| post.language.clone()),
        reply_to: post.in_reply_to.map_or(ReplyTo::None, ReplyTo::Post),
        poll: asked.poll.over(body.poll.as_ref())?,
        idempotency_key: None,
        remote: None,
        created_at: None,
        files: asked.files.of_edit(&body.files)?,
        group: None,
        quote: None,
        quote_policy: asked.quote_approval_policy.map(QuotePolicy::from),
    };
    posts::edit(state.ctx(), Via::Local, caller.id(), id, draft).await?;
    Ok(Json(entities::status_by_id(&state, caller.id(), id).await?))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    own(&state, &caller, id).await?;
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    posts::delete(state.ctx(), Via::Local, caller.id(), id).await?;
    Ok(Json(entities::deleted_status(&state, caller.id(), view).await?))
}
