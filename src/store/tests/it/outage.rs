//! Connections to PostgreSQL that are lost: what is told, and to whom.

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types::BigInt};
use entrenous_model::{Event, PostId};
use entrenous_store::{Conn, Store, StoreConfig, StoreError, Tx, testing::TestDatabase};
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::time::{sleep, timeout};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn logged(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(sql_query("SELECT count(*) AS count FROM events")
        .get_result::<Count>(conn)?
        .count)
}

fn count(tx: &mut Tx, post: i64) -> Result<(), StoreError> {
    tx.emit(Event::PostCounted { post: PostId(post) })
}

/// A way to the server on which the answer to a COMMIT can get lost, together with its connection.
struct Way {
    port: u16,
    cut: Arc<AtomicBool>,
}

impl Way {
    fn to(server: &url::Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let there = (
            server.host_str().unwrap().to_owned(),
            server.port().unwrap_or(5432),
        );
        let cut = Arc::new(AtomicBool::new(false));
        let cutting = Arc::clone(&cut);
        // It ends with the process.
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let far = TcpStream::connect(&there).unwrap();
                let lost = Arc::new(AtomicBool::new(false));
                let (back, told, cut) = (
                    (far.try_clone().unwrap(), near.try_clone().unwrap()),
                    Arc::clone(&lost),
                    Arc::clone(&cutting),
                );
                thread::spawn(move || {
                    carry(near, far, |bytes| {
                        let commit = bytes.windows(6).any(|window| window == b"COMMIT");
                        if commit && cut.swap(false, Ordering::SeqCst) {
                            lost.store(true, Ordering::SeqCst);
                        }
                        true
                    });
                });
                thread::spawn(move || carry(back.0, back.1, |_| !told.load(Ordering::SeqCst)));
            }
        });
        Self { port, cut }
    }
}

/// Carries bytes until one side ends, or `passes` forbids it.
fn carry(mut from: TcpStream, mut to: TcpStream, passes: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 8_192];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let part = &bytes[..read];
        if !passes(part) || to.write_all(part).is_err() {
            break;
        }
    }
    for side in [from, to] {
        // The other direction may have closed it.
        drop(side.shutdown(Shutdown::Both));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_commit_whose_answer_was_lost_are_told() {
    let Some(db) = TestDatabase::postgres() else {
        return;
    };
    let mut url: url::Url = db.url().parse().unwrap();
    let way = Way::to(&url);
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(way.port)).unwrap();
    url.query_pairs_mut().append_pair("sslmode", "disable");
    let config = StoreConfig {
        writers: 1,
        ..StoreConfig::new(String::from(url))
    };
    let store = Store::open(&config, db.clock().clock()).unwrap();
    let mut events = store.events();
    store.write(|tx| count(tx, 1)).await.unwrap();
    assert_eq!(events.recv().await.unwrap().len(), 1);

    way.cut.store(true, Ordering::SeqCst);
    let told = store.write(|tx| count(tx, 2)).await;
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    assert!(!way.cut.load(Ordering::SeqCst), "it was cut");
    assert_eq!(
        store.read(logged).await.unwrap(),
        2,
        "it was committed all the same"
    );
    // So whoever remembers anything of it is told to forget it.
    let heard = timeout(Duration::from_secs(30), events.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*heard, [Event::PostCounted { post: PostId(2) }]);
    store.write(|tx| count(tx, 3)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_written_can_read_though_all_connections_had_broken() {
    let Some(db) = TestDatabase::postgres() else {
        return;
    };
    let store = db.open();
    let breaker = Store::open(&db.config(), db.clock().clock()).unwrap();
    // They are opened one after the other, in threads that tell nobody.
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let open = move |tx: &mut Tx| {
        let open = sql_query(format!("SELECT count(*) AS count {others}"));
        Ok::<_, StoreError>(open.get_result::<Count>(tx.conn())?.count)
    };
    while breaker.write(open).await.unwrap() <= 6 {
        sleep(Duration::from_millis(20)).await;
    }
    for round in 1..=10 {
        // All readers have a connection that was used just now.
        for _ in 0..8 {
            store.read(logged).await.unwrap();
        }
        let broken = breaker.write(move |tx| {
            let broken = sql_query(format!(
                "SELECT count(pg_terminate_backend(pid, 5000)) AS count {others}"
            ));
            Ok::<_, StoreError>(broken.get_result::<Count>(tx.conn())?.count)
        });
        assert!(broken.await.unwrap() > 3);
        store.write(move |tx| count(tx, round)).await.unwrap();
        for _ in 0..4 {
            assert_eq!(store.read(logged).await.unwrap(), round);
        }
    }
}
