//! What is asked, as a condition on the index: one that hardly a post fulfils which its reader may not see.

use super::{
    document::{Document, Known, token},
    expression::Expression,
    stems::{Tongue, stems, words},
};
use crate::{Conn, StoreError, sql::Sql, words::folded};
use entrenous_model::AccountId;

/// Followed people who are asked for by name. Who follows more gets what any author wrote for followers, and it is looked
/// at afterwards.
const FOLLOWED: usize = 100;

/// Words of a question, wherever they stand in it; what is typed beyond them asks for nothing.
const WORDS: usize = 20;

/// Something to be asked of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Words that stand one after the other, as typed.
    Text(String),
    /// A hashtag, without `#`.
    Tag(String),
    /// One of these people wrote it; nobody did if there is none.
    From(Vec<AccountId>),
    /// It has something.
    Has(Has),
    /// It answers something.
    Reply,
    /// It is marked as sensitive.
    Sensitive,
    /// It is in one of these languages, given by their tags.
    Language(Vec<String>),
    /// It is for the whole network.
    Public,
}

/// What a post can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// A file of any kind.
    Media,
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// A file of another kind.
    File,
    /// A poll.
    Poll,
    /// A link that is no mention and no hashtag.
    Link,
}

impl Has {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
            Self::Poll => "poll",
            Self::Link => "link",
        }
    }
}

/// Words one after the other, each by its stems.
type Sequence = Vec<Vec<String>>;

/// A question to the index.
#[derive(Debug)]
pub(super) struct Ask {
    /// What the tokens must be, of what the viewer may see.
    pub(super) posts: Expression,
    /// The same of posts that the viewer has marked, which they could see: it is not asked again here. `None`: anything.
    pub(super) marked: Option<Expression>,
    /// What the texts must say and must not, which the index does not know.
    sequences: Vec<Sequence>,
    without: Vec<Sequence>,
}

#[derive(Default)]
struct Parts {
    /// Of posts that everyone may see, and of others.
    open: Vec<Expression>,
    hidden: Vec<Expression>,
    /// The same of both.
    facts: Vec<Expression>,
    not_open: Vec<Expression>,
    not_hidden: Vec<Expression>,
    sequences: Vec<Sequence>,
    without: Vec<Sequence>,
    /// What would find nothing.
    nothing: bool,
    /// How many words there were.
    words: usize,
    only_open: bool,
}

impl Ask {
    /// `None` if no post can be meant.
    pub(super) fn new(
        conn: &mut Conn,
        viewer: AccountId,
        must: &[Term],
        not: &[Term],
    ) -> Result<Option<Self>, StoreError> {
        let mut parts = Parts::default();
        for term in must {
            parts.must(term);
        }
        for term in not {
            parts.not(term);
        }
        if parts.nothing {
            return Ok(None);
        }
        let open = parts.branch(false, None);
        let posts = if parts.only_open {
            open
        } else {
            let readable = readable(conn, viewer)?;
            Expression::Any(vec![open, parts.branch(true, Some(readable))])
        };
        Ok(Some(Self {
            posts,
            marked: parts.marked(viewer),
            sequences: parts.sequences,
            without: parts.without,
        }))
    }

    /// Whether the texts of posts must be read.
    pub(super) const fn reads(&self) -> bool {
        !(self.sequences.is_empty() && self.without.is_empty())
    }

    /// Whether a post says what it must, and nothing that it must not.
    pub(super) fn is_answered_by(&self, post: &Document, known: &mut Known) -> bool {
        self.sequences.iter().all(|sequence| post.says(sequence, known))
            && !self.without.iter().any(|sequence| post.says(sequence, known))
    }
}

fn any(tokens: Vec<String>) -> Expression {
    Expression::Any(tokens.into_iter().map(Expression::Token).collect())
}

fn one(token: impl Into<String>) -> Expression {
    Expression::Token(token.into())
}

/// What is said of posts for followers, and to people: written by or to the reader, or by one they follow.
fn readable(conn: &mut Conn, viewer: AccountId) -> Result<Expression, StoreError> {
    let viewer = viewer.get();
    let followed = Sql::new("SELECT followee_id FROM follows WHERE accepted AND follower_id = ")
        .int(viewer)
        .raw(format!(" LIMIT {}", FOLLOWED + 1))
        .list(conn)?;
    let mut readers = vec![token::author(viewer), token::addressed(viewer)];
    if followed.len() > FOLLOWED {
        readers.push(token::PRIVATE.to_owned());
    } else {
        readers.extend(followed.into_iter().map(token::followers));
    }
    Ok(any(readers))
}

/// The tokens of something that can be asked for beside words and hashtags.
fn fact(term: &Term) -> Option<Vec<String>> {
    Some(match term {
        Term::From(people) => people.iter().map(|id| token::author(id.get())).collect(),
        Term::Has(has) => vec![token::has(has.as_str())],
        Term::Reply => vec![token::REPLY.to_owned()],
        Term::Sensitive => vec![token::SENSITIVE.to_owned()],
        Term::Language(tags) => tags.iter().map(|tag| token::language(tag)).collect(),
        Term::Public => vec![token::PUBLIC.to_owned()],
        Term::Text(_) | Term::Tag(_) => return None,
    })
}

fn word(stems: &[String], hidden: bool) -> Expression {
    any(stems.iter().map(|stem| token::word(stem, hidden)).collect())
}

impl Parts {
    fn sequence(&mut self, text: &str) -> Sequence {
        let words = words(text);
        let stems = words.iter().map(|word| stems(word, Tongue::Either));
        let left = WORDS.saturating_sub(self.words);
        let sequence: Sequence = stems.filter(|stems| !stems.is_empty()).take(left).collect();
        self.words += sequence.len();
        sequence
    }

    fn must(&mut self, term: &Term) {
        match term {
            Term::Text(text) => {
                let sequence = self.sequence(text);
                self.open.extend(sequence.iter().map(|stems| word(stems, false)));
                self.hidden.extend(sequence.iter().map(|stems| word(stems, true)));
                if sequence.len() > 1 {
                    self.sequences.push(sequence);
                }
            }
            Term::Tag(tag) => {
                let tag = folded(tag);
                self.open.push(one(token::tag(&tag, false)));
                self.hidden.push(one(token::tag(&tag, true)));
            }
            fact_term => {
                self.only_open |= *fact_term == Term::Public;
                match fact(fact_term) {
                    Some(tokens) if tokens.is_empty() => self.nothing = true,
                    tokens => self.facts.extend(tokens.map(any)),
                }
            }
        }
    }

    fn not(&mut self, term: &Term) {
        let (open, hidden) = match term {
            Term::Text(text) => {
                let mut sequence = self.sequence(text);
                match sequence.len() {
                    0 => return,
                    1 => {
                        let stems = sequence.pop().unwrap_or_default();
                        (word(&stems, false), word(&stems, true))
                    }
                    _ => return self.without.push(sequence),
                }
            }
            Term::Tag(tag) => {
                let tag = folded(tag);
                (one(token::tag(&tag, false)), one(token::tag(&tag, true)))
            }
            fact_term => match fact(fact_term) {
                Some(tokens) if !tokens.is_empty() => (any(tokens.clone()), any(tokens)),
                _ => return,
            },
        };
        self.not_open.push(open);
        self.not_hidden.push(hidden);
    }

    /// The words first: where most posts do not have them, nothing else is looked at.
    fn branch(&self, hidden: bool, readable: Option<Expression>) -> Expression {
        let (words, not) = if hidden {
            (&self.hidden, &self.not_hidden)
        } else {
            (&self.open, &self.not_open)
        };
        let (mut all, mut not) = (words.clone(), not.clone());
        all.extend(self.facts.iter().cloned());
        // Words tell of which kind a post is.
        if words.is_empty() {
            let kind = if hidden { &mut not } else { &mut all };
            kind.push(one(token::OPEN));
        }
        all.extend(readable);
        Expression::But(Box::new(Expression::All(all)), not)
    }

    fn marked(&self, viewer: AccountId) -> Option<Expression> {
        let not: Vec<_> = self.not_open.iter().chain(&self.not_hidden).cloned().collect();
        if !self.open.is_empty() {
            let either = [&self.open, &self.hidden].map(|words| {
                let all = words.iter().chain(&self.facts);
                Expression::All(all.cloned().collect())
            });
            return Some(Expression::But(Box::new(Expression::Any(either.to_vec())), not));
        }
        if !self.facts.is_empty() {
            return Some(Expression::But(
                Box::new(Expression::All(self.facts.clone())),
                not,
            ));
        }
        let viewer = viewer.get();
        let every = vec![
            token::OPEN.to_owned(),
            token::PRIVATE.to_owned(),
            token::author(viewer),
            token::addressed(viewer),
        ];
        (!not.is_empty()).then(|| Expression::But(Box::new(any(every)), not))
    }
}
