//! Texts as they are compared: without case, and without what only typography knows.

use crate::posts::Body;
use crate::text;
use icu_normalizer::ComposingNormalizerBorrowed;

/// A text in the form in which keywords are looked for: lower case, accents as one character with their letter, any white
/// space one space, apostrophes as typed, nothing invisible. Accents stay: `côté` is not `cote`.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(&mut folded, text);
    folded
}

fn fold_into(folded: &mut String, text: &str) {
    let lower = text.chars().flat_map(char::to_lowercase);
    let mut spaced = false;
    for c in ComposingNormalizerBorrowed::new_nfc().normalize_iter(lower) {
        let c = match c {
            // Soft hyphen, zero-width space, word joiner, byte order mark: where a word may or may not be broken.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => continue,
            '\u{2019}' => '\'',
            'ς' => 'σ',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c == ' ' && spaced {
            continue;
        }
        spaced = c == ' ';
        folded.push(c);
    }
}

/// Everything of a post that can be read, folded: content warning, content, poll, descriptions of media. A line for each:
/// no keyword is found across two.
pub(super) fn readable(body: &Body) -> String {
    let mut all = String::with_capacity(body.post.spoiler.len() + body.post.content.len());
    fold_into(&mut all, &body.post.spoiler);
    all.push('\n');
    fold_into(&mut all, &text::plain(&body.post.content));
    let options = body.poll.iter().flat_map(|poll| &poll.options);
    let more = options
        .map(|option| &option.title)
        .chain(body.files.iter().map(|file| &file.description));
    for text in more.filter(|text| !text.is_empty()) {
        all.push('\n');
        fold_into(&mut all, text);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (one, other) in [
            ("ÉTÉ", "e\u{301}te\u{301}"),
            ("L\u{2019}Usine", "l'usine"),
            ("co\u{ad}opé\u{200b}ratif", "coopératif"),
            ("prix\u{202f}:\u{a0}\n 3", "PRIX : 3"),
            ("ΟΔΟΣ", "οδος"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("côté"), folded("cote"));
    }
}
