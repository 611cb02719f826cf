//! Requests signed by senders of every degree of care.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use entrenous_wire::{
    digest::{make_content_digest, make_digest},
    keys::{PublicKey, Signer},
    signature::{Refusal, Verified, Window},
};
use http::{HeaderMap, Method};

use crate::support::{ED25519, RSA, Received, noon};

pub(crate) const HERE: &str = "https://here.test";
pub(crate) const BODY: &[u8] = br#"{"type":"Create"}"#;
pub(crate) const KEY_ID: &str = "https://peer.test/people/ana#main-key";

pub(crate) fn rsa() -> PublicKey {
    RSA.public_key().unwrap()
}

pub(crate) fn ed25519() -> PublicKey {
    ED25519.public_key().unwrap()
}

/// A `POST` to the inbox with all headers, not signed yet.
pub(crate) fn unsigned() -> Received {
    let mut request = Received {
        method: Method::POST,
        target: "/inbox?a=1".to_owned(),
        headers: HeaderMap::new(),
        body: BODY.to_vec(),
    };
    request.set("host", "here.test");
    request.set("date", "Mon, 23 Nov 2026 12:00:00 GMT");
    request.set("digest", &make_digest(BODY));
    request.set("content-digest", &make_content_digest(BODY));
    request.set("content-type", "application/activity+json");
    request
}

/// Signs by draft-cavage whatever `names` lists, as a sender that knows no better would.
pub(crate) fn cavage_with(mut request: Received, names: &str, extra: &str, target: &str) -> Received {
    let value = |name: &str| {
        extra
            .split(name)
            .nth(1)
            .map(|rest| rest.trim_matches(['=', ',', '"']).to_owned())
    };
    let lines: Vec<String> = names
        .split(' ')
        .map(|name| match name {
            "(request-target)" => format!("{name}: {} {target}", request.method.as_str().to_lowercase()),
            "(created)" => format!("{name}: {}", value("created").unwrap_or_default()),
            name if request.headers.contains_key(name) => format!("{name}: {}", request.get(name)),
            name => format!("{name}: "),
        })
        .collect();
    let signature = STANDARD.encode(RSA.sign(lines.join("\n").as_bytes()).unwrap());
    request.set(
        "signature",
        &format!("keyId=\"{KEY_ID}\",{extra}headers=\"{names}\",signature=\"{signature}\""),
    );
    request
}

pub(crate) fn cavage(request: Received, names: &str) -> Received {
    let target = request.target.clone();
    cavage_with(request, names, "algorithm=\"rsa-sha256\",", &target)
}

pub(crate) const CAVAGE: &str = "(request-target) host date digest";

/// Signs by RFC 9421 the given component lines with the given parameters.
pub(crate) fn rfc9421_with(
    mut request: Received,
    key: &impl Signer,
    components: &[&str],
    params: &str,
) -> Received {
    let target = request.target.clone();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut base = String::new();
    for name in components {
        let value = match *name {
            "@method" => request.method.to_string(),
            "@target-uri" => format!("{HERE}{target}"),
            "@authority" => "here.test".to_owned(),
            "@scheme" => "https".to_owned(),
            "@request-target" => target.clone(),
            "@path" => path.to_owned(),
            "@query" => format!("?{query}"),
            name => request
                .headers
                .get(name)
                .map_or(String::new(), |v| v.to_str().unwrap().to_owned()),
        };
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    let list: Vec<String> = components.iter().map(|name| format!("\"{name}\"")).collect();
    let params = format!("({}){params}", list.join(" "));
    base.push_str(&format!("\"@signature-params\": {params}"));
    let signature = STANDARD.encode(key.sign(base.as_bytes()).unwrap());
    request.set("signature-input", &format!("sig1={params}"));
    request.set("signature", &format!("sig1=:{signature}:"));
    request
}

pub(crate) const PARAMS: &str = ";created=1795435200;keyid=\"https://peer.test/people/ana#main-key\"";
pub(crate) const WHOLE: [&str; 3] = ["@method", "@target-uri", "content-digest"];

pub(crate) fn rfc9421(request: Received, components: &[&str], params: &str) -> Received {
    rfc9421_with(request, &*ED25519, components, params)
}

pub(crate) fn check_rsa(request: &Received) -> Result<Verified, Refusal> {
    request.check(&rsa(), HERE, noon(), Window::NATIVE)
}

pub(crate) fn check_ed(request: &Received) -> Result<Verified, Refusal> {
    request.check(&ed25519(), HERE, noon(), Window::NATIVE)
}
