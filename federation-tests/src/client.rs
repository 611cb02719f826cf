//! A client of the Mastodon API, as plain as can be.

use crate::eventually;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What a node answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, lower-case names; the last of a name.
    pub headers: HashMap<String, String>,
    /// Body.
    pub text: String,
}

impl Answer {
    /// Status and headers.
    pub(crate) fn without_body(response: &reqwest::Response) -> Self {
        let headers = response.headers().iter();
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        Self {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            text: String::new(),
        }
    }

    /// The seconds in `Retry-After`, if they are told.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.headers.get("retry-after")?.parse().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The body as JSON of a 200.
    ///
    /// # Panics
    /// For any other status.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }
}

/// A client with a token.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the node at `base`.
    ///
    /// # Panics
    /// If no client can be built.
    #[must_use]
    pub fn new(base: String, token: String) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .expect("no HTTP client");
        Self { base, token, http }
    }

    /// Its token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sends a request; `None` if nobody answers.
    pub async fn try_send(&self, method: &str, path: &str, body: Option<Value>) -> Option<Answer> {
        self.try_send_with(method, path, &[], body).await
    }

    /// The same with headers of one's own.
    ///
    /// # Panics
    /// If the method is none.
    pub async fn try_send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Option<Answer> {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("no method");
        let mut request = self.http.request(method, url);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.ok()?;
        let mut answer = Answer::without_body(&response);
        answer.text = response.text().await.ok()?;
        Some(answer)
    }

    /// GET, or `None` if nobody answers.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send("GET", path, None).await
    }

    /// GET.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn get(&self, path: &str) -> Answer {
        self.try_get(path)
            .await
            .unwrap_or_else(|| panic!("no answer to GET {path}"))
    }

    /// POST of JSON.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.try_send("POST", path, Some(body))
            .await
            .unwrap_or_else(|| panic!("no answer to POST {path}"))
    }

    /// PUT of JSON.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.try_send("PUT", path, Some(body))
            .await
            .unwrap_or_else(|| panic!("no answer to PUT {path}"))
    }

    /// DELETE.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn delete(&self, path: &str) -> Answer {
        self.try_send("DELETE", path, None)
            .await
            .unwrap_or_else(|| panic!("no answer to DELETE {path}"))
    }

    /// PATCH of a form with one file, which is a PNG.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn patch_file(&self, path: &str, field: &str, png: Vec<u8>) -> Answer {
        let part = reqwest::multipart::Part::bytes(png)
            .file_name("picture.png")
            .mime_str("image/png")
            .expect("a type");
        let request = self
            .http
            .patch(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .multipart(reqwest::multipart::Form::new().part(field.to_owned(), part));
        let response = request.send().await.expect("no answer");
        let mut answer = Answer::without_body(&response);
        answer.text = response.text().await.expect("no body");
        answer
    }

    /// Uploads a file to be posted.
    ///
    /// # Panics
    /// If nobody answers.
    pub async fn upload(&self, bytes: Vec<u8>, description: &str) -> Answer {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("file");
        let form = reqwest::multipart::Form::new()
            .part("file", part)
            .text("description", description.to_owned());
        let request = self
            .http
            .post(format!("{}/api/v2/media", self.base))
            .bearer_auth(&self.token)
            .multipart(form);
        let response = request.send().await.expect("no answer");
        let mut answer = Answer::without_body(&response);
        answer.text = response.text().await.expect("no body");
        answer
    }

    /// Publishes a post and answers it.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn publish(&self, text: &str, visibility: &str) -> Value {
        self.post(
            "/api/v1/statuses",
            json!({ "status": text, "visibility": visibility }),
        )
        .await
        .ok()
    }

    /// Follows `@name@authority` and waits until it is accepted; answers the account's id here.
    ///
    /// # Panics
    /// If it cannot be found or is not accepted.
    pub async fn follow(&self, handle: &str) -> String {
        let id = self.find(handle).await;
        self.post(&format!("/api/v1/accounts/{id}/follow"), json!({}))
            .await
            .ok();
        eventually("the follow to be accepted", || async {
            let answer = self
                .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
                .await
                .ok();
            (answer[0]["following"] == true).then_some(())
        })
        .await;
        id
    }

    /// The id here of `@name@authority`, looked up there.
    ///
    /// # Panics
    /// If it cannot be found.
    pub async fn find(&self, handle: &str) -> String {
        let path = format!("/api/v2/search?type=accounts&resolve=true&q={}", escape(handle));
        let found = self.get(&path).await.ok();
        found["accounts"][0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{handle} is not found: {found}"))
            .to_owned()
    }

    /// A peer as administrators see it.
    ///
    /// # Panics
    /// If this is no administrator, or there is no such peer.
    pub async fn peer(&self, authority: &str) -> Value {
        let all = self.get("/api/entrenous/v1/admin/peers").await.ok();
        let all = all.as_array().expect("no list");
        let found = all.iter().find(|peer| peer["authority"] == authority);
        found.expect("no such peer").clone()
    }

    /// The home timeline.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn home(&self) -> Vec<Value> {
        let answer = self.get("/api/v1/timelines/home?limit=40").await.ok();
        answer.as_array().expect("not a list").clone()
    }

    /// A whole list, newest first, page by page, down to the id `floor`, which is not in it.
    ///
    /// # Panics
    /// If it is refused, or something in it has no id.
    pub async fn pages(&self, path: &str, floor: u64) -> Vec<Value> {
        let id = |one: &Value| -> u64 { one["id"].as_str().and_then(|id| id.parse().ok()).expect("no id") };
        let mut all: Vec<Value> = Vec::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let before = all
                .last()
                .map_or_else(String::new, |last| format!("&max_id={}", id(last)));
            let page = self.get(&format!("{path}{joint}limit=40{before}")).await.ok();
            let page = page.as_array().expect("not a list");
            let count = page.len();
            all.extend(page.iter().filter(|one| id(one) > floor).cloned());
            if count == 0 || page.last().is_some_and(|last| id(last) <= floor) {
                return all;
            }
        }
    }

    /// Waits until a post whose content holds `text` is in the home timeline, and answers it.
    ///
    /// # Panics
    /// If it does not come within thirty seconds.
    pub async fn sees(&self, text: &str) -> Value {
        eventually(&format!("{text:?} in the home timeline"), || async {
            self.home().await.into_iter().find(|post| holds(post, text))
        })
        .await
    }
}

/// True if the post, or the one it boosts, holds the text.
#[must_use]
pub fn holds(post: &Value, text: &str) -> bool {
    let content = |post: &Value| {
        post["content"]
            .as_str()
            .is_some_and(|content| content.contains(text))
    };
    content(post) || content(&post["reblog"])
}

/// Percent-encodes a query value.
#[must_use]
pub fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
