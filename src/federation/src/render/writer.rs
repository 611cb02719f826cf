//! What a person says, activity by activity, in the words of the peer's software.

use super::{Addressed, Reader, announce, time};
use crate::Federation;
use crate::vocabulary::AUTHORIZATION;
use activitypub_federation::kinds::activity::{
    AcceptType, AnnounceType, BlockType, CreateType, DeleteType, FollowType, LikeType, RejectType, UndoType,
    UpdateType,
};
use activitypub_federation::kinds::object::{NoteType, TombstoneType};
use entrenous_domain::posts::{self, PostView, Viewer};
use entrenous_domain::{DomainError, Result, accounts};
use entrenous_model::{Account, AccountId, OutboundActivity, PostId, QuoteAsked, Software, Visibility};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The type of a request to quote.
const QUOTE_REQUEST: &str = "QuoteRequest";

/// The post as the peer may see it. The edited text must be in what says that it was edited: nothing would put it right.
pub(super) async fn seen(
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

/// Writes for one peer what one person says.
pub(super) struct Writer<'a> {
    pub(super) federation: &'a Federation,
    pub(super) reader: Reader,
    pub(super) account: &'a Account,
    /// The id of the activity if the data names none.
    pub(super) id: String,
}

type Document = Option<Map<String, Value>>;

impl Writer<'_> {
    /// The activity without `@context` and proof; `None` if there is nothing to say any more.
    pub(super) async fn write(&self, data: &OutboundActivity) -> Result<Document> {
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
            // Has no author: see `Federation::document`.
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
    pub(super) fn post_of(&self, view: &PostView, data: &OutboundActivity) -> Map<String, Value> {
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
