//! What clients ask for and does not exist here yet: the documents say so.

/// The noun of these routes in the documents, wherever they stand: `docs/api/mastodon.md` says so of them.
pub(crate) const NOT_YET: &str = "not built yet";
