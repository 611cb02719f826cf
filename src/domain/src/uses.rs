//! When tokens and browser sessions were last used, and by what program.
//!
//! Kept in memory and written down together, a minute after the first of them at the next use: a request must not cost a
//! write. What a process had not written when it ended is forgotten.

use crate::{Ctx, DomainError};
use chrono::TimeDelta;
use entrenous_model::{SessionId, Time, TokenId};
use entrenous_store as store;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Uses that wait; beyond that they are written down at once.
const MOST: usize = 2_000;
/// Longest name of a program kept, in characters.
const NAME: usize = 200;

/// What lets someone in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A client's token.
    Token(TokenId),
    /// A browser.
    Session(SessionId),
}

/// The last use of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// When.
    pub(crate) at: Time,
    /// What the program calls itself.
    pub(crate) by: String,
}

#[derive(Default)]
struct Waiting {
    since: Option<Time>,
    uses: HashMap<Entry, Use>,
}

/// Uses that were not written down yet.
#[derive(Default)]
pub(crate) struct Uses(Mutex<Waiting>);

impl Uses {
    pub(crate) fn last(&self, entry: Entry) -> Option<Use> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.uses.get(&entry).cloned()
    }

    /// Notes a use; gives those that are due to be written down.
    fn note(&self, entry: Entry, at: Time, by: &str) -> Option<HashMap<Entry, Use>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.uses.get_mut(&entry) {
            Some(known) if known.by == by => known.at = at,
            _ => {
                let by = by.to_owned();
                waiting.uses.insert(entry, Use { at, by });
            }
        }
        let since = *waiting.since.get_or_insert(at);
        let due = at - since >= TimeDelta::minutes(1) || waiting.uses.len() >= MOST;
        due.then(|| {
            waiting.since = None;
            std::mem::take(&mut waiting.uses)
        })
    }
}

/// Notes that something was used just now by the program that calls itself `by`.
pub fn note(ctx: &Ctx, entry: Entry, by: &str) {
    let by = by.split(char::is_control).next().unwrap_or_default();
    let end = by.char_indices().nth(NAME).map_or(by.len(), |(end, _)| end);
    let by = by.get(..end).unwrap_or_default();
    let Some(due) = ctx.caches().uses().note(entry, ctx.now(), by) else {
        return;
    };
    let ctx = ctx.clone();
    tokio::spawn(async move {
        let written = ctx.store().write(move |tx| {
            for (entry, Use { at, by }) in due {
                match entry {
                    Entry::Token(id) => store::tokens::used(tx, id, at, &by)?,
                    Entry::Session(id) => store::sessions::used(tx, id, at)?,
                }
            }
            Ok::<_, DomainError>(())
        });
        // Nothing depends on it.
        if let Err(error) = written.await {
            tracing::debug!(%error, "the last uses of tokens were not written down");
        }
    });
}
