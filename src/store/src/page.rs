//! Keyset paging in SQL.

use crate::sql::Sql;
use entrenous_model::Page;

/// Adds `AND column < …`, the order and the limit.
pub(crate) fn page(sql: Sql, column: &'static str, page: &Page) -> Sql {
    let sql = sql
        .maybe(page.max_id, |sql, id| {
            sql.raw(format!(" AND {column} < ")).int(id)
        })
        .maybe(page.since_id, |sql, id| {
            sql.raw(format!(" AND {column} > ")).int(id)
        })
        .maybe(page.min_id, |sql, id| {
            sql.raw(format!(" AND {column} > ")).int(id)
        });
    let order = if page.ascending() { "ASC" } else { "DESC" };
    // The limit is text so that PostgreSQL's generic plan knows that it is small.
    sql.raw(format!(
        " ORDER BY {column} {order} LIMIT {}",
        page.limit.clamp(0, 200)
    ))
}

/// Newest first, whatever the order it was read in.
pub(crate) fn newest_first<T>(mut rows: Vec<T>, page: &Page) -> Vec<T> {
    if page.ascending() {
        rows.reverse();
    }
    rows
}
