//! The header `Collection-Synchronization` (FEP-8fcf): parameters in the syntax of draft-cavage's `Signature`.

use crate::vocabulary::Id;
use entrenous_domain::follows::FollowerDigest;
use http::HeaderName;

/// Its name.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("collection-synchronization");

/// Longer ones are not read: two URLs of 2,048 bytes and a digest.
const LONGEST: usize = 6 * 1024;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    /// `collectionId`: the followers of whoever sends it.
    pub(super) collection: Id,
    /// `url`: where the part of them that is the receiver's own can be read.
    pub(super) url: Id,
    /// `digest`: of that part.
    pub(super) digest: FollowerDigest,
}

/// The header for these.
pub(super) fn write(collection: &str, url: &str, digest: FollowerDigest) -> String {
    format!("collectionId=\"{collection}\", url=\"{url}\", digest=\"{digest}\"")
}

/// Reads a header. `None` for whatever is not wholly understood: a parameter that is missing, there twice or no canonical
/// id. Unknown parameters are passed over.
pub(super) fn read(text: &str) -> Option<Stated> {
    if text.len() > LONGEST {
        return None;
    }
    let (mut collection, mut url, mut digest) = (None, None, None);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if value.contains('\\') || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let slot = match name {
            "collectionId" => Some(&mut collection),
            "url" => Some(&mut url),
            "digest" => Some(&mut digest),
            _ => None,
        };
        if slot.is_some_and(|slot| slot.replace(value).is_some()) {
            return None;
        }
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start();
        }
    }
    Some(Stated {
        collection: Id::parse(collection?).ok()?,
        url: Id::parse(url?).ok()?,
        digest: FollowerDigest::parse(digest?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";

    #[test]
    fn as_the_proposal_and_as_mastodon_write_it() {
        let (collection, url) = (
            "https://example.org/users/1/followers",
            "https://example.org/users/1/followers_synchronization",
        );
        let ours = write(collection, url, FollowerDigest::parse(DIGEST).unwrap());
        let stated = read(&ours).unwrap();
        assert_eq!(
            (
                stated.collection.as_str(),
                stated.url.as_str(),
                stated.digest.to_string()
            ),
            (collection, url, DIGEST.to_owned())
        );
        let mastodon = format!("collectionId=\"{collection}\", digest=\"{DIGEST}\", url=\"{url}\"");
        assert_eq!(read(&mastodon), Some(stated.clone()));
        let dense =
            format!("url=\"{url}\",later=\"x, y=z\",digest=\"{DIGEST}\",collectionId=\"{collection}\"");
        assert_eq!(read(&dense), Some(stated));
    }

    #[test]
    fn whatever_is_not_wholly_understood_is_nothing() {
        let good = format!(
            "collectionId=\"https://p.test/a/followers\", url=\"https://p.test/a/sync\", digest=\"{DIGEST}\""
        );
        assert!(read(&good).is_some());
        for bad in [
            String::new(),
            "\u{0}".to_owned(),
            "=\"\"".repeat(500),
            good.replace("digest", "digests"),
            good.replace(DIGEST, &DIGEST.to_ascii_uppercase().replace('C', "G")),
            good.replace("https://p.test/a/sync", "javascript:alert(1)"),
            good.replace("https://p.test/a/sync", "https://p.test:443/a/sync"),
            good.replace("https://p.test/a/sync", "https://user@p.test/a/sync"),
            good.replace("\", url", "\"; url"),
            good.replace("a/sync\"", "a/sync\\\""),
            format!("{good}, {good}"),
            format!("{good}, url=\"https://q.test/\""),
            format!("{good}, x"),
            format!("{good}, x=\"{}\"", "y".repeat(LONGEST)),
            good.chars().take(good.len() - 1).collect(),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
