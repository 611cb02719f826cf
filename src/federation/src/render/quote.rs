//! Quotes in notes, and the stamps with which people of this node let them (FEP-044f).

use super::Reader;
use crate::Federation;
use crate::vocabulary::{AUTHORIZATION, escape};
use entrenous_domain::Result;
use entrenous_domain::posts::PostView;
use entrenous_model::{Post, QuoteState, Software};
use serde_json::{Map, Value, json};

impl Federation {
    /// The stamp with which the author of `quoted` lets `post` quote it, as it is fetched. It holds nothing of either post.
    ///
    /// # Errors
    /// Those of the domain.
    pub(crate) async fn authorization(
        &self,
        quoted: &PostView,
        post: &Post,
        reader: Reader,
    ) -> Result<Option<Value>> {
        let Some(stamp) = post.quote.as_ref().and_then(|quote| quote.stamp.as_ref()) else {
            return Ok(None);
        };
        let document = json!({
            "id": stamp,
            "type": AUTHORIZATION,
            "attributedTo": quoted.account.uri,
            "interactingObject": post.uri,
            "interactionTarget": quoted.post.uri,
        });
        self.fetched(quoted, reader, document).await.map(Some)
    }

    /// Who may quote a post, in the words of the FEP. An empty list would say nothing, so nobody is the author alone.
    pub(super) fn can_quote(&self, view: &PostView, software: Software) -> Value {
        let (post, author) = (&view.post, &view.account);
        let automatic = post.quote_policy.automatic;
        let mut all = Vec::new();
        if post.visibility.is_network() {
            if automatic.everyone && software == Software::Native {
                all.push(self.ctx().origin().join("/network"));
            }
            if automatic.everyone || automatic.followers {
                all.push(author.followers_uri.clone());
            }
        }
        if all.is_empty() {
            all.push(author.uri.clone());
        }
        json!({"canQuote": {"automaticApproval": all}})
    }
}

/// Names the quoted post. Software that does not ask its author is told of it only while they let it.
pub(super) fn put(note: &mut Map<String, Value>, post: &Post) {
    let Some(quote) = &post.quote else { return };
    note.insert("quote".to_owned(), json!(quote.uri));
    if quote.is_accepted() {
        for name in ["quoteUrl", "quoteUri", "_misskey_quote"] {
            note.insert(name.to_owned(), json!(quote.uri));
        }
        if let Some(stamp) = &quote.stamp {
            note.insert("quoteAuthorization".to_owned(), json!(stamp));
        }
    }
}

/// The text, with a link to the quoted post for software that does not know quotes.
pub(super) fn content(post: &Post) -> String {
    let refused = |state| matches!(state, QuoteState::Rejected | QuoteState::Revoked);
    match &post.quote {
        Some(quote) if !refused(quote.state) => {
            let uri = escape(&quote.uri);
            if post.content.contains(&uri) {
                return post.content.clone();
            }
            format!(
                "<p class=\"quote-inline\">RE: <a href=\"{uri}\">{uri}</a></p>{}",
                post.content
            )
        }
        _ => post.content.clone(),
    }
}
