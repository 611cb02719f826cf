//! Commands about other nodes.

use super::contract::{in_words as contract_in_words, open_in_words};
use super::{ACTOR, Answer, Host, ending, said, said_of, table};
use entrenous_domain::deliveries::QueueState;
use entrenous_domain::peers::contracts;
use entrenous_domain::{audit as trail, deliveries as queue, peers};
use entrenous_model::{Origin, Peer, Preset, Time};
use serde_json::{Value, json};

const SEE_PEERS: &str = "`entrenous peer list` shows them";

/// What an invitation offers, as it was written on the command line.
pub(super) struct Offer {
    pub(super) for_authority: Option<String>,
    pub(super) pre_confirm: bool,
    pub(super) purpose: String,
    pub(super) hours: i64,
    pub(super) contract: Preset,
    pub(super) introduce: bool,
}

pub(super) async fn invite(host: &Host, offer: Offer) -> Result<Answer, String> {
    let for_origin = offer
        .for_authority
        .map(|text| origin_of(host, &text))
        .transpose()?;
    let offer = peers::InviteOffer {
        purpose: offer.purpose,
        contract: offer.contract.contract(),
        hours: offer.hours,
        for_origin,
        pre_confirm: offer.pre_confirm,
        introduce: offer.introduce,
    };
    let link = host
        .federation
        .invite_link(ACTOR, offer)
        .await
        .map_err(|error| said(&error))?;
    let note = format!(
        "Send this link to the other administrator by a channel you both trust. Both of you compare this fingerprint, \
         by telephone for instance:\n  {}",
        link.fingerprint
    );
    let json = json!({
        "id": link.id, "link": link.link, "fingerprint": link.fingerprint, "expires_at": link.expires_at,
    });
    Ok(Answer::new(&link.link, &json)?.noting(note))
}

/// The origin that an administrator means. A bare authority is https, unless the configuration allows it plain http.
fn origin_of(host: &Host, text: &str) -> Result<Origin, String> {
    let text = text.trim().trim_end_matches('/');
    let origin = Origin::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
    if text.contains("://") {
        return Ok(origin);
    }
    let plain = Origin::parse(&format!("http://{text}")).map_err(|error| format!("{text:?}: {error}"))?;
    let allowed = host.federation.allows_plain_http(&plain);
    Ok(if allowed { plain } else { origin })
}

pub(super) async fn invitations(host: &Host) -> Result<Answer, String> {
    let now = host.ctx.now();
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for invite in peers::invites(&host.ctx).await.map_err(|error| said(&error))? {
        let state = match (&invite.used_by, invite.revoked_at) {
            (Some(_), _) => "used",
            (None, Some(_)) => "withdrawn",
            (None, None) if invite.expires_at <= now => "expired",
            (None, None) => "open",
        };
        let whom = invite.used_by.as_ref().or(invite.for_origin.as_ref());
        let whom = whom.map_or_else(|| "any node".to_owned(), |origin| origin.authority().to_owned());
        rows.push(vec![
            invite.id.to_string(),
            state.to_owned(),
            whom.clone(),
            shown(invite.expires_at),
            invite.purpose.clone(),
        ]);
        json.push(json!({
            "id": invite.id, "state": state, "for": invite.for_origin, "used_by": invite.used_by,
            "purpose": invite.purpose, "expires_at": invite.expires_at, "pre_confirmed": invite.pre_confirmed,
        }));
    }
    Answer::new(&table(&["ID", "STATE", "NODE", "UNTIL", "PURPOSE"], &rows), &json)
}

pub(super) async fn withdraw(host: &Host, id: &str) -> Result<Answer, String> {
    let hint = "`entrenous peer invitations` shows them";
    let number = id
        .parse()
        .map_err(|_| format!("{id:?} is no invitation number; {hint}"))?;
    peers::revoke_invite(&host.ctx, ACTOR, number)
        .await
        .map_err(|error| said_of(&error, &format!("open invitation {id}"), hint))?;
    Answer::new(
        &format!("invitation {id} is withdrawn."),
        &json!({ "id": id, "state": "withdrawn" }),
    )
}

fn must_serve(host: &Host) -> Result<(), String> {
    if host.serving {
        return Ok(());
    }
    Err(
        "the other node must be able to reach this one: start it first (`entrenous serve`), then join"
            .to_owned(),
    )
}

pub(super) async fn preview(host: &Host, link: &str) -> Result<Answer, String> {
    must_serve(host)?;
    let seen = host
        .federation
        .preview(link)
        .await
        .map_err(|error| said(&error))?;
    let purpose = if seen.purpose.is_empty() {
        "(none given)"
    } else {
        seen.purpose.as_str()
    };
    Answer::new(
        &format!(
            "{} invites this node.\n  Address      {}\n  Fingerprint  {}\n  Purpose      {purpose}\n  Valid until  {}\n{}",
            seen.name,
            seen.origin,
            seen.fingerprint,
            shown(seen.expires_at),
            contract_in_words(&seen.contract, &seen.name)
        ),
        &json!({
            "origin": seen.origin, "name": seen.name, "fingerprint": seen.fingerprint, "purpose": seen.purpose,
            "contract": seen.contract, "expires_at": seen.expires_at,
        }),
    )
}

pub(super) async fn join(host: &Host, link: &str) -> Result<Answer, String> {
    must_serve(host)?;
    let seen = host
        .federation
        .preview(link)
        .await
        .map_err(|error| said(&error))?;
    let (_, state) = host
        .federation
        .join(ACTOR, link)
        .await
        .map_err(|error| said(&error))?;
    let text = match state {
        entrenous_model::PeerState::Active => format!("Connected to {} ({}).", seen.name, seen.origin),
        _ => format!(
            "{} ({}) has our acceptance. Its administrator must confirm:\n  entrenous peer confirm --data-dir … {}\n\
             Tell them our fingerprint: {}",
            seen.name,
            seen.origin,
            host.ctx.origin().authority(),
            host.federation.identity().fingerprint()
        ),
    };
    Answer::new(
        &text,
        &json!({
            "origin": seen.origin, "authority": seen.origin.authority(), "name": seen.name, "state": state,
            "fingerprint": seen.fingerprint, "our_fingerprint": host.federation.identity().fingerprint().to_string(),
        }),
    )
}

pub(super) async fn named(host: &Host, text: &str) -> Result<std::sync::Arc<Peer>, String> {
    peers::named(&host.ctx, text)
        .await
        .map_err(|error| said_of(&error, &format!("peer {text:?}"), SEE_PEERS))
}

pub(super) async fn confirm(host: &Host, authority: &str) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    host.federation
        .confirm(ACTOR, peer.id)
        .await
        .map_err(|error| said(&error))?;
    let fingerprint = fingerprint(&peer);
    Answer::new(
        &format!(
            "{} ({}) is a peer now; fingerprint {fingerprint}.",
            peer.name, peer.origin
        ),
        &json!({ "authority": peer.origin.authority(), "origin": peer.origin, "state": "active", "fingerprint": fingerprint }),
    )
}

pub(super) async fn suspend(host: &Host, authority: &str) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    host.federation
        .suspend(ACTOR, peer.id)
        .await
        .map_err(|error| said(&error))?;
    Answer::new(
        &format!(
            "{} is suspended: nothing crosses until `entrenous peer confirm {authority}`.",
            peer.origin
        ),
        &json!({ "authority": peer.origin.authority(), "origin": peer.origin, "state": "suspended" }),
    )
}

pub(super) async fn revoke(host: &Host, authority: &str) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    host.federation
        .revoke(ACTOR, peer.id)
        .await
        .map_err(|error| said(&error))?;
    let peer = named(host, authority).await?;
    let mut text = format!(
        "{} is revoked: queues are purged, follows have ended.",
        peer.origin
    );
    let mut json = json!({ "authority": peer.origin.authority(), "origin": peer.origin, "state": "revoked" });
    if let Some(ending) = ending::of(host, &peer).await? {
        text.push_str(&ending::in_words(&peer, &ending));
        if let Value::Object(map) = &mut json {
            map.insert("ending".to_owned(), ending::as_json(&peer, &ending));
        }
    }
    if !host.serving && peer.software == entrenous_model::Software::Native {
        text.push_str("\nThe order is sent when the node serves.");
    }
    Answer::new(&text, &json)
}

pub(super) async fn trust(host: &Host, authority: &str, contract: Preset) -> Result<Answer, String> {
    let trusted = host
        .federation
        .trust(ACTOR, authority, contract.contract())
        .await
        .map_err(|error| said(&error))?;
    let mut text = format!(
        "{} ({}) is trusted as other software.",
        trusted.name, trusted.origin
    );
    if let Some(fingerprint) = &trusted.fingerprint {
        text.push_str(&format!(
            "\n  Fingerprint  {fingerprint}\nCompare it with its administrator."
        ));
    }
    if let Some(warning) = &trusted.warning {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    text.push_str(&format!(
        "\n`entrenous peer revoke {authority}` takes the trust back."
    ));
    let json = json!({
        "id": trusted.peer, "authority": trusted.origin.authority(), "origin": trusted.origin, "name": trusted.name,
        "state": "active", "fingerprint": trusted.fingerprint, "warning": trusted.warning,
    });
    Answer::new(&text, &json)
}

pub(super) async fn show(host: &Host, authority: &str) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    let queues = queue::queues(&host.ctx).await.map_err(|error| said(&error))?;
    let state = queues.into_iter().find(|state| state.peer.id == peer.id);
    let mut text = format!(
        "{} ({})\n  State        {}\n  Software     {}\n  Fingerprint  {}\n  Since        {}{}\n  Last seen    {}\n{}",
        peer.name,
        peer.origin,
        peer.state.as_str(),
        software(&peer),
        fingerprint(&peer),
        shown(peer.created_at),
        peer.introduced_by
            .as_ref()
            .map_or_else(String::new, |by| format!(", introduced by {}", by.authority())),
        peer.last_seen_at.map_or_else(|| "never".to_owned(), shown),
        contract_in_words(&peer.contract, &peer.name),
    );
    let open = contracts::open(&host.ctx, peer.id)
        .await
        .map_err(|error| said(&error))?;
    text.push_str(&open_in_words(&open, &peer.name));
    if let Some(alert) = &peer.alert {
        text.push_str(&format!(
            "\n  ALERT        {} shows other keys since {}: {}\n               {}.",
            peer.name,
            shown(alert.since),
            alert.fingerprint,
            peers::KEYS_HAVE_CHANGED
        ));
    }
    let mut json = peer_json(&peer);
    if let Some(ending) = ending::of(host, &peer).await? {
        text.push_str(&ending::in_words(&peer, &ending));
        if let Value::Object(map) = &mut json {
            map.insert("ending".to_owned(), ending::as_json(&peer, &ending));
        }
    }
    if let Some(state) = state {
        text.push_str(&format!("\n  Queue        {}", queue_in_words(&state)));
        if let Value::Object(map) = &mut json {
            map.insert("queue".to_owned(), queue_json(&state));
        }
    }
    Answer::new(&text, &json)
}

pub(super) async fn list(host: &Host) -> Result<Answer, String> {
    let all = peers::list(&host.ctx).await.map_err(|error| said(&error))?;
    if all.is_empty() {
        return Answer::new(
            "No peers yet. `entrenous peer invite` makes a link for another node's administrator.",
            &json!([]),
        );
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|peer| {
            vec![
                peer.origin.authority().to_owned(),
                match peer.alert {
                    Some(_) => format!("{}: its keys have changed", peer.state.as_str()),
                    None => peer.state.as_str().to_owned(),
                },
                software(peer).to_owned(),
                peer.name.clone(),
                peer.last_seen_at.map_or_else(|| "never".to_owned(), shown),
            ]
        })
        .collect();
    let json: Vec<Value> = all.iter().map(|peer| peer_json(peer)).collect();
    Answer::new(
        &table(&["AUTHORITY", "STATE", "SOFTWARE", "NAME", "LAST SEEN"], &rows),
        &json,
    )
}

pub(super) async fn deliveries(host: &Host, authority: Option<String>) -> Result<Answer, String> {
    let only = match authority {
        Some(text) => Some(named(host, &text).await?.id),
        None => None,
    };
    let states = queue::queues(&host.ctx).await.map_err(|error| said(&error))?;
    let states: Vec<QueueState> = states
        .into_iter()
        .filter(|state| only.is_none_or(|id| state.peer.id == id))
        .collect();
    let rows: Vec<Vec<String>> = states
        .iter()
        .map(|state| {
            vec![
                state.peer.origin.authority().to_owned(),
                state.queued.to_string(),
                state.delivered.to_string(),
                state.dropped.to_string(),
                queue_in_words(state),
            ]
        })
        .collect();
    let json: Vec<Value> = states.iter().map(queue_json).collect();
    Answer::new(
        &table(&["AUTHORITY", "WAITING", "SENT 24 H", "GIVEN UP", "STATE"], &rows),
        &json,
    )
}

pub(super) async fn audit(host: &Host, peer: Option<String>, limit: i64) -> Result<Answer, String> {
    let origin = match peer {
        Some(text) => Some(named(host, &text).await?.origin.clone()),
        None => None,
    };
    let lines = trail::list(&host.ctx, origin.as_ref(), None, limit)
        .await
        .map_err(|error| said(&error))?;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                shown(line.at),
                line.actor.clone(),
                line.action.clone(),
                line.reason.clone().unwrap_or_default(),
                line.peer.clone().unwrap_or_default(),
                line.detail.clone(),
            ]
        })
        .collect();
    let json: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "id": line.id, "at": line.at, "actor": line.actor, "action": line.action, "reason": line.reason,
                "peer": line.peer, "detail": line.detail,
            })
        })
        .collect();
    Answer::new(
        &table(&["AT (UTC)", "WHO", "WHAT", "REASON", "PEER", "DETAIL"], &rows),
        &json,
    )
}

pub(super) fn shown(at: Time) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn software(peer: &Peer) -> &'static str {
    match peer.software {
        entrenous_model::Software::Native => "entrenous",
        entrenous_model::Software::Other => "other",
    }
}

fn fingerprint(peer: &Peer) -> String {
    peer.keys
        .as_ref()
        .map_or_else(|| "none pinned".to_owned(), |keys| keys.fingerprint.clone())
}

fn queue_in_words(state: &QueueState) -> String {
    match (&state.peer.failing_since, &state.peer.last_error, state.queued) {
        (Some(since), error, _) => format!(
            "failing since {} ({}); next try {}",
            shown(*since),
            error.as_deref().unwrap_or("no answer"),
            state.peer.retry_at.map_or_else(|| "now".to_owned(), shown)
        ),
        (None, _, 0) => "up to date".to_owned(),
        (None, _, waiting) if state.held > 0 => format!(
            "{waiting} on the way; {} tried and not taken, though others are ({})",
            state.held,
            state.held_error.as_deref().unwrap_or("no reason given")
        ),
        (None, _, waiting) => format!("{waiting} on the way"),
    }
}

fn queue_json(state: &QueueState) -> Value {
    json!({
        "authority": state.peer.origin.authority(), "origin": state.peer.origin, "queued": state.queued,
        "delivered_24h": state.delivered, "dropped": state.dropped, "oldest": state.oldest,
        "circuit": state.circuit.as_str(), "held": state.held, "held_error": state.held_error,
        "failing_since": state.peer.failing_since, "failures": state.peer.failures,
        "retry_at": state.peer.retry_at, "last_error": state.peer.last_error,
    })
}

fn peer_json(peer: &Peer) -> Value {
    json!({
        "id": peer.id, "authority": peer.origin.authority(), "origin": peer.origin, "name": peer.name,
        "state": peer.state, "software": peer.software, "contract": peer.contract,
        "fingerprint": peer.keys.as_ref().map(|keys| keys.fingerprint.as_str()),
        "alert": peer.alert.as_ref().map(|alert| json!({ "fingerprint": alert.fingerprint, "since": alert.since })),
        "created_at": peer.created_at, "last_seen_at": peer.last_seen_at, "failing_since": peer.failing_since,
        "introduced_by": peer.introduced_by, "introductions": if peer.accepts_introductions { "accept" } else { "ask" },
    })
}
