//! The last step: authority, algorithm, signature, digest.

use super::{
    Form, Parsed, Refusal,
    base::{Request, cavage_base, rfc9421_base},
    has_body,
};
use crate::{
    keys::{Algorithm, PublicKey},
    origin::Origin,
};

/// What a verified signature does and does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verified {
    /// False when the sender signed the target without its query (draft-cavage as some software makes it):
    /// then the query is anybody's, and must not select what is done.
    pub query_signed: bool,
}

impl Parsed {
    /// Checks the request against the key that its `keyId` names. `expected` is the node's own origin as
    /// senders see it (behind a proxy: the public one). `body` is the whole body, empty if there is none.
    ///
    /// Call [`Parsed::check_freshness`] first; this does not look at the clock.
    ///
    /// # Errors
    /// In this order: [`Refusal::Authority`], [`Refusal::Algorithm`], [`Refusal::BadSignature`],
    /// [`Refusal::Digest`].
    pub fn verify(&self, key: &PublicKey, expected: &Origin, body: &[u8]) -> Result<Verified, Refusal> {
        match &self.host {
            Some(host) if !expected.is_authority(host) => return Err(Refusal::Authority),
            None if self.form == Form::Cavage => return Err(Refusal::Authority),
            _ => {}
        }
        if self.algorithm.is_some_and(|stated| stated != key.algorithm()) {
            return Err(Refusal::Algorithm);
        }
        let query_signed = match self.form {
            Form::Rfc9421 => self.verify_rfc9421(key, expected)?,
            Form::Cavage => self.verify_cavage(key)?,
        };
        if !self.digest_covered && (has_body(&self.method) || !body.is_empty()) {
            return Err(Refusal::Digest);
        }
        self.digests.verify(body).map_err(|_| Refusal::Digest)?;
        Ok(Verified { query_signed })
    }

    fn verify_rfc9421(&self, key: &PublicKey, expected: &Origin) -> Result<bool, Refusal> {
        let request = Request {
            method: &self.method,
            target: &self.target,
            origin: expected,
        };
        let base = rfc9421_base(&request, &self.covered, &self.params);
        key.verify(base.as_bytes(), &self.signature)
            .map_err(|_| Refusal::BadSignature)?;
        Ok(true)
    }

    /// Whether the query is signed too: tried first with it, then without.
    fn verify_cavage(&self, key: &PublicKey) -> Result<bool, Refusal> {
        if key.algorithm() != Algorithm::RsaV15Sha256 {
            return Err(Refusal::Algorithm);
        }
        let signs = |target: &str| {
            let base = cavage_base(&self.method, target, &self.covered);
            key.verify(base.as_bytes(), &self.signature).is_ok()
        };
        if signs(&self.target) {
            return Ok(true);
        }
        match self.target.split_once('?') {
            Some((path, _)) if signs(path) => Ok(false),
            _ => Err(Refusal::BadSignature),
        }
    }
}
