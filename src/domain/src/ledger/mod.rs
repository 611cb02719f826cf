//! The federation ledger: per peer, what crossed and what was refused. Kinds, ids, sizes and reasons, never content.
//!
//! What happens is first written down as it is ([`write`], in the transaction of what it tells of; requests that have none
//! are counted in memory by [`note`]). About a second later [`seal`] gives each row its number in its peer's chain, replaces
//! names of people by keyed hashes, and computes its hash. See `docs/decisions/0013-ledger.md`.

mod chain;
mod hide;
mod notes;
mod read;
mod seal;

pub use chain::{Fault, Finding, line, time};
pub use notes::note;
pub use read::{Checked, Kept, page, rows_after, verify};
pub use seal::seal;
pub(crate) use seal::{END, SEAL, end_message};

use entrenous_model::Crossing;
use entrenous_store::ledger::Waiting;
use entrenous_store::{StoreError, Tx, ledger as rows};

/// Longest kind or reason that is kept, in characters.
const LONGEST_WORD: usize = 60;
/// Longest id that is kept, in characters.
const LONGEST_ID: usize = 2_048;

/// What a context keeps in memory of the ledger.
#[derive(Default)]
pub struct Desk {
    notes: notes::Notes,
    /// Held by the one who seals: a chain has one end.
    sealing: tokio::sync::Mutex<()>,
}

/// Writes down what crossed or was refused, in the transaction of what it tells of.
pub(crate) fn write(tx: &mut Tx, crossings: impl IntoIterator<Item = Crossing>) -> Result<(), StoreError> {
    let at = tx.now();
    let waiting: Vec<Waiting> = crossings
        .into_iter()
        .map(|crossing| Waiting {
            id: tx.next_id(),
            at,
            crossing: bounded(crossing),
        })
        .collect();
    rows::wait(tx, &waiting)
}

/// A peer chooses some of the words.
fn bounded(mut crossing: Crossing) -> Crossing {
    let cut = |text: &mut String, most: usize| {
        if let Some((end, _)) = text.char_indices().nth(most) {
            text.truncate(end);
        }
    };
    cut(&mut crossing.parcel.kind, LONGEST_WORD);
    if let Some(reason) = &mut crossing.refused {
        cut(reason, LONGEST_WORD);
    }
    for id in [&mut crossing.parcel.activity, &mut crossing.parcel.object]
        .into_iter()
        .flatten()
    {
        cut(id, LONGEST_ID);
    }
    crossing
}
