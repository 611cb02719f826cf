//! One person's client: the Mastodon API of their node, as any client uses it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{self, Request, quoted};
use crate::{Outcome, child};

/// A person signed in at their node.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    authority: String,
    token: String,
}

/// A post as its author's node answered.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// On the author's node.
    pub(crate) id: String,
    /// The same everywhere.
    pub(crate) uri: String,
}

impl Client {
    pub(crate) fn new(authority: &str, token: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            token: token.to_owned(),
        }
    }

    fn call(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Outcome<Value> {
        let begun = Instant::now();
        loop {
            let request = Request {
                method,
                path,
                token: Some(&self.token),
                cookie: None,
                content_type,
                body,
            };
            let answer = http::send(&self.authority, &request)?;
            match answer.status {
                200..=299 => return Ok(serde_json::from_slice(&answer.body)?),
                // We are faster than the people for whom the limits are made.
                429 if begun.elapsed() < Duration::from_secs(60) => {
                    let wait = Duration::from_secs(answer.retry_after.unwrap_or(1).clamp(1, 10));
                    let asked = Instant::now();
                    child::until(wait, || Ok((asked.elapsed() >= wait).then_some(())))?;
                }
                status => {
                    let said = String::from_utf8_lossy(&answer.body).into_owned();
                    return Err(format!("{method} http://{}{path}: {status} {said}", self.authority).into());
                }
            }
        }
    }

    fn get(&self, path: &str) -> Outcome<Value> {
        self.call("GET", path, "", &[])
    }

    fn write(&self, method: &str, path: &str, value: &Value) -> Outcome<Value> {
        self.call(method, path, "application/json", value.to_string().as_bytes())
    }

    /// Fills in the person's profile.
    pub(crate) fn describe(&self, name: &str, note: &str) -> Outcome {
        let profile = json!({ "display_name": name, "note": note, "locked": false, "discoverable": true });
        self.write("PATCH", "/api/v1/accounts/update_credentials", &profile)
            .map(drop)
    }

    /// Sets the person's picture.
    pub(crate) fn picture(&self, png: &[u8]) -> Outcome {
        self.send_file("PATCH", "/api/v1/accounts/update_credentials", "avatar", png)
            .map(drop)
    }

    /// Uploads a picture for a post, with what it shows; answers its id.
    pub(crate) fn upload(&self, png: &[u8], shows: &str) -> Outcome<String> {
        let id = text(&self.send_file("POST", "/api/v2/media", "file", png)?, "/id")?;
        self.write(
            "PUT",
            &format!("/api/v1/media/{id}"),
            &json!({ "description": shows }),
        )?;
        Ok(id)
    }

    fn send_file(&self, method: &str, path: &str, field: &str, png: &[u8]) -> Outcome<Value> {
        let boundary = "entrenous-demo-7d1f0c";
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{field}.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        let body = [head.as_bytes(), png, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let content_type = format!("multipart/form-data; boundary={boundary}");
        self.call(method, path, &content_type, &body)
    }

    /// The id, on this person's node, of someone there or elsewhere: `name` or `@name@authority`.
    pub(crate) fn find_person(&self, handle: &str) -> Outcome<String> {
        if !handle.starts_with('@') {
            let found = self.get(&format!("/api/v1/accounts/lookup?acct={}", quoted(handle)))?;
            return text(&found, "/id");
        }
        let found = self.get(&format!(
            "/api/v2/search?type=accounts&resolve=true&limit=1&q={}",
            quoted(handle)
        ))?;
        text(&found, "/accounts/0/id")
            .map_err(|_| format!("{handle} is not found from {}", self.authority).into())
    }

    /// Asks to follow someone.
    pub(crate) fn follow(&self, id: &str) -> Outcome {
        self.write("POST", &format!("/api/v1/accounts/{id}/follow"), &json!({}))
            .map(drop)
    }

    /// How many of `ids` this person follows, each having agreed.
    pub(crate) fn following(&self, ids: &[String]) -> Outcome<usize> {
        let mut agreed = 0;
        for some in ids.chunks(40) {
            let query: Vec<String> = some.iter().map(|id| format!("id[]={id}")).collect();
            let found = self.get(&format!("/api/v1/accounts/relationships?{}", query.join("&")))?;
            let entries = found.as_array().into_iter().flatten();
            agreed += entries
                .filter(|entry| entry.pointer("/following") == Some(&Value::Bool(true)))
                .count();
        }
        Ok(agreed)
    }

    /// Publishes a post.
    pub(crate) fn publish(&self, post: &Value) -> Outcome<Published> {
        let answer = self.write("POST", "/api/v1/statuses", post)?;
        Ok(Published {
            id: text(&answer, "/id")?,
            uri: text(&answer, "/uri")?,
        })
    }

    /// `favourite`, `reblog` or `bookmark`.
    pub(crate) fn act(&self, verb: &str, id: &str) -> Outcome {
        self.write("POST", &format!("/api/v1/statuses/{id}/{verb}"), &json!({}))
            .map(drop)
    }

    /// Answers a post with an emoji.
    pub(crate) fn react(&self, id: &str, emoji: &str) -> Outcome {
        let emoji: String = emoji.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/api/v1/pleroma/statuses/{id}/reactions/{emoji}");
        self.write("PUT", &path, &json!({})).map(drop)
    }

    /// Whether the node's description has at least `wanted` at `pointer`.
    pub(crate) fn takes(&self, pointer: &str, wanted: usize) -> Outcome<bool> {
        let instance = self.get("/api/v2/instance")?;
        let most = instance
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_default();
        Ok(most >= u64::try_from(wanted)?)
    }

    /// Chooses an option of a post's poll.
    pub(crate) fn vote(&self, post: &str, choice: usize) -> Outcome {
        let poll = text(&self.get(&format!("/api/v1/statuses/{post}"))?, "/poll/id")?;
        let choices = json!({ "choices": [choice] });
        self.write("POST", &format!("/api/v1/polls/{poll}/votes"), &choices)
            .map(drop)
    }

    /// Tells everyone on the node, as its administrator.
    pub(crate) fn announce(&self, text: &str) -> Outcome {
        let told = json!({ "text": text });
        self.write("POST", "/api/entrenous/v1/admin/announcements", &told)
            .map(drop)
    }

    /// Puts the oldest public post of one's own on top of the profile.
    pub(crate) fn pin_one(&self) -> Outcome {
        let me = text(&self.get("/api/v1/accounts/verify_credentials")?, "/id")?;
        let posts = self.get(&format!(
            "/api/v1/accounts/{me}/statuses?exclude_replies=true&exclude_reblogs=true"
        ))?;
        let public = |post: &&Value| post.get("visibility").and_then(Value::as_str) == Some("public");
        let oldest = posts.as_array().into_iter().flatten().rfind(public);
        match oldest {
            Some(post) => self.act("pin", &text(post, "/id")?),
            None => Ok(()),
        }
    }

    /// Makes a list of people whom this person follows.
    pub(crate) fn make_list(&self, title: &str, people: &[String]) -> Outcome {
        let list = text(
            &self.write("POST", "/api/v1/lists", &json!({ "title": title }))?,
            "/id",
        )?;
        let members = json!({ "account_ids": people });
        self.write("POST", &format!("/api/v1/lists/{list}/accounts"), &members)
            .map(drop)
    }

    /// Makes a group; answers its id.
    pub(crate) fn make_group(&self, said: &Value) -> Outcome<String> {
        text(&self.write("POST", "/api/v1/groups", said)?, "/id")
    }

    /// Joins a group, or asks to be let in.
    pub(crate) fn join_group(&self, id: &str, note: &str) -> Outcome {
        let path = format!("/api/v1/groups/{id}/join");
        self.write("POST", &path, &json!({ "note": note })).map(drop)
    }

    /// Makes somebody a moderator of a group.
    pub(crate) fn promote(&self, id: &str, account: &str) -> Outcome {
        let path = format!("/api/v1/groups/{id}/promote");
        let asked = json!({ "account_ids": [account], "role": "moderator" });
        self.write("POST", &path, &asked).map(drop)
    }

    /// What only our API knows of groups.
    pub(crate) fn group(&self, id: &str, what: &str, said: &Value) -> Outcome {
        let path = format!("/api/entrenous/v1/groups/{id}/{what}");
        self.write("POST", &path, said).map(drop)
    }

    /// The id on this node of a post that reached this person, in their timeline or by a mention.
    pub(crate) fn find_post(&self, uri: &str) -> Outcome<Option<String>> {
        let home = self.get("/api/v1/timelines/home?limit=40")?;
        let told = self.get("/api/v1/notifications?limit=40")?;
        let told = told
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.get("status"));
        let mut seen = home.as_array().into_iter().flatten().chain(told);
        let found = seen.find(|status| status.pointer("/uri").and_then(Value::as_str) == Some(uri));
        found.map(|status| text(status, "/id")).transpose()
    }

    /// Someone's latest posts: id and content, newest first.
    pub(crate) fn posts_of(&self, id: &str) -> Outcome<Vec<(String, String)>> {
        let found = self.get(&format!(
            "/api/v1/accounts/{id}/statuses?limit=40&exclude_reblogs=true"
        ))?;
        let statuses = found.as_array().into_iter().flatten();
        statuses
            .map(|status| Ok((text(status, "/id")?, text(status, "/content")?)))
            .collect()
    }
}

fn text(value: &Value, pointer: &str) -> Outcome<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| format!("no `{pointer}` in {value}").into())
}
