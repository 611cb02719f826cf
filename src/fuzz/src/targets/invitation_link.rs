//! Links of invitations, as they are pasted.

use crate::input::lines;
use crate::{Corpus, Target};
use entrenous_federation::fuzzing::invitation_link;
use entrenous_model::Origin;

pub(crate) const TARGET: Target = Target {
    name: "invitation_link",
    about: "Links of invitations",
    longest: 1_100,
    run,
    seeds,
    words: &[
        "https://",
        "http://",
        "/invitations/",
        "?fp=",
        "#",
        "127.0.0.1",
        "[::1]",
        ":8301",
        "%23",
        "@",
    ],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let (fp, token) = ("a".repeat(51) + "a", "b".repeat(43));
    let groups = ["AAAA"; 13].join("-");
    lines(&[
        &format!("https://lyon.example/invitations/77?fp={fp}#{token}"),
        &format!(" http://127.0.0.1:8301/invitations/9223372036854775807?fp={fp}#{token}\n"),
        &format!("https://[2001:db8::1]:8443/invitations/1?x=1&fp={groups}#{token}"),
        "https://lyon.example/invitations/0",
    ])
}

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some(link) = invitation_link(text) else { return };
    assert_eq!(invitation_link(&link).as_ref(), Some(&link), "{text:?}");
    assert!(text.trim().len() <= 1_000);
    let (address, token) = link.split_once('#').unwrap_or_default();
    assert_eq!(token.len(), 43);
    let origin = address.split("/invitations/").next().unwrap_or_default();
    assert_eq!(
        Origin::parse(origin).map(|origin| origin.to_string()).as_deref(),
        Ok(origin)
    );
    // The origin is the one that every other reader sees in it.
    let url = url::Url::parse(text.trim()).ok();
    assert_eq!(
        url.map(|url| url.origin().ascii_serialization()).as_deref(),
        Some(origin)
    );
}
