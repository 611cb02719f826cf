//! What may be written of a filter.

use super::fold::folded;
use crate::work::Work;
use crate::{DomainError, Result};
use entrenous_model::{AccountId, FilterContext, FilterContexts, FilterId, Time};
use entrenous_store::filters as rows;

/// Filters of one person.
const FILTERS: usize = 100;
/// Keywords of one filter.
const KEYWORDS: usize = 200;
/// Single posts in one filter.
pub(super) const STATUSES: usize = 200;
/// Longest title, in characters.
const TITLE: usize = 255;
/// Longest keyword, in characters.
const KEYWORD: usize = 512;
/// All keywords of one person together, in characters: what they are compiled to stays below a few MiB.
const CHARACTERS: usize = 50_000;
/// The furthest end, in seconds: a hundred years.
const FURTHEST: i64 = 100 * 365 * 24 * 60 * 60;

pub(super) fn title(title: &str) -> Result<String> {
    line(title, "Title", "a title", TITLE)
}

pub(super) fn keyword(keyword: &str) -> Result<String> {
    let keyword = line(keyword, "Keyword", "a keyword", KEYWORD)?;
    if folded(&keyword).trim().is_empty() {
        return Err(DomainError::invalid("Keyword can't be blank"));
    }
    Ok(keyword)
}

fn line(text: &str, name: &str, what: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DomainError::invalid(format!("{name} can't be blank")));
    }
    if text.chars().count() > most {
        return Err(DomainError::invalid(format!(
            "{what} has at most {most} characters"
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(DomainError::invalid(format!("{what} is one line of text")));
    }
    Ok(text.to_owned())
}

/// The places by their names; empty names, which forms send, are left out.
pub(super) fn contexts(names: &[String]) -> Result<FilterContexts> {
    let contexts: FilterContexts = names
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
        .map(str::parse::<FilterContext>)
        .collect::<std::result::Result<_, _>>()
        .map_err(DomainError::invalid)?;
    if contexts.is_empty() {
        return Err(DomainError::invalid("Context can't be blank"));
    }
    Ok(contexts)
}

/// The moment so many seconds from now.
pub(super) fn end(now: Time, seconds: Option<i64>) -> Result<Option<Time>> {
    let Some(seconds) = seconds else { return Ok(None) };
    if !(1..=FURTHEST).contains(&seconds) {
        return Err(DomainError::invalid(
            "expires_in is a number of seconds, from 1 to a hundred years",
        ));
    }
    Ok(now.checked_add_signed(chrono::Duration::seconds(seconds)))
}

/// Whether one more filter may be.
pub(super) fn room(tx: &mut Work<'_>, owner: AccountId) -> Result<()> {
    if rows::of(tx, owner)?.len() >= FILTERS {
        return Err(DomainError::invalid("a person has at most 100 filters"));
    }
    Ok(())
}

/// Whether the keywords, as they are in this transaction now, may be so many.
pub(super) fn size(tx: &mut Work<'_>, owner: AccountId, filter: FilterId) -> Result<()> {
    let all = rows::keywords(tx, owner, None)?;
    if all.iter().filter(|one| one.filter == filter).count() > KEYWORDS {
        return Err(DomainError::invalid("a filter has at most 200 keywords"));
    }
    if all.iter().map(|one| one.keyword.chars().count()).sum::<usize>() > CHARACTERS {
        return Err(DomainError::invalid(
            "all keywords of a person together have at most 50,000 characters",
        ));
    }
    Ok(())
}
