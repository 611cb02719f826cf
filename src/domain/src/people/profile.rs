//! A person changes their profile and preferences.

use super::add::{check_display_name, check_locale};
use crate::outbox::{self, Audience};
use crate::text::{self, Handle};
use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{
    Account, AccountId, AccountKind, Event, MediaId, Member, OutboundActivity, ProfileField, QuoteChoice,
    Visibility,
};
use entrenous_store::{self as store, Tx};
use std::sync::Arc;

const NOTE: usize = 1_000;
const FIELDS: usize = 8;
const FIELD: usize = 255;
/// Mentions in one profile that become links.
const MENTIONS: usize = 20;

/// A change of a profile: `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// At most 60 characters.
    pub display_name: Option<String>,
    /// Biography as typed, at most 1,000 characters.
    pub note: Option<String>,
    /// At most 8; name and value at most 255 characters; empty rows go.
    pub fields: Option<Vec<ProfileField>>,
    /// Picture (stored with `media::store_picture` before); `Some(None)` removes it.
    pub avatar: Option<Option<MediaId>>,
    /// Header picture.
    pub header: Option<Option<MediaId>>,
    /// Approve followers by hand.
    pub locked: Option<bool>,
    /// A bot.
    pub bot: Option<bool>,
    /// Listed in the directory.
    pub discoverable: Option<bool>,
    /// Visibility a new post starts with.
    pub default_visibility: Option<Visibility>,
    /// Media start hidden.
    pub default_sensitive: Option<bool>,
    /// Language a new post starts with; `Some(None)` removes it.
    pub default_language: Option<Option<String>>,
    /// Who may quote a new post.
    pub default_quote_choice: Option<QuoteChoice>,
    /// `en` or `fr`.
    pub locale: Option<String>,
}

/// What is rendered before the transaction.
struct Rendered {
    display_name: Option<String>,
    /// As typed, and as HTML.
    note: Option<(String, String)>,
    fields: Option<Vec<ProfileField>>,
}

/// Changes a profile; peers with followers are told (`UpdateProfile`).
///
/// # Errors
/// `Invalid` with what to change; `NotFound` for an unknown, disabled or remote person.
pub async fn update_profile(ctx: &Ctx, id: AccountId, change: ProfileChange) -> Result<Arc<Account>> {
    let rendered = render(ctx, &change).await?;
    check_preferences(&change)?;
    let changed = ctx
        .store()
        .write(move |tx| {
            let account = store::accounts::by_id(tx, id)?;
            let member = store::members::by_account(tx, id)?;
            let (Some(before), Some(member)) = (account.filter(|a| a.disabled_at.is_none()), member) else {
                return Err(DomainError::NotFound);
            };
            for picture in [change.avatar, change.header].into_iter().flatten().flatten() {
                if store::media::by_id(tx, picture)?.is_none_or(|file| file.account != id) {
                    return Err(DomainError::invalid("there is no such picture of yours"));
                }
            }
            let after = apply(&before, &change, rendered);
            let preferences = preferred(member.clone(), &change);
            let public = after != before;
            if public {
                write(tx, &after)?;
                outbox::queue(
                    tx,
                    id,
                    None,
                    &OutboundActivity::UpdateProfile,
                    &Audience::Followers {
                        also: Vec::new(),
                        network: false,
                    },
                )?;
            }
            let own = !same_preferences(&member, &preferences);
            if own {
                store::members::set_preferences(tx, &preferences)?;
            }
            if public || own {
                tx.emit(Event::AccountUpdated { account: id })?;
            }
            Ok(public || own)
        })
        .await?;
    if changed {
        ctx.caches().apply(&[Event::AccountUpdated { account: id }]);
    }
    accounts::get(ctx, id).await?.ok_or(DomainError::NotFound)
}

fn write(tx: &mut Tx, account: &Account) -> Result<()> {
    let now = tx.now();
    let profile = store::accounts::Profile {
        username: &account.username,
        display_name: &account.display_name,
        note: &account.note,
        note_source: &account.note_source,
        fields: &account.fields,
        avatar: account.avatar,
        header: account.header,
        kind: account.kind.as_str(),
        locked: account.locked,
        discoverable: account.discoverable,
    };
    store::accounts::update_profile(tx, account.id, &profile, now)?;
    Ok(())
}

fn apply(before: &Account, change: &ProfileChange, rendered: Rendered) -> Account {
    let mut after = before.clone();
    if let Some(name) = rendered.display_name {
        after.display_name = name;
    }
    if let Some((source, html)) = rendered.note {
        (after.note_source, after.note) = (source, html);
    }
    if let Some(fields) = rendered.fields {
        after.fields = fields;
    }
    after.avatar = change.avatar.unwrap_or(after.avatar);
    after.header = change.header.unwrap_or(after.header);
    after.locked = change.locked.unwrap_or(after.locked);
    after.discoverable = change.discoverable.unwrap_or(after.discoverable);
    after.kind = match change.bot {
        Some(true) => AccountKind::Service,
        Some(false) => AccountKind::Person,
        None => after.kind,
    };
    after
}

fn preferred(mut member: Member, change: &ProfileChange) -> Member {
    if let Some(visibility) = change.default_visibility {
        member.default_visibility = visibility;
    }
    if let Some(sensitive) = change.default_sensitive {
        member.default_sensitive = sensitive;
    }
    if let Some(choice) = change.default_quote_choice {
        member.default_quote_choice = choice;
    }
    if let Some(language) = &change.default_language {
        member.default_language = language.clone().filter(|language| !language.is_empty());
    }
    if let Some(locale) = &change.locale {
        member.locale.clone_from(locale);
    }
    member
}

fn same_preferences(a: &Member, b: &Member) -> bool {
    a.default_visibility == b.default_visibility
        && a.default_sensitive == b.default_sensitive
        && a.default_language == b.default_language
        && a.default_quote_choice == b.default_quote_choice
        && a.locale == b.locale
}

fn check_preferences(change: &ProfileChange) -> Result<()> {
    if let Some(locale) = &change.locale {
        check_locale(locale)?;
    }
    if change.default_visibility == Some(Visibility::Group) {
        return Err(DomainError::invalid(
            "a post for a group names it: the visibility that posts start with is another one",
        ));
    }
    let tag = |text: &str| {
        let mut parts = text.split('-');
        text.len() <= 35
            && parts.next().is_some_and(|first| {
                (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_alphabetic())
            })
            && parts
                .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
    };
    match &change.default_language {
        Some(Some(language)) if !language.is_empty() && !tag(language) => Err(DomainError::invalid(
            "a language is written as en, fr or pt-BR (BCP 47)",
        )),
        _ => Ok(()),
    }
}

async fn render(ctx: &Ctx, change: &ProfileChange) -> Result<Rendered> {
    let display_name = change
        .display_name
        .as_deref()
        .map(check_display_name)
        .transpose()?;
    let note = match &change.note {
        Some(note) => {
            let note = note.trim().replace("\r\n", "\n");
            if note.chars().count() > NOTE {
                return Err(DomainError::invalid("a biography has at most 1,000 characters"));
            }
            let html = html(ctx, &note).await?;
            Some((note, html))
        }
        None => None,
    };
    let fields = match &change.fields {
        Some(fields) => Some(render_fields(ctx, fields).await?),
        None => None,
    };
    Ok(Rendered {
        display_name,
        note,
        fields,
    })
}

async fn render_fields(ctx: &Ctx, fields: &[ProfileField]) -> Result<Vec<ProfileField>> {
    let trimmed = fields.iter().map(|field| (field.name.trim(), field.value.trim()));
    let kept: Vec<(&str, &str)> = trimmed
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
        .collect();
    if kept.len() > FIELDS {
        return Err(DomainError::invalid("a profile has at most 8 rows"));
    }
    let mut rendered = Vec::with_capacity(kept.len());
    for (name, value) in kept {
        if name.chars().count() > FIELD || value.chars().count() > FIELD {
            return Err(DomainError::invalid(
                "a row of a profile has at most 255 characters on each side",
            ));
        }
        if name.chars().any(char::is_control) {
            return Err(DomainError::invalid("the name of a row is one line of text"));
        }
        let html = html(ctx, value).await?;
        // A row is no paragraph.
        let bare = html
            .strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"));
        let value = bare
            .filter(|bare| !bare.contains("<p>"))
            .unwrap_or(&html)
            .to_owned();
        rendered.push(ProfileField {
            name: name.to_owned(),
            value,
        });
    }
    Ok(rendered)
}

/// Typed text to HTML, with links to people who are known here.
async fn html(ctx: &Ctx, text: &str) -> Result<String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let mut mentioned: Vec<(Handle, Arc<Account>)> = Vec::new();
    for handle in text::handles(text, MENTIONS) {
        let name = match &handle.authority {
            Some(authority) => format!("{}@{authority}", handle.username),
            None => handle.username.clone(),
        };
        if let Some(account) = accounts::known_by_handle(ctx, &name).await? {
            mentioned.push((handle, account));
        }
    }
    Ok(text::to_html(text, &mentioned, ctx.origin()))
}
