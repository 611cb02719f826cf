//! Reports: what people, and the nodes of peers, say is wrong with somebody or with their posts.
//!
//! A report exists for those who moderate, and for nobody else: moderators, administrators and owners. A report about a
//! moderator or an administrator exists for the others alone; owners see every one, or a node with one owner could not
//! know of any about them.
//!
//! The posts that a report is about are kept with it as they were. What is deleted or changed since is shown to those who
//! moderate as it was reported, until 30 days after the report was resolved, or until the peer that gave it is purged.

mod handle;
mod look;
mod make;
mod receive;

pub use handle::{Change, assign, change, reopen, resolve, unassign};
pub use look::{Brief, Party, Shown, Wanted, briefs, list, one, open_count, statuses};
pub use make::{Wish, make};
pub use receive::{Flagged, received};

use crate::work::Work;
use crate::{Ctx, DomainError, Result, audit};
use chrono::TimeDelta;
use entrenous_model::{
    Account, AccountId, AccountKind, Event, Evidence, Member, Peer, PeerId, Post, PostId, Report,
    ReportCategory, ReportId, ReportedRule, Role,
};
use entrenous_store::{Conn, StoreError, accounts, members, reports as rows};
use std::collections::BTreeSet;

/// Longest comment, in characters.
pub const COMMENT: usize = 1_000;
/// Most posts in one report.
pub const POSTS: usize = 100;
/// How long the posts of a resolved report are kept as they were.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);
/// Reports of one person in an hour.
const BY_PERSON: i64 = 30;
/// Reports that are sent to one peer in an hour: fewer than it takes, so that none is ever held up there.
const TO_PEER: i64 = 30;
/// Reports that one peer may send in an hour.
const BY_PEER: i64 = 60;
/// How far back is counted.
const HOUR: TimeDelta = TimeDelta::hours(1);
/// When somebody who has made too many may try again, in seconds.
const WAIT: u64 = 600;

/// Whether a report exists for that person.
fn sees(member: &Member, report: &Report) -> bool {
    moderates(member) && kept_from(member) != Some(report.target)
}

/// Whose reports do not exist for somebody who moderates: those about themselves, but for owners.
fn kept_from(member: &Member) -> Option<AccountId> {
    (member.role != Role::Owner).then_some(member.account)
}

/// Whether somebody handles reports: not who has left.
pub(crate) fn moderates(member: &Member) -> bool {
    member.disabled_at.is_none() && member.role.moderates()
}

/// The report, if it exists for `viewer`: for whoever does not moderate there is none.
fn seen(conn: &mut Conn, viewer: AccountId, id: ReportId) -> std::result::Result<Option<Report>, StoreError> {
    let Some(member) = members::by_account(conn, viewer)? else {
        return Ok(None);
    };
    Ok(rows::get(conn, id)?.filter(|report| sees(&member, report)))
}

/// Whether a report that exists for that person is about a post.
pub(crate) fn names(conn: &mut Conn, member: &Member, post: &Post) -> std::result::Result<bool, StoreError> {
    let about_author = rows::Wanted {
        target: Some(post.account),
        not_about: kept_from(member),
        ..rows::Wanted::default()
    };
    Ok(moderates(member) && rows::any_about(conn, &about_author, post.id)?)
}

/// The house rules of these ids.
///
/// # Errors
/// `Invalid` for one that is none.
fn rules_of(ctx: &Ctx, ids: &[String]) -> Result<Vec<ReportedRule>> {
    let look = ctx.look();
    let mut found: Vec<ReportedRule> = Vec::new();
    for id in ids {
        let place: Option<usize> = id.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let text = place
            .and_then(|place| look.rules.get(place))
            .ok_or_else(|| DomainError::invalid("Rules does not reference valid rules"))?;
        // As the instance document writes it.
        let id = (place.unwrap_or_default() + 1).to_string();
        if !found.iter().any(|rule| rule.id == id) {
            found.push(ReportedRule {
                id,
                text: text.clone(),
            });
        }
    }
    Ok(found)
}

/// What is reported, in one transaction of whoever received it.
struct Case {
    reporter: AccountId,
    peer: Option<PeerId>,
    target: AccountId,
    category: ReportCategory,
    comment: String,
    rules: Vec<ReportedRule>,
    posts: Vec<Post>,
}

impl Case {
    /// The report of just this that is open already: who says it twice has said it once.
    fn known(&self, conn: &mut Conn) -> std::result::Result<Option<Report>, StoreError> {
        let alike = rows::open_alike(conn, self.reporter, self.target, &self.comment)?;
        let ids: Vec<i64> = alike.iter().map(|report| report.id.get()).collect();
        let mut posts = rows::posts(conn, &ids)?;
        let wanted: BTreeSet<PostId> = self.posts.iter().map(|post| post.id).collect();
        Ok(alike
            .into_iter()
            .filter(|report| report.category == self.category && report.rules == self.rules)
            .find(|report| {
                let posts = posts.remove(&report.id).unwrap_or_default();
                posts.iter().map(|one| one.post).collect::<BTreeSet<_>>() == wanted
            }))
    }

    /// Writes it and tells those who moderate.
    fn write(self, tx: &mut Work<'_>, forwarded: bool) -> Result<Report> {
        let now = tx.now();
        let report = Report {
            id: ReportId(tx.next_id()),
            reporter: self.reporter,
            peer: self.peer,
            target: self.target,
            category: self.category,
            comment: self.comment,
            rules: self.rules,
            forwarded,
            created_at: now,
            updated_at: now,
            assigned: None,
            settled_at: None,
            settled_by: None,
        };
        rows::insert(tx, &report)?;
        for (place, post) in (0..).zip(&self.posts) {
            rows::add_post(tx, report.id, post.id, place, &evidence(post))?;
        }
        let mut told = Vec::new();
        for id in rows::moderators(tx)? {
            let member = members::by_account(tx, id)?;
            let sees = member.is_some_and(|member| sees(&member, &report));
            if sees && id != report.reporter {
                told.push(id);
            }
        }
        tx.notify_of_report(&told, &report)?;
        Ok(report)
    }
}

/// The post as it is now.
fn evidence(post: &Post) -> Evidence {
    Evidence {
        uri: post.uri.clone(),
        url: post.url.clone(),
        content: post.content.clone(),
        spoiler: post.spoiler.clone(),
        sensitive: post.sensitive,
        visibility: post.visibility,
        language: post.language.clone(),
        created_at: post.created_at,
        edited_at: post.edited_at,
    }
}

/// The account that stands for the organisation of a peer: the one its instance actor is known by, or a new one.
fn organisation(tx: &mut Work<'_>, peer: &Peer) -> Result<AccountId> {
    let uri = peer
        .keys
        .as_ref()
        .map_or_else(|| peer.origin.join("/actor"), |keys| keys.actor.clone());
    if let Some(known) = accounts::by_uri(tx, &uri)? {
        return Ok(known.id);
    }
    let now = tx.now();
    let id = AccountId(tx.next_id());
    // As native instance actors call themselves; a person of that name keeps it.
    let names = ["actor".to_owned(), format!("actor-{}", peer.id)];
    let mut username = None;
    for name in names {
        if accounts::by_handle(tx, &name, &peer.origin)?.is_none() {
            username = Some(name);
            break;
        }
    }
    let account = Account {
        id,
        username: username.unwrap_or_else(|| format!("actor-{id}")),
        peer: Some(peer.id),
        origin: Some(peer.origin.clone()),
        kind: AccountKind::Application,
        display_name: peer.name.clone(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        avatar: None,
        header: None,
        locked: true,
        discoverable: false,
        url: peer.origin.as_str().to_owned(),
        inbox_uri: peer
            .shared_inbox
            .clone()
            .unwrap_or_else(|| format!("{uri}/inbox")),
        shared_inbox_uri: peer.shared_inbox.clone(),
        followers_uri: format!("{uri}/followers"),
        featured_uri: None,
        uri,
        created_at: now,
        updated_at: now,
        last_posted_at: None,
        disabled_at: None,
        statuses_count: 0,
        followers_count: 0,
        following_count: 0,
    };
    accounts::insert_remote(tx, &account, now)?;
    tx.tell(Event::AccountUpdated { account: id })?;
    Ok(id)
}

/// A line about a report. It names no one who is reported: those may read the trail as well.
fn line(tx: &mut Work<'_>, actor: &str, action: &str, report: &Report) -> Result<()> {
    audit::write(tx, actor, action, None, None, &format!("report {}", report.id))?;
    Ok(())
}
