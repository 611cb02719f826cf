//! What a database was asked, and how it finds that.

use super::{Kept, TestDatabase};
use crate::{Conn, Store, StoreError, sql::Sql};
use diesel::{
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_types::{BigInt, Text},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The statements of watched databases, by a part of their URL that no other has.
static ASKED: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

fn asked() -> MutexGuard<'static, BTreeMap<String, BTreeSet<String>>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens to one connection.
#[derive(Default)]
struct Ear {
    /// Of the watched database it is to, if it is.
    name: Option<String>,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.name = asked().keys().find(|name| url.contains(name.as_str())).cloned();
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let Some(name) = &self.name else { return };
                let text = query.to_string();
                let text = text.split(" -- binds").next().unwrap_or_default().to_owned();
                if let Some(all) = asked().get_mut(name) {
                    all.insert(text);
                }
            }
            _ => {}
        }
    }
}

impl TestDatabase {
    /// Remembers from now on what stores opened on it are asked.
    ///
    /// # Panics
    /// If diesel cannot be listened to.
    #[must_use]
    pub fn watched(self) -> Self {
        asked().insert(self.name(), BTreeSet::new());
        super::must(
            "listening",
            set_default_instrumentation(|| Some(Box::<Ear>::default())),
        );
        self
    }

    fn name(&self) -> String {
        match &self.kept {
            Kept::Folder(folder) => folder.path().display().to_string(),
            Kept::Postgres { name, .. } => name.clone(),
        }
    }

    /// What it was asked since [`TestDatabase::watched`]: queries, insertions, updates and deletions, each once.
    #[must_use]
    pub fn statements(&self) -> BTreeSet<String> {
        let all = asked().get(&self.name()).cloned().unwrap_or_default();
        let verbs = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];
        // What is asked when a store opens is not of rows.
        let own = |text: &String| {
            ![
                "__diesel_schema_migrations",
                "pragma_",
                "sqlite_",
                "pg_catalog",
                "information_schema",
            ]
            .iter()
            .any(|name| text.contains(name))
        };
        // Several at once set a connection up.
        let of_rows = |text: &String| {
            !text.contains(';') && verbs.iter().any(|verb| text.trim_start().starts_with(verb))
        };
        all.into_iter().filter(of_rows).filter(own).collect()
    }
}

/// The tables that a statement reads from one end to the other, also when it need not because they are small: what
/// the database has an index for, it finds by that.
///
/// # Errors
/// The database's.
pub async fn read_whole(store: &Store, statement: String) -> Result<BTreeSet<String>, StoreError> {
    store
        .write(move |tx| {
            let conn: &mut Conn = tx;
            let (steps, tables, mark) = if matches!(conn, Conn::Sqlite(_)) {
                let steps = Sql::default()
                    .raw(format!("EXPLAIN QUERY PLAN {statement}"))
                    .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)?;
                let steps = steps.into_iter().map(|step| step.3).collect();
                (
                    steps,
                    "SELECT name FROM sqlite_schema WHERE type = 'table'",
                    "SCAN ",
                )
            } else {
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                (postgres_plan(conn, &statement)?, tables, "Seq Scan on ")
            };
            let tables: BTreeSet<String> = Sql::new(tables).load::<Text, String>(conn)?.into_iter().collect();
            let scanned = |step: &String| {
                let rest = step.split(mark).nth(1)?;
                let found = (rest.contains(" USING INDEX ") && !rest.contains(" USING COVERING INDEX"))
                    || rest.contains("VIRTUAL TABLE INDEX");
                let name = rest.split_whitespace().next()?;
                if found {
                    None
                } else {
                    meant(&statement, name, &tables)
                }
            };
            Ok::<_, StoreError>(steps.iter().filter_map(scanned).collect::<BTreeSet<String>>())
        })
        .await
}

/// The table that a name in a statement stands for; none if it is what a subquery found.
fn meant(statement: &str, name: &str, tables: &BTreeSet<String>) -> Option<String> {
    let words: Vec<&str> = statement
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty() && *word != "AS")
        .collect();
    let named = words
        .windows(2)
        .find(|pair| matches!(pair, [table, alias] if *alias == name && tables.contains(*table)));
    let alias_of = named
        .and_then(|pair| pair.first())
        .map(|table| (*table).to_owned());
    alias_of.or_else(|| tables.contains(name).then(|| name.to_owned()))
}

fn postgres_plan(conn: &mut Conn, statement: &str) -> Result<Vec<String>, StoreError> {
    for text in [
        "SET LOCAL enable_seqscan = off".to_owned(),
        "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
        format!("PREPARE asked AS {statement}"),
    ] {
        Sql::default().raw(text).run(conn)?;
    }
    let count = (1..)
        .take_while(|number| statement.contains(&format!("${number}")))
        .count();
    let nulls = vec!["NULL"; count].join(", ");
    let explain = if count == 0 {
        "EXPLAIN EXECUTE asked".to_owned()
    } else {
        format!("EXPLAIN EXECUTE asked({nulls})")
    };
    let plan = Sql::default().raw(explain).load::<Text, String>(conn);
    Sql::default().raw("DEALLOCATE asked").run(conn)?;
    plan
}
