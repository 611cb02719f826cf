//! Quotes: who may, who is asked, who sees what, and what is taken back.

use super::{ELSEWHERE, THERE, draft, remote_draft};
use crate::fixture::House;
use entrenous_domain::posts::{self, Draft, Viewer};
use entrenous_domain::quotes::{self, Asked, QuoteLeave, QuoteSight, Quoting, Stamp};
use entrenous_domain::{DomainError, Via, deliveries};
use entrenous_model::{
    AccountId, NotificationKind, OutboundActivity, Page, PeerId, PostId, QuoteChoice, QuotePolicy,
    QuoteState, Quoters, Visibility,
};
use entrenous_store::stories;

fn everyone() -> Option<QuotePolicy> {
    Some(QuotePolicy::from(QuoteChoice::Public))
}

/// A local post that quotes.
fn quoting(id: PostId, visibility: Visibility) -> Draft {
    Draft {
        quote: Some(Quoting::Post(id)),
        ..draft("voyez", visibility)
    }
}

/// A peer's post that quotes.
fn theirs(uri: &str, quoted: &str, stamp: Stamp) -> Draft {
    let quote = Quoting::Uri {
        uri: quoted.to_owned(),
        stamp,
    };
    Draft {
        quote: Some(quote),
        quote_policy: everyone(),
        ..remote_draft(uri, Visibility::Public, &[])
    }
}

impl House {
    async fn open_post(&self, author: AccountId, text: &str) -> PostId {
        let draft = Draft {
            quote_policy: everyone(),
            ..draft(text, Visibility::Public)
        };
        posts::publish(&self.ctx, Via::Local, author, draft)
            .await
            .unwrap()
    }

    async fn sight(&self, viewer: AccountId, post: PostId) -> (QuoteSight, Option<PostId>) {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), post)
            .await
            .unwrap();
        let quote = view.quote.unwrap();
        assert_eq!(quote.id, quote.post.as_ref().map(|post| post.post.id));
        (quote.sight, quote.id)
    }

    async fn stored(&self, viewer: AccountId, post: PostId) -> entrenous_model::Quote {
        let view = posts::view(&self.ctx, Viewer::Person(viewer), post)
            .await
            .unwrap();
        view.post.quote.clone().unwrap()
    }

    async fn quotes_count(&self, viewer: AccountId, post: PostId) -> i64 {
        posts::view(&self.ctx, Viewer::Person(viewer), post)
            .await
            .unwrap()
            .post
            .quotes_count
    }

    async fn last_queued(&self, peer: PeerId) -> OutboundActivity {
        deliveries::next(&self.ctx, peer, None, 100)
            .await
            .unwrap()
            .pop()
            .unwrap()
            .data
    }
}

stories! {
    async fn a_peer_asks_and_is_answered_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let mine = house.open_post(ada.id, "à moi").await;
        let my_uri = format!("https://here.example/posts/{mine}");
        let uri = format!("{THERE}/p/1");
        // That they say they may, with a stamp of whomever, says nothing: this node knows whom it lets.
        let forged = Stamp::Seen(format!("{my_uri}/quotes/1"));
        let theirs_id = posts::publish(ctx, house.via(peer), zoe.id, theirs(&uri, &my_uri, forged)).await.unwrap();
        assert_eq!(house.sight(ada.id, theirs_id).await, (QuoteSight::Pending, None));
        assert_eq!((house.told(ada.id).await, house.quotes_count(ada.id, mine).await), (vec![], 0));
        let asked = |quoted, post| Asked { request: format!("{uri}/quote"), quoted, post };
        for _ in 0..2 {
            quotes::requested(ctx, house.via(peer), zoe.id, asked(mine, theirs_id)).await.unwrap();
        }
        assert_eq!(house.sight(ada.id, theirs_id).await, (QuoteSight::Accepted, Some(mine)));
        assert_eq!(house.quotes_count(ada.id, mine).await, 1);
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Quote]);
        assert_eq!(house.queued(peer).await.iter().filter(|kind| **kind == "Accept QuoteRequest").count(), 2);
        let OutboundActivity::AcceptQuote { stamp, asked: told } = house.last_queued(peer).await else { panic!() };
        assert_eq!(stamp, format!("{my_uri}/quotes/{theirs_id}"));
        assert_eq!((told.instrument.as_str(), told.object.as_str()), (uri.as_str(), my_uri.as_str()));
        assert!(quotes::authorized(ctx, mine, theirs_id).await.unwrap().is_some());
        assert!(quotes::authorized(ctx, theirs_id, mine).await.unwrap().is_none());

        // Somebody else's post, another quote, and what is not there for them.
        let yan = house.remote(peer, THERE, "yan").await;
        let answer = quotes::requested(ctx, house.via(peer), yan.id, asked(mine, theirs_id)).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        let other = house.open_post(ada.id, "autre").await;
        let answer = quotes::requested(ctx, house.via(peer), zoe.id, asked(other, theirs_id)).await;
        assert!(matches!(answer, Err(DomainError::Refused("quote_mismatch"))), "{answer:?}");
        let secret = house.say(ada.id, "secret", Visibility::Private).await;
        let secret_uri = format!("https://here.example/posts/{secret}");
        let spy = theirs(&format!("{THERE}/p/2"), &secret_uri, Stamp::None);
        let spy = posts::publish(ctx, house.via(peer), zoe.id, spy).await.unwrap();
        assert_eq!(house.stored(ada.id, spy).await.post, None, "not even linked");
        let answer = quotes::requested(ctx, house.via(peer), zoe.id, asked(secret, spy)).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");

        // Taken back, and asked again.
        quotes::revoke(ctx, ada.id, mine, theirs_id).await.unwrap();
        assert_eq!(house.sight(ada.id, theirs_id).await, (QuoteSight::Revoked, None));
        assert_eq!(house.quotes_count(ada.id, mine).await, 0);
        assert_eq!(house.last_queued(peer).await, OutboundActivity::RevokeQuote { stamp });
        assert!(quotes::authorized(ctx, mine, theirs_id).await.unwrap().is_none());
        quotes::requested(ctx, house.via(peer), zoe.id, asked(mine, theirs_id)).await.unwrap();
        assert_eq!(house.sight(ada.id, theirs_id).await, (QuoteSight::Revoked, None));
        assert!(house.queued(peer).await.ends_with(&["Reject QuoteRequest"]));
    }

    async fn what_was_taken_back_stays_so_whatever_else_is_quoted_meanwhile(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let (mine, other) = (house.open_post(ada.id, "à moi").await, house.open_post(ada.id, "autre").await);
        let uri_of = |post: PostId| format!("https://here.example/posts/{post}");
        let uri = format!("{THERE}/p/1");
        let quotes_mine = || theirs(&uri, &uri_of(mine), Stamp::None);
        let post = posts::publish(ctx, house.via(peer), zoe.id, quotes_mine()).await.unwrap();
        let asks = async |quoted| {
            let asked = Asked { request: format!("{uri}/quote"), quoted, post };
            quotes::requested(ctx, house.via(peer), zoe.id, asked).await
        };
        asks(mine).await.unwrap();
        assert_eq!(house.sight(ada.id, post).await, (QuoteSight::Accepted, Some(mine)));
        quotes::revoke(ctx, ada.id, mine, post).await.unwrap();
        // Without it, and with another one: as if it had never been there.
        let nothing = Draft { quote: None, ..quotes_mine() };
        for between in [nothing, theirs(&uri, &uri_of(other), Stamp::None)] {
            posts::edit(ctx, house.via(peer), zoe.id, post, between).await.unwrap();
            posts::edit(ctx, house.via(peer), zoe.id, post, quotes_mine()).await.unwrap();
            asks(mine).await.unwrap();
            assert_eq!(house.sight(ada.id, post).await, (QuoteSight::Revoked, None));
            assert!(house.queued(peer).await.ends_with(&["Reject QuoteRequest"]));
        }
        assert_eq!(house.quotes_count(ada.id, mine).await, 0);
        // Taken back before it was asked for.
        let uri = format!("{THERE}/p/2");
        let early = posts::publish(ctx, house.via(peer), zoe.id, theirs(&uri, &uri_of(mine), Stamp::None));
        let early = early.await.unwrap();
        quotes::revoke(ctx, ada.id, mine, early).await.unwrap();
        let asked = Asked { request: format!("{uri}/quote"), quoted: mine, post: early };
        quotes::requested(ctx, house.via(peer), zoe.id, asked).await.unwrap();
        assert_eq!(house.sight(ada.id, early).await, (QuoteSight::Revoked, None));
        assert!(house.queued(peer).await.ends_with(&["Reject QuoteRequest"]));
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::Quote], "of the first time alone");
    }

    async fn policies_decide(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let mine = house.open_post(ada.id, "à moi").await;
        quotes::set_policy(ctx, ada.id, mine, QuoteChoice::Followers).await.unwrap();
        let answer = quotes::set_policy(ctx, bob.id, mine, QuoteChoice::Public).await;
        assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        let leave = async |viewer| posts::view(ctx, Viewer::Person(viewer), mine).await.unwrap().flags.quote;
        assert_eq!((leave(ada.id).await, leave(bob.id).await), (QuoteLeave::Automatic, QuoteLeave::Denied));
        let answer = posts::publish(ctx, Via::Local, bob.id, quoting(mine, Visibility::Public)).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        house.follow(bob.id, ada.id).await;
        assert_eq!(leave(bob.id).await, QuoteLeave::Automatic);
        let quote = posts::publish(ctx, Via::Local, bob.id, quoting(mine, Visibility::Public)).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Accepted, Some(mine)));
        // A peer's follower may, and who follows not may not.
        let my_uri = format!("https://here.example/posts/{mine}");
        let mut states = Vec::new();
        for number in 0..2 {
            let uri = format!("{THERE}/p/{number}");
            let draft = theirs(&uri, &my_uri, Stamp::None);
            let post = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
            let asked = Asked { request: format!("{uri}/quote"), quoted: mine, post };
            quotes::requested(ctx, house.via(peer), zoe.id, asked).await.unwrap();
            states.push(house.sight(ada.id, post).await.0);
            house.followed_from(peer, zoe.id, ada.id).await;
        }
        assert_eq!(states, [QuoteSight::Rejected, QuoteSight::Accepted]);
        // What was let stays.
        quotes::set_policy(ctx, ada.id, mine, QuoteChoice::Nobody).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Accepted, Some(mine)));
        let list = quotes::of_post(ctx, bob.id, mine, Page::first(9)).await.unwrap();
        assert_eq!(list.len(), 2);
        // One's own may always be quoted, and private at most if it is.
        let secret = house.say(ada.id, "secret", Visibility::Private).await;
        let own = posts::publish(ctx, Via::Local, ada.id, quoting(secret, Visibility::Public)).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(ada.id), own).await.unwrap();
        assert_eq!((view.post.visibility, view.post.quote.clone().unwrap().stamp), (Visibility::Private, None));
        let direct = house.say(ada.id, "@bob", Visibility::Direct).await;
        for author in [ada.id, bob.id] {
            let answer = posts::publish(ctx, Via::Local, author, quoting(direct, Visibility::Direct)).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        }
        let answer = posts::publish(ctx, Via::Local, bob.id, quoting(secret, Visibility::Public)).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "a follower sees it: {answer:?}");
    }

    async fn a_peer_is_asked_and_answers(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let elsewhere = house.peer(ELSEWHERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let xan = house.remote(elsewhere, ELSEWHERE, "xan").await;
        let ada = house.person("ada").await;
        let open = Draft { quote_policy: everyone(), ..remote_draft(&format!("{THERE}/p/1"), Visibility::Public, &[]) };
        let their = posts::publish(ctx, house.via(peer), zoe.id, open.clone()).await.unwrap();
        let closed = Draft { quote_policy: None, ..remote_draft(&format!("{THERE}/p/2"), Visibility::Public, &[]) };
        let closed = posts::publish(ctx, house.via(peer), zoe.id, closed).await.unwrap();
        let answer = posts::publish(ctx, Via::Local, ada.id, quoting(closed, Visibility::Public)).await;
        assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        let quote = posts::publish(ctx, Via::Local, ada.id, quoting(their, Visibility::Private)).await.unwrap();
        assert_eq!(house.queued(peer).await, ["Create", "QuoteRequest"], "who is quoted has it before they are asked");
        assert!(house.sees(Viewer::Peer(peer), quote).await, "whoever else it is for");
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Pending, None));
        // Somebody else cannot let it, of the same node or another.
        let yan = house.remote(peer, THERE, "yan").await;
        let stamp = format!("{THERE}/stamps/1");
        for (via, who) in [(house.via(peer), yan.id), (house.via(elsewhere), xan.id)] {
            let answer = quotes::answered(ctx, via, who, quote, Some(stamp.clone())).await;
            assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
        }
        quotes::answered(ctx, house.via(peer), zoe.id, quote, Some(stamp.clone())).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Accepted, Some(their)));
        assert_eq!(house.stored(ada.id, quote).await.stamp, Some(stamp.clone()));
        assert!(house.queued(peer).await.ends_with(&["Update"]), "those who have it are told of the stamp");
        assert_eq!(house.quotes_count(ada.id, their).await, 1);
        // Let once more, with another stamp: the first one stays, or each would go to all who have the post.
        let queued = house.queued(peer).await.len();
        quotes::answered(ctx, house.via(peer), zoe.id, quote, Some(format!("{THERE}/stamps/2"))).await.unwrap();
        assert_eq!(house.stored(ada.id, quote).await.stamp, Some(stamp.clone()));
        assert_eq!(house.queued(peer).await.len(), queued);
        // They edit what is quoted.
        let edited = Draft { text: "<p>autrement</p>".to_owned(), ..open };
        posts::edit(ctx, house.via(peer), zoe.id, their, edited).await.unwrap();
        assert_eq!(house.kinds_told(ada.id).await, [NotificationKind::QuotedUpdate]);
        assert_eq!(house.told(ada.id).await[0].post, Some(quote));
        // They take it back; somebody else could not.
        assert!(quotes::stamped(ctx, &stamp).await.unwrap());
        let answer = quotes::revoked(ctx, house.via(elsewhere), xan.id, stamp.clone()).await;
        assert!(matches!(answer, Err(DomainError::Refused("foreign_object"))), "{answer:?}");
        quotes::revoked(ctx, house.via(peer), zoe.id, stamp.clone()).await.unwrap();
        quotes::revoked(ctx, house.via(peer), zoe.id, stamp.clone()).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Revoked, None));
        quotes::answered(ctx, house.via(peer), zoe.id, quote, Some(stamp)).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await.0, QuoteSight::Revoked);
        // They refuse another one.
        let second = posts::publish(ctx, Via::Local, ada.id, quoting(their, Visibility::Public)).await.unwrap();
        quotes::answered(ctx, house.via(peer), zoe.id, second, None).await.unwrap();
        assert_eq!(house.sight(ada.id, second).await, (QuoteSight::Rejected, None));
    }

    async fn what_others_say_of_their_quotes(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let elsewhere = house.peer(ELSEWHERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let xan = house.remote(elsewhere, ELSEWHERE, "xan").await;
        let ada = house.person("ada").await;
        let quoted_uri = format!("{THERE}/p/1");
        // Xan quotes what is not known here yet.
        let uri = format!("{ELSEWHERE}/p/1");
        let stamp = format!("{THERE}/stamps/1");
        let seen = || Stamp::Seen(stamp.clone());
        let quote = posts::publish(ctx, house.via(elsewhere), xan.id, theirs(&uri, &quoted_uri, seen())).await.unwrap();
        let stored = house.stored(ada.id, quote).await;
        assert_eq!((stored.post, stored.state), (None, QuoteState::Pending));
        let draft = Draft { quote_policy: everyone(), ..remote_draft(&quoted_uri, Visibility::Public, &[]) };
        let quoted = posts::publish(ctx, house.via(peer), zoe.id, draft).await.unwrap();
        assert_eq!(house.stored(ada.id, quote).await.post, Some(quoted), "linked, and no more");
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Pending, None));
        let edit = async |stamp: Stamp| {
            let draft = theirs(&uri, &quoted_uri, stamp);
            posts::edit(ctx, house.via(elsewhere), xan.id, quote, draft).await.unwrap();
            house.sight(ada.id, quote).await.0
        };
        assert_eq!(edit(Stamp::Unseen).await, QuoteSight::Pending);
        assert_eq!(edit(seen()).await, QuoteSight::Accepted);
        assert_eq!(house.quotes_count(ada.id, quoted).await, 1);
        assert_eq!(edit(Stamp::Unseen).await, QuoteSight::Accepted, "what cannot be looked at changes nothing");
        assert_eq!(edit(Stamp::None).await, QuoteSight::Revoked);
        assert_eq!(house.quotes_count(ada.id, quoted).await, 0);
        assert_eq!(edit(seen()).await, QuoteSight::Accepted);
        // The quoted author says it themselves.
        quotes::revoked(ctx, house.via(peer), zoe.id, stamp.clone()).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await.0, QuoteSight::Revoked);
        assert_eq!(edit(seen()).await, QuoteSight::Accepted);
        // The quoted post goes.
        posts::delete(ctx, house.via(peer), zoe.id, quoted).await.unwrap();
        assert_eq!(house.sight(ada.id, quote).await, (QuoteSight::Deleted, None));
        // They no longer quote.
        let plain = Draft { quote: None, ..theirs(&uri, &quoted_uri, Stamp::None) };
        posts::edit(ctx, house.via(elsewhere), xan.id, quote, plain).await.unwrap();
        let view = posts::view(ctx, Viewer::Person(ada.id), quote).await.unwrap();
        assert!(view.post.quote.is_none() && view.quote.is_none());
        // One's own needs no stamp, and the link for others is not shown.
        let own = Draft {
            text: format!("<p class=\"quote-inline\">RE: <a href=\"{uri}\">{uri}</a></p><p>encore</p>"),
            ..theirs(&format!("{ELSEWHERE}/p/2"), &uri, Stamp::None)
        };
        let own = posts::publish(ctx, house.via(elsewhere), xan.id, own).await.unwrap();
        assert_eq!(house.sight(ada.id, own).await, (QuoteSight::Accepted, Some(quote)));
        let view = posts::view(ctx, Viewer::Person(ada.id), own).await.unwrap();
        assert_eq!(view.post.content, "<p>encore</p>");
        // The quote goes, and is counted no more.
        assert_eq!(house.quotes_count(ada.id, quote).await, 1);
        posts::delete(ctx, house.via(elsewhere), xan.id, own).await.unwrap();
        assert_eq!(house.quotes_count(ada.id, quote).await, 0);
    }

    async fn what_a_leaver_of_a_peer_wrote_is_neither_kept_nor_counted(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let mine = house.open_post(ada.id, "à moi").await;
        let my_uri = format!("https://here.example/posts/{mine}");
        let uri = format!("{THERE}/p/1");
        let post = posts::publish(ctx, house.via(peer), zoe.id, theirs(&uri, &my_uri, Stamp::None)).await.unwrap();
        let asked = Asked { request: format!("{THERE}/r/1"), quoted: mine, post };
        quotes::requested(ctx, house.via(peer), zoe.id, asked).await.unwrap();
        let other = Draft {
            text: "<p>autrement</p>".to_owned(),
            ..theirs(&uri, &my_uri, Stamp::None)
        };
        posts::edit(ctx, house.via(peer), zoe.id, post, other).await.unwrap();
        let answer = Draft {
            reply_to: posts::ReplyTo::Uri(my_uri.clone()),
            ..remote_draft(&format!("{THERE}/p/2"), Visibility::Public, &[])
        };
        posts::publish(ctx, house.via(peer), zoe.id, answer).await.unwrap();
        posts::boost(ctx, house.via(peer), zoe.id, mine, None, Some(format!("{THERE}/b/1"))).await.unwrap();
        // What is counted of mine, and what is kept of theirs.
        let kept = async || {
            let read = ctx.store().read(move |conn| {
                let counted = entrenous_store::posts::get(conn, mine)?.unwrap();
                let versions = entrenous_store::posts::versions(conn, post)?.len();
                let counts = (counted.replies_count, counted.boosts_count, counted.quotes_count);
                Ok((counts, versions))
            });
            read.await.unwrap()
        };
        assert_eq!(kept().await, ((1, 1, 1), 1));
        entrenous_domain::accounts::remote_gone(ctx, house.via(peer), zoe.id).await.unwrap();
        assert_eq!(kept().await, ((0, 0, 0), 0));
    }

    async fn ones_own_is_let_also_if_it_comes_before_what_it_quotes(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (peer, elsewhere) = (house.peer(THERE).await, house.peer(ELSEWHERE).await);
        let zoe = house.remote(peer, THERE, "zoe").await;
        let xan = house.remote(elsewhere, ELSEWHERE, "xan").await;
        let ada = house.person("ada").await;
        let quoted_uri = format!("{THERE}/p/0");
        let own = theirs(&format!("{THERE}/p/1"), &quoted_uri, Stamp::None);
        let own = posts::publish(ctx, house.via(peer), zoe.id, own).await.unwrap();
        let others = theirs(&format!("{ELSEWHERE}/p/1"), &quoted_uri, Stamp::None);
        let others = posts::publish(ctx, house.via(elsewhere), xan.id, others).await.unwrap();
        assert_eq!(house.sight(ada.id, own).await, (QuoteSight::Pending, None));
        let quoted = remote_draft(&quoted_uri, Visibility::Public, &[]);
        let quoted = posts::publish(ctx, house.via(peer), zoe.id, quoted).await.unwrap();
        assert_eq!(house.sight(ada.id, own).await, (QuoteSight::Accepted, Some(quoted)));
        assert_eq!(house.sight(ada.id, others).await, (QuoteSight::Pending, None));
        assert_eq!(house.quotes_count(ada.id, quoted).await, 1);
        posts::delete(ctx, house.via(peer), zoe.id, own).await.unwrap();
        assert_eq!(house.quotes_count(ada.id, quoted).await, 0);
    }

    /// Two who say what becomes of one quote, at the same moment: one after the other.
    async fn two_words_about_a_quote_count_it_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let mine = house.open_post(ada.id, "à moi").await;
        let my_uri = format!("https://here.example/posts/{mine}");
        for round in 0..8 {
            let uri = format!("{THERE}/p/{round}");
            let quote = theirs(&uri, &my_uri, Stamp::None);
            let post = posts::publish(ctx, house.via(peer), zoe.id, quote).await.unwrap();
            let mut words = tokio::task::JoinSet::new();
            for n in 0..6 {
                let (ctx, via, by) = (ctx.clone(), house.via(peer), zoe.id);
                let asked = Asked { request: format!("{THERE}/r/{round}-{n}"), quoted: mine, post };
                words.spawn(async move { quotes::requested(&ctx, via, by, asked).await.unwrap() });
            }
            words.join_all().await;
            assert_eq!(house.quotes_count(ada.id, mine).await, 1);
            quotes::revoke(ctx, ada.id, mine, post).await.unwrap();
            assert_eq!(house.quotes_count(ada.id, mine).await, 0);
        }
        let told = house.kinds_told(ada.id).await;
        assert_eq!(told.len(), 8, "once for each: {told:?}");
    }

    async fn home_timelines_show_what_becomes_of_a_quote(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let eve = house.person("eve").await;
        house.follow(eve.id, bob.id).await;
        let mine = house.open_post(ada.id, "à moi").await;
        let quote = posts::publish(ctx, Via::Local, bob.id, quoting(mine, Visibility::Public)).await.unwrap();
        let other = house.open_post(ada.id, "autre").await;
        let second = posts::publish(ctx, Via::Local, bob.id, quoting(other, Visibility::Public)).await.unwrap();
        let sights = async || {
            let home = entrenous_domain::timelines::home(ctx, eve.id, Page::first(20)).await.unwrap();
            home.views.into_iter().map(|view| view.quote.unwrap().sight).collect::<Vec<_>>()
        };
        assert_eq!(house.home(eve.id).await, [second, quote]);
        assert_eq!(sights().await, [QuoteSight::Accepted, QuoteSight::Accepted]);
        quotes::revoke(ctx, ada.id, mine, quote).await.unwrap();
        assert_eq!(sights().await, [QuoteSight::Accepted, QuoteSight::Revoked]);
        posts::delete(ctx, Via::Local, ada.id, other).await.unwrap();
        assert_eq!(sights().await, [QuoteSight::Deleted, QuoteSight::Revoked]);
    }

    async fn policies_of_others_are_kept_as_they_are(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let followers = Quoters { followers: true, ..Quoters::default() };
        let others = Quoters { others: true, ..Quoters::default() };
        let cases = [
            (QuotePolicy { automatic: followers, manual: Quoters { everyone: true, ..others } }, QuoteLeave::Manual),
            (QuotePolicy { automatic: followers, ..QuotePolicy::default() }, QuoteLeave::Denied),
            (QuotePolicy { automatic: others, ..QuotePolicy::default() }, QuoteLeave::Unknown),
        ];
        for (number, (policy, leave)) in cases.into_iter().enumerate() {
            let draft = remote_draft(&format!("{THERE}/p/{number}"), Visibility::Public, &[]);
            let draft = Draft { quote_policy: Some(policy), ..draft };
            let post = posts::publish(ctx, house.via(peer), zoe.id, draft.clone()).await.unwrap();
            let view = posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
            assert_eq!((view.post.quote_policy, view.flags.quote), (policy, leave));
            // An edit may change it alone.
            let open = Draft { quote_policy: everyone(), ..draft };
            posts::edit(ctx, house.via(peer), zoe.id, post, open).await.unwrap();
            let view = posts::view(ctx, Viewer::Person(ada.id), post).await.unwrap();
            assert_eq!((view.flags.quote, view.post.edited_at), (QuoteLeave::Automatic, None));
        }
    }
}
