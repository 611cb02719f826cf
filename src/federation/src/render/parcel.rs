//! What the ledger tells of a delivery: the ids that stand in the activity, and its size.

use crate::Federation;
use entrenous_domain::deliveries::Delivery;
use entrenous_domain::{Result, accounts};
use entrenous_model::{AccountId, OutboundActivity, Parcel};

impl Federation {
    /// The parcel of a delivery whose body has so many bytes.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn parcel(&self, delivery: &Delivery, bytes: usize) -> Result<Parcel> {
        use OutboundActivity as Out;
        let (activity, object) = match &delivery.data {
            Out::CreatePost { post } | Out::UpdatePost { post } => {
                (None, Some(self.ctx().origin().join(&format!("/posts/{post}"))))
            }
            Out::QuoteRequest { post } => {
                let uri = self.ctx().origin().join(&format!("/posts/{post}"));
                (Some(format!("{uri}{}", crate::inbox::REQUEST)), Some(uri))
            }
            Out::AcceptQuote { asked, .. } | Out::RejectQuote { asked } => {
                (None, Some(asked.request.clone()))
            }
            Out::RevokeQuote { stamp } => (None, Some(stamp.clone())),
            // What is boosted is named by the boost.
            Out::Boost { boost } => {
                let path = format!("/posts/{boost}/activity");
                (Some(self.ctx().origin().join(&path)), None)
            }
            Out::Favourite { uri, object } | Out::React { uri, object, .. } => {
                (Some(uri.clone()), Some(object.clone()))
            }
            Out::Vote { object, .. } | Out::Pin { object } | Out::Unpin { object } => {
                (None, Some(object.clone()))
            }
            Out::DeletePost { uri }
            | Out::UndoBoost { uri, .. }
            | Out::UndoFavourite { uri, .. }
            | Out::UndoReact { uri, .. }
            | Out::UndoFollow { uri, .. }
            | Out::UndoBlock { uri, .. }
            | Out::AcceptFollow { uri, .. }
            | Out::RejectFollow { uri, .. } => (None, Some(uri.clone())),
            Out::Follow { uri, target } | Out::Block { uri, target } => {
                (Some(uri.clone()), self.uri_of(Some(*target)).await?)
            }
            Out::UpdateProfile | Out::DeleteActor => (None, self.uri_of(delivery.account).await?),
            Out::Flag { target, .. } => (None, Some(target.clone())),
            // Its id is in the document that was signed.
            Out::Contract { document, .. } | Out::Introduction { document, .. } => (id_in(document), None),
            Out::UpdateNode | Out::UpdateKeys { .. } => (None, Some(self.identity().actor().to_owned())),
        };
        Ok(Parcel {
            kind: delivery.data.kind().to_owned(),
            activity: Some(activity.unwrap_or_else(|| self.activity_id(delivery.activity))),
            object,
            account: delivery.account,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        })
    }

    async fn uri_of(&self, account: Option<AccountId>) -> Result<Option<String>> {
        let Some(id) = account else { return Ok(None) };
        let account = accounts::get_even_hidden(self.ctx(), id).await?;
        Ok(account.map(|account| account.uri.clone()))
    }
}

fn id_in(document: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(document).ok()?;
    document.get("id")?.as_str().map(str::to_owned)
}
