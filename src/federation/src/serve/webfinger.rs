//! WebFinger (RFC 7033; FEP-d556 for the instance actor, FEP-2c59 for the names).

use super::answer::{json, not_found, settle};
use super::people::may_know;
use super::record::{asks_for, seen_by};
use crate::render::INSTANCE_NAME;
use crate::{Federation, gate};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::{Result, accounts, peers};
use entrenous_door::ClientAddr;
use entrenous_egress::AllowRule;
use entrenous_model::{Account, Origin, Peer, Software};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::net::IpAddr;
use url::form_urlencoded;

const CONTENT_TYPE: &str = "application/jrd+json";
/// Longest resource that is read.
const LONGEST: usize = 1_024;

pub(super) async fn webfinger(State(federation): State<Federation>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let resource = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "resource");
    let Some(resource) = resource
        .map(|(_, value)| value.into_owned())
        .filter(|text| text.len() <= LONGEST)
    else {
        let body = json!({"error": "the parameter resource is missing or too long"});
        return json(StatusCode::BAD_REQUEST, "application/json; charset=utf-8", &body);
    };
    match Resource::read(federation.ctx().origin(), &resource) {
        Some(Resource::Instance) => answer(&instance(&federation)),
        Some(Resource::Person(username)) => person(&federation, &username, request).await,
        None => not_found(),
    }
}

/// What may be asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Instance,
    Person(String),
}

impl Resource {
    pub(crate) fn read(origin: &Origin, text: &str) -> Option<Self> {
        let authority = origin.authority();
        if let Some(handle) = text.strip_prefix("acct:") {
            let (name, host) = handle.trim_start_matches('@').rsplit_once('@')?;
            if !host.eq_ignore_ascii_case(authority) {
                return None;
            }
            // Mastodon and GoToSocial ask for `host@host`.
            let instance = name == INSTANCE_NAME || name.eq_ignore_ascii_case(authority);
            return Some(if instance {
                Self::Instance
            } else {
                Self::Person(name.to_owned())
            });
        }
        let path = text.strip_prefix(origin.as_str())?;
        match path {
            "" | "/" | "/actor" => Some(Self::Instance),
            _ => {
                let name = path
                    .strip_prefix("/people/")
                    .or_else(|| path.strip_prefix("/@"))?;
                (!name.is_empty() && !name.contains('/')).then(|| Self::Person(name.to_owned()))
            }
        }
    }
}

async fn person(federation: &Federation, username: &str, request: Request) -> Response {
    let extensions = request.extensions().clone();
    let asks = match asker(federation, request).await {
        Ok(asks) => asks,
        Err(refusal) => return refusal,
    };
    let found = async {
        let Some(account) = accounts::webfinger(federation.ctx(), username).await? else {
            return Ok(None);
        };
        // By the address alone several may be meant: nobody in particular.
        if let Asker::Peers(peers) = &asks
            && let [peer] = peers.as_slice()
        {
            asks_for(&extensions, peer.id, &account.uri);
        }
        let known = match asks {
            Asker::Anyone => federation.ctx().node().open_webfinger,
            Asker::Peers(peers) => {
                federation.ctx().node().open_webfinger || any_knows(federation, &peers, &account).await?
            }
        };
        Ok(known.then(|| self_description(federation, &account)))
    };
    settle(
        found
            .await
            .map(|found: Option<Value>| found.map_or_else(not_found, |found| answer(&found))),
    )
}

enum Asker {
    /// Somebody.
    Anyone,
    /// This peer, or (by the address alone) one of these.
    Peers(Vec<std::sync::Arc<Peer>>),
}

/// Who asks: the peer that signed, or the peers of other software that have the address written for them.
async fn asker(federation: &Federation, request: Request) -> std::result::Result<Asker, Response> {
    let (parts, body) = request.into_parts();
    if gate::is_signed(&parts) {
        let request = Request::from_parts(parts, body);
        let what = gate::unproven(federation, &request);
        return match gate::verify(federation, request).await {
            Ok((parts, verified)) if verified.query_signed => {
                seen_by(&parts.extensions, &verified);
                Ok(Asker::Peers(vec![verified.peer]))
            }
            Ok(_) => Ok(Asker::Anyone),
            Err(denied) => {
                let denied = denied.of(what);
                denied
                    .record(federation.ctx(), "GET /.well-known/webfinger")
                    .await;
                Err(denied.answer())
            }
        };
    }
    let Some(ClientAddr(address)) = parts.extensions.get::<ClientAddr>().copied() else {
        return Ok(Asker::Anyone);
    };
    let peers = by_address(federation, address)
        .await
        .map_err(|error| super::answer::failed(&error))?;
    Ok(if peers.is_empty() {
        Asker::Anyone
    } else {
        Asker::Peers(peers)
    })
}

async fn by_address(federation: &Federation, address: IpAddr) -> Result<Vec<std::sync::Arc<Peer>>> {
    let address = address.to_canonical();
    let rules: Vec<&AllowRule> = federation
        .rules()
        .iter()
        .filter(|rule| rule.addresses.iter().any(|net| net.contains(&address)))
        .collect();
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let mut peers = peers::list(federation.ctx()).await?;
    peers.retain(|peer| {
        peer.is_active()
            && peer.software == Software::Other
            && rules.iter().any(|rule| is_for(rule, &peer.origin))
    });
    Ok(peers)
}

/// Whether the rule is written for that origin: exactly, or by one of the two loopback wildcards.
fn is_for(rule: &AllowRule, origin: &Origin) -> bool {
    let host = || {
        origin
            .authority()
            .rsplit_once(':')
            .map_or(origin.authority(), |(host, _)| host)
    };
    match rule.origin.text().as_str() {
        "http://localhost:*" => origin.scheme() == "http" && host() == "localhost",
        "http://127.0.0.*:*" => origin.scheme() == "http" && host().starts_with("127.0.0."),
        exact => exact == origin.as_str(),
    }
}

async fn any_knows(
    federation: &Federation,
    peers: &[std::sync::Arc<Peer>],
    account: &Account,
) -> Result<bool> {
    for peer in peers {
        if may_know(federation, peer, account).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn instance(federation: &Federation) -> Value {
    let (origin, actor) = (federation.ctx().origin(), federation.identity().actor());
    json!({
        "subject": format!("acct:{INSTANCE_NAME}@{}", origin.authority()),
        "aliases": [actor, origin.as_str()],
        "links": [{"rel": "self", "type": "application/activity+json", "href": actor}],
    })
}

fn self_description(federation: &Federation, account: &Account) -> Value {
    json!({
        "subject": format!("acct:{}@{}", account.username, federation.ctx().origin().authority()),
        "aliases": [account.uri, account.url],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": account.uri},
            {
                "rel": "self",
                "type": "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
                "href": account.uri,
            },
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": account.url},
        ],
    })
}

fn answer(document: &Value) -> Response {
    let mut response = document.to_string().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources() {
        let origin = Origin::parse("http://localhost:8301").unwrap();
        let read = |text: &str| Resource::read(&origin, text);
        let ada = Some(Resource::Person("ada".to_owned()));
        for text in [
            "acct:ada@localhost:8301",
            "acct:@ada@LOCALHOST:8301",
            "http://localhost:8301/people/ada",
            "http://localhost:8301/@ada",
        ] {
            assert_eq!(read(text), ada, "{text}");
        }
        for text in [
            "acct:actor@localhost:8301",
            "acct:localhost:8301@localhost:8301",
            "http://localhost:8301/actor",
        ] {
            assert_eq!(read(text), Some(Resource::Instance), "{text}");
        }
        for text in [
            "acct:ada@localhost",
            "acct:ada",
            "ada@localhost:8301",
            "http://localhost:83011/@ada",
            "http://localhost:8301/@",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
