//! Files: uploading them, and opening them by the capability in their URL.

mod describe;
mod open;
mod upload;

use crate::ApiState;
use entrenous_door::Routes;

pub(crate) use upload::focus;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .merge(open::routes())
        .merge(upload::routes())
        .merge(describe::routes())
}
