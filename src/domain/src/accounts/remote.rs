//! People of peers, as verified actor documents describe them.

use super::{KeyKind, PublicKey};
use crate::{Ctx, DomainError, Result, Via, peers, text};
use entrenous_model::{Account, AccountId, AccountKind, Event, MediaId, Origin, PeerId, ProfileField, Time};
use entrenous_store::{self as store, StoreError, Tx};
use std::sync::Arc;

const DISPLAY_NAME: usize = 200;
const NOTE: usize = 20_000;
const FIELDS: usize = 8;
const FIELD_NAME: usize = 255;
const FIELD_VALUE: usize = 2_000;
/// Keys of one person; more are not looked at.
const KEYS: usize = 8;

/// A remote person as a verified actor document describes it.
#[derive(Debug, Clone)]
pub struct RemotePerson {
    /// The peer it belongs to; the caller has checked that `uri` is on the peer's origin.
    pub peer: PeerId,
    /// That peer's origin.
    pub origin: Origin,
    /// ActivityPub id.
    pub uri: String,
    /// Name before the `@`.
    pub username: String,
    /// Person, service, group.
    pub kind: AccountKind,
    /// Plain text; cut at 200 characters.
    pub display_name: String,
    /// HTML, not yet sanitised; cut at 20,000 characters.
    pub note: String,
    /// Table; values are HTML, not yet sanitised.
    pub fields: Vec<ProfileField>,
    /// Page for humans.
    pub url: String,
    /// Inbox.
    pub inbox_uri: String,
    /// Shared inbox.
    pub shared_inbox_uri: Option<String>,
    /// Followers collection.
    pub followers_uri: String,
    /// Collection of pinned posts.
    pub featured_uri: Option<String>,
    /// Approves followers by hand.
    pub locked: bool,
    /// May be listed.
    pub discoverable: bool,
    /// Keys.
    pub keys: Vec<PublicKey>,
    /// URL of the picture, on the peer's origin.
    pub avatar_url: Option<String>,
    /// URL of the header picture, on the peer's origin.
    pub header_url: Option<String>,
}

/// Cuts a text at a number of characters.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Plain text of a peer: one line, no control characters.
fn line(text: &str, most: usize) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(most)
        .collect();
    clean.trim().to_owned()
}

impl RemotePerson {
    /// Sanitised and cut, before it comes near the database.
    fn cleaned(mut self) -> Self {
        self.display_name = line(&self.display_name, DISPLAY_NAME);
        self.note = text::sanitise(&cut(&self.note, NOTE));
        self.fields.truncate(FIELDS);
        for field in &mut self.fields {
            field.name = line(&field.name, FIELD_NAME);
            field.value = text::sanitise(&cut(&field.value, FIELD_VALUE));
        }
        let mut keys: Vec<PublicKey> = Vec::new();
        for key in self.keys.into_iter().take(KEYS) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        self.keys = keys;
        self
    }

    /// Writes what it says into an account.
    fn onto(&self, account: &mut Account) {
        account.username.clone_from(&self.username);
        account.kind = self.kind;
        account.display_name.clone_from(&self.display_name);
        account.note.clone_from(&self.note);
        account.fields.clone_from(&self.fields);
        account.url.clone_from(&self.url);
        account.inbox_uri.clone_from(&self.inbox_uri);
        account.shared_inbox_uri.clone_from(&self.shared_inbox_uri);
        account.followers_uri.clone_from(&self.followers_uri);
        account.featured_uri.clone_from(&self.featured_uri);
        account.locked = self.locked;
        account.discoverable = self.discoverable;
    }

    fn new_account(&self, id: AccountId, now: Time) -> Account {
        let mut account = Account {
            id,
            username: String::new(),
            peer: Some(self.peer),
            origin: Some(self.origin.clone()),
            kind: self.kind,
            display_name: String::new(),
            note: String::new(),
            note_source: String::new(),
            fields: Vec::new(),
            avatar: None,
            header: None,
            locked: false,
            discoverable: false,
            uri: self.uri.clone(),
            url: String::new(),
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
        };
        self.onto(&mut account);
        account
    }
}

/// Inserts or refreshes a remote person (first sight, or `Update`). Keys of other software are pinned on first use:
/// a different key for a known key id, or another key of a kind that is pinned already, is refused unless `rotate`
/// (a native endorsement was verified). Returns the id, and whether pictures are new and should be fetched.
///
/// # Errors
/// `Refused("key_changed")`; `Refused("username_changed")` if the handle now belongs to another id;
/// `Refused("not_its_own")` if the id belongs to another peer or to this node; `Refused("actor_gone")` if the person has
/// left before.
pub async fn upsert_remote(
    ctx: &Ctx,
    via: Option<Via>,
    person: RemotePerson,
    rotate: bool,
) -> Result<(AccountId, bool)> {
    if ctx.origin() == &person.origin || !person.origin.owns(&person.uri) {
        return Err(DomainError::Refused("not_its_own"));
    }
    let person = Arc::new(person.cleaned());
    let (id, pictures, changed) = match write(ctx, via.clone(), Arc::clone(&person), rotate).await {
        // Two saw the person for the first time at once: the other has written it meanwhile.
        Err(DomainError::Store(StoreError::Conflict { .. })) => write(ctx, via, person, rotate).await?,
        written => written?,
    };
    if changed {
        ctx.caches().apply(&[Event::AccountUpdated { account: id }]);
    }
    Ok((id, pictures))
}

async fn write(
    ctx: &Ctx,
    via: Option<Via>,
    person: Arc<RemotePerson>,
    rotate: bool,
) -> Result<(AccountId, bool, bool)> {
    ctx.store()
        .write(move |tx| {
            if let Some(Via::Peer(receipt)) = &via {
                if receipt.peer != person.peer {
                    return Err(DomainError::Refused("not_its_own"));
                }
                peers::claim(tx, receipt)?;
            }
            upsert(tx, &person, rotate)
        })
        .await
}

fn upsert(tx: &mut Tx, person: &RemotePerson, rotate: bool) -> Result<(AccountId, bool, bool)> {
    let now = tx.now();
    let known = store::accounts::by_uri(tx, &person.uri)?;
    free_handle(tx, person, known.as_ref().map(|account| account.id))?;
    let Some(before) = known else {
        let account = person.new_account(AccountId(tx.next_id()), now);
        store::accounts::insert_remote(tx, &account, now)?;
        pin(tx, account.id, &person.keys, rotate)?;
        tx.emit(Event::AccountUpdated { account: account.id })?;
        let pictures = person.avatar_url.is_some() || person.header_url.is_some();
        return Ok((account.id, pictures, true));
    };
    if before.peer != Some(person.peer) {
        return Err(DomainError::Refused("not_its_own"));
    }
    if before.disabled_at.is_some() {
        return Err(DomainError::Refused("actor_gone"));
    }
    let mut after = before.clone();
    person.onto(&mut after);
    let keys_changed = pin(tx, before.id, &person.keys, rotate)?;
    let (avatar_new, avatar) = picture(tx, before.avatar, person.avatar_url.as_deref())?;
    let (header_new, header) = picture(tx, before.header, person.header_url.as_deref())?;
    (after.avatar, after.header) = (avatar, header);
    let changed = after != before || keys_changed;
    if changed {
        after.updated_at = now;
        store::accounts::update_remote(tx, &after, now)?;
        tx.emit(Event::AccountUpdated { account: before.id })?;
    } else {
        store::accounts::touch_fetched(tx, before.id, now)?;
    }
    Ok((before.id, avatar_new || header_new, changed))
}

/// Refuses a handle that belongs to another person; that of one who has left can be given again.
fn free_handle(tx: &mut Tx, person: &RemotePerson, id: Option<AccountId>) -> Result<()> {
    let Some(holder) = store::accounts::by_handle(tx, &person.username, &person.origin)? else {
        return Ok(());
    };
    if Some(holder.id) == id {
        return Ok(());
    }
    if holder.uri == person.uri {
        // Written by another transaction since this one looked: once more, as an update.
        return Err(DomainError::Store(StoreError::Conflict { constraint: None }));
    }
    if holder.disabled_at.is_none() {
        return Err(DomainError::Refused("username_changed"));
    }
    store::accounts::free_handle(tx, holder.id)?;
    Ok(())
}

/// Whether the picture at `url` is to be fetched, and what stays until then.
fn picture(tx: &mut Tx, have: Option<MediaId>, url: Option<&str>) -> Result<(bool, Option<MediaId>)> {
    let Some(url) = url else { return Ok((false, None)) };
    let Some(id) = have else { return Ok((true, None)) };
    let same = store::media::by_id(tx, id)?.is_some_and(|file| file.remote_url.as_deref() == Some(url));
    Ok((!same, have))
}

/// Pins keys that are new; answers whether anything changed.
fn pin(tx: &mut Tx, id: AccountId, keys: &[PublicKey], rotate: bool) -> Result<bool> {
    let now = tx.now();
    let pinned: Vec<PublicKey> = store::keys::of_account(tx, id)?
        .into_iter()
        .filter_map(PublicKey::from_row)
        .collect();
    if rotate && !keys.is_empty() {
        let gone: Vec<&PublicKey> = pinned.iter().filter(|key| !keys.contains(key)).collect();
        for key in &gone {
            store::keys::remove(tx, id, &key.key_id)?;
        }
        let mut changed = !gone.is_empty();
        for key in keys.iter().filter(|key| !pinned.contains(key)) {
            insert_key(tx, id, key, now)?;
            changed = true;
        }
        return Ok(changed);
    }
    let has = |kind: KeyKind| pinned.iter().any(|key| key.kind == kind);
    let mut changed = false;
    for key in keys.iter().filter(|key| !pinned.contains(key)) {
        // A key of a kind that has one would be a rotation under another name.
        if has(key.kind) || pinned.iter().any(|known| known.key_id == key.key_id) {
            return Err(DomainError::Refused("key_changed"));
        }
        insert_key(tx, id, key, now)?;
        changed = true;
    }
    Ok(changed)
}

fn insert_key(tx: &mut Tx, id: AccountId, key: &PublicKey, now: Time) -> Result<()> {
    if store::keys::holder(tx, &key.key_id)?.is_some() {
        // Another person's, or twice in one document.
        return Err(DomainError::Refused("key_changed"));
    }
    store::keys::insert(tx, id, &key.to_row(), None, now)?;
    Ok(())
}

/// A remote person has left (`Delete` of the actor, or 410): follows end, posts and profile are hidden, keys go.
///
/// # Errors
/// `Refused("not_its_own")` if the person is of another peer or of this node; `AlreadyReceived`.
pub async fn remote_gone(ctx: &Ctx, via: Via, id: AccountId) -> Result<()> {
    let events = ctx
        .store()
        .write(move |tx| {
            let account = store::accounts::by_id(tx, id)?;
            let peer = account.as_ref().and_then(|account| account.peer);
            if let Via::Peer(receipt) = &via {
                if account.is_some() && peer != Some(receipt.peer) {
                    return Err(DomainError::Refused("not_its_own"));
                }
                peers::claim(tx, receipt)?;
            }
            let Some(account) = account else {
                return Ok(Vec::new());
            };
            if peer.is_none() {
                return Err(DomainError::Refused("not_its_own"));
            }
            leave(tx, account.id)
        })
        .await?;
    ctx.caches().apply(&events);
    Ok(())
}

fn leave(tx: &mut Tx, id: AccountId) -> Result<Vec<Event>> {
    let now = tx.now();
    if !store::accounts::set_disabled(tx, id, now)? {
        return Ok(Vec::new());
    }
    let others = store::accounts::end_follows(tx, id)?;
    store::accounts::hide_posts(tx, id, now)?;
    store::endorsements::remove_of(tx, id)?;
    store::reactions::remove_of(tx, id)?;
    store::keys::remove_all(tx, id)?;
    store::ledger::forget_key(tx, id)?;
    store::media::raise_epochs(tx, id)?;
    store::attachments::discard_of(tx, id, now)?;
    let mut events = vec![Event::AccountUpdated { account: id }];
    events.extend(
        others
            .into_iter()
            .map(|target| Event::RelationshipChanged { account: id, target }),
    );
    for event in &events {
        tx.emit(event.clone())?;
    }
    Ok(events)
}
