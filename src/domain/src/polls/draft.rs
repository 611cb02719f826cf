//! From what someone asked for to a poll that can be stored.

use super::{MAX_EXPIRATION, MAX_OPTION_CHARS, MAX_OPTIONS, MIN_EXPIRATION};
use crate::{DomainError, Result};
use chrono::TimeDelta;
use entrenous_model::{Poll, PollOption, Time};
use std::collections::HashSet;

/// The highest count that a peer is believed.
const MOST_VOTES: i64 = 1_000_000_000;

/// A poll to make, or what one is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPoll {
    /// What can be chosen, plain text.
    pub options: Vec<String>,
    /// More than one may be chosen.
    pub multiple: bool,
    /// How often each was chosen is told at the end only.
    pub hide_totals: bool,
    /// When it ends.
    pub end: End,
    /// What only a peer's poll has.
    pub told: Option<Told>,
}

/// When a poll ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Seconds from now, within the bounds of this node.
    In(i64),
    /// Then: a peer's, or one that stays as it is.
    At(Option<Time>),
}

/// What a poll's own node says came of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Votes for each option, `None` where they are not told.
    pub votes: Vec<Option<i64>>,
    /// People who voted.
    pub voters: Option<i64>,
    /// When it was closed.
    pub closed: Option<Time>,
}

/// The poll that is stored; a peer's with the counts it tells.
///
/// # Errors
/// `Invalid` for a local poll beyond the bounds.
pub(crate) fn prepare(new: NewPoll, now: Time) -> Result<Option<Poll>> {
    match new.told.clone() {
        Some(told) => Ok(theirs(new, &told)),
        None => ours(&new, now).map(Some),
    }
}

fn ours(new: &NewPoll, now: Time) -> Result<Poll> {
    let mut titles: Vec<String> = new.options.iter().map(|title| one_line(title)).collect();
    // Forms send the field that is still empty.
    while titles.last().is_some_and(String::is_empty) {
        titles.pop();
    }
    let invalid = |text: String| Err(DomainError::Invalid(text));
    if titles.len() < 2 {
        return invalid("Options must have more than one item".to_owned());
    }
    if titles.len() > MAX_OPTIONS {
        return invalid(format!("Options can't contain more than {MAX_OPTIONS} items"));
    }
    if titles.iter().any(String::is_empty) {
        return invalid("Options can't be blank".to_owned());
    }
    if titles
        .iter()
        .any(|title| title.chars().count() > MAX_OPTION_CHARS)
    {
        return invalid(format!(
            "Options cannot be longer than {MAX_OPTION_CHARS} characters each"
        ));
    }
    if titles.iter().collect::<HashSet<_>>().len() < titles.len() {
        return invalid("Options contain duplicate items".to_owned());
    }
    let expires_at = match new.end {
        End::At(at) => at,
        End::In(seconds) if seconds < MIN_EXPIRATION => {
            return invalid("Expires at is too soon".to_owned());
        }
        End::In(seconds) if seconds > MAX_EXPIRATION => {
            return invalid("Expires at is too far into the future".to_owned());
        }
        End::In(seconds) => Some(now + TimeDelta::seconds(seconds)),
    };
    Ok(Poll {
        multiple: new.multiple,
        hide_totals: new.hide_totals,
        expires_at,
        closed_at: None,
        voters_count: Some(0),
        options: titles
            .into_iter()
            .map(|title| PollOption { title, votes: 0 })
            .collect(),
    })
}

/// Nothing for a question without options: it is a post.
fn theirs(new: NewPoll, told: &Told) -> Option<Poll> {
    let believed = |count: i64| count.clamp(0, MOST_VOTES);
    let options: Vec<PollOption> = new
        .options
        .into_iter()
        .take(Poll::MOST_OPTIONS)
        .enumerate()
        .map(|(at, title)| PollOption {
            title,
            votes: believed(told.votes.get(at).copied().flatten().unwrap_or(0)),
        })
        .collect();
    let End::At(expires_at) = new.end else { return None };
    (!options.is_empty()).then(|| Poll {
        multiple: new.multiple,
        hide_totals: new.hide_totals,
        expires_at,
        closed_at: told.closed,
        voters_count: told.voters.map(believed),
        options,
    })
}

/// An option as typed, in one line.
fn one_line(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    kept.trim().to_owned()
}
