//! The words of a text, and the stems by which they are found.
//!
//! A word is found by what its ending does not change: `réunions` by `reunion`, `deployed` by `deploying`. Case and
//! accents are nothing. The databases know no French, so stems are made here, and both keep the same.

use crate::words::folded;
use icu_normalizer::ComposingNormalizerBorrowed;
use rust_stemmers::{Algorithm, Stemmer};
use std::sync::LazyLock;

/// Longest word kept, in characters; the rest of a longer one is not compared.
const LONGEST: usize = 40;

static FRENCH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::French));
static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Words that lose their vowel before another: what remains of them says nothing.
const ELIDED: [&str; 13] = [
    "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
];

/// What French endings look like when they are typed without accents. The stemmer knows them with accents only.
const ACCENTED: [(&str, &str); 6] = [
    ("ees", "ées"),
    ("ee", "ée"),
    ("ites", "ités"),
    ("ite", "ité"),
    ("ieres", "ières"),
    ("iere", "ière"),
];

/// What is left of a verb without `-ent` or `-ons`, at least; a shorter one would be another word: `près` in `présent`.
const SHORTEST_VERB: usize = 5;

/// In which language a text is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tongue {
    French,
    English,
    /// Unknown, or another one.
    Either,
}

impl Tongue {
    /// By the language tag of a post.
    pub(super) fn of(language: Option<&str>) -> Self {
        let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or_default();
        if primary.eq_ignore_ascii_case("fr") {
            Self::French
        } else if primary.eq_ignore_ascii_case("en") {
            Self::English
        } else {
            Self::Either
        }
    }
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// Combining marks that no letter has taken in are of the word.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_apostrophe(c) || matches!(c, '\u{300}'..='\u{36f}')
}

/// Characters of scripts that put no space between words: each is a word, and several are found in their sequence.
const fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The words of a text in their order, in lower case, with their accents.
pub(super) fn words(text: &str) -> Vec<String> {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let lower: String = composed.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    for chunk in lower.split(|c| !in_word(c)) {
        let parts: Vec<&str> = chunk
            .split(is_apostrophe)
            .filter(|part| !part.is_empty())
            .collect();
        for (place, part) in parts.iter().enumerate() {
            let last = place + 1 == parts.len();
            let elided = !last && ELIDED.contains(part);
            // `Ada's`.
            let possessive = last && place > 0 && *part == "s";
            if !elided && !possessive {
                add(&mut found, part);
            }
        }
    }
    found
}

fn add(found: &mut Vec<String>, part: &str) {
    let mut word = String::new();
    for c in part.chars() {
        if stands_alone(c) {
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            found.push(c.to_string());
        } else if word.chars().count() < LONGEST {
            word.push(c);
        }
    }
    found.extend((!word.is_empty()).then_some(word));
}

/// Only what neither database's syntax knows: letters and digits.
pub(super) fn bare(text: &str) -> String {
    let keeps =
        |c: &char| c.is_ascii_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && !c.is_control());
    text.chars().filter(keeps).collect()
}

/// The stems of one of [`words`], at least one unless the word is none: in French with its accents and without, and as a verb,
/// in English, or all of them. Two words are the same if they share one.
pub(super) fn stems(word: &str, tongue: Tongue) -> Vec<String> {
    let plain = folded(word);
    let mut found = Vec::with_capacity(3);
    let mut add = |stem: &str| {
        let stem = bare(stem);
        if !stem.is_empty() && !found.contains(&stem) {
            found.push(stem);
        }
    };
    if tongue != Tongue::English {
        add(&french(word));
        add(&french(&accented(&plain)));
        if let Some(verb) = conjugated(&plain) {
            add(&verb);
        }
    }
    if tongue != Tongue::French {
        add(&ENGLISH.stem(&plain));
    }
    found
}

/// The stem, without accents. `employ` and `emploi` are what is left of the same word.
fn french(word: &str) -> String {
    let mut stem = folded(&FRENCH.stem(word));
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

fn accented(plain: &str) -> String {
    let ending = ACCENTED.iter().find_map(|(without, with)| {
        let start = plain.strip_suffix(without)?;
        Some(format!("{start}{with}"))
    });
    ending.unwrap_or_else(|| plain.to_owned())
}

/// The stem of a verb in the plural of the present, which the stemmer leaves alone since many nouns end so.
fn conjugated(plain: &str) -> Option<String> {
    let root = match (plain.strip_suffix("ent"), plain.strip_suffix("ons")) {
        (Some(root), _) if !root.ends_with('m') => root,
        (_, Some(root)) if !root.ends_with('i') => root,
        _ => return None,
    };
    let stem = french(&format!("{root}er"));
    (stem.chars().count() >= SHORTEST_VERB).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a post in that language that says `said` is found by `typed`.
    fn finds(typed: &str, said: &str, tongue: Tongue) -> bool {
        let of = |text: &str, tongue| stems(words(text).first().map_or("", String::as_str), tongue);
        let said = of(said, tongue);
        of(typed, Tongue::Either).iter().any(|stem| said.contains(stem))
    }

    /// Which of these do not find which, as (typed, said).
    fn not_found(forms: &[&'static str], tongue: Tongue) -> Vec<(&'static str, &'static str)> {
        let pairs = forms
            .iter()
            .flat_map(|typed| forms.iter().map(|said| (*typed, *said)));
        pairs
            .filter(|(typed, said)| !finds(typed, said, tongue))
            .collect()
    }

    #[test]
    fn texts_are_words() {
        assert_eq!(
            words("L’été d'Élodie, jusqu'au 3 ; Ada's (e-mail) aujourd’hui…"),
            ["été", "élodie", "au", "3", "ada", "e", "mail", "aujourd", "hui"]
        );
        assert_eq!(
            words("tous_ensemble 50% C++ #Fête"),
            ["tous", "ensemble", "50", "c", "fête"]
        );
        assert_eq!(words("東京で会議 v2"), ["東", "京", "で", "会", "議", "v2"]);
        assert_eq!(words("e\u{301}te\u{301} ﬁn"), ["été", "fin"]);
        assert_eq!(words("l' 's ' ’’ — «»"), ["l", "s"]);
        assert_eq!(words(&"x".repeat(90)), ["x".repeat(LONGEST)]);
    }

    #[test]
    fn french_words_are_found_in_all_their_forms() {
        for forms in [
            &["réunion", "réunions", "Réunion", "reunion", "REUNIONS"][..],
            &["cheval", "chevaux"],
            &["travail", "travails", "TRAVAIL"],
            &["national", "nationale", "nationales", "nationaux"],
            &[
                "arriver",
                "arrivé",
                "arrivée",
                "arrivées",
                "arrivait",
                "arrivèrent",
                "arrivera",
            ],
            &["arrivée", "arrivee", "arrivees", "ARRIVÉE", "arrive"],
            &["parler", "parle", "parlait", "parlé"],
            &[
                "travailler",
                "travaille",
                "travaillons",
                "travaillent",
                "travaillait",
                "TRAVAILLENT",
            ],
            &["arriver", "arrivons", "arrivent", "arrivee"],
            &["demander", "demandent", "demandons", "demandé"],
            &["finir", "finit", "finissons", "finissait"],
            &["égalité", "egalite", "égalités", "egalites"],
            &[
                "première",
                "premiere",
                "premières",
                "premieres",
                "premier",
                "premiers",
            ],
            &["heureux", "heureuse", "heureuses"],
            &["livraison", "livraisons"],
            &["développement", "developpement", "développements"],
            &[
                "employé",
                "employe",
                "employée",
                "employées",
                "employees",
                "employés",
                "employes",
            ],
        ] {
            assert_eq!(not_found(forms, Tongue::French), []);
            assert_eq!(not_found(forms, Tongue::Either), []);
        }
        for (typed, said) in [
            ("pump", "pompe"),
            ("présent", "près"),
            ("parent", "par"),
            ("maisons", "mais"),
            ("client", "clic"),
            ("chat", "château"),
            ("porte", "portail"),
            ("5", "50"),
        ] {
            assert!(!finds(typed, said, Tongue::Either), "{typed} in {said}");
        }
    }

    #[test]
    fn english_words_are_found_in_all_their_forms() {
        for forms in [
            &["meeting", "meetings", "Meet", "meets"][..],
            &["deploy", "deploys", "deployed", "deploying"],
            &["delivery", "deliveries"],
            &["box", "boxes"],
            &["plan", "plans", "planned", "planning"],
            &["organise", "organised", "organising"],
            &["café", "cafes", "CAFE"],
        ] {
            assert_eq!(not_found(forms, Tongue::English), []);
            assert_eq!(not_found(forms, Tongue::Either), []);
        }
    }

    #[test]
    fn other_scripts_and_numbers_are_themselves() {
        for word in ["αθηναι", "москва", "2026", "v2", "京", "한"] {
            assert!(finds(word, word, Tongue::Either), "{word}");
            assert!(finds(&word.to_uppercase(), word, Tongue::French), "{word}");
        }
        assert!(finds("Ἀθῆναι", "αθηναι", Tongue::Either));
    }

    #[test]
    fn languages_are_told_by_their_tags() {
        for (tag, tongue) in [
            (Some("fr"), Tongue::French),
            (Some("FR-ca"), Tongue::French),
            (Some("en-GB"), Tongue::English),
            (Some("frr"), Tongue::Either),
            (Some("de"), Tongue::Either),
            (Some(""), Tongue::Either),
            (None, Tongue::Either),
        ] {
            assert_eq!(Tongue::of(tag), tongue, "{tag:?}");
        }
    }

    #[test]
    fn stems_hold_nothing_that_a_query_could_mean() {
        for word in ["a\"b", "c'd", "e:*", "(f)", "~g", "#h", "i\\j", "k\0l"] {
            for stem in stems(word, Tongue::Either) {
                assert!(stem.chars().all(char::is_alphanumeric), "{stem}");
            }
        }
    }
}
