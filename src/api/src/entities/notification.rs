//! `Notification`, and the groups of the second version of that API.

use super::emoji::ReactionUrls;
use super::{Account, Faces, Report, Status, reaction_urls, render_statuses, stamp};
use crate::ApiState;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::reports::{self, Brief};
use entrenous_domain::{Result, accounts};
use entrenous_model::{self as model, AccountId, NotificationKind, PostId, ReportId};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many accounts of a group are shown at once.
const SAMPLE: usize = 8;

/// One thing a person is told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Notification {
    /// Local id.
    pub(crate) id: String,
    /// `mention`, `status`, `reblog`, `follow`, `follow_request`, `favourite`, `update`, `poll`, `quote`,
    /// `quoted_update` or `admin.report`; to those who ask for it, `pleroma:emoji_reaction`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The group it belongs to.
    pub(crate) group_key: String,
    /// When.
    pub(crate) created_at: String,
    /// Who did it.
    pub(crate) account: Account,
    /// The post it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Status>,
    /// The report it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<Report>,
    /// The emoji of a reaction, custom ones between colons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emoji: Option<String>,
    /// The picture of a custom emoji.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emoji_url: Option<String>,
}

/// Notifications that belong together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct NotificationGroup {
    /// Names the group.
    pub(crate) group_key: String,
    /// How many are in it, in this answer.
    pub(crate) notifications_count: usize,
    /// As in `Notification`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The newest.
    pub(crate) most_recent_notification_id: String,
    /// The oldest in this answer.
    pub(crate) page_min_id: String,
    /// The newest in this answer.
    pub(crate) page_max_id: String,
    /// When the newest in this answer was made.
    pub(crate) latest_page_notification_at: String,
    /// Some of the people, newest first.
    pub(crate) sample_account_ids: Vec<String>,
    /// The post it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_id: Option<String>,
    /// The report it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<Report>,
}

/// Groups with the accounts and posts they name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupedNotifications {
    /// Accounts named by the groups.
    pub(crate) accounts: Vec<Account>,
    /// Posts named by the groups.
    pub(crate) statuses: Vec<Status>,
    /// The groups, newest first.
    pub(crate) notification_groups: Vec<NotificationGroup>,
}

/// Whose notifications are set aside. Nobody's here: all values are `accept`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct NotificationPolicy {
    /// Of people one does not follow.
    pub(crate) for_not_following: &'static str,
    /// Of people who do not follow.
    pub(crate) for_not_followers: &'static str,
    /// Of new accounts.
    pub(crate) for_new_accounts: &'static str,
    /// Private mentions that answer nothing.
    pub(crate) for_private_mentions: &'static str,
    /// Of accounts limited by moderators.
    pub(crate) for_limited_accounts: &'static str,
    /// Of bots.
    pub(crate) for_bots: &'static str,
    /// What was set aside: nothing.
    pub(crate) summary: PolicySummary,
}

/// How much was set aside.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct PolicySummary {
    /// People waiting.
    pub(crate) pending_requests_count: i64,
    /// Notifications waiting.
    pub(crate) pending_notifications_count: i64,
}

impl Default for NotificationPolicy {
    fn default() -> Self {
        Self {
            for_not_following: "accept",
            for_not_followers: "accept",
            for_new_accounts: "accept",
            for_private_mentions: "accept",
            for_limited_accounts: "accept",
            for_bots: "accept",
            summary: PolicySummary::default(),
        }
    }
}

/// The group a notification belongs to when its kind is grouped: reactions by post, followers by day.
pub(crate) fn group_key(notification: &model::Notification) -> String {
    group_key_of(notification, &NotificationKind::ALL)
}

/// As [`group_key`], grouping only the kinds in `grouped`.
pub(crate) fn group_key_of(notification: &model::Notification, grouped: &[NotificationKind]) -> String {
    let kind = notification.kind;
    match (kind, notification.post) {
        (
            NotificationKind::Favourite | NotificationKind::Reblog | NotificationKind::EmojiReaction,
            Some(post),
        ) if grouped.contains(&kind) => {
            format!("{}-{post}", kind.as_str())
        }
        (NotificationKind::Follow, _) if grouped.contains(&kind) => {
            format!("follow-{}", notification.created_at.format("%Y%m%d"))
        }
        _ => format!("ungrouped-{}", notification.id),
    }
}

/// Everything notifications are about, read at once.
pub(super) struct About {
    accounts: HashMap<AccountId, Arc<model::Account>>,
    statuses: HashMap<PostId, Status>,
    reports: HashMap<ReportId, Brief>,
    /// The emoji of reactions.
    emoji: HashMap<(AccountId, PostId), String>,
    /// Where pictures of these are.
    urls: ReactionUrls,
    faces: Faces,
}

impl About {
    /// Reads the accounts, posts and reports of notifications.
    pub(super) async fn of(
        state: &ApiState,
        owner: AccountId,
        notifications: &[model::Notification],
    ) -> Result<Self> {
        let ctx = state.ctx();
        let (mut people, mut about, mut reported) = (HashSet::new(), HashSet::new(), HashSet::new());
        for notification in notifications {
            people.insert(notification.from);
            about.extend(notification.post);
            reported.extend(notification.report);
        }
        let accounts: HashMap<_, _> = accounts::get_many(ctx, people.into_iter().collect())
            .await?
            .into_iter()
            .map(|account| (account.id, account))
            .collect();
        let views = posts::views(ctx, Viewer::Person(owner), about.into_iter().collect()).await?;
        let statuses = views
            .iter()
            .map(|view| view.post.id)
            .zip(render_statuses(state, owner, &views).await?)
            .collect();
        let reports = reports::briefs(ctx, owner, reported.into_iter().collect()).await?;
        let targets = reports.values().map(|brief| brief.target.as_ref());
        let faces = Faces::of(ctx, accounts.values().map(AsRef::as_ref).chain(targets)).await?;
        let reactions = notifications
            .iter()
            .filter(|one| one.kind == NotificationKind::EmojiReaction)
            .filter_map(|one| Some((one.from, one.post?)))
            .collect();
        let emoji = posts::latest_reactions(ctx, reactions).await?;
        let names: Vec<&str> = emoji.values().map(String::as_str).collect();
        let urls = reaction_urls(ctx, &names).await?;
        Ok(Self {
            accounts,
            statuses,
            reports,
            emoji,
            urls,
            faces,
        })
    }

    /// The report with that id.
    fn report(&self, id: ReportId) -> Option<Report> {
        let brief = self.reports.get(&id)?;
        let target = self.faces.account(&brief.target);
        Some(Report::of(&brief.report, &brief.posts, target))
    }

    /// One notification, if who and what it is about are still there.
    pub(super) fn notification(&self, notification: &model::Notification) -> Option<Notification> {
        let account = self.accounts.get(&notification.from)?;
        let status = match notification.post {
            Some(post) => Some(self.statuses.get(&post)?.clone()),
            None => None,
        };
        let report = match notification.report {
            Some(report) => Some(self.report(report)?),
            None => None,
        };
        let emoji = notification
            .post
            .filter(|_| notification.kind == NotificationKind::EmojiReaction)
            .and_then(|post| self.emoji.get(&(notification.from, post)));
        Some(Notification {
            id: notification.id.to_string(),
            kind: notification.kind.as_str().to_owned(),
            group_key: group_key(notification),
            created_at: stamp(notification.created_at),
            account: self.faces.account(account),
            status,
            report,
            emoji: emoji.map(|name| {
                if name.is_ascii() {
                    format!(":{name}:")
                } else {
                    name.clone()
                }
            }),
            emoji_url: emoji
                .and_then(|name| self.urls.get(name))
                .map(|urls| urls.moving.clone()),
        })
    }
}

impl GroupedNotifications {
    /// Groups notifications (newest first), for their owner.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn of(
        state: &ApiState,
        owner: AccountId,
        notifications: &[model::Notification],
        grouped: &[NotificationKind],
    ) -> Result<Self> {
        let about = About::of(state, owner, notifications).await?;
        let mut answer = Self {
            accounts: Vec::new(),
            statuses: Vec::new(),
            notification_groups: Vec::new(),
        };
        let mut position: HashMap<String, usize> = HashMap::new();
        let (mut people, mut named) = (HashSet::new(), HashSet::new());
        for notification in notifications {
            let Some(account) = about.accounts.get(&notification.from) else {
                continue;
            };
            if let Some(post) = notification.post {
                let Some(status) = about.statuses.get(&post) else {
                    continue;
                };
                if named.insert(post) {
                    answer.statuses.push(status.clone());
                }
            }
            let report = match notification.report.map(|id| about.report(id)) {
                Some(None) => continue,
                report => report.flatten(),
            };
            let key = group_key_of(notification, grouped);
            let known = position
                .get(&key)
                .and_then(|at| answer.notification_groups.get_mut(*at));
            let in_sample = match known {
                Some(group) => group.add(notification),
                None => {
                    position.insert(key.clone(), answer.notification_groups.len());
                    answer
                        .notification_groups
                        .push(NotificationGroup::begin(key, notification, report));
                    true
                }
            };
            if in_sample && people.insert(account.id) {
                answer.accounts.push(about.faces.account(account));
            }
        }
        Ok(answer)
    }
}

impl NotificationGroup {
    fn begin(group_key: String, notification: &model::Notification, report: Option<Report>) -> Self {
        let id = notification.id.to_string();
        Self {
            group_key,
            notifications_count: 1,
            kind: notification.kind.as_str().to_owned(),
            most_recent_notification_id: id.clone(),
            page_min_id: id.clone(),
            page_max_id: id,
            latest_page_notification_at: stamp(notification.created_at),
            sample_account_ids: vec![notification.from.to_string()],
            status_id: notification.post.map(|post| post.to_string()),
            report,
        }
    }

    /// Adds an older one; true if its account is shown.
    fn add(&mut self, notification: &model::Notification) -> bool {
        self.notifications_count += 1;
        self.page_min_id = notification.id.to_string();
        let from = notification.from.to_string();
        if self.sample_account_ids.contains(&from) {
            return false;
        }
        let shown = self.sample_account_ids.len() < SAMPLE;
        if shown {
            self.sample_account_ids.push(from);
        }
        shown
    }
}
