//! Small caches of what almost every request asks for.
//!
//! What is read while it is being changed must not be kept: whoever fills a cache takes a mark first, and keeps what
//! was read only if nothing was forgotten since. Forgetting happens after the commit, so nothing stale survives.

use super::{KeyKind, PublicKey};
use crate::oauth::Bearer;
use crate::people::LoginGuard;
use entrenous_model::{Account, AccountId, Event, Member, TokenId};
use moka::sync::Cache;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// More than the people of a large node who are active at once; a few tens of MiB.
const ACCOUNTS: u64 = 20_000;
/// Tokens in use at once.
const BEARERS: u64 = 20_000;
/// Keys of people of peers.
const OWNERS: u64 = 20_000;
/// Opened private keys of people who write.
const PRIVATE: u64 = 2_000;
/// The longest an entry lives should an event be missed.
const BACKSTOP: Duration = Duration::from_secs(60);
/// Marks of accounts are kept apart by id, so that a busy node still caches.
const STRIPES: usize = 64;

/// An account with what decides whether it is shown.
pub(crate) struct Known {
    /// The account.
    pub(crate) account: Arc<Account>,
    /// The login; local people only.
    pub(crate) member: Option<Arc<Member>>,
    /// Its peer is neither active nor suspended.
    pub(crate) peer_revoked: bool,
}

impl Known {
    /// Neither disabled nor of a peer that was revoked.
    pub(crate) fn visible(&self) -> bool {
        self.account.disabled_at.is_none() && !self.peer_revoked
    }
}

/// An opened private key with its id on the wire.
pub(crate) type PrivateKey = (String, Arc<Zeroizing<Vec<u8>>>);

/// Counts how often something was forgotten.
#[derive(Default)]
struct Marks(Mutex<u64>);

impl Marks {
    fn mark(&self) -> u64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mark: u64, fill: impl FnOnce()) {
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == mark {
            fill();
        }
    }

    fn forget(&self, empty: impl FnOnce()) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.wrapping_add(1);
        empty();
    }
}

/// Caches that belong to a context; entries go when events say that what they hold has changed.
pub struct Caches {
    accounts: Cache<AccountId, Arc<Known>>,
    account_marks: Vec<Marks>,
    bearers: Cache<String, Arc<Bearer>>,
    bearer_marks: Marks,
    owners: Cache<String, (AccountId, PublicKey)>,
    owner_marks: Marks,
    private: Cache<(AccountId, KeyKind), PrivateKey>,
    private_marks: Marks,
    logins: LoginGuard,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            accounts: Cache::builder()
                .max_capacity(ACCOUNTS)
                .time_to_live(BACKSTOP)
                .build(),
            account_marks: (0..STRIPES).map(|_| Marks::default()).collect(),
            bearers: Cache::builder()
                .max_capacity(BEARERS)
                .time_to_live(BACKSTOP)
                .build(),
            bearer_marks: Marks::default(),
            owners: Cache::builder()
                .max_capacity(OWNERS)
                .time_to_live(BACKSTOP)
                .build(),
            owner_marks: Marks::default(),
            private: Cache::builder()
                .max_capacity(PRIVATE)
                .time_to_live(BACKSTOP)
                .build(),
            private_marks: Marks::default(),
            logins: LoginGuard::default(),
        }
    }
}

/// Taken before reading an account that is to be cached.
#[derive(Clone, Copy)]
pub(crate) struct Mark(u64);

impl Caches {
    /// Forgets what a batch of events has changed. The node calls this for every batch; verbs do for their own, so
    /// that a caller sees what it wrote.
    pub fn apply(&self, events: &[Event]) {
        for event in events {
            match event {
                Event::PostCreated { account, .. } | Event::PostDeleted { account, .. } => {
                    self.forget_account(*account);
                }
                Event::AccountUpdated { account } => {
                    self.forget_account(*account);
                    self.forget_keys(*account);
                }
                Event::RelationshipChanged { account, target } => {
                    self.forget_account(*account);
                    self.forget_account(*target);
                }
                Event::SessionsEnded { account } => {
                    self.forget_account(*account);
                    self.forget_keys(*account);
                    self.forget_bearers(|bearer| bearer.token.account == Some(*account));
                }
                Event::TokenRevoked { token } => self.forget_token(*token),
                Event::PeerChanged { .. } => self.forget_everyone(),
                Event::PostUpdated { .. }
                | Event::PostCounted { .. }
                | Event::Notified { .. }
                | Event::DeliveriesQueued { .. } => {}
            }
        }
    }

    /// Forgets everything: for a listener that missed events.
    pub fn forget_everything(&self) {
        self.forget_everyone();
        self.forget_bearers(|_| true);
        self.private_marks.forget(|| self.private.invalidate_all());
    }

    /// Forgets one account, whose profile or counters changed.
    pub fn forget_account(&self, id: AccountId) {
        if let Some(marks) = self.marks_of(id) {
            marks.forget(|| self.accounts.invalidate(&id));
        }
    }

    fn forget_everyone(&self) {
        for marks in &self.account_marks {
            marks.forget(|| {});
        }
        self.accounts.invalidate_all();
        self.owner_marks.forget(|| self.owners.invalidate_all());
    }

    fn forget_keys(&self, id: AccountId) {
        self.owner_marks.forget(|| {
            for (key_id, (owner, _)) in &self.owners {
                if owner == id {
                    self.owners.invalidate(key_id.as_str());
                }
            }
        });
        self.private_marks.forget(|| {
            self.private.invalidate(&(id, KeyKind::Rsa));
            self.private.invalidate(&(id, KeyKind::Ed25519));
        });
    }

    fn forget_token(&self, id: TokenId) {
        self.forget_bearers(|bearer| bearer.token.id == id);
    }

    fn forget_bearers(&self, which: impl Fn(&Bearer) -> bool) {
        self.bearer_marks.forget(|| {
            for (hash, bearer) in &self.bearers {
                if which(&bearer) {
                    self.bearers.invalidate(hash.as_str());
                }
            }
        });
    }

    fn marks_of(&self, id: AccountId) -> Option<&Marks> {
        // The lower bits are a counter that is often zero.
        let mixed = id.get().unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let stripe = usize::try_from(mixed).unwrap_or_default() % STRIPES;
        self.account_marks.get(stripe)
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<Arc<Known>> {
        self.accounts.get(&id)
    }

    pub(crate) fn mark_account(&self, id: AccountId) -> Mark {
        Mark(self.marks_of(id).map_or(0, Marks::mark))
    }

    pub(crate) fn keep_account(&self, mark: Mark, known: Arc<Known>) {
        let id = known.account.id;
        if let Some(marks) = self.marks_of(id) {
            marks.keep(mark.0, || self.accounts.insert(id, known));
        }
    }

    pub(crate) fn bearer(&self, hash: &str) -> Option<Arc<Bearer>> {
        self.bearers.get(hash)
    }

    pub(crate) fn mark_bearers(&self) -> Mark {
        Mark(self.bearer_marks.mark())
    }

    pub(crate) fn keep_bearer(&self, mark: Mark, hash: String, bearer: Arc<Bearer>) {
        self.bearer_marks
            .keep(mark.0, || self.bearers.insert(hash, bearer));
    }

    pub(crate) fn owner(&self, key_id: &str) -> Option<(AccountId, PublicKey)> {
        self.owners.get(key_id)
    }

    pub(crate) fn mark_owners(&self) -> Mark {
        Mark(self.owner_marks.mark())
    }

    pub(crate) fn keep_owner(&self, mark: Mark, owner: AccountId, key: PublicKey) {
        self.owner_marks
            .keep(mark.0, || self.owners.insert(key.key_id.clone(), (owner, key)));
    }

    pub(crate) fn private(&self, id: AccountId, kind: KeyKind) -> Option<PrivateKey> {
        self.private.get(&(id, kind))
    }

    pub(crate) fn mark_private(&self) -> Mark {
        Mark(self.private_marks.mark())
    }

    pub(crate) fn keep_private(&self, mark: Mark, id: AccountId, kind: KeyKind, key: PrivateKey) {
        self.private_marks
            .keep(mark.0, || self.private.insert((id, kind), key));
    }

    pub(crate) fn logins(&self) -> &LoginGuard {
        &self.logins
    }
}
