//! What a store refuses to open, and what becomes of one whose database goes.

use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
    sql_query,
};
use entrenous_model::{Event, PostId};
use entrenous_store::{Store, StoreConfig, StoreError, Tx, stories, testing::TestDatabase};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Barrier, mpsc},
};

fn open(db: &TestDatabase) -> Result<Store, StoreError> {
    Store::open(&db.config(), db.clock().clock())
}

#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    let db = TestDatabase::sqlite();
    let path = db.path().unwrap();
    let store = db.open();
    store.write(|tx| Ok::<_, StoreError>(tx.next_id())).await.unwrap();
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
    store.close().await;
    for mode in [0o666, 0o644, 0o660, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let Err(StoreError::Insecure { mode: seen, .. }) = open(&db) else {
            panic!("{mode:o} was opened")
        };
        assert_eq!(seen, mode);
    }
    for mode in [0o600, 0o640] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        open(&db).unwrap().close().await;
    }
}

#[tokio::test]
async fn what_is_no_database_is_left_alone() {
    let db = TestDatabase::sqlite();
    let path = db.path().unwrap();
    fs::write(
        &path,
        "this is a letter to my aunt, and long enough to be taken for a header of a file",
    )
    .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(open(&db), Err(StoreError::Corrupt(_))));
    let nowhere = StoreConfig::new("sqlite:/no/such/folder/house.db");
    assert!(matches!(
        Store::open(&nowhere, db.clock().clock()),
        Err(StoreError::Unavailable(_))
    ));
    let nobody = StoreConfig::new("postgres://nobody@127.0.0.1:1/none");
    assert!(matches!(
        Store::open(&nobody, db.clock().clock()),
        Err(StoreError::Unavailable(_))
    ));
}

stories! {
    async fn a_newer_database_is_refused(db: &TestDatabase) {
        db.open().close().await;
        let sql = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
        match db.path() {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                sql_query(sql).execute(&mut conn).unwrap();
            }
            None => {
                let mut conn = PgConnection::establish(db.url()).unwrap();
                sql_query(sql).execute(&mut conn).unwrap();
            }
        }
        let Err(StoreError::NewerDatabase { versions }) = open(db) else { panic!("it was opened") };
        assert_eq!(versions, ["9999"]);
    }

    async fn many_may_start_at_once(db: &TestDatabase) {
        if db.path().is_some() {
            return;
        }
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let (config, clock) = (db.config(), db.clock().clock());
                tokio::task::spawn_blocking(move || Store::open(&config, clock))
            })
            .collect();
        for start in starts {
            let store = start.await.unwrap().unwrap();
            store.write(|tx| Ok::<_, StoreError>(tx.next_id())).await.unwrap();
        }
    }
}

/// Opens a store that wants no other beside it.
async fn open_alone(db: &TestDatabase) -> Result<Store, StoreError> {
    let config = StoreConfig {
        alone: true,
        ..db.config()
    };
    let clock = db.clock().clock();
    tokio::task::spawn_blocking(move || Store::open(&config, clock))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_database_in_use_is_not_migrated_by_another() {
    let Some(db) = TestDatabase::postgres() else {
        return;
    };
    let first = open_alone(&db).await.unwrap();
    let mut conn = PgConnection::establish(db.url()).unwrap();
    // To a newer version something is left to be done; here it is everything.
    conn.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .unwrap();
    let second = open_alone(&db).await;
    assert!(matches!(second, Err(StoreError::InUse)), "{:?}", second.err());
    let tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(
        sql_query(tables).execute(&mut conn).unwrap(),
        0,
        "it was migrated"
    );
    first.close().await;
    drop(first);
    open_alone(&db).await.unwrap().close().await;
    assert!(sql_query(tables).execute(&mut conn).unwrap() > 0);
}

#[tokio::test]
async fn a_server_that_ends_idle_sessions_leaves_the_claim() {
    let Some(db) = TestDatabase::postgres() else {
        return;
    };
    let mut conn = PgConnection::establish(db.url()).unwrap();
    // Shorter than the second one waits.
    conn.batch_execute(
        "DO $$ BEGIN \
           EXECUTE format('ALTER DATABASE %I SET idle_session_timeout = %L', current_database(), '2s'); \
         END $$",
    )
    .unwrap();
    let first = open_alone(&db).await.unwrap();
    let second = open_alone(&db).await;
    assert!(matches!(second, Err(StoreError::InUse)), "{:?}", second.err());
    first.close().await;
}

#[tokio::test]
async fn connections_that_were_cut_come_back() {
    let Some(db) = TestDatabase::postgres() else {
        return;
    };
    let store = db.open();
    // Each thread has its connection when each is in a closure at once.
    let (writing, reading) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(2)));
    let write = || {
        let all = Arc::clone(&writing);
        store.write(move |_| Ok::<_, StoreError>(all.wait()))
    };
    let read = || {
        let all = Arc::clone(&reading);
        store.read(move |_| Ok(all.wait()))
    };
    let (a, b, c, d, e) = tokio::join!(write(), write(), write(), read(), read());
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok() && e.is_ok());
    let mut conn = PgConnection::establish(db.url()).unwrap();
    sql_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .execute(&mut conn)
    .unwrap();
    let others = "SELECT 1 FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sql_query(others).execute(&mut conn).unwrap() > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // A transaction that had not begun is begun again on a new connection: no write notices.
    for _ in 0..6 {
        store.write(|tx| Ok::<_, StoreError>(tx.next_id())).await.unwrap();
    }
    // A read may be the first to find out; each thread at most once.
    let mut failed = 0;
    for _ in 0..20 {
        match store.read(|conn| Ok(sql_query("SELECT 1").execute(conn)?)).await {
            Ok(_) => {}
            Err(StoreError::Unavailable(_)) => failed += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(failed <= 2, "{failed}");
}

fn fill(tx: &mut Tx, bytes: usize) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO node_secrets (name, sealed, created_at) VALUES ('n{bytes}', zeroblob({bytes}), '2030-01-01')"
    );
    sql_query(sql).execute(tx.conn())?;
    Ok(())
}

#[tokio::test]
async fn a_full_disk_is_told_and_overcome() {
    let db = TestDatabase::sqlite();
    let store = db.open();
    let limited = store.write(|tx| {
        sql_query("PRAGMA max_page_count = 1").execute(tx.conn())?;
        fill(tx, 100_000_000)
    });
    let (full, small) = tokio::join!(limited, store.write(|tx| Ok::<_, StoreError>(tx.next_id())));
    assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
    assert!(matches!(small, Ok(_) | Err(StoreError::Full(_))), "{small:?}");
    store
        .read(|conn| Ok(sql_query("SELECT 1").execute(conn)?))
        .await
        .unwrap();
    let room = store.write(|tx| {
        sql_query("PRAGMA max_page_count = 1000000").execute(tx.conn())?;
        fill(tx, 100_000)
    });
    room.await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_fails_for_all_of_it() {
    let db = TestDatabase::sqlite();
    let store = db.open();
    let mut events = store.events();
    let prepared = store.write(|tx| {
        sql_query("CREATE TABLE parents (id INTEGER PRIMARY KEY)").execute(tx.conn())?;
        sql_query("CREATE TABLE children (parent INTEGER REFERENCES parents (id))").execute(tx.conn())?;
        Ok::<_, StoreError>(())
    });
    prepared.await.unwrap();
    let (began, beginning) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let holding = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    began.send(()).unwrap();
                    gone.recv().unwrap();
                    Ok::<_, StoreError>(())
                })
                .await
        }
    });
    tokio::task::spawn_blocking(move || beginning.recv())
        .await
        .unwrap()
        .unwrap();
    // These two wait together, and so share a commit.
    let orphan = store.write(|tx| {
        sql_query("PRAGMA defer_foreign_keys = ON").execute(tx.conn())?;
        sql_query("INSERT INTO children VALUES (1)").execute(tx.conn())?;
        Ok::<_, StoreError>(())
    });
    let innocent = store.write(|tx| {
        tx.emit(Event::PostCounted { post: PostId(1) })?;
        Err::<(), _>(StoreError::Busy("its own error".to_owned()))
    });
    let bystander = store.write(|tx| tx.emit(Event::PostCounted { post: PostId(2) }));
    let (a, b, c, ()) = tokio::join!(orphan, innocent, bystander, async { go.send(()).unwrap() });
    holding.await.unwrap().unwrap();
    for result in [a, b, c] {
        assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    }
    assert!(events.try_recv().is_err(), "nothing was committed");
    store
        .write(|tx| tx.emit(Event::PostCounted { post: PostId(3) }))
        .await
        .unwrap();
    assert_eq!(
        *events.try_recv().unwrap(),
        [Event::PostCounted { post: PostId(3) }]
    );
}
