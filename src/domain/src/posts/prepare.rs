//! From a draft to what is stored: checked, rendered or sanitised, mentions resolved. No transaction is open yet.

use super::{Draft, Files, RemotePost, ReplyTo};
use crate::polls::{self, NewPoll};
use crate::quotes::Quoting;
use crate::{
    Ctx, DomainError, Result, accounts,
    groups::{self, Asked},
    text,
};
use entrenous_model::{Account, AccountId, GroupId, Poll, QuotePolicy, Time, Visibility};
use std::sync::Arc;

/// Mentions in a local post.
const MENTIONS: usize = 50;
/// People a peer's post may address.
const ADDRESSED: usize = 500;
/// Hashtags of a post.
const TAGS: usize = 50;
/// Characters of a content warning.
const SPOILER: usize = 500;
/// Bytes of a peer's HTML.
const HTML: usize = 256 * 1024;
/// People of peers looked up for one post.
const LOOKUPS: usize = 20;

/// A draft that can be stored.
pub(super) struct Ready {
    /// Safe HTML.
    pub(super) content: String,
    /// As typed; empty for remote posts.
    pub(super) source: String,
    pub(super) spoiler: String,
    pub(super) sensitive: bool,
    pub(super) visibility: Visibility,
    pub(super) language: Option<String>,
    pub(super) reply_to: ReplyTo,
    /// Whom it is addressed to, and whether silently; nobody twice.
    pub(super) addressed: Vec<(AccountId, bool)>,
    pub(super) tags: Vec<String>,
    pub(super) poll: Option<Poll>,
    /// ActivityPub id and page of a remote post.
    pub(super) remote: Option<(String, String)>,
    pub(super) created_at: Option<Time>,
    pub(super) idempotency_key: Option<String>,
    pub(super) files: Files,
    /// The group it names.
    pub(super) group: Option<GroupId>,
    /// Groups that its text mentions, as far as its author may know of them.
    pub(super) groups: Vec<GroupId>,
    pub(super) quote: Option<Quoting>,
    pub(super) quote_policy: Option<QuotePolicy>,
}

impl Ready {
    /// Those mentioned in the text.
    pub(super) fn mentioned(&self) -> Vec<AccountId> {
        self.addressed
            .iter()
            .filter(|(_, silent)| !silent)
            .map(|(id, _)| *id)
            .collect()
    }

    /// For whom it says it is.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            group: self.group,
            mentioned: &self.groups,
            visibility: self.visibility,
        }
    }
}

pub(super) async fn prepare(ctx: &Ctx, author: AccountId, draft: Draft) -> Result<Ready> {
    match draft.remote.clone() {
        Some(remote) => remote_post(ctx, draft, remote),
        None => local_post(ctx, author, draft).await,
    }
}

async fn local_post(ctx: &Ctx, author: AccountId, mut draft: Draft) -> Result<Ready> {
    draft.text = typed(&draft.text);
    draft.spoiler = typed(&draft.spoiler);
    if draft.text.is_empty() && !draft.files.may_stand_alone() {
        // As Mastodon does: what someone put into the wrong field is still what they wanted to say.
        draft.text = std::mem::take(&mut draft.spoiler);
    }
    if draft.text.is_empty() && !draft.files.may_stand_alone() {
        return Err(blank());
    }
    let spoiler_length = draft.spoiler.chars().count();
    if spoiler_length > SPOILER {
        return Err(DomainError::Invalid(format!(
            "Content warning is too long (maximum is {SPOILER} characters)"
        )));
    }
    let most = ctx.node().max_post_chars;
    if text::length(&draft.text) + spoiler_length > most {
        return Err(DomainError::Invalid(format!(
            "Text character limit of {most} exceeded"
        )));
    }
    let handles = text::handles(&draft.text, MENTIONS + 1);
    if handles.len() > MENTIONS {
        return Err(DomainError::Invalid(format!(
            "Text mentions too many people (maximum is {MENTIONS})"
        )));
    }
    let mentioned = resolve(ctx, author, handles).await?;
    let (mut addressed, mut groups): (Vec<(AccountId, bool)>, Vec<GroupId>) = (Vec::new(), Vec::new());
    for (_, account) in &mentioned {
        if account.is_own_group() {
            // With and without the node's name it is the same one.
            let group = account.id.into();
            if !groups.contains(&group) {
                groups.push(group);
            }
        } else if !addressed.iter().any(|(id, _)| *id == account.id) {
            addressed.push((account.id, false));
        }
    }
    let content = text::to_html(&draft.text, &mentioned, ctx.origin());
    if content.is_empty() && !draft.files.may_stand_alone() {
        return Err(blank());
    }
    Ok(Ready {
        content,
        tags: text::hashtags(&draft.text, TAGS),
        poll: poll(ctx, draft.poll)?,
        source: draft.text,
        // A content warning hides media as well.
        sensitive: draft.sensitive || !draft.spoiler.is_empty(),
        spoiler: draft.spoiler,
        visibility: draft.visibility,
        language: language(draft.language),
        reply_to: draft.reply_to,
        addressed,
        remote: None,
        created_at: draft.created_at,
        idempotency_key: draft
            .idempotency_key
            .filter(|key| !key.is_empty() && key.len() <= 500),
        files: draft.files,
        group: draft.group,
        groups,
        quote: draft.quote,
        quote_policy: draft.quote_policy,
    })
}

/// A post that says and shows nothing.
pub(super) fn blank() -> DomainError {
    DomainError::invalid("Text can't be blank")
}

fn poll(ctx: &Ctx, new: Option<NewPoll>) -> Result<Option<Poll>> {
    new.map_or(Ok(None), |new| polls::prepare(new, ctx.now()))
}

/// What someone typed, without control characters that no keyboard makes, and without space around it.
fn typed(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
        .collect();
    kept.trim().to_owned()
}

fn remote_post(ctx: &Ctx, draft: Draft, remote: RemotePost) -> Result<Ready> {
    let quoted = match &draft.quote {
        Some(Quoting::Uri { uri, .. }) => uri.len(),
        _ => 0,
    };
    if draft.text.len() > HTML
        || [remote.uri.len(), remote.url.len(), quoted]
            .iter()
            .any(|one| *one > 2_000)
    {
        return Err(DomainError::Refused("too_long"));
    }
    if remote.mentions.len() + remote.silent.len() > ADDRESSED {
        return Err(DomainError::Refused("too_many_recipients"));
    }
    let mut addressed: Vec<(AccountId, bool)> = Vec::new();
    let all = remote
        .mentions
        .iter()
        .map(|id| (*id, false))
        .chain(remote.silent.iter().map(|id| (*id, true)));
    for (id, silent) in all {
        if !addressed.iter().any(|(one, _)| *one == id) {
            addressed.push((id, silent));
        }
    }
    let mut tags: Vec<String> = remote
        .tags
        .iter()
        .take(10 * TAGS)
        .filter_map(|tag| text::hashtag(tag))
        .collect();
    tags.sort_unstable();
    tags.dedup();
    tags.truncate(TAGS);
    let spoiler: String = draft
        .spoiler
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(SPOILER)
        .collect();
    let mut content = text::sanitise(&draft.text);
    if draft.quote.is_some() {
        content = text::without_quote_link(&content);
    }
    Ok(Ready {
        content,
        source: String::new(),
        sensitive: draft.sensitive,
        spoiler,
        visibility: draft.visibility,
        language: language(draft.language),
        reply_to: draft.reply_to,
        addressed,
        tags,
        poll: poll(ctx, draft.poll)?,
        remote: Some((remote.uri, remote.url)),
        created_at: draft.created_at,
        idempotency_key: None,
        files: draft.files,
        group: None,
        groups: Vec::new(),
        quote: draft.quote,
        quote_policy: draft.quote_policy,
    })
}

/// A language tag that looks like one.
fn language(tag: Option<String>) -> Option<String> {
    let tag = tag?;
    let tag = tag.trim();
    let fine = (2..=35).contains(&tag.len())
        && tag
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    fine.then(|| tag.to_owned())
}

/// Finds the people mentioned: known ones, and ones on trusted peers that are asked at the same time; and the groups that the
/// author may know of. Whom nobody knows, and whom a peer does not tell of now, stays text.
async fn resolve(
    ctx: &Ctx,
    author: AccountId,
    handles: Vec<text::Handle>,
) -> Result<Vec<(text::Handle, Arc<Account>)>> {
    let mut found: Vec<Option<(text::Handle, Arc<Account>)>> = Vec::new();
    let mut asked = tokio::task::JoinSet::new();
    for (place, handle) in handles.into_iter().enumerate() {
        let full = match &handle.authority {
            Some(authority) => format!("{}@{authority}", handle.username),
            None => handle.username.clone(),
        };
        match (accounts::known_by_handle(ctx, &full).await?, &handle.authority) {
            (Some(account), _) => found.push(Some((handle, account))),
            (None, Some(authority)) if authority != ctx.origin().authority() && asked.len() < LOOKUPS => {
                let (ctx, authority) = (ctx.clone(), authority.clone());
                asked.spawn(async move {
                    let id = ctx
                        .lookup()?
                        .account_by_handle(&handle.username, &authority)
                        .await?;
                    let account = match id {
                        Some(id) => accounts::get(&ctx, id).await?,
                        None => None,
                    };
                    Ok::<_, DomainError>((place, account.map(|account| (handle, account))))
                });
                found.push(None);
            }
            (None, _) => {
                let group = groups::mentioned(ctx, author, &full).await?;
                found.push(group.map(|account| (handle, account)));
            }
        }
    }
    while let Some(answer) = asked.join_next().await {
        match answer {
            Ok(Ok((place, account))) => {
                if let Some(slot) = found.get_mut(place) {
                    *slot = account;
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "a person mentioned was not found"),
            Err(error) => tracing::warn!(%error, "looking a person up failed"),
        }
    }
    Ok(found.into_iter().flatten().collect())
}
