//! Federation as a context's look-up. The two hold each other, which is nothing to a process that ends; here many begin.

use async_trait::async_trait;
use entrenous_domain::ports::RemoteLookup;
use entrenous_domain::{DomainError, Result};
use entrenous_federation::Federation;
use entrenous_model::{AccountId, PostId};
use std::sync::{Mutex, PoisonError};

pub(super) struct Lookup(Mutex<Option<Federation>>);

impl Lookup {
    pub(super) const fn new(federation: Federation) -> Self {
        Self(Mutex::new(Some(federation)))
    }

    /// Lets go of it.
    pub(super) fn forget(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn get(&self) -> Result<Federation> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
            .ok_or_else(|| DomainError::internal("the process is gone"))
    }
}

#[async_trait]
impl RemoteLookup for Lookup {
    async fn account_by_handle(&self, username: &str, authority: &str) -> Result<Option<AccountId>> {
        self.get()?.account_by_handle(username, authority).await
    }

    async fn account_by_uri(&self, uri: &str) -> Result<Option<AccountId>> {
        self.get()?.account_by_uri(uri).await
    }

    async fn post_by_uri(&self, uri: &str) -> Result<Option<PostId>> {
        self.get()?.post_by_uri(uri).await
    }
}
