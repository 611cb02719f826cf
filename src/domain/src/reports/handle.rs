//! What those who moderate do with a report.

use super::{line, rules_of, seen};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Report, ReportCategory, ReportId};
use entrenous_store::{accounts, reports as rows};

/// What is to be changed: `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What is wrong.
    pub category: Option<ReportCategory>,
    /// Ids of house rules.
    pub rules: Option<Vec<String>>,
}

/// Changes what a report is said to be about. House rules that are named make it a [`ReportCategory::Violation`]; another
/// category names none.
///
/// # Errors
/// `NotFound` as [`super::one`]; `Invalid` for rules that there are not.
pub async fn change(ctx: &Ctx, by: AccountId, id: ReportId, change: Change) -> Result<()> {
    let rules = match &change.rules {
        Some(ids) => Some(rules_of(ctx, ids)?),
        None => None,
    };
    act(ctx, by, id, "report.changed", move |tx, report| {
        let named = rules.clone().filter(|rules| !rules.is_empty());
        let category = match (&named, change.category) {
            (Some(_), _) => ReportCategory::Violation,
            (None, Some(category)) => category,
            (None, None) => report.category,
        };
        let rules = match (category, &rules) {
            (ReportCategory::Violation, Some(rules)) => rules.clone(),
            (ReportCategory::Violation, None) => report.rules.clone(),
            _ => Vec::new(),
        };
        let now = tx.now();
        if (category, &rules) == (report.category, &report.rules) {
            return Ok(false);
        }
        rows::categorise(tx, report.id, category, &rules, now)?;
        Ok(true)
    })
    .await
}

/// `by` looks after a report.
///
/// # Errors
/// `NotFound` as [`super::one`].
pub async fn assign(ctx: &Ctx, by: AccountId, id: ReportId) -> Result<()> {
    act(ctx, by, id, "report.assigned", move |tx, report| {
        if report.assigned == Some(by) {
            return Ok(false);
        }
        let now = tx.now();
        rows::assign(tx, report.id, Some(by), now)?;
        Ok(true)
    })
    .await
}

/// Nobody looks after a report any more.
///
/// # Errors
/// `NotFound` as [`super::one`].
pub async fn unassign(ctx: &Ctx, by: AccountId, id: ReportId) -> Result<()> {
    act(ctx, by, id, "report.unassigned", |tx, report| {
        if report.assigned.is_none() {
            return Ok(false);
        }
        let now = tx.now();
        rows::assign(tx, report.id, None, now)?;
        Ok(true)
    })
    .await
}

/// A report is resolved. One that is stays as it is: who resolved it first, and when.
///
/// # Errors
/// `NotFound` as [`super::one`].
pub async fn resolve(ctx: &Ctx, by: AccountId, id: ReportId) -> Result<()> {
    act(ctx, by, id, "report.resolved", move |tx, report| {
        let now = tx.now();
        Ok(rows::settle(tx, report.id, Some(by), now)?)
    })
    .await
}

/// A report is open again.
///
/// # Errors
/// `NotFound` as [`super::one`].
pub async fn reopen(ctx: &Ctx, by: AccountId, id: ReportId) -> Result<()> {
    act(ctx, by, id, "report.reopened", |tx, report| {
        let now = tx.now();
        Ok(rows::settle(tx, report.id, None, now)?)
    })
    .await
}

/// One transaction, with its line in the audit trail if `f` says that it changed something.
async fn act<F>(ctx: &Ctx, by: AccountId, id: ReportId, action: &'static str, f: F) -> Result<()>
where
    F: Fn(&mut Work<'_>, &Report) -> Result<bool> + Send + Sync + 'static,
{
    work::write(ctx, move |tx| {
        let report = seen(tx, by, id)?.ok_or(DomainError::NotFound)?;
        let who = accounts::by_id(tx, by)?.ok_or(DomainError::NotFound)?;
        if f(tx, &report)? {
            line(tx, &who.username, action, &report)?;
        }
        Ok(())
    })
    .await
}
