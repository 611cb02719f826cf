//! One node in one place: its address, its directory, its database.

use super::super::attempt::run;
use super::{FAILED, Stage};
use federation_tests::Database;
use federation_tests::database::url_of;
use federation_tests::node::PASSWORD;

crate::on_both!(one_node_in_one_place);

async fn one_node_in_one_place(on: Database) {
    let mut stage = Stage::open(on).await;
    // Somebody else has the port.
    let authority = stage.node.authority.clone();
    let port = authority.rsplit(':').next().unwrap();
    let taken = std::net::TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    stage
        .refuses("a port in use", &[], FAILED, &[port, "node.listen"])
        .await;
    stage
        .refuses(
            "an address of another machine",
            &[("ENTRENOUS_NODE_LISTEN", b"192.0.2.1:8300")],
            FAILED,
            &["192.0.2.1:8300", "node.listen"],
        )
        .await;
    drop(taken);

    // The same directory serves already: its own data go on changing, so only the answer is judged.
    stage.node.serve().await;
    let dir = stage.node.dir().to_str().unwrap().to_owned();
    let second = run(&["serve", "--data-dir", &dir], &[], "").await;
    stage.note(
        "serving already",
        second.refusal(FAILED, &["another process", &dir]),
    );
    assert_eq!(stage.node.client("").get("/health").await.status, 200);
    stage.node.kill().await;

    // A node elsewhere cannot begin with this one's database.
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("b");
    let url = match stage.node.database() {
        Some(name) => url_of(name),
        None => format!("sqlite:{}", stage.path("entrenous.db").display()),
    };
    let begin = [
        "init",
        "--data-dir",
        place.to_str().unwrap(),
        "--url",
        "http://localhost:1",
        "--owner",
        "eve",
        "--owner-password-stdin",
        "--database-url",
        &url,
    ];
    let ended = run(&begin, &[], PASSWORD).await;
    stage.note(
        "another's database",
        ended.refusal(FAILED, &["holds another node"]),
    );
    assert!(!place.exists(), "something was left behind");
    stage.close().await;
}
