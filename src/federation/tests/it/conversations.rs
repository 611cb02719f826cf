//! Replies that are not here are asked for where the post is from.

use crate::joining::joined;
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, ReplyTo, Viewer};
use entrenous_model::{PostId, Visibility};

#[tokio::test]
async fn a_conversation_is_completed_as_far_as_its_node_lets_it_be_seen() {
    let (a, b) = joined().await;
    let (ada, eve) = (a.person("ada").await, a.person("eve").await);
    let bob = b.person("bob").await;
    let root = a.writes(ada.id, "Root", Visibility::Unlisted).await;
    let first = a
        .answers(eve.id, ReplyTo::Post(root), "First", Visibility::Unlisted)
        .await;
    let second = a
        .answers(ada.id, ReplyTo::Post(first), "Second", Visibility::Unlisted)
        .await;
    a.answers(eve.id, ReplyTo::Post(root), "For followers", Visibility::Private)
        .await;
    a.answers(ada.id, ReplyTo::Post(root), "@eve between us", Visibility::Direct)
        .await;
    let uri = async |id: PostId| {
        posts::view(a.ctx(), Viewer::Person(ada.id), id)
            .await
            .unwrap()
            .post
            .uri
            .clone()
    };

    let here = b.federation.post_by_uri(&uri(root).await).await.unwrap().unwrap();
    let viewer = Viewer::Person(bob.id);
    assert_eq!(
        posts::context(b.ctx(), viewer, here).await.unwrap(),
        (vec![], vec![])
    );
    let due = posts::replies_due(b.ctx(), &[here]).await.unwrap();
    assert_eq!(due, [here]);
    assert_eq!(posts::fetch_replies(b.ctx(), due).await.unwrap(), 2);
    let (_, after) = posts::context(b.ctx(), viewer, here).await.unwrap();
    let mut found = Vec::new();
    for id in after {
        found.push(posts::view(b.ctx(), viewer, id).await.unwrap().post.uri.clone());
    }
    assert_eq!(found, [uri(first).await, uri(second).await]);

    // Not once more at once; and later without effect.
    assert_eq!(posts::replies_due(b.ctx(), &[here]).await.unwrap(), []);
    b.clock.advance(chrono::TimeDelta::minutes(15));
    let due = posts::replies_due(b.ctx(), &[here]).await.unwrap();
    assert_eq!(
        (due.len(), posts::fetch_replies(b.ctx(), due).await.unwrap()),
        (1, 0)
    );
    // Its own posts are asked of nobody.
    let own = b.writes(bob.id, "Own", Visibility::Unlisted).await;
    assert_eq!(posts::replies_due(b.ctx(), &[own]).await.unwrap(), []);
}
