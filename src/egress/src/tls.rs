//! TLS settings: rustls on aws-lc-rs, TLS 1.2 and 1.3.

use std::{path::Path, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};

use crate::ConfigError;

/// The system's authorities; those that cannot be read are left out and counted in the log.
pub(crate) fn native_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        tracing::warn!(
            ignored,
            errors = found.errors.len(),
            "no certificate authority of the system can be used"
        );
    }
    roots
}

/// `roots` and the certificates of a PEM file. Every one of them must be usable.
pub(crate) fn with_authority(mut roots: RootCertStore, path: &Path) -> Result<RootCertStore, String> {
    let mut count = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(|why| why.to_string())? {
        let certificate = certificate.map_err(|why| why.to_string())?;
        roots.add(certificate).map_err(|why| why.to_string())?;
        count += 1;
    }
    if count == 0 {
        Err("no certificate in the file".to_owned())
    } else {
        Ok(roots)
    }
}

pub(crate) fn client_config(roots: RootCertStore) -> Result<Arc<ClientConfig>, ConfigError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| ConfigError::Tls(why.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
