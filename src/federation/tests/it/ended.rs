//! What is under way to a peer when it is revoked, and the order in the place of everything else.

use crate::fixture::Node;
use entrenous_domain::peers;
use entrenous_federation::client::{Budget, ClientError};
use entrenous_federation::vocabulary::Id;
use entrenous_model::{Contract, Fetching, Matter, OrderState, Origin, PeerState, Software};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

#[tokio::test]
async fn what_is_under_way_ends_with_the_peer() {
    let node = Node::at("http://127.0.0.1:1").await;
    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", silent.local_addr().unwrap());
    let contract = Contract::FULL;
    let id = node
        .has_peer(
            &Origin::parse(&origin).unwrap(),
            Software::Other,
            PeerState::Active,
            None,
            contract,
        )
        .await;
    let peer = peers::get(node.ctx(), id).await.unwrap().unwrap();
    let cleared = peer.clear::<Fetching>(Matter::Key).unwrap();
    let (client, asked) = (
        node.federation.client().clone(),
        Id::parse(&format!("{origin}/people/x")).unwrap(),
    );
    let asking = tokio::spawn(async move { client.object(&peer, cleared, &asked, &Budget::default()).await });
    let (_connection, _) = silent.accept().await.unwrap();
    let start = Instant::now();
    node.federation.revoke("admin", id).await.unwrap();
    let answer = asking.await.unwrap();
    assert!(matches!(answer, Err(ClientError::Halted)), "{answer:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // Other software is sent no order.
    assert!(peers::open_orders(node.ctx()).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_order_is_answered_with_a_receipt_once_it_is_carried_out() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    let (at_a, at_b) = (a.trusts(&b).await, b.trusts(&a).await);
    a.federation.revoke("admin", at_a).await.unwrap();
    let order = async || {
        let peer = peers::get(a.ctx(), at_a).await.unwrap().unwrap();
        let ending = peers::endings(a.ctx(), [&*peer]).await.unwrap().remove(&at_a);
        ending.unwrap().order.unwrap()
    };
    a.federation.send_orders().await.unwrap();
    let sent = order().await;
    assert_eq!(
        (sent.state(), sent.tries),
        (OrderState::Unconfirmed, 1),
        "taken, not carried out"
    );
    let there = peers::get(b.ctx(), at_b).await.unwrap().unwrap();
    assert_eq!(there.state, PeerState::Revoked);
    // Not before its time.
    a.federation.send_orders().await.unwrap();
    assert_eq!(order().await.tries, 1);
    while peers::purge_piece(b.ctx()).await.unwrap() {}
    a.clock.advance(chrono::TimeDelta::seconds(10));
    b.clock.advance(chrono::TimeDelta::seconds(10));
    a.federation.send_orders().await.unwrap();
    let done = order().await;
    assert_eq!(done.state(), OrderState::Confirmed, "{done:?}");
    assert!(done.receipt.unwrap().contains("eddsa-jcs-2022"));
}
