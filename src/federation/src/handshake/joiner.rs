//! The side that has the link: looks at it, accepts it, and asks until it is confirmed.

use super::link::{self, Link};
use super::message::{AcceptKind, Acceptance, Ask, Invite, InviteKind, Standing, Talk, Terms, same};
use super::{Preview, contact};
use crate::Federation;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use entrenous_domain::peers;
use entrenous_domain::{DomainError, Result};
use entrenous_egress::{Permit, Response};
use entrenous_model::{Origin, Peer, PeerId, PeerIdentity, PeerState, Time};
use http::{Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An inviter that was looked at.
struct Seen {
    link: Link,
    permit: Permit,
    key: [u8; 32],
    identity: PeerIdentity,
    terms: Terms,
}

impl Federation {
    /// Looks at an invitation link that an administrator pasted, without using it: contacts the inviter and nobody else,
    /// compares its fingerprint with the link's, and asks for the terms.
    ///
    /// # Errors
    /// `Invalid` for what is no link, `Conflict` for our own or one of an active peer, `Remote` if the inviter does not
    /// answer or refuses, `Forbidden` if its keys are not those of the link.
    pub async fn preview(&self, link: &str) -> Result<Preview> {
        let seen = self.look(link).await?;
        let expires_at = DateTime::from_timestamp(seen.terms.expires, 0);
        Ok(Preview {
            origin: seen.identity.origin,
            name: seen.identity.name,
            purpose: seen.terms.purpose,
            fingerprint: seen.identity.keys.fingerprint,
            contract: seen.terms.contract.mirrored(),
            expires_at: expires_at
                .ok_or_else(|| DomainError::Remote("the invitation has no end".to_owned()))?,
        })
    }

    /// Accepts an invitation link in the name of `actor`. The peer is `PendingRemote` until the other administrator
    /// confirms, or `Active` if they confirmed beforehand.
    ///
    /// # Errors
    /// As [`Federation::preview`].
    pub async fn join(&self, actor: &str, link: &str) -> Result<(PeerId, PeerState)> {
        let seen = self.look(link).await?;
        let (ctx, own) = (self.ctx(), self.identity());
        // What is signed is signed with what is named, whatever changes meanwhile.
        let keys = own.for_stranger();
        let our_keys = keys.generation.unwrap_or_default();
        let fingerprint = own.shown(our_keys).fingerprint;
        let nonce = ctx.random_token();
        let talk = talk(self, &seen.link, &seen.key, &nonce);
        let invitation = seen.link.origin.join(&link::path(seen.link.id));
        let acceptance = Acceptance {
            context: "https://www.w3.org/ns/activitystreams".to_owned(),
            id: format!("{}#accept-{nonce}", own.actor()),
            kind: AcceptKind::Accept,
            actor: own.actor().to_owned(),
            object: Invite {
                id: invitation.clone(),
                kind: InviteKind::Invite,
            },
            fingerprint: fingerprint.to_compact(),
            nonce: nonce.clone(),
            code: talk.accept(fingerprint, &seen.terms.contract),
        };
        let body = serde_json::to_vec(&acceptance).map_err(DomainError::internal)?;
        let response = self
            .contact(
                &seen.permit,
                Method::POST,
                &invitation,
                Bytes::from(body),
                Some((contact::FORM, &*keys)),
            )
            .await;
        let response = response.map_err(|error| contact::no_answer(&seen.link.origin, error))?;
        let standing: Standing = read(&seen.link.origin, &response, ctx.now())?;
        let active = standing.state == PeerState::Active.as_str();
        let contract = seen.terms.contract.mirrored();
        let id = peers::joined(ctx, actor, seen.identity, contract, active, our_keys, invitation).await?;
        Ok((
            id,
            if active {
                PeerState::Active
            } else {
                PeerState::PendingRemote
            },
        ))
    }

    async fn look(&self, text: &str) -> Result<Seen> {
        let link = Link::parse(text)?;
        if &link.origin == self.ctx().origin() {
            return Err(DomainError::Conflict(
                "this link is an invitation by this very node".to_owned(),
            ));
        }
        if peers::active(self.ctx(), &link.origin).await?.is_some() {
            return Err(DomainError::Conflict(format!(
                "{} is connected already",
                link.origin
            )));
        }
        let path = link::path(link.id);
        let preview = format!("{path}/preview");
        let permit = contact::permit(&link.origin, &[&path, &preview])?;
        let identity = self.who_is(&link.origin, &permit).await?;
        if identity.keys.fingerprint.parse() != Ok(link.fingerprint) {
            return Err(DomainError::Forbidden(format!(
                "{} does not have the keys that the link names: do not connect, and ask its administrator",
                link.origin
            )));
        }
        let key = peers::key_of_token(&link.token)?;
        let nonce = self.ctx().random_token();
        let talk = talk(self, &link, &key, &nonce);
        let ask = Ask {
            origin: self.ctx().origin().clone(),
            nonce: nonce.clone(),
            code: talk.ask(),
        };
        let body = serde_json::to_vec(&ask).map_err(DomainError::internal)?;
        let url = link.origin.join(&preview);
        let response = self
            .contact(&permit, Method::POST, &url, Bytes::from(body), None)
            .await;
        let response = response.map_err(|error| contact::no_answer(&link.origin, error))?;
        let mut terms: Terms = read(&link.origin, &response, self.ctx().now())?;
        let code = std::mem::take(&mut terms.code);
        if !same(&talk.terms(&terms), &code) {
            return Err(DomainError::Forbidden(format!(
                "the answer of {} was changed on its way",
                link.origin
            )));
        }
        terms.purpose = terms.purpose.chars().take(500).collect();
        if let Err(why) = terms.contract.check() {
            return Err(DomainError::Remote(format!(
                "{} offers what cannot be agreed to: {why}",
                link.origin
            )));
        }
        Ok(Seen {
            link,
            permit,
            key,
            identity,
            terms,
        })
    }

    /// Asks whether the other administrator has confirmed, and keeps what they say. True if there is nothing more to ask.
    pub(super) async fn ask_state(&self, peer: &Peer, invitation: &str) -> Result<bool> {
        let origin = &peer.origin;
        let path = invitation.strip_prefix(origin.as_str()).unwrap_or_default();
        let path = format!("{path}/state");
        let permit = contact::permit(origin, &[&path])?;
        let response = self
            .contact_peer(peer, &permit, Method::GET, &path, Bytes::new())
            .await?;
        let standing: Standing = read(origin, &response, self.ctx().now())?;
        match PeerState::parse(&standing.state) {
            PeerState::Active => peers::confirmed_by_peer(self.ctx(), peer.id).await?,
            PeerState::Revoked if standing.state == PeerState::Revoked.as_str() => {
                peers::revoke(self.ctx(), "peer", peer.id).await?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn talk<'t>(federation: &'t Federation, link: &'t Link, key: &'t [u8], nonce: &'t str) -> Talk<'t> {
    Talk {
        key,
        id: link.id,
        inviter: &link.origin,
        joiner: federation.ctx().origin(),
        nonce,
    }
}

/// Why an invitation cannot be used, by the answer to who has its link.
fn unusable(body: &[u8], now: Time) -> String {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let since = said.get("since").and_then(Value::as_i64);
    let ago = since
        .and_then(|at| DateTime::from_timestamp(at, 0))
        .map_or_else(String::new, |at| format!(" {} ago", span(now - at)));
    match said.get("error").and_then(Value::as_str) {
        Some("invitation_expired") => format!("the invitation expired{ago}: ask for a new one"),
        Some("invitation_withdrawn") => format!("its administrator withdrew the invitation{ago}"),
        Some("invitation_used") => "another node has used the invitation".to_owned(),
        Some("invitation_for_another") => "the invitation is for another node".to_owned(),
        _ => "it does not know this invitation, or its secret is another: is the whole link here?".to_owned(),
    }
}

/// A span of time in its largest whole unit.
fn span(time: TimeDelta) -> String {
    let (count, unit) = match time.num_minutes().max(0) {
        minutes @ 0..60 => (minutes.max(1), "minute"),
        minutes @ 60..2_880 => (minutes / 60, "hour"),
        minutes => (minutes / 1_440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// How far the two clocks are apart, by the date of an answer; `None` for less than a minute, or without a date.
fn clocks(response: &Response, now: Time) -> Option<String> {
    let date = response.headers.get(header::DATE)?.to_str().ok()?;
    let minutes = (now - DateTime::parse_from_rfc2822(date).ok()?.to_utc()).num_minutes();
    let side = match minutes {
        0 => return None,
        1.. => "ahead of",
        _ => "behind",
    };
    let count = minutes.unsigned_abs();
    Some(format!(
        "this node's clock is {count} min {side} its clock: set the one that is wrong"
    ))
}

/// Reads an answer of the inviter, or puts its refusal into words.
fn read<T: DeserializeOwned>(origin: &Origin, response: &Response, now: Time) -> Result<T> {
    let refused = |text: &str| Err(DomainError::Remote(format!("{origin} refuses: {text}")));
    match response.status {
        StatusCode::OK => {}
        StatusCode::FORBIDDEN => {
            return refused(&unusable(&response.body, now));
        }
        StatusCode::CONFLICT => return refused("it counts this node as connected already"),
        StatusCode::TOO_MANY_REQUESTS => return refused("too many tries; try again in a minute"),
        StatusCode::UNAUTHORIZED => {
            let clocks = clocks(response, now).unwrap_or_else(|| "compare the clocks".to_owned());
            return refused(&format!("it cannot verify this node's signature; {clocks}"));
        }
        StatusCode::BAD_REQUEST if response.body.windows(11).any(|part| part == b"unreachable") => {
            return refused("it cannot reach this node; its administrator may have to allow the address");
        }
        other => return refused(&format!("status {}", other.as_u16())),
    }
    let document = crate::vocabulary::read(&response.body).ok();
    let parsed = document.and_then(|document| serde_json::from_value(document).ok());
    parsed.ok_or_else(|| DomainError::Remote(format!("the answer of {origin} cannot be read")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let said = |off: i64| {
            let date = (now - TimeDelta::minutes(off))
                .format("%a, %d %b %Y %H:%M:%S GMT")
                .to_string();
            let mut headers = HeaderMap::new();
            headers.insert(header::DATE, HeaderValue::from_str(&date).unwrap());
            let response = Response {
                status: StatusCode::UNAUTHORIZED,
                headers,
                body: Bytes::new(),
            };
            let origin = Origin::parse("https://paris.example").unwrap();
            read::<Standing>(&origin, &response, now).unwrap_err().to_string()
        };
        assert!(said(7).contains("7 min ahead of"), "{}", said(7));
        assert!(said(-90).contains("90 min behind"), "{}", said(-90));
        assert!(said(0).contains("compare the clocks"), "{}", said(0));
    }

    #[test]
    fn what_became_of_an_invitation_is_said() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let said = |body: &str| unusable(body.as_bytes(), now);
        let since = |ago: TimeDelta| {
            said(&format!(
                r#"{{"error":"invitation_expired","since":{}}}"#,
                (now - ago).timestamp()
            ))
        };
        assert!(since(TimeDelta::minutes(190)).starts_with("the invitation expired 3 hours ago"));
        assert!(since(TimeDelta::seconds(5)).starts_with("the invitation expired 1 minute ago"));
        assert!(since(TimeDelta::days(3)).starts_with("the invitation expired 3 days ago"));
        assert!(said(r#"{"error":"invitation_used"}"#).contains("another node has used"));
        assert!(said(r#"{"error":"invitation_for_another"}"#).contains("for another node"));
        assert!(said(r#"{"error":"invitation"}"#).contains("does not know this invitation"));
        assert!(said("<html>").contains("does not know this invitation"));
    }
}
