//! Custom emoji: administrators' own, and those of peers.

use crate::fixture::{House, bytes_of};
use crate::posts::{THERE, remote_draft};
use entrenous_domain::custom_emoji::{self, Change, RemoteEmoji};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{Ctx, DomainError, media};
use entrenous_model::{Emoji, MediaId, PeerId, PeerState, PreparedEmoji, Visibility};
use entrenous_store::stories;
use std::sync::Arc;

fn moving(bytes: &[u8], still: &[u8]) -> PreparedEmoji {
    PreparedEmoji {
        bytes: bytes.to_vec(),
        content_type: "image/gif",
        still: Some(still.to_vec()),
    }
}

fn still(bytes: &[u8]) -> PreparedEmoji {
    PreparedEmoji {
        bytes: bytes.to_vec(),
        content_type: "image/png",
        still: None,
    }
}

fn with(picture: PreparedEmoji) -> Change {
    Change {
        picture: Some(picture),
        ..Change::default()
    }
}

/// What a URL of ours opens: type and bytes.
async fn opens(ctx: &Ctx, url: &str) -> Option<(String, Vec<u8>)> {
    let path = url.strip_prefix("https://here.example/media/").unwrap();
    let (id, capability) = path.split_once('/').unwrap();
    let opened = media::open(ctx, MediaId(id.parse().unwrap()), capability)
        .await
        .unwrap()?;
    let size = u64::try_from(opened.size).unwrap();
    let bytes = bytes_of(ctx, &opened, 0, size).await?;
    Some((opened.content_type, bytes))
}

fn remote(shortcode: &str, bytes: &[u8]) -> RemoteEmoji {
    RemoteEmoji {
        shortcode: shortcode.to_owned(),
        uri: Some(format!("{THERE}/emojis/{shortcode}")),
        url: format!("{THERE}/media/{shortcode}"),
        updated_at: None,
        picture: still(bytes),
    }
}

async fn of(ctx: &Ctx, peer: Option<PeerId>, shortcode: &str) -> Option<Emoji> {
    let known = custom_emoji::known(ctx).await.unwrap();
    known.get(peer, shortcode).map(|one| Emoji::clone(one))
}

stories! {
    async fn administrators_have_them(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let none = custom_emoji::create(ctx, "boss", "blob", Change::default()).await;
        assert!(matches!(none, Err(DomainError::Invalid(_))), "{none:?}");
        for bad in ["", "a", "bl ob", "bl-ob", "<b>", "é_é", "a:b", &"a".repeat(65), "\"onerror=x"] {
            let answer = custom_emoji::create(ctx, "boss", bad, with(still(b"x"))).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{bad}: {answer:?}");
        }
        let blob = custom_emoji::create(ctx, "boss", ":blob:", with(moving(b"gif", b"png"))).await.unwrap();
        assert_eq!((blob.shortcode.as_str(), blob.visible_in_picker, blob.disabled), ("blob", true, false));
        let again = custom_emoji::create(ctx, "boss", "blob", with(still(b"other"))).await;
        assert!(matches!(&again, Err(DomainError::Invalid(text)) if text.contains("taken")), "{again:?}");
        // Served by what is given out alone, for a day or two.
        let urls = custom_emoji::urls(ctx, &blob).unwrap();
        assert_eq!(opens(ctx, &urls.moving).await, Some(("image/gif".to_owned(), b"gif".to_vec())));
        assert_eq!(opens(ctx, &urls.still).await, Some(("image/png".to_owned(), b"png".to_vec())));
        let guessed = format!("{}x", urls.moving);
        assert_eq!(opens(ctx, &guessed).await, None);
        let for_peers = ctx.origin().join(&custom_emoji::path_for_peers(ctx, &blob).unwrap());
        house.clock.advance(chrono::Duration::days(3));
        assert_eq!(opens(ctx, &urls.moving).await, None);
        assert_eq!(opens(ctx, &for_peers).await.unwrap().1, b"gif");
        // In texts of our own people, each once.
        let known = custom_emoji::known(ctx).await.unwrap();
        let used = known.used(None, ["<p>:blob: and :blob: and :none:</p>", "x:blob:"]);
        assert_eq!(used.iter().map(|one| one.id).collect::<Vec<_>>(), [blob.id]);
        // Another picture ends the old addresses; the old bytes go.
        let urls = custom_emoji::urls(ctx, &blob).unwrap();
        let change = Change { category: Some(" Fun ".to_owned()), ..with(still(b"new")) };
        let blob = custom_emoji::update(ctx, "boss", blob.id, change).await.unwrap();
        assert_eq!(blob.category, "Fun");
        assert_eq!(opens(ctx, &urls.moving).await, None);
        assert!(ctx.files().open(&entrenous_domain::secrets::sha256_hex(b"gif")).await.unwrap().is_none());
        let urls = custom_emoji::urls(ctx, &blob).unwrap();
        assert_eq!(urls.moving, urls.still);
        assert_eq!(opens(ctx, &urls.moving).await.unwrap().1, b"new");
        let long = Change { category: Some("x".repeat(101)), ..Change::default() };
        let answer = custom_emoji::update(ctx, "boss", blob.id, long).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        // Switched off, it is neither shown nor served.
        let off = Change { disabled: Some(true), ..Change::default() };
        custom_emoji::update(ctx, "boss", blob.id, off).await.unwrap();
        assert!(of(ctx, None, "blob").await.is_none() && opens(ctx, &urls.moving).await.is_none());
        assert_eq!(custom_emoji::all(ctx).await.unwrap().len(), 1);
        custom_emoji::remove(ctx, "boss", blob.id).await.unwrap();
        let gone = custom_emoji::remove(ctx, "boss", blob.id).await;
        assert!(matches!(gone, Err(DomainError::NotFound)), "{gone:?}");
        assert!(ctx.files().open(&entrenous_domain::secrets::sha256_hex(b"new")).await.unwrap().is_none());
    }

    async fn a_peers_are_its_own(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let ours = custom_emoji::create(ctx, "boss", "blob", with(still(b"same"))).await.unwrap();
        // The very same bytes, under the same name.
        assert!(custom_emoji::remember(ctx, peer, remote("blob", b"same")).await.unwrap());
        let theirs = of(ctx, Some(peer), "blob").await.unwrap();
        assert_ne!(theirs.id, ours.id);
        assert_eq!(of(ctx, None, "blob").await.unwrap().id, ours.id, "never in the place of ours");
        let known = custom_emoji::known(ctx).await.unwrap();
        assert_eq!(known.own().len(), 1);
        assert_eq!(known.used(Some(peer), [":blob:"])[0].id, theirs.id);
        // Nobody here changes or removes theirs.
        let answer = custom_emoji::update(ctx, "boss", theirs.id, Change::default()).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        let answer = custom_emoji::remove(ctx, "boss", theirs.id).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        // A new picture takes the place of the old one; ours has its bytes still.
        let urls = custom_emoji::urls(ctx, &theirs).unwrap();
        assert!(custom_emoji::remember(ctx, peer, remote("blob", b"newer")).await.unwrap());
        assert_eq!(opens(ctx, &urls.moving).await, None);
        let theirs = of(ctx, Some(peer), "blob").await.unwrap();
        let urls = custom_emoji::urls(ctx, &theirs).unwrap();
        assert_eq!(opens(ctx, &urls.moving).await.unwrap().1, b"newer");
        let mine = custom_emoji::urls(ctx, &ours).unwrap();
        assert_eq!(opens(ctx, &mine.moving).await.unwrap().1, b"same");
        for bad in ["a", "bl ob", "<img>", &"x".repeat(65)] {
            let answer = custom_emoji::remember(ctx, peer, remote(bad, b"x")).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{bad}: {answer:?}");
        }
        // Of a revoked peer nothing is served, and nothing comes in.
        house.set_peer_state(peer, PeerState::Revoked).await;
        assert_eq!(opens(ctx, &urls.moving).await, None);
        assert!(!custom_emoji::remember(ctx, peer, remote("late", b"late")).await.unwrap());
        assert!(ctx.files().open(&entrenous_domain::secrets::sha256_hex(b"late")).await.unwrap().is_none());
        custom_emoji::forget_peer(ctx, peer).await.unwrap();
        assert!(of(ctx, Some(peer), "blob").await.is_none());
        assert!(ctx.files().open(&entrenous_domain::secrets::sha256_hex(b"newer")).await.unwrap().is_none());
        assert_eq!(opens(ctx, &mine.moving).await.unwrap().1, b"same");
    }

    async fn a_peers_emoji_have_only_what_shows_them_made_anew(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let mine = house.say(ada.id, "à moi", Visibility::Public).await;
        let answered = house.say(ada.id, "et moi", Visibility::Public).await;
        let uri = Some(format!("{THERE}/reactions/1"));
        posts::react(ctx, house.via(peer), zoe.id, answered, ":blob@there.example:", uri).await.unwrap();
        let draft = remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &[]);
        let theirs = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        let viewer = Viewer::Person(ada.id);
        let of = async |id| posts::view(ctx, viewer, id).await.unwrap();
        let before = [of(mine).await, of(answered).await, of(theirs).await];
        assert!(Arc::ptr_eq(&before[0].body, &of(mine).await.body), "kept in memory");
        custom_emoji::remember(ctx, peer, remote("blob", b"x")).await.unwrap();
        let after = [of(mine).await, of(answered).await, of(theirs).await];
        let same: Vec<bool> = before.iter().zip(&after).map(|(one, other)| Arc::ptr_eq(&one.body, &other.body)).collect();
        assert_eq!(same, [true, false, false]);
        assert!(Arc::ptr_eq(&before[0].account, &after[0].account));
        assert!(!Arc::ptr_eq(&before[2].account, &after[2].account));
        // Our own may stand anywhere.
        custom_emoji::create(ctx, "boss", "ours", with(still(b"y"))).await.unwrap();
        assert!(!Arc::ptr_eq(&after[0].body, &of(mine).await.body));
    }

    async fn of_a_peer_five_hundred_are_kept(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        for n in 0..500 {
            assert!(custom_emoji::remember(ctx, peer, remote(&format!("e_{n}"), b"x")).await.unwrap());
        }
        assert!(!custom_emoji::remember(ctx, peer, remote("one_more", b"more")).await.unwrap());
        assert!(custom_emoji::remember(ctx, peer, remote("e_7", b"seven")).await.unwrap());
        assert_eq!(custom_emoji::known(ctx).await.unwrap().room_of(peer), 0);
        let text: String = (0..500).map(|n| format!(" :e_{n}: ")).collect();
        assert_eq!(custom_emoji::known(ctx).await.unwrap().used(Some(peer), [text.as_str()]).len(), 100);
    }
}
