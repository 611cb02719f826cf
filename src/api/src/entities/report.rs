//! `Report`: what the one who reports, and a notification, are told of a report.

use super::{Account, stamp};
use entrenous_model::{self as model, PostId};
use schemars::JsonSchema;
use serde::Serialize;

/// What somebody said is wrong with an account or with its posts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// Local id.
    pub(crate) id: String,
    /// It was resolved.
    pub(crate) action_taken: bool,
    /// When it was resolved.
    pub(crate) action_taken_at: Option<String>,
    /// `spam`, `legal`, `violation` or `other`.
    pub(crate) category: &'static str,
    /// What is wrong, plain text.
    pub(crate) comment: String,
    /// The node of the account was told.
    pub(crate) forwarded: bool,
    /// When it was made.
    pub(crate) created_at: String,
    /// The posts it is about.
    pub(crate) status_ids: Vec<String>,
    /// The house rules it names.
    pub(crate) rule_ids: Vec<String>,
    /// Who is reported.
    pub(crate) target_account: Account,
}

impl Report {
    /// Of a report with its posts, about that account.
    pub(crate) fn of(report: &model::Report, posts: &[PostId], target: Account) -> Self {
        Self {
            id: report.id.to_string(),
            action_taken: report.settled_at.is_some(),
            action_taken_at: report.settled_at.map(stamp),
            category: report.category.as_str(),
            comment: report.comment.clone(),
            forwarded: report.forwarded,
            created_at: stamp(report.created_at),
            status_ids: posts.iter().map(ToString::to_string).collect(),
            rule_ids: report.rules.iter().map(|rule| rule.id.clone()).collect(),
            target_account: target,
        }
    }
}
