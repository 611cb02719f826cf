//! Where pictures of profiles are served.

use crate::{Ctx, Result, media};
use entrenous_model::MediaId;
use std::collections::HashMap;

/// The capability paths of pictures (see [`media::capability_path`]); those that are gone are left out.
///
/// # Errors
/// The store's and the vault's.
pub async fn paths(ctx: &Ctx, ids: Vec<MediaId>) -> Result<HashMap<MediaId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let epochs = ctx
        .store()
        .read(move |conn| entrenous_store::pictures::epochs(conn, &ids))
        .await?;
    epochs
        .into_iter()
        .map(|(id, epoch)| Ok((id, media::capability_path(ctx, id, epoch)?)))
        .collect()
}
