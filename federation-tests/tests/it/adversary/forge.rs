//! Signatures that no honest library makes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrenous_wire::digest::{make_content_digest, make_digest};
use entrenous_wire::keys::Signer;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

/// A request by RFC 9421, before it is signed.
#[derive(Clone)]
pub(super) struct Forgery {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) body: Vec<u8>,
    /// Covered components.
    pub(super) covered: Vec<&'static str>,
    /// Parameters after the list, each with its `;`.
    pub(super) params: String,
}

impl Forgery {
    /// What a sender of good faith would sign.
    pub(super) fn honest(url: &str, body: &[u8], key_id: &str) -> Self {
        Self {
            method: Method::POST,
            url: url.to_owned(),
            body: body.to_vec(),
            covered: vec!["@method", "@target-uri", "content-digest"],
            params: format!(
                ";created={};keyid=\"{key_id}\";alg=\"rsa-v1_5-sha256\"",
                federation_tests::mock::now().timestamp()
            ),
        }
    }

    pub(super) fn covering(mut self, covered: &[&'static str]) -> Self {
        self.covered = covered.to_vec();
        self
    }

    pub(super) fn with(mut self, params: String) -> Self {
        self.params = params;
        self
    }

    /// The headers.
    pub(super) fn sign(&self, key: &impl Signer) -> HeaderMap {
        let digest = make_content_digest(&self.body);
        let mut headers = host(&self.url);
        put(&mut headers, "content-digest", &digest);
        let mut base = String::new();
        for name in &self.covered {
            let value = match *name {
                "@method" => self.method.to_string(),
                "@target-uri" => self.url.clone(),
                "@authority" => authority(&self.url),
                "content-digest" => digest.clone(),
                other => panic!("no value for {other}"),
            };
            base.push_str(&format!("\"{name}\": {value}\n"));
        }
        let list: Vec<String> = self.covered.iter().map(|name| format!("\"{name}\"")).collect();
        let params = format!("({}){}", list.join(" "), self.params);
        base.push_str(&format!("\"@signature-params\": {params}"));
        let signature = STANDARD.encode(key.sign(base.as_bytes()).unwrap());
        put(&mut headers, "signature-input", &format!("sig1={params}"));
        put(&mut headers, "signature", &format!("sig1=:{signature}:"));
        headers
    }
}

/// A request by draft-cavage with any times: `params` goes into the header, `lines` are signed after target, host and
/// digest.
pub(super) fn cavage(
    key: &impl Signer,
    key_id: &str,
    url: &str,
    body: &[u8],
    params: &str,
    lines: &[(&str, String)],
) -> HeaderMap {
    let mut headers = host(url);
    let digest = make_digest(body);
    put(&mut headers, "digest", &digest);
    let path = Url::parse(url).unwrap().path().to_owned();
    let mut base = format!(
        "(request-target): post {path}\nhost: {}\ndigest: {digest}",
        authority(url)
    );
    let mut names = "(request-target) host digest".to_owned();
    for (name, value) in lines {
        base.push_str(&format!("\n{name}: {value}"));
        names.push_str(&format!(" {name}"));
        if !name.starts_with('(') {
            put(&mut headers, name, value);
        }
    }
    let signature = STANDARD.encode(key.sign(base.as_bytes()).unwrap());
    put(
        &mut headers,
        "signature",
        &format!("keyId=\"{key_id}\"{params},headers=\"{names}\",signature=\"{signature}\""),
    );
    headers
}

/// A request by draft-cavage whose signature holds, over exactly these of its headers; all of them are there.
pub(super) fn cavage_over(
    key: &impl Signer,
    key_id: &str,
    url: &str,
    body: &[u8],
    names: &[&str],
) -> HeaderMap {
    let date = federation_tests::mock::now()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let mut headers = host(url);
    put(&mut headers, "digest", &make_digest(body));
    put(&mut headers, "date", &date);
    let path = Url::parse(url).unwrap().path().to_owned();
    let lines = names.iter().map(|name| match *name {
        "(request-target)" => format!("(request-target): post {path}"),
        name => format!("{name}: {}", headers[name].to_str().unwrap()),
    });
    let base = lines.collect::<Vec<_>>().join("\n");
    let signature = STANDARD.encode(key.sign(base.as_bytes()).unwrap());
    let line = format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{signature}\"",
        names.join(" ")
    );
    put(&mut headers, "signature", &line);
    headers
}

fn authority(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    url.authority().to_owned()
}

fn host(url: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, "host", &authority(url));
    headers
}

/// Sets a header.
pub(super) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    headers.insert(
        HeaderName::from_bytes(name.as_bytes()).unwrap(),
        HeaderValue::from_str(value).unwrap(),
    );
}
