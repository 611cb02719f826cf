//! Reports: who may make them, for whom they exist, what is kept, and what peers may say.

use crate::fixture::House;
use crate::posts::{THERE, draft, remote_draft};
use chrono::TimeDelta;
use entrenous_domain::reports::{self, Change, Flagged, Shown, Wanted, Wish};
use entrenous_domain::{
    DomainError, Receipt, Result, Via, audit, blocks, domain_blocks, maintenance, peers, people, posts,
};
use entrenous_model::{
    AccountId, AtEnd, Contract, Event, Matter, NotificationKind, OutboundActivity, Page, Parcel, PeerId,
    PostId, Preset, Report, ReportCategory, ReportId, Role, Terms, Visibility,
};
use entrenous_store::stories;
use entrenous_store::testing::tamper;
use tokio::task::JoinSet;

fn about(target: AccountId, posts: &[PostId]) -> Wish {
    Wish {
        target,
        posts: posts.to_vec(),
        comment: "rude".to_owned(),
        category: None,
        rules: Vec::new(),
        forward: false,
    }
}

impl House {
    async fn reports(&self, by: AccountId, wish: Wish) -> Report {
        reports::make(&self.ctx, by, wish).await.unwrap().0
    }

    async fn report_list(&self, viewer: AccountId) -> Result<Vec<ReportId>> {
        let open = Wanted {
            resolved: Some(false),
            ..Wanted::default()
        };
        let found = reports::list(&self.ctx, viewer, open, Page::first(40)).await?;
        Ok(found.into_iter().map(|shown| shown.report.id).collect())
    }

    /// What `viewer` is shown of the report's posts.
    async fn shown(&self, viewer: AccountId, id: ReportId) -> (Shown, Vec<String>) {
        let shown = reports::one(&self.ctx, viewer, id).await.unwrap();
        let views = reports::statuses(&self.ctx, viewer, std::slice::from_ref(&shown))
            .await
            .unwrap();
        let texts = views[0].iter().map(|view| view.post.content.clone()).collect();
        (shown, texts)
    }

    /// Which of those posts are said to be gone.
    async fn gone(&self, viewer: AccountId, id: ReportId) -> Vec<PostId> {
        self.shown(viewer, id).await.0.gone().collect()
    }

    async fn flags(&self, peer: PeerId, number: u32, named: &[&str], content: &str) -> Result<()> {
        let receipt = Receipt {
            peer,
            activity: format!("{THERE}/flags/{number}"),
            parcel: Parcel::default(),
            matter: Matter::Report,
        };
        let flagged = Flagged {
            named: named.iter().map(|id| (*id).to_owned()).collect(),
            content: content.to_owned(),
        };
        reports::received(&self.ctx, receipt, flagged).await
    }

    async fn agrees(&self, id: PeerId, contract: Contract) {
        let write = self.ctx.store().write(move |tx| {
            let mut peer = entrenous_store::peers::by_id(tx, id)?.unwrap();
            peer.contract = contract.clone();
            entrenous_store::peers::update(tx, &peer, None)?;
            Ok::<_, DomainError>(())
        });
        write.await.unwrap();
        self.happened(&[Event::PeerChanged { peer: id }]);
    }

    async fn reported_of(&self, peer: PeerId) -> Vec<OutboundActivity> {
        let queue = entrenous_domain::deliveries::next(&self.ctx, peer, None, 100)
            .await
            .unwrap();
        let flags = queue.into_iter().map(|delivery| delivery.data);
        flags
            .filter(|data| matches!(data, OutboundActivity::Flag { .. }))
            .collect()
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the answers read better as they come"
)]
fn not_found<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(DomainError::NotFound)), "{answer:?}");
}

stories! {
    async fn a_report_exists_for_those_who_moderate(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let post = house.say(bob.id, "insulte", Visibility::Public).await;
        let report = house.reports(ada.id, about(bob.id, &[post])).await;
        assert_eq!((report.category, report.forwarded, report.settled_at), (ReportCategory::Other, false, None));
        for viewer in [owner.id, moderator.id] {
            assert_eq!(house.report_list(viewer).await.unwrap(), [report.id]);
            assert_eq!(house.kinds_told(viewer).await, [NotificationKind::AdminReport]);
            assert_eq!(reports::open_count(ctx, viewer).await.unwrap(), Some(1));
        }
        for viewer in [ada.id, bob.id] {
            assert!(matches!(house.report_list(viewer).await, Err(DomainError::Forbidden(_))));
            assert_eq!(reports::open_count(ctx, viewer).await.unwrap(), None);
            for id in [report.id, ReportId(1)] {
                not_found(reports::one(ctx, viewer, id).await);
                not_found(reports::change(ctx, viewer, id, Change::default()).await);
                not_found(reports::assign(ctx, viewer, id).await);
                not_found(reports::unassign(ctx, viewer, id).await);
                not_found(reports::resolve(ctx, viewer, id).await);
                not_found(reports::reopen(ctx, viewer, id).await);
            }
            assert!(reports::briefs(ctx, viewer, vec![report.id]).await.unwrap().is_empty());
            assert!(house.told(viewer).await.is_empty());
        }
        // One about a moderator is the others'; owners see every one.
        let of_them = house.reports(ada.id, about(moderator.id, &[])).await;
        assert_eq!(house.report_list(moderator.id).await.unwrap(), [report.id]);
        not_found(reports::resolve(ctx, moderator.id, of_them.id).await);
        assert_eq!(house.told(moderator.id).await.len(), 1);
        let of_owner = house.reports(ada.id, about(owner.id, &[])).await;
        assert_eq!(house.report_list(owner.id).await.unwrap(), [of_owner.id, of_them.id, report.id]);
        // The trail says what was done, and names nobody who is reported.
        reports::resolve(ctx, moderator.id, report.id).await.unwrap();
        let lines = audit::list(ctx, None, None, 100).await.unwrap();
        let lines: Vec<_> = lines.iter().filter(|line| line.action.starts_with("report.")).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!((lines[0].actor.as_str(), lines[0].action.as_str()), ("moda", "report.resolved"));
        assert!(lines.iter().all(|line| line.detail.starts_with("report ") && !line.detail.contains("bob")));
        assert!(lines.iter().all(|line| line.actor != "ada"));
    }

    async fn it_is_looked_after_resolved_and_opened_again(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let id = house.reports(ada.id, about(bob.id, &[])).await.id;
        reports::assign(ctx, moderator.id, id).await.unwrap();
        let one = async || reports::one(ctx, owner.id, id).await.unwrap();
        assert_eq!(one().await.assigned.unwrap().account.id, moderator.id);
        reports::unassign(ctx, owner.id, id).await.unwrap();
        assert!(one().await.assigned.is_none());
        reports::assign(ctx, moderator.id, id).await.unwrap();
        house.clock.advance(TimeDelta::minutes(1));
        reports::resolve(ctx, moderator.id, id).await.unwrap();
        let settled = one().await;
        assert_eq!(settled.settled_by.unwrap().account.id, moderator.id);
        reports::resolve(ctx, owner.id, id).await.unwrap();
        assert_eq!(one().await.report.settled_at, settled.report.settled_at, "the first who did");
        let which = async |resolved, target| {
            let wanted = Wanted { resolved: Some(resolved), target, reporter: Some(ada.id) };
            reports::list(ctx, owner.id, wanted, Page::first(40)).await.unwrap().len()
        };
        assert_eq!((which(true, None).await, which(false, None).await), (1, 0));
        assert_eq!((which(true, Some(bob.id)).await, which(true, Some(ada.id)).await), (1, 0));
        reports::reopen(ctx, owner.id, id).await.unwrap();
        assert_eq!((which(true, None).await, which(false, None).await), (0, 1));
        let spam = Change { category: Some(ReportCategory::Spam), rules: None };
        reports::change(ctx, owner.id, id, spam.clone()).await.unwrap();
        assert_eq!(one().await.report.category, ReportCategory::Spam);
        // What changes nothing leaves no line that says who did it.
        reports::change(ctx, moderator.id, id, spam).await.unwrap();
        reports::reopen(ctx, owner.id, id).await.unwrap();
        reports::assign(ctx, moderator.id, id).await.unwrap();
        let lines = audit::list(ctx, None, None, 100).await.unwrap();
        let done = |what: &str| lines.iter().filter(|line| line.action == what).count();
        assert_eq!((done("report.resolved"), done("report.reopened"), done("report.changed")), (1, 1, 1));
        assert_eq!((done("report.assigned"), done("report.unassigned")), (2, 1));
        let no_rule = Change { category: None, rules: Some(vec!["7".to_owned()]) };
        assert!(matches!(reports::change(ctx, owner.id, id, no_rule).await, Err(DomainError::Invalid(_))));
        // Who leaves looks after nothing any more; what they resolved, and what they reported, stays.
        people::disable(ctx, "test", "moda").await.unwrap();
        people::disable(ctx, "test", "ada").await.unwrap();
        let after = one().await;
        assert!(after.assigned.is_none());
        assert_eq!(after.reporter.account.id, ada.id);
    }

    async fn only_what_one_sees_of_the_one_who_is_reported(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (ada, bob, eve) = (house.person("ada").await, house.person("bob").await, house.person("eve").await);
        let seen = house.say(bob.id, "vu", Visibility::Public).await;
        let letter = house.say(bob.id, "pour @eve", Visibility::Direct).await;
        let of_eve = house.say(eve.id, "autre", Visibility::Public).await;
        let gone = house.say(bob.id, "parti", Visibility::Public).await;
        posts::delete(ctx, Via::Local, bob.id, gone).await.unwrap();
        for post in [letter, of_eve, gone, PostId(1)] {
            not_found(reports::make(ctx, ada.id, about(bob.id, &[seen, post])).await);
        }
        not_found(reports::make(ctx, ada.id, about(AccountId(1), &[])).await);
        reports::make(ctx, eve.id, about(bob.id, &[letter])).await.unwrap();
        let wrong = [
            about(ada.id, &[]),
            Wish { comment: "x".repeat(1_001), ..about(bob.id, &[]) },
            Wish { rules: vec!["1".to_owned()], ..about(bob.id, &[]) },
            about(bob.id, &(1..=101).map(PostId).collect::<Vec<_>>()),
        ];
        for wish in wrong {
            let answer = reports::make(ctx, ada.id, wish).await;
            assert!(matches!(answer, Err(DomainError::Invalid(_))), "{answer:?}");
        }
        // Twice is once, while it is open; and not without end.
        let first = house.reports(ada.id, about(bob.id, &[seen, seen])).await;
        assert_eq!(house.reports(ada.id, about(bob.id, &[seen])).await.id, first.id);
        assert_ne!(house.reports(ada.id, about(bob.id, &[])).await.id, first.id);
        let mut many = JoinSet::new();
        for n in 0..40 {
            let wish = Wish { comment: format!("{n}"), ..about(bob.id, &[]) };
            let (ctx, by) = (ctx.clone(), ada.id);
            many.spawn(async move { reports::make(&ctx, by, wish).await.is_ok() });
        }
        let made = many.join_all().await.into_iter().filter(|made| *made).count();
        assert_eq!(made, 28, "thirty in an hour, with the two before");
        let more = Wish { comment: "encore".to_owned(), ..about(bob.id, &[]) };
        assert!(matches!(reports::make(ctx, ada.id, more.clone()).await, Err(DomainError::TooMany(_))));
        house.clock.advance(TimeDelta::hours(1));
        reports::make(ctx, ada.id, more).await.unwrap();
    }

    async fn what_was_reported_is_kept_as_it_was(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let deleted = house.say(bob.id, "je te hais", Visibility::Public).await;
        let changed = house.say(bob.id, "avant", Visibility::Public).await;
        let stays = house.say(bob.id, "reste", Visibility::Public).await;
        let letter = house.say(bob.id, "@ada entre nous", Visibility::Direct).await;
        let id = house.reports(ada.id, about(bob.id, &[deleted, changed, stays, letter])).await.id;
        let before = house.shown(owner.id, id).await.1;
        assert_eq!(before.len(), 4);
        assert!(house.gone(owner.id, id).await.is_empty());
        assert!(before[3].contains("entre nous"), "whoever reports it shows it");
        assert!(!house.sees(posts::Viewer::Person(owner.id), letter).await, "there alone");
        posts::delete(ctx, Via::Local, bob.id, deleted).await.unwrap();
        posts::edit(ctx, Via::Local, bob.id, changed, draft("après", Visibility::Public)).await.unwrap();
        assert_eq!(house.shown(owner.id, id).await.1, before);
        assert_eq!(house.gone(owner.id, id).await, [deleted], "not what changed, nor what was never for them");
        not_found(posts::view(ctx, posts::Viewer::Person(owner.id), deleted).await);
        // Kept while it is open, however long; and a month after.
        house.clock.advance(TimeDelta::days(400));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert_eq!(house.shown(owner.id, id).await.1, before);
        reports::resolve(ctx, owner.id, id).await.unwrap();
        house.clock.advance(TimeDelta::days(29));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        assert_eq!(house.shown(owner.id, id).await.1, before);
        house.clock.advance(TimeDelta::days(2));
        maintenance::forget_old(ctx, TimeDelta::days(60)).await.unwrap();
        let (shown, texts) = house.shown(owner.id, id).await;
        assert_eq!(shown.posts.len(), 4);
        assert_eq!(texts, ["<p>après</p>", "<p>reste</p>"], "what is there is shown as it is");
        assert!(house.gone(owner.id, id).await.is_empty(), "what is not shown is not named");
    }

    async fn whoever_is_muted_is_heard_and_whoever_moderates_no_more_is_not_told(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let moderator = house.person_as("moda", Role::Moderator).await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        blocks::block(ctx, Via::Local, moderator.id, ada.id, None).await.unwrap();
        house.reports(ada.id, about(bob.id, &[])).await;
        assert_eq!(house.kinds_told(moderator.id).await, [NotificationKind::AdminReport]);
        // Nor is it hidden with the node that sends it.
        let peer = house.peer(THERE).await;
        domain_blocks::block(ctx, moderator.id, "there.example").await.unwrap();
        house.flags(peer, 1, &[&bob.uri], "x").await.unwrap();
        assert_eq!(house.kinds_told(moderator.id).await, [NotificationKind::AdminReport; 2]);
        // Nobody is told of their own.
        house.reports(moderator.id, about(bob.id, &[])).await;
        assert_eq!(house.told(moderator.id).await.len(), 2);
        let demote = "UPDATE members SET role = 'member' WHERE role = 'moderator'";
        let write = ctx.store().write(|tx| tamper(tx, demote));
        write.await.unwrap();
        assert!(house.told(moderator.id).await.is_empty());
    }

    async fn a_peer_is_told_what_and_not_who(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let uri = format!("{THERE}/posts/1");
        let post = posts::publish(ctx, house.via(peer), zoe.id, remote_draft(&uri, Visibility::Public, &[])).await.unwrap();
        let wish = Wish { forward: true, ..about(zoe.id, &[post]) };
        // Without the wish nothing goes; nor for somebody of this node.
        house.reports(ada.id, Wish { forward: false, comment: "ici".to_owned(), ..wish.clone() }).await;
        let bob = house.person("bob").await;
        assert!(!house.reports(ada.id, Wish { forward: true, ..about(bob.id, &[]) }).await.forwarded);
        assert!(house.reported_of(peer).await.is_empty());
        let report = house.reports(ada.id, wish.clone()).await;
        assert!(report.forwarded);
        assert_eq!(house.reported_of(peer).await, [OutboundActivity::Flag {
            target: zoe.uri.clone(),
            posts: vec![uri],
            content: "rude".to_owned(),
        }]);
        let sent = entrenous_domain::deliveries::next(ctx, peer, None, 10).await.unwrap();
        assert_eq!(sent.last().unwrap().account, None, "the node says it");
        // A contract by which nothing comes from there leaves nothing to complain of.
        house.agrees(peer, Preset::ReceiveOnly.contract().mirrored()).await;
        let unheard = Wish { comment: "encore".to_owned(), ..wish.clone() };
        assert!(!house.reports(ada.id, unheard).await.forwarded);
        house.agrees(peer, Preset::ReceiveOnly.contract()).await;
        let heard = Wish { comment: "toujours".to_owned(), ..wish.clone() };
        assert!(house.reports(ada.id, heard).await.forwarded);
        assert_eq!(house.reported_of(peer).await.len(), 2);
        // Not without end: what it would not take is not sent.
        let mut forwarded = 2;
        for n in 0..40 {
            let carl = house.remote(peer, THERE, &format!("carl{n}")).await;
            let by = if n < 20 { ada.id } else { bob.id };
            forwarded += u32::from(house.reports(by, Wish { forward: true, ..about(carl.id, &[]) }).await.forwarded);
        }
        assert_eq!(forwarded, 30);
    }

    async fn a_peer_reports_people_of_this_node_and_what_it_sees(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let peer = house.peer(THERE).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let (ada, bob) = (house.person("ada").await, house.person("bob").await);
        let shown = house.say(ada.id, "bonjour", Visibility::Public).await;
        let hidden = house.say(ada.id, "secret", Visibility::Private).await;
        let of_bob = house.say(bob.id, "à moi", Visibility::Public).await;
        let uri = |id: PostId| format!("https://here.example/posts/{id}");
        let (shown_uri, hidden_uri, bobs) = (uri(shown), uri(hidden), uri(of_bob));

        // About others, about nobody, and what it may not see: no report, and no word of what there is.
        let elsewhere = "https://elsewhere.example/people/x".to_owned();
        for (n, named) in (0..).zip([
            vec![],
            vec![zoe.uri.as_str(), elsewhere.as_str()],
            vec![hidden_uri.as_str()],
            vec!["https://here.example/people/nobody", "https://here.example/posts/1"],
            vec!["https://here.example.evil.example/people/ada"],
            vec![ada.url.as_str()],
        ]) {
            house.flags(peer, n, &named, "x").await.unwrap();
        }
        assert!(house.report_list(owner.id).await.unwrap().is_empty());

        let named = [elsewhere.as_str(), &shown_uri, &hidden_uri, &bobs, &zoe.uri, &ada.uri, &bob.uri];
        let said = "<p>Rude<script>alert(1)</script> &amp; <b>loud</b></p>";
        house.flags(peer, 10, &named, said).await.unwrap();
        let ids = house.report_list(owner.id).await.unwrap();
        let (report, texts) = house.shown(owner.id, ids[0]).await;
        assert_eq!((report.target.account.id, texts.as_slice()), (ada.id, &["<p>bonjour</p>".to_owned()][..]));
        assert_eq!(report.report.comment, "Rude & loud");
        assert_eq!((report.report.peer, report.reporter.account.peer), (Some(peer), Some(peer)));
        assert_eq!(report.reporter.account.display_name, "there.example");
        assert_ne!(report.reporter.account.id, zoe.id, "the organisation, not a person of it");
        assert_eq!(house.kinds_told(owner.id).await, [NotificationKind::AdminReport]);
        // Again, or the same in another activity.
        assert!(matches!(house.flags(peer, 10, &named, said).await, Err(DomainError::AlreadyReceived)));
        house.flags(peer, 11, &named, said).await.unwrap();
        assert_eq!(house.report_list(owner.id).await.unwrap().len(), 1);
        // A post alone is about its author.
        house.flags(peer, 12, &[&bobs], "").await.unwrap();
        let ids = house.report_list(owner.id).await.unwrap();
        assert_eq!(house.shown(owner.id, ids[0]).await.0.target.account.id, bob.id);
        // Long words are cut, long lists are read in part.
        let many: Vec<&str> = std::iter::repeat_n(shown_uri.as_str(), 5_000).collect();
        house.flags(peer, 13, &many, &"é".repeat(50_000)).await.unwrap();
        let ids = house.report_list(owner.id).await.unwrap();
        let (report, texts) = house.shown(owner.id, ids[0]).await;
        assert_eq!((report.report.comment.chars().count(), texts.len()), (1_000, 1));
        // A flood ends, for an hour.
        let mut taken = 3;
        for n in 100..200 {
            match house.flags(peer, n, &[&ada.uri], &format!("{n}")).await {
                Ok(()) => taken += 1,
                Err(DomainError::TooMany(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(taken, 60);
        house.clock.advance(TimeDelta::hours(1));
        house.flags(peer, 200, &[&ada.uri], "200").await.unwrap();
        let lines = audit::list(ctx, None, None, 200).await.unwrap();
        let lines = lines.iter().filter(|line| line.action == "report.received").count();
        assert!((4..60).contains(&lines), "{lines}");
        // Whom it is given nothing of, it has nothing to say of.
        house.agrees(peer, Preset::ReceiveOnly.contract()).await;
        let answer = house.flags(peer, 300, &[&ada.uri], "x").await;
        assert!(matches!(answer, Err(DomainError::Refused("contract"))), "{answer:?}");
    }

    async fn what_a_peer_gave_goes_with_it(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let owner = house.person_as("owner", Role::Owner).await;
        let peer = house.peer(THERE).await;
        let purged = Contract { they_give: Terms { at_end: AtEnd::Purge, ..Terms::FULL }, ..Contract::FULL };
        house.agrees(peer, purged).await;
        let zoe = house.remote(peer, THERE, "zoe").await;
        let ada = house.person("ada").await;
        let words = remote_draft(&format!("{THERE}/posts/1"), Visibility::Public, &[]);
        let post = posts::publish(ctx, house.via(peer), zoe.id, words).await.unwrap();
        let own = house.reports(ada.id, about(zoe.id, &[post])).await.id;
        // Deleted before its node goes: no tombstone brings it along.
        posts::delete(ctx, house.via(peer), zoe.id, post).await.unwrap();
        house.flags(peer, 1, &[&ada.uri], "impoli").await.unwrap();
        let theirs = house.report_list(owner.id).await.unwrap()[0];
        assert_eq!(house.shown(owner.id, own).await.1.len(), 1);
        assert_eq!(house.gone(owner.id, own).await, [post]);
        peers::revoke(ctx, "owner", peer).await.unwrap();
        while peers::purge_piece(ctx).await.unwrap() {}
        let (report, texts) = house.shown(owner.id, own).await;
        assert_eq!((texts.len(), report.posts.len(), report.report.comment.as_str()), (0, 1, "rude"));
        assert_eq!(house.shown(owner.id, theirs).await.0.report.comment, "");
    }
}
