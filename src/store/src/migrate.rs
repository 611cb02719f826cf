//! Bringing a database to this binary's schema, and reading where its ids have got to.

use crate::{
    Conn, StoreError,
    config::Place,
    connection::{Use, postgres, sqlite},
};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    backend::Backend,
    migration::MigrationSource,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::{fs, io::ErrorKind};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Opens a database for the first time in this process: checks it, migrates it. One that is missing or empty is begun
/// only if `create`.
///
/// # Errors
/// [`StoreError::NewerDatabase`] if it holds migrations that are not in this binary, [`StoreError::Empty`] if it is
/// empty and may not be begun.
pub(crate) fn prepare(place: &Place, create: bool) -> Result<Conn, StoreError> {
    match place {
        Place::Sqlite(path) => {
            // An empty file is a database to SQLite, and opening it writes to it.
            let none = || {
                fs::metadata(path).map_or_else(
                    |error| error.kind() == ErrorKind::NotFound,
                    |meta| meta.len() == 0,
                )
            };
            if !create && none() {
                return Err(StoreError::Empty(path.display().to_string()));
            }
            sqlite::secure(path)?;
            let mut conn = sqlite::open(path, Use::Write)?;
            run(&mut conn, &SQLITE)?;
            complete(Conn::Sqlite(conn))
        }
        Place::Postgres(url) => {
            let mut conn = postgres::open_to_migrate(url)?;
            if !create && is_empty(&mut conn)? {
                return Err(StoreError::Empty("the PostgreSQL database".to_owned()));
            }
            run(&mut conn, &POSTGRES)?;
            complete(Conn::Pg(conn))
        }
    }
}

/// Writes what a migration cannot make of the rows that were there, in one transaction: all of it is there or nothing.
fn complete(mut conn: Conn) -> Result<Conn, StoreError> {
    conn.transaction(crate::words::complete)?;
    Ok(conn)
}

/// Whether no migration ever ran here, asked without writing.
fn is_empty(conn: &mut PgConnection) -> Result<bool, StoreError> {
    let tables = sql_query(
        "SELECT c.relname::text AS name FROM pg_class AS c \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = '__diesel_schema_migrations'",
    )
    .load::<Table>(conn)?;
    Ok(tables.is_empty())
}

fn run<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    embedded: &impl MigrationSource<DB>,
) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let migrations = embedded.migrations().map_err(failed)?;
    let versions: Vec<String> = conn
        .applied_migrations()
        .map_err(failed)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let known = |version: &String| {
        migrations
            .iter()
            .any(|m| m.name().version().to_string() == *version)
    };
    let mut unknown: Vec<String> = versions
        .iter()
        .filter(|version| !known(version))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        unknown.sort();
        return Err(StoreError::NewerDatabase { versions: unknown });
    }
    for migration in &migrations {
        let name = migration.name();
        if !versions.contains(&name.version().to_string()) {
            conn.run_migration(migration.as_ref()).map_err(failed)?;
            tracing::info!(migration.name = %name, "migrated the database");
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Highest {
    #[diesel(sql_type = Nullable<BigInt>)]
    id: Option<i64>,
}

/// The highest id of all tables whose primary key is a column `id`; 0 in an empty database.
pub(crate) fn highest_id(conn: &mut Conn) -> Result<i64, StoreError> {
    let tables = match conn {
        // `table`: not the tables in which SQLite keeps a full-text index.
        Conn::Sqlite(c) => sql_query(
            "SELECT t.name AS name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c \
             WHERE t.schema = 'main' AND t.type = 'table' AND c.name = 'id' AND c.pk = 1 \
             AND upper(c.type) IN ('BIGINT', 'INTEGER')",
        )
        .load::<Table>(c)?,
        Conn::Pg(c) => sql_query(
            "SELECT c.relname::text AS name FROM pg_class AS c \
             JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary \
             JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
             AND a.attname = 'id' AND a.atttypid = 'int8'::regtype",
        )
        .load::<Table>(c)?,
    };
    if tables.is_empty() {
        return Ok(0);
    }
    // One question for all of them: a node asks at each start.
    let each: Vec<String> = tables
        .iter()
        .map(|table| {
            format!(
                "SELECT max(id) AS id FROM \"{}\"",
                table.name.replace('"', "\"\"")
            )
        })
        .collect();
    let all = format!(
        "SELECT max(id) AS id FROM ({}) AS highest",
        each.join(" UNION ALL ")
    );
    let row: Highest = sql_query(all).get_result(conn)?;
    Ok(row.id.unwrap_or(0))
}
