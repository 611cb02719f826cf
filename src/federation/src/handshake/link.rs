//! The link that one administrator gives to another.
//!
//! `{origin}/invitations/{id}?fp={fingerprint}#{token}`: the token is in the fragment, which no browser sends, so that
//! looking at the link uses nothing up and no log has it.

use entrenous_domain::{DomainError, Result};
use entrenous_model::{Origin, PeerInviteId};
use entrenous_wire::keys::Fingerprint;
use url::Url;

/// Characters of a token: 256 bits in base64url.
const TOKEN: usize = 43;
/// Longest link that is looked at, in bytes.
const LONGEST: usize = 1_000;

/// A link, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// The inviter.
    pub(super) origin: Origin,
    /// Which invitation.
    pub(super) id: PeerInviteId,
    /// Of the inviter's instance keys.
    pub(super) fingerprint: Fingerprint,
    /// The secret.
    pub(super) token: String,
}

impl Link {
    /// Reads a link as it was pasted.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| DomainError::invalid(format!("this is no invitation link: {what}"));
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        let url = Url::parse(text).map_err(|_| wrong("it is no URL"))?;
        let origin = Origin::of(&url).ok_or_else(|| wrong("it has no host"))?;
        let id = url
            .path()
            .strip_prefix("/invitations/")
            .and_then(|id| id.parse().ok())
            .map(PeerInviteId);
        let id = id
            .filter(|id| id.get() > 0)
            .ok_or_else(|| wrong("it does not name an invitation"))?;
        let fingerprint = url
            .query_pairs()
            .find(|(name, _)| name == "fp")
            .map(|(_, value)| value);
        let fingerprint = fingerprint.and_then(|text| text.parse().ok());
        let fingerprint = fingerprint.ok_or_else(|| wrong("the fingerprint after \"fp=\" is not whole"))?;
        let token = url.fragment().filter(|token| is_token(token));
        let token = token
            .ok_or_else(|| wrong("the part after \"#\" is not whole"))?
            .to_owned();
        Ok(Self {
            origin,
            id,
            fingerprint,
            token,
        })
    }

    /// As it is given away.
    pub(super) fn text(&self) -> String {
        let Self {
            origin,
            id,
            fingerprint,
            token,
        } = self;
        format!("{origin}{}?fp={}#{token}", path(*id), fingerprint.to_compact())
    }
}

impl std::fmt::Debug for Link {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({}{})", self.origin, path(self.id))
    }
}

/// Path of an invitation on its node.
pub(super) fn path(id: PeerInviteId) -> String {
    format!("/invitations/{id}")
}

/// 256 bits in base64url without padding: tokens, nonces and codes.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == TOKEN
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let link = Link {
            origin: Origin::parse("http://127.0.0.1:8301").unwrap(),
            id: PeerInviteId(77),
            fingerprint: Fingerprint::from_bytes([9; 32]),
            token: "a".repeat(43),
        };
        let text = link.text();
        assert_eq!(Link::parse(&format!("  {text}\n")).unwrap(), link);
        assert!(text.starts_with("http://127.0.0.1:8301/invitations/77?fp="));
        assert!(!format!("{link:?}").contains("aaa"));
        let bad = [
            text.replace('#', "?"),
            text.replace("invitations", "invitation"),
            text.replace("77", "-7"),
            text.replace("fp=", "fp=x"),
            text.replace("127.0.0.1:8301", "u@127.0.0.1:8301"),
            format!("{text}a"),
            "hello".to_owned(),
            String::new(),
        ];
        for text in bad {
            assert!(
                matches!(Link::parse(&text), Err(DomainError::Invalid(_))),
                "{text}"
            );
        }
    }
}
