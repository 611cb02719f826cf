//! Quotes between three nodes: asked for, let, taken back, and forged.

use crate::fixture::Node;
use crate::forged::{Attacker, activity, note};
use crate::joining::{eventually, follow};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Draft, ReplyTo, Viewer};
use entrenous_domain::quotes::{self, QuoteSight, Quoting};
use entrenous_domain::{DomainError, Via, notifications, peers};
use entrenous_federation::client::{Budget, ClientError};
use entrenous_federation::vocabulary::Id;
use entrenous_model::{
    AccountId, Fetching, Matter, NotificationKind, Page, PostId, QuoteChoice, QuotePolicy, Visibility,
};
use serde_json::{Value, json};

impl Node {
    async fn says(
        &self,
        author: AccountId,
        text: &str,
        visibility: Visibility,
        quote: Option<PostId>,
    ) -> Result<PostId, DomainError> {
        let draft = Draft {
            text: text.to_owned(),
            spoiler: String::new(),
            sensitive: false,
            visibility,
            language: Some("en".to_owned()),
            reply_to: ReplyTo::None,
            poll: None,
            idempotency_key: None,
            remote: None,
            created_at: None,
            files: posts::Files::default(),
            group: None,
            quote: quote.map(Quoting::Post),
            quote_policy: Some(QuotePolicy::from(QuoteChoice::Public)),
        };
        posts::publish(self.ctx(), Via::Local, author, draft).await
    }

    fn uri(&self, post: PostId) -> String {
        self.origin().join(&format!("/posts/{post}"))
    }

    async fn found(&self, uri: &str) -> Option<PostId> {
        self.federation.post_by_uri(uri).await.unwrap()
    }

    /// How the quote of a post is shown; `None` if the post is not there, or quotes nothing.
    async fn sight(&self, viewer: AccountId, uri: &str) -> Option<QuoteSight> {
        let post = posts::known_by_uri(self.ctx(), uri).await.unwrap()?;
        let view = posts::view(self.ctx(), Viewer::Person(viewer), post.id)
            .await
            .ok()?;
        view.quote.map(|quote| quote.sight)
    }

    async fn shows(&self, viewer: AccountId, uri: &str, expected: QuoteSight) {
        let what = format!("{expected:?} on {}", self.authority());
        eventually(&what, async || {
            (self.sight(viewer, uri).await == Some(expected)).then_some(())
        })
        .await;
    }

    async fn told(&self, who: AccountId) -> Vec<NotificationKind> {
        let filter = notifications::Filter::default();
        let all = notifications::list(self.ctx(), who, filter, Page::first(20))
            .await
            .unwrap();
        all.into_iter().map(|one| one.kind).collect()
    }

    /// Fetches a document of another node.
    async fn fetches(&self, from: &Self, uri: &str) -> Result<Value, ClientError> {
        let peer = peers::active(self.ctx(), from.origin()).await.unwrap().unwrap();
        let cleared = peer.clear::<Fetching>(Matter::Posts).unwrap();
        let id = Id::parse(uri).unwrap();
        self.federation
            .client()
            .object(&peer, cleared, &id, &Budget::default())
            .await
    }
}

/// Three nodes that trust each other, with their background work.
async fn three() -> [Node; 3] {
    let nodes = [
        Node::serving().await,
        Node::serving().await,
        Node::serving().await,
    ];
    for one in &nodes {
        for other in &nodes {
            if one.origin() != other.origin() {
                one.trusts(other).await;
            }
        }
        tokio::spawn(one.federation.clone().run_background(std::future::pending()));
    }
    nodes
}

#[tokio::test]
async fn a_quote_is_let_everywhere_and_taken_back_everywhere() {
    let [a, b, c] = three().await;
    let (ada, bob, cyd) = (
        a.person("ada").await,
        b.person("bob").await,
        c.person("cyd").await,
    );
    follow(&c, cyd.id, &b, "bob").await;
    let post = a.says(ada.id, "News", Visibility::Public, None).await.unwrap();
    let (here, there) = (a.uri(post), b.found(&a.uri(post)).await.unwrap());
    let quote = b
        .says(bob.id, "Look", Visibility::Public, Some(there))
        .await
        .unwrap();
    let uri = b.uri(quote);
    b.shows(bob.id, &uri, QuoteSight::Accepted).await;
    a.shows(ada.id, &uri, QuoteSight::Accepted).await;
    // A third node believes the node of who is quoted.
    c.shows(cyd.id, &uri, QuoteSight::Accepted).await;
    assert_eq!(a.told(ada.id).await, [NotificationKind::Quote]);
    let count = posts::view(a.ctx(), Viewer::Person(ada.id), post).await.unwrap();
    assert_eq!(count.post.quotes_count, 1);

    // What is sent: the quote, its stamp, a link for who does not know quotes, and who may quote.
    let sent = c.fetches(&b, &uri).await.unwrap();
    let stamp = sent["quoteAuthorization"].as_str().unwrap().to_owned();
    assert!(stamp.starts_with(&format!("{here}/quotes/")), "{stamp}");
    for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
        assert_eq!(sent[name], json!(here), "{name}");
    }
    let text = sent["content"].as_str().unwrap();
    assert!(text.contains("quote-inline") && text.contains(&here), "{text}");
    assert!(!sent.to_string().contains("ns/activitystreams#Public"), "{sent}");
    let shown = c.found(&uri).await.unwrap();
    let shown = posts::view(c.ctx(), Viewer::Person(cyd.id), shown).await.unwrap();
    assert_eq!(shown.post.content, "<p>Look</p>");
    let policy = &sent["interactionPolicy"]["canQuote"]["automaticApproval"];
    assert_eq!(*policy, json!([b.origin().join("/network"), bob.followers_uri]));
    // The stamp, for who may see the quoted post.
    let document = c.fetches(&a, &stamp).await.unwrap();
    assert_eq!(document["type"], "QuoteAuthorization");
    assert_eq!(document["attributedTo"], json!(ada.uri));
    assert_eq!(
        (&document["interactingObject"], &document["interactionTarget"]),
        (&json!(uri), &json!(here))
    );
    assert!(!document.to_string().contains("Look") && !document.to_string().contains("News"));

    let quoting = a.found(&uri).await.unwrap();
    quotes::revoke(a.ctx(), ada.id, post, quoting).await.unwrap();
    for (node, who) in [(&a, ada.id), (&b, bob.id), (&c, cyd.id)] {
        node.shows(who, &uri, QuoteSight::Revoked).await;
    }
    assert!(
        c.fetches(&a, &stamp).await.is_err(),
        "there is no such stamp any more"
    );
    let sent = c.fetches(&b, &uri).await.unwrap();
    assert_eq!(
        (&sent["quoteAuthorization"], &sent["quoteUrl"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        !sent["content"].as_str().unwrap().contains("quote-inline"),
        "{sent}"
    );
}

#[tokio::test]
async fn what_its_author_does_not_let_is_not_shown() {
    let [a, b, c] = three().await;
    let (ada, bob, cyd) = (
        a.person("ada").await,
        b.person("bob").await,
        c.person("cyd").await,
    );
    follow(&b, bob.id, &a, "ada").await;
    follow(&c, cyd.id, &b, "bob").await;
    // A follower elsewhere sees the private post, and cannot quote it.
    let private = a
        .says(ada.id, "For followers", Visibility::Private, None)
        .await
        .unwrap();
    let seen = eventually("the private post", async || {
        let known = posts::known_by_uri(b.ctx(), &a.uri(private)).await.unwrap();
        known.map(|post| post.id)
    })
    .await;
    let answer = b.says(bob.id, "Look", Visibility::Public, Some(seen)).await;
    assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
    // Its author quotes it, for followers; elsewhere those see it, and nobody else the quote.
    let own = a
        .says(ada.id, "Again", Visibility::Public, Some(private))
        .await
        .unwrap();
    b.shows(bob.id, &a.uri(own), QuoteSight::Accepted).await;
    assert_eq!(c.found(&a.uri(own)).await, None);

    // The policy changes after the other node has read it: it is asked, and says no.
    let post = a.says(ada.id, "News", Visibility::Public, None).await.unwrap();
    let there = b.found(&a.uri(post)).await.unwrap();
    a.ctx()
        .store()
        .write(move |tx| entrenous_store::posts::set_quote_policy(tx, post, QuotePolicy::default()))
        .await
        .unwrap();
    let quote = b
        .says(bob.id, "Look", Visibility::Public, Some(there))
        .await
        .unwrap();
    b.shows(bob.id, &b.uri(quote), QuoteSight::Rejected).await;
    c.shows(cyd.id, &b.uri(quote), QuoteSight::Pending).await;
    assert!(
        a.told(ada.id)
            .await
            .iter()
            .all(|kind| *kind != NotificationKind::Quote)
    );
}

#[tokio::test]
async fn leave_to_quote_cannot_be_forged() {
    let [a, m, c] = three().await;
    let (ada, mallory, cyd) = (
        a.person("ada").await,
        m.person("mallory").await,
        c.person("cyd").await,
    );
    follow(&c, cyd.id, &m, "mallory").await;
    let (post, closed) = (
        a.says(ada.id, "News", Visibility::Public, None).await.unwrap(),
        a.writes(ada.id, "Not for quotes", Visibility::Public).await,
    );
    // A genuine quote, for its stamp.
    let there = c.found(&a.uri(post)).await.unwrap();
    let genuine = c
        .says(cyd.id, "Look", Visibility::Public, Some(there))
        .await
        .unwrap();
    c.shows(cyd.id, &c.uri(genuine), QuoteSight::Accepted).await;
    let stored = posts::known_by_uri(c.ctx(), &c.uri(genuine))
        .await
        .unwrap()
        .unwrap();
    let stamp = stored.quote.clone().unwrap().stamp.unwrap();

    let (to_a, to_c) = (Attacker::of(&m, &a).await, Attacker::of(&m, &c).await);
    let stamps = [
        m.origin().join("/stamps/1"),
        a.origin().join("/stamps/1"),
        stamp.clone(),
        m.uri(PostId(1)),
    ];
    for (number, named) in (10_u32..).zip(&stamps) {
        let mut forged = note(&m, &mallory, number, "x");
        forged["quote"] = json!(a.uri(closed));
        forged["quoteAuthorization"] = json!(named);
        let uri = forged["id"].as_str().unwrap().to_owned();
        for (to, node, who) in [(&to_a, &a, ada.id), (&to_c, &c, cyd.id)] {
            let create = activity(&m, &mallory, number, "Create", forged.clone());
            assert_eq!(to.says(&mallory, &create).await, 202, "{named}");
            assert_eq!(node.sight(who, &uri).await, Some(QuoteSight::Pending), "{named}");
        }
    }
    // Mallory's node answers for ada, takes ada's stamp back, and asks for somebody else.
    let request = json!({"type": "QuoteRequest", "actor": cyd.uri, "object": a.uri(closed), "instrument": c.uri(genuine)});
    let mut accept = activity(&m, &mallory, 20, "Accept", request.clone());
    accept["result"] = json!(m.origin().join("/stamps/2"));
    assert_eq!(to_c.says(&mallory, &accept).await, 403);
    let mut accept = activity(
        &m,
        &mallory,
        21,
        "Accept",
        json!(format!("{}/quote", c.uri(genuine))),
    );
    accept["result"] = json!(m.origin().join("/stamps/2"));
    assert_eq!(
        to_c.says(&mallory, &accept).await,
        202,
        "it is about nothing of theirs"
    );
    let reject = activity(
        &m,
        &mallory,
        22,
        "Reject",
        json!(format!("{}/quote", c.uri(genuine))),
    );
    assert_eq!(to_c.says(&mallory, &reject).await, 202);
    for object in [json!(stamp), json!({"type": "QuoteAuthorization", "id": stamp})] {
        let delete = activity(&m, &mallory, 23, "Delete", object);
        assert_eq!(to_c.says(&mallory, &delete).await, 403);
    }
    let mut ask = activity(&m, &mallory, 24, "QuoteRequest", json!(a.uri(post)));
    ask["instrument"] = json!(c.uri(genuine));
    assert_eq!(to_a.says(&mallory, &ask).await, 403);
    let mut ask = activity(&m, &mallory, 25, "QuoteRequest", json!(a.uri(post)));
    ask["instrument"] = json!(m.origin().join("/posts/10"));
    assert_eq!(to_a.says(&mallory, &ask).await, 403, "it quotes another post");
    let mut ask = activity(&m, &mallory, 26, "QuoteRequest", json!(a.uri(closed)));
    ask["instrument"] = json!(m.origin().join("/posts/10"));
    assert_eq!(to_a.says(&mallory, &ask).await, 202);
    let refused = m.origin().join("/posts/10");
    assert_eq!(a.sight(ada.id, &refused).await, Some(QuoteSight::Rejected));
    assert_eq!(c.sight(cyd.id, &c.uri(genuine)).await, Some(QuoteSight::Accepted));
    // An embedded instrument makes its post known, and is asked about like any other.
    let mut fresh = note(&m, &mallory, 30, "fresh");
    fresh["quote"] = json!(a.uri(post));
    let uri = fresh["id"].as_str().unwrap().to_owned();
    let mut ask = activity(&m, &mallory, 31, "QuoteRequest", json!(a.uri(post)));
    ask["instrument"] = fresh;
    assert_eq!(to_a.says(&mallory, &ask).await, 202);
    assert_eq!(a.sight(ada.id, &uri).await, Some(QuoteSight::Accepted));
    // One that quotes something else is refused, and nothing of it is kept.
    let mut other = note(&m, &mallory, 32, "other");
    other["quote"] = json!(a.uri(closed));
    let uri = other["id"].as_str().unwrap().to_owned();
    let mut ask = activity(&m, &mallory, 33, "QuoteRequest", json!(a.uri(post)));
    ask["instrument"] = other;
    assert_eq!(to_a.says(&mallory, &ask).await, 403);
    assert!(posts::known_by_uri(a.ctx(), &uri).await.unwrap().is_none());
}

#[tokio::test]
async fn a_quote_that_is_fetched_is_let_as_one_that_comes() {
    let [a, b, c] = three().await;
    let (ada, bob, cyd) = (
        a.person("ada").await,
        b.person("bob").await,
        c.person("cyd").await,
    );
    let post = a.says(ada.id, "News", Visibility::Unlisted, None).await.unwrap();
    let there = b.found(&a.uri(post)).await.unwrap();
    // Unlisted: nothing of it is sent to c.
    let says = async |text: &str, quoted: PostId| {
        b.says(bob.id, text, Visibility::Unlisted, Some(quoted))
            .await
            .unwrap()
    };
    let quote = says("Look", there).await;
    b.shows(bob.id, &b.uri(quote), QuoteSight::Accepted).await;
    // By its address: the quoted post comes with it, and the word of that one's author.
    let found = c.found(&b.uri(quote)).await.unwrap();
    assert_eq!(c.sight(cyd.id, &b.uri(quote)).await, Some(QuoteSight::Accepted));
    let view = posts::view(c.ctx(), Viewer::Person(cyd.id), found).await.unwrap();
    assert_eq!(view.post.content, "<p>Look</p>");
    assert!(
        posts::known_by_uri(c.ctx(), &a.uri(post))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(c.told(cyd.id).await, [], "it is no news");
    // No chain of quotes is followed: of the inner one nobody is asked.
    let inner = says("And this", there).await;
    b.shows(bob.id, &b.uri(inner), QuoteSight::Accepted).await;
    let outer = says("Again", inner).await;
    c.found(&b.uri(outer)).await.unwrap();
    assert_eq!(c.sight(cyd.id, &b.uri(outer)).await, Some(QuoteSight::Accepted));
    assert_eq!(c.sight(cyd.id, &b.uri(inner)).await, Some(QuoteSight::Pending));
}

#[tokio::test]
async fn the_first_stamp_of_a_quote_stays() {
    let [a, b, c] = three().await;
    let (ada, bob, cyd) = (
        a.person("ada").await,
        b.person("bob").await,
        c.person("cyd").await,
    );
    follow(&c, cyd.id, &b, "bob").await;
    let post = a.says(ada.id, "News", Visibility::Public, None).await.unwrap();
    let there = b.found(&a.uri(post)).await.unwrap();
    let quote = b
        .says(bob.id, "Look", Visibility::Public, Some(there))
        .await
        .unwrap();
    let uri = b.uri(quote);
    c.shows(cyd.id, &uri, QuoteSight::Accepted).await;
    let stamp = async || {
        let stored = posts::known_by_uri(b.ctx(), &uri).await.unwrap().unwrap();
        stored.quote.clone().unwrap().stamp.unwrap()
    };
    let (first, to_b) = (stamp().await, Attacker::of(&a, &b).await);
    // Each would go to all who have the quote.
    for number in 0..20_u32 {
        let mut accept = activity(&a, &ada, number, "Accept", json!(format!("{uri}/quote")));
        accept["result"] = json!(a.origin().join(&format!("/stamps/{number}")));
        assert_eq!(to_b.says(&ada, &accept).await, 202);
    }
    assert_eq!(stamp().await, first);
}
