//! Small caches of what almost every request asks for.
//!
//! What is read while it is being changed must not be kept: whoever fills a cache takes a mark first, and keeps what
//! was read only if nothing was forgotten since. Forgetting happens after the commit, so nothing stale survives.

use super::{KeyKind, PublicKey};
use crate::cache::Cache;
use crate::custom_emoji;
use crate::filters::Filters;
use crate::follows::{Digests, Told};
use crate::marks::{Mark, Marks, Striped, StripedMarks};
use crate::oauth::Bearer;
use crate::people::LoginGuard;
use crate::posts::Bodies;
use crate::timelines::Homes;
use crate::trends::Trends;
use crate::uses::Uses;
use entrenous_model::{Account, AccountId, Event, Member, PeerId, TokenId};
use std::sync::Arc;
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
    /// Neither disabled nor of a peer that was revoked, and no group of this node: of those one asks [`crate::groups`], which
    /// knows who may know.
    pub(crate) fn visible(&self) -> bool {
        self.account.disabled_at.is_none() && !self.peer_revoked && !self.account.is_own_group()
    }
}

/// An opened private key with its id on the wire.
pub(crate) type PrivateKey = (String, Arc<Zeroizing<Vec<u8>>>);

/// Caches that belong to a context; entries go when events say that what they hold has changed.
pub struct Caches {
    accounts: Cache<AccountId, Arc<Known>>,
    account_marks: Striped,
    bearers: Cache<String, Arc<Bearer>>,
    bearer_marks: Marks,
    owners: Cache<String, (AccountId, PublicKey)>,
    owner_marks: Marks,
    private: Cache<(AccountId, KeyKind), PrivateKey>,
    private_marks: Marks,
    posts: Bodies,
    homes: Homes,
    filters: Filters,
    logins: LoginGuard,
    uses: Uses,
    digests: Digests,
    told: Told,
    trends: Trends,
    emojis: custom_emoji::Kept,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            accounts: Cache::of_entries(ACCOUNTS).living(BACKSTOP),
            account_marks: Striped::default(),
            bearers: Cache::of_entries(BEARERS).living(BACKSTOP),
            bearer_marks: Marks::default(),
            owners: Cache::of_entries(OWNERS).living(BACKSTOP),
            owner_marks: Marks::default(),
            private: Cache::of_entries(PRIVATE).living(BACKSTOP),
            private_marks: Marks::default(),
            posts: Bodies::default(),
            homes: Homes::default(),
            filters: Filters::default(),
            logins: LoginGuard::default(),
            uses: Uses::default(),
            digests: Digests::default(),
            told: Told::default(),
            trends: Trends::default(),
            emojis: custom_emoji::Kept::default(),
        }
    }
}

impl Caches {
    /// Forgets what a batch of events has changed. The node calls this for every batch; verbs do for their own, so
    /// that a caller sees what it wrote.
    pub fn apply(&self, events: &[Event]) {
        for event in events {
            match event {
                Event::PostCreated { account, .. } => {
                    self.forget_account(*account);
                    self.homes.forget(*account);
                }
                Event::PostDeleted { post, account } => {
                    self.forget_account(*account);
                    self.posts.forget(*post);
                }
                Event::PostUpdated { post, .. }
                | Event::PostCounted { post }
                | Event::PollCounted { post }
                | Event::PostReacted { post }
                | Event::QuoteChanged { post } => self.posts.forget(*post),
                Event::FeedFilled { owners, .. } => {
                    for owner in owners {
                        self.homes.forget(*owner);
                    }
                }
                Event::MarksChanged { account } => self.homes.forget(*account),
                Event::FiltersChanged { account } => self.filters.forget(*account),
                Event::AccountUpdated { account } => {
                    self.forget_account(*account);
                    self.forget_keys(*account);
                }
                Event::RelationshipChanged { account, target } => {
                    self.forget_account(*account);
                    self.forget_account(*target);
                    self.homes.forget(*account);
                    self.homes.forget(*target);
                }
                Event::SessionsEnded { account } => {
                    self.forget_account(*account);
                    self.forget_keys(*account);
                    self.forget_bearers(|bearer| bearer.token.account == Some(*account));
                    self.filters.forget(*account);
                    self.forget_posts();
                }
                // What shows them is made anew.
                Event::EmojisChanged { peer } => {
                    self.emojis.forget();
                    match peer {
                        Some(peer) => self.forget_shown_by(*peer),
                        None => {
                            self.forget_everyone();
                            self.forget_posts();
                        }
                    }
                }
                Event::TokenRevoked { token } => self.forget_token(*token),
                Event::PeerChanged { .. } => {
                    self.emojis.forget();
                    self.forget_everyone();
                    self.forget_posts();
                }
                Event::Notified { .. }
                | Event::PushQueued
                | Event::DeliveriesQueued { .. }
                | Event::SpreadQueued { .. }
                | Event::LookChanged
                | Event::Announced { .. }
                | Event::AnnouncementRemoved { .. }
                | Event::AnnouncementAnswered { .. }
                | Event::OwnKeysChanged
                | Event::PollQueued { .. }
                | Event::PostScheduled { .. }
                | Event::ConversationChanged { .. } => {}
            }
        }
    }

    /// Forgets everything: for a listener that missed events.
    pub fn forget_everything(&self) {
        self.emojis.forget();
        self.forget_everyone();
        self.forget_posts();
        self.filters.forget_all();
        self.forget_bearers(|_| true);
        self.private_marks.forget(|| self.private.forget_all());
    }

    /// Forgets what is older than it may be: opened keys among it, and pages of people who look no more. To be called every
    /// minute.
    pub fn forget_ended(&self) {
        self.accounts.forget_ended();
        self.bearers.forget_ended();
        self.owners.forget_ended();
        self.private.forget_ended();
        self.posts.forget_ended();
        self.homes.forget_ended();
        self.filters.forget_ended();
    }

    /// Forgets one account, whose profile or counters changed.
    pub fn forget_account(&self, id: AccountId) {
        if let Some(marks) = self.account_marks.of(id.get()) {
            marks.forget(|| self.accounts.forget(&id));
        }
    }

    /// Who may see what may have changed in more ways than one event says.
    fn forget_posts(&self) {
        self.posts.forget_all();
        self.homes.forget_all();
    }

    fn forget_everyone(&self) {
        self.account_marks.forget_all();
        self.accounts.forget_all();
        self.owner_marks.forget(|| self.owners.forget_all());
    }

    /// People of a peer, what they wrote, and what was answered with a peer's emoji; nothing else, or a peer that sends one
    /// emoji after the other would keep all of us reading from the disk.
    fn forget_shown_by(&self, peer: PeerId) {
        self.account_marks.forget_all();
        self.accounts
            .forget_each(|_, known| known.account.peer == Some(peer));
        self.posts.forget_shown_by(peer);
    }

    fn forget_keys(&self, id: AccountId) {
        self.owner_marks
            .forget(|| self.owners.forget_each(|_, (owner, _)| *owner == id));
        self.private_marks.forget(|| {
            self.private.forget(&(id, KeyKind::Rsa));
            self.private.forget(&(id, KeyKind::Ed25519));
        });
    }

    fn forget_token(&self, id: TokenId) {
        self.forget_bearers(|bearer| bearer.token.id == id);
    }

    fn forget_bearers(&self, which: impl Fn(&Bearer) -> bool) {
        self.bearer_marks
            .forget(|| self.bearers.forget_each(|_, bearer| which(bearer)));
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<Arc<Known>> {
        self.accounts.get(&id)
    }

    pub(crate) fn mark_accounts(&self) -> StripedMarks {
        self.account_marks.mark_all()
    }

    pub(crate) fn keep_account(&self, marked: &StripedMarks, known: Arc<Known>) {
        let id = known.account.id;
        if let (Some(marks), Some(mark)) = (self.account_marks.of(id.get()), marked.of(id.get())) {
            marks.keep(mark, || self.accounts.insert(id, known));
        }
    }

    pub(crate) fn bearer(&self, hash: &str) -> Option<Arc<Bearer>> {
        self.bearers.get(hash)
    }

    pub(crate) fn mark_bearers(&self) -> Mark {
        self.bearer_marks.mark()
    }

    pub(crate) fn keep_bearer(&self, mark: Mark, hash: String, bearer: Arc<Bearer>) {
        self.bearer_marks.keep(mark, || self.bearers.insert(hash, bearer));
    }

    pub(crate) fn owner(&self, key_id: &str) -> Option<(AccountId, PublicKey)> {
        self.owners.get(key_id)
    }

    pub(crate) fn mark_owners(&self) -> Mark {
        self.owner_marks.mark()
    }

    pub(crate) fn keep_owner(&self, mark: Mark, owner: AccountId, key: PublicKey) {
        self.owner_marks
            .keep(mark, || self.owners.insert(key.key_id.clone(), (owner, key)));
    }

    pub(crate) fn private(&self, id: AccountId, kind: KeyKind) -> Option<PrivateKey> {
        self.private.get(&(id, kind))
    }

    pub(crate) fn mark_private(&self) -> Mark {
        self.private_marks.mark()
    }

    pub(crate) fn keep_private(&self, mark: Mark, id: AccountId, kind: KeyKind, key: PrivateKey) {
        self.private_marks
            .keep(mark, || self.private.insert((id, kind), key));
    }

    /// Posts in memory.
    pub(crate) const fn posts(&self) -> &Bodies {
        &self.posts
    }

    /// The newest pages of home timelines in memory.
    pub(crate) const fn homes(&self) -> &Homes {
        &self.homes
    }

    /// People's filters, compiled.
    pub(crate) const fn filters(&self) -> &Filters {
        &self.filters
    }

    pub(crate) fn logins(&self) -> &LoginGuard {
        &self.logins
    }

    /// When tokens and sessions were last used, as far as it is not written down.
    pub(crate) const fn uses(&self) -> &Uses {
        &self.uses
    }

    /// Digests of followers.
    pub(crate) const fn digests(&self) -> &Digests {
        &self.digests
    }

    /// What people talk about, found a while ago.
    pub(crate) const fn trends(&self) -> &Trends {
        &self.trends
    }

    /// Custom emoji.
    pub(crate) const fn emojis(&self) -> &custom_emoji::Kept {
        &self.emojis
    }

    /// What peers were told of who does not follow.
    pub(crate) const fn told(&self) -> &Told {
        &self.told
    }
}
