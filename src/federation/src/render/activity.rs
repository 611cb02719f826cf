//! Activities, rendered when they are delivered.

use super::{Addressed, Reader, time, with_context};
use crate::Federation;
use crate::keys::SigningKeys;
use crate::vocabulary::AUTHORIZATION;
use activitypub_federation::kinds::activity::{
    AcceptType, AnnounceType, BlockType, CreateType, DeleteType, FlagType, FollowType, LikeType, RejectType,
    UndoType, UpdateType,
};
use activitypub_federation::kinds::object::{NoteType, TombstoneType};
use bytes::Bytes;
use entrenous_domain::deliveries::Delivery;
use entrenous_domain::posts::{self, PostView, Viewer};
use entrenous_domain::{DomainError, Result, accounts, custom_emoji};
use entrenous_model::{
    Account, AccountId, ActivityId, Cleared, KeyGeneration, OutboundActivity, Peer, PostId, QuoteAsked,
    Sending, Software, Visibility,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The type of a request to quote.
const QUOTE_REQUEST: &str = "QuoteRequest";

/// What is sent as one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The activity.
    pub body: Bytes,
    /// `Collection-Synchronization`, of what is addressed to the author's followers (FEP-8fcf).
    pub synchronization: Option<String>,
}

impl Federation {
    /// What is sent as a delivery: the activity in the words of that peer's software, with an FEP-8b32 proof between native
    /// nodes. `None`: there is nothing to send any more (the post is gone, or the peer may no longer see it).
    ///
    /// # Errors
    /// Those of the domain. None of them is the peer's fault: try again later.
    pub async fn activity(
        &self,
        peer: &Peer,
        cleared: Cleared<Sending>,
        delivery: &Delivery,
    ) -> Result<Option<Sent>> {
        let reader = Reader::of(peer, cleared);
        let (OutboundActivity::CreatePost { post } | OutboundActivity::UpdatePost { post }) = &delivery.data
        else {
            let document = self
                .document(peer, reader, delivery.activity, delivery.account, &delivery.data)
                .await?;
            let Some(document) = document else { return Ok(None) };
            let body = to_bytes(&document)?;
            let synchronization = self.told_with(peer, delivery, &document).await?;
            return Ok(Some(Sent {
                body,
                synchronization,
            }));
        };
        // Whether the peer may see it is asked for each; what it is then sent is the same for all of its software.
        let Some(view) = seen(self, reader, *post, &delivery.data).await? else {
            return Ok(None);
        };
        custom_emoji::known(self.ctx()).await?;
        // At each attempt anew: it is the followers of this moment that the peer is to have.
        let synchronization = match view.post.visibility {
            Visibility::Direct => None,
            _ => self.synchronization_of(peer.id, &view.account).await?,
        };
        let key = (delivery.activity, reader.kind());
        if let Some(body) = self.written().get(&key, &view.body) {
            return Ok(Some(Sent {
                body,
                synchronization,
            }));
        }
        let writer = Writer {
            federation: self,
            reader,
            account: &view.account,
            id: self.activity_id(delivery.activity),
        };
        let document = Value::Object(writer.post_of(&view, &delivery.data));
        let keys = self.keys().person(view.account.id).await?;
        let Some(keys) = keys else { return Ok(None) };
        let body = to_bytes(&self.proven(reader, &keys, document)?)?;
        self.written().keep(key, &view.body, body.clone());
        Ok(Some(Sent {
            body,
            synchronization,
        }))
    }

    /// `Collection-Synchronization` for what is no post, if it is addressed to its author's followers. Who has left has none.
    async fn told_with(&self, peer: &Peer, delivery: &Delivery, document: &Value) -> Result<Option<String>> {
        let Some(author) = delivery.account else {
            return Ok(None);
        };
        let Some(author) = accounts::get(self.ctx(), author).await? else {
            return Ok(None);
        };
        let addressed = ["to", "cc"]
            .into_iter()
            .filter_map(|name| document.get(name)?.as_array())
            .flatten()
            .any(|id| id.as_str() == Some(author.followers_uri.as_str()));
        if addressed {
            self.synchronization_of(peer.id, &author).await
        } else {
            Ok(None)
        }
    }

    /// The document of an activity of this node for one peer; see [`Federation::activity`].
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn document(
        &self,
        peer: &Peer,
        reader: Reader,
        id: ActivityId,
        author: Option<AccountId>,
        data: &OutboundActivity,
    ) -> Result<Option<Value>> {
        let Some(author) = author else {
            return match data {
                // With the keys that the peer has: new ones have an activity of their own.
                OutboundActivity::UpdateNode => self.node_update(peer, id, peer.our_keys).map(Some),
                OutboundActivity::UpdateKeys { generation } => {
                    let given = peer.our_keys.max(*generation);
                    self.node_update(peer, id, given).map(Some)
                }
                OutboundActivity::Contract { document, .. }
                | OutboundActivity::Introduction { document, .. } => {
                    let document = serde_json::from_str(document).map_err(DomainError::internal)?;
                    self.proven_for(document, peer.our_keys).map(Some)
                }
                OutboundActivity::Flag {
                    target,
                    posts,
                    content,
                } => Ok(Some(self.flag(
                    peer,
                    id,
                    (target.as_str(), posts.as_slice()),
                    content,
                ))),
                _ => Ok(None),
            };
        };
        // Leavers too: their `Delete` still has to go.
        let account = match data {
            // The change may be committed, and not told to the caches yet.
            OutboundActivity::UpdateProfile => accounts::get_anew(self.ctx(), author).await?,
            _ => accounts::get_even_hidden(self.ctx(), author).await?,
        };
        let Some(account) = account.filter(|account| account.is_local()) else {
            return Ok(None);
        };
        if account.disabled_at.is_some() && !matches!(data, OutboundActivity::DeleteActor) {
            return Ok(None);
        }
        let writer = Writer {
            federation: self,
            reader,
            account: &account,
            id: self.activity_id(id),
        };
        let Some(document) = writer.write(data).await? else {
            return Ok(None);
        };
        let keys = self.keys().of(Some(author), data, reader.our_keys).await?;
        let Some(keys) = keys else { return Ok(None) };
        self.proven(reader, &keys, Value::Object(document)).map(Some)
    }

    /// The `Update` that gives a peer the keys of one generation.
    pub(crate) fn keys_update(&self, peer: &Peer, id: ActivityId, given: KeyGeneration) -> Result<Bytes> {
        to_bytes(&self.node_update(peer, id, given)?)
    }

    /// `Update` of the instance actor, to one peer. Signed by the node; it needs no proof, since nobody passes it on.
    fn node_update(&self, peer: &Peer, id: ActivityId, given: KeyGeneration) -> Result<Value> {
        let mut node = self.instance_actor_with(&self.identity().shown(given))?;
        if let Some(node) = node.as_object_mut() {
            // The activity has it.
            node.remove("@context");
        }
        let to = peer
            .keys
            .as_ref()
            .map_or_else(|| peer.origin.to_string(), |keys| keys.actor.clone());
        Ok(with_context(json!({
            "id": self.activity_id(id),
            "type": UpdateType::default(),
            "actor": self.identity().actor(),
            "to": [to],
            "object": node,
        })))
    }

    /// `Flag` by the instance actor, to that of the peer: the person first, then their posts, as Mastodon writes it. Signed by
    /// the node; it needs no proof, since nobody passes it on.
    fn flag(&self, peer: &Peer, id: ActivityId, (target, posts): (&str, &[String]), content: &str) -> Value {
        let to = peer
            .keys
            .as_ref()
            .map_or_else(|| peer.origin.to_string(), |keys| keys.actor.clone());
        let posts = posts.iter().map(String::as_str);
        let object: Vec<&str> = std::iter::once(target).chain(posts).collect();
        with_context(json!({
            "id": self.activity_id(id),
            "type": FlagType::default(),
            "actor": self.identity().actor(),
            "to": [to],
            "content": content,
            "object": object,
        }))
    }

    /// The id of an activity that has no id of its own.
    #[must_use]
    pub fn activity_id(&self, id: ActivityId) -> String {
        self.ctx().origin().join(&format!("/activities/{id}"))
    }

    /// `Create` of a post as it stands in an outbox, or `Announce` of a boost; without `@context`. `None` for a boost
    /// whose post cannot be named.
    #[must_use]
    pub fn outbox_item(&self, view: &PostView, reader: Reader) -> Option<Value> {
        if view.post.boost_of.is_some() {
            return announce(self, view, reader.software);
        }
        let note = self.note(view, reader);
        let (to, cc) = (note.get("to").cloned(), note.get("cc").cloned());
        Some(json!({
            "id": format!("{}/activity", view.post.uri),
            "type": CreateType::default(),
            "actor": view.account.uri,
            "published": time(view.post.created_at),
            "to": to,
            "cc": cc,
            "object": note,
        }))
    }

    /// A post as it is fetched: with context and, for a native peer, a proof.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn object(&self, view: &PostView, reader: Reader) -> Result<Value> {
        custom_emoji::known(self.ctx()).await?;
        self.fetched(view, reader, self.note(view, reader)).await
    }

    /// The `Create` of a post or the `Announce` of a boost as it is fetched. `None` for a boost whose post cannot be named.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn creation(&self, view: &PostView, reader: Reader) -> Result<Option<Value>> {
        custom_emoji::known(self.ctx()).await?;
        let Some(document) = self.outbox_item(view, reader) else {
            return Ok(None);
        };
        self.fetched(view, reader, document).await.map(Some)
    }

    /// A document about a post with its author's proof; without one if the author has left this moment.
    pub(super) async fn fetched(&self, view: &PostView, reader: Reader, document: Value) -> Result<Value> {
        match self.keys().person(view.account.id).await? {
            Some(keys) => self.proven(reader, &keys, document),
            None => Ok(with_context(document)),
        }
    }

    /// Context and, for a native peer, the proof.
    fn proven(&self, reader: Reader, keys: &SigningKeys, document: Value) -> Result<Value> {
        let mut whole = with_context(document);
        if reader.software == Software::Native {
            entrenous_wire::proof::attach(&mut whole, &keys.ed25519, &keys.ed25519_id, self.ctx().now())
                .map_err(DomainError::internal)?;
        }
        Ok(whole)
    }
}

/// `Announce` of a boost, without `@context`; `None` if the boosted post cannot be named.
#[must_use]
pub fn announce(federation: &Federation, view: &PostView, software: Software) -> Option<Value> {
    let boosted = view.boosted.as_ref()?;
    let mut addressed = Addressed::of(
        view.post.visibility,
        federation.ctx().origin(),
        &view.account.followers_uri,
        &[],
        software,
    );
    if boosted.account.uri != view.account.uri {
        addressed.cc.push(boosted.account.uri.clone());
    }
    Some(json!({
        "id": view.post.uri,
        "type": AnnounceType::default(),
        "actor": view.account.uri,
        "published": time(view.post.created_at),
        "to": addressed.to,
        "cc": addressed.cc,
        "object": boosted.post.uri,
    }))
}

/// The post as the peer may see it. The edited text must be in what says that it was edited: nothing would put it right.
async fn seen(
    federation: &Federation,
    reader: Reader,
    id: PostId,
    data: &OutboundActivity,
) -> Result<Option<PostView>> {
    let (ctx, viewer) = (federation.ctx(), Viewer::Peer(reader.peer));
    let found = match data {
        OutboundActivity::UpdatePost { .. } => posts::view_anew(ctx, viewer, id).await,
        _ => posts::view(ctx, viewer, id).await,
    };
    match found {
        Ok(view) => Ok(Some(view)),
        Err(DomainError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn to_bytes(document: &Value) -> Result<Bytes> {
    serde_json::to_vec(document)
        .map(Bytes::from)
        .map_err(DomainError::internal)
}

struct Writer<'a> {
    federation: &'a Federation,
    reader: Reader,
    account: &'a Account,
    /// The id of the activity if the data names none.
    id: String,
}

type Document = Option<Map<String, Value>>;

impl Writer<'_> {
    async fn write(&self, data: &OutboundActivity) -> Result<Document> {
        use OutboundActivity as Out;
        match data {
            Out::CreatePost { post } | Out::UpdatePost { post } => {
                let view = seen(self.federation, self.reader, *post, data).await?;
                Ok(view.map(|view| self.post_of(&view, data)))
            }
            Out::Vote { uri, object, name } => {
                let addressed = self.author_of(object).await?;
                let note = json!({
                    "id": uri, "type": NoteType::default(), "name": name, "attributedTo": self.account.uri,
                    "inReplyTo": object, "to": addressed.to, "cc": addressed.cc,
                });
                Ok(self.map(CreateType::default(), &addressed, note))
            }
            Out::DeletePost { uri } => Ok(self.delete_post(uri)),
            Out::Boost { boost } => self.boost(*boost, data).await,
            Out::UndoBoost { uri, object } => {
                let inner = self.inner(AnnounceType::default(), uri, object);
                Ok(self.map(UndoType::default(), &self.everyone(), inner))
            }
            Out::Favourite { uri, object } => {
                let addressed = self.author_of(object).await?;
                Ok(Some(self.named(
                    uri,
                    LikeType::default(),
                    &addressed,
                    json!(object),
                )))
            }
            Out::UndoFavourite { uri, object } => {
                let addressed = self.author_of(object).await?;
                Ok(self.map(
                    UndoType::default(),
                    &addressed,
                    self.inner(LikeType::default(), uri, object),
                ))
            }
            Out::React { uri, object, name } => {
                let addressed = self.author_of(object).await?;
                let mut members = self.named(uri, self.reaction(), &addressed, json!(object));
                self.put_emoji(&mut members, name).await?;
                Ok(Some(members))
            }
            Out::UndoReact { uri, object, name } => {
                let addressed = self.author_of(object).await?;
                let mut inner = self.inner(self.reaction(), uri, object);
                if let Some(members) = inner.as_object_mut() {
                    self.put_emoji(members, name).await?;
                }
                Ok(self.map(UndoType::default(), &addressed, inner))
            }
            Out::Pin { object } => Ok(self.featured(json!("Add"), object)),
            Out::Unpin { object } => Ok(self.featured(json!("Remove"), object)),
            Out::Follow { uri, target } => {
                let Some(target) = self.person(*target).await? else {
                    return Ok(None);
                };
                Ok(Some(self.named(
                    uri,
                    FollowType::default(),
                    &Addressed::to(&target),
                    json!(target),
                )))
            }
            Out::UndoFollow { uri, target } => {
                let Some(target) = self.person(*target).await? else {
                    return Ok(None);
                };
                let inner = self.inner(FollowType::default(), uri, &target);
                Ok(self.map(UndoType::default(), &Addressed::to(target), inner))
            }
            Out::AcceptFollow { uri, follower } => {
                self.answer(uri, *follower, json!(AcceptType::default())).await
            }
            Out::RejectFollow { uri, follower } => {
                self.answer(uri, *follower, json!(RejectType::default())).await
            }
            Out::QuoteRequest { post } => self.quote_request(*post, data).await,
            Out::AcceptQuote { asked, stamp } => {
                let answer = self.quote_answer(asked, json!(AcceptType::default())).await?;
                Ok(answer.map(|mut members| {
                    members.insert("result".to_owned(), json!(stamp));
                    members
                }))
            }
            Out::RejectQuote { asked } => self.quote_answer(asked, json!(RejectType::default())).await,
            Out::RevokeQuote { stamp } => {
                let object = json!({"id": stamp, "type": AUTHORIZATION});
                Ok(self.map(DeleteType::default(), &self.everyone(), object))
            }
            Out::Block { uri, target } => {
                let Some(target) = self.person(*target).await? else {
                    return Ok(None);
                };
                Ok(Some(self.named(
                    uri,
                    BlockType::default(),
                    &Addressed::to(&target),
                    json!(target),
                )))
            }
            Out::UndoBlock { uri, target } => {
                let Some(target) = self.person(*target).await? else {
                    return Ok(None);
                };
                let inner = self.inner(BlockType::default(), uri, &target);
                Ok(self.map(UndoType::default(), &Addressed::to(target), inner))
            }
            Out::UpdateProfile => {
                let mut person = self.federation.person(self.account, self.reader).await?;
                if let Some(members) = person.as_object_mut() {
                    members.remove("@context");
                }
                Ok(self.map(UpdateType::default(), &self.everyone(), person))
            }
            // Has no author: see `document`.
            Out::UpdateNode
            | Out::UpdateKeys { .. }
            | Out::Flag { .. }
            | Out::Contract { .. }
            | Out::Introduction { .. } => Ok(None),
            Out::DeleteActor => {
                Ok(self.map(DeleteType::default(), &self.everyone(), json!(self.account.uri)))
            }
        }
    }

    /// `Update` of a post, or its `Create`.
    fn post_of(&self, view: &PostView, data: &OutboundActivity) -> Map<String, Value> {
        let kind = match data {
            OutboundActivity::UpdatePost { .. } => json!(UpdateType::default()),
            _ => json!(CreateType::default()),
        };
        let note = self.federation.note(view, self.reader);
        let addressed = self.federation.addressed(view, self.reader.software);
        let mut members = self.named(&self.id, kind, &addressed, note);
        let at = view.post.edited_at.unwrap_or(view.post.created_at);
        members.insert("published".to_owned(), json!(time(at)));
        members
    }

    async fn boost(&self, id: PostId, data: &OutboundActivity) -> Result<Document> {
        let Some(view) = seen(self.federation, self.reader, id, data).await? else {
            return Ok(None);
        };
        let document = announce(self.federation, &view, self.reader.software);
        Ok(document.and_then(|document| match document {
            Value::Object(members) => Some(members),
            _ => None,
        }))
    }

    /// The post that quotes goes with the request, as far as that peer may see it.
    async fn quote_request(&self, id: PostId, data: &OutboundActivity) -> Result<Document> {
        let Some(view) = seen(self.federation, self.reader, id, data).await? else {
            return Ok(None);
        };
        let Some(quote) = &view.post.quote else {
            return Ok(None);
        };
        let addressed = self.author_of(&quote.uri).await?;
        let request = format!("{}{}", view.post.uri, crate::inbox::REQUEST);
        let mut members = self.named(&request, json!(QUOTE_REQUEST), &addressed, json!(quote.uri));
        let note = self.federation.note(&view, self.reader);
        members.insert("instrument".to_owned(), note);
        Ok(Some(members))
    }

    async fn quote_answer(&self, asked: &QuoteAsked, kind: Value) -> Result<Document> {
        let Some(by) = self.person(asked.by).await? else {
            return Ok(None);
        };
        let request = json!({
            "id": asked.request, "type": QUOTE_REQUEST, "actor": by, "object": asked.object,
            "instrument": asked.instrument,
        });
        Ok(self.map(kind, &Addressed::to(by), request))
    }

    fn delete_post(&self, uri: &str) -> Document {
        let object = json!({"id": uri, "type": TombstoneType::default()});
        self.map(DeleteType::default(), &self.everyone(), object)
    }

    /// What is done to the list of pinned posts. Who is sent it has the post.
    fn featured(&self, kind: Value, object: &str) -> Document {
        let mut members = self.named(&self.id, kind, &self.everyone(), json!(object));
        members.insert("target".to_owned(), json!(super::featured_of(self.account)));
        Some(members)
    }

    async fn answer(&self, uri: &str, follower: AccountId, kind: Value) -> Result<Document> {
        let Some(follower) = self.person(follower).await? else {
            return Ok(None);
        };
        let follow = json!({
            "id": uri, "type": FollowType::default(), "actor": follower, "object": self.account.uri,
        });
        Ok(self.map(kind, &Addressed::to(follower), follow))
    }

    /// The audience of what everyone who might know must hear: followers and, for native peers, the network.
    fn everyone(&self) -> Addressed {
        let origin = self.federation.ctx().origin();
        Addressed::of(
            Visibility::Public,
            origin,
            &self.account.followers_uri,
            &[],
            self.reader.software,
        )
    }

    async fn person(&self, id: AccountId) -> Result<Option<String>> {
        Ok(accounts::get(self.federation.ctx(), id)
            .await?
            .map(|account| account.uri.clone()))
    }

    /// A reaction goes to the author of what it is about.
    async fn author_of(&self, object: &str) -> Result<Addressed> {
        let ctx = self.federation.ctx();
        let Some(post) = posts::known_by_uri(ctx, object).await? else {
            return Ok(Addressed::default());
        };
        Ok(self
            .person(post.account)
            .await?
            .map(Addressed::to)
            .unwrap_or_default())
    }

    /// The type of an answer with an emoji. Other software reads a `Like` with `content`: as a reaction where there are
    /// such, else as a favourite.
    const fn reaction(&self) -> &'static str {
        match self.reader.software {
            Software::Native => "EmojiReact",
            Software::Other => "Like",
        }
    }

    /// The emoji of a reaction: its text, and what a custom one is.
    async fn put_emoji(&self, members: &mut Map<String, Value>, name: &str) -> Result<()> {
        if !name.is_ascii() {
            members.insert("content".to_owned(), json!(name));
            return Ok(());
        }
        let shortcode = name.split('@').next().unwrap_or(name);
        members.insert("content".to_owned(), json!(format!(":{shortcode}:")));
        if let Some(tag) = self.federation.reaction_tag(name, self.reader).await? {
            members.insert("tag".to_owned(), json!([tag]));
        }
        Ok(())
    }

    /// The activity that is undone.
    fn inner(&self, kind: impl Serialize, uri: &str, object: &str) -> Value {
        json!({"id": uri, "type": json!(kind), "actor": self.account.uri, "object": object})
    }

    fn map(&self, kind: impl Serialize, addressed: &Addressed, object: Value) -> Document {
        Some(self.named(&self.id, kind, addressed, object))
    }

    fn named(
        &self,
        id: &str,
        kind: impl Serialize,
        addressed: &Addressed,
        object: Value,
    ) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("id".to_owned(), json!(id));
        members.insert("type".to_owned(), json!(kind));
        members.insert("actor".to_owned(), json!(self.account.uri));
        members.insert("to".to_owned(), json!(addressed.to));
        members.insert("cc".to_owned(), json!(addressed.cc));
        members.insert("object".to_owned(), object);
        members
    }
}
