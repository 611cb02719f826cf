//! What became of a connection that was ended, in words and as JSON.

use super::Host;
use super::peers::shown;
use entrenous_domain::peers::{self, Ending, tally_in_words};
use entrenous_model::{AtEnd, OrderState, Peer, PurgeOrder, Software, Tally};
use serde_json::{Value, json};

/// How a revoked peer's connection ended; `None` for one that is not revoked.
pub(super) async fn of(host: &Host, peer: &Peer) -> Result<Option<Ending>, String> {
    let found = peers::endings(&host.ctx, [peer]).await;
    Ok(found.map_err(|error| super::said(&error))?.remove(&peer.id))
}

/// What a receipt says, without what proves it.
fn counted(order: &PurgeOrder) -> Option<(AtEnd, Tally)> {
    let receipt: Value = serde_json::from_str(order.receipt.as_deref()?).ok()?;
    let how = serde_json::from_value(receipt.get("how")?.clone()).ok()?;
    let tally = serde_json::from_value(receipt.get("tally")?.clone()).ok()?;
    Some((how, tally))
}

/// Two lines: what is done here, what is confirmed of there.
pub(super) fn in_words(peer: &Peer, ending: &Ending) -> String {
    let here = match &ending.here {
        None => "hidden".to_owned(),
        Some(here) => {
            let so_far = if here.finished_at.is_some() {
                ""
            } else {
                "so far, "
            };
            format!("{so_far}{}", tally_in_words(here.how, &here.tally))
        }
    };
    let there = match &ending.order {
        Some(order) => match (order.state(), counted(order)) {
            (OrderState::Confirmed, Some((how, tally))) => format!(
                "confirmed {}; {}",
                order.received_at.map_or_else(String::new, shown),
                tally_in_words(how, &tally)
            ),
            (OrderState::Confirmed, None) => "confirmed".to_owned(),
            (OrderState::Unconfirmed, _) => format!(
                "unconfirmed: ordered {}, sent {} times, next try {}, until {}",
                shown(order.ordered_at),
                order.tries,
                order.next_try.map_or_else(String::new, shown),
                shown(order.expires_at)
            ),
            (OrderState::GivenUp, _) => {
                format!("given up: not confirmed since {}", shown(order.ordered_at))
            }
        },
        None if peer.software == Software::Other => {
            "cannot be confirmed: other software takes no order to remove what it has".to_owned()
        }
        None => "nothing was ordered: the other side ended it".to_owned(),
    };
    format!("\n  Here         {here}\n  There        {there}")
}

/// The same for programs.
pub(super) fn as_json(peer: &Peer, ending: &Ending) -> Value {
    let state = match &ending.order {
        Some(order) => order.state().as_str(),
        None if peer.software == Software::Other => "unconfirmable",
        None => "not_ordered",
    };
    let order = ending.order.as_ref();
    json!({
        "state": state,
        "ordered_at": order.map(|order| order.ordered_at),
        "confirmed_at": order.and_then(|order| order.received_at),
        "tries": order.map(|order| order.tries),
        "next_try": order.and_then(|order| order.next_try),
        "receipt": order.and_then(counted).map(|(how, tally)| counts(how, &tally)),
        "here": ending.here.as_ref().map(|here| {
            let mut value = counts(here.how, &here.tally);
            if let Value::Object(map) = &mut value {
                map.insert("finished_at".to_owned(), json!(here.finished_at));
            }
            value
        }),
    })
}

fn counts(how: AtEnd, tally: &Tally) -> Value {
    json!({
        "how": how, "posts": tally.posts, "files": tally.files, "people": tally.people, "follows": tally.follows,
        "notifications": tally.notifications, "favourites": tally.favourites, "votes": tally.votes,
    })
}
