//! Doors: the one way a route gets into the router.
//!
//! Every route declares who may use it ([`Access`]) and what it is for ([`Doc`]); there is no function that mounts a
//! route without both. A [`Guard`] is put in front of every handler when the list is mounted, so no handler can
//! forget to ask. The list stays readable ([`Routes::list`]): tests walk it, and the OpenAPI document is made of it.
//!
//! ```
//! # use entrenous_door::{Access, Doc, Routes};
//! # #[derive(Clone)] struct State;
//! let routes: Routes<State> = Routes::new()
//!     .get("/api/v1/lists", Access::Person("read:lists"), Doc::new("lists", "My lists"), async || "[]");
//! assert_eq!(routes.list()[0].path, "/api/v1/lists");
//! ```

mod access;
mod doc;
mod openapi;
mod routes;
pub mod serve;

pub use access::{Access, Ambiguous, ClientAddr, Guard, GuardFuture, forwarded};
pub use doc::{Doc, Place, SchemaOf};
pub use openapi::{Info, openapi};
pub use routes::{RouteInfo, Routes, bad_request, method_not_allowed, not_found};
