//! SQL text with bound values, written once for both databases.
//!
//! diesel's `sql_query` is prepared anew each time; a [`Sql`] is kept as a prepared statement under its text, as a
//! query of diesel's own is. It is for the queries whose rules are clearer as SQL, such as who may see a post.

use crate::{Conn, StoreError, to_db};
use chrono::NaiveDateTime;
use diesel::{
    PgConnection, QueryResult, RunQueryDsl, SqliteConnection,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::methods::LoadQuery,
    serialize::ToSql,
    sql_types::{BigInt, Binary, Bool, HasSqlType, Integer, Nullable, Text, Timestamp},
};
use entrenous_model::Time;
use std::{borrow::Cow, marker::PhantomData};

/// A piece of a statement.
enum Part {
    Raw(Cow<'static, str>),
    Int(i64),
    /// With brackets and commas; one at least.
    Ids(Vec<i64>),
    OptInt(Option<i64>),
    Text(String),
    OptText(Option<String>),
    Flag(bool),
    Moment(NaiveDateTime),
    OptMoment(Option<NaiveDateTime>),
    Bytes(Vec<u8>),
}

/// A statement being put together. Text that is not `'static` must never hold what someone typed.
#[derive(Default)]
#[must_use]
pub(crate) struct Sql {
    parts: Vec<Part>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self::default().raw(text)
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Text as it is.
    pub(crate) fn raw(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.with(Part::Raw(text.into()))
    }

    pub(crate) fn int(self, value: i64) -> Self {
        self.with(Part::Int(value))
    }

    pub(crate) fn opt_int(self, value: Option<i64>) -> Self {
        self.with(Part::OptInt(value))
    }

    pub(crate) fn bytes(self, value: Vec<u8>) -> Self {
        self.with(Part::Bytes(value))
    }

    /// A text. PostgreSQL knows no NUL in one, and nobody means it: it is left out, on both databases.
    pub(crate) fn text(self, value: impl Into<String>) -> Self {
        self.with(Part::Text(without_nul(value.into())))
    }

    pub(crate) fn opt_text(self, value: Option<String>) -> Self {
        self.with(Part::OptText(value.map(without_nul)))
    }

    pub(crate) fn flag(self, value: bool) -> Self {
        self.with(Part::Flag(value))
    }

    pub(crate) fn time(self, value: Time) -> Self {
        self.with(Part::Moment(to_db(value)))
    }

    pub(crate) fn opt_time(self, value: Option<Time>) -> Self {
        self.with(Part::OptMoment(value.map(to_db)))
    }

    /// This statement inside another.
    pub(crate) fn around(mut self, before: &'static str, after: &'static str) -> Self {
        self.parts.insert(0, Part::Raw(Cow::Borrowed(before)));
        self.raw(after)
    }

    /// `(a, b, c)` for `IN`; `(NULL)`, which nothing is in, for none.
    pub(crate) fn ids(self, ids: &[i64]) -> Self {
        if ids.is_empty() {
            return self.raw("(NULL)");
        }
        self.with(Part::Ids(crate::among::filled(ids.to_vec())))
    }

    /// Applies `f` if there is a value.
    pub(crate) fn maybe<T>(self, value: Option<T>, f: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => f(self, value),
            None => self,
        }
    }

    /// Applies `f` if `on`.
    pub(crate) fn when(self, on: bool, f: impl FnOnce(Self) -> Self) -> Self {
        if on { f(self) } else { self }
    }

    /// The statement that tells how SQLite would run this one.
    #[cfg(test)]
    pub(crate) fn explained(mut self) -> Self {
        self.parts
            .insert(0, Part::Raw(Cow::Borrowed("EXPLAIN QUERY PLAN ")));
        self
    }

    /// How this connection's database would run this statement, whatever is bound to it: a line for each step.
    #[cfg(test)]
    pub(crate) fn plan(self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        if matches!(conn, Conn::Sqlite(_)) {
            let steps = self
                .explained()
                .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)?;
            return Ok(steps.into_iter().map(|(_, _, _, detail)| detail).collect());
        }
        let (mut types, mut values) = (Vec::new(), Vec::new());
        let mut text = String::new();
        for part in self.parts {
            let (of, value) = match part {
                Part::Raw(raw) => {
                    text.push_str(&raw);
                    continue;
                }
                Part::Ids(ids) => {
                    for (n, id) in ids.into_iter().enumerate() {
                        types.push("bigint");
                        values.push(id.to_string());
                        text.push_str(&format!("{}${}", if n == 0 { "(" } else { "," }, types.len()));
                    }
                    text.push(')');
                    continue;
                }
                Part::Int(value) => ("bigint", value.to_string()),
                Part::Text(value) => ("text", format!("'{}'", value.replace('\'', "''"))),
                Part::Moment(value) => ("timestamp", format!("'{value}'")),
                _ => ("text", "NULL".to_owned()),
            };
            types.push(of);
            values.push(value);
            text.push_str(&format!("${}", types.len()));
        }
        conn.batch(&format!("PREPARE asked ({}) AS {text}", types.join(",")))?;
        let explain = format!("EXPLAIN EXECUTE asked ({})", values.join(","));
        let plan = Self::default().raw(explain).load::<Text, String>(conn)?;
        conn.batch("DEALLOCATE asked")?;
        Ok(plan)
    }

    /// All rows, of the SQL types `ST`.
    pub(crate) fn load<ST, U>(self, conn: &mut Conn) -> Result<Vec<U>, StoreError>
    where
        for<'q> Typed<ST>: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        let typed = Typed::<ST>(self, PhantomData);
        Ok(both!(conn, c => typed.load::<U>(c))?)
    }

    /// The first row, if there is one.
    pub(crate) fn first<ST, U>(self, conn: &mut Conn) -> Result<Option<U>, StoreError>
    where
        for<'q> Typed<ST>: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        Ok(self.load::<ST, U>(conn)?.into_iter().next())
    }

    /// The first column of all rows, a `BIGINT`.
    pub(crate) fn list(self, conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
        self.load::<BigInt, i64>(conn)
    }

    /// The only column of the first row, a `BIGINT`.
    pub(crate) fn one(self, conn: &mut Conn) -> Result<Option<i64>, StoreError> {
        self.first::<BigInt, i64>(conn)
    }

    /// Whether there is a row; the statement selects a `BIGINT`.
    pub(crate) fn any(self, conn: &mut Conn) -> Result<bool, StoreError> {
        Ok(self.one(conn)?.is_some())
    }

    /// Runs a statement without rows; how many it touched.
    pub(crate) fn run(self, conn: &mut Conn) -> Result<usize, StoreError> {
        let typed = Typed::<()>(self, PhantomData);
        Ok(both!(conn, c => typed.execute(c))?)
    }
}

fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

/// A statement with the types of its columns.
pub(crate) struct Typed<ST>(Sql, PhantomData<ST>);

impl<ST> QueryId for Typed<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Typed<ST> {
    type SqlType = ST;
}

// Each database for itself: by the way of the connection that may be either, a statement is put together twice.
impl<ST> RunQueryDsl<SqliteConnection> for Typed<ST> {}
impl<ST> RunQueryDsl<PgConnection> for Typed<ST> {}

impl<DB, ST> QueryFragment<DB> for Typed<ST>
where
    DB: Backend
        + HasSqlType<BigInt>
        + HasSqlType<Integer>
        + HasSqlType<Text>
        + HasSqlType<Bool>
        + HasSqlType<Timestamp>
        + HasSqlType<Binary>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    str: ToSql<Text, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    bool: ToSql<Bool, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
    [u8]: ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for part in &self.0.parts {
            match part {
                Part::Raw(text) => out.push_sql(text),
                Part::Int(value) => out.push_bind_param::<BigInt, i64>(value)?,
                Part::Ids(ids) => {
                    for (n, id) in ids.iter().enumerate() {
                        out.push_sql(if n == 0 { "(" } else { "," });
                        out.push_bind_param::<BigInt, i64>(id)?;
                    }
                    out.push_sql(")");
                }
                Part::OptInt(value) => out.push_bind_param::<Nullable<BigInt>, Option<i64>>(value)?,
                Part::Text(value) => out.push_bind_param::<Text, str>(value.as_str())?,
                Part::OptText(value) => out.push_bind_param::<Nullable<Text>, Option<String>>(value)?,
                Part::Flag(value) => out.push_bind_param::<Bool, bool>(value)?,
                Part::Moment(value) => out.push_bind_param::<Timestamp, NaiveDateTime>(value)?,
                Part::Bytes(value) => out.push_bind_param::<Binary, [u8]>(value.as_slice())?,
                Part::OptMoment(value) => {
                    out.push_bind_param::<Nullable<Timestamp>, Option<NaiveDateTime>>(value)?;
                }
            }
        }
        Ok(())
    }
}
