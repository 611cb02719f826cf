//! The words of people's names, without case and accents, and who begins with what was typed.
//!
//! A name is kept as its words; what is typed is compared with their beginnings, which is a range of the index on both
//! databases, whatever their collation.

use crate::{Conn, StoreError, sql::Sql};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::AccountId;
use icu_normalizer::DecomposingNormalizerBorrowed;
use std::collections::BTreeSet;

/// Longest word kept, in characters; the rest of a longer one is not compared.
const LONGEST: usize = 40;
/// Words kept of one person.
const MOST: usize = 16;
/// People whose words are written at once when a database has none yet.
const PIECE: i64 = 500;

/// A text without case and accents: `Élodie` and `elodie` are the same, so are `ß` and `ss`.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let lower = text.chars().flat_map(char::to_lowercase);
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(lower) {
        match c {
            // Combining diacritical marks: those of Latin, Greek and Cyrillic.
            '\u{300}'..='\u{36f}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            // As typed by hand and by phones.
            '’' => folded.push('\''),
            c if c.is_control() => {}
            c => folded.push(c),
        }
    }
    folded
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// The words of a person: the username and the words of the name shown, each whole and in its parts
/// (`jean-luc`, `jean`, `luc`).
fn words(username: &str, display_name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut taken = BTreeSet::new();
    let (username, name) = (folded(username), folded(display_name));
    let wholes = std::iter::once(username.as_str()).chain(name.split_whitespace());
    for whole in wholes {
        let parts = whole.split(|c: char| !c.is_alphanumeric());
        for word in std::iter::once(whole.trim_matches(|c: char| !c.is_alphanumeric())).chain(parts) {
            let word = cut(word);
            if !word.is_empty() && found.len() < MOST && taken.insert(word.clone()) {
                found.push(word);
            }
        }
    }
    found
}

/// Writes the words of a person, in the place of those there were.
pub(crate) fn set(
    conn: &mut Conn,
    id: AccountId,
    username: &str,
    display_name: &str,
) -> Result<(), StoreError> {
    let wanted = words(username, display_name);
    let kept = Sql::new("SELECT word FROM account_words WHERE account_id = ")
        .int(id.get())
        .load::<Text, String>(conn)?;
    for word in kept.iter().filter(|word| !wanted.contains(word)) {
        Sql::new("DELETE FROM account_words WHERE account_id = ")
            .int(id.get())
            .raw(" AND word = ")
            .text(word.as_str())
            .run(conn)?;
    }
    for word in wanted.iter().filter(|word| !kept.contains(word)) {
        Sql::new("INSERT INTO account_words (word, account_id) VALUES (")
            .text(word.as_str())
            .raw(",")
            .int(id.get())
            .raw(") ON CONFLICT DO NOTHING")
            .run(conn)?;
    }
    Ok(())
}

/// Writes everyone's words into a database from before there were any. To be called in a transaction.
pub(crate) fn complete(conn: &mut Conn) -> Result<(), StoreError> {
    if Sql::new("SELECT account_id FROM account_words LIMIT 1").any(conn)? {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let people = Sql::new("SELECT a.id, a.username, a.display_name FROM accounts a WHERE a.id > ")
            .int(after)
            .raw(format!(" ORDER BY a.id LIMIT {PIECE}"))
            .load::<(BigInt, Text, Text), (i64, String, String)>(conn)?;
        let Some((last, ..)) = people.last() else {
            return Ok(());
        };
        after = *last;
        for (id, username, display_name) in &people {
            set(conn, AccountId(*id), username, display_name)?;
        }
    }
}

/// The condition "`column` begins with `prefix`", as a range.
pub(crate) fn begins(sql: Sql, column: &'static str, prefix: &str) -> Sql {
    sql.raw(format!("{column} >= "))
        .text(cut(prefix).as_str())
        .raw(format!(" AND {column} < "))
        .text(end_of(prefix))
}

/// What is behind everything that begins with `prefix`.
pub(crate) fn end_of(prefix: &str) -> String {
    format!("{}\u{10ffff}", cut(prefix))
}

/// What was typed, as words to compare: at most five.
pub(crate) fn typed(text: &str) -> Vec<String> {
    folded(text)
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|word| !word.is_empty())
        .take(5)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_are_nothing() {
        assert_eq!(
            folded("ÉLODIE Straße Łódź Ångström"),
            "elodie strasse lodz angstrom"
        );
        assert_eq!(folded("Œuvre ﬁn"), "oeuvre fin");
        assert_eq!(folded("Ἀθῆναι Йод"), "αθηναι иод");
    }

    #[test]
    fn names_are_words_and_their_parts() {
        assert_eq!(
            words("jean-luc.m", "Jean-Luc d’Été (RH)"),
            [
                "jean-luc.m",
                "jean",
                "luc",
                "m",
                "jean-luc",
                "d'ete",
                "d",
                "ete",
                "rh"
            ]
        );
        assert_eq!(words("ada", ""), ["ada"]);
        assert_eq!(words("ada", "田中 太郎"), ["ada", "田中", "太郎"]);
        assert!(words("ada", "a b c d e f g h i j k l m n o p q r").len() <= MOST);
    }
}
