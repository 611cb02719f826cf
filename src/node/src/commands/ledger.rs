//! Commands about the federation ledger.

use super::peers::{named, shown};
use super::{Answer, Host, said, table};
use entrenous_domain::ledger::{self, Kept};
use entrenous_domain::secrets::hex;
use entrenous_model::LedgerRow;
use serde_json::{Value, json};

/// Rows of one piece of an export: an answer holds 64 MiB, a row some hundred bytes.
const PIECE: i64 = 5_000;

pub(super) async fn show(host: &Host, authority: &str, limit: i64, refused: bool) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    let rows = ledger::page(&host.ctx, &peer, None, refused.then_some(true), limit)
        .await
        .map_err(|error| said(&error))?;
    let json: Vec<Value> = rows.iter().map(of_row).collect();
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            vec![
                row.seq.to_string(),
                shown(row.at),
                row.direction,
                row.kind,
                row.times.to_string(),
                row.bytes.to_string(),
                row.reason.unwrap_or_else(|| "crossed".to_owned()),
                row.person.unwrap_or_default(),
                row.object.or(row.activity).unwrap_or_default(),
            ]
        })
        .collect();
    let heading = [
        "ROW", "AT (UTC)", "WAY", "WHAT", "TIMES", "BYTES", "OUTCOME", "PERSON", "ABOUT",
    ];
    Answer::new(&table(&heading, &rows), &json)
}

pub(super) async fn verify(host: &Host, authority: &str, head: Option<&str>) -> Result<Answer, String> {
    let kept = head.map(kept).transpose()?;
    let peer = named(host, authority).await?;
    let checked = ledger::verify(&host.ctx, &peer, kept.as_ref())
        .await
        .map_err(|error| said(&error))?;
    if !checked.is_whole() {
        let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        return Err(format!(
            "the ledger of {} is not as it was written:\n  {}",
            peer.origin,
            findings.join("\n  ")
        ));
    }
    let rows = checked.rows;
    let end = checked
        .head
        .map(|head| format!("{}:{}", head.seq, hex(&head.hash)));
    let text = match &end {
        Some(end) => format!(
            "{}: {rows} rows, each as it was written.\n  End  {end}\nKept elsewhere, it shows later that nothing up to \
             here was written anew: --verify --head {end}",
            peer.origin
        ),
        None => format!("{}: nothing has crossed yet.", peer.origin),
    };
    Answer::new(
        &text,
        &json!({ "authority": peer.origin.authority(), "origin": peer.origin, "whole": true, "rows": rows, "head": end }),
    )
}

/// `ROW:HASH` as `verify` prints it.
fn kept(text: &str) -> Result<Kept, String> {
    let wrong = || format!("{text:?} is no end: write it as `--verify` printed it, ROW:HASH");
    let (seq, hash) = text.trim().split_once(':').ok_or_else(wrong)?;
    let seq = seq.parse().map_err(|_| wrong())?;
    if hash.len() != 64 || !hash.is_ascii() {
        return Err(wrong());
    }
    let bytes: Result<Vec<u8>, _> = (0..32)
        .map(|n| u8::from_str_radix(hash.get(2 * n..2 * n + 2).unwrap_or_default(), 16))
        .collect();
    Ok(Kept {
        seq,
        hash: bytes.map_err(|_| wrong())?,
    })
}

/// One piece: `next` is there if there may be more, and what to begin after.
pub(super) async fn export(host: &Host, authority: &str, after: i64) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    let rows = ledger::rows_after(&host.ctx, &peer, after, PIECE)
        .await
        .map_err(|error| said(&error))?;
    let next = rows
        .last()
        .filter(|_| i64::try_from(rows.len()).unwrap_or(0) == PIECE)
        .map(|row| row.seq);
    let lines: Vec<String> = rows.iter().map(|row| of_row(row).to_string()).collect();
    Answer::new(&lines.join("\n"), &json!({ "next": next }))
}

fn of_row(row: &LedgerRow) -> Value {
    json!({
        "seq": row.seq, "at": ledger::time(row.at), "direction": row.direction, "kind": row.kind,
        "activity": row.activity, "object": row.object, "person": row.person, "bytes": row.bytes, "times": row.times,
        "outcome": if row.reason.is_some() { "refused" } else { "crossed" }, "reason": row.reason,
        "prev": hex(&row.prev), "hash": hex(&row.hash),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_as_they_are_printed() {
        let hash = "0a".repeat(32);
        let end = kept(&format!("12:{hash}")).unwrap();
        assert_eq!((end.seq, end.hash), (12, vec![10; 32]));
        for wrong in [
            "12",
            "x:0a",
            &format!("1:{}", "0a".repeat(31)),
            &format!("1:{}zz", "0a".repeat(31)),
        ] {
            assert!(kept(wrong).is_err(), "{wrong}");
        }
    }
}
