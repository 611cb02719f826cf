//! What people of the node may know about it as a whole: how many they are, and whom to ask for help.

use crate::{Ctx, Result, accounts};
use entrenous_model::{Account, PeerId};
use entrenous_store::overview as rows;
use std::collections::HashMap;
use std::sync::Arc;

/// Administrators that are named.
const NAMED: i64 = 20;

/// The node as a whole.
#[derive(Debug, Clone)]
pub struct Overview {
    /// People with a login.
    pub people: i64,
    /// Their posts and boosts.
    pub posts: i64,
    /// Administrators and owners, by name, at most 20.
    pub administrators: Vec<Arc<Account>>,
}

/// Looks at the whole node.
///
/// # Errors
/// Only the store's.
pub async fn overview(ctx: &Ctx) -> Result<Overview> {
    let ((people, posts), ids) = ctx
        .store()
        .read(|conn| Ok((rows::own(conn)?, rows::administrators(conn, NAMED)?)))
        .await?;
    Ok(Overview {
        people,
        posts,
        administrators: accounts::get_many(ctx, ids).await?,
    })
}

/// How many people of each peer are known here; peers without any are left out.
///
/// # Errors
/// Only the store's.
pub async fn people_of_peers(ctx: &Ctx) -> Result<HashMap<PeerId, i64>> {
    let counts = ctx.store().read(rows::of_peers).await?;
    Ok(counts.into_iter().collect())
}
