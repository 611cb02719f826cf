//! Posts as they are fetched, and as they stand in an outbox.

use super::{Addressed, Reader, time, with_context};
use crate::Federation;
use activitypub_federation::kinds::activity::{AnnounceType, CreateType};
use entrenous_domain::posts::PostView;
use entrenous_domain::{Result, custom_emoji};
use entrenous_model::Software;
use serde_json::{Value, json};

impl Federation {
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
