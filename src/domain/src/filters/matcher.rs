//! Finding many keywords in a text at once, in time linear in the text.

use super::fold::folded;
use crate::{DomainError, Result};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::HashMap;

/// How a pattern is used by one keyword. The same pattern may be many people's favourite: it is looked for once.
struct Use {
    /// The keyword's place among those given.
    keyword: usize,
    /// No word may reach across the beginning.
    begins: bool,
    /// No word may reach across the end.
    ends: bool,
}

/// Keywords, compiled.
pub(super) struct Matcher {
    automaton: AhoCorasick,
    /// By pattern.
    uses: Vec<Vec<Use>>,
    keywords: usize,
}

/// A character of a word, as Unicode has it for regular expressions (UTS 18, annex C).
fn of_word(c: char) -> bool {
    regex_syntax::try_is_word_character(c).unwrap_or_else(|_| c.is_alphanumeric())
}

impl Matcher {
    /// Compiles keywords, each with whether it is a whole word. `None` if there are none.
    ///
    /// # Errors
    /// `Internal` if they are too many to be compiled, which the bounds of filters prevent.
    pub(super) fn new<'a>(keywords: impl Iterator<Item = (&'a str, bool)>) -> Result<Option<Self>> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut uses: Vec<Vec<Use>> = Vec::new();
        let mut count = 0;
        for (number, (keyword, whole_word)) in keywords.enumerate() {
            count = number + 1;
            let pattern = folded(keyword);
            if pattern.is_empty() {
                continue;
            }
            let used = Use {
                keyword: number,
                // As Mastodon: a boundary is only where the keyword begins or ends with a character of a word.
                begins: whole_word && pattern.chars().next().is_some_and(of_word),
                ends: whole_word && pattern.chars().next_back().is_some_and(of_word),
            };
            let place = *places.entry(pattern).or_insert(uses.len());
            match uses.get_mut(place) {
                Some(known) => known.push(used),
                None => uses.push(vec![used]),
            }
        }
        if uses.is_empty() {
            return Ok(None);
        }
        let mut patterns: Vec<(String, usize)> = places.into_iter().collect();
        patterns.sort_by_key(|(_, place)| *place);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // Small: there is one for each person who is here.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.iter().map(|(pattern, _)| pattern))
            .map_err(DomainError::internal)?;
        Ok(Some(Self {
            automaton,
            uses,
            keywords: count,
        }))
    }

    /// Which of the keywords are in a folded text, by their places, in order.
    pub(super) fn found(&self, text: &str) -> Vec<usize> {
        let mut found = vec![false; self.keywords];
        for one in self.automaton.find_overlapping_iter(text) {
            let Some(uses) = self.uses.get(one.pattern().as_usize()) else {
                continue;
            };
            for used in uses {
                let Some(known) = found.get_mut(used.keyword).filter(|known| !**known) else {
                    continue;
                };
                let before = || text.get(..one.start()).and_then(|text| text.chars().next_back());
                let after = || text.get(one.end()..).and_then(|text| text.chars().next());
                let inside = (used.begins && before().is_some_and(of_word))
                    || (used.ends && after().is_some_and(of_word));
                *known = !inside;
            }
        }
        found
            .into_iter()
            .enumerate()
            .filter_map(|(place, known)| known.then_some(place))
            .collect()
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        self.automaton.memory_usage()
            + self
                .uses
                .iter()
                .map(|uses| size_of::<Vec<Use>>() + size_of::<Use>() * uses.len())
                .sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(keywords: &[(&str, bool)], text: &str) -> Vec<usize> {
        let matcher = Matcher::new(keywords.iter().copied()).unwrap().unwrap();
        matcher.found(&folded(text))
    }

    #[test]
    fn whole_words_and_parts() {
        assert_eq!(found(&[("cat", true), ("cat", false)], "a Cat, a dog"), [0, 1]);
        assert_eq!(found(&[("cat", true), ("cat", false)], "concatenate"), [1]);
        // Inside a longer word first, then alone.
        assert_eq!(found(&[("cat", true)], "cats and the CAT"), [0]);
        assert_eq!(found(&[("cat", true)], "cat_1 scat cat2"), [0; 0]);
    }

    #[test]
    fn words_of_any_script() {
        assert_eq!(found(&[("été", true)], "L\u{2019}ÉTÉ, enfin"), [0]);
        assert_eq!(found(&[("t", true)], "été"), [0; 0]);
        assert_eq!(found(&[("кот", true)], "Кот. Котёл"), [0]);
        assert_eq!(found(&[("кот", true)], "котёл"), [0; 0]);
        // A mark belongs to the word it stands in.
        assert_eq!(found(&[("कम", true)], "कम्पनी"), [0; 0]);
        assert_eq!(found(&[("猫", false)], "黒猫です"), [0]);
        assert_eq!(found(&[("ΟΔΌΣ", true)], "οδός"), [0]);
    }

    #[test]
    fn a_boundary_is_only_at_a_word() {
        assert_eq!(found(&[("#lyon", true)], "a#Lyon!"), [0]);
        assert_eq!(found(&[("#lyon", true)], "#lyonnais"), [0; 0]);
        assert_eq!(found(&[("c++", true)], "c++17"), [0]);
        assert_eq!(found(&[("c++", true)], "xc++"), [0; 0]);
        assert_eq!(found(&[("\u{1f4a9}", true)], "x\u{1f4a9}y"), [0]);
    }

    #[test]
    fn phrases_over_any_space() {
        assert_eq!(found(&[("mot  clé", true)], "Mot\u{a0}\nClé"), [0]);
    }

    #[test]
    fn each_is_found_though_one_is_in_another() {
        let all = [
            ("she", false),
            ("he", false),
            ("hers", true),
            ("HE", true),
            ("x", false),
        ];
        assert_eq!(found(&all, "ushers"), [0, 1]);
        assert_eq!(found(&all, "he: hers"), [1, 2, 3]);
        assert!(
            Matcher::new(std::iter::once(("\u{ad}", false)))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_looks_like_an_expression_is_text() {
        assert_eq!(
            found(&[(".*", false), ("[a", true), ("\\d", false)], "abc 1"),
            [0; 0]
        );
        assert_eq!(found(&[(".*", false), ("[a", true)], "x.*[A]"), [0, 1]);
    }

    /// The most that the bounds of filters let through, on the worst text.
    #[test]
    fn the_worst_is_bounded() {
        let keywords: Vec<String> = (1..=310).map(|n| "a".repeat(n)).collect();
        let matcher = Matcher::new(keywords.iter().map(|one| (one.as_str(), false)))
            .unwrap()
            .unwrap();
        assert!(matcher.weight() < 4 << 20, "{}", matcher.weight());
        assert_eq!(matcher.found(&"a".repeat(5_000)).len(), 310);
    }
}
