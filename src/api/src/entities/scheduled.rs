//! `ScheduledStatus`: a post that is published later.

use super::{MediaAttachment, stamp};
use crate::state::ApiState;
use entrenous_domain::{Result, attachments};
use entrenous_model::{self as model, AccountId, Attachment, MediaId, Scheduled};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// A post of mine that is published later.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ScheduledStatus {
    /// Local id; the post gets one of its own.
    id: String,
    /// When it is published.
    scheduled_at: String,
    /// What it is made of.
    params: ScheduledParams,
    /// Its files.
    media_attachments: Vec<MediaAttachment>,
    /// Why it could not be published at its time: `reply_gone`, `not_valid`, `failed`, `unreadable`; null while it waits
    /// for it. Of this node only.
    failure: Option<&'static str>,
}

/// What a post is made of, as it was sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct ScheduledParams {
    /// Text as typed.
    text: String,
    /// Content warning.
    spoiler_text: String,
    /// Media start hidden.
    sensitive: bool,
    /// `public`, `unlisted`, `private` or `direct`.
    visibility: &'static str,
    /// BCP 47.
    language: Option<String>,
    /// The post it answers.
    in_reply_to_id: Option<String>,
    /// Its files.
    media_ids: Option<Vec<String>>,
    /// A poll in it.
    poll: Option<ScheduledPoll>,
    /// Always null: it stands outside.
    scheduled_at: Option<String>,
    /// The key with which the client sent it.
    idempotency: Option<String>,
    /// The client it was written with.
    application_id: Option<i64>,
    /// The group it is for.
    group_id: Option<String>,
    /// The post it quotes.
    quoted_status_id: Option<String>,
    /// Who may quote it: `public`, `followers` or `nobody`.
    quote_approval_policy: Option<&'static str>,
    /// Always false.
    with_rate_limit: bool,
}

/// A poll, as it was sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct ScheduledPoll {
    /// What can be chosen.
    options: Vec<String>,
    /// Seconds until it ends, from the publication on.
    expires_in: i64,
    /// More than one may be chosen.
    multiple: bool,
    /// How often each was chosen is told at the end only.
    hide_totals: bool,
}

impl ScheduledPoll {
    fn of(poll: model::ScheduledPoll) -> Self {
        Self {
            options: poll.options,
            expires_in: poll.seconds,
            multiple: poll.multiple,
            hide_totals: poll.hide_totals,
        }
    }
}

impl ScheduledParams {
    fn of(scheduled: Scheduled) -> Self {
        let params = scheduled.params;
        let files: Vec<String> = scheduled.files.iter().map(ToString::to_string).collect();
        Self {
            text: params.text,
            spoiler_text: params.spoiler,
            sensitive: params.sensitive,
            visibility: params.visibility.as_read(),
            language: params.language,
            in_reply_to_id: params.in_reply_to.map(|id| id.to_string()),
            media_ids: (!files.is_empty()).then_some(files),
            poll: params.poll.map(ScheduledPoll::of),
            scheduled_at: None,
            idempotency: scheduled.idempotency_key,
            application_id: params.app.map(model::AppId::get),
            group_id: params.group.map(|id| id.to_string()),
            quoted_status_id: params.quoted.map(|id| id.to_string()),
            quote_approval_policy: params.quote_choice.map(model::QuoteChoice::as_str),
            with_rate_limit: false,
        }
    }
}

/// Scheduled posts of their author, in the order given.
///
/// # Errors
/// The store's, and the vault's.
pub(crate) async fn scheduled(
    state: &ApiState,
    owner: AccountId,
    all: Vec<Scheduled>,
) -> Result<Vec<ScheduledStatus>> {
    let ids: Vec<MediaId> = all.iter().flat_map(|one| one.files.iter().copied()).collect();
    let mut files: HashMap<MediaId, Attachment> = HashMap::new();
    if !ids.is_empty() {
        let found = attachments::own_of(state.ctx(), owner, ids).await?;
        files.extend(found.into_iter().map(|file| (file.id, file)));
    }
    all.into_iter()
        .map(|one| {
            let attached = one.files.iter().filter_map(|id| files.get(id));
            let media = attached.map(|file| MediaAttachment::of(state.ctx(), file));
            Ok(ScheduledStatus {
                id: one.id.to_string(),
                scheduled_at: stamp(one.due_at),
                media_attachments: media.collect::<Result<_>>()?,
                failure: one.failure.map(model::Unpublished::as_str),
                params: ScheduledParams::of(one),
            })
        })
        .collect()
}

/// One scheduled post of its author.
///
/// # Errors
/// The store's, and the vault's.
pub(crate) async fn one_scheduled(
    state: &ApiState,
    owner: AccountId,
    one: Scheduled,
) -> Result<ScheduledStatus> {
    let mut all = scheduled(state, owner, vec![one]).await?;
    all.pop().ok_or(entrenous_domain::DomainError::NotFound)
}
