//! Custom emoji and emoji reactions between two nodes: what crosses, from where it is fetched, and what a broken-in peer
//! tries with it.

use crate::fixture::Node;
use crate::forged::{Attacker, activity, note};
use crate::joining::{follow, joined};
use entrenous_domain::custom_emoji::{self, Change, Emojis};
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, ShownReaction, Viewer};
use entrenous_domain::{Via, accounts, peers};
use entrenous_federation::render::Reader;
use entrenous_model::{
    Account, AccountId, ActivityId, Contract, Matter, Origin, OutboundActivity, PeerId, PeerState, PostId,
    Sending, Software, Visibility,
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

fn png(shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(30, 20, Rgb([shade, 99, 199])))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

async fn has_emoji(node: &Node, shortcode: &str, shade: u8) {
    let change = Change {
        picture: Some(entrenous_files::emoji(&png(shade)).unwrap()),
        ..Change::default()
    };
    custom_emoji::create(node.ctx(), "boss", shortcode, change)
        .await
        .unwrap();
}

/// What the node knows as soon as that holds.
async fn until(node: &Node, what: &str, holds: impl Fn(&Emojis) -> bool) -> Arc<Emojis> {
    for _ in 0..600 {
        let known = custom_emoji::known(node.ctx()).await.unwrap();
        if holds(&known) {
            return known;
        }
        // It comes in the background, from a real socket.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not come");
}

async fn reactions(node: &Node, viewer: AccountId, post: PostId) -> Vec<ShownReaction> {
    node.ctx().caches().forget_everything();
    let view = posts::view(node.ctx(), Viewer::Person(viewer), post)
        .await
        .unwrap();
    view.shown_reactions()
}

async fn answered(node: &Node, viewer: AccountId, post: PostId, expected: &[(&str, i64)]) {
    let mut found = Vec::new();
    for _ in 0..600 {
        let shown = reactions(node, viewer, post).await;
        found = shown.into_iter().map(|one| (one.name, one.count)).collect();
        if found
            .iter()
            .map(|(name, count)| (name.as_str(), *count))
            .eq(expected.iter().copied())
        {
            return;
        }
        // The other node applies it in its own time, and tells nobody of this one.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{found:?} and not {expected:?}");
}

async fn peer_of(node: &Node, other: &Node) -> PeerId {
    peers::active(node.ctx(), other.origin())
        .await
        .unwrap()
        .unwrap()
        .id
}

#[tokio::test]
async fn an_emoji_crosses_with_what_uses_it() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    has_emoji(&a, "blob", 9).await;
    // Ours of the same name stays ours.
    has_emoji(&b, "blob", 200).await;
    let id = a.writes(ada.id, "Hi :blob: and :none:", Visibility::Public).await;
    let uri = a.origin().join(&format!("/posts/{id}"));
    let post = b.federation.post_by_uri(&uri).await.unwrap().unwrap();
    let home = peer_of(&b, &a).await;
    let known = until(&b, "the emoji", |known| known.get(Some(home), "blob").is_some()).await;
    let (theirs, ours) = (
        known.get(Some(home), "blob").unwrap(),
        known.get(None, "blob").unwrap(),
    );
    assert_ne!(theirs.picture.hash, ours.picture.hash);
    let url = theirs.remote_url.clone().unwrap();
    assert_eq!(url, a.origin().join("/emojis/blob/picture"));
    let view = posts::view(b.ctx(), Viewer::Person(bob.id), post).await.unwrap();
    let used = known.used(view.post.peer, [view.post.content.as_str()]);
    assert_eq!(used.iter().map(|one| one.id).collect::<Vec<_>>(), [theirs.id]);
    // Shown under our own address.
    let urls = custom_emoji::urls(b.ctx(), theirs).unwrap();
    assert!(urls.moving.starts_with(b.origin().as_str()));
}

#[tokio::test]
async fn reactions_cross_and_are_taken_back() {
    let (a, b) = joined().await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    has_emoji(&a, "ours", 9).await;
    has_emoji(&b, "theirs", 200).await;
    let id = a.writes(ada.id, "Hello", Visibility::Public).await;
    let uri = a.origin().join(&format!("/posts/{id}"));
    let post = b.federation.post_by_uri(&uri).await.unwrap().unwrap();
    let react = async |emoji: &str| {
        posts::react(b.ctx(), Via::Local, bob.id, post, emoji, None)
            .await
            .unwrap();
    };
    react("🎉").await;
    react(":theirs:").await;
    let named = format!("theirs@{}", b.authority());
    answered(&a, ada.id, id, &[("🎉", 1), (&named, 1)]).await;
    let there = peer_of(&a, &b).await;
    until(&a, "the emoji", |known| {
        known.get(Some(there), "theirs").is_some()
    })
    .await;
    // The author takes up the other node's, and it is the other node's own there.
    posts::react(a.ctx(), Via::Local, ada.id, id, &named, None)
        .await
        .unwrap();
    answered(&a, ada.id, id, &[("🎉", 1), (&named, 2)]).await;
    let view = posts::view(a.ctx(), Viewer::Person(ada.id), id).await.unwrap();
    assert_eq!(view.post.favourites_count, 0);
    posts::unreact(b.ctx(), Via::Local, bob.id, post, Some("🎉"))
        .await
        .unwrap();
    posts::unreact(b.ctx(), Via::Local, bob.id, post, Some("theirs"))
        .await
        .unwrap();
    answered(&a, ada.id, id, &[(&named, 1)]).await;
    // Of a post of theirs, with their emoji: known there as their own.
    let theirs = b.writes(bob.id, "Mine", Visibility::Public).await;
    let uri = b.origin().join(&format!("/posts/{theirs}"));
    let known = a.federation.post_by_uri(&uri).await.unwrap().unwrap();
    posts::react(b.ctx(), Via::Local, bob.id, theirs, "theirs", None)
        .await
        .unwrap();
    let bob_there = accounts::known_by_uri(a.ctx(), &bob.uri).await.unwrap().unwrap();
    let via = posts::react(a.ctx(), Via::Local, ada.id, known, &named, None).await;
    assert!(via.is_err(), "it is not on that post, as far as is known here");
    assert!(!bob_there.is_local());
}

async fn rendered(node: &Node, software: Software, data: OutboundActivity, by: &Account) -> Value {
    let origin = Origin::parse("https://elsewhere.example").unwrap();
    let id = node
        .has_peer(&origin, software, PeerState::Active, None, Contract::FULL)
        .await;
    let peer = peers::get(node.ctx(), id).await.unwrap().unwrap();
    let reader = Reader::of(&peer, peer.clear::<Sending>(Matter::Posts).unwrap());
    let keys = node.federation.keys().person(by.id).await.unwrap().unwrap();
    node.federation
        .document(&peer, reader, ActivityId(1), (Some(by.id), &data), &keys)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn each_software_reads_reactions_in_its_own_words() {
    let node = Node::at("https://here.example").await;
    let ada = node.person("ada").await;
    has_emoji(&node, "blob", 9).await;
    let post = node.writes(ada.id, "Hello", Visibility::Public).await;
    let react = |name: &str| OutboundActivity::React {
        uri: "https://here.example/people/ada/reactions/1".to_owned(),
        object: format!("https://here.example/posts/{post}"),
        name: name.to_owned(),
    };
    let undo = OutboundActivity::UndoReact {
        uri: "https://here.example/people/ada/reactions/1".to_owned(),
        object: format!("https://here.example/posts/{post}"),
        name: "🎉".to_owned(),
    };
    for (software, kind) in [(Software::Native, "EmojiReact"), (Software::Other, "Like")] {
        let document = rendered(&node, software, react("🎉"), &ada).await;
        assert_eq!(
            (&document["type"], &document["content"]),
            (&json!(kind), &json!("🎉"))
        );
        assert!(document.get("tag").is_none());
        let document = rendered(&node, software, react("blob"), &ada).await;
        assert_eq!(document["content"], ":blob:");
        let tag = &document["tag"][0];
        assert_eq!((&tag["type"], &tag["name"]), (&json!("Emoji"), &json!(":blob:")));
        assert_eq!(tag["id"], "https://here.example/emojis/blob");
        let url = tag["icon"]["url"].as_str().unwrap();
        assert_eq!(
            url.ends_with("/emojis/blob/picture"),
            software == Software::Native,
            "{url}"
        );
        let document = rendered(&node, software, undo.clone(), &ada).await;
        assert_eq!(
            (&document["object"]["type"], &document["object"]["content"]),
            (&json!(kind), &json!("🎉"))
        );
    }
}

fn tag(node: &Node, shortcode: &str) -> Value {
    json!({
        "type": "Emoji", "name": format!(":{shortcode}:"),
        "id": node.origin().join(&format!("/emojis/{shortcode}")),
        "icon": {"type": "Image", "mediaType": "image/png", "url": node.origin().join(&format!("/emojis/{shortcode}/picture"))},
    })
}

#[tokio::test]
async fn a_broken_in_peer_reacts_for_nobody_else() {
    let (p, n) = joined().await;
    let (mallory, other, nina) = (
        p.person("mallory").await,
        p.person("other").await,
        n.person("nina").await,
    );
    let post = n.writes(nina.id, "Mine", Visibility::Public).await;
    let secret = n.writes(nina.id, "Ours", Visibility::Direct).await;
    let uri = |id: PostId| n.origin().join(&format!("/posts/{id}"));
    let attacker = Attacker::of(&p, &n).await;
    let react = |number: u32, by: &Account, object: PostId, content: &str, tags: Value| {
        let mut document = activity(&p, by, number, "EmojiReact", json!(uri(object)));
        document["content"] = json!(content);
        document["tag"] = tags;
        document
    };
    // In another's name, of this node or of theirs; with an id of ours.
    for (number, by) in [(1, &other), (2, &nina)] {
        assert_eq!(
            attacker
                .says(&mallory, &react(number, by, post, "🎉", json!([])))
                .await,
            403
        );
    }
    let mut foreign = react(3, &mallory, post, "🎉", json!([]));
    foreign["id"] = json!(n.origin().join("/people/nina/reactions/1"));
    assert_eq!(attacker.says(&mallory, &foreign).await, 403);
    // What may not be seen is not answered.
    assert_eq!(
        attacker
            .says(&mallory, &react(4, &mallory, secret, "🎉", json!([])))
            .await,
        202
    );
    assert_eq!(reactions(&n, nina.id, secret).await, []);
    assert_eq!(reactions(&n, nina.id, post).await, []);
    // Emoji that are none: a favourite at most, and never a name.
    let texts = [
        "<img src=x onerror=alert(1)>",
        ":\"><script>:",
        "::",
        ":a:",
        ":blob:",
        "javascript:alert(1)",
        "👍👍",
    ];
    for (number, text) in (10..).zip(texts) {
        let document = react(
            number,
            &mallory,
            post,
            text,
            json!([{"type": "Emoji", "name": text}]),
        );
        assert_eq!(attacker.says(&mallory, &document).await, 202, "{text}");
    }
    assert_eq!(reactions(&n, nina.id, post).await, []);
    // A custom emoji of ours that does not exist, of a third node, or with a picture elsewhere.
    has_emoji(&n, "blob", 9).await;
    let mut ours = tag(&n, "blob");
    ours["id"] = json!(n.origin().join("/emojis/other"));
    let mut third = tag(&p, "blob");
    third["id"] = json!("https://u.test/emojis/blob");
    let mut elsewhere = tag(&p, "blob");
    elsewhere["icon"]["url"] = json!("https://u.test/blob.png");
    let before = n.connections();
    for (number, tag) in (30..).zip([ours, third, elsewhere]) {
        let document = react(number, &mallory, post, ":blob:", json!([tag]));
        assert_eq!(attacker.says(&mallory, &document).await, 202);
    }
    assert_eq!(reactions(&n, nina.id, post).await, []);
    assert_eq!(n.connections(), before, "nobody was asked for anything");
    // Theirs, said well; then more than there may be, which is nothing.
    let document = react(40, &mallory, post, ":blob:", json!([tag(&n, "blob")]));
    assert_eq!(attacker.says(&mallory, &document).await, 202);
    assert_eq!(reactions(&n, nina.id, post).await[0].name, "blob");
    for (number, emoji) in (50..).zip("😀 😁 😂 😃 😄 😅 😆 😇 😈 😉".split(' ')) {
        assert_eq!(
            attacker
                .says(&mallory, &react(number, &mallory, post, emoji, json!([])))
                .await,
            202
        );
    }
    assert_eq!(reactions(&n, nina.id, post).await.len(), posts::OF_ONE);
    // Another's is not taken back.
    let undo = activity(&p, &other, 70, "Undo", json!(document["id"]));
    assert_eq!(attacker.says(&other, &undo).await, 202);
    assert_eq!(reactions(&n, nina.id, post).await.len(), posts::OF_ONE);
    let undo = activity(&p, &mallory, 71, "Undo", json!(document["id"]));
    assert_eq!(attacker.says(&mallory, &undo).await, 202);
    assert_eq!(reactions(&n, nina.id, post).await.len(), posts::OF_ONE - 1);
}

#[tokio::test]
async fn a_flood_of_emoji_is_bounded_and_hostile_ones_are_left() {
    let (p, n) = joined().await;
    let (mallory, nina) = (p.person("mallory").await, n.person("nina").await);
    follow(&n, nina.id, &p, "mallory").await;
    let attacker = Attacker::of(&p, &n).await;
    let home = peer_of(&n, &p).await;
    // Hundreds in one post, none of which is there: 64 are looked at, as many asked for as an activity may cost, and each once.
    let before = n.connections();
    let tags: Value = (0..1_000).map(|number| tag(&p, &format!("e_{number}"))).collect();
    let flood = async |number: u32| {
        let mut flood = note(&p, &mallory, number, "<p>:e_1:</p>");
        flood["tag"] = tags.clone();
        let create = activity(&p, &mallory, number, "Create", flood);
        assert_eq!(attacker.says(&mallory, &create).await, 202);
        // Nothing tells that no more will be fetched: what is begun has had its time.
        tokio::time::sleep(Duration::from_millis(800)).await;
        n.connections() - before
    };
    for (number, most) in (1..).zip([20, 40, 60, 64]) {
        let asked = flood(number).await;
        assert!(asked <= most + 1, "{asked} by post {number}");
    }
    let again = n.connections();
    flood(5).await;
    assert_eq!(n.connections(), again, "what was tried rests");
    // Shortcodes and addresses that are none.
    let mut hostile = note(&p, &mallory, 6, "<p>:blob:</p>");
    hostile["tag"] = json!([
        {"type": "Emoji", "name": ":<script>:", "icon": {"url": p.origin().join("/emojis/x/picture")}},
        {"type": "Emoji", "name": ":blob:", "icon": {"url": "https://u.test/blob.png"}},
        {"type": "Emoji", "name": ":blob2:", "icon": {"url": "javascript:alert(1)"}},
        {"type": "Emoji", "name": ":blob3:", "icon": {"url": n.origin().join("/emojis/blob/picture")}},
        {"type": "Emoji", "name": ":blob4:", "id": n.origin().join("/emojis/blob4"), "icon": {"url": p.origin().join("/emojis/x/picture")}},
        {"type": "Emoji", "name": 7, "icon": [[[]]]},
        {"type": "Emoji"},
    ]);
    assert_eq!(
        attacker
            .says(&mallory, &activity(&p, &mallory, 6, "Create", hostile))
            .await,
        202
    );
    // As above.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(n.connections(), again, "nobody was asked for anything");
    assert_eq!(custom_emoji::known(n.ctx()).await.unwrap().room_of(home), 500);
}

#[tokio::test]
async fn pictures_that_are_none_are_refused() {
    use axum::routing::get;
    let node = Node::at("https://here.example").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Origin::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let mut bomb = png(1);
    bomb[16..24].copy_from_slice(&[0, 1, 134, 160, 0, 1, 134, 160]);
    let served: Vec<(&str, Vec<u8>)> = vec![
        (
            "svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
        ),
        ("html", b"<script>alert(1)</script>".to_vec()),
        ("huge", vec![0x89; 2 << 20]),
        ("bomb", bomb),
        ("empty", Vec::new()),
        ("good", png(7)),
    ];
    let mut router = axum::Router::new();
    for (name, bytes) in served.clone() {
        router = router.route(
            &format!("/{name}"),
            get(async move || ([("content-type", "image/png")], bytes)),
        );
    }
    tokio::spawn(async move { axum::serve(listener, router).await });
    let peer = node
        .has_peer(&origin, Software::Other, PeerState::Active, None, Contract::FULL)
        .await;
    let peer = peers::get(node.ctx(), peer).await.unwrap().unwrap();
    let cleared = peer.clear(Matter::Posts).unwrap();
    let budget = entrenous_federation::client::Budget::of(20);
    for (name, _) in &served {
        let url = origin.join(&format!("/{name}"));
        let most = u64::try_from(entrenous_files::EMOJI_BYTES).unwrap();
        let fetched = node
            .federation
            .client()
            .file(&peer, cleared, &url, most, &budget)
            .await;
        let taken = fetched.ok().and_then(|bytes| entrenous_files::emoji(&bytes).ok());
        assert_eq!(taken.is_some(), *name == "good", "{name}");
    }
}
