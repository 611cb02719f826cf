//! How the demo's posts of the last days are written down, and how they become a file for `entrenous import`.

use serde_json::{Value, json};

use super::calendar;
use crate::Outcome;

/// A post of one of the last days.
pub(crate) struct Post {
    who: &'static str,
    days_ago: u8,
    /// `08:42`, UTC.
    at: &'static str,
    text: &'static str,
    language: &'static str,
    warning: &'static str,
    visibility: &'static str,
    label: &'static str,
    answers: &'static str,
}

/// A public post in `language`.
pub(crate) const fn post(
    language: &'static str,
    who: &'static str,
    days_ago: u8,
    at: &'static str,
    text: &'static str,
) -> Post {
    Post {
        who,
        days_ago,
        at,
        text,
        language,
        warning: "",
        visibility: "public",
        label: "",
        answers: "",
    }
}

impl Post {
    /// A name by which answers find this post.
    pub(crate) const fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// Makes this an answer to the post of that label.
    pub(crate) const fn answers(mut self, label: &'static str) -> Self {
        self.answers = label;
        self
    }

    /// Hides the text behind a content warning.
    pub(crate) const fn warning(mut self, warning: &'static str) -> Self {
        self.warning = warning;
        self
    }

    /// `unlisted`, `private` or `direct` instead of `public`.
    pub(crate) const fn visibility(mut self, visibility: &'static str) -> Self {
        self.visibility = visibility;
        self
    }

    /// Whether `author` wrote it and it begins so.
    #[cfg(test)]
    pub(crate) fn is(&self, author: &str, begins: &str) -> bool {
        self.who == author && self.text.starts_with(begins)
    }
}

/// The file for `entrenous import`: the posts, oldest first, dated back from `now` (seconds since 1970).
///
/// # Errors
/// When a post's time is not written `08:42`, or it answers a label that no earlier post has.
pub(crate) fn import_file(posts: &[Post], now: u64) -> Outcome<Value> {
    let mut dated = Vec::new();
    for post in posts {
        let clock = post.at.split_once(':').ok_or("a time of day is written 08:42")?;
        let (hour, minute): (u64, u64) = (clock.0.parse()?, clock.1.parse()?);
        let midnight = now / calendar::DAY * calendar::DAY;
        let day = midnight.saturating_sub(u64::from(post.days_ago) * calendar::DAY);
        dated.push((day + hour * 3600 + minute * 60, post));
    }
    dated.sort_by_key(|(time, _)| *time);
    let mut entries = Vec::new();
    for (index, (time, post)) in dated.iter().enumerate() {
        let answered = match post.answers {
            "" => None,
            label => Some(
                dated
                    .iter()
                    .take(index)
                    .position(|(_, earlier)| earlier.label == label)
                    .ok_or_else(|| format!("no earlier post is called `{label}`"))?,
            ),
        };
        entries.push(json!({
            "username": post.who,
            "created_at": calendar::rfc3339(*time),
            "text": post.text,
            "language": post.language,
            "visibility": post.visibility,
            "spoiler_text": post.warning,
            "in_reply_to": answered,
        }));
    }
    Ok(json!({ "posts": entries }))
}

#[cfg(test)]
mod tests {
    use super::super::people::SITES;
    use super::*;

    #[test]
    fn every_site_has_days_behind_it() {
        for site in &SITES {
            let file = import_file(site.posts, 1_800_000_000).unwrap();
            let posts = file["posts"].as_array().unwrap();
            let wanted = if site.people.len() > 3 { 38 } else { 7 };
            assert!(posts.len() >= wanted, "{}: {}", site.name, posts.len());
            for post in site.posts {
                assert!(
                    site.people.iter().any(|person| person.username == post.who),
                    "{}",
                    post.who
                );
                assert!((1..=6).contains(&post.days_ago), "{}", post.text);
                assert!(post.text.chars().count() <= 500, "{}", post.text);
                for word in post
                    .text
                    .split_whitespace()
                    .filter_map(|word| word.strip_prefix('@'))
                {
                    let name = word.trim_matches(|letter: char| !letter.is_alphanumeric());
                    assert!(
                        site.people.iter().any(|person| person.username == name),
                        "@{name}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_two_main_sites_show_everything() {
        for site in SITES.iter().take(2) {
            assert!(site.posts.iter().any(|post| post.text.contains('#')), "hashtags");
            assert!(site.posts.iter().any(|post| post.text.contains('@')), "mentions");
            assert!(
                site.posts.iter().any(|post| !post.warning.is_empty()),
                "content warnings"
            );
            assert!(
                site.posts.iter().filter(|post| !post.answers.is_empty()).count() >= 8,
                "answers"
            );
            assert!(
                site.posts.iter().any(|post| post.visibility != "public"),
                "visibilities"
            );
        }
    }

    #[test]
    fn answers_point_backwards() {
        let posts = [
            post("fr", "a", 1, "10:00", "oui").answers("question"),
            post("fr", "b", 2, "09:00", "non ?").label("question"),
        ];
        let file = import_file(&posts, 86_400 * 10 + 5).unwrap();
        assert_eq!(file["posts"][0]["text"], "non ?");
        assert_eq!(file["posts"][0]["created_at"], "1970-01-09T09:00:00Z");
        assert_eq!(file["posts"][1]["in_reply_to"], 0);
        assert!(import_file(&[post("fr", "a", 1, "10:00", "oui").answers("rien")], 0).is_err());
    }
}
