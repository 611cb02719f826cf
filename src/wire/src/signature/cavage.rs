//! Reading draft-cavage-http-signatures-12.

use http::{HeaderMap, HeaderName, Method, header};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Form, Parsed, Refusal,
    base::Component,
    fresh::{Times, parse_date},
    has_body, key_origin,
    parse::{MOST_COMPONENTS, digests, joined, text},
};
use crate::keys::Algorithm;

/// The parameters of the header (section 2.1).
#[derive(Default)]
struct Params<'a> {
    key_id: Option<&'a str>,
    signature: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    created: Option<&'a str>,
    expires: Option<&'a str>,
}

pub(super) fn parse(
    method: &Method,
    target: &str,
    headers: &HeaderMap,
    signature: &str,
) -> Result<Parsed, Refusal> {
    let params = read_params(signature)?;
    let key_id = params.key_id.ok_or(Refusal::Malformed)?;
    let key_origin = key_origin(key_id)?;
    let signature = STANDARD
        .decode(params.signature.ok_or(Refusal::Malformed)?)
        .map_err(|_| Refusal::Malformed)?;
    let rsa_named = match params.algorithm {
        None | Some("hs2019") => false,
        Some("rsa-sha256") => true,
        Some(_) => return Err(Refusal::Algorithm),
    };
    let created = params.created.map(read_time).transpose()?;
    let expires = params.expires.map(read_time).transpose()?;

    let mut covered = Vec::new();
    // Without `headers` only `(created)` is signed (section 2.1.6), which is not enough.
    for name in params.headers.ok_or(Refusal::NotCovered)?.split(' ') {
        let component = match name {
            "(request-target)" => Component::RequestTarget,
            // Section 2.3: not with an algorithm that names RSA.
            "(created)" | "(expires)" if rsa_named => return Err(Refusal::Algorithm),
            "(created)" => Component::Created(created.ok_or(Refusal::Clock)?),
            "(expires)" => Component::Expires(expires.ok_or(Refusal::Clock)?),
            name => field(headers, name)?,
        };
        if covered.len() >= MOST_COMPONENTS {
            return Err(Refusal::Malformed);
        }
        if covered
            .iter()
            .any(|seen: &Component| seen.name() == component.name())
        {
            return Err(Refusal::Ambiguous);
        }
        covered.push(component);
    }

    let covers = |name: &str| covered.iter().any(|component| component.is_field(name));
    if !covered.contains(&Component::RequestTarget) || !covers("host") {
        return Err(Refusal::NotCovered);
    }
    let created = created.filter(|_| covered.iter().any(|c| matches!(c, Component::Created(_))));
    let date = if covers("date") {
        Some(parse_date(text(headers, &header::DATE)?.ok_or(Refusal::Clock)?)?)
    } else {
        None
    };
    if created.is_none() && date.is_none() {
        let stated = headers.contains_key(header::DATE);
        return Err(if stated {
            Refusal::NotCovered
        } else {
            Refusal::Clock
        });
    }
    let digests = digests(headers)?;
    let digest_covered = covers("digest");
    if has_body(method) && !digest_covered {
        return Err(if digests.is_empty() {
            Refusal::Digest
        } else {
            Refusal::NotCovered
        });
    }
    let host = text(headers, &header::HOST)?.map(str::to_owned);
    Ok(Parsed {
        form: Form::Cavage,
        key_id: key_id.to_owned(),
        key_origin,
        method: method.clone(),
        target: target.to_owned(),
        covered,
        algorithm: Some(Algorithm::RsaV15Sha256),
        times: Times {
            created,
            date,
            expires,
        },
        host,
        digests,
        digest_covered,
        params: String::new(),
        signature,
    })
}

/// A covered header. One that is not there cannot have been signed (section 2.3); a digest or date that is
/// missing gets its own reason.
fn field(headers: &HeaderMap, name: &str) -> Result<Component, Refusal> {
    let lower = HeaderName::from_lowercase(name.as_bytes()).map_err(|_| Refusal::Malformed)?;
    let value = joined(headers, &lower)?.ok_or(match name {
        "date" => Refusal::Clock,
        "digest" => Refusal::Digest,
        _ => Refusal::NotCovered,
    })?;
    Ok(Component::Field(name.to_owned(), value))
}

/// Reads `name="value"` or `name=number`, separated by commas. The draft's grammar has no escapes in use:
/// a backslash is refused. Unknown parameters are passed over (section 2.1).
fn read_params(header: &str) -> Result<Params<'_>, Refusal> {
    let mut params = Params::default();
    let mut rest = header;
    loop {
        let (name, after) = rest.split_once('=').ok_or(Refusal::Malformed)?;
        let name = name.trim();
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            quoted.split_once('"').ok_or(Refusal::Malformed)?
        } else {
            let end = after.find(',').unwrap_or(after.len());
            let (value, tail) = after.split_at_checked(end).ok_or(Refusal::Malformed)?;
            if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
                return Err(Refusal::Malformed);
            }
            (value, tail)
        };
        if value.contains('\\') || name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Refusal::Malformed);
        }
        let slot = match name {
            "keyId" => Some(&mut params.key_id),
            "signature" => Some(&mut params.signature),
            "algorithm" => Some(&mut params.algorithm),
            "headers" => Some(&mut params.headers),
            "created" => Some(&mut params.created),
            "expires" => Some(&mut params.expires),
            _ => None,
        };
        if slot.is_some_and(|slot| slot.replace(value).is_some()) {
            return Err(Refusal::Ambiguous);
        }
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(params);
        }
        rest = rest.strip_prefix(',').ok_or(Refusal::Malformed)?.trim_start();
    }
}

/// Seconds of Unix time; a fraction is allowed by the draft and by no one else.
fn read_time(value: &str) -> Result<i64, Refusal> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::Clock);
    }
    value.parse().map_err(|_| Refusal::Clock)
}
