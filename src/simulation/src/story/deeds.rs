//! What people and administrators do. They are outside: their node may be gone before it answers.

use super::facts::{Follow, Post, Turn, TurnKind, Wish};
use super::stage::Stage;
use crate::Failed;
use crate::house::{Person, handle, person_uri};
use crate::journal::{Mark, NodeNo};
use crate::plan::{Deed, Words};
use entrenous_domain::follows::{self, FollowOptions};
use entrenous_domain::posts::{self, Draft, Files, ReplyTo};
use entrenous_domain::{DomainError, Via};
use entrenous_model::{PostId, Visibility};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long somebody waits for an answer before they ask again.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often they ask.
const TRIES: usize = 40;

/// Does one thing.
pub(super) async fn one(stage: Stage, deed: Deed) -> Result<(), Failed> {
    match deed {
        Deed::Follow(from, to) => follow(&stage, from, to).await,
        Deed::Unfollow(from, to) => unfollow(&stage, from, to).await,
        Deed::Write(words) => write(&stage, words).await,
        Deed::Edit(post) => edit(&stage, post).await,
        Deed::Delete(post) => delete(&stage, post).await,
        Deed::Suspend(node, other, time) => {
            if turn(&stage, node, other, TurnKind::Suspend).await {
                sleep(time).await;
                turn(&stage, node, other, TurnKind::Resume).await;
            }
            Ok(())
        }
        Deed::Revoke(node, other) => {
            turn(&stage, node, other, TurnKind::Revoke).await;
            Ok(())
        }
        Deed::Crash(node, down, silent) => crash(&stage, node, down, silent).await,
        Deed::Rotate(node) => {
            rotate(&stage, node).await;
            Ok(())
        }
        Deed::Clock(node, off) => {
            stage
                .net()
                .tell(format!("the clock of n{node} is off by {off} ms"));
            stage.watch(node)?.set(off);
            Ok(())
        }
    }
}

async fn rotate(stage: &Stage, node: NodeNo) {
    let federation = stage.federation_when_up(node).await;
    stage.net().tell(format!("n{node} changes its keys"));
    // Asked once: if nobody hears whether it was done, both are right.
    let rotating = federation.identity().rotate(federation.ctx(), "simulation");
    let ended = match timeout(PATIENCE, rotating).await {
        Ok(Ok(_)) => "done".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer".to_owned(),
    };
    stage.net().tell(format!("n{node} changes its keys: {ended}"));
}

async fn crash(stage: &Stage, node: NodeNo, down: Duration, silent: bool) -> Result<(), Failed> {
    if !stage.kill(node, silent) {
        return Ok(());
    }
    stage.facts().crashes += 1;
    stage.net().tell(format!("n{node} is killed (silent: {silent})"));
    sleep(down).await;
    stage.begin(node).await
}

/// Asks a node for something until it says yes or no. `None`: no, or nobody ever said.
async fn ask<T, F: Future<Output = Result<T, DomainError>>>(
    stage: &Stage,
    node: NodeNo,
    what: &str,
    request: impl Fn(entrenous_domain::Ctx) -> F,
) -> Option<T> {
    for _ in 0..TRIES {
        let federation = stage.federation_when_up(node).await;
        match timeout(PATIENCE, request(federation.ctx().clone())).await {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => {
                stage.net().tell(format!("n{node} refuses: {what}: {error}"));
                return None;
            }
            Err(_) => {}
        }
    }
    None
}

async fn follow(stage: &Stage, from: Person, to: Person) -> Result<(), Failed> {
    let (follower, followee) = (stage.account(from.node, from)?, stage.account(from.node, to)?);
    if stage
        .facts()
        .follows
        .get(&(from, to))
        .is_some_and(|known| known.iter().any(|one| one.ended.is_none()))
    {
        return Ok(());
    }
    let place = {
        let mut facts = stage.facts();
        let known = facts.follows.entry((from, to)).or_default();
        known.push(Follow {
            asked: Wish {
                asked: stage.now(),
                told: None,
            },
            accepted: None,
            ended: None,
        });
        known.len() - 1
    };
    stage.net().tell(format!("{from} follows {to}"));
    let options = FollowOptions {
        show_boosts: true,
        notify: false,
    };
    let told = ask(stage, from.node, "a follow", |ctx| async move {
        follows::follow(&ctx, Via::Local, follower, followee, options, None).await
    });
    if told.await.is_some() {
        let now = stage.now();
        change_follow(stage, from, to, place, |one| one.asked.told = Some(now));
    }
    Ok(())
}

fn change_follow(stage: &Stage, from: Person, to: Person, place: usize, change: impl FnOnce(&mut Follow)) {
    let mut facts = stage.facts();
    if let Some(one) = facts
        .follows
        .get_mut(&(from, to))
        .and_then(|all| all.get_mut(place))
    {
        change(one);
    }
}

async fn unfollow(stage: &Stage, from: Person, to: Person) -> Result<(), Failed> {
    let (follower, followee) = (stage.account(from.node, from)?, stage.account(from.node, to)?);
    let known = stage.facts().follows.get(&(from, to)).map_or(0, Vec::len);
    let Some(place) = known.checked_sub(1) else {
        return Ok(());
    };
    let asked = stage.now();
    change_follow(stage, from, to, place, |one| {
        one.ended = Some(Wish { asked, told: None });
    });
    stage.net().tell(format!("{from} follows {to} no more"));
    let told = ask(stage, from.node, "an unfollow", |ctx| async move {
        follows::unfollow(&ctx, Via::Local, follower, followee).await
    });
    if told.await.is_some() {
        let told = Some(stage.now());
        change_follow(stage, from, to, place, |one| {
            one.ended = Some(Wish { asked, told });
        });
    }
    Ok(())
}

/// Sees which follows of an author are accepted by now.
fn see_followers(stage: &Stage, author: Person) -> Result<(), Failed> {
    let open: Vec<(Person, usize)> = {
        let facts = stage.facts();
        let of_author = facts.follows.iter().filter(|((_, to), _)| *to == author);
        of_author
            .filter_map(|((from, _), all)| {
                let place = all.len().checked_sub(1)?;
                let open = all
                    .get(place)
                    .is_some_and(|one| one.accepted.is_none() && one.ended.is_none());
                open.then_some((*from, place))
            })
            .collect()
    };
    for (from, place) in open {
        let (follower, followee) = (person_uri(from), person_uri(author));
        if stage.look(from.node, |sight| sight.follows(&follower, &followee))? {
            let now = stage.now();
            change_follow(stage, from, author, place, |one| one.accepted = Some(now));
        }
    }
    Ok(())
}

const fn rank(visibility: Visibility) -> u8 {
    match visibility {
        Visibility::Public => 0,
        Visibility::Unlisted => 1,
        Visibility::Private => 2,
        Visibility::Group => 3,
        Visibility::Direct => 4,
    }
}

/// The post that is answered, as it is at the author's node: its row there, and how visible it is.
fn answered(stage: &Stage, words: &Words) -> Result<Option<(i64, Visibility)>, Failed> {
    let found = {
        let facts = stage.facts();
        let post = words.answers.and_then(|number| facts.posts.get(&number));
        post.and_then(|post| {
            post.id
                .map(|id| (post.words.author.node, id, post.words.visibility))
        })
    };
    let Some((node, id, visibility)) = found else {
        return Ok(None);
    };
    let uri = post_uri(node, id);
    let row = stage.look(words.author.node, |sight| sight.post(&uri))?;
    Ok(row.map(|row| (row, visibility)))
}

/// The ActivityPub id of a post.
pub(crate) fn post_uri(node: NodeNo, id: i64) -> String {
    format!("http://{}/posts/{id}", crate::net::name(node))
}

fn draft(words: &Words, version: usize, reply_to: ReplyTo) -> Draft {
    let mark = Mark {
        post: words.number,
        version,
    };
    let mentions: Vec<String> = words.mentions.iter().copied().map(handle).collect();
    Draft {
        text: format!("{mark} {}", mentions.join(" ")),
        spoiler: String::new(),
        sensitive: false,
        visibility: words.visibility,
        language: Some("en".to_owned()),
        reply_to,
        poll: None,
        idempotency_key: Some(format!("post-{}", words.number)),
        remote: None,
        created_at: None,
        files: Files::default(),
        group: None,
        quote: None,
        quote_policy: None,
    }
}

async fn write(stage: &Stage, mut words: Words) -> Result<(), Failed> {
    let (author, number) = (words.author, words.number);
    if stage.federation(author.node).is_none() {
        return Ok(());
    }
    see_followers(stage, author)?;
    let answers = answered(stage, &words)?;
    let reply_to = match answers {
        Some((row, visibility)) => {
            if rank(words.visibility) < rank(visibility) {
                words.visibility = visibility;
            }
            ReplyTo::Post(PostId(row))
        }
        None => {
            words.answers = None;
            ReplyTo::None
        }
    };
    let asked = stage.now();
    let post = Post {
        words: words.clone(),
        written: Wish { asked, told: None },
        id: None,
        edits: Vec::new(),
        deleted: None,
    };
    stage.facts().posts.insert(number, post);
    stage.net().tell(format!(
        "{author} writes {number}: {:?}, answers {:?}, mentions {}",
        words.visibility,
        words.answers,
        words
            .mentions
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    ));
    let account = stage.account(author.node, author)?;
    let draft = draft(&words, 0, reply_to);
    let told = ask(stage, author.node, "a post", |ctx| {
        let draft = draft.clone();
        async move { posts::publish(&ctx, Via::Local, account, draft).await }
    });
    if let Some(id) = told.await {
        let now = stage.now();
        stage.net().tell(format!("post {number} is acknowledged as {id}"));
        if let Some(post) = stage.facts().posts.get_mut(&number) {
            post.id = Some(id.get());
            post.written.told = Some(now);
        }
    }
    Ok(())
}

async fn edit(stage: &Stage, number: usize) -> Result<(), Failed> {
    let asked = stage.now();
    let (words, id, version) = {
        let mut facts = stage.facts();
        let Some(post) = facts.posts.get_mut(&number) else {
            return Ok(());
        };
        let Some(id) = post.id else { return Ok(()) };
        post.edits.push(Wish { asked, told: None });
        (post.words.clone(), PostId(id), post.edits.len())
    };
    stage
        .net()
        .tell(format!("post {number} becomes version {version}"));
    let account = stage.account(words.author.node, words.author)?;
    let draft = draft(&words, version, ReplyTo::None);
    let told = ask(stage, words.author.node, "an edit", |ctx| {
        let draft = draft.clone();
        async move { posts::edit(&ctx, Via::Local, account, id, draft).await }
    });
    if told.await.is_some() {
        let now = stage.now();
        let mut facts = stage.facts();
        let edit = facts
            .posts
            .get_mut(&number)
            .and_then(|post| post.edits.get_mut(version - 1));
        if let Some(edit) = edit {
            edit.told = Some(now);
        }
    }
    Ok(())
}

async fn delete(stage: &Stage, number: usize) -> Result<(), Failed> {
    let asked = stage.now();
    let (author, id) = {
        let mut facts = stage.facts();
        let Some(post) = facts.posts.get_mut(&number) else {
            return Ok(());
        };
        let Some(id) = post.id.filter(|_| post.deleted.is_none()) else {
            return Ok(());
        };
        post.deleted = Some(Wish { asked, told: None });
        (post.words.author, PostId(id))
    };
    stage.net().tell(format!("post {number} is to be deleted"));
    let account = stage.account(author.node, author)?;
    let told = ask(stage, author.node, "a deletion", |ctx| async move {
        match posts::delete(&ctx, Via::Local, account, id).await {
            // Asked once more, after an answer that was lost.
            Err(DomainError::NotFound) => Ok(()),
            other => other,
        }
    });
    if told.await.is_some() {
        let told = Some(stage.now());
        if let Some(post) = stage.facts().posts.get_mut(&number) {
            post.deleted = Some(Wish { asked, told });
        }
    }
    Ok(())
}

/// An administrator does something about another node. False if their node refuses.
async fn turn(stage: &Stage, node: NodeNo, other: NodeNo, kind: TurnKind) -> bool {
    let Ok(peer) = stage.pool().peer(node, other) else {
        return false;
    };
    let desk = stage.desk(node, other);
    let _alone = desk.lock().await;
    let asked = stage.now();
    let place = {
        let mut facts = stage.facts();
        let turns = facts.ties.entry((node, other)).or_default();
        turns.push(Turn {
            kind,
            wish: Wish { asked, told: None },
        });
        turns.len() - 1
    };
    stage.net().tell(format!("n{node}: {kind:?} n{other}"));
    let mut done = false;
    for _ in 0..TRIES {
        let federation = stage.federation_when_up(node).await;
        let tried = timeout(PATIENCE, async {
            match kind {
                TurnKind::Suspend => federation.suspend("simulation", peer).await,
                TurnKind::Resume => federation.confirm("simulation", peer).await,
                TurnKind::Revoke => federation.revoke("simulation", peer).await,
            }
        });
        match tried.await {
            // What was done before its answer was lost cannot be done again: it is so.
            Ok(Ok(()) | Err(DomainError::Conflict(_))) => {
                done = true;
                break;
            }
            Ok(Err(error)) => {
                stage
                    .net()
                    .tell(format!("n{node} refuses: {kind:?} n{other}: {error}"));
                break;
            }
            Err(_) => {}
        }
    }
    let told = done.then(|| stage.now());
    let mut facts = stage.facts();
    if let Some(turn) = facts
        .ties
        .get_mut(&(node, other))
        .and_then(|turns| turns.get_mut(place))
    {
        turn.wish.told = told;
    }
    done
}
