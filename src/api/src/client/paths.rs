//! The paths that the web client understands, in one place.

/// Paths of the client alone.
pub(super) const ONLY_CLIENT: &[&str] = &[
    "/@{username}/{id}/{part}",
    "/admin",
    "/admin/{section}",
    "/admin/{section}/{id}",
    "/bookmarks",
    "/compose",
    "/conversations",
    "/design",
    "/favourites",
    "/g/{id}",
    "/g/{id}/{section}",
    "/groups",
    "/home",
    "/known",
    "/lists",
    "/lists/{id}",
    "/local",
    "/notifications",
    "/organisations",
    "/people",
    "/scheduled",
    "/search",
    "/settings",
    "/settings/{section}",
    "/signed-in",
    "/tags/{name}",
];

/// Paths that are pages of the node too, for when there is no client.
const ALSO_PAGES: &[&str] = &["/", "/@{username}", "/@{username}/{id}", "/about"];

/// Whether the web client understands a path.
pub(crate) fn is_own(path: &str) -> bool {
    let mut patterns = ONLY_CLIENT.iter().chain(ALSO_PAGES);
    patterns.any(|pattern| fits(pattern, path))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let begin = wanted.split_once('{').map(|(begin, _)| begin);
                let same = match begin {
                    Some(begin) => given.strip_prefix(begin).is_some_and(|rest| !rest.is_empty()),
                    None => wanted == given,
                };
                if !same {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for own in [
            "/",
            "/home",
            "/tags/bora",
            "/@ada",
            "/@sam@127.0.0.2:8302/12/favourited_by",
            "/settings/security",
            "/admin/peers/invite",
            "/admin/peers/network",
            "/g/new",
            "/g/12/members",
            "/groups",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "/home/x",
            "/@",
            "/tags",
            "/tags/",
            "/api/v1/instance",
            "/people/ada",
            "/groups/12",
            "",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
