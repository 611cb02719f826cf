//! The digest of a person's followers in one place, which two nodes compare (FEP-8fcf).

use crate::cache::Cache;
use crate::secrets::hex;
use crate::{Ctx, Result};
use aws_lc_rs::digest::{SHA256, digest as sha};
use entrenous_model::AccountId;
use entrenous_store::follower_sets::{self as sets, Place};

/// Followers of one person in one place that are compared. More are not: their list is a document of more than 1 MiB,
/// which no node reads.
pub const MOST_COMPARED: i64 = 10_000;
/// Digests in memory, some hundred bytes each.
const KEPT: u64 = 20_000;

/// SHA-256 of each follower's id, all of them put together by XOR (FEP-8fcf, "Partial follower collection digest").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowerDigest([u8; 32]);

impl FollowerDigest {
    /// Of these followers, none of whom is named twice.
    #[must_use]
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = [0; 32];
        for id in ids {
            let one = sha(&SHA256, id.as_bytes());
            for (byte, with) in all.iter_mut().zip(one.as_ref()) {
                *byte ^= with;
            }
        }
        Self(all)
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut all = [0; 32];
        for (byte, digits) in all.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(all))
    }
}

impl std::fmt::Display for FollowerDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// A digest, `None` if there are too many followers, with the version of the set that it was made of.
type Kept = (i64, Option<FollowerDigest>);

/// Digests in memory. Each is used only for the version that the database has, so none is ever stale.
pub(crate) struct Digests(Cache<(AccountId, Place), Kept>);

impl Default for Digests {
    fn default() -> Self {
        Self(Cache::of_entries(KEPT))
    }
}

/// The digest of the accepted followers of `followee` in that place; `None` if there are more than [`MOST_COMPARED`].
///
/// # Errors
/// Only the store's.
pub async fn digest(ctx: &Ctx, followee: AccountId, place: Place) -> Result<Option<FollowerDigest>> {
    let kept = ctx.caches().digests().0.get(&(followee, place));
    let (version, ids) = ctx
        .store()
        .read(move |conn| {
            // The version first: what changes while the ids are read makes another one.
            let version = sets::version(conn, followee, place)?;
            let ids = match kept {
                Some((of, _)) if of == version => None,
                _ => Some(sets::uris(conn, followee, place, MOST_COMPARED + 1)?),
            };
            Ok((version, ids))
        })
        .await?;
    let Some(ids) = ids else {
        return Ok(kept.and_then(|(_, digest)| digest));
    };
    let few = i64::try_from(ids.len()).is_ok_and(|count| count <= MOST_COMPARED);
    let digest = few.then(|| FollowerDigest::of(ids.iter().map(String::as_str)));
    let digests = ctx.caches().digests();
    digests.0.insert((followee, place), (version, digest));
    Ok(digest)
}

/// ActivityPub ids of those whom [`digest`] is of; `None` if there are too many.
///
/// # Errors
/// Only the store's.
pub async fn compared(ctx: &Ctx, followee: AccountId, place: Place) -> Result<Option<Vec<String>>> {
    let ids = ctx
        .store()
        .read(move |conn| sets::uris(conn, followee, place, MOST_COMPARED + 1))
        .await?;
    let few = i64::try_from(ids.len()).is_ok_and(|count| count <= MOST_COMPARED);
    Ok(few.then_some(ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of FEP-8fcf.
    #[test]
    fn the_example_of_the_proposal() {
        let followers = [
            "https://testing.example.org/users/1",
            "https://testing.example.org/users/2",
        ];
        let digest = FollowerDigest::of(followers);
        let text = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";
        assert_eq!(digest.to_string(), text);
        assert_eq!(FollowerDigest::parse(text), Some(digest));
        assert_eq!(FollowerDigest::parse(&text.to_ascii_uppercase()), Some(digest));
        let [first, second] = followers;
        assert_eq!(FollowerDigest::of([second, first]), digest, "in any order");
        assert_ne!(FollowerDigest::of([first]), digest);
        assert_eq!(FollowerDigest::default().to_string(), "0".repeat(64));
        for bad in [
            "",
            "c3",
            &text.replace('c', "g"),
            &format!("{text}0"),
            &"é".repeat(32),
        ] {
            assert_eq!(FollowerDigest::parse(bad), None, "{bad}");
        }
    }
}
