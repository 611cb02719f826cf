//! Posts and what is done with them.

use super::{Incoming, leave};
use crate::Federation;
use crate::vocabulary::{Activity, Authorization, Id, Note, Object};
use entrenous_domain::posts::{self, Draft};
use entrenous_domain::{DomainError, Result, accounts, peers, polls, quotes};
use entrenous_model::{Account, PostId, Visibility};
use std::sync::Arc;

/// New people that the mentions of one post may make known; the other mentions are text.
const NEW_PEOPLE: usize = 10;

/// A new post.
pub(super) async fn create(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    note: &Note,
) -> Result<()> {
    if note.is_vote() {
        return vote(federation, incoming, author, note).await;
    }
    meet(federation, incoming, note).await?;
    // One that is known stays as it is: said again and again, it has us ask nobody.
    let ask = note.quote.is_some()
        && posts::known_by_uri(federation.ctx(), note.id.as_str())
            .await?
            .is_none();
    let draft = draft(federation, incoming, author, note, ask).await?;
    let id = posts::publish(federation.ctx(), incoming.via(), author.id, draft).await?;
    if !note.attachments.is_empty() {
        federation.fetch_files(incoming.peer, id);
    }
    federation.fetch_emojis(incoming.peer, &note.tags.emojis);
    Ok(())
}

/// A vote in a poll of ours; one in another's is none of our business.
async fn vote(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    note: &Note,
) -> Result<()> {
    let ours = note
        .in_reply_to
        .as_ref()
        .filter(|id| id.origin() == federation.ctx().origin());
    let Some((question, option)) = ours.zip(note.name.clone()) else {
        return leave(federation, incoming).await;
    };
    let (question, uri) = (question.to_string(), note.id.to_string());
    polls::received(federation.ctx(), incoming.via(), author.id, question, option, uri).await
}

/// A new post named by its id: read from the sender itself.
pub(super) async fn create_by_id(federation: &Federation, incoming: &Incoming<'_>, id: &Id) -> Result<()> {
    federation.post(id, incoming.budget).await?;
    leave(federation, incoming).await
}

/// A new version of a post; of one that is not known here it is nothing.
pub(super) async fn update(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    note: &Note,
) -> Result<()> {
    let known = posts::known_by_uri(federation.ctx(), note.id.as_str()).await?;
    let Some(known) = known.filter(|post| post.uri == note.id.as_str() && post.account == author.id) else {
        return leave(federation, incoming).await;
    };
    let draft = draft(federation, incoming, author, note, note.quote.is_some()).await?;
    posts::edit(federation.ctx(), incoming.via(), author.id, known.id, draft).await?;
    if !note.attachments.is_empty() {
        federation.fetch_files(incoming.peer, known.id);
    }
    federation.fetch_emojis(incoming.peer, &note.tags.emojis);
    Ok(())
}

/// What the domain takes. The audience is the note's own; some software writes it on the activity only. A mention counts
/// for who is addressed. If `ask`, what it quotes is looked for.
async fn draft(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    note: &Note,
    ask: bool,
) -> Result<Draft> {
    let mut draft = federation
        .draft(author, &addressed(note, &incoming.inbound.activity))
        .await?;
    if ask {
        draft.quote = federation.quoting_asked(note, incoming.budget).await?;
    }
    Ok(draft)
}

fn addressed(note: &Note, activity: &Activity) -> Note {
    let mut note = note.clone();
    if note.audience.to.is_empty() && note.audience.cc.is_empty() {
        note.audience = activity.audience.clone();
    }
    let audience = note.audience.clone();
    note.tags
        .mentions
        .retain(|mention| audience.names(mention.id.as_str()));
    note
}

/// Makes people of the sender known who are mentioned and addressed; a few, and never of another host.
async fn meet(federation: &Federation, incoming: &Incoming<'_>, note: &Note) -> Result<()> {
    let note = addressed(note, &incoming.inbound.activity);
    let of_sender = note.tags.mentions.iter().map(|mention| &mention.id);
    let of_sender = of_sender.filter(|id| id.origin() == &incoming.peer.origin);
    for id in of_sender.take(NEW_PEOPLE) {
        match federation.actor(id, incoming.budget).await {
            Err(error @ (DomainError::Store(_) | DomainError::Internal(_))) => return Err(error),
            Err(error) => tracing::debug!(%error, person = %id, "someone mentioned is not made known"),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// A post goes, or the stamp of a quote, or the person.
pub(super) async fn delete(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    id: Option<&Id>,
) -> Result<()> {
    let Some(id) = id else {
        return Err(DomainError::invalid("nothing to delete is named"));
    };
    if id.as_str() == author.uri {
        return accounts::remote_gone(federation.ctx(), incoming.via(), author.id).await;
    }
    if quotes::stamped(federation.ctx(), id.as_str()).await? {
        return quotes::revoked(federation.ctx(), incoming.via(), author.id, id.to_string()).await;
    }
    if let Some(object) = incoming.inbound.document.get("object")
        && Authorization::is_one(object)
    {
        return leave(federation, incoming).await;
    }
    let post = match exactly(federation, id).await {
        Ok(post) => post,
        // A `Create` may have been overtaken: what was deleted must not appear later.
        Err(DomainError::NotFound) => {
            return posts::never_mind(federation.ctx(), incoming.via(), author.id, id.to_string()).await;
        }
        Err(error) => return Err(error),
    };
    posts::delete(federation.ctx(), incoming.via(), author.id, post).await
}

/// A favourite.
pub(super) async fn like(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    id: Option<&Id>,
) -> Result<()> {
    let Some(id) = id else {
        return Err(DomainError::invalid("nothing to like is named"));
    };
    let post = exactly(federation, id).await?;
    let uri = Some(incoming.inbound.id.to_string());
    posts::favourite(federation.ctx(), incoming.via(), author.id, post, uri).await
}

/// A post of the author's that is put on top of their profile (`Add`), or taken down (`Remove`). Other collections have
/// `Add` and `Remove` too: those say nothing here.
pub(super) async fn pin(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    object: Option<&Id>,
    on: bool,
) -> Result<()> {
    let target = incoming.inbound.activity.target.as_ref().map(Id::as_str);
    let (Some(id), true) = (
        object,
        target.is_some() && target == author.featured_uri.as_deref(),
    ) else {
        return leave(federation, incoming).await;
    };
    let post = exactly(federation, id).await?;
    let (ctx, via) = (federation.ctx(), incoming.via());
    let done = if on {
        posts::pin(ctx, via, author.id, post).await
    } else {
        posts::unpin(ctx, via, author.id, post).await
    };
    match done {
        // Posts of others, and more than are kept here: nothing is wrong with saying so.
        Err(DomainError::Invalid(_)) => leave(federation, incoming).await,
        other => other,
    }
}

/// A boost. What is boosted is taken from its own origin, and only from there; nothing of a host that is no peer is looked at.
pub(super) async fn announce(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    object: &Object,
) -> Result<()> {
    let ctx = federation.ctx();
    for id in named(object) {
        let ours = id.origin() == ctx.origin() || id.origin() == &incoming.peer.origin;
        if !ours && peers::active(ctx, id.origin()).await?.is_none() {
            return Err(DomainError::Refused("foreign_object"));
        }
    }
    // A group's host wraps its members' activities: groups come later.
    let (Object::Id(_) | Object::Note(_)) = object else {
        return leave(federation, incoming).await;
    };
    let Some(id) = object.id() else {
        return leave(federation, incoming).await;
    };
    let post = federation
        .post(id, incoming.budget)
        .await?
        .ok_or(DomainError::NotFound)?;
    let activity = &incoming.inbound.activity;
    let visibility = match activity
        .audience
        .visibility(&incoming.peer.origin, &author.followers_uri)
    {
        // A boost of a group or bot may be addressed to nobody.
        Visibility::Direct => Visibility::Private,
        other => other,
    };
    let uri = Some(incoming.inbound.id.to_string());
    posts::boost(ctx, incoming.via(), author.id, post, Some(visibility), uri)
        .await
        .map(drop)
}

/// Every id that an announced object speaks of.
fn named(object: &Object) -> Vec<&Id> {
    let mut ids: Vec<&Id> = object.id().into_iter().collect();
    match object {
        Object::Note(note) => ids.push(&note.attributed_to),
        Object::Activity(inner) => {
            ids.extend(&inner.actor);
            ids.extend(inner.object.id());
            if let Object::Note(note) = &inner.object {
                ids.push(&note.attributed_to);
            }
        }
        _ => {}
    }
    ids
}

/// The post with exactly that id; pages are not ids.
pub(super) async fn exactly(federation: &Federation, id: &Id) -> Result<PostId> {
    let post = posts::known_by_uri(federation.ctx(), id.as_str()).await?;
    post.filter(|post| post.uri == id.as_str())
        .map(|post| post.id)
        .ok_or(DomainError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Inbound;
    use entrenous_model::Origin;
    use serde_json::{Value, json};

    fn read(to: Value, cc: Value, on_activity: bool) -> (Note, Visibility) {
        let mut note = json!({"type": "Note", "id": "https://p.test/1", "attributedTo": "https://p.test/a", "content": "x",
        "tag": [
            {"type": "Mention", "href": "https://n.test/people/b", "name": "@b@n.test"},
            {"type": "Mention", "href": "https://n.test/people/c", "name": "@c@n.test"}
        ]});
        let mut activity = json!({"type": "Create", "id": "https://p.test/2", "actor": "https://p.test/a"});
        let holder = if on_activity { &mut activity } else { &mut note };
        holder["to"] = to;
        holder["cc"] = cc;
        activity["object"] = note;
        let inbound = Inbound::parse(&serde_json::to_vec(&activity).unwrap()).unwrap();
        let Object::Note(note) = &inbound.activity.object else {
            panic!("a note")
        };
        let note = addressed(note, &inbound.activity);
        let origin = Origin::parse("https://p.test").unwrap();
        let visibility = note.audience.visibility(&origin, "https://p.test/a/followers");
        (note, visibility)
    }

    #[test]
    fn audiences() {
        let public = json!("https://www.w3.org/ns/activitystreams#Public");
        let (followers, network) = (
            json!("https://p.test/a/followers"),
            json!("https://p.test/network"),
        );
        let b = json!("https://n.test/people/b");
        let cases = [
            (json!([public]), json!([followers]), Visibility::Public),
            (json!([followers]), json!([public]), Visibility::Unlisted),
            (json!([network]), json!([followers, b]), Visibility::Public),
            (json!([followers]), json!([network]), Visibility::Unlisted),
            (json!([followers]), json!([b]), Visibility::Private),
            (json!([b]), json!([]), Visibility::Direct),
            (json!(["https://q.test/network"]), json!([b]), Visibility::Direct),
            (
                json!(["https://p.test/people/other/followers"]),
                json!([]),
                Visibility::Direct,
            ),
        ];
        for (to, cc, expected) in cases {
            for on_activity in [false, true] {
                let (note, visibility) = read(to.clone(), cc.clone(), on_activity);
                assert_eq!(visibility, expected, "{to} {cc}");
                assert!(
                    !note
                        .tags
                        .mentions
                        .iter()
                        .any(|mention| mention.id.as_str().ends_with("/c"))
                );
            }
        }
        // Tagged and addressed is a mention, tagged alone is text.
        assert_eq!(read(b.clone(), json!([]), false).0.tags.mentions.len(), 1);
        assert_eq!(read(followers, json!([]), false).0.tags.mentions.len(), 0);
    }

    #[test]
    fn all_that_an_announcement_names() {
        let object = Object::read(
            &json!({"type": "Create", "id": "https://p.test/1", "actor": "https://u.test/u",
            "object": {"type": "Note", "id": "https://u.test/2", "attributedTo": "https://v.test/v"}}),
        );
        let ids: Vec<&str> = named(&object).into_iter().map(Id::as_str).collect();
        assert_eq!(
            ids,
            [
                "https://p.test/1",
                "https://u.test/u",
                "https://u.test/2",
                "https://v.test/v"
            ]
        );
    }
}
