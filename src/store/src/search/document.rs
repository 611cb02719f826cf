//! What search knows of a post, and the tokens under which the database keeps it.
//!
//! A token is a stem, or says something else that can be asked for, such as `from:12` or `has:image`; what can be asked
//! for is answered along the index, so that nothing is gone through in vain. Stems and hashtags of posts that not everyone
//! may see have a mark in front: words said in secret are other words, and whoever asks for them asks for a reader too.

use super::{
    html::plain,
    stems::{Tongue, bare, stems, words},
};
use crate::{Conn, StoreError, sql::Sql, words::folded};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use entrenous_model::{AccountId, AttachmentKind, PostId, Visibility};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Different words of a post that are found; nobody writes more.
const WORDS: usize = 5_000;
/// People to whom a post is addressed, who are found by it.
const ADDRESSED: usize = 500;
/// The time of a slice of ids: 2^47 of them are 25 days.
pub(super) const SLICE: u32 = 47;
/// The mark of what not everyone may see.
const HIDDEN: char = '~';

/// What can be asked for beside words, as tokens.
pub(super) mod token {
    use super::{HIDDEN, SLICE, bare};

    /// Everyone may see it.
    pub(crate) const OPEN: &str = "v:open";
    pub(crate) const PUBLIC: &str = "v:public";
    /// Its author's followers may.
    pub(crate) const PRIVATE: &str = "v:private";
    pub(crate) const REPLY: &str = "is:reply";
    pub(crate) const SENSITIVE: &str = "is:sensitive";

    /// A stem of a post that everyone may see, or not.
    pub(crate) fn word(stem: &str, hidden: bool) -> String {
        if hidden {
            format!("{HIDDEN}{stem}")
        } else {
            stem.to_owned()
        }
    }

    /// A hashtag, folded.
    pub(crate) fn tag(tag: &str, hidden: bool) -> String {
        let kept: String = tag.split('_').map(bare).collect::<Vec<_>>().join("_");
        word(&format!("#{kept}"), hidden)
    }

    pub(crate) fn author(id: i64) -> String {
        format!("from:{id}")
    }

    pub(crate) fn addressed(id: i64) -> String {
        format!("to:{id}")
    }

    /// For the followers of its author.
    pub(crate) fn followers(author: i64) -> String {
        format!("of:{author}")
    }

    pub(crate) fn has(what: &str) -> String {
        format!("has:{what}")
    }

    /// The first part of a language tag.
    pub(crate) fn language(tag: &str) -> String {
        let primary = tag.split('-').next().unwrap_or_default();
        format!("lang:{}", bare(primary).to_lowercase())
    }

    /// When: which of the stretches of ids.
    pub(crate) fn slice(number: i64) -> String {
        format!("at:{number}")
    }

    pub(crate) const fn slice_of(id: i64) -> i64 {
        id >> SLICE
    }
}

/// All of a post that is searched.
#[derive(Debug, Clone)]
pub struct Document {
    /// The post.
    pub id: PostId,
    /// Its author.
    pub account: AccountId,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its language tag, if it has one.
    pub language: Option<String>,
    /// It answers something.
    pub reply: bool,
    /// Its files start hidden.
    pub sensitive: bool,
    /// It has a link that is no mention and no hashtag.
    pub link: bool,
    /// It has a poll.
    pub poll: bool,
    /// Plain texts: what it says, its content warning, options of its poll, descriptions of its files.
    pub texts: Vec<String>,
    /// Its hashtags, without `#`.
    pub tags: Vec<String>,
    /// Of what kind its files are.
    pub files: Vec<AttachmentKind>,
    /// To whom it is addressed by name.
    pub addressed: Vec<AccountId>,
}

impl Document {
    /// A post that says `html`, typed as `source` if it was typed here, and has nothing else.
    #[must_use]
    pub fn new(id: PostId, account: AccountId, visibility: Visibility, html: &str, source: &str) -> Self {
        let shown = plain(html);
        Self {
            id,
            account,
            visibility,
            language: None,
            reply: false,
            sensitive: false,
            link: shown.link,
            poll: false,
            // In what was typed, names of peers' people are whole.
            texts: vec![if source.is_empty() {
                shown.text
            } else {
                source.to_owned()
            }],
            tags: Vec::new(),
            files: Vec::new(),
            addressed: Vec::new(),
        }
    }

    /// Its tokens, with a space between them, each once and in order.
    #[must_use]
    pub fn tokens(&self) -> String {
        let hidden = !self.visibility.is_network();
        let tongue = Tongue::of(self.language.as_deref());
        let said = self.texts.iter().map(String::as_str);
        let mut seen = HashSet::new();
        let mut tokens = BTreeSet::new();
        for word in said.chain(self.tags.iter().map(String::as_str)).flat_map(words) {
            if seen.len() >= WORDS {
                break;
            }
            if !seen.contains(&word) {
                tokens.extend(stems(&word, tongue).iter().map(|stem| token::word(stem, hidden)));
                seen.insert(word);
            }
        }
        for tag in &self.tags {
            tokens.insert(token::tag(&folded(tag), hidden));
        }
        self.add_facts(&mut tokens);
        tokens.into_iter().collect::<Vec<_>>().join(" ")
    }

    fn add_facts(&self, tokens: &mut BTreeSet<String>) {
        let author = self.account.get();
        tokens.insert(token::author(author));
        tokens.insert(token::slice(token::slice_of(self.id.get())));
        let addressed = self.addressed.iter().take(ADDRESSED);
        tokens.extend(addressed.map(|id| token::addressed(id.get())));
        match self.visibility {
            Visibility::Public => tokens.extend([token::OPEN.to_owned(), token::PUBLIC.to_owned()]),
            Visibility::Unlisted => tokens.extend([token::OPEN.to_owned()]),
            Visibility::Private => tokens.extend([token::PRIVATE.to_owned(), token::followers(author)]),
            // Nobody finds it by a fact that its members do not share.
            Visibility::Group | Visibility::Direct => {}
        }
        let facts = [(self.reply, token::REPLY), (self.sensitive, token::SENSITIVE)];
        tokens.extend(
            facts
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, token)| (*token).to_owned()),
        );
        tokens.extend(self.language.as_deref().map(token::language));
        for kind in &self.files {
            tokens.insert(token::has("media"));
            tokens.insert(token::has(match kind {
                AttachmentKind::Image => "image",
                AttachmentKind::Video => "video",
                AttachmentKind::Audio => "audio",
                AttachmentKind::Unknown => "file",
            }));
        }
        tokens.extend(self.link.then(|| token::has("link")));
        tokens.extend(self.poll.then(|| token::has("poll")));
    }

    /// Whether one of its texts has words with these stems one after the other.
    pub(super) fn says(&self, sequence: &[Vec<String>], known: &mut Known) -> bool {
        let tongue = Tongue::of(self.language.as_deref());
        self.texts.iter().any(|text| {
            let words = words(text);
            words.windows(sequence.len().max(1)).any(|window| {
                let mut pairs = window.iter().zip(sequence);
                pairs.all(|(said, asked)| {
                    let said = known.stems(said, tongue);
                    asked.iter().any(|stem| said.contains(stem))
                })
            })
        })
    }
}

/// Stems made before: posts that are read one after the other have many words in common.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<(Tongue, String), Vec<String>>);

impl Known {
    fn stems(&mut self, word: &str, tongue: Tongue) -> &[String] {
        let made = self.0.entry((tongue, word.to_owned()));
        made.or_insert_with(|| stems(word, tongue))
    }
}

type SqlPost = (BigInt, BigInt, Text, Text, Text, Bool, Text, Nullable<Text>, Bool);
type Post = (
    i64,
    i64,
    String,
    String,
    String,
    bool,
    String,
    Option<String>,
    bool,
);

const OPTION: i64 = 1;
const TAG: i64 = 2;
const KIND: i64 = 3;
const DESCRIPTION: i64 = 4;
const ADDRESSEE: i64 = 5;

/// Those of the posts that are there, no boosts, and in no group: what is said in groups is not searched. With `lock` nobody
/// changes them meanwhile, where several can write.
pub(super) fn load(conn: &mut Conn, ids: &[i64], lock: bool) -> Result<Vec<Document>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let lock = lock && matches!(conn, Conn::Pg(_));
    let posts = Sql::new(
        "SELECT p.id, p.account_id, p.content, p.source, p.spoiler, p.sensitive, p.visibility, p.language, \
         p.in_reply_to_uri IS NOT NULL FROM posts p WHERE p.deleted_at IS NULL AND p.boost_of IS NULL \
         AND p.visibility <> 'group' AND p.id IN ",
    )
    .ids(ids)
    .when(lock, |sql| sql.raw(" ORDER BY p.id FOR NO KEY UPDATE"))
    .load::<SqlPost, Post>(conn)?;
    let mut documents = BTreeMap::new();
    for (id, account, content, source, spoiler, sensitive, visibility, language, reply) in posts {
        let visibility = visibility.parse().map_err(StoreError::Corrupt)?;
        let mut document = Document::new(PostId(id), AccountId(account), visibility, &content, &source);
        document.texts.push(spoiler);
        document.sensitive = sensitive;
        document.language = language;
        document.reply = reply;
        documents.insert(id, document);
    }
    let parts = Sql::new("SELECT CAST(1 AS BIGINT), post_id, position, title FROM poll_options WHERE post_id IN ")
        .ids(ids)
        .raw(" UNION ALL SELECT CAST(2 AS BIGINT), post_id, CAST(0 AS BIGINT), tag FROM post_tags WHERE post_id IN ")
        .ids(ids)
        .raw(" UNION ALL SELECT CAST(3 AS BIGINT), post_id, place, kind FROM attachments WHERE post_id IN ")
        .ids(ids)
        .raw(" UNION ALL SELECT CAST(4 AS BIGINT), post_id, place, description FROM attachments WHERE post_id IN ")
        .ids(ids)
        .raw(
            " UNION ALL SELECT CAST(5 AS BIGINT), post_id, account_id, CAST('' AS TEXT) FROM post_mentions WHERE post_id IN ",
        )
        .ids(ids)
        .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)?;
    for (part, post, number, text) in parts {
        let Some(document) = documents.get_mut(&post) else {
            continue;
        };
        match part {
            OPTION => {
                document.poll = true;
                document.texts.push(text);
            }
            TAG => document.tags.push(text),
            KIND => document.files.push(AttachmentKind::parse(&text)),
            DESCRIPTION => document.texts.push(text),
            ADDRESSEE => document.addressed.push(AccountId(number)),
            _ => {}
        }
    }
    Ok(documents.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(html: &str, visibility: Visibility) -> Document {
        Document::new(PostId(3 << SLICE), AccountId(7), visibility, html, "")
    }

    #[test]
    fn posts_are_tokens() {
        let mut post = said(
            "<p>Les réunions <a href=\"https://x.example\">ici</a></p>",
            Visibility::Public,
        );
        post.language = Some("fr-FR".to_owned());
        post.tags = vec!["Été_2026".to_owned()];
        post.files = vec![AttachmentKind::Image, AttachmentKind::Unknown];
        post.reply = true;
        assert_eq!(
            post.tokens(),
            "#ete_2026 2026 at:3 ete from:7 has:file has:image has:link has:media ici is:reply lang:fr le reunion \
             v:open v:public"
        );
    }

    #[test]
    fn what_not_everyone_may_see_is_said_in_other_words() {
        let mut post = said("<p>Réunions</p>", Visibility::Private);
        post.language = Some("fr".to_owned());
        post.addressed = vec![AccountId(9)];
        assert_eq!(post.tokens(), "at:3 from:7 lang:fr of:7 to:9 v:private ~reunion");
        post.visibility = Visibility::Direct;
        assert_eq!(post.tokens(), "at:3 from:7 lang:fr to:9 ~reunion");
    }

    #[test]
    fn sequences_are_of_one_text() {
        let mut post = said("<p>Le grand chat</p><p>noir dort</p>", Visibility::Public);
        post.texts.push("Une autre réunion".to_owned());
        let says = |text: &str| {
            let sequence: Vec<_> = words(text)
                .iter()
                .map(|word| stems(word, Tongue::Either))
                .collect();
            post.says(&sequence, &mut Known::default())
        };
        assert!(says("grands chats"));
        assert!(says("CHAT NOIR"));
        assert!(says("autres reunions"));
        assert!(!says("grand noir"));
        assert!(!says("dort une"));
        assert!(!says("chat grand"));
    }
}
