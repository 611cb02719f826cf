//! The threads: what is kept, what is not, and who is told.

use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Text},
};
use entrenous_model::{AccountId, Event, PostId};
use entrenous_store::{Conn, Store, StoreError, Tx, stories};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{sync::broadcast::Receiver, task::JoinSet};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    payload: String,
}

/// The posts that the log says were counted, in the log's order.
fn logged(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<Row> = sql_query("SELECT id, payload FROM events ORDER BY id").load(conn)?;
    assert!(rows.iter().all(|row| row.id > 0));
    Ok(rows
        .iter()
        .map(|row| match serde_json::from_str(&row.payload) {
            Ok(Event::PostCounted { post }) => post.get(),
            other => panic!("{other:?}"),
        })
        .collect())
}

fn count(tx: &mut Tx, post: i64) -> Result<(), StoreError> {
    tx.emit(Event::PostCounted { post: PostId(post) })
}

async fn counted(store: &Store, post: i64) {
    store.write(move |tx| count(tx, post)).await.unwrap();
}

fn told(events: &mut Receiver<Arc<Vec<Event>>>) -> Vec<i64> {
    let mut posts = Vec::new();
    while let Ok(batch) = events.try_recv() {
        posts.extend(batch.iter().map(|event| match event {
            Event::PostCounted { post } => post.get(),
            other => panic!("{other:?}"),
        }));
    }
    posts
}

/// An error of a domain, with rules of its own.
#[derive(Debug)]
enum Refusal {
    Odd,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

stories! {
    async fn only_what_succeeds_is_kept_and_told(db: &TestDatabase) {
        let store = db.open();
        let mut events = store.events();
        let mut tasks = JoinSet::new();
        for task in 0..64_i64 {
            let store = store.clone();
            tasks.spawn(async move {
                for step in 0..10 {
                    let number = task * 10 + step;
                    let result = store
                        .write(move |tx| {
                            count(tx, number)?;
                            if number % 2 == 1 { Err(Refusal::Odd) } else { Ok(tx.next_id()) }
                        })
                        .await;
                    match result {
                        Ok(id) => assert!(id > 0 && number % 2 == 0),
                        Err(Refusal::Odd) => assert_eq!(number % 2, 1),
                        Err(Refusal::Store(error)) => panic!("{error}"),
                    }
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        let kept = store.read(logged).await.unwrap();
        let even: Vec<i64> = (0..640).filter(|n| n % 2 == 0).collect();
        let mut sorted = kept.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, even);
        let mut heard = told(&mut events);
        if db.path().is_some() {
            assert_eq!(heard, kept, "the order of the commits");
        }
        heard.sort_unstable();
        assert_eq!(heard, even);
        store.close().await;
    }

    async fn ids_grow_when_the_clock_steps_back(db: &TestDatabase) {
        let store = db.open();
        let mut last = 0;
        for step in 0..300 {
            if step % 100 == 50 {
                db.clock().advance(chrono::Duration::seconds(-5));
            }
            let ids = store.write(|tx| Ok::<_, StoreError>([tx.next_id(), tx.next_id()])).await.unwrap();
            for id in ids {
                assert!(id > last);
                last = id;
            }
        }
        counted(&store, 1).await;
        store.close().await;
        // A node started again by a clock that lies: above what is stored.
        let stored = db.open().read(|conn| {
            Ok(sql_query("SELECT id, payload FROM events").get_result::<Row>(conn)?.id)
        }).await.unwrap();
        db.clock().advance(chrono::Duration::days(-400));
        let store = db.open();
        let id = store.write(|tx| Ok::<_, StoreError>(tx.next_id())).await.unwrap();
        assert!(id > stored, "{id} {stored}");
        store.close().await;
    }

    async fn ids_of_concurrent_writers_differ(db: &TestDatabase) {
        let stores = if db.path().is_some() { vec![db.open()] } else { vec![db.open(), db.open()] };
        let mut tasks = JoinSet::new();
        for task in 0..40 {
            let store = stores[task % stores.len()].clone();
            tasks.spawn(async move {
                store
                    .write(|tx| Ok::<_, StoreError>((0..500).map(|_| tx.next_id()).collect::<Vec<_>>()))
                    .await
                    .unwrap()
            });
        }
        let mut all = BTreeSet::new();
        while let Some(ids) = tasks.join_next().await {
            for id in ids.unwrap() {
                assert!(all.insert(id), "{id} twice");
            }
        }
        assert_eq!(all.len(), 20_000);
    }

    async fn a_panic_is_an_error_and_hurts_nobody(db: &TestDatabase) {
        let store = db.open();
        let mut tasks = JoinSet::new();
        for number in 0..32_i64 {
            let store = store.clone();
            tasks.spawn(async move {
                let result = store
                    .write(move |tx| {
                        count(tx, number)?;
                        if number % 8 == 3 {
                            panic!("in the open");
                        }
                        if number % 8 == 5 {
                            let nested: Result<(), StoreError> =
                                diesel::Connection::transaction(tx.conn(), |_| panic!("in a savepoint"));
                            return nested;
                        }
                        Ok(())
                    })
                    .await;
                match (number % 8, result) {
                    (3 | 5, Err(StoreError::Panicked(_))) | (0..=2 | 4 | 6 | 7, Ok(())) => {}
                    other => panic!("{other:?}"),
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        assert_eq!(store.read(logged).await.unwrap().len(), 24);
        let read: Result<(), _> = store.read(|_| panic!("while reading")).await;
        assert!(matches!(read, Err(StoreError::Panicked(_))));
        for _ in 0..8 {
            assert_eq!(store.read(logged).await.unwrap().len(), 24);
        }
        counted(&store, 99).await;
    }

    async fn reading_goes_on_while_a_writer_writes(db: &TestDatabase) {
        let store = db.open();
        counted(&store, 1).await;
        let (began, beginning) = std::sync::mpsc::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .write(move |tx| {
                        count(tx, 2)?;
                        began.send(()).unwrap();
                        gone.recv().unwrap();
                        Ok::<_, StoreError>(())
                    })
                    .await
            }
        });
        tokio::task::spawn_blocking(move || beginning.recv()).await.unwrap().unwrap();
        assert_eq!(store.read(logged).await.unwrap(), [1], "not what is not committed");
        go.send(()).unwrap();
        writing.await.unwrap().unwrap();
        assert_eq!(store.read(logged).await.unwrap(), [1, 2]);
    }

    async fn opened_again_everything_is_there(db: &TestDatabase) {
        let store = db.open();
        counted(&store, 7).await;
        store.close().await;
        store.close().await;
        assert!(matches!(store.read(logged).await, Err(StoreError::Unavailable(_))));
        let late: Result<(), StoreError> = store.write(|_| Ok(())).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))));
        assert_eq!(db.open().read(logged).await.unwrap(), [7]);
    }

    async fn closing_runs_what_waits(db: &TestDatabase) {
        let store = db.open();
        let mut tasks = JoinSet::new();
        for number in 0..50 {
            let store = store.clone();
            tasks.spawn(async move { store.write(move |tx| count(tx, number)).await });
        }
        tokio::task::yield_now().await;
        store.close().await;
        let mut kept = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(()) => kept += 1,
                Err(StoreError::Unavailable(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(db.open().read(logged).await.unwrap().len(), kept);
    }

    async fn readers_cannot_write(db: &TestDatabase) {
        let store = db.open();
        let written = store
            .read(|conn| Ok(sql_query("DELETE FROM events").execute(conn)?))
            .await;
        assert!(written.is_err());
        counted(&store, 1).await;
    }

    async fn a_second_of_the_same_conflicts(db: &TestDatabase) {
        let store = db.open();
        let insert = |tx: &mut Tx| {
            sql_query(
                "INSERT INTO node_secrets (name, sealed, created_at) \
                 VALUES ('a', 'b', '2030-01-01 00:00:00')",
            )
            .execute(tx.conn())
            .map_err(StoreError::from)
        };
        store.write(insert).await.unwrap();
        let again = store.write(insert).await.unwrap_err();
        assert!(matches!(again, StoreError::Conflict { .. }), "{again:?}");
        assert!(again.conflicts_on("node_secrets") && !again.conflicts_on("peers"), "{again:?}");
        // In a savepoint the transaction survives it.
        let went_on = store
            .write(move |tx| {
                let nested = diesel::Connection::transaction(tx.conn(), |conn| {
                    sql_query("INSERT INTO node_secrets (name, sealed, created_at) VALUES ('a', 'b', '2030-01-01')")
                        .execute(conn)
                });
                assert!(nested.is_err());
                count(tx, 5)
            })
            .await;
        went_on.unwrap();
        assert_eq!(store.read(logged).await.unwrap(), [5]);
    }

    async fn a_swallowed_error_never_looks_like_a_commit(db: &TestDatabase) {
        let store = db.open();
        let mut events = store.events();
        let result = store
            .write(|tx| {
                count(tx, 1)?;
                assert!(sql_query("INSERT INTO no_such_table VALUES (1)").execute(tx.conn()).is_err());
                Ok::<_, StoreError>(())
            })
            .await;
        let kept = store.read(logged).await.unwrap();
        assert_eq!(result.is_ok(), kept == [1], "{result:?}");
        assert_eq!(told(&mut events), kept);
        counted(&store, 2).await;
    }

    async fn an_event_reads_as_its_kind(db: &TestDatabase) {
        let store = db.open();
        store
            .write(|tx| {
                let (post, account) = (PostId(tx.next_id()), AccountId(tx.next_id()));
                tx.emit(Event::PostCreated { post, account })
            })
            .await
            .unwrap();
        #[derive(QueryableByName)]
        struct Kind {
            #[diesel(sql_type = Text)]
            kind: String,
        }
        let kind = store
            .read(|conn| Ok(sql_query("SELECT kind FROM events").get_result::<Kind>(conn)?.kind))
            .await
            .unwrap();
        assert_eq!(kind, "post_created");
    }

    async fn too_many_that_wait_are_told(db: &TestDatabase) {
        let mut config = db.config();
        config.queue = 4;
        config.writers = 1;
        let store = Store::open(&config, db.clock().clock()).unwrap();
        let (began, beginning) = std::sync::mpsc::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let mut tasks = JoinSet::new();
        let holding = store.clone();
        tasks.spawn(async move {
            holding
                .write(move |_| {
                    began.send(()).unwrap();
                    gone.recv().unwrap();
                    Ok::<_, StoreError>(())
                })
                .await
        });
        tokio::task::spawn_blocking(move || beginning.recv()).await.unwrap().unwrap();
        for number in 0..40 {
            let store = store.clone();
            tasks.spawn(async move { store.write(move |tx| count(tx, number)).await });
        }
        while tasks.len() > 5 {
            assert!(matches!(tasks.join_next().await, Some(Ok(Err(StoreError::Busy(_))))));
        }
        go.send(()).unwrap();
        // The one that ran, and the four that could wait.
        while let Some(result) = tasks.join_next().await {
            result.unwrap().unwrap();
        }
    }
}
