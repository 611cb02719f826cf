//! Private notes of people about others.

use crate::among::among;
use crate::schema::account_notes;
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, Time};

/// The notes of a person about some of `targets`; those without one are left out.
///
/// # Errors
/// The database's.
pub fn of(
    conn: &mut Conn,
    account: AccountId,
    targets: &[AccountId],
) -> Result<Vec<(AccountId, String)>, StoreError> {
    let targets: Vec<i64> = targets.iter().map(|id| id.get()).collect();
    Ok(account_notes::table
        .filter(account_notes::account_id.eq(account.get()))
        .filter(among(account_notes::target_id, targets))
        .select((account_notes::target_id, account_notes::note))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .map(|(target, note)| (AccountId(target), note))
        .collect())
}

/// Sets the note of a person about another; an empty one removes it.
///
/// # Errors
/// The database's.
pub fn set(
    conn: &mut Conn,
    account: AccountId,
    target: AccountId,
    note: &str,
    now: Time,
) -> Result<(), StoreError> {
    if note.is_empty() {
        diesel::delete(account_notes::table.find((account.get(), target.get()))).execute(conn)?;
        return Ok(());
    }
    let at = to_db(now);
    both!(conn, c => {
        diesel::insert_into(account_notes::table)
            .values((
                account_notes::account_id.eq(account.get()),
                account_notes::target_id.eq(target.get()),
                account_notes::note.eq(note),
                account_notes::updated_at.eq(at),
            ))
            .on_conflict((account_notes::account_id, account_notes::target_id))
            .do_update()
            .set((account_notes::note.eq(note), account_notes::updated_at.eq(at)))
            .execute(c)
    })?;
    Ok(())
}
