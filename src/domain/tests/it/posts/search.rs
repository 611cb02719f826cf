//! Search of posts: what is found by what, by whom, and that the index is in step with the posts.

use super::{THERE, draft, remote_draft};
use crate::fixture::House;
use chrono::{DateTime, TimeDelta};
use entrenous_domain::attachments::{self, Change};
use entrenous_domain::polls::{End, NewPoll};
use entrenous_domain::posts::{self, Chosen, Draft, Files, RemoteFile, ReplyTo};
use entrenous_domain::search::{self, PostSearch};
use entrenous_domain::{Ctx, Via, accounts, blocks, polls};
use entrenous_model::{AccountId, AttachmentKind, Focus, PostId, PreparedFile, Visibility};
use entrenous_store::testing::tamper;
use entrenous_store::{StoreError, stories};

async fn find(ctx: &Ctx, viewer: AccountId, query: &str) -> Vec<PostId> {
    page(
        ctx,
        viewer,
        PostSearch {
            query,
            limit: 40,
            ..PostSearch::default()
        },
    )
    .await
}

async fn page(ctx: &Ctx, viewer: AccountId, asked: PostSearch<'_>) -> Vec<PostId> {
    search::posts(ctx, viewer, asked).await.unwrap()
}

async fn publish(ctx: &Ctx, author: AccountId, draft: Draft) -> PostId {
    posts::publish(ctx, Via::Local, author, draft).await.unwrap()
}

fn poll(options: &[&str]) -> NewPoll {
    NewPoll {
        options: options.iter().map(|&title| title.to_owned()).collect(),
        multiple: false,
        hide_totals: false,
        end: End::In(600),
        told: None,
    }
}

fn picture() -> PreparedFile {
    PreparedFile {
        kind: AttachmentKind::Image,
        bytes: b"bytes".to_vec(),
        content_type: "image/png",
        pixels: Some((3, 2)),
        duration: None,
        frame_rate: None,
        preview: None,
    }
}

stories! {
    async fn words_in_all_their_forms(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let say = async |text: &str, language: Option<&str>| {
            let language = language.map(str::to_owned);
            publish(ctx, ada.id, Draft { language, ..draft(text, Visibility::Public) }).await
        };
        let french = say("Les réunions de l'équipe sont déplacées à l’été", Some("fr")).await;
        let english = say("Deliveries were delayed: we're planning Ada's meeting", Some("en")).await;
        let either = say("Les réunions and the meetings", None).await;
        let german = say("Die Réunion der Häuser, Straße", Some("de")).await;
        let kanji = say("東京で会議があります", Some("ja")).await;
        let find = async |query: &str| find(ctx, ada.id, query).await;
        for query in ["réunion", "REUNIONS", "Re\u{301}union", "reunion"] {
            assert_eq!(find(query).await, [german, either, french], "{query}");
        }
        for query in ["meeting", "meetings", "MEET"] {
            assert_eq!(find(query).await, [either, english], "{query}");
        }
        for query in ["équipes", "l'equipe", "d’équipe", "déplacer", "deplacees", "été", "ETE", "cet été -cet"] {
            let expected = if query.starts_with("cet") { vec![] } else { vec![french] };
            assert_eq!(find(query).await, expected, "{query}");
        }
        for query in ["delivery", "plan", "ada meeting", "delaying plans"] {
            assert_eq!(find(query).await, [english], "{query}");
        }
        for query in ["STRASSE", "hauser"] {
            assert_eq!(find(query).await, [german], "{query}");
        }
        for query in ["東京", "会議", "京で会"] {
            assert_eq!(find(query).await, [kanji], "{query}");
        }
        for query in ["京東", "会京", "réunio", "quelqu", "réunion absence"] {
            assert_eq!(find(query).await, [], "{query}");
        }
    }

    async fn everything_that_is_said(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let file = attachments::upload(ctx, ada.id, picture(), "un héron cendré", Focus::default()).await.unwrap();
        let with_file = Draft {
            spoiler: "Oiseau".to_owned(),
            files: Files::These(vec![Chosen::of(file.id)]),
            ..draft("Regardez https://birds.example/grue #Ornitho_logie", Visibility::Public)
        };
        let first = publish(ctx, ada.id, with_file).await;
        let asked = Draft { poll: Some(poll(&["pélican", "cigogne"])), ..draft("Lequel ?", Visibility::Public) };
        let second = publish(ctx, ada.id, asked).await;
        let find = async |query: &str| find(ctx, ada.id, query).await;
        for query in [
            "oiseaux", "hérons", "heron cendres", "regarder", "grue", "birds.example", "ornitho logie", "#ornitho_logie",
            "#ORNITHO_LOGIE heron", "has:link", "has:image", "has:media", "is:sensitive", "from:ada heron", "-has:poll",
        ] {
            assert_eq!(find(query).await, [first], "{query}");
        }
        for query in ["pelicans", "cigognes pélican", "has:poll", "-has:image", "-is:sensitive", "-heron", "-#ornitho_logie"] {
            assert_eq!(find(query).await, [second], "{query}");
        }
        for query in ["has:video", "has:audio", "has:file", "#ornitho", "is:reply", "regardez pélican", "heron oiseau has:poll"] {
            assert_eq!(find(query).await, [], "{query}");
        }
        // A description that changes is found by what it is now.
        let change = Change { description: Some("une spatule".to_owned()), ..Change::default() };
        attachments::change(ctx, ada.id, file.id, change).await.unwrap();
        assert_eq!(find("spatules").await, [first]);
        assert_eq!(find("heron").await, []);
    }

    async fn edited_and_deleted_posts(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let one = house.say(ada.id, "Le fromage #brie", Visibility::Public).await;
        let other = house.say(bob.id, "Le fromage aussi", Visibility::Public).await;
        let find = async |query: &str| find(ctx, bob.id, query).await;
        assert_eq!(find("fromages").await, [other, one]);
        posts::boost(ctx, Via::Local, bob.id, one, None, None).await.unwrap();
        assert_eq!(find("fromages").await, [other, one], "a boost is none");
        posts::edit(ctx, Via::Local, ada.id, one, draft("Le jambon #cru", Visibility::Public)).await.unwrap();
        assert_eq!(find("fromage").await, [other]);
        assert_eq!(find("#brie").await, []);
        assert_eq!(find("jambons #cru").await, [one]);
        posts::delete(ctx, Via::Local, ada.id, one).await.unwrap();
        assert_eq!(find("jambon").await, []);
        // A peer's, and a person of it who goes.
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        house.follow(bob.id, zoe.id).await;
        let theirs = remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &[]);
        let post = posts::publish(ctx, house.via(peer), zoe.id, theirs.clone()).await.unwrap();
        assert_eq!(find("from:zoe@there.example").await, [post]);
        assert_eq!(find("#news").await, [post]);
        let edited = Draft { text: "<p>Changé d&#39;avis</p>".to_owned(), ..theirs };
        posts::edit(ctx, house.via(peer), zoe.id, post, edited).await.unwrap();
        assert_eq!(find("there").await, []);
        assert_eq!(find("avis changer").await, [post]);
        accounts::remote_gone(ctx, house.via(peer), zoe.id).await.unwrap();
        assert_eq!(find("avis").await, []);
        assert_eq!(find("fromage").await, [other]);
    }

    async fn files_of_peers_are_what_they_turn_out_to_be(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let mut theirs = remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &[ada.id]);
        theirs.files = Files::Remote(vec![RemoteFile {
            url: format!("{THERE}/file"),
            content_type: "video/mp4".to_owned(),
            description: "Plan du site".to_owned(),
            focus: Focus::default(),
            pixels: None,
            duration: None,
            poster: None,
            blurhash: None,
        }]);
        let post = posts::publish(ctx, house.via(peer), zoe.id, theirs).await.unwrap();
        let find = async |query: &str| find(ctx, ada.id, query).await;
        assert_eq!(find("has:video plans").await, [post]);
        let wanted = attachments::wanted(ctx, post).await.unwrap();
        attachments::arrived(ctx, wanted[0].id, picture(), None).await.unwrap();
        assert_eq!(find("has:video").await, []);
        assert_eq!(find("has:image plans").await, [post]);
    }

    async fn sequences(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let noir = house.say(ada.id, "Un grand chat noir\ndort ici", Visibility::Public).await;
        let blanc = house.say(ada.id, "Noir sur blanc, le chat est grand", Visibility::Public).await;
        let find = async |query: &str| find(ctx, ada.id, query).await;
        assert_eq!(find("chat noir").await, [blanc, noir]);
        for query in ["\"chat noir\"", "« chats noirs »", "chat-noir", "\"grands CHATS noirs dort\"", "\"chat noir\" grand"] {
            assert_eq!(find(query).await, [noir], "{query}");
        }
        assert_eq!(find("chat -\"grand chat\"").await, [blanc]);
        assert_eq!(find("-\"grand chat\" -\"noir sur\"").await, []);
        assert_eq!(find("\"noir chat\"").await, []);
    }

    async fn operators(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let say = async |author: AccountId, text: &str, language: &str, visibility| {
            house.clock.advance(TimeDelta::days(1));
            let language = Some(language.to_owned());
            publish(ctx, author, Draft { language, ..draft(text, visibility) }).await
        };
        let one = say(ada.id, "rapport un", "fr", Visibility::Unlisted).await;
        let two = say(bob.id, "rapport deux", "en-GB", Visibility::Public).await;
        house.clock.advance(TimeDelta::days(1));
        let answer = Draft { reply_to: ReplyTo::Post(two), ..draft("rapport trois", Visibility::Public) };
        let three = publish(ctx, ada.id, answer).await;
        let find = async |query: &str| find(ctx, ada.id, query).await;
        assert_eq!(find("rapport").await, [three, two, one]);
        let date = |id: PostId| DateTime::from_timestamp_millis(id.get() >> 16).unwrap().format("%Y-%m-%d").to_string();
        for (query, expected) in [
            ("rapport from:me".to_owned(), vec![three, one]),
            ("from:@ADA".to_owned(), vec![three, one]),
            ("from:bob@here.example".to_owned(), vec![two]),
            ("from:bob from:me rapport".to_owned(), vec![three, two, one]),
            ("-from:me".to_owned(), vec![two]),
            ("-from:bob -from:me".to_owned(), vec![]),
            ("-from:nobody rapport".to_owned(), vec![three, two, one]),
            ("from:nobody rapport".to_owned(), vec![]),
            ("is:reply".to_owned(), vec![three]),
            ("rapport -is:reply".to_owned(), vec![two, one]),
            ("language:en".to_owned(), vec![two]),
            ("language:fr rapport".to_owned(), vec![three, one]),
            ("language:fr language:en".to_owned(), vec![three, two, one]),
            ("-language:fr".to_owned(), vec![two]),
            ("rapport in:public".to_owned(), vec![three, two]),
            ("rapport in:all".to_owned(), vec![three, two, one]),
            (format!("before:{}", date(two)), vec![one]),
            (format!("rapport after:{}", date(two)), vec![three]),
            (format!("during:{}", date(two)), vec![two]),
            (format!("after:{} before:{}", date(one), date(three)), vec![two]),
            (format!("after:{} before:{}", date(three), date(one)), vec![]),
            ("rapport after:1800-01-01 before:9999-12-31".to_owned(), vec![three, two, one]),
            ("from:".to_owned(), vec![]),
            ("has:nothing".to_owned(), vec![]),
            ("\" ' ( ) * : ^ & | ! <-> \\ --".to_owned(), vec![]),
            ("rapport) OR (\"deux".to_owned(), vec![]),
            ("rapport NEAR(deux)".to_owned(), vec![]),
            ("-rapport".to_owned(), vec![]),
        ] {
            assert_eq!(find(&query).await, expected, "{query}");
        }
        let account = PostSearch { query: "rapport", account: Some(bob.id), limit: 9, ..PostSearch::default() };
        assert_eq!(page(ctx, ada.id, account).await, [two]);
        let nothing = PostSearch { query: "\\", ..account };
        assert_eq!(page(ctx, ada.id, nothing).await, []);
    }

    async fn the_library(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let say = async |author: AccountId, text: &str| house.say(author, text, Visibility::Public).await;
        let favourited = say(bob.id, "note a").await;
        let bookmarked = say(bob.id, "note b").await;
        let boosted = say(bob.id, "note c").await;
        let own = say(ada.id, "note d").await;
        let mentioned = say(bob.id, "note e @ada").await;
        let asked = Draft { poll: Some(poll(&["oui", "non"])), ..draft("note f", Visibility::Public) };
        let voted = publish(ctx, bob.id, asked).await;
        say(bob.id, "note g").await;
        posts::favourite(ctx, Via::Local, ada.id, favourited, None).await.unwrap();
        posts::bookmark(ctx, ada.id, bookmarked, true).await.unwrap();
        posts::boost(ctx, Via::Local, ada.id, boosted, None, None).await.unwrap();
        polls::vote(ctx, ada.id, voted, vec![0]).await.unwrap();
        let all = [voted, mentioned, own, boosted, bookmarked, favourited];
        assert_eq!(find(ctx, ada.id, "notes in:library").await, all);
        assert_eq!(find(ctx, ada.id, "in:library").await, all);
        assert_eq!(find(ctx, ada.id, "in:library from:bob -has:poll").await, [mentioned, boosted, bookmarked, favourited]);
        assert_eq!(find(ctx, ada.id, "in:library absent").await, []);
        for (place, expected) in all.iter().enumerate() {
            let asked = PostSearch { query: "in:library", offset: i64::try_from(place).unwrap(), limit: 1, ..PostSearch::default() };
            assert_eq!(page(ctx, ada.id, asked).await, [*expected]);
        }
        posts::unfavourite(ctx, Via::Local, ada.id, favourited).await.unwrap();
        assert_eq!(find(ctx, ada.id, "in:library note").await, all[..5]);
    }

    async fn pages_have_no_doubles(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let mut expected = Vec::new();
        for n in 0..90 {
            house.clock.advance(TimeDelta::days(3));
            // Most are not for Ada.
            let (text, visibility) = match n % 3 {
                0 => ("page", Visibility::Public),
                1 => ("page", Visibility::Direct),
                _ => ("page", Visibility::Private),
            };
            let id = house.say(bob.id, text, visibility).await;
            if n % 3 == 0 {
                expected.push(id);
            }
        }
        expected.reverse();
        let asked = PostSearch { query: "pages", limit: 7, ..PostSearch::default() };
        let (mut by_offset, mut by_id) = (Vec::new(), Vec::new());
        loop {
            let offset = i64::try_from(by_offset.len()).unwrap();
            let some = page(ctx, ada.id, PostSearch { offset, ..asked }).await;
            if some.is_empty() {
                break;
            }
            by_offset.extend(some);
        }
        loop {
            let some = page(ctx, ada.id, PostSearch { max_id: by_id.last().copied(), ..asked }).await;
            if some.is_empty() {
                break;
            }
            by_id.extend(some);
        }
        assert_eq!(by_offset, expected);
        assert_eq!(by_id, expected);
        let newer = page(ctx, ada.id, PostSearch { min_id: Some(expected[3]), ..asked }).await;
        assert_eq!(newer, expected[..3]);
    }

    async fn only_what_one_may_see(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let follower = house.person("follower").await;
        let named = house.person("named").await;
        let stranger = house.person("stranger").await;
        house.follow(follower.id, ada.id).await;
        let mut ids = Vec::new();
        for visibility in [Visibility::Public, Visibility::Unlisted, Visibility::Private, Visibility::Direct] {
            ids.push(house.say(ada.id, "Le salaire de @named #paie", visibility).await);
        }
        ids.reverse();
        let [direct, private, unlisted, public] = ids[..] else { panic!("{ids:?}") };
        let expected = [
            (ada.id, vec![direct, private, unlisted, public]),
            (named.id, vec![direct, private, unlisted, public]),
            (follower.id, vec![private, unlisted, public]),
            (stranger.id, vec![unlisted, public]),
        ];
        for (viewer, sees) in &expected {
            for query in [
                "salaires", "#paie", "from:ada", "-absent", "\"le salaire\"", "salaire -\"deux mots\"", "language:fr",
                "salaire from:ada after:2000-01-01",
            ] {
                assert_eq!(find(ctx, *viewer, query).await, *sees, "{viewer}: {query}");
            }
            assert_eq!(find(ctx, *viewer, "salaire in:public").await, [public]);
        }
        // What decides may change.
        blocks::mute(ctx, named.id, ada.id, true, None).await.unwrap();
        assert_eq!(find(ctx, named.id, "salaire").await, []);
        blocks::block(ctx, Via::Local, ada.id, follower.id, None).await.unwrap();
        assert_eq!(find(ctx, follower.id, "salaire").await, []);
        house.follow(stranger.id, ada.id).await;
        assert_eq!(find(ctx, stranger.id, "salaire").await, [private, unlisted, public]);
        // More followed people than are asked for by name.
        for n in 0..101 {
            let other = house.person(&format!("other{n}")).await;
            house.follow(stranger.id, other.id).await;
        }
        assert_eq!(find(ctx, stranger.id, "salaire").await, [private, unlisted, public]);
        let other = house.person("last").await;
        house.say(other.id, "Le salaire du dernier", Visibility::Private).await;
        assert_eq!(find(ctx, stranger.id, "salaire").await, [private, unlisted, public]);
    }

    async fn older_posts_are_indexed_by_and_by(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await;
        let mut ids = Vec::new();
        for n in 0..250 {
            ids.push(house.say(ada.id, &format!("ancien numéro {n}"), Visibility::Public).await);
        }
        let last = ids[249].get() + 1;
        let forgotten = house.ctx.store().write(move |tx| {
            tamper(tx, "DELETE FROM post_search")?;
            tamper(tx, &format!("INSERT INTO search_backlog (before_id) VALUES ({last})"))
        });
        let forgotten: Result<(), StoreError> = forgotten.await;
        forgotten.unwrap();
        assert_eq!(find(&house.ctx, ada.id, "anciens").await, []);
        // What is new is found at once, what is edited too; the newest of the old come first.
        let new = house.say(ada.id, "ancien et neuf", Visibility::Public).await;
        posts::edit(&house.ctx, Via::Local, ada.id, ids[0], draft("ancien et changé", Visibility::Public)).await.unwrap();
        assert_eq!(find(&house.ctx, ada.id, "anciens").await, [new, ids[0]]);
        assert!(search::index_piece(&house.ctx).await.unwrap());
        assert_eq!(find(&house.ctx, ada.id, "numero 249").await, [ids[249]]);
        assert_eq!(find(&house.ctx, ada.id, "numero 150").await, [ids[150]]);
        assert_eq!(find(&house.ctx, ada.id, "numero 149").await, []);
        posts::delete(&house.ctx, Via::Local, ada.id, ids[100]).await.unwrap();
        house.ctx.store().close().await;
        // Another process goes on.
        let house = House::new(db);
        while search::index_piece(&house.ctx).await.unwrap() {}
        assert!(!search::index_piece(&house.ctx).await.unwrap());
        assert_eq!(find(&house.ctx, ada.id, "numero 149").await, [ids[149]]);
        assert_eq!(find(&house.ctx, ada.id, "numero 1").await, [ids[1]]);
        assert_eq!(find(&house.ctx, ada.id, "numero 100").await, []);
        assert_eq!(find(&house.ctx, ada.id, "changer").await, [ids[0]]);
        let count = PostSearch { query: "numeros", limit: 80, offset: 240, ..PostSearch::default() };
        assert_eq!(page(&house.ctx, ada.id, count).await.len(), 8);
    }
}
