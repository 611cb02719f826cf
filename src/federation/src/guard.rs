//! The guard of federation's routes.

use crate::{Federation, gate};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use entrenous_door::{Access, Guard, GuardFuture, RouteInfo};
use http::StatusCode;

impl Guard for Federation {
    /// Open routes pass. Peer routes pass with a verified signature: the handler finds [`gate::Verified`] among the
    /// request's extensions. The handshake checks itself. Every other class is refused: federation knows no persons.
    fn check(&self, route: &RouteInfo, request: Request) -> GuardFuture {
        let federation = self.clone();
        match route.access {
            Access::Open | Access::Handshake => Box::pin(async move { Ok(request) }),
            Access::Peer => Box::pin(async move { gate::admit(&federation, request).await }),
            Access::Person(_) | Access::App | Access::Admin(_) | Access::Session | Access::Capability => {
                Box::pin(async move { Err(StatusCode::FORBIDDEN.into_response()) })
            }
        }
    }
}
