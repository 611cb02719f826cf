//! Looking at reports.

use super::{kept_from, moderates, seen, sees};
use crate::posts::{self, Body, Flags, PostView, Viewer};
use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{
    Account, AccountId, Evidence, Member, Page, Post, PostId, QuotePolicy, Report, ReportId, ReportedPost,
};
use entrenous_store::{Conn, StoreError, members, reports as rows};
use std::collections::HashMap;
use std::sync::Arc;

/// Which reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Resolved ones or open ones.
    pub resolved: Option<bool>,
    /// Only those of this reporter.
    pub reporter: Option<AccountId>,
    /// Only those about this account.
    pub target: Option<AccountId>,
}

/// Somebody in a report, gone or not.
#[derive(Debug, Clone)]
pub struct Party {
    /// Them.
    pub account: Arc<Account>,
    /// Their login, of a person of this node.
    pub member: Option<Member>,
}

/// A report as those who moderate see it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The report.
    pub report: Report,
    /// Its posts, in the order in which they were named.
    pub posts: Vec<ReportedPost>,
    /// Who reports.
    pub reporter: Party,
    /// Who is reported.
    pub target: Party,
    /// Who looks after it.
    pub assigned: Option<Party>,
    /// Who resolved it.
    pub settled_by: Option<Party>,
}

impl Shown {
    /// Those of its posts that are not here any more and are shown as they were, in the order in which they were named.
    pub fn gone(&self) -> impl Iterator<Item = PostId> {
        self.posts
            .iter()
            .filter(|one| one.gone && one.evidence.is_some())
            .map(|one| one.post)
    }
}

/// A report as a notification tells of it.
#[derive(Debug, Clone)]
pub struct Brief {
    /// The report.
    pub report: Report,
    /// Its posts.
    pub posts: Vec<PostId>,
    /// Who is reported, gone or not.
    pub target: Arc<Account>,
}

/// Reports, newest first; at most 200.
///
/// # Errors
/// `Forbidden` for whoever does not moderate.
pub async fn list(ctx: &Ctx, viewer: AccountId, wanted: Wanted, page: Page) -> Result<Vec<Shown>> {
    let page = page.at_most(200);
    let found = ctx
        .store()
        .read(move |conn| {
            let Some(which) = which(conn, viewer, wanted)? else {
                return Ok(None);
            };
            let reports = rows::list(conn, &which, &page)?;
            let ids: Vec<i64> = reports.iter().map(|report| report.id.get()).collect();
            Ok(Some((reports, rows::posts(conn, &ids)?)))
        })
        .await?;
    let Some((reports, posts)) = found else {
        return Err(DomainError::Forbidden("This action is not allowed".to_owned()));
    };
    with_parties(ctx, reports, posts).await
}

/// How many reports are open; `None` for whoever does not moderate.
///
/// # Errors
/// Only the store's.
pub async fn open_count(ctx: &Ctx, viewer: AccountId) -> Result<Option<i64>> {
    let wanted = Wanted {
        resolved: Some(false),
        ..Wanted::default()
    };
    let count = ctx.store().read(move |conn| {
        let which = which(conn, viewer, wanted)?;
        which.map(|which| rows::count(conn, &which)).transpose()
    });
    Ok(count.await?)
}

/// Those of the wanted ones that exist for `viewer`; `None` for whoever does not moderate.
fn which(
    conn: &mut Conn,
    viewer: AccountId,
    wanted: Wanted,
) -> std::result::Result<Option<rows::Wanted>, StoreError> {
    let member = members::by_account(conn, viewer)?.filter(moderates);
    Ok(member.map(|member| rows::Wanted {
        resolved: wanted.resolved,
        reporter: wanted.reporter,
        target: wanted.target,
        not_about: kept_from(&member),
    }))
}

/// One report.
///
/// # Errors
/// `NotFound`, the same for none and for whoever does not moderate.
pub async fn one(ctx: &Ctx, viewer: AccountId, id: ReportId) -> Result<Shown> {
    let (report, posts) = ctx
        .store()
        .read(move |conn| {
            let Some(report) = seen(conn, viewer, id)? else {
                return Ok(None);
            };
            let posts = rows::posts(conn, &[id.get()])?;
            Ok(Some((report, posts)))
        })
        .await?
        .ok_or(DomainError::NotFound)?;
    let shown = with_parties(ctx, vec![report], posts).await?;
    shown.into_iter().next().ok_or(DomainError::NotFound)
}

/// The reports of notifications that exist for their owner.
///
/// # Errors
/// Only the store's.
pub async fn briefs(ctx: &Ctx, owner: AccountId, ids: Vec<ReportId>) -> Result<HashMap<ReportId, Brief>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (reports, mut posts) = ctx
        .store()
        .read(move |conn| {
            let Some(member) = members::by_account(conn, owner)? else {
                return Ok((Vec::new(), HashMap::new()));
            };
            let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
            let mut reports = rows::by_ids(conn, &ids)?;
            reports.retain(|report| sees(&member, report));
            Ok((reports, rows::posts(conn, &ids)?))
        })
        .await?;
    let people: Vec<AccountId> = reports.iter().map(|report| report.target).collect();
    let people = accounts::known(ctx, &people).await?;
    Ok(reports
        .into_iter()
        .filter_map(|report| {
            let target = Arc::clone(&people.get(&report.target)?.account);
            let posts = posts.remove(&report.id).unwrap_or_default();
            let posts = posts.into_iter().map(|one| one.post).collect();
            Some((
                report.id,
                Brief {
                    report,
                    posts,
                    target,
                },
            ))
        })
        .collect())
}

async fn with_parties(
    ctx: &Ctx,
    reports: Vec<Report>,
    mut posts: HashMap<ReportId, Vec<ReportedPost>>,
) -> Result<Vec<Shown>> {
    let mut ids: Vec<AccountId> = reports
        .iter()
        .flat_map(|report| {
            [report.reporter, report.target]
                .into_iter()
                .chain(report.assigned)
                .chain(report.settled_by)
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let people = accounts::known(ctx, &ids).await?;
    let party = |id: AccountId| {
        people.get(&id).map(|known| Party {
            account: Arc::clone(&known.account),
            member: known.member.as_deref().cloned(),
        })
    };
    Ok(reports
        .into_iter()
        .filter_map(|report| {
            Some(Shown {
                posts: posts.remove(&report.id).unwrap_or_default(),
                reporter: party(report.reporter)?,
                target: party(report.target)?,
                assigned: report.assigned.and_then(party),
                settled_by: report.settled_by.and_then(party),
                report,
            })
        })
        .collect())
}

/// The posts of reports, by the reports' places: as they are, if `viewer` may see them and they have not changed since they
/// were reported; else as they were, if that is still kept. Files are shown with what is there alone.
///
/// # Errors
/// Only the store's.
pub async fn statuses(ctx: &Ctx, viewer: AccountId, shown: &[Shown]) -> Result<Vec<Vec<PostView>>> {
    let mut ids: Vec<PostId> = shown
        .iter()
        .flat_map(|one| one.posts.iter().map(|post| post.post))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let there = posts::views(ctx, Viewer::Person(viewer), ids).await?;
    let there: HashMap<PostId, PostView> = there.into_iter().map(|view| (view.post.id, view)).collect();
    Ok(shown
        .iter()
        .map(|one| {
            one.posts
                .iter()
                .filter_map(|reported| {
                    let now = there.get(&reported.post).cloned();
                    match &reported.evidence {
                        Some(evidence) if now.as_ref().is_none_or(|now| !same(now, evidence)) => {
                            Some(as_it_was(&one.target.account, reported.post, evidence))
                        }
                        _ => now,
                    }
                })
                .collect()
        })
        .collect())
}

fn same(now: &PostView, then: &Evidence) -> bool {
    now.post.content == then.content && now.post.spoiler == then.spoiler
}

fn as_it_was(author: &Arc<Account>, id: PostId, then: &Evidence) -> PostView {
    let post = Post {
        id,
        account: author.id,
        peer: author.peer,
        uri: then.uri.clone(),
        url: then.url.clone(),
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        in_reply_to_account: None,
        conversation: id,
        content: then.content.clone(),
        source: String::new(),
        spoiler: then.spoiler.clone(),
        sensitive: then.sensitive,
        visibility: then.visibility,
        language: then.language.clone(),
        created_at: then.created_at,
        edited_at: then.edited_at,
        deleted_at: None,
        replies_count: 0,
        boosts_count: 0,
        favourites_count: 0,
        pinned_at: None,
        quote: None,
        quote_policy: QuotePolicy::default(),
        quotes_count: 0,
    };
    PostView {
        body: Arc::new(Body {
            post,
            mentions: Vec::new(),
            tags: Vec::new(),
            files: Vec::new(),
            poll: None,
            reactions: Vec::new(),
            group: None,
        }),
        account: Arc::clone(author),
        boosted: None,
        flags: Flags::default(),
        reacted: Arc::default(),
        quote: None,
    }
}
