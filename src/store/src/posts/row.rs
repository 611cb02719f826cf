//! A row of `posts`, and the post it is.

use crate::{StoreError, from_db};
use chrono::NaiveDateTime;
use diesel::Queryable;
use entrenous_model::{AccountId, PeerId, Post, PostId, Quote, QuotePolicy};

/// The columns of a [`Row`], of the alias `p`.
pub(super) const COLUMNS: &str = "p.id, p.account_id, p.peer_id, p.uri, p.url, p.boost_of, p.in_reply_to, \
     p.in_reply_to_uri, p.in_reply_to_account, p.conversation, p.content, p.source, p.spoiler, p.sensitive, \
     p.visibility, p.language, p.created_at, p.edited_at, p.deleted_at, p.replies_count, p.boosts_count, \
     p.favourites_count, p.pinned_at, p.quoted_id, p.quoted_uri, p.quote_state, p.quote_stamp, p.quote_policy, \
     p.quotes_count";

/// Their SQL types.
pub(super) type SqlRow = crate::schema::posts::SqlType;

#[derive(Queryable)]
pub(super) struct Row {
    id: i64,
    account_id: i64,
    peer_id: Option<i64>,
    uri: String,
    url: String,
    boost_of: Option<i64>,
    in_reply_to: Option<i64>,
    in_reply_to_uri: Option<String>,
    in_reply_to_account: Option<i64>,
    conversation: i64,
    content: String,
    source: String,
    spoiler: String,
    sensitive: bool,
    visibility: String,
    language: Option<String>,
    created_at: NaiveDateTime,
    edited_at: Option<NaiveDateTime>,
    deleted_at: Option<NaiveDateTime>,
    replies_count: i64,
    boosts_count: i64,
    favourites_count: i64,
    pinned_at: Option<NaiveDateTime>,
    quoted_id: Option<i64>,
    quoted_uri: Option<String>,
    quote_state: Option<String>,
    quote_stamp: Option<String>,
    quote_policy: i64,
    quotes_count: i64,
}

impl Row {
    pub(super) fn into_post(self) -> Result<Post, StoreError> {
        let quote = match (self.quoted_uri, self.quote_state) {
            (Some(uri), Some(state)) => Some(Quote {
                post: self.quoted_id.map(PostId),
                uri,
                // An unknown word must not show what its author has refused.
                state: state.parse().map_err(StoreError::Corrupt)?,
                stamp: self.quote_stamp,
            }),
            _ => None,
        };
        Ok(Post {
            id: PostId(self.id),
            account: AccountId(self.account_id),
            peer: self.peer_id.map(PeerId),
            uri: self.uri,
            url: self.url,
            boost_of: self.boost_of.map(PostId),
            in_reply_to: self.in_reply_to.map(PostId),
            in_reply_to_uri: self.in_reply_to_uri,
            in_reply_to_account: self.in_reply_to_account.map(AccountId),
            conversation: PostId(self.conversation),
            content: self.content,
            source: self.source,
            spoiler: self.spoiler,
            sensitive: self.sensitive,
            // An unknown word must not make a post more visible than it is.
            visibility: self.visibility.parse().map_err(StoreError::Corrupt)?,
            language: self.language,
            created_at: from_db(self.created_at),
            edited_at: self.edited_at.map(from_db),
            deleted_at: self.deleted_at.map(from_db),
            replies_count: self.replies_count,
            boosts_count: self.boosts_count,
            favourites_count: self.favourites_count,
            pinned_at: self.pinned_at.map(from_db),
            quote,
            quote_policy: QuotePolicy::of_bits(self.quote_policy),
            quotes_count: self.quotes_count,
        })
    }
}
