//! The exact origin (scheme, host, port) that an identifier or a request speaks for.

use std::fmt;

use url::Url;

/// An exact origin: scheme, host and port, in canonical form.
///
/// The host is lower-case ASCII (IDNA applied), the port is always known; the default port of the scheme is
/// left out when the origin is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// Why a text is not an origin or not an identifier with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https identifier in canonical form")]
pub struct OriginError;

impl Origin {
    /// The origin of an `http` or `https` URL.
    ///
    /// # Errors
    /// Another scheme, no host, or a user name or password in the URL.
    pub fn of_url(url: &Url) -> Result<Self, OriginError> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(OriginError),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError);
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(OriginError)?;
        let port = url
            .port_or_known_default()
            .filter(|port| *port != 0)
            .ok_or(OriginError)?;
        Ok(Self {
            https,
            host: host.to_owned(),
            port,
        })
    }

    /// Parses `scheme://host[:port]`, with nothing after it but an optional `/`.
    ///
    /// # Errors
    /// Anything else, and any spelling that is not the canonical one.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let origin = Self::of_identifier(text)?;
        let written = origin.to_string();
        let rest = text.strip_prefix(&written).ok_or(OriginError)?;
        if rest.is_empty() || rest == "/" {
            Ok(origin)
        } else {
            Err(OriginError)
        }
    }

    /// The origin of an identifier (a `keyId`, an actor id), which must be written canonically.
    ///
    /// The text itself must begin with the origin as this type writes it, followed by `/`, `?`, `#` or the end.
    /// So no reader of the same text can see another host in it: tabs, backslashes, user names, upper case,
    /// default ports and odd spellings of addresses are all refused.
    ///
    /// # Errors
    /// A text that is not such an identifier, or longer than 2,048 bytes.
    pub fn of_identifier(text: &str) -> Result<Self, OriginError> {
        if text.len() > 2048 || !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err(OriginError);
        }
        let origin = Self::of_url(&Url::parse(text).map_err(|_| OriginError)?)?;
        let rest = text.strip_prefix(&origin.to_string()).ok_or(OriginError)?;
        if rest.is_empty() || rest.starts_with(['/', '?', '#']) {
            Ok(origin)
        } else {
            Err(OriginError)
        }
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// The host: a lower-case name, or an address (IPv6 in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also when it is the default one.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host[:port]` without the scheme's default port, as in `Host` and `@authority`.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == self.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether a `Host` header (or `:authority`) names this origin's host and port. Case of the host and the
    /// default port do not matter; nothing else is forgiven.
    #[must_use]
    pub fn is_authority(&self, host_header: &str) -> bool {
        let lower = host_header.to_ascii_lowercase();
        match lower.strip_prefix(&self.host) {
            Some("") => self.port == self.default_port(),
            Some(rest) => rest.strip_prefix(':') == Some(&self.port.to_string()),
            None => false,
        }
    }

    fn default_port(&self) -> u16 {
        if self.https { 443 } else { 80 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_one_reading() {
        for good in [
            "https://peer.test",
            "https://peer.test/",
            "https://peer.test/users/a#main-key",
            "https://peer.test#k",
            "http://127.0.0.1:8081/actor",
            "http://[::1]:8081/actor",
        ] {
            assert!(Origin::of_identifier(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "peer.test",
            "ftp://peer.test/",
            "https://peer.test:443/",
            "https://PEER.test/",
            "https://u@peer.test/",
            "https://peer.test\\@evil.test/",
            "https://pe\ter.test/",
            " https://peer.test/",
            "https://127.1/",
            "https:peer.test/",
            "https:///peer.test/",
            "https://peer.test:0/",
            "HTTPS://peer.test/",
            "acct:a@peer.test",
        ] {
            assert!(Origin::of_identifier(bad).is_err(), "{bad}");
        }
        assert!(Origin::parse("https://peer.test/x").is_err());
        assert_eq!(
            Origin::parse("https://peer.test:8443/").unwrap().to_string(),
            "https://peer.test:8443"
        );
    }

    #[test]
    fn authorities() {
        let secure = Origin::parse("https://peer.test").unwrap();
        assert!(secure.is_authority("peer.test") && secure.is_authority("PEER.test:443"));
        for other in [
            "peer.test:80",
            "peer.test.",
            "peer.test:",
            "peer.tes",
            "a.peer.test",
            "peer.test:0443",
            "",
        ] {
            assert!(!secure.is_authority(other), "{other}");
        }
        let plain = Origin::parse("http://[::1]:8081").unwrap();
        assert!(plain.is_authority("[::1]:8081") && !plain.is_authority("[::1]"));
    }
}
