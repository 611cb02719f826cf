//! The exact origin a request goes to.

use http::Uri;
use url::Url;

use crate::EgressError;

/// Scheme, host and port in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) https: bool,
    /// Lower-case name, or an address (IPv6 in brackets).
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// Parses `scheme://host[:port]` with nothing after it but an optional `/`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let origin = Self::of_url(&url)?;
        let rest = text.strip_prefix(&origin.text())?;
        (rest.is_empty() || rest == "/").then_some(origin)
    }

    pub(crate) fn of_url(url: &Url) -> Option<Self> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0)?;
        Some(Self { https, host, port })
    }

    /// The origin of a request's URI, which must say the same to every reader: its path and query must already
    /// be as the URL standard writes them, since that is what was signed.
    pub(crate) fn of_uri(uri: &Uri) -> Result<Self, EgressError> {
        let text = uri.to_string();
        let url = Url::parse(&text).map_err(|_| EgressError::InvalidRequest)?;
        let origin = Self::of_url(&url).ok_or(EgressError::InvalidRequest)?;
        let sent = uri.path_and_query().map_or("/", |target| target.as_str());
        let read = &url[url::Position::BeforePath..];
        let authority = uri.authority().map(http::uri::Authority::as_str);
        let named = authority == Some(origin.authority().as_str())
            || authority == Some(&format!("{}:{}", origin.host, origin.port));
        if sent == read && named {
            Ok(origin)
        } else {
            Err(EgressError::InvalidRequest)
        }
    }

    /// `host[:port]` without the default port.
    pub(crate) fn authority(&self) -> String {
        let default = if self.https { 443 } else { 80 };
        if self.port == default {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// `scheme://host[:port]`.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}://{}",
            if self.https { "https" } else { "http" },
            self.authority()
        )
    }

    /// The host for a resolver or a certificate: IPv6 without its brackets.
    pub(crate) fn bare_host(&self) -> &str {
        self.host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_have_one_reading() {
        for good in [
            "https://peer.test/",
            "https://peer.test:8443/a?b=c",
            "http://127.0.0.1:8081/x",
            "http://[::1]/",
        ] {
            assert!(Origin::of_uri(&good.parse().unwrap()).is_ok(), "{good}");
        }
        assert_eq!(
            Origin::of_uri(&"https://peer.test:443/".parse().unwrap())
                .unwrap()
                .text(),
            "https://peer.test"
        );
        for bad in [
            "/inbox",
            "https://user@peer.test/",
            "https://peer.test/a/../b",
            "https://PEER.test/",
            "https://127.1/",
            "https://0x7f000001/",
            "ftp://peer.test/",
        ] {
            assert!(Origin::of_uri(&bad.parse().unwrap()).is_err(), "{bad}");
        }
        for bad in [
            "https://peer.test/x",
            "https://peer.test?",
            "https://Peer.test",
            "peer.test",
            "https://a@peer.test",
        ] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }
}
