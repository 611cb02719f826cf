//! `column IN (…)` that stays prepared.
//!
//! diesel's `eq_any` writes as many placeholders as there are values and is prepared anew each time, which costs a
//! wide query more than running it.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};

/// The column's value is one of the ids.
#[derive(Debug, Clone)]
pub(crate) struct Among<C> {
    column: C,
    ids: Vec<i64>,
}

/// Whether `column` is one of `ids`; of none, nothing is.
pub(crate) fn among<C>(column: C, ids: impl IntoIterator<Item = impl Into<i64>>) -> Among<C> {
    Among {
        column,
        ids: filled(ids.into_iter().map(Into::into).collect()),
    }
}

/// The longest list that is filled. SQLite takes 32,766 parameters, which the next power of two would be above.
const LONGEST: usize = 1 << 14;

/// Fills a list up to a power of two with its last id, so that few different statements are kept prepared.
pub(crate) fn filled(mut ids: Vec<i64>) -> Vec<i64> {
    if let Some(last) = ids.last().copied().filter(|_| ids.len() <= LONGEST) {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

impl<C> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<T>, T> AppearsOnTable<T> for Among<C> {}

impl<C: SelectableExpression<T>, T> SelectableExpression<T> for Among<C> {}

impl<C, G> ValidGrouping<G> for Among<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C> QueryId for Among<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, DB> QueryFragment<DB> for Among<C>
where
    DB: Backend + HasSqlType<BigInt>,
    C: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        for (n, id) in self.ids.iter().enumerate() {
            if n > 0 {
                out.push_sql(",");
            }
            out.push_bind_param::<BigInt, i64>(id)?;
        }
        if self.ids.is_empty() {
            out.push_sql("NULL");
        }
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{among, filled};
    use crate::schema::accounts;
    use crate::testing::TestDatabase;
    use diesel::{QueryDsl as _, RunQueryDsl as _};

    #[test]
    fn lists_are_filled_with_what_they_hold() {
        assert_eq!(filled(vec![]), Vec::<i64>::new());
        assert_eq!(filled(vec![5]), [5]);
        assert_eq!(filled(vec![5, 6, 7]), [5, 6, 7, 7]);
        for (given, expected) in [
            (9_000, 16_384),
            (16_384, 16_384),
            (16_385, 16_385),
            (32_000, 32_000),
        ] {
            assert_eq!(filled(vec![1; given]).len(), expected);
        }
    }

    #[tokio::test]
    async fn as_many_as_sqlite_takes_are_asked_for() {
        let db = TestDatabase::sqlite();
        for count in [16_384, 16_385, 32_766] {
            let found = db
                .open()
                .read(move |conn| {
                    let filter = among(accounts::id, 1..=count);
                    Ok(accounts::table
                        .filter(filter)
                        .select(accounts::id)
                        .load::<i64>(conn)?)
                })
                .await;
            assert_eq!(found.unwrap(), Vec::<i64>::new(), "{count}");
        }
    }
}
