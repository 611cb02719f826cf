//! OAuth 2 for clients (RFC 6749, 7009, 7636, 8414, 9700), as Mastodon clients use it.

mod apps;
pub(crate) mod authorize;
mod metadata;
pub(crate) mod token;

use crate::ApiState;
pub(crate) use authorize::asking;
use entrenous_door::Routes;

/// All routes of OAuth.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .merge(apps::routes())
        .merge(authorize::routes())
        .merge(token::routes())
        .merge(metadata::routes())
}
