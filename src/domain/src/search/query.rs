//! What someone typed to find posts: words, `"words in sequence"`, hashtags, operators such as `from:ada`, and what must not
//! be. Nothing that can be typed is an error: what is no operator is words.

use chrono::{Days, NaiveDate, NaiveTime};
use entrenous_model::Time;
use entrenous_store::search::{Has, Term};

/// Words, sequences and hashtags that are looked for.
const TEXTS: usize = 10;
/// Operators that are heard.
const OPERATORS: usize = 20;
/// People of `from:`, who must be looked up.
const PEOPLE: usize = 5;

/// A query that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) must: Vec<Term>,
    pub(super) not: Vec<Term>,
    /// Handles of `from:`, one of which must be the author's; `me` is the one who asks.
    pub(super) from: Vec<String>,
    /// Of `-from:`.
    pub(super) not_from: Vec<String>,
    /// `in:library`.
    pub(super) library: bool,
    /// Not written before this.
    pub(super) since: Option<Time>,
    /// Written before this.
    pub(super) until: Option<Time>,
}

/// A part of a query.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    not: bool,
    key: Option<String>,
    text: String,
    /// In quotes: no operator and no hashtag.
    quoted: bool,
}

const KEYS: [&str; 8] = ["from", "in", "before", "after", "during", "has", "is", "language"];

/// What closes a quotation.
const fn closing(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '“' | '„' => Some('”'),
        '«' => Some('»'),
        _ => None,
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let bare = rest.strip_prefix('-').filter(|bare| {
            let next = bare.chars().next();
            next.is_some_and(|next| !next.is_whitespace() && next != '-')
        });
        let not = bare.is_some();
        let start = bare.unwrap_or(rest);
        let (key, value) = match start.split_once(':') {
            Some((key, value)) if KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)) => {
                (Some(key.to_lowercase()), value)
            }
            _ => (None, start),
        };
        let open = value.chars().next().and_then(|open| Some((open, closing(open)?)));
        let (text, behind, quoted) = match open {
            Some((open, close)) => {
                let inside = value.strip_prefix(open).unwrap_or_default();
                let (text, behind) = inside.split_once(close).unwrap_or((inside, ""));
                (text, behind, true)
            }
            None => {
                let (text, behind) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
                (text, behind, false)
            }
        };
        found.push(Piece {
            not,
            key,
            text: text.trim().to_owned(),
            quoted,
        });
        rest = behind.trim_start();
    }
    found
}

/// The beginning of a day (UTC), and that of the next one.
fn day(text: &str) -> Option<(Time, Time)> {
    if text.len() != 10 {
        return None;
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    Some((start(day), start(day.checked_add_days(Days::new(1))?)))
}

fn has(what: &str) -> Option<Has> {
    Some(match what {
        "media" => Has::Media,
        "image" => Has::Image,
        "video" => Has::Video,
        "audio" => Has::Audio,
        "file" => Has::File,
        "poll" => Has::Poll,
        "link" => Has::Link,
        _ => return None,
    })
}

/// A language tag, by the look of its first part.
fn language(tag: &str) -> Option<String> {
    let primary = tag.split('-').next().unwrap_or_default();
    let fine = (2..=8).contains(&primary.len()) && primary.chars().all(|c| c.is_ascii_alphabetic());
    fine.then(|| primary.to_owned())
}

impl Query {
    /// Reads what was typed.
    pub(super) fn read(text: &str) -> Self {
        let mut query = Self::default();
        let mut languages = Vec::new();
        let (mut texts, mut operators) = (0, 0);
        for piece in pieces(text) {
            let operator =
                piece.key.is_some() && operators < OPERATORS && query.operator(&piece, &mut languages);
            if operator {
                operators += 1;
            } else if texts < TEXTS && (piece.key.is_some() || piece.text.chars().any(char::is_alphanumeric))
            {
                texts += 1;
                query.text(piece);
            }
        }
        if !languages.is_empty() {
            query.must.push(Term::Language(languages));
        }
        query
    }

    /// Whether the piece is one.
    fn operator(&mut self, piece: &Piece, languages: &mut Vec<String>) -> bool {
        let value = piece.text.to_lowercase();
        let term = match (piece.key.as_deref().unwrap_or_default(), value.as_str()) {
            ("from", handle) => {
                let handle = handle.trim_start_matches('@');
                let people = if piece.not {
                    &mut self.not_from
                } else {
                    &mut self.from
                };
                if handle.is_empty() || people.len() >= PEOPLE {
                    return false;
                }
                people.push(handle.to_owned());
                return true;
            }
            ("has", what) => has(what).map(Term::Has),
            ("is", "reply") => Some(Term::Reply),
            ("is", "sensitive") => Some(Term::Sensitive),
            ("language", tag) => match language(tag) {
                Some(tag) if !piece.not => {
                    languages.push(tag);
                    return true;
                }
                tag => tag.map(|tag| Term::Language(vec![tag])),
            },
            ("in", place) if !piece.not => match place {
                "all" => return true,
                "library" => {
                    self.library = true;
                    return true;
                }
                "public" => Some(Term::Public),
                _ => None,
            },
            (when @ ("before" | "after" | "during"), date) if !piece.not => {
                let Some((start, end)) = day(date) else {
                    return false;
                };
                let (since, until) = match when {
                    "before" => (None, Some(start)),
                    "after" => (Some(end), None),
                    _ => (Some(start), Some(end)),
                };
                self.since = self.since.max(since);
                self.until = [self.until, until].into_iter().flatten().min();
                return true;
            }
            _ => None,
        };
        let Some(term) = term else { return false };
        let terms = if piece.not { &mut self.not } else { &mut self.must };
        terms.push(term);
        true
    }

    fn text(&mut self, piece: Piece) {
        let Piece {
            not,
            key,
            text,
            quoted,
        } = piece;
        let tag = text
            .strip_prefix('#')
            .filter(|tag| !quoted && key.is_none() && is_tag(tag));
        let term = match (tag, key) {
            (Some(tag), _) => Term::Tag(tag.to_owned()),
            (None, Some(key)) => Term::Text(format!("{key} {text}")),
            (None, None) => Term::Text(text),
        };
        let terms = if not { &mut self.not } else { &mut self.must };
        terms.push(term);
    }
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty()
        && tag
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '·' | '・'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Term {
        Term::Text(text.to_owned())
    }

    fn must(terms: &[Term]) -> Query {
        Query {
            must: terms.to_vec(),
            ..Query::default()
        }
    }

    fn at(text: &str) -> Option<Time> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn words_sequences_and_hashtags() {
        for (typed, expected) in [
            ("", must(&[])),
            ("  un   deux ", must(&[text("un"), text("deux")])),
            ("\"un deux\"", must(&[text("un deux")])),
            (
                "« un deux » “trois  quatre”",
                must(&[text("un deux"), text("trois  quatre")]),
            ),
            ("\"un deux", must(&[text("un deux")])),
            ("\\ \"\" '' ( ) * \"! ?\"", must(&[])),
            ("un\"deux trois", must(&[text("un\"deux"), text("trois")])),
            ("#Été_2026 #", must(&[Term::Tag("Été_2026".to_owned())])),
            ("\"#été\" #a+b", must(&[text("#été"), text("#a+b")])),
            (
                "C++ e-mail 10:30 https://x.example",
                must(&[
                    text("C++"),
                    text("e-mail"),
                    text("10:30"),
                    text("https://x.example"),
                ]),
            ),
        ] {
            assert_eq!(Query::read(typed), expected, "{typed}");
        }
        let not = Query {
            must: vec![text("un")],
            not: vec![
                text("deux"),
                text("trois quatre"),
                Term::Tag("cinq".to_owned()),
                Term::Reply,
            ],
            ..Query::default()
        };
        assert_eq!(
            Query::read("un -deux -\"trois quatre\" -#cinq - -- -is:reply"),
            not
        );
    }

    #[test]
    fn operators() {
        let read = Query::read(
            "from:me FROM:@Ada from:zoe@There.example -from:bob has:image Has:Poll is:sensitive language:fr-CA language:EN \
             in:library in:public in:all after:2026-01-31 before:2026-03-01",
        );
        assert_eq!(read.from, ["me", "ada", "zoe@there.example"]);
        assert_eq!(read.not_from, ["bob"]);
        assert!(read.library);
        assert_eq!(
            read.must,
            [
                Term::Has(Has::Image),
                Term::Has(Has::Poll),
                Term::Sensitive,
                Term::Public,
                Term::Language(vec!["fr".to_owned(), "en".to_owned()]),
            ]
        );
        assert_eq!(read.not, []);
        assert_eq!(
            (read.since, read.until),
            (at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z"))
        );
        let day = Query::read("during:\"2024-02-29\"");
        assert_eq!(
            (day.since, day.until),
            (at("2024-02-29T00:00:00Z"), at("2024-03-01T00:00:00Z"))
        );
        let narrow = Query::read("before:2026-03-01 before:2026-02-01 after:2026-01-01 after:2025-01-01");
        assert_eq!(
            (narrow.since, narrow.until),
            (at("2026-01-02T00:00:00Z"), at("2026-02-01T00:00:00Z"))
        );
        let not = Query::read("-has:media -language:de");
        assert_eq!(
            not.not,
            [Term::Has(Has::Media), Term::Language(vec!["de".to_owned()])]
        );
    }

    #[test]
    fn what_is_no_operator_is_words() {
        for (typed, words) in [
            ("from:", "from "),
            ("has:cheese", "has cheese"),
            ("is:", "is "),
            ("in:there", "in there"),
            ("before:yesterday", "before yesterday"),
            ("after:2026-02-30", "after 2026-02-30"),
            ("during:2026-1-1", "during 2026-1-1"),
            ("language:!", "language !"),
            ("to:ada", "to:ada"),
            ("rowid:1", "rowid:1"),
            ("before:+26-01-01", "before +26-01-01"),
        ] {
            assert_eq!(Query::read(typed), must(&[text(words)]), "{typed}");
        }
    }

    #[test]
    fn a_query_is_bounded() {
        let read = Query::read(&"a -b from:c has:link language:fr ".repeat(60));
        assert!(read.must.len() + read.not.len() <= TEXTS + OPERATORS + 1);
        assert!(read.from.len() <= PEOPLE);
    }
}
