//! Polls: what can be chosen in a post, and how often it was.

use crate::Time;

/// The poll of a post. Its id is the post's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// More than one option may be chosen.
    pub multiple: bool,
    /// How often each option was chosen is told at the end only.
    pub hide_totals: bool,
    /// When it ends; a peer's may have no end.
    pub expires_at: Option<Time>,
    /// When it was seen to have ended.
    pub closed_at: Option<Time>,
    /// People who voted; unknown for polls of some software.
    pub voters_count: Option<i64>,
    /// What can be chosen, at most [`Poll::MOST_OPTIONS`].
    pub options: Vec<PollOption>,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOption {
    /// Plain text.
    pub title: String,
    /// How often it was chosen, as far as known here.
    pub votes: i64,
}

impl Poll {
    /// Most options of any poll, a peer's too: what was chosen fits into [`Choices`].
    pub const MOST_OPTIONS: usize = 20;

    /// True once nobody may vote any more.
    #[must_use]
    pub fn is_over(&self, now: Time) -> bool {
        self.closed_at.is_some() || self.expires_at.is_some_and(|end| end <= now)
    }

    /// True while how often each option was chosen is told to nobody.
    #[must_use]
    pub fn hides_totals(&self, now: Time) -> bool {
        self.hide_totals && !self.is_over(now)
    }

    /// The texts of the options.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        self.options.iter().map(|option| option.title.clone()).collect()
    }
}

/// Which options of one poll someone chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choices(u32);

impl Choices {
    /// Adds the option at that position; one that no poll has is left out.
    pub fn add(&mut self, position: usize) {
        if position < Poll::MOST_OPTIONS {
            self.0 |= 1 << position;
        }
    }

    /// True if nothing was chosen.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions, lowest first.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        (0..Poll::MOST_OPTIONS).filter(move |position| self.0 & (1 << position) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_positions() {
        let mut choices = Choices::default();
        assert!(choices.is_empty());
        for position in [7, 0, 7, Poll::MOST_OPTIONS, 19] {
            choices.add(position);
        }
        assert_eq!(choices.positions().collect::<Vec<_>>(), [0, 7, 19]);
    }
}
