//! A post that is to be published later: what can be known of it before.

use super::{
    Draft, Files, ReplyTo, attachments, gate,
    gate::Rights,
    prepare::{Ready, prepare},
    publish::parent,
};
use crate::polls::{End, NewPoll};
use crate::quotes::Quoting;
use crate::work::Work;
use crate::{Ctx, DomainError, Result, Via, groups, quotes};
use entrenous_model::{
    AccountId, AppId, GroupId, QuoteChoice, QuotePolicy, ScheduledParams, ScheduledPoll, Visibility,
};

/// A local draft that could be published now.
pub(crate) struct Ahead {
    ready: Ready,
    poll: Option<NewPoll>,
    quote_choice: Option<QuoteChoice>,
}

impl Ahead {
    /// Checks what needs no transaction.
    ///
    /// # Errors
    /// As [`super::publish`].
    pub(crate) async fn of(ctx: &Ctx, author: AccountId, draft: Draft) -> Result<Self> {
        let poll = draft.poll.clone();
        let quote_choice = draft.quote_policy.map(QuotePolicy::choice);
        Ok(Self {
            ready: prepare(ctx, author, draft).await?,
            poll,
            quote_choice,
        })
    }

    /// Checks that its author could publish it now, but for the files ([`super::reserve`]). The group that it would stand in.
    ///
    /// # Errors
    /// As [`super::publish`].
    pub(crate) fn check(&self, tx: &mut Work<'_>, author: AccountId) -> Result<Option<GroupId>> {
        let person = gate::actor(tx, &Via::Local, author)?;
        let ready = &self.ready;
        let parent = parent(tx, Rights::Local, &person, ready)?;
        let group = groups::of_new(tx, &person, &ready.asked(), parent.post())?;
        let visibility = if group.is_some() {
            Visibility::Group
        } else {
            ready.visibility
        };
        quotes::aim(
            tx,
            Rights::Local,
            &person,
            ready.quote.as_ref(),
            (visibility, group),
            &ready.addressed,
        )?;
        if self.poll.is_some() && !self.files().is_empty() {
            return Err(DomainError::invalid("A poll cannot be combined with files"));
        }
        Ok(group)
    }

    /// What is kept of it, with the group that [`Ahead::check`] found: when it is due, what its text mentions may be no group any
    /// more, or none that its author may know of, and it is for nobody else.
    pub(crate) fn params(&self, app: Option<AppId>, group: Option<GroupId>) -> ScheduledParams {
        let ready = &self.ready;
        ScheduledParams {
            text: ready.source.clone(),
            spoiler: ready.spoiler.clone(),
            sensitive: ready.sensitive,
            visibility: ready.visibility,
            language: ready.language.clone(),
            in_reply_to: match ready.reply_to {
                ReplyTo::Post(id) => Some(id),
                ReplyTo::None | ReplyTo::Uri(_) => None,
            },
            poll: self
                .poll
                .as_ref()
                .zip(ready.poll.as_ref())
                .map(|(asked, poll)| ScheduledPoll {
                    options: poll.titles(),
                    seconds: match asked.end {
                        End::In(seconds) => seconds,
                        End::At(_) => 0,
                    },
                    multiple: poll.multiple,
                    hide_totals: poll.hide_totals,
                }),
            quoted: match ready.quote {
                Some(Quoting::Post(id)) => Some(id),
                Some(Quoting::Uri { .. }) | None => None,
            },
            quote_choice: self.quote_choice,
            group,
            app,
        }
    }

    /// The files it is to have.
    pub(crate) fn files(&self) -> &[attachments::Chosen] {
        match &self.ready.files {
            Files::These(files) => files,
            Files::Keep | Files::Remote(_) => &[],
        }
    }
}
