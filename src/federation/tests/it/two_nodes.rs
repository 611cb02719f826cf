//! Two nodes on real sockets: looking people and posts up, and who is refused.

use crate::fixture::Node;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, audit};
use entrenous_federation::client::Budget;
use entrenous_federation::vocabulary::Id;
use entrenous_model::{Contract, DirectoryScope, PeerState, PostScope, Software, Terms, Visibility};

async fn pair() -> (Node, Node) {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    (a, b)
}

#[tokio::test]
async fn people_and_posts_are_found_across_nodes() {
    let (a, b) = pair().await;
    let ada = a.person("ada").await;
    let bob = b.person("bob").await;
    let found = b
        .federation
        .account_by_handle("ada", a.authority())
        .await
        .unwrap()
        .unwrap();
    let seen = accounts::get(b.ctx(), found).await.unwrap().unwrap();
    assert_eq!(
        (seen.uri.as_str(), seen.display_name.as_str()),
        (ada.uri.as_str(), "ADA")
    );
    assert_eq!(seen.acct(), format!("ada@{}", a.authority()));
    assert_eq!(seen.shared_inbox_uri, Some(a.origin().join("/inbox")));
    let keys = accounts::public_keys(b.ctx(), found).await.unwrap();
    assert!(
        keys.iter().any(|key| key.kind == KeyKind::Ed25519)
            && keys.iter().any(|key| key.kind == KeyKind::Rsa)
    );
    // Known now: nothing more is asked.
    let before = b.connections();
    assert_eq!(
        b.federation
            .account_by_handle("ADA", a.authority())
            .await
            .unwrap(),
        Some(found)
    );
    assert_eq!(b.federation.account_by_uri(&ada.uri).await.unwrap(), Some(found));
    assert_eq!(b.connections(), before);
    assert_eq!(
        b.federation
            .account_by_handle("nobody", a.authority())
            .await
            .unwrap(),
        None
    );

    let public = a.writes(ada.id, "Hello #world", Visibility::Public).await;
    let private = a.writes(ada.id, "For friends", Visibility::Private).await;
    let uri = |id| a.origin().join(&format!("/posts/{id}"));
    let post = b.federation.post_by_uri(&uri(public)).await.unwrap().unwrap();
    let view = posts::view(b.ctx(), Viewer::Person(bob.id), post).await.unwrap();
    assert!(
        view.post.content.contains("Hello") && view.tags == ["world"],
        "{view:?}"
    );
    assert_eq!(
        (view.post.visibility, view.account.id),
        (Visibility::Public, found)
    );
    assert_eq!(view.post.language.as_deref(), Some("en"));
    assert_eq!(b.federation.post_by_uri(&uri(private)).await.unwrap(), None);
    assert_eq!(
        b.federation
            .post_by_uri(&uri(entrenous_model::PostId(1)))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn strangers_are_never_contacted_and_never_let_in() {
    let (a, stranger) = (Node::serving().await, Node::serving().await);
    stranger.person("mallory").await;
    a.person("ada").await;
    // The stranger trusts us, and that does not matter.
    stranger.trusts(&a).await;
    assert_eq!(
        a.federation
            .account_by_handle("mallory", stranger.authority())
            .await
            .unwrap(),
        None
    );
    let uri = stranger.origin().join("/people/mallory");
    assert_eq!(a.federation.account_by_uri(&uri).await.unwrap(), None);
    assert_eq!(
        a.federation
            .post_by_uri(&stranger.origin().join("/posts/1"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        a.federation
            .actor(&Id::parse(&uri).unwrap(), &Budget::default())
            .await
            .unwrap(),
        None
    );

    let asked = stranger
        .federation
        .account_by_uri(&a.origin().join("/people/ada"))
        .await;
    assert!(matches!(asked, Err(DomainError::Remote(_))), "{asked:?}");
    assert_eq!(a.connections(), 0, "the stranger's key was not even asked for");
    let lines = audit::list(a.ctx(), None, None, 10).await.unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line.reason.as_deref() == Some("not_a_peer")),
        "{lines:?}"
    );

    for state in [PeerState::Suspended, PeerState::Revoked, PeerState::PendingLocal] {
        let keys = Some(stranger.federation.identity().peer_keys());
        a.has_peer(stranger.origin(), Software::Native, state, keys, Contract::FULL)
            .await;
        let asked = stranger
            .federation
            .account_by_uri(&a.origin().join("/people/ada"))
            .await;
        assert!(
            matches!(asked, Err(DomainError::Remote(_))),
            "{state:?} {asked:?}"
        );
        assert_eq!(a.federation.account_by_uri(&uri).await.unwrap(), None);
    }
    assert_eq!(a.connections(), 0);
}

#[tokio::test]
async fn a_domain_without_its_instance_key_is_nobody() {
    let (a, b) = pair().await;
    b.person("bob").await;
    // What is pinned is another key than the one that answers at b's address.
    let pinned = Node::at(b.origin().as_str())
        .await
        .federation
        .identity()
        .peer_keys();
    a.has_peer(
        b.origin(),
        Software::Native,
        PeerState::Active,
        Some(pinned),
        Contract::FULL,
    )
    .await;
    let found = a.federation.account_by_handle("bob", b.authority()).await;
    assert!(
        matches!(found, Err(DomainError::Refused("not_endorsed"))),
        "{found:?}"
    );
    // It was looked at again: whoever answers there is no peer any more.
    crate::joining::eventually("the end of it", async || {
        let known = entrenous_domain::peers::active(a.ctx(), b.origin())
            .await
            .unwrap();
        known.is_none().then_some(())
    })
    .await;
    a.person("ada").await;
    let asked = b.federation.account_by_handle("ada", a.authority()).await;
    assert!(matches!(asked, Err(DomainError::Remote(_))), "{asked:?}");
    let lines = audit::list(a.ctx(), None, None, 10).await.unwrap();
    for reason in ["keys_changed", "peer_suspended"] {
        assert!(
            lines.iter().any(|line| line.reason.as_deref() == Some(reason)),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn clocks_that_differ_are_refused_between_nodes() {
    let (a, b) = pair().await;
    a.person("ada").await;
    b.clock.advance(chrono::TimeDelta::minutes(6));
    let asked = b.federation.account_by_handle("ada", a.authority()).await;
    assert!(asked.is_err(), "{asked:?}");
    let lines = audit::list(a.ctx(), None, None, 10).await.unwrap();
    assert!(
        lines.iter().any(|line| line.reason.as_deref() == Some("clock")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn the_contract_closes_the_directory_and_posts() {
    let (a, b) = pair().await;
    let ada = a.person("ada").await;
    let post = a.writes(ada.id, "Hello", Visibility::Public).await;
    let keys = || Some(b.federation.identity().peer_keys());
    let closed = |directory, posts| Contract {
        we_give: Terms {
            directory,
            posts,
            ..Terms::FULL
        },
        ..Contract::FULL
    };
    let terms = closed(DirectoryScope::All, PostScope::None);
    a.has_peer(b.origin(), Software::Native, PeerState::Active, keys(), terms)
        .await;
    let uri = a.origin().join(&format!("/posts/{post}"));
    assert_eq!(b.federation.post_by_uri(&uri).await.unwrap(), None);
    let terms = closed(DirectoryScope::None, PostScope::None);
    a.has_peer(b.origin(), Software::Native, PeerState::Active, keys(), terms)
        .await;
    // Nobody is made known but those whom the peer has had to do with: ada's post was on its way there.
    let eve = a.person("eve").await;
    assert_eq!(
        b.federation
            .account_by_handle("eve", a.authority())
            .await
            .unwrap(),
        None
    );
    assert_eq!(b.federation.account_by_uri(&eve.uri).await.unwrap(), None);
    assert!(
        b.federation
            .account_by_handle("ada", a.authority())
            .await
            .unwrap()
            .is_some()
    );
    let terms = closed(DirectoryScope::All, PostScope::Network);
    a.has_peer(b.origin(), Software::Native, PeerState::Active, keys(), terms)
        .await;
    assert!(b.federation.post_by_uri(&uri).await.unwrap().is_some());
}

#[tokio::test]
async fn other_software_is_asked_with_rsa() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    // Each takes the other for something else: no endorsement is needed, keys are pinned on first use.
    for (one, other) in [(&a, &b), (&b, &a)] {
        let keys = Some(other.federation.identity().peer_keys());
        one.has_peer(
            other.origin(),
            Software::Other,
            PeerState::Active,
            keys,
            Contract::FULL,
        )
        .await;
    }
    let ada = a.person("ada").await;
    let found = b
        .federation
        .account_by_handle("ada", a.authority())
        .await
        .unwrap();
    assert!(found.is_some());
    let post = a.writes(ada.id, "Hello", Visibility::Public).await;
    // Without a follower there, other software sees no public post.
    let uri = a.origin().join(&format!("/posts/{post}"));
    assert_eq!(b.federation.post_by_uri(&uri).await.unwrap(), None);
}
