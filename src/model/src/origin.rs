//! Origins: what a peer is identified by (RFC 6454, scheme, host and port).

use serde::{Deserialize, Serialize};
use url::Url;

/// An exact web origin in canonical form: `https://lyon.example`, `http://127.0.0.2:8302`.
///
/// Host names are lower-case and punycoded, a default port is left out. Two origins are the same node only if
/// they are equal byte for byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// Why a text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: write it as https://host or http://host:port, without a path")]
pub struct InvalidOrigin;

impl Origin {
    /// The origin of a URL; `None` for schemes other than http and https, URLs with credentials or no host.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return None;
        }
        let host = url.host_str()?;
        let plain = host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte));
        // Nothing listens on port 0: no signature, permit or id can name it.
        if host.is_empty() || host.ends_with('.') || !plain || url.port() == Some(0) {
            return None;
        }
        Some(Self(url.origin().ascii_serialization()))
    }

    /// The origin of the URL in `text`, if it is one.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        Url::parse(text).ok().as_ref().and_then(Self::of)
    }

    /// Parses an origin as an administrator writes it: an origin, or a bare authority, which means https.
    ///
    /// # Errors
    /// [`InvalidOrigin`] if there is a path, a query, credentials or another scheme.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.trim();
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let url = Url::parse(&full).map_err(|_| InvalidOrigin)?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidOrigin);
        }
        Self::of(&url).ok_or(InvalidOrigin)
    }

    /// The whole origin, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port as they stand in a handle or a `Host` header: `lyon.example`, `127.0.0.2:8302`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest)
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once("://").map_or("https", |(scheme, _)| scheme)
    }

    /// The URL of a path on this origin; `path` begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// True if the URL in `text` is on this origin.
    #[must_use]
    pub fn owns(&self, text: &str) -> bool {
        Self::of_text(text).as_ref() == Some(self)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Origin({})", self.0)
    }
}

impl TryFrom<String> for Origin {
    type Error = InvalidOrigin;
    fn try_from(text: String) -> Result<Self, InvalidOrigin> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl std::str::FromStr for Origin {
    type Err = InvalidOrigin;
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_form() {
        assert_eq!(
            Origin::parse("LYON.example:443").unwrap().as_str(),
            "https://lyon.example"
        );
        assert_eq!(
            Origin::parse("http://127.0.0.2:8302/").unwrap().authority(),
            "127.0.0.2:8302"
        );
        assert_eq!(
            Origin::parse("https://bücher.example").unwrap().as_str(),
            "https://xn--bcher-kva.example"
        );
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "https://a/b",
            "ftp://a",
            "https://u:p@a",
            "https://a.?x",
            "https://a./",
            "a b",
            // Found by the fuzz target `origin`: other readers refuse it.
            "https://a:0",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn owns_compares_port_and_scheme() {
        let origin = Origin::parse("http://localhost:1").unwrap();
        assert!(origin.owns("http://localhost:1/people/a#main-key"));
        assert!(!origin.owns("http://localhost:2/"));
        assert!(!origin.owns("https://localhost:1/"));
        assert!(!origin.owns("http://localhost:1@evil.example/"));
    }
}
