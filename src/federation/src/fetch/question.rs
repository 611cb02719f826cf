//! Polls of peers, as the domain takes them.

use crate::vocabulary::{Closed, Question};
use entrenous_domain::polls::{End, NewPoll, Told};
use entrenous_model::Time;

/// The poll of a question. Where no count is told, its node hides them until the end.
pub(super) fn poll(question: &Question, now: Time) -> NewPoll {
    let (end, closed) = match question.closed {
        Closed::No => (question.end, None),
        Closed::Yes => (question.end, Some(question.end.unwrap_or(now).min(now))),
        Closed::At(at) if at > now => (question.end.or(Some(at)), None),
        Closed::At(at) => (question.end.or(Some(at)), Some(at)),
    };
    let votes: Vec<Option<i64>> = question.options.iter().map(|(_, votes)| *votes).collect();
    NewPoll {
        options: question.options.iter().map(|(title, _)| title.clone()).collect(),
        multiple: question.multiple,
        hide_totals: votes.iter().all(Option::is_none),
        end: End::At(end),
        told: Some(Told {
            votes,
            voters: question.voters,
            closed,
        }),
    }
}
