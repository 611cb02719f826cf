//! Files of posts between two nodes: who may fetch them, from where, and what comes of it.

use crate::fixture::Node;
use entrenous_domain::ports::RemoteLookup as _;
use entrenous_domain::posts::{self, Chosen, Draft, Files, ReplyTo, Viewer};
use entrenous_domain::{Via, attachments, media};
use entrenous_federation::client::{Budget, ClientError};
use entrenous_federation::render::Reader;
use entrenous_federation::vocabulary::{Note, escape};
use entrenous_files::samples::{self, Film};
use entrenous_model::{
    Account, AccountId, Attachment, AttachmentKind, AttachmentState, Focus, Matter, Origin, PeerState,
    PostId, Serving, Software, Visibility,
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

fn png() -> Vec<u8> {
    png_of(30)
}

fn png_of(width: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(width, 20, Rgb([9, 99, 199])))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

async fn upload(node: &Node, owner: AccountId) -> Attachment {
    let file = entrenous_files::prepare(png()).unwrap();
    attachments::upload(node.ctx(), owner, file, "A blue wall", Focus { x: 0.5, y: -0.5 })
        .await
        .unwrap()
}

/// A film with a picture before it.
async fn upload_film(node: &Node, owner: AccountId) -> Attachment {
    let mut file = entrenous_files::prepare(samples::mp4(&Film::default())).unwrap();
    file.preview = Some(entrenous_files::preview(&png()).unwrap());
    attachments::upload(node.ctx(), owner, file, "A walk", Focus::default())
        .await
        .unwrap()
}

async fn shows(node: &Node, author: &Account, visibility: Visibility) -> (PostId, Attachment) {
    let file = upload(node, author.id).await;
    (publishes(node, author, visibility, &file).await, file)
}

async fn publishes(node: &Node, author: &Account, visibility: Visibility, file: &Attachment) -> PostId {
    let draft = Draft {
        text: String::new(),
        spoiler: String::new(),
        sensitive: false,
        visibility,
        language: None,
        reply_to: ReplyTo::None,
        idempotency_key: None,
        remote: None,
        created_at: None,
        files: Files::These(vec![Chosen::of(file.id)]),
        group: None,
        quote: None,
        quote_policy: None,
        poll: None,
    };
    posts::publish(node.ctx(), Via::Local, author.id, draft)
        .await
        .unwrap()
}

async fn view(node: &Node, viewer: &Account, post: PostId) -> posts::PostView {
    posts::view(node.ctx(), Viewer::Person(viewer.id), post)
        .await
        .unwrap()
}

/// The post as soon as none of its files waits any more.
async fn settled(node: &Node, viewer: &Account, post: PostId) -> posts::PostView {
    let mut events = node.ctx().store().events();
    tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let view = view(node, viewer, post).await;
            if view.files.iter().all(|file| file.state == AttachmentState::Ready) {
                return view;
            }
            let batch = events.recv().await.unwrap();
            node.ctx().caches().apply(&batch);
        }
    })
    .await
    .expect("the files did not come")
}

async fn opens(node: &Node, path: &str) -> Option<Vec<u8>> {
    let (id, capability) = path.strip_prefix("/media/").unwrap().split_once('/').unwrap();
    let opened = media::open(node.ctx(), id.parse().unwrap(), capability)
        .await
        .unwrap()?;
    let size = u64::try_from(opened.size).unwrap();
    let mut left = opened.pieces(node.ctx(), 0, size).await.unwrap()?;
    let mut bytes = Vec::new();
    while let Some((piece, rest)) = left.next().await.unwrap() {
        bytes.extend(piece);
        left = rest;
    }
    Some(bytes)
}

#[tokio::test]
async fn a_picture_crosses_and_is_served_by_the_other_node() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    let (post, file) = shows(&a, &ada, Visibility::Public).await;
    let uri = a.origin().join(&format!("/posts/{post}"));
    let known = b.federation.post_by_uri(&uri).await.unwrap().unwrap();
    let seen = settled(&b, &bob, known).await;
    let [copy] = seen.files.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!(
        (copy.kind, copy.description.as_str(), copy.width, copy.height),
        (AttachmentKind::Image, "A blue wall", Some(30), Some(20))
    );
    assert_eq!(copy.focus, file.focus);
    assert_eq!(copy.blurhash, file.blurhash);
    assert_eq!(
        copy.remote_url.as_deref(),
        Some(format!("{uri}/files/{}", file.id).as_str())
    );
    for path in [
        attachments::path(b.ctx(), copy).unwrap().unwrap(),
        attachments::preview_path(b.ctx(), copy).unwrap().unwrap(),
    ] {
        let bytes = opens(&b, &path).await.unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 30);
        // What one node gives out is nothing on the other.
        assert_eq!(opens(&a, &path).await, None);
    }
    // Deleted there, told here: gone at once, with its bytes.
    let path = attachments::path(b.ctx(), copy).unwrap().unwrap();
    posts::delete(b.ctx(), Via::Local, seen.post.account, known)
        .await
        .unwrap();
    assert_eq!(opens(&b, &path).await, None);
    let hash = copy.hash.as_ref().unwrap();
    assert!(b.ctx().files().open(hash).await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_of_many_pieces_crosses_whole() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    let mut sound = samples::wav();
    sound.truncate(40);
    sound.extend(300_000_u32.to_le_bytes());
    sound.extend((0..300_000_u32).map(|number| u8::try_from(number % 251).unwrap()));
    let file = entrenous_files::prepare(sound.clone()).unwrap();
    let file = attachments::upload(a.ctx(), ada.id, file, "A sound", Focus::default())
        .await
        .unwrap();
    let post = publishes(&a, &ada, Visibility::Public, &file).await;
    let uri = a.origin().join(&format!("/posts/{post}"));
    let known = b.federation.post_by_uri(&uri).await.unwrap().unwrap();
    let seen = settled(&b, &bob, known).await;
    assert_eq!((&seen.files[0].hash, seen.files[0].size), (&file.hash, file.size));
    let path = attachments::path(b.ctx(), &seen.files[0]).unwrap().unwrap();
    assert!(opens(&b, &path).await.unwrap() == sound);
}

#[tokio::test]
async fn files_are_given_to_those_who_may_see_the_post() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let ada = a.person("ada").await;
    let (public, file) = shows(&a, &ada, Visibility::Public).await;
    let (private, secret) = shows(&a, &ada, Visibility::Private).await;
    let peer = entrenous_domain::peers::active(b.ctx(), a.origin())
        .await
        .unwrap()
        .unwrap();
    let fetch = async |post: PostId, file: &Attachment| {
        let url = a.origin().join(&format!("/posts/{post}/files/{}", file.id));
        b.federation
            .client()
            .file(
                &peer,
                peer.clear(Matter::Posts).unwrap(),
                &url,
                1 << 20,
                &Budget::default(),
            )
            .await
    };
    assert_eq!(
        fetch(public, &file).await.unwrap().len(),
        usize::try_from(file.size).unwrap()
    );
    for (post, file) in [(private, &secret), (public, &secret), (private, &file)] {
        assert!(matches!(fetch(post, file).await, Err(ClientError::Status(404))));
    }
    // So is the picture before a film; a picture has none before it.
    let film = upload_film(&a, ada.id).await;
    let seen = publishes(&a, &ada, Visibility::Public, &film).await;
    let kept = upload_film(&a, ada.id).await;
    let hidden = publishes(&a, &ada, Visibility::Private, &kept).await;
    let fetch_poster = async |post: PostId, file: &Attachment| {
        let url = a
            .origin()
            .join(&format!("/posts/{post}/files/{}/poster?of=1", file.id));
        let cleared = peer.clear(Matter::Posts).unwrap();
        b.federation
            .client()
            .file(&peer, cleared, &url, 1 << 20, &Budget::default())
            .await
    };
    let poster = fetch_poster(seen, &film).await.unwrap();
    assert_eq!(image::load_from_memory(&poster).unwrap().width(), 30);
    for (post, file) in [(hidden, &kept), (seen, &kept), (hidden, &film), (public, &file)] {
        assert!(matches!(
            fetch_poster(post, file).await,
            Err(ClientError::Status(404))
        ));
    }
    // Without a signature nobody gets anything.
    let mut stream = tokio::net::TcpStream::connect(a.authority()).await.unwrap();
    let request = format!(
        "GET /posts/{public}/files/{} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        file.id,
        a.authority()
    );
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    posts::delete(a.ctx(), Via::Local, ada.id, public).await.unwrap();
    assert!(matches!(
        fetch(public, &file).await,
        Err(ClientError::Status(404))
    ));
}

/// A peer for which posts are written.
async fn reader(node: &Node, origin: &str, software: Software) -> Reader {
    let origin = Origin::parse(origin).unwrap();
    let contract = entrenous_model::Contract::FULL;
    let id = node
        .has_peer(&origin, software, PeerState::Active, None, contract)
        .await;
    let peer = entrenous_domain::peers::get(node.ctx(), id)
        .await
        .unwrap()
        .unwrap();
    Reader::of(&peer, peer.clear::<Serving>(Matter::Posts).unwrap())
}

#[tokio::test]
async fn other_software_gets_a_url_that_needs_no_signature() {
    let a = Node::at("https://here.example").await;
    let ada = a.person("ada").await;
    let (post, file) = shows(&a, &ada, Visibility::Public).await;
    let view_of = |note: &Value| note["attachment"][0]["url"].as_str().unwrap().to_owned();
    let view = posts::view(a.ctx(), Viewer::Person(ada.id), post).await.unwrap();
    let other = reader(&a, "https://other.example", Software::Other).await;
    let note = a.federation.note(&view, other);
    assert_eq!(
        note["attachment"],
        json!([{
            "type": "Image", "mediaType": "image/png", "url": view_of(&note), "name": "A blue wall",
            "width": 30, "height": 20, "blurhash": file.blurhash, "focalPoint": [0.5, -0.5],
        }])
    );
    let path = view_of(&note)
        .strip_prefix("https://here.example")
        .unwrap()
        .to_owned();
    assert!(opens(&a, &path).await.is_some());
    // It may be fetched some days later, and not for ever.
    a.clock.advance(chrono::TimeDelta::days(6));
    assert!(opens(&a, &path).await.is_some());
    a.clock.advance(chrono::TimeDelta::days(9));
    assert!(opens(&a, &path).await.is_none());
    let native = view_of(&a.federation.note(
        &view,
        reader(&a, "https://native.example", Software::Native).await,
    ));
    assert_eq!(
        native,
        format!("https://here.example/posts/{post}/files/{}", file.id)
    );
    // Deleted, no URL of it opens anything.
    let view = posts::view(a.ctx(), Viewer::Person(ada.id), post).await.unwrap();
    let fresh = view_of(&a.federation.note(&view, other));
    let path = fresh.strip_prefix("https://here.example").unwrap();
    assert!(opens(&a, path).await.is_some());
    posts::delete(a.ctx(), Via::Local, ada.id, post).await.unwrap();
    assert!(opens(&a, path).await.is_none());
}

#[tokio::test]
async fn a_film_crosses_with_the_picture_before_it() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    let film = upload_film(&a, ada.id).await;
    let post = publishes(&a, &ada, Visibility::Public, &film).await;
    let uri = a.origin().join(&format!("/posts/{post}"));
    let known = b.federation.post_by_uri(&uri).await.unwrap().unwrap();
    let seen = settled(&b, &bob, known).await;
    let copy = &seen.files[0];
    assert_eq!(
        (copy.kind, copy.width, copy.height, copy.duration),
        (AttachmentKind::Video, Some(640), Some(360), Some(2_000))
    );
    assert_eq!((copy.frame_rate, copy.poster_due), (film.frame_rate, false));
    assert!(copy.blurhash.is_some());
    let old = attachments::preview_path(b.ctx(), copy).unwrap().unwrap();
    let bytes = opens(&b, &old).await.unwrap();
    assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 30);
    assert_eq!(opens(&a, &old).await, None);

    // The author puts another picture before it, of which their node tells.
    let change = attachments::Change {
        preview: Some(entrenous_files::preview(&png_of(40)).unwrap()),
        ..Default::default()
    };
    attachments::change(a.ctx(), ada.id, film.id, change)
        .await
        .unwrap();
    let peer = entrenous_domain::peers::active(a.ctx(), b.origin())
        .await
        .unwrap()
        .unwrap();
    let reader = Reader::of(&peer, peer.clear::<Serving>(Matter::Posts).unwrap());
    let note = Note::read(&a.federation.note(&view(&a, &ada, post).await, reader)).unwrap();
    let author = entrenous_domain::accounts::known_by_uri(b.ctx(), &ada.uri)
        .await
        .unwrap()
        .unwrap();
    let draft = b.federation.draft(&author, &note).await.unwrap();
    posts::edit(b.ctx(), Via::Local, author.id, known, draft)
        .await
        .unwrap();
    let mut events = b.ctx().store().events();
    b.federation.files_wanted(known);
    let replaced = async {
        loop {
            let batch = events.recv().await.unwrap();
            b.ctx().caches().apply(&batch);
            let seen = view(&b, &bob, known).await;
            let files = &seen.files;
            if files[0].preview.as_ref().is_some_and(|one| one.width == 40) {
                return files[0].clone();
            }
        }
    };
    let copy = tokio::time::timeout(Duration::from_secs(30), replaced)
        .await
        .unwrap();
    assert_eq!(opens(&b, &old).await, None);
    // It goes with the post.
    let path = attachments::preview_path(b.ctx(), &copy).unwrap().unwrap();
    assert!(opens(&b, &path).await.is_some());
    posts::delete(b.ctx(), Via::Local, author.id, known)
        .await
        .unwrap();
    assert_eq!(opens(&b, &path).await, None);
}

#[tokio::test]
async fn other_software_is_told_of_the_picture_before_a_film() {
    let a = Node::at("https://here.example").await;
    let ada = a.person("ada").await;
    let film = upload_film(&a, ada.id).await;
    let post = publishes(&a, &ada, Visibility::Public, &film).await;
    let view = view(&a, &ada, post).await;
    let other = reader(&a, "https://other.example", Software::Other).await;
    let note = a.federation.note(&view, other);
    let file = &note["attachment"][0];
    assert_eq!(
        *file,
        json!({
            "type": "Document", "mediaType": "video/mp4", "url": file["url"], "name": "A walk", "width": 640,
            "height": 360, "duration": "PT2.000S", "blurhash": film.blurhash,
            "icon": { "type": "Image", "mediaType": "image/jpeg", "url": file["icon"]["url"] },
        })
    );
    let url = file["icon"]["url"].as_str().unwrap();
    let path = url.strip_prefix("https://here.example").unwrap();
    let bytes = opens(&a, path).await.unwrap();
    assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 30);
    // As long as the film, and no longer than it is in the post.
    a.clock.advance(chrono::TimeDelta::days(6));
    assert!(opens(&a, path).await.is_some());
    posts::delete(a.ctx(), Via::Local, ada.id, post).await.unwrap();
    assert!(opens(&a, path).await.is_none());
}

#[tokio::test]
async fn a_picture_of_another_place_is_never_put_before_a_film() {
    let (a, b) = (Node::serving().await, Node::serving().await);
    a.trusts(&b).await;
    b.trusts(&a).await;
    let ada = a.person("ada").await;
    b.federation.account_by_uri(&ada.uri).await.unwrap().unwrap();
    let author = entrenous_domain::accounts::known_by_uri(b.ctx(), &ada.uri)
        .await
        .unwrap()
        .unwrap();
    let own = a.origin().join("/own.jpg");
    for (poster, taken) in [
        (json!("https://elsewhere.example/p.jpg"), None),
        (
            json!({ "type": "Image", "url": "https://elsewhere.example/p.jpg" }),
            None,
        ),
        (json!(7), None),
        (json!({ "type": "Image", "url": own }), Some(own.clone())),
    ] {
        let note = Note::read(&json!({
            "type": "Note", "id": a.origin().join("/posts/77"), "attributedTo": ada.uri, "content": "<p>Look</p>",
            "to": [a.origin().join("/network")],
            "attachment": [{ "type": "Document", "mediaType": "video/mp4", "url": a.origin().join("/film.mp4"),
                "icon": poster }],
        }))
        .unwrap();
        let Files::Remote(files) = b.federation.draft(&author, &note).await.unwrap().files else {
            panic!("files of a peer")
        };
        assert_eq!(files[0].poster, taken, "{poster}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_from_another_place_and_what_fails_is_tried_again() {
    let (a, b, stranger) = (
        Node::serving().await,
        Node::serving().await,
        Node::serving().await,
    );
    a.trusts(&b).await;
    b.trusts(&a).await;
    let (ada, bob) = (a.person("ada").await, b.person("bob").await);
    b.federation.account_by_uri(&ada.uri).await.unwrap().unwrap();
    let (post, file) = shows(&a, &ada, Visibility::Public).await;
    let author = entrenous_domain::accounts::known_by_uri(b.ctx(), &ada.uri)
        .await
        .unwrap()
        .unwrap();
    let here = a.origin().join(&format!("/posts/{post}/files/{}", file.id));
    let missing = a.origin().join("/posts/1/files/1");
    let there = stranger.origin().join("/picture.png");
    let note = Note::read(&json!({
        "type": "Note", "id": a.origin().join("/posts/77"), "attributedTo": ada.uri, "content": "<p>Look</p>",
        "to": [a.origin().join("/network")],
        "attachment": [
            {"type": "Image", "url": there, "name": "elsewhere"},
            {"type": "Document", "mediaType": "image/png", "url": missing, "name": "missing"},
            {"type": "Document", "mediaType": "image/png", "url": here, "name": "here"},
        ]
    }))
    .unwrap();
    let draft = b.federation.draft(&author, &note).await.unwrap();
    let id = posts::publish(b.ctx(), Via::Local, author.id, draft)
        .await
        .unwrap();
    let seen = view(&b, &bob, id).await;
    // What is elsewhere is a link.
    assert!(
        seen.post.content.contains(&escape(&there)),
        "{}",
        seen.post.content
    );
    let named: Vec<&str> = seen.files.iter().map(|file| file.description.as_str()).collect();
    assert_eq!(named, ["missing", "here"]);
    assert!(
        seen.files
            .iter()
            .all(|file| file.state == AttachmentState::Waiting)
    );

    let mut events = b.ctx().store().events();
    b.federation.files_wanted(id);
    let arrived = async {
        loop {
            let batch = events.recv().await.unwrap();
            b.ctx().caches().apply(&batch);
            if view(&b, &bob, id).await.files[1].state == AttachmentState::Ready {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arrived)
        .await
        .unwrap();
    b.ctx().caches().forget_everything();
    let seen = view(&b, &bob, id).await;
    assert_eq!(seen.files[0].state, AttachmentState::Failed);
    assert_eq!(attachments::path(b.ctx(), &seen.files[0]).unwrap(), None);
    // It rests, and then may be tried again.
    assert_eq!(attachments::wanted(b.ctx(), id).await.unwrap(), []);
    b.clock.advance(chrono::TimeDelta::minutes(6));
    let again = attachments::wanted(b.ctx(), id).await.unwrap();
    assert_eq!(
        again.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(),
        [missing.as_str()]
    );
    // Of a peer that is none any more, nothing is fetched.
    let before = b.connections();
    let peer_then = entrenous_domain::peers::get(b.ctx(), author.peer.unwrap())
        .await
        .unwrap()
        .unwrap();
    b.has_peer(
        a.origin(),
        Software::Native,
        PeerState::Suspended,
        Some(a.federation.identity().peer_keys()),
        entrenous_model::Contract::FULL,
    )
    .await;
    let cleared = peer_then.clear(Matter::Posts).unwrap();
    let former = entrenous_domain::peers::get(b.ctx(), author.peer.unwrap())
        .await
        .unwrap()
        .unwrap();
    let budget = Budget::default();
    let refused = b.federation.client().file(&former, cleared, &missing, 1, &budget);
    assert!(matches!(refused.await, Err(ClientError::NotAPeer)));
    assert_eq!(b.connections(), before);
}
