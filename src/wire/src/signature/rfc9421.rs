//! Reading RFC 9421, HTTP Message Signatures.

use http::{HeaderMap, HeaderName, Method, header};
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, ListEntry, Parameters, Parser};

use super::{
    Form, Parsed, Refusal,
    base::Component,
    fresh::{Times, parse_date},
    has_body, key_origin,
    parse::{MOST_COMPONENTS, digests, joined, text},
};
use crate::keys::Algorithm;

pub(super) fn parse(
    method: &Method,
    target: &str,
    headers: &HeaderMap,
    input: &str,
    signature: &str,
) -> Result<Parsed, Refusal> {
    let (label, list) = read_input(input)?;
    let signature = read_signature(signature, &label)?;
    let key_id = string_param(&list.params, "keyid")?.ok_or(Refusal::Malformed)?;
    let key_origin = key_origin(key_id)?;
    let algorithm = match string_param(&list.params, "alg")? {
        None => None,
        Some("ed25519") => Some(Algorithm::Ed25519),
        Some("rsa-v1_5-sha256") => Some(Algorithm::RsaV15Sha256),
        Some(_) => return Err(Refusal::Algorithm),
    };
    let created = time_param(&list.params, "created")?.ok_or(Refusal::Clock)?;
    let expires = time_param(&list.params, "expires")?;

    let covered = read_components(&list, headers)?;
    check_target(&covered, target)?;
    let date = if covered.iter().any(|component| component.is_field("date")) {
        Some(parse_date(text(headers, &header::DATE)?.ok_or(Refusal::Clock)?)?)
    } else {
        None
    };
    let digests = digests(headers)?;
    let digest_covered = covered
        .iter()
        .any(|component| component.is_field("content-digest"));
    if has_body(method) && !digest_covered {
        return Err(if digests.is_empty() {
            Refusal::Digest
        } else {
            Refusal::NotCovered
        });
    }
    Ok(Parsed {
        form: Form::Rfc9421,
        key_id: key_id.to_owned(),
        key_origin,
        method: method.clone(),
        target: target.to_owned(),
        covered,
        algorithm,
        times: Times {
            created: Some(created),
            date,
            expires,
        },
        host: text(headers, &header::HOST)?.map(str::to_owned),
        digests,
        digest_covered,
        params: vec![ListEntry::InnerList(list)]
            .serialize()
            .ok_or(Refusal::Malformed)?,
        signature,
    })
}

/// Reads `Signature-Input`: exactly one label with an inner list.
///
/// A parser of structured fields keeps the last of doubled keys, silently. What it kept is written again and
/// compared with what came, so that nothing of the header went unseen.
fn read_input(input: &str) -> Result<(String, InnerList), Refusal> {
    let dictionary = read_dictionary(input)?;
    let mut members = dictionary.into_iter();
    match (members.next(), members.next()) {
        (Some((label, ListEntry::InnerList(list))), None) => Ok((label.to_string(), list)),
        (Some(_), Some(_)) => Err(Refusal::Ambiguous),
        _ => Err(Refusal::Malformed),
    }
}

fn read_signature(signature: &str, label: &str) -> Result<Vec<u8>, Refusal> {
    let dictionary = read_dictionary(signature)?;
    let mut members = dictionary.into_iter();
    match (members.next(), members.next()) {
        (Some((found, ListEntry::Item(item))), None) if found.as_str() == label && item.params.is_empty() => {
            match item.bare_item {
                BareItem::ByteSequence(bytes) => Ok(bytes),
                _ => Err(Refusal::Malformed),
            }
        }
        (Some(_), Some(_)) => Err(Refusal::Ambiguous),
        _ => Err(Refusal::Malformed),
    }
}

fn read_dictionary(text: &str) -> Result<Dictionary, Refusal> {
    let dictionary: Dictionary = Parser::new(text).parse().map_err(|_| Refusal::Malformed)?;
    let written = dictionary.serialize().ok_or(Refusal::Malformed)?;
    let dense = |text: &str| {
        text.bytes()
            .filter(|b| !b.is_ascii_whitespace())
            .collect::<Vec<u8>>()
    };
    if dense(&written) == dense(text) {
        Ok(dictionary)
    } else {
        Err(Refusal::Ambiguous)
    }
}

fn read_components(list: &InnerList, headers: &HeaderMap) -> Result<Vec<Component>, Refusal> {
    if list.items.len() > MOST_COMPONENTS {
        return Err(Refusal::Malformed);
    }
    let mut covered: Vec<Component> = Vec::with_capacity(list.items.len());
    for item in &list.items {
        // `;req`, `;sf`, `;bs`, `;key`, `;tr`, `;name`: no sender of ActivityPub uses them.
        if !item.params.is_empty() {
            return Err(Refusal::Malformed);
        }
        let name = item.bare_item.as_string().ok_or(Refusal::Malformed)?.as_str();
        let component = match name {
            "@method" => Component::Method,
            "@target-uri" => Component::TargetUri,
            "@authority" => Component::Authority,
            "@scheme" => Component::Scheme,
            "@request-target" => Component::RequestTarget,
            "@path" => Component::Path,
            "@query" => Component::Query,
            name => field(headers, name)?,
        };
        if covered.iter().any(|seen| seen.name() == component.name()) {
            return Err(Refusal::Ambiguous);
        }
        covered.push(component);
    }
    Ok(covered)
}

fn field(headers: &HeaderMap, name: &str) -> Result<Component, Refusal> {
    let lower = HeaderName::from_lowercase(name.as_bytes()).map_err(|_| Refusal::Malformed)?;
    let value = joined(headers, &lower)?.ok_or(match name {
        "date" => Refusal::Clock,
        "content-digest" => Refusal::Digest,
        _ => Refusal::NotCovered,
    })?;
    Ok(Component::Field(name.to_owned(), value))
}

/// The method, and all of the target: `@target-uri`, or `@authority` with `@request-target` or with `@path`
/// and, if the request has a query, `@query`.
fn check_target(covered: &[Component], target: &str) -> Result<(), Refusal> {
    let has = |component: &Component| covered.contains(component);
    let in_parts = has(&Component::Path) && (has(&Component::Query) || !target.contains('?'));
    let whole = has(&Component::TargetUri)
        || has(&Component::Authority) && (has(&Component::RequestTarget) || in_parts);
    if has(&Component::Method) && whole {
        Ok(())
    } else {
        Err(Refusal::NotCovered)
    }
}

fn string_param<'a>(params: &'a Parameters, name: &str) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refusal::Malformed),
    }
}

fn time_param(params: &Parameters, name: &str) -> Result<Option<i64>, Refusal> {
    match params.get(name) {
        None => Ok(None),
        Some(BareItem::Integer(seconds)) => Ok(Some(i64::from(*seconds))),
        Some(_) => Err(Refusal::Clock),
    }
}
