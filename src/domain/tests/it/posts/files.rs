//! Files of posts: whose they are, how long they stay, and that their bytes go with the last who had them.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::TimeDelta;
use entrenous_domain::posts::{self, Chosen, Draft, Files, RemoteFile, Viewer};
use entrenous_domain::{Ctx, DomainError, Via, attachments, maintenance, media, peers};
use entrenous_model::{
    AccountId, Attachment, AttachmentKind, AttachmentState, Focus, FrameRate, MediaId, PreparedFile,
    PreparedPreview, Visibility,
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
    ctx.files().open(hash.unwrap()).await.unwrap().is_some()
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
                attachments::preview_path_for_peers(ctx, &file).unwrap().unwrap(),
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
        assert_eq!(all_open(&old).await, [true; 4]);
        // A peer is revoked: it may have URLs that need no signature.
        let peer = house.peer(THERE).await;
        peers::revoke(ctx, "ada", peer).await.unwrap();
        assert_eq!(all_open(&old).await, [false; 4]);
        let new = paths().await;
        assert_eq!(all_open(&new).await, [true; 4]);
        let view = posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
        assert_eq!(attachments::path(ctx, &view.files[0]).unwrap().as_ref(), new.first());
        posts::delete(ctx, Via::Local, ada.id, post).await.unwrap();
        assert_eq!(all_open(&new).await, [false; 4]);
        // To be written anew, it waits for its author.
        let again = paths().await;
        assert_eq!(all_open(&again).await, [true; 4]);
        house.clock.advance(TimeDelta::hours(23));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(there(ctx, file.hash.as_ref()).await);
        house.clock.advance(TimeDelta::hours(2));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert!(!there(ctx, file.hash.as_ref()).await);
        assert_eq!(all_open(&again).await, [false; 4]);
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

    async fn a_picture_before_a_film_of_a_peer_comes_is_replaced_and_goes(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let uri = "https://there.example/p/1";
        let film = |poster: Option<&str>| {
            let mut draft = remote(uri, &["https://there.example/film"]);
            if let Files::Remote(files) = &mut draft.files {
                files[0].content_type = "video/mp4".to_owned();
                files[0].duration = Some(9_000);
                files[0].poster = poster.map(str::to_owned);
            }
            draft
        };
        let (old, new) = ("https://there.example/old", "https://there.example/new");
        let post = posts::publish(ctx, house.via(peer), zoe.id, film(Some(old))).await.unwrap();
        let view = async || posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
        let wanted = attachments::wanted(ctx, post).await.unwrap();
        assert_eq!(wanted[0].poster.as_deref(), Some(old));
        assert_eq!(attachments::posters_wanted(ctx, post).await.unwrap(), []);
        // The film comes without: what it does not say is the peer's word, and the picture rests for a while.
        let bytes = PreparedFile {
            kind: AttachmentKind::Video,
            content_type: "video/mp4",
            frame_rate: FrameRate::of(25, 1),
            pixels: None,
            preview: None,
            ..file(b"film")
        };
        attachments::arrived(ctx, wanted[0].id, bytes, None).await.unwrap();
        let first = view().await.files[0].clone();
        assert_eq!((first.width, first.height, first.duration), (Some(600), Some(400), Some(9_000)));
        assert_eq!(first.frame_rate, FrameRate::of(25, 1));
        assert!(first.poster_due && first.preview.is_none());
        assert_eq!(attachments::posters_wanted(ctx, post).await.unwrap(), []);
        house.clock.advance(TimeDelta::minutes(6));
        let due = attachments::posters_wanted(ctx, post).await.unwrap();
        assert_eq!(due[0].url, old);
        attachments::poster_failed(ctx, due[0].id).await.unwrap();
        assert_eq!(attachments::posters_wanted(ctx, post).await.unwrap(), []);
        let poster = |bytes: &[u8]| PreparedPreview { bytes: bytes.to_vec(), ..file(b"").preview.unwrap() };
        attachments::poster_arrived(ctx, due[0].clone(), poster(b"one")).await.unwrap();
        let second = view().await.files[0].clone();
        assert_eq!((second.poster_due, second.blurhash.as_deref()), (false, Some("L00000fQfQfQ")));
        let paths = [
            attachments::preview_path(ctx, &second).unwrap().unwrap(),
            attachments::preview_path_for_peers(ctx, &second).unwrap().unwrap(),
        ];
        for path in &paths {
            assert!(opens(ctx, path).await);
        }
        // Another one is fetched at once; until it is here the old one stays.
        posts::edit(ctx, house.via(peer), zoe.id, post, film(Some(new))).await.unwrap();
        let due = attachments::posters_wanted(ctx, post).await.unwrap();
        assert_eq!(due[0].url, new);
        assert!(opens(ctx, &paths[0]).await);
        let late = attachments::WantedPoster { url: old.to_owned(), ..due[0].clone() };
        attachments::poster_arrived(ctx, late, poster(b"late")).await.unwrap();
        attachments::poster_arrived(ctx, due[0].clone(), poster(b"two")).await.unwrap();
        for path in &paths {
            assert!(!opens(ctx, path).await);
        }
        let third = view().await.files[0].clone();
        let kept = third.preview.as_ref().map(|one| one.hash.clone()).unwrap();
        assert!(!there(ctx, second.preview.as_ref().map(|one| &one.hash)).await, "the old bytes go");
        assert!(there(ctx, Some(&kept)).await);
        // It goes with the film.
        let path = attachments::preview_path(ctx, &third).unwrap().unwrap();
        posts::delete(ctx, house.via(peer), zoe.id, post).await.unwrap();
        assert!(!opens(ctx, &path).await && !there(ctx, Some(&kept)).await);
        attachments::poster_arrived(ctx, due[0].clone(), poster(b"two")).await.unwrap();
        assert!(!there(ctx, Some(&kept)).await, "what comes too late is not kept");
    }

    async fn a_new_preview_takes_the_bytes_of_the_old_one_away(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let one = upload(ctx, ada.id, b"film").await;
        let old = one.preview.map(|preview| preview.hash);
        let preview = PreparedPreview { bytes: b"other".to_vec(), ..file(b"").preview.unwrap() };
        let change = attachments::Change { preview: Some(preview), ..Default::default() };
        let two = attachments::change(ctx, ada.id, one.id, change.clone()).await.unwrap();
        assert!(!there(ctx, old.as_ref()).await);
        // The same once more stays.
        attachments::change(ctx, ada.id, one.id, change).await.unwrap();
        assert!(there(ctx, two.preview.as_ref().map(|preview| &preview.hash)).await);
    }

    async fn who_has_a_film_is_told_of_another_picture_before_it(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let ada = house.person("ada").await;
        let film = PreparedFile { kind: AttachmentKind::Video, content_type: "video/mp4", ..file(b"film") };
        let film = attachments::upload(ctx, ada.id, film, "A walk", Focus::default()).await.unwrap();
        let picture = |bytes: &[u8]| {
            let preview = PreparedPreview { bytes: bytes.to_vec(), ..file(b"").preview.unwrap() };
            attachments::Change { preview: Some(preview), ..Default::default() }
        };
        // Nobody has what is in no post.
        attachments::change(ctx, ada.id, film.id, picture(b"first")).await.unwrap();
        assert!(house.queued(peer).await.is_empty());
        let post = posts::publish(ctx, Via::Local, ada.id, with(&[film.id])).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create"]);
        attachments::change(ctx, ada.id, film.id, picture(b"second")).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create", "Update"]);
        // It is the same version of the post, and the same picture once more is nothing to tell.
        let seen = posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
        assert_eq!(seen.post.edited_at, None);
        attachments::change(ctx, ada.id, film.id, picture(b"second")).await.unwrap();
        let words = attachments::Change { description: Some("A long walk".to_owned()), ..Default::default() };
        attachments::change(ctx, ada.id, film.id, words).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create", "Update"]);
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
