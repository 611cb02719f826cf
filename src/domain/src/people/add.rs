//! A new person.

use super::login;
use crate::accounts::{self, KeyKind, PublicKey};
use crate::ports::PersonKeys;
use crate::{Ctx, DomainError, Result, audit};
use entrenous_model::{Account, AccountId, AccountKind, Event, Member, QuoteChoice, Role, Visibility};
use entrenous_store::{self as store, StoreError, Tx};
use std::sync::Arc;

const USERNAME: usize = 30;
pub(super) const DISPLAY_NAME: usize = 60;

/// Names that are parts of the node, or that others would take for it.
const RESERVED: &[&str] = &[
    "abuse",
    "actor",
    "admin",
    "administrator",
    "all",
    "api",
    "everyone",
    "entrenous",
    "here",
    "hostmaster",
    "inbox",
    "instance",
    "network",
    "nobody",
    "null",
    "oauth",
    "outbox",
    "postmaster",
    "root",
    "security",
    "support",
    "system",
    "undefined",
    "webmaster",
];

/// A new person.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// 1 to 30 of `a-z A-Z 0-9 _ - .`, beginning and ending with a letter or digit; unique in any case.
    pub username: String,
    /// May be empty.
    pub display_name: String,
    /// At least 10 characters, at most 1,000 bytes, not the username.
    pub password: String,
    /// Role.
    pub role: Role,
    /// `en` or `fr`.
    pub locale: String,
}

/// A new person, checked and ready to be written: what takes long is done.
pub(crate) struct Prepared {
    username: String,
    display_name: String,
    locale: String,
    password_hash: String,
    keys: [(PublicKey, Vec<u8>); 2],
    base: String,
    inbox: String,
    url: String,
}

/// Adds a person with a login, keys and an actor, from the command line. Keys are made before the transaction.
///
/// # Errors
/// `Invalid` with what to change, `Conflict` if the name is taken (reserved names such as `admin`, `actor`, `network` too).
pub async fn add(ctx: &Ctx, person: NewPerson) -> Result<Arc<Account>> {
    let role = person.role;
    let _steady = ctx.vault().steady().await;
    let prepared = prepare(ctx, person).await?;
    let id = ctx
        .store()
        .write(move |tx| {
            let detail = format!("{} as {}", prepared.username, role.as_str());
            audit::write(tx, audit::COMMAND_LINE, "person.added", None, None, &detail)?;
            prepared.insert(tx, role)
        })
        .await?;
    accounts::get(ctx, id)
        .await?
        .ok_or_else(|| DomainError::internal("a person who was added is gone"))
}

/// Checks a new person, hashes the password, makes and seals keys. The caller holds the vault steady.
pub(crate) async fn prepare(ctx: &Ctx, person: NewPerson) -> Result<Prepared> {
    let NewPerson {
        username,
        display_name,
        password,
        role: _,
        locale,
    } = person;
    check_username(ctx, &username)?;
    let display_name = check_display_name(&display_name)?;
    check_locale(&locale)?;
    login::check_password(&password, &username)?;
    let taken = {
        let username = username.clone();
        ctx.store()
            .read(move |conn| Ok(store::accounts::local_by_username(conn, &username)?.is_some()))
            .await?
    };
    if taken {
        return Err(name_taken());
    }
    let password_hash = login::hash(ctx, password).await?;
    let base = ctx.origin().join(&format!("/people/{username}"));
    let keys = seal(ctx, &base, ctx.keys().person_keys().await?)?;
    Ok(Prepared {
        url: ctx.origin().join(&format!("/@{username}")),
        inbox: ctx.origin().join("/inbox"),
        username,
        display_name,
        locale,
        password_hash,
        keys,
        base,
    })
}

fn seal(ctx: &Ctx, base: &str, keys: PersonKeys) -> Result<[(PublicKey, Vec<u8>); 2]> {
    let PersonKeys {
        rsa_public_pem,
        rsa_private,
        ed25519_public,
        ed25519_private,
    } = keys;
    let seal = |plain: &[u8]| ctx.vault().seal(accounts::SEAL, ctx.random(), plain);
    Ok([
        (
            PublicKey {
                key_id: format!("{base}#main-key"),
                kind: KeyKind::Rsa,
                public: rsa_public_pem,
            },
            seal(&rsa_private)?,
        ),
        (
            PublicKey {
                key_id: format!("{base}#ed25519-key"),
                kind: KeyKind::Ed25519,
                public: ed25519_public,
            },
            seal(&ed25519_private)?,
        ),
    ])
}

impl Prepared {
    /// Writes the person, inside the transaction of the use-case.
    pub(crate) fn insert(self, tx: &mut Tx, role: Role) -> Result<AccountId> {
        let now = tx.now();
        let id = AccountId(tx.next_id());
        let account = Account {
            id,
            username: self.username,
            peer: None,
            origin: None,
            kind: AccountKind::Person,
            display_name: self.display_name,
            note: String::new(),
            note_source: String::new(),
            fields: Vec::new(),
            avatar: None,
            header: None,
            locked: false,
            discoverable: true,
            inbox_uri: format!("{}/inbox", self.base),
            shared_inbox_uri: Some(self.inbox),
            followers_uri: format!("{}/followers", self.base),
            featured_uri: None,
            uri: self.base,
            url: self.url,
            created_at: now,
            updated_at: now,
            last_posted_at: None,
            disabled_at: None,
            statuses_count: 0,
            followers_count: 0,
            following_count: 0,
        };
        store::accounts::insert(tx, &account).map_err(|error| match error {
            StoreError::Conflict { .. } => name_taken(),
            other => other.into(),
        })?;
        store::members::insert(
            tx,
            &Member {
                account: id,
                role,
                password_hash: self.password_hash,
                locale: self.locale,
                default_visibility: Visibility::Public,
                default_sensitive: false,
                default_language: None,
                created_at: now,
                disabled_at: None,
                default_quote_choice: QuoteChoice::default(),
            },
        )?;
        for (key, sealed) in &self.keys {
            store::keys::insert(tx, id, &key.to_row(), Some(sealed), now)?;
        }
        tx.emit(Event::AccountUpdated { account: id })?;
        Ok(id)
    }
}

fn name_taken() -> DomainError {
    DomainError::Conflict("this username is taken; choose another".to_owned())
}

/// Whether a person or a group may be called so here; not whether somebody is.
pub(crate) fn check_username(ctx: &Ctx, username: &str) -> Result<()> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if username.len() > USERNAME
        || !username.chars().all(inside)
        || !edge(username.chars().next())
        || !edge(username.chars().next_back())
    {
        return Err(DomainError::invalid(
            "a username has 1 to 30 letters a-z, digits, '_', '-' or '.', and begins and ends with a letter or digit",
        ));
    }
    let key = username.to_ascii_lowercase();
    // The host's own name is the handle of the node itself.
    let host = ctx.origin().authority().split(':').next().unwrap_or_default();
    if RESERVED.contains(&key.as_str()) || key == host {
        return Err(DomainError::Conflict(format!(
            "the username {username} is reserved; choose another"
        )));
    }
    Ok(())
}

pub(super) fn check_display_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.chars().count() > DISPLAY_NAME {
        return Err(DomainError::invalid("a display name has at most 60 characters"));
    }
    if name.chars().any(char::is_control) {
        return Err(DomainError::invalid("a display name is one line of text"));
    }
    Ok(name.to_owned())
}

pub(super) fn check_locale(locale: &str) -> Result<()> {
    if matches!(locale, "en" | "fr") {
        Ok(())
    } else {
        Err(DomainError::invalid(
            "the language of the interface is one of: en, fr",
        ))
    }
}
