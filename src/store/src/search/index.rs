//! The index kept in step with posts: written in the transaction that changes one, and filled with older posts by and by.

use super::document;
use crate::{Conn, StoreError, sql::Sql};
use entrenous_model::PostId;

/// Older posts in a piece: some milliseconds of the one writer that SQLite has.
const PIECE: i64 = 100;

/// Makes a post found by what it says now; a boost or a tombstone is found by nothing.
///
/// To be called in the transaction that changes it, after the change.
///
/// # Errors
/// The database's.
pub fn index(conn: &mut Conn, post: PostId) -> Result<(), StoreError> {
    write(conn, &[post.get()], false)
}

fn write(conn: &mut Conn, ids: &[i64], lock: bool) -> Result<(), StoreError> {
    for document in document::load(conn, ids, lock)? {
        let (id, tokens) = (document.id.get(), document.tokens());
        let sql = match conn {
            Conn::Sqlite(_) => Sql::new("INSERT OR REPLACE INTO post_search (rowid, words) VALUES (")
                .int(id)
                .raw(",")
                .text(tokens)
                .raw(")"),
            Conn::Pg(_) => Sql::new("INSERT INTO post_search (post_id, words) VALUES (")
                .int(id)
                .raw(", array_to_tsvector(string_to_array(")
                .text(tokens)
                .raw(", ' '))) ON CONFLICT (post_id) DO UPDATE SET words = excluded.words"),
        };
        sql.run(conn)?;
    }
    Ok(())
}

/// Takes posts out of the index. After they are marked as deleted, so that nobody who waits for their rows puts them back.
pub(crate) fn forget(conn: &mut Conn, ids: &[i64]) -> Result<(), StoreError> {
    let statement = match conn {
        Conn::Sqlite(_) => "DELETE FROM post_search WHERE rowid IN ",
        Conn::Pg(_) => "DELETE FROM post_search WHERE post_id IN ",
    };
    for some in ids.chunks(512) {
        Sql::new(statement).ids(some).run(conn)?;
    }
    Ok(())
}

/// Indexes the next hundred of the posts from before there was an index, newest first, and remembers how far it got.
/// `false` when all are indexed.
///
/// # Errors
/// The database's.
pub fn index_piece(conn: &mut Conn) -> Result<bool, StoreError> {
    let Some(before) = Sql::new("SELECT before_id FROM search_backlog").one(conn)? else {
        return Ok(false);
    };
    let ids = Sql::new("SELECT id FROM posts WHERE id < ")
        .int(before)
        .raw(format!(" ORDER BY id DESC LIMIT {PIECE}"))
        .list(conn)?;
    let Some(last) = ids.last() else {
        Sql::new("DELETE FROM search_backlog").run(conn)?;
        return Ok(false);
    };
    write(conn, &ids, true)?;
    Sql::new("UPDATE search_backlog SET before_id = ")
        .int(*last)
        .run(conn)?;
    Ok(true)
}
