//! The plan into the tables.

use super::Cast;
use super::plan::{Kind, Person, Plan, Post, short};
use super::words;
use crate::clock::{self, time_of};
use crate::db::{Db, Rows};
use crate::manifest::{Actor, Peer};
use crate::rng::Rng;
use crate::{Outcome, hex, say};
use entrenous_model::{AccountId, Contract, PostId, ProfileField};
use entrenous_store::search::Document;
use entrenous_wire::digest::sha256;
use entrenous_wire::keys::{Ed25519KeyPair, PublicKey, RsaKeyPair, fingerprint};

/// Writes everything; the people with a token.
pub(super) fn all(db: &mut Db, plan: &Plan, peers: &[Peer], cast: &Cast) -> Outcome<Vec<Actor>> {
    let mut ids = Ids::new();
    let peer_ids: Vec<i64> = peers.iter().map(|_| ids.next()).collect();
    let keys: Vec<Keys> = peers.iter().map(Keys::of).collect::<Outcome<_>>()?;
    write_peers(db, peers, &peer_ids, &keys)?;
    write_people(db, plan, peers, &peer_ids, &keys)?;
    say(&format!(
        "seed: {} follows",
        write_follows(db, plan, &peer_ids, &mut ids)?
    ));
    write_posts(db, plan, &peer_ids)?;
    say(&format!(
        "seed: {} favourites",
        write_favourites(db, plan, &mut ids)?
    ));
    say(&format!("seed: {} rows of home timelines", write_feed(db, plan)?));
    write_tokens(db, plan, cast, &mut ids)
}

/// Ids of rows whose time does not matter: a month before anything that the node makes.
struct Ids(i64);

impl Ids {
    fn new() -> Self {
        Self((clock::now().timestamp_millis() - 30 * 24 * 3_600 * 1_000) << 16)
    }

    /// The lower eight bits stay free, as PostgreSQL's writers have them.
    fn next(&mut self) -> i64 {
        self.0 += 256;
        self.0
    }
}

/// The public keys of a peer, as they are kept.
struct Keys {
    rsa: PublicKey,
    ed25519: PublicKey,
}

impl Keys {
    fn of(peer: &Peer) -> Outcome<Self> {
        Ok(Self {
            rsa: RsaKeyPair::from_pkcs8(&hex::read(&peer.rsa)?)?.public_key()?,
            ed25519: Ed25519KeyPair::from_pkcs8(&hex::read(&peer.ed25519)?)?.public_key()?,
        })
    }

    fn multibase(&self) -> Outcome<String> {
        Ok(self.ed25519.to_multibase().ok_or("no multibase")?)
    }
}

fn write_peers(db: &mut Db, peers: &[Peer], ids: &[i64], keys: &[Keys]) -> Outcome {
    let mut rows = Rows::of(
        "peers (id, origin, name, state, software, actor_uri, ed25519, rsa_pem, fingerprint, shared_inbox, contract, \
         signature_form, created_at, updated_at, last_seen_at, failures)",
    );
    let contract = serde_json::to_string(&Contract::FULL)?;
    for ((peer, id), keys) in peers.iter().zip(ids).zip(keys) {
        let at = time_of(*id).naive_utc();
        let actor = format!("{}/actor", peer.origin);
        let print = fingerprint(&[keys.ed25519.clone(), keys.rsa.clone()]).to_string();
        let (software, form) = if peer.native {
            ("native", "rfc9421-ed25519")
        } else {
            ("other", "cavage")
        };
        rows.add(
            db,
            [
                (*id).into(),
                peer.origin.as_str().into(),
                "Peer".into(),
                "active".into(),
                software.into(),
                actor.into(),
                peer.native.then(|| keys.multibase()).transpose()?.into(),
                keys.rsa.to_pem().into(),
                print.into(),
                format!("{}/inbox", peer.origin).into(),
                contract.as_str().into(),
                form.into(),
                at.into(),
                at.into(),
                at.into(),
                0_i64.into(),
            ],
        )?;
    }
    rows.finish(db).map(drop)
}

fn write_people(db: &mut Db, plan: &Plan, peers: &[Peer], peer_ids: &[i64], keys: &[Keys]) -> Outcome {
    let mut rng = Rng::new(41);
    let mut accounts = Rows::of(
        "accounts (id, username, username_key, peer_id, origin, kind, display_name, note, note_source, fields, locked, \
         discoverable, uri, url, inbox_uri, shared_inbox_uri, followers_uri, created_at, updated_at, last_posted_at, \
         fetched_at, statuses_count, followers_count, following_count)",
    );
    let mut members = Rows::of(
        "members (account_id, role, password_hash, locale, default_visibility, default_sensitive, created_at)",
    );
    let mut account_keys = Rows::of("account_keys (key_id, account_id, kind, public_key, pinned_at)");
    let field = |name: &str, value: &str| ProfileField {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let fields = serde_json::to_string(&[field("Team", "Assembly"), field("Phone", "4117")])?;
    for person in &plan.people {
        let counts = [
            person.posts,
            i64::from(short(person.followers.len())),
            i64::from(short(person.following.len())),
        ];
        if person.made {
            let [posts, followers, following] = counts;
            db.run(&format!(
                "UPDATE accounts SET statuses_count = {posts}, followers_count = {followers}, following_count = {following} \
                 WHERE id = {}",
                person.id
            ))?;
            continue;
        }
        let (uri, created) = (person.uri(), time_of(person.id).naive_utc());
        let remote = person.peer;
        let about = words::sentence(&mut rng, 12);
        let [posts, followers, following] = counts;
        accounts.add(
            db,
            [
                person.id.into(),
                person.username.as_str().into(),
                person.username.as_str().into(),
                remote.and_then(|at| peer_ids.get(at).copied()).into(),
                remote.map(|_| person.origin.clone()).into(),
                "person".into(),
                words::display_name(&person.username).into(),
                format!("<p>{about}</p>").into(),
                about.into(),
                fields.as_str().into(),
                false.into(),
                true.into(),
                uri.as_str().into(),
                person.url().into(),
                format!("{uri}/inbox").into(),
                format!("{}/inbox", person.origin).into(),
                format!("{uri}/followers").into(),
                created.into(),
                created.into(),
                person.last_post.map(|id| time_of(id).naive_utc()).into(),
                remote.map(|_| clock::now().naive_utc()).into(),
                posts.into(),
                followers.into(),
                following.into(),
            ],
        )?;
        match remote {
            None => members.add(
                db,
                [
                    person.id.into(),
                    "member".into(),
                    "!".into(),
                    "en".into(),
                    "public".into(),
                    false.into(),
                    created.into(),
                ],
            )?,
            Some(at) => {
                let (Some(peer), Some(keys)) = (peers.get(at), keys.get(at)) else {
                    continue;
                };
                let mut one = |kind: &str, public: String| {
                    let name = if kind == "rsa" { "main-key" } else { "ed25519-key" };
                    let row = [
                        format!("{uri}#{name}").into(),
                        person.id.into(),
                        kind.into(),
                        public.into(),
                        created.into(),
                    ];
                    account_keys.add(db, row)
                };
                one("rsa", keys.rsa.to_pem())?;
                if peer.native {
                    one("ed25519", keys.multibase()?)?;
                }
            }
        }
    }
    accounts.finish(db)?;
    members.finish(db)?;
    account_keys.finish(db).map(drop)
}

fn write_follows(db: &mut Db, plan: &Plan, peer_ids: &[i64], ids: &mut Ids) -> Outcome<usize> {
    let mut rows = Rows::of(
        "follows (id, follower_id, followee_id, uri, accepted, show_boosts, notify, created_at, follower_peer)",
    );
    for follower in &plan.people {
        let base = format!("{}#follows/", follower.uri());
        for followee in &follower.following {
            let Some(followee) = plan.people.get(*followee as usize) else {
                continue;
            };
            let id = ids.next();
            rows.add(
                db,
                [
                    id.into(),
                    follower.id.into(),
                    followee.id.into(),
                    format!("{base}{id}").into(),
                    true.into(),
                    true.into(),
                    false.into(),
                    time_of(id).naive_utc().into(),
                    follower.peer.and_then(|at| peer_ids.get(at).copied()).into(),
                ],
            )?;
        }
    }
    rows.finish(db)
}

fn uri_of(post: &Post, author: &Person) -> String {
    format!("{}/posts/{}", author.origin, post.id)
}

fn write_posts(db: &mut Db, plan: &Plan, peer_ids: &[i64]) -> Outcome {
    let mut rng = plan.rng.clone();
    let mut rows = Rows::of(
        "posts (id, account_id, peer_id, uri, url, boost_of, in_reply_to, in_reply_to_uri, in_reply_to_account, \
         conversation, content, source, spoiler, sensitive, visibility, language, created_at, replies_count, boosts_count, \
         favourites_count)",
    );
    let mut mentions = Rows::of("post_mentions (post_id, account_id, silent)");
    let mut tags = Rows::of("post_tags (tag, post_id)");
    let mut index = Rows::of_index(db);
    if db.is_postgres() {
        db.run("DROP INDEX post_search_words")?;
    }
    let own = plan.people.first().map_or("", |person| person.origin.as_str());
    let author_of = |post: &Post| plan.people.get(post.author as usize);
    for post in &plan.posts {
        let Some(author) = author_of(post) else { continue };
        let of = match post.kind {
            Kind::Root => None,
            Kind::Reply(of) | Kind::Boost(of) => plan.posts.get(of as usize),
        };
        let of = of.and_then(|of| Some((of, author_of(of)?)));
        let boost = matches!(post.kind, Kind::Boost(_));
        let answered = of.filter(|_| !boost);
        // Who is answered is mentioned; one root in ten mentions someone.
        let mentioned = match answered {
            Some((_, to)) if to.id != author.id => Some(to),
            Some(_) => None,
            None if !boost && rng.chance(10) => rng.pick(&plan.people).filter(|one| one.id != author.id),
            None => None,
        };
        let said = (!boost).then(|| {
            let mention = mentioned.map(|one| (one.handle(), one.url()));
            let mention = mention
                .as_ref()
                .map(|(handle, url)| (handle.as_str(), url.as_str()));
            words::post(&mut rng, own, mention)
        });
        let (content, source, used) =
            said.map_or_else(Default::default, |said| (said.html, said.source, said.tags));
        // Only what was typed here has a source.
        let source = if author.peer.is_none() {
            source
        } else {
            String::new()
        };
        if !boost {
            let mut found_by = Document::new(
                PostId(post.id),
                AccountId(author.id),
                post.visibility.parse()?,
                &content,
                &source,
            );
            found_by.language = Some("en".to_owned());
            found_by.reply = answered.is_some();
            found_by.tags = used.iter().map(|&tag| tag.to_owned()).collect();
            found_by.addressed = mentioned.iter().map(|one| AccountId(one.id)).collect();
            index.add(db, [post.id.into(), found_by.tokens().into()])?;
        }
        let conversation = plan
            .posts
            .get(post.conversation as usize)
            .map_or(post.id, |root| root.id);
        rows.add(
            db,
            [
                post.id.into(),
                author.id.into(),
                author.peer.and_then(|at| peer_ids.get(at).copied()).into(),
                uri_of(post, author).into(),
                format!("{}/{}", author.url(), post.id).into(),
                of.filter(|_| boost).map(|(of, _)| of.id).into(),
                answered.map(|(of, _)| of.id).into(),
                answered.map(|(of, by)| uri_of(of, by)).into(),
                answered.map(|(_, by)| by.id).into(),
                conversation.into(),
                content.into(),
                source.into(),
                "".into(),
                false.into(),
                post.visibility.into(),
                Some("en".to_owned()).into(),
                time_of(post.id).naive_utc().into(),
                post.replies.into(),
                post.boosts.into(),
                post.favourites.into(),
            ],
        )?;
        if let Some(one) = mentioned {
            mentions.add(db, [post.id.into(), one.id.into(), false.into()])?;
        }
        for tag in used {
            tags.add(db, [tag.into(), post.id.into()])?;
        }
    }
    rows.finish(db)?;
    mentions.finish(db)?;
    tags.finish(db)?;
    index.finish(db)?;
    if db.is_postgres() {
        db.run(
            "CREATE INDEX post_search_words ON post_search USING GIN (words) WITH (gin_pending_list_limit = 256)",
        )?;
    }
    Ok(())
}

fn write_favourites(db: &mut Db, plan: &Plan, ids: &mut Ids) -> Outcome<usize> {
    let mut rows = Rows::of("favourites (id, account_id, post_id, uri, created_at)");
    for (by, post) in &plan.favourites {
        let (Some(by), Some(post)) = (plan.people.get(*by as usize), plan.posts.get(*post as usize)) else {
            continue;
        };
        let id = ids.next();
        rows.add(
            db,
            [
                id.into(),
                by.id.into(),
                post.id.into(),
                format!("{}#likes/{id}", by.uri()).into(),
                time_of(id).naive_utc().into(),
            ],
        )?;
    }
    rows.finish(db)
}

/// In the order of the primary key, which on SQLite is the table itself.
fn write_feed(db: &mut Db, plan: &Plan) -> Outcome<usize> {
    db.run("DROP INDEX feed_post")?;
    let mut rows = Rows::of("feed (owner_id, post_id, author_id)");
    let mut owners: Vec<(&Person, Vec<u32>)> = plan.people.iter().zip(plan.feed()).collect();
    owners.sort_by_key(|(owner, _)| owner.id);
    for (owner, posts) in owners {
        for at in posts.iter().rev() {
            let Some(post) = plan.posts.get(*at as usize) else {
                continue;
            };
            let Some(author) = plan.people.get(post.author as usize) else {
                continue;
            };
            rows.add(db, [owner.id.into(), post.id.into(), author.id.into()])?;
        }
    }
    let written = rows.finish(db)?;
    db.run("CREATE INDEX feed_post ON feed (post_id)")?;
    Ok(written)
}

fn write_tokens(db: &mut Db, plan: &Plan, cast: &Cast, ids: &mut Ids) -> Outcome<Vec<Actor>> {
    let mut rows = Rows::of("tokens (id, token_hash, account_id, scopes, created_at)");
    let mut readers = Vec::new();
    for person in plan.people.get(cast.readers()).unwrap_or_default() {
        let id = ids.next();
        let token = hex::write(&sha256(format!("bench {id}").as_bytes()));
        rows.add(
            db,
            [
                id.into(),
                hex::write(&sha256(token.as_bytes())).into(),
                person.id.into(),
                "read write follow push".into(),
                time_of(id).naive_utc().into(),
            ],
        )?;
        readers.push(Actor {
            id: person.id,
            username: person.username.clone(),
            token,
        });
    }
    rows.finish(db)?;
    Ok(readers)
}
