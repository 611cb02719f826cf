//! Transactions that touch the same rows take them in one order: PostgreSQL lets two orders wait for each other.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use federation_tests::database::url_of;
use federation_tests::{Database, MockPeer, Node, eventually};
use serde_json::json;

/// Whoever records how deliveries went locks the peer's row and then the queue's; so does who ends the peer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_revokes_a_peer_waits_for_it_before_its_queue() {
    let node = Node::start("Lyon", Database::Postgres).await;
    let alice = node.person("alice").await;
    let mock = MockPeer::start("127.0.0.9", "max").await;
    node.command(&["peer", "trust", &mock.origin]).await;
    let follow = json!({ "object": node.url("/people/alice") });
    let follow = mock.activity("max", "Follow", follow);
    assert_eq!(mock.post("max", &node.url("/inbox"), &follow).await.0, 202);
    alice.publish("bonjour", "public").await;
    eventually("the post", || async {
        mock.inbox().into_iter().find(|a| a["type"] == "Create")
    })
    .await;
    // Suspended, so that the node leaves the queue alone; and in the queue is what had been sent.
    node.command(&["peer", "suspend", mock.authority()]).await;
    let mut conn = PgConnection::establish(&url_of(node.database().unwrap())).unwrap();
    conn.batch_execute("UPDATE deliveries SET state = 'queued'")
        .unwrap();
    conn.batch_execute("BEGIN; UPDATE peers SET failures = 0")
        .unwrap();
    let mut other = PgConnection::establish(&url_of(node.database().unwrap())).unwrap();
    let revoke = ["peer", "revoke", mock.authority()];
    let revoke = node.try_command(&revoke, "");
    let meanwhile = async {
        eventually("it to wait for the peer", || {
            let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                         AND wait_event_type = 'Lock' AND query LIKE '%UPDATE%peers%\"state\" = %'";
            let waits = sql_query(waits).execute(&mut other).unwrap() > 0;
            async move { waits.then_some(()) }
        })
        .await;
        let free = "SELECT 1 FROM deliveries WHERE state = 'queued' FOR UPDATE NOWAIT";
        let locked = sql_query(free).execute(&mut conn);
        conn.batch_execute("ROLLBACK").unwrap();
        locked
    };
    let (revoked, locked) = tokio::join!(revoke, meanwhile);
    assert!(locked.unwrap() > 0, "nothing was in the queue");
    assert!(revoked.0, "{}", revoked.2);
    assert_eq!(node.peer_state(mock.authority()).await, "revoked");
}
