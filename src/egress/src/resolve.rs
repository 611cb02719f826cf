//! Asking for the addresses of a name.

use std::{future::Future, io, net::IpAddr, pin::Pin};

/// The answer of a [`Resolver`], later.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Gives the addresses of a host name. Asked once per new connection, in the step that checks and connects.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of `host`, in the order to try them.
    fn resolve(&self, host: &str) -> Addresses;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
