//! Bringing in posts with their dates: history of this node only, delivered to nobody, notifying nobody.

use super::{Answer, Host, said};
use entrenous_domain::posts::{self, Draft, Files, ReplyTo};
use entrenous_domain::{Via, accounts};
use entrenous_model::{PostId, Time, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The file: posts, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ImportFile {
    posts: Vec<ImportedPost>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ImportedPost {
    username: String,
    created_at: Time,
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default = "public")]
    visibility: Visibility,
    #[serde(default)]
    spoiler_text: Option<String>,
    /// Place in this list of the post it answers.
    #[serde(default)]
    in_reply_to: Option<usize>,
}

const fn public() -> Visibility {
    Visibility::Public
}

/// Publishes the posts of a file in their order.
pub(super) async fn run(host: &Host, file: ImportFile) -> Result<Answer, String> {
    let mut ids: Vec<PostId> = Vec::with_capacity(file.posts.len());
    for (number, post) in file.posts.into_iter().enumerate() {
        let failed = |why: String| format!("post {number} of the file: {why}; the {number} before it are in");
        let author = accounts::local_by_username(&host.ctx, &post.username)
            .await
            .map_err(|error| failed(said(&error)))?
            .ok_or_else(|| failed(format!("there is no person {:?}", post.username)))?;
        let reply_to = match post.in_reply_to {
            None => ReplyTo::None,
            Some(place) => {
                let parent = ids.get(place).copied();
                ReplyTo::Post(
                    parent.ok_or_else(|| failed(format!("it answers post {place}, which comes later")))?,
                )
            }
        };
        let spoiler = post.spoiler_text.unwrap_or_default();
        let draft = Draft {
            text: post.text,
            sensitive: !spoiler.is_empty(),
            spoiler,
            visibility: post.visibility,
            language: post.language,
            reply_to,
            poll: None,
            idempotency_key: None,
            remote: None,
            created_at: Some(post.created_at),
            files: Files::default(),
            group: None,
            quote: None,
            quote_policy: None,
        };
        let id = posts::publish(&host.ctx, Via::Local, author.id, draft).await;
        ids.push(id.map_err(|error| failed(said(&error)))?);
    }
    Answer::new(&format!("{} posts are in.", ids.len()), &json!({ "posts": ids }))
}
