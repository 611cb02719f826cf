//! Filters: what is written of them, what they match, and where that hides posts.

use crate::fixture::House;
use crate::posts::{THERE, draft, remote_draft};
use entrenous_domain::filters::{self, Change, KeywordChange, Match, SingleChange, Whole};
use entrenous_domain::polls::{End, NewPoll};
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::timelines::{self, Timeline};
use entrenous_domain::{DomainError, Via, notifications, people};
use entrenous_model::{
    AccountId, FilterAction, FilterContext, FilterId, FilterKeywordId, FilterStatusId, Page, PostId,
    Visibility,
};
use entrenous_store::stories;

fn word(keyword: &str) -> KeywordChange {
    KeywordChange {
        keyword: Some(keyword.to_owned()),
        ..KeywordChange::default()
    }
}

fn of(title: &str, contexts: &[&str], action: FilterAction, keywords: &[&str]) -> Change {
    Change {
        title: Some(title.to_owned()),
        contexts: Some(contexts.iter().map(|one| (*one).to_owned()).collect()),
        action: Some(action),
        keywords: keywords.iter().map(|one| word(one)).collect(),
        ..Change::default()
    }
}

const EVERYWHERE: &[&str] = &["home", "notifications", "public", "thread", "account"];

impl House {
    async fn filter(&self, owner: AccountId, change: Change) -> Whole {
        filters::create(&self.ctx, owner, change).await.unwrap()
    }

    async fn matches(&self, viewer: AccountId, post: PostId) -> Vec<Match> {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), post)
            .await
            .unwrap();
        filters::active(&self.ctx, viewer)
            .await
            .unwrap()
            .map_or_else(Vec::new, |active| active.matches(&view))
    }

    /// The titles of the filters that match.
    async fn titles(&self, viewer: AccountId, post: PostId) -> Vec<String> {
        let matches = self.matches(viewer, post).await;
        matches.into_iter().map(|one| one.filter.title.clone()).collect()
    }

    async fn reads(&self, reader: AccountId, timeline: &Timeline, page: Page) -> Vec<PostId> {
        let found = timelines::read(&self.ctx, reader, timeline, page).await.unwrap();
        found.views.iter().map(|view| view.post.id).collect()
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, DomainError>) -> String {
    match answer {
        Err(DomainError::Invalid(text)) => text,
        other => panic!("{other:?}"),
    }
}

stories! {
    async fn a_filter_lives(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let wrong = |change: Change| filters::create(ctx, ada, change);
        assert!(refused(wrong(of(" ", &["home"], FilterAction::Warn, &[])).await).contains("Title"));
        assert!(refused(wrong(of("t", &["", " "], FilterAction::Warn, &[])).await).contains("Context"));
        assert!(refused(wrong(of("t", &["hone"], FilterAction::Warn, &[])).await).contains("home, notifications"));
        assert!(refused(wrong(of(&"t".repeat(256), &["home"], FilterAction::Warn, &[])).await).contains("255"));
        for keyword in ["a\nb", "\u{ad}\u{200b}", &"x".repeat(513)] {
            refused(wrong(of("t", &["home"], FilterAction::Warn, &[keyword])).await);
        }
        for seconds in [0, -5, i64::MAX] {
            let change = Change { expires_in: Some(Some(seconds)), ..of("t", &["home"], FilterAction::Warn, &[]) };
            refused(wrong(change).await);
        }
        let named = Change {
            keywords: vec![KeywordChange { id: Some(FilterKeywordId(1)), ..word("x") }],
            ..of("t", &["home"], FilterAction::Warn, &[])
        };
        assert!(matches!(wrong(named).await, Err(DomainError::NotFound)));
        assert_eq!(filters::of(ctx, ada).await.unwrap(), [], "what was refused left nothing");

        // Words that nobody filled in are none.
        let made = house.filter(ada, of(" Sport ", &["public", "home"], FilterAction::Warn, &["ballon", ""])).await;
        assert_eq!((made.filter.title.as_str(), made.keywords.len()), ("Sport", 1));
        assert!(made.keywords[0].whole_word);
        assert_eq!(made.filter.contexts.to_string(), "home public");
        let id = made.filter.id;
        let change = Change {
            expires_in: Some(Some(60)),
            keywords: vec![
                KeywordChange { id: Some(made.keywords[0].id), whole_word: Some(false), ..KeywordChange::default() },
                word("but"),
            ],
            ..Change::default()
        };
        let changed = filters::update(ctx, ada, id, change).await.unwrap();
        assert_eq!(changed.filter.expires_at, Some(ctx.now() + chrono::Duration::seconds(60)));
        assert!(!changed.keywords[0].whole_word);
        assert_eq!(changed.keywords[1].keyword, "but");
        assert_eq!(filters::get(ctx, ada, id).await.unwrap(), changed);
        // All or nothing.
        let change = Change {
            title: Some("Autre".to_owned()),
            keywords: vec![
                KeywordChange { id: Some(changed.keywords[0].id), remove: true, ..KeywordChange::default() },
                KeywordChange { id: Some(FilterKeywordId(1)), ..word("x") },
            ],
            ..Change::default()
        };
        assert!(matches!(filters::update(ctx, ada, id, change).await, Err(DomainError::NotFound)));
        assert_eq!(filters::of(ctx, ada).await.unwrap(), std::slice::from_ref(&changed));
        let forever = Change { expires_in: Some(None), ..Change::default() };
        assert_eq!(filters::update(ctx, ada, id, forever).await.unwrap().filter.expires_at, None);

        let added = filters::add_keyword(ctx, ada, id, word("arbitre")).await.unwrap();
        refused(filters::add_keyword(ctx, ada, id, KeywordChange::default()).await);
        let renamed = filters::change_keyword(ctx, ada, added.id, word("juge")).await.unwrap();
        assert_eq!((renamed.id, renamed.keyword.as_str()), (added.id, "juge"));
        assert_eq!(filters::keywords(ctx, ada, id).await.unwrap().len(), 3);
        let post = house.say(eve, "rien", Visibility::Public).await;
        let status = filters::add_status(ctx, ada, id, post).await.unwrap();
        assert_eq!(filters::add_status(ctx, ada, id, post).await.unwrap(), status, "twice is once");
        assert_eq!(filters::status(ctx, ada, status.id).await.unwrap(), status);

        // To everyone else none of it exists; nor does a post that one may not see.
        let direct = house.say(eve, "entre nous", Visibility::Direct).await;
        for answer in [
            filters::get(ctx, eve, id).await.map(drop),
            filters::update(ctx, eve, id, Change { title: Some(String::new()), ..Change::default() }).await.map(drop),
            filters::remove(ctx, eve, id).await,
            filters::keywords(ctx, eve, id).await.map(drop),
            filters::add_keyword(ctx, eve, id, KeywordChange::default()).await.map(drop),
            filters::keyword(ctx, eve, added.id).await.map(drop),
            filters::change_keyword(ctx, eve, added.id, word("")).await.map(drop),
            filters::remove_keyword(ctx, eve, added.id).await,
            filters::statuses(ctx, eve, id).await.map(drop),
            filters::add_status(ctx, eve, id, post).await.map(drop),
            filters::status(ctx, eve, status.id).await.map(drop),
            filters::remove_status(ctx, eve, status.id).await,
            filters::single(ctx, eve, added.id).await.map(drop),
            filters::update_single(ctx, eve, added.id, SingleChange::default()).await.map(drop),
            filters::add_status(ctx, ada, id, direct).await.map(drop),
            filters::add_status(ctx, ada, FilterId(1), post).await.map(drop),
            filters::remove_status(ctx, ada, FilterStatusId(1)).await,
        ] {
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        assert_eq!(filters::of(ctx, eve).await.unwrap(), []);
        // A post that is gone is in no filter.
        posts::delete(ctx, Via::Local, eve, post).await.unwrap();
        assert_eq!(filters::statuses(ctx, ada, id).await.unwrap(), []);
        filters::remove_keyword(ctx, ada, added.id).await.unwrap();
        filters::remove(ctx, ada, id).await.unwrap();
        assert_eq!(filters::of(ctx, ada).await.unwrap(), []);
        assert_eq!(filters::singles(ctx, ada).await.unwrap(), []);
    }

    async fn there_are_bounds(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let words: Vec<String> = (0..200).map(|n| format!("mot{n}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let full = house.filter(ada, of("plein", &["home"], FilterAction::Warn, &words)).await.filter.id;
        assert!(refused(filters::add_keyword(ctx, ada, full, word("un de trop")).await).contains("200"));
        // As many characters as fit, and not one more.
        let long: Vec<String> = (0..96).map(|n| format!("{n:02}{}", "x".repeat(510))).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        assert!(refused(filters::create(ctx, ada, of("long", &["home"], FilterAction::Warn, &long)).await).contains("50,000"));
        for n in 1..100 {
            house.filter(ada, of(&format!("{n}"), &["home"], FilterAction::Warn, &[])).await;
        }
        assert!(refused(filters::create(ctx, ada, of("x", &["home"], FilterAction::Warn, &[])).await).contains("100"));
        let single = SingleChange { phrase: Some("x".to_owned()), contexts: Some(vec!["home".to_owned()]), ..SingleChange::default() };
        assert!(refused(filters::create_single(ctx, ada, single).await).contains("100"));
        assert_eq!(filters::of(ctx, ada).await.unwrap().len(), 100);
    }

    async fn all_that_can_be_read_is_matched(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let words = house.filter(ada, of("mots", EVERYWHERE, FilterAction::Warn, &["Été", "peut-être", "#lyon"])).await;
        assert_eq!(house.matches(ada, house.say(eve, "hiver", Visibility::Public).await).await, []);
        let post = house.say(eve, "l’ÉTÉ, peut-être. <b>", Visibility::Public).await;
        let found = house.matches(ada, post).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].keywords.as_slice(), found[0].posts.len()), (["Été".to_owned(), "peut-être".to_owned()].as_slice(), 0));
        assert_eq!(found[0].filter.id, words.filter.id);
        // What is markup is not text; a mention and a hashtag are.
        house.filter(ada, of("balises", EVERYWHERE, FilterAction::Warn, &["span", "href", "@ada"])).await;
        let tagged = house.say(eve, "@ada #Lyon", Visibility::Public).await;
        assert_eq!(house.titles(ada, tagged).await, ["mots", "balises"]);
        assert_eq!(house.matches(ada, tagged).await[1].keywords, ["@ada"]);
        let warned = Draft { spoiler: "Été".to_owned(), ..draft("x", Visibility::Public) };
        let warned = posts::publish(ctx, Via::Local, eve, warned).await.unwrap();
        let options = ["oui", "peut-être"].map(str::to_owned).to_vec();
        let poll = NewPoll { options, multiple: false, hide_totals: false, end: End::In(600), told: None };
        let poll = Draft { poll: Some(poll), ..draft("?", Visibility::Public) };
        let poll = posts::publish(ctx, Via::Local, eve, poll).await.unwrap();
        for post in [warned, poll] {
            assert_eq!(house.titles(ada, post).await, ["mots"]);
        }
        // Another person's filters are another person's; what one wrote oneself is never filtered.
        assert_eq!(house.matches(eve, post).await, []);
        let own = house.say(ada, "mon été", Visibility::Public).await;
        assert_eq!(house.matches(ada, own).await, []);
        // Of a boost the boosted post is looked at, whoever boosts.
        let boost = posts::boost(ctx, Via::Local, ada, post, None, None).await.unwrap();
        assert_eq!(house.titles(ada, boost).await, ["mots"]);
        let boost = posts::boost(ctx, Via::Local, eve, own, None, None).await.unwrap();
        assert_eq!(house.matches(ada, boost).await, []);
        // A peer's post, whose HTML is what it is.
        let peer = house.peer(THERE).await;
        let bob = house.remote(peer, THERE, "bob").await.id;
        let remote = Draft {
            text: "<p>C’est l&#39;e\u{301}te\u{301}</p>".to_owned(),
            ..remote_draft(&format!("{THERE}/posts/1"), Visibility::Public, &[])
        };
        let remote = posts::publish(ctx, house.via(peer), bob, remote).await.unwrap();
        assert_eq!(house.titles(ada, remote).await, ["mots"]);
        // What is edited is another text.
        posts::edit(ctx, Via::Local, eve, post, draft("hiver", Visibility::Public)).await.unwrap();
        assert_eq!(house.matches(ada, post).await, []);
        // Single posts, and boosts of them.
        filters::add_status(ctx, ada, words.filter.id, post).await.unwrap();
        let found = house.matches(ada, post).await;
        assert_eq!((found[0].keywords.len(), found[0].posts.as_slice()), (0, [post].as_slice()));
        let cyd = house.person("cyd").await.id;
        let boost = posts::boost(ctx, Via::Local, cyd, post, None, None).await.unwrap();
        assert_eq!(house.matches(ada, boost).await[0].posts, [post]);
    }

    async fn what_changes_holds_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let post = house.say(eve, "un ballon", Visibility::Public).await;
        assert_eq!(house.titles(ada, post).await, [""; 0]);
        let change = Change { expires_in: Some(Some(60)), ..of("Sport", EVERYWHERE, FilterAction::Hide, &["ballon"]) };
        let made = house.filter(ada, change).await;
        assert_eq!(house.titles(ada, post).await, ["Sport"]);
        house.clock.advance(chrono::Duration::seconds(59));
        assert_eq!(house.titles(ada, post).await, ["Sport"]);
        house.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(house.titles(ada, post).await, [""; 0], "it has ended, without anything being written");
        assert!(filters::active(ctx, ada).await.unwrap().is_none());
        assert_eq!(filters::of(ctx, ada).await.unwrap().len(), 1, "it stays");
        let again = Change { expires_in: Some(None), ..Change::default() };
        filters::update(ctx, ada, made.filter.id, again).await.unwrap();
        assert_eq!(house.titles(ada, post).await, ["Sport"]);
        filters::change_keyword(ctx, ada, made.keywords[0].id, word("balle")).await.unwrap();
        assert_eq!(house.titles(ada, post).await, [""; 0]);
        filters::remove(ctx, ada, made.filter.id).await.unwrap();
        assert!(filters::active(ctx, ada).await.unwrap().is_none());
    }

    async fn hidden_where_the_filter_applies(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        house.follow(ada, eve).await;
        let mut posts = Vec::new();
        for n in 0..6 {
            let text = if n % 2 == 0 { "un ballon #lyon" } else { "rien #lyon" };
            posts.insert(0, house.say(eve, text, Visibility::Public).await);
        }
        let kept: Vec<PostId> = posts.iter().copied().step_by(2).collect();
        let public = Timeline::Network { local: true, remote: false, media: false };
        let tag = Timeline::Tag { name: "Lyon".to_owned(), local: false };
        let first = Page::first(20);
        house.filter(ada, of("Sport", &["home"], FilterAction::Hide, &["ballon"])).await;
        assert_eq!(house.reads(ada, &Timeline::Home, first).await, kept);
        assert_eq!(house.reads(ada, &public, first).await, posts);
        house.filter(ada, of("Sport en public", &["public"], FilterAction::Hide, &["ballon"])).await;
        assert_eq!(house.reads(ada, &public, first).await, kept);
        assert_eq!(house.reads(ada, &tag, first).await, kept);
        assert_eq!(house.reads(eve, &tag, first).await, posts);
        // Page by page, every row once, whatever of it is shown.
        let (mut read, mut page) = (Vec::new(), Page::first(2));
        loop {
            let found = timelines::read(ctx, ada, &Timeline::Home, page).await.unwrap();
            read.extend(found.views.iter().map(|view| view.post.id));
            if found.rows < 2 {
                break;
            }
            page.max_id = found.oldest.map(PostId::get);
        }
        assert_eq!(read, kept);
    }

    async fn a_page_that_is_hidden_leads_on(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        house.follow(ada, eve).await;
        let old = house.say(eve, "rien", Visibility::Public).await;
        let mut last = old;
        for _ in 0..6 {
            last = house.say(eve, "un ballon", Visibility::Public).await;
        }
        let new = house.say(eve, "rien non plus", Visibility::Public).await;
        house.filter(ada, of("Sport", &["home"], FilterAction::Hide, &["ballon"])).await;
        let below = Page { max_id: Some(new.get()), ..Page::first(2) };
        let found = timelines::read(ctx, ada, &Timeline::Home, below).await.unwrap();
        assert_eq!(found.views.iter().map(|view| view.post.id).collect::<Vec<_>>(), [old]);
        assert_eq!((found.newest, found.oldest, found.rows), (Some(last), Some(old), 1));
        let above = Page { min_id: Some(old.get()), ..Page::first(2) };
        let found = timelines::read(ctx, ada, &Timeline::Home, above).await.unwrap();
        assert_eq!(found.views.iter().map(|view| view.post.id).collect::<Vec<_>>(), [new]);
        // Only so far: then the page is empty, and says where it goes on.
        let below = Page { limit: 1, ..below };
        let found = timelines::read(ctx, ada, &Timeline::Home, below).await.unwrap();
        assert!(found.views.is_empty() && found.rows == 1 && found.oldest.is_some_and(|id| id > old));
    }

    async fn nobody_is_told_of_what_is_hidden(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let own = house.say(ada, "mon ballon", Visibility::Public).await;
        house.say(eve, "@ada un ballon", Visibility::Public).await;
        house.say(eve, "@ada bonjour", Visibility::Public).await;
        posts::favourite(ctx, Via::Local, eve, own, None).await.unwrap();
        let page = |limit| async move {
            notifications::page(ctx, ada, &notifications::Filter::default(), Page::first(limit)).await.unwrap()
        };
        assert_eq!((page(40).await.shown.len(), notifications::unread_count(ctx, ada).await.unwrap()), (3, 3));
        let made = house.filter(ada, of("Sport", &["notifications"], FilterAction::Hide, &["ballon"])).await;
        assert_eq!((page(40).await.shown.len(), notifications::unread_count(ctx, ada).await.unwrap()), (2, 2));
        let all = house.told(ada).await;
        assert_eq!(notifications::hidden(ctx, ada, &all).await.unwrap().len(), 1);
        // The rows say what a page is: below the favourite and the greeting there is nothing to show.
        let older = Page { max_id: Some(all[1].id.get()), ..Page::first(1) };
        let found = notifications::page(ctx, ada, &notifications::Filter::default(), older).await.unwrap();
        assert!(found.shown.is_empty() && found.rows == 0 && found.oldest == Some(all[2].id));
        let warn = Change { action: Some(FilterAction::Warn), ..Change::default() };
        filters::update(ctx, ada, made.filter.id, warn).await.unwrap();
        assert_eq!((page(40).await.shown.len(), notifications::unread_count(ctx, ada).await.unwrap()), (3, 3));
    }

    async fn the_same_rows_for_older_clients(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let new = SingleChange { contexts: Some(vec!["home".to_owned()]), ..SingleChange::default() };
        assert!(refused(filters::create_single(ctx, ada, new.clone()).await).contains("Phrase"));
        let phrase = |text: &str| SingleChange { phrase: Some(text.to_owned()), ..SingleChange::default() };
        assert!(refused(filters::create_single(ctx, ada, phrase("x")).await).contains("Context"));
        let made = filters::create_single(ctx, ada, SingleChange { phrase: Some(" ballon ".to_owned()), hide: Some(true), ..new }).await.unwrap();
        assert_eq!((made.filter.title.as_str(), made.keyword.keyword.as_str(), made.keyword.whole_word), ("ballon", "ballon", false));
        assert_eq!(made.filter.action, FilterAction::Hide);
        let renamed = filters::update_single(ctx, ada, made.keyword.id, phrase("balle")).await.unwrap();
        assert_eq!((renamed.filter.title.as_str(), renamed.keyword.keyword.as_str()), ("balle", "balle"));
        assert_eq!(renamed.filter.action, FilterAction::Hide, "what is not said stays");
        let change = SingleChange { hide: Some(false), expires_in: Some(Some(60)), ..SingleChange::default() };
        let changed = filters::update_single(ctx, ada, made.keyword.id, change.clone()).await.unwrap();
        assert_eq!(changed.filter.action, FilterAction::Warn);
        assert!(changed.filter.expires_at.is_some());
        let whole = filters::get(ctx, ada, made.filter.id).await.unwrap();
        assert_eq!((&whole.filter, whole.keywords.as_slice()), (&changed.filter, [changed.keyword.clone()].as_slice()));
        // A filter of several keywords is not theirs to change, but for each keyword.
        let other = filters::add_keyword(ctx, ada, made.filter.id, word("but")).await.unwrap();
        let later = SingleChange { expires_in: Some(Some(120)), ..change };
        refused(filters::update_single(ctx, ada, other.id, later).await);
        let same = SingleChange { hide: Some(false), whole_word: Some(false), ..phrase("goal") };
        let renamed = filters::update_single(ctx, ada, other.id, same).await.unwrap();
        assert_eq!((renamed.filter.title.as_str(), renamed.keyword.keyword.as_str()), ("balle", "goal"));
        assert_eq!(filters::singles(ctx, ada).await.unwrap().len(), 2);
        // What they do not know of they do not change.
        let blur = Change { action: Some(FilterAction::Blur), keywords: vec![KeywordChange { id: Some(other.id), remove: true, ..KeywordChange::default() }], ..Change::default() };
        filters::update(ctx, ada, made.filter.id, blur).await.unwrap();
        let kept = filters::update_single(ctx, ada, made.keyword.id, SingleChange { hide: Some(false), ..SingleChange::default() }).await.unwrap();
        assert_eq!(kept.filter.action, FilterAction::Blur);
    }

    async fn filters_go_with_their_owner(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let made = house.filter(eve, of("Sport", EVERYWHERE, FilterAction::Hide, &["ballon"])).await.filter.id;
        let post = house.say(ada, "un ballon", Visibility::Public).await;
        filters::add_status(ctx, eve, made, post).await.unwrap();
        let kept = house.filter(ada, of("Sport", &["home"], FilterAction::Warn, &["ballon"])).await;
        assert!(filters::active(ctx, eve).await.unwrap().is_some());
        people::disable(ctx, "test", "eve").await.unwrap();
        assert_eq!(filters::of(ctx, eve).await.unwrap(), []);
        let left = ctx.store().read(move |conn| {
            let keywords = entrenous_store::filters::keywords(conn, eve, None)?;
            Ok((keywords, entrenous_store::filters::statuses(conn, eve, None)?))
        });
        assert_eq!(left.await.unwrap(), (Vec::new(), Vec::new()));
        assert!(filters::active(ctx, eve).await.unwrap().is_none());
        assert_eq!(filters::of(ctx, ada).await.unwrap(), [kept]);
    }

    async fn places_are_told_apart(db: &TestDatabase) {
        let house = House::new(db);
        let ada = house.person("ada").await.id;
        let eve = house.person("eve").await.id;
        let post = house.say(eve, "un ballon", Visibility::Public).await;
        house.filter(ada, of("a", &["home"], FilterAction::Hide, &["ballon"])).await;
        house.filter(ada, of("b", &["thread"], FilterAction::Hide, &["ballon"])).await;
        house.filter(ada, of("c", &["public"], FilterAction::Warn, &["ballon"])).await;
        house.filter(ada, of("d", &["account"], FilterAction::Hide, &["autre"])).await;
        let view = posts::view(&house.ctx, Viewer::Person(ada), post).await.unwrap();
        let active = filters::active(&house.ctx, ada).await.unwrap().unwrap();
        let hidden: Vec<FilterContext> = active.hidden_in(&view).iter().collect();
        assert_eq!(hidden, [FilterContext::Home, FilterContext::Thread]);
        assert_eq!(house.titles(ada, post).await, ["a", "b", "c"]);
    }
}
