//! Files of posts: whose they are, how long they stay, and that their bytes go with the last who had them.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::posts::{self, Chosen, Draft, Files, RemoteFile, Viewer};
use entrenous_domain::{Ctx, DomainError, Via, attachments, maintenance, media, peers};
use entrenous_model::{
    AccountId, Attachment, AttachmentKind, AttachmentState, Focus, MediaId, PreparedFile, PreparedPreview,
    Visibility,
};
use entrenous_store::stories;

fn file(bytes: &[u8]) -> PreparedFile {
    PreparedFile {
        kind: AttachmentKind::Image,
        bytes: bytes.to_vec(),
        content_type: "image/png",
        pixels: Some((3, 2)),
        duration: None,
        frame_rate: None,
        preview: Some(PreparedPreview {
            bytes: b"small".to_vec(),
            content_type: "image/jpeg",
            pixels: (3, 2),
            blurhash: "L00000fQfQfQ".to_owned(),
        }),
    }
}

async fn upload(ctx: &Ctx, owner: AccountId, bytes: &[u8]) -> Attachment {
    attachments::upload(ctx, owner, file(bytes), "what it shows", Focus::default())
        .await
        .unwrap()
}

fn with(files: &[MediaId]) -> Draft {
    Draft {
        files: Files::These(files.iter().map(|id| Chosen::of(*id)).collect()),
        ..draft("", Visibility::Public)
    }
}

fn remote(uri: &str, urls: &[&str]) -> Draft {
    let file = |url: &&str| RemoteFile {
        url: (*url).to_owned(),
        content_type: "image/png".to_owned(),
        description: "é".repeat(2_000),
        focus: Focus::default(),
        pixels: Some((600, 400)),
        duration: None,
        poster: None,
        blurhash: None,
    };
    Draft {
        files: Files::Remote(urls.iter().map(file).collect()),
        ..remote_draft(uri, Visibility::Public, &[])
    }
}

async fn opens(ctx: &Ctx, path: &str) -> bool {
    let (id, capability) = path.strip_prefix("/media/").unwrap().split_once('/').unwrap();
    media::open(ctx, id.parse().unwrap(), capability)
        .await
        .unwrap()
        .is_some()
}

async fn there(ctx: &Ctx, hash: Option<&String>) -> bool {
    ctx.files().get(hash.unwrap()).await.unwrap().is_some()
}

stories! {
    async fn files_belong_to_one_person_and_one_post(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let mut ids = Vec::new();
        for n in 0..5_u8 {
            ids.push(upload(ctx, ada.id, &[n]).await.id);
        }
        for (author, files) in [(bob.id, &ids[..1]), (ada.id, &ids[..]), (ada.id, &[ids[0], ids[0]][..]), (ada.id, &[MediaId(1)][..])] {
            let answer = posts::publish(ctx, Via::Local, author, with(files)).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        }
        let answer = posts::publish(ctx, Via::Local, ada.id, with(&[])).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "neither text nor files: {answer:?}");
        let post = posts::publish(ctx, Via::Local, ada.id, with(&[ids[1], ids[0]])).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(bob.id), post).await.unwrap();
        assert_eq!(view.files.iter().map(|file| file.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
        let again = posts::publish(ctx, Via::Local, ada.id, with(&ids[..1])).await;
        assert!(matches!(again, Err(DomainError::Invalid(_))), "{again:?}");
        assert!(matches!(attachments::own(ctx, bob.id, ids[0]).await, Err(DomainError::NotFound)));
        let described = attachments::Change { description: Some("new".to_owned()), ..Default::default() };
        assert!(matches!(attachments::change(ctx, bob.id, ids[0], described.clone()).await, Err(DomainError::NotFound)));
        attachments::change(ctx, ada.id, ids[0], described).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(bob.id), post).await.unwrap();
        assert_eq!(view.files[1].description, "new", "what is kept of the post is forgotten");
        assert!(matches!(attachments::remove(ctx, ada.id, ids[0]).await, Err(DomainError::Invalid(_))));
    }

    async fn a_url_ends_with_what_it_was_given_for(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let file = upload(ctx, ada.id, b"picture").await;
        let post = posts::publish(ctx, Via::Local, ada.id, with(&[file.id])).await.unwrap();
        let paths = async || {
            let file = attachments::own(ctx, ada.id, file.id).await.unwrap();
            [
                attachments::path(ctx, &file).unwrap().unwrap(),
                attachments::preview_path(ctx, &file).unwrap().unwrap(),
                attachments::path_for_peers(ctx, &file).unwrap(),
            ]
        };
        let all_open = async |paths: &[String]| {
            let mut open = Vec::new();
            for path in paths {
                open.push(opens(ctx, path).await);
            }
            open
        };
        let old = paths().await;
        assert_eq!(all_open(&old).await, [true; 3]);
        // A peer is revoked: it may have URLs that need no signature.
        let peer = house.peer(THERE).await;
        peers::revoke(ctx, "ada", peer).await.unwrap();
        assert_eq!(all_open(&old).await, [false; 3]);
        let new = paths().await;
        assert_eq!(all_open(&new).await, [true; 3]);
        let view = posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
        assert_eq!(attachments::path(ctx, &view.files[0]).unwrap().as_ref(), new.first());
        posts::delete(ctx, Via::Local, ada.id, post).await.unwrap();
        assert_eq!(all_open(&new).await, [false; 3]);
        // To be written anew, it waits for its author.
        let again = paths().await;
        assert_eq!(all_open(&again).await, [true; 3]);
        house.clock.advance(TimeDelta::hours(23));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(there(ctx, file.hash.as_ref()).await);
        house.clock.advance(TimeDelta::hours(2));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(!there(ctx, file.hash.as_ref()).await);
        assert_eq!(all_open(&again).await, [false; 3]);
    }

    async fn bytes_stay_as_long_as_someone_has_them(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let (one, two) = (upload(ctx, ada.id, b"same").await, upload(ctx, bob.id, b"same").await);
        assert_eq!(one.hash, two.hash);
        attachments::remove(ctx, ada.id, one.id).await.unwrap();
        assert!(there(ctx, two.hash.as_ref()).await);
        attachments::remove(ctx, bob.id, two.id).await.unwrap();
        assert!(!there(ctx, two.hash.as_ref()).await && !there(ctx, two.preview.as_ref().map(|one| &one.hash)).await);
        // A picture of a profile with the same bytes keeps them too.
        let three = upload(ctx, ada.id, b"face").await;
        media::store_picture(ctx, ada.id, b"face".to_vec(), "image/png", None).await.unwrap();
        attachments::remove(ctx, ada.id, three.id).await.unwrap();
        assert!(there(ctx, three.hash.as_ref()).await);
    }

    async fn files_of_peers_are_named_fetched_and_go(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let uri = "https://there.example/p/1";
        let (a, b, c) = ("https://there.example/a", "https://there.example/b", "https://there.example/c");
        let post = posts::publish(ctx, house.via(peer), zoe.id, remote(uri, &[a, b])).await.unwrap();
        let view = async || posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
        let first = view().await;
        assert!(first.files.iter().all(|file| file.state == AttachmentState::Waiting && file.hash.is_none()));
        assert_eq!(first.files[0].description.chars().count(), 1_500);
        assert_eq!(attachments::path(ctx, &first.files[0]).unwrap(), None);
        let wanted = attachments::wanted(ctx, post).await.unwrap();
        assert_eq!(wanted.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [a, b]);
        attachments::arrived(ctx, wanted[0].id, file(b"theirs"), None).await.unwrap();
        attachments::failed(ctx, wanted[1].id).await.unwrap();
        let second = view().await;
        assert_eq!((second.files[0].state, second.files[0].width), (AttachmentState::Ready, Some(3)));
        let path = attachments::path(ctx, &second.files[0]).unwrap().unwrap();
        assert!(opens(ctx, &path).await);
        // Nobody here can put it into a post of theirs.
        let stolen = posts::publish(ctx, Via::Local, ada.id, with(&[wanted[0].id])).await;
        assert!(matches!(stolen, Err(DomainError::Invalid(_))), "{stolen:?}");
        // An edit keeps what it names again, in its new place, and adds and removes the others.
        posts::edit(ctx, house.via(peer), zoe.id, post, remote(uri, &[c, a])).await.unwrap();
        let third = view().await;
        assert_eq!(third.files[1].id, wanted[0].id);
        assert_eq!((third.files.len(), third.files[0].state), (2, AttachmentState::Waiting));
        // What comes for a file that nobody names any more is not kept.
        attachments::arrived(ctx, wanted[1].id, file(b"late"), None).await.unwrap();
        assert_eq!(view().await.files.len(), 2);
        posts::delete(ctx, house.via(peer), zoe.id, post).await.unwrap();
        assert!(!opens(ctx, &path).await);
        assert!(!there(ctx, second.files[0].hash.as_ref()).await);
    }

    async fn only_so_many_wait(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        for n in 0..60_u8 {
            upload(ctx, ada.id, &[n]).await;
        }
        let answer = attachments::upload(ctx, ada.id, file(b"one more"), "", Focus::default()).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        let long = attachments::upload(ctx, house.person("bob").await.id, file(b"x"), &"x".repeat(1_501), Focus::default()).await;
        assert!(matches!(long, Err(DomainError::Invalid(_))), "{long:?}");
    }
}
