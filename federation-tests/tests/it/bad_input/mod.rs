//! Bad input at every door: what is sent is wrong, too much or never whole. The answer says so in the right class, what
//! caused it stays in the log, nothing is changed, and everyone else is served meanwhile.

mod attempt;
mod bodies;
mod commands;
mod house;
mod inbox;
mod invitations;
mod odd;
mod probe;
mod routes;
mod slow;
mod start;
mod strangers;
mod walk;

use std::future::Future;

/// Runs many requests, `at_once` at a time.
async fn many<T>(at_once: usize, requests: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    use futures_util::StreamExt as _;
    futures_util::stream::iter(requests)
        .buffer_unordered(at_once)
        .collect()
        .await
}
