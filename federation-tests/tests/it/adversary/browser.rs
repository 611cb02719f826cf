//! A browser without scripts, as far as the sign-in pages need one.

use std::collections::BTreeMap;

/// Keeps its cookies, and submits forms with the hidden fields of the page before.
pub(super) struct Browser {
    http: reqwest::Client,
    origin: String,
    cookies: BTreeMap<String, String>,
    /// Status of the last page.
    pub(super) status: u16,
    /// Where it leads.
    pub(super) location: String,
    /// Its text.
    pub(super) page: String,
}

impl Browser {
    pub(super) fn of(origin: String) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(15));
        Self {
            http: http.build().unwrap(),
            origin,
            cookies: BTreeMap::new(),
            status: 0,
            location: String::new(),
            page: String::new(),
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> u16 {
        let request = self.http.get(format!("{}{path}", self.origin));
        self.run(request).await
    }

    /// Submits `fields` with the hidden fields of the current page.
    pub(super) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let mut form: Vec<(String, String)> = hidden(&self.page);
        // The first form of a page ends where the next begins: of doubled names the first counts.
        let mut seen = Vec::new();
        form.retain(|(name, _)| {
            let new = !seen.contains(name) && !fields.iter().any(|(mine, _)| mine == name);
            seen.push(name.clone());
            new
        });
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let request = self.http.post(format!("{}{path}", self.origin)).form(&form);
        self.run(request).await
    }

    /// Signs in with the password of everyone.
    pub(super) async fn sign_in(&mut self, username: &str) {
        assert_eq!(self.get("/auth/sign_in").await, 200);
        let password = federation_tests::node::PASSWORD;
        let status = self
            .submit("/auth/sign_in", &[("username", username), ("password", password)])
            .await;
        assert_eq!(status, 303, "{}", self.page);
    }

    async fn run(&mut self, request: reqwest::RequestBuilder) -> u16 {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = request
            .header("cookie", cookies.join("; "))
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.status = answer.status().as_u16();
        let location = answer.headers().get("location");
        self.location = location.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
        self.page = answer.text().await.unwrap();
        assert!(self.status < 500, "{}", self.page);
        self.status
    }
}

fn hidden(page: &str) -> Vec<(String, String)> {
    page.split("<input type=\"hidden\" ")
        .skip(1)
        .filter_map(|rest| {
            let (_, name) = rest.split_once("name=\"")?;
            let (name, rest) = name.split_once('"')?;
            let (_, value) = rest.split_once("value=\"")?;
            let (value, _) = value.split_once('"')?;
            let value = value
                .replace("&#38;", "&")
                .replace("&amp;", "&")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"");
            Some((name.to_owned(), value))
        })
        .collect()
}
