//! What the operator writes: `[[egress.allow]]`.

use std::{net::Ipv4Addr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use serde::Deserialize;

use crate::origin::Origin;

/// How the node reaches out.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Exceptions from the address policy, each for one origin.
    pub allow: Vec<AllowRule>,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// Whether certificates of the system's authorities are trusted, besides those that rules name.
    pub native_roots: bool,
    /// Sizes and times.
    pub limits: Limits,
}

impl EgressConfig {
    /// No exceptions, the system's authorities, the written limits.
    #[must_use]
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            allow: Vec::new(),
            user_agent: user_agent.into(),
            native_roots: true,
            limits: Limits::default(),
        }
    }
}

/// Sizes and times of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a document. 1 MiB.
    pub document_bytes: u64,
    /// Time for a document in all: name, connection, head and body. 10 s.
    pub document_time: Duration,
    /// Time for the connection and the head of a file's answer. 10 s.
    pub file_head_time: Duration,
    /// Time for a file in all, however lively it is. 15 minutes.
    pub file_time: Duration,
    /// Time for one attempt to connect, so that the next address gets its turn. 5 s.
    pub connect_time: Duration,
    /// How long an unused connection is kept. 60 s.
    pub idle_time: Duration,
    /// Most unused connections per origin. 8.
    pub idle_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 1024 * 1024,
            document_time: Duration::from_secs(10),
            file_head_time: Duration::from_secs(10),
            file_time: Duration::from_secs(15 * 60),
            connect_time: Duration::from_secs(5),
            idle_time: Duration::from_secs(60),
            idle_connections: 8,
        }
    }
}

/// One `[[egress.allow]]`: what one origin may do that others may not.
///
/// An `http://` origin allows plain http for it. `addresses` lists the networks outside the public internet
/// that its name may resolve to. `ca` is a PEM file with an authority trusted for this origin alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowRule {
    /// Whom the rule is for.
    pub origin: OriginPattern,
    /// Networks that the origin's name may resolve into.
    #[serde(default)]
    pub addresses: Vec<IpNet>,
    /// PEM file of a private authority.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// An exact origin, or one of the two loopback wildcards for trials on one machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OriginPattern(pub(crate) Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Exact(Origin),
    /// `http://localhost:*`
    LocalhostAnyPort,
    /// `http://127.0.0.*:*`
    LoopbackAnyPort,
}

/// What is wrong with the configuration. The node does not start with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An origin that is neither exact nor one of the two wildcards.
    #[error(
        "egress.allow: \"{0}\" is not an exact origin like \"https://peer.example:8443\"; \
         the only wildcards are \"http://localhost:*\" and \"http://127.0.0.*:*\""
    )]
    Origin(String),
    /// Two rules for one origin.
    #[error("egress.allow: \"{0}\" has more than one rule")]
    Twice(String),
    /// A network so wide that it is a global override.
    #[error("egress.allow: {1} in the rule for \"{0}\" is too wide; write the networks of this origin")]
    TooWide(String, IpNet),
    /// A wildcard rule with addresses outside loopback.
    #[error("egress.allow: \"{0}\" may only list loopback addresses, not {1}")]
    NotLoopback(String, IpNet),
    /// A private authority for an origin that is not `https`.
    #[error("egress.allow: \"{0}\" names a ca, but is not https")]
    CaWithoutTls(String),
    /// A private authority that cannot be read, or holds no certificate.
    #[error("egress.allow: the ca of \"{0}\" cannot be used: {1}")]
    Ca(String, String),
    /// A user agent that cannot be a header.
    #[error("the user agent cannot be sent as a header")]
    UserAgent,
    /// The TLS library refused its own defaults.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl TryFrom<String> for OriginPattern {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        Self::parse(&text)
    }
}

impl OriginPattern {
    /// Parses an exact origin or a loopback wildcard.
    ///
    /// # Errors
    /// [`ConfigError::Origin`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        match text {
            "http://localhost:*" => Ok(Self(Pattern::LocalhostAnyPort)),
            "http://127.0.0.*:*" => Ok(Self(Pattern::LoopbackAnyPort)),
            exact => Origin::parse(exact)
                .filter(|origin| !origin.host.contains('*'))
                .map(|origin| Self(Pattern::Exact(origin)))
                .ok_or_else(|| ConfigError::Origin(text.to_owned())),
        }
    }

    /// As the operator writes it.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.0 {
            Pattern::Exact(origin) => origin.text(),
            Pattern::LocalhostAnyPort => "http://localhost:*".to_owned(),
            Pattern::LoopbackAnyPort => "http://127.0.0.*:*".to_owned(),
        }
    }

    pub(crate) fn matches(&self, origin: &Origin) -> bool {
        match &self.0 {
            Pattern::Exact(exact) => exact == origin,
            Pattern::LocalhostAnyPort => !origin.https && origin.host == "localhost",
            Pattern::LoopbackAnyPort => {
                let address: Option<Ipv4Addr> = origin.host.parse().ok();
                !origin.https && address.is_some_and(|address| address.octets().starts_with(&[127, 0, 0]))
            }
        }
    }
}

impl AllowRule {
    /// Whether the rule is for this origin, written `scheme://host[:port]`.
    #[must_use]
    pub fn covers(&self, origin: &str) -> bool {
        Origin::parse(origin).is_some_and(|origin| self.origin.matches(&origin))
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// [`ConfigError::TooWide`], [`ConfigError::NotLoopback`], [`ConfigError::CaWithoutTls`].
    pub fn validate(&self) -> Result<(), ConfigError> {
        let name = self.origin.text();
        for net in &self.addresses {
            let narrowest = if net.addr().is_ipv4() { 8 } else { 7 };
            if net.prefix_len() < narrowest {
                return Err(ConfigError::TooWide(name, *net));
            }
            let loopback = net.addr().is_loopback() && net.network().is_loopback();
            if !matches!(self.origin.0, Pattern::Exact(_)) && !loopback {
                return Err(ConfigError::NotLoopback(name, *net));
            }
        }
        let https = matches!(&self.origin.0, Pattern::Exact(origin) if origin.https);
        if self.ca.is_some() && !https {
            return Err(ConfigError::CaWithoutTls(name));
        }
        Ok(())
    }
}
