//! Names and texts as people write them at work, put together from a small vocabulary.

use crate::rng::Rng;
use std::fmt::Write as _;

const FIRST: &[&str] = &[
    "camille", "louise", "jules", "ines", "hugo", "lina", "paul", "sarah", "adam", "nora", "victor", "emma",
    "malik", "chloe", "leon", "fatou", "oscar", "alma", "samir", "judith", "noe", "mei", "tom", "aya",
    "felix", "clara", "yanis", "rose", "ivan", "zoe",
];
const LAST: &[&str] = &[
    "moreau",
    "lefevre",
    "garnier",
    "roux",
    "diallo",
    "nguyen",
    "martin",
    "petit",
    "lambert",
    "benali",
    "fabre",
    "chevalier",
    "rossi",
    "muller",
    "silva",
    "keller",
    "dumont",
    "leroy",
    "marchand",
    "adler",
];
const WORDS: &[&str] = &[
    "the",
    "a",
    "our",
    "this",
    "release",
    "customer",
    "meeting",
    "report",
    "pump",
    "valve",
    "line",
    "shift",
    "team",
    "Lyon",
    "Paris",
    "workshop",
    "drawing",
    "delivery",
    "supplier",
    "budget",
    "quarter",
    "measurement",
    "sensor",
    "software",
    "update",
    "plan",
    "question",
    "answer",
    "problem",
    "solution",
    "yesterday",
    "tomorrow",
    "works",
    "failed",
    "again",
    "with",
    "without",
    "after",
    "before",
    "for",
    "and",
    "but",
    "because",
    "nobody",
    "everyone",
    "can",
    "should",
    "will",
    "has",
    "seen",
    "tested",
    "changed",
    "approved",
    "déjà",
    "très",
    "également",
    "atelier",
    "réunion",
    "essai",
    "qualité",
    "sécurité",
    "machine",
    "presse",
    "équipe",
];
const TAGS: &[&str] = &[
    "safety",
    "quality",
    "release",
    "hiring",
    "lyon",
    "paris",
    "workshop",
    "canteen",
    "energy",
    "research",
    "press",
    "welding",
    "security",
    "office",
    "training",
    "ideas",
    "kudos",
    "incident",
    "roadmap",
    "suppliers",
];

/// A user name nobody else has.
pub(super) fn username(rng: &mut Rng, number: usize) -> String {
    let first = rng.pick(FIRST).copied().unwrap_or_default();
    let last = rng.pick(LAST).copied().unwrap_or_default();
    format!("{first}.{last}{number}")
}

/// "camille.moreau17" as "Camille Moreau".
pub(super) fn display_name(username: &str) -> String {
    let mut out = String::with_capacity(username.len());
    let mut start = true;
    for letter in username.chars().filter(|letter| !letter.is_ascii_digit()) {
        if letter == '.' {
            out.push(' ');
        } else if start {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
        start = letter == '.';
    }
    out
}

/// A sentence of so many words.
pub(super) fn sentence(rng: &mut Rng, words: usize) -> String {
    let mut out = String::with_capacity(words * 8);
    for at in 0..words {
        let word = rng.pick(WORDS).copied().unwrap_or_default();
        if at == 0 {
            out.extend(word.chars().take(1).flat_map(char::to_uppercase));
            out.extend(word.chars().skip(1));
        } else {
            out.push(' ');
            out.push_str(word);
        }
    }
    out.push('.');
    out
}

/// What a post says, typed and as HTML.
pub(super) struct Said {
    pub(super) source: String,
    pub(super) html: String,
    pub(super) tags: Vec<&'static str>,
}

/// A post of one to three paragraphs, as `domain::text` would render it, mentioning someone (user name as typed, URL).
pub(super) fn post(rng: &mut Rng, origin: &str, mention: Option<(&str, &str)>) -> Said {
    let mut said = Said {
        source: String::with_capacity(400),
        html: String::with_capacity(800),
        tags: Vec::new(),
    };
    let paragraphs = rng.between(1, 2);
    for paragraph in 0..paragraphs {
        said.html.push_str("<p>");
        if paragraph > 0 {
            said.source.push_str("\n\n");
        }
        if let Some((name, url)) = mention.filter(|_| paragraph == 0) {
            let shown = name.split('@').next().unwrap_or(name);
            let _infallible = write!(
                said.html,
                "<span class=\"h-card\" translate=\"no\"><a href=\"{url}\" class=\"u-url mention\">@<span>{shown}</span></a></span> "
            );
            let _infallible = write!(said.source, "@{name} ");
        }
        for _ in 0..rng.between(1, 2) {
            let words = rng.between(8, 18);
            let text = sentence(rng, words);
            said.html.push_str(&text);
            said.html.push(' ');
            said.source.push_str(&text);
            said.source.push(' ');
        }
        if paragraph + 1 == paragraphs {
            tail(rng, origin, &mut said);
        }
        said.html.push_str("</p>");
    }
    said
}

/// Hashtags in a third of all posts, a link in a tenth.
fn tail(rng: &mut Rng, origin: &str, said: &mut Said) {
    if rng.chance(33) {
        for _ in 0..rng.between(1, 2) {
            let Some(tag) = rng.pick(TAGS).copied().filter(|tag| !said.tags.contains(tag)) else {
                continue;
            };
            let _infallible = write!(
                said.html,
                "<a href=\"{origin}/tags/{tag}\" class=\"mention hashtag\" rel=\"tag\">#<span>{tag}</span></a> "
            );
            let _infallible = write!(said.source, "#{tag} ");
            said.tags.push(tag);
        }
    }
    if rng.chance(10) {
        let page = rng.below(100_000);
        let _infallible = write!(
            said.html,
            "<a href=\"https://wiki.example/pages/{page}\" target=\"_blank\" rel=\"nofollow noopener noreferrer\">\
             <span class=\"invisible\">https://</span><span class=\"\">wiki.example/pages/{page}</span>\
             <span class=\"invisible\"></span></a>"
        );
        let _infallible = write!(said.source, "https://wiki.example/pages/{page}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        assert_eq!(display_name("camille.moreau17"), "Camille Moreau");
        let mut rng = Rng::new(1);
        assert!((0..1_000).all(|number| username(&mut rng, number).len() <= 30));
    }

    #[test]
    fn posts_are_of_the_usual_size() {
        let mut rng = Rng::new(1);
        let sizes: usize = (0..1_000)
            .map(|_| post(&mut rng, "http://localhost:8300", None).html.len())
            .sum();
        assert!((150..700).contains(&(sizes / 1_000)), "{}", sizes / 1_000);
    }
}
