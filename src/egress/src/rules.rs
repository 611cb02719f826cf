//! The rules, ready for a connection: what an origin may do, and the TLS settings it gets.

use std::{net::IpAddr, sync::Arc};

use rustls::ClientConfig;

use crate::{AllowRule, ConfigError, EgressConfig, EgressError, address::classify, origin::Origin, tls};

/// Everything a connection asks the configuration.
pub(crate) struct Rules {
    rules: Vec<(AllowRule, Option<Arc<ClientConfig>>)>,
    tls: Arc<ClientConfig>,
}

impl Rules {
    pub(crate) fn new(config: &EgressConfig) -> Result<Self, ConfigError> {
        let roots = if config.native_roots {
            tls::native_roots()
        } else {
            rustls::RootCertStore::empty()
        };
        let mut rules: Vec<(AllowRule, Option<Arc<ClientConfig>>)> = Vec::new();
        for rule in &config.allow {
            rule.validate()?;
            if rules.iter().any(|(seen, _)| seen.origin == rule.origin) {
                return Err(ConfigError::Twice(rule.origin.text()));
            }
            let tls = match &rule.ca {
                None => None,
                Some(path) => Some(tls::client_config(
                    tls::with_authority(roots.clone(), path)
                        .map_err(|why| ConfigError::Ca(rule.origin.text(), why))?,
                )?),
            };
            rules.push((rule.clone(), tls));
        }
        Ok(Self {
            rules,
            tls: tls::client_config(roots)?,
        })
    }

    fn of<'a>(
        &'a self,
        origin: &'a Origin,
    ) -> impl Iterator<Item = &'a (AllowRule, Option<Arc<ClientConfig>>)> {
        self.rules.iter().filter(|(rule, _)| rule.origin.matches(origin))
    }

    /// Plain http needs a rule, which for an `http` origin only an `http` pattern can be.
    pub(crate) fn check_scheme(&self, origin: &Origin) -> Result<(), EgressError> {
        if origin.https || self.of(origin).next().is_some() {
            Ok(())
        } else {
            Err(EgressError::PlainHttp)
        }
    }

    pub(crate) fn check_address(&self, origin: &Origin, address: IpAddr) -> Result<(), EgressError> {
        let Some(class) = classify(address) else {
            return Ok(());
        };
        let listed = self
            .of(origin)
            .any(|(rule, _)| rule.addresses.iter().any(|net| net.contains(&address)));
        if listed {
            Ok(())
        } else {
            Err(EgressError::AddressRefused(class))
        }
    }

    pub(crate) fn tls(&self, origin: &Origin) -> Arc<ClientConfig> {
        self.of(origin)
            .find_map(|(_, tls)| tls.clone())
            .unwrap_or_else(|| self.tls.clone())
    }
}
