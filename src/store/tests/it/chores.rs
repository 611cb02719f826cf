//! What SQLite is asked to do between two transactions.

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use entrenous_store::{Conn, Store, StoreError, testing::TestDatabase, testing::tamper};
use std::fs;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// How a reader finds rows by two columns, of which one says the same of all once there are many.
async fn plan(store: &Store) -> String {
    let explain = |conn: &mut Conn| -> Result<String, StoreError> {
        let steps: Vec<Step> =
            sql_query("EXPLAIN QUERY PLAN SELECT * FROM a WHERE x = 1 AND y = 1").load(conn)?;
        Ok(steps.into_iter().map(|step| step.detail).collect())
    };
    store.read(explain).await.unwrap()
}

async fn run(store: &Store, statement: &'static str) {
    store.write(move |tx| tamper(tx, statement)).await.unwrap();
}

#[tokio::test]
async fn readers_see_how_the_tables_have_grown() {
    let db = TestDatabase::sqlite();
    let store = db.open();
    for statement in [
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x INT, y INT)",
        "CREATE INDEX a_x ON a (x)",
        "CREATE INDEX a_y ON a (y)",
        "INSERT INTO a VALUES (1, 1, 1)",
        "ANALYZE",
    ] {
        run(&store, statement).await;
    }
    store.close().await;
    let store = db.open();
    assert!(plan(&store).await.contains("SCAN"), "one row is read as it is");
    run(
        &store,
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
         INSERT INTO a SELECT i, 1, i FROM n",
    )
    .await;
    assert!(plan(&store).await.contains("SCAN"));
    store.analyse().await.unwrap();
    // As many as there are readers, and more.
    for _ in 0..6 {
        let plan = plan(&store).await;
        assert!(plan.contains("a_y"), "{plan}");
    }
    store.close().await;
}

#[tokio::test]
async fn the_log_is_emptied() {
    let db = TestDatabase::sqlite();
    let store = db.open();
    run(&store, "CREATE TABLE a (id INTEGER PRIMARY KEY)").await;
    let mut log = db.path().unwrap().into_os_string();
    log.push("-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    store.fold().await.unwrap();
    assert!(fs::metadata(&log).unwrap().len() == 0, "the log is still there");
    run(&store, "INSERT INTO a VALUES (1)").await;
    store.close().await;
}
