//! Guards: the migration folders are the same, both migrated databases are what `schema.rs` says, and what is asked for each
//! file that goes is found along indexes.

use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Bool, Text},
};
use entrenous_model::MediaId;
use entrenous_store::{
    Backend, attachments, stories,
    testing::{TestDatabase, read_whole},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    column: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// Table, column, diesel's type.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

fn from_schema() -> Tables {
    let mut tables = Tables::new();
    let mut table: Option<String> = None;
    let files = [
        include_str!("../../src/schema.rs"),
        include_str!("../../src/schema/own.rs"),
    ];
    for line in files.into_iter().flat_map(str::lines).map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let table = table.as_ref().expect("a column outside a table");
            let column = column.trim_start_matches("r#");
            tables
                .entry(table.clone())
                .or_default()
                .insert(column.to_owned(), kind.to_owned());
        } else if let Some((name, _)) = line.strip_suffix(" {").and_then(|line| line.split_once(" (")) {
            table = Some(name.to_owned());
        }
    }
    assert!(
        tables.len() > 10,
        "the file reads as few tables: {:?}",
        tables.keys()
    );
    tables
}

fn name(kind: &str, backend: Backend) -> &'static str {
    match (kind.to_ascii_lowercase().as_str(), backend) {
        ("bigint", _) => "BigInt",
        // SQLite's own name for a 64-bit key that is the row's number.
        ("integer", _) => "Integer",
        ("text", _) => "Text",
        ("boolean", _) => "Bool",
        ("blob" | "bytea", _) => "Binary",
        ("double" | "double precision", _) => "Double",
        ("timestamp" | "timestamp without time zone", _) => "Timestamp",
        (other, _) => panic!("a column type nobody agreed on: {other}"),
    }
}

#[test]
fn the_migration_folders_have_the_same_names() {
    let names = |backend: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../migrations")
            .join(backend);
        fs::read_dir(folder)
            .unwrap()
            .flat_map(|migration| {
                let migration = migration.unwrap();
                let inside = fs::read_dir(migration.path()).unwrap();
                inside
                    .map(|file| {
                        let file = file.unwrap().file_name();
                        format!("{}/{}", migration.file_name().display(), file.display())
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
}

#[tokio::test]
async fn bytes_are_found_by_their_hash_wherever_they_are_used() {
    for db in [Some(TestDatabase::sqlite()), TestDatabase::postgres()] {
        let Some(db) = db else { continue };
        let db = db.watched();
        let store = db.open();
        let used = store.read(|conn| attachments::hash_is_used(conn, "none", MediaId(1)));
        assert!(!used.await.unwrap());
        let asked: Vec<String> = db
            .statements()
            .into_iter()
            .filter(|text| text.contains("hash"))
            .collect();
        assert!(asked.len() >= 3, "{asked:?}");
        for text in asked {
            let whole = read_whole(&store, text.clone()).await.unwrap();
            assert!(whole.is_empty(), "{whole:?} by {text}");
        }
        store.close().await;
    }
}

stories! {
    async fn the_database_is_what_the_schema_says(db: &TestDatabase) {
        let store = db.open();
        let backend = store.backend();
        // The index of words is each database's own matter.
        let sql = match backend {
            Backend::Sqlite => {
                "SELECT t.name AS \"table\", c.name AS \"column\", c.type AS kind, \
                 c.\"notnull\" = 0 AS nullable \
                 FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c \
                 WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
                 AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'"
            }
            Backend::Postgres => {
                "SELECT table_name::text AS \"table\", column_name::text AS \"column\", \
                 data_type::text AS kind, is_nullable = 'YES' AS nullable \
                 FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' \
                 AND table_name <> 'post_search'"
            }
        };
        let columns: Vec<Column> = store.read(move |conn| Ok(sql_query(sql).load(conn)?)).await.unwrap();
        let mut migrated = Tables::new();
        let schema = from_schema();
        for column in columns {
            let wanted = schema.get(&column.table).and_then(|columns| columns.get(&column.column));
            let mut kind = name(&column.kind, backend).to_owned();
            if backend == Backend::Sqlite && kind == "Integer" && wanted.is_some_and(|w| w == "BigInt") {
                kind = "BigInt".to_owned();
            }
            if column.nullable {
                kind = format!("Nullable<{kind}>");
            }
            migrated.entry(column.table).or_default().insert(column.column, kind);
        }
        for (table, columns) in &schema {
            assert_eq!(Some(columns), migrated.get(table), "{table} on {backend:?}");
        }
        assert_eq!(schema.keys().collect::<Vec<_>>(), migrated.keys().collect::<Vec<_>>());
        store.close().await;
    }
}
