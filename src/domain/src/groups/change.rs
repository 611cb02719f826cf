//! Changing a group.

use super::{
    Scene, bounded,
    make::{ABOUT, RULES, check_name},
};
use crate::{Ctx, DomainError, Result, text, work};
use entrenous_model::{AccountId, Event, GroupId, GroupKind, GroupPolicy, GroupRole, MediaId};
use entrenous_store::{accounts, groups as rows, media};

/// What is to be of a group; `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Name shown: 1 to 100 characters, one line.
    pub display_name: Option<String>,
    /// What it is about, as typed, at most 1,000 characters.
    pub note: Option<String>,
    /// Rules of its own, as typed, at most 5,000 characters.
    pub rules: Option<String>,
    /// Picture (stored with `media::store_picture` before, as the group's); `Some(None)` removes it.
    pub avatar: Option<Option<MediaId>>,
    /// Header picture.
    pub header: Option<Option<MediaId>>,
    /// Who learns of it, and how one joins.
    pub kind: Option<GroupKind>,
    /// Who begins threads.
    pub posting: Option<GroupPolicy>,
    /// Who invites.
    pub invites: Option<GroupPolicy>,
}

/// Changes a group. Any group can become secret; a secret one becomes another only while nothing was said in it, since that was
/// said to those who knew of it.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `actor` owns it; `Invalid` beyond the bounds of [`super::create`].
pub async fn change(ctx: &Ctx, actor: AccountId, id: GroupId, change: Change) -> Result<()> {
    let name = change.display_name.as_deref().map(check_name).transpose()?;
    let note = change.note.as_deref().map(|note| bounded(note, ABOUT, "Note"));
    let note = note.transpose()?;
    let rules = change
        .rules
        .as_deref()
        .map(|rules| bounded(rules, RULES, "Rules"));
    let rules = rules.transpose()?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Owner)?;
        for picture in [change.avatar, change.header].into_iter().flatten().flatten() {
            if media::by_id(tx, picture)?.is_none_or(|file| file.account != id.account()) {
                return Err(DomainError::invalid("there is no such picture of this group"));
            }
        }
        let mut group = scene.group;
        let was = group.kind;
        group.kind = change.kind.unwrap_or(was);
        if was == GroupKind::Secret && group.kind != was && !rows::posts_of(tx, id, 1)?.is_empty() {
            return Err(DomainError::invalid(
                "a secret group in which something was said stays secret",
            ));
        }
        group.posting = change.posting.unwrap_or(group.posting);
        group.invites = change.invites.unwrap_or(group.invites);
        if let Some(rules) = &rules {
            group.rules = text::to_html(rules, &[], &origin);
            group.rules_source.clone_from(rules);
        }
        rows::update(tx, &group)?;
        let mut account = accounts::by_id(tx, id.account())?.ok_or(DomainError::NotFound)?;
        if let Some(name) = &name {
            account.display_name.clone_from(name);
        }
        if let Some(note) = &note {
            account.note = text::to_html(note, &[], &origin);
            account.note_source.clone_from(note);
        }
        let now = tx.now();
        let profile = accounts::Profile {
            username: &account.username,
            display_name: &account.display_name,
            note: &account.note,
            note_source: &account.note_source,
            fields: &account.fields,
            avatar: change.avatar.unwrap_or(account.avatar),
            header: change.header.unwrap_or(account.header),
            kind: account.kind.as_str(),
            locked: group.kind != GroupKind::Open,
            discoverable: account.discoverable,
        };
        accounts::update_profile(tx, account.id, &profile, now)?;
        tx.tell(Event::AccountUpdated { account: account.id })
    })
    .await
}
