//! URLs, hosts and origins, as each part of the node reads them.

use crate::input::lines;
use crate::{Corpus, Target};
use entrenous_egress::Permit;
use entrenous_federation::vocabulary::Id;
use entrenous_wire::Origin;

pub(crate) const TARGET: Target = Target {
    name: "origin",
    about: "URLs, hosts and origins: every reader sees the same node in a text",
    longest: 2_100,
    run,
    seeds,
    words: &[
        "https://",
        "http://",
        "HTTPS:",
        "//",
        "\\",
        "@",
        ":443",
        ":80",
        ":0",
        ":65536",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127.1",
        "0x7f.1",
        "2130706433",
        "xn--",
        "xn--a-",
        "b\u{fc}cher",
        "\u{3002}",
        "%2e",
        ".",
        "..",
        "?",
        "#",
        "\t",
        "\u{ad}",
        "\u{200d}",
        "_",
        "acct:",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = corpus.texts("id");
    seeds.extend(corpus.texts("url"));
    seeds.extend(lines(&[
        "https://peer.test",
        "http://127.0.0.1:8081/actor",
        "http://[::1]:8081/",
        "LYON.example:443",
        "https://b\u{fc}cher.example",
        "https://peer.test\\@evil.test/",
        "https://u:p@peer.test/",
        "https://peer.test:0",
        "https://127.1/",
        "https://peer.test./",
        "https://xn--bcher-kva.example:8443/a?b#c",
    ]));
    seeds
}

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    identifier(text);
    exact(text);
    written(text);
}

/// As in a `keyId`, an id of an actor, an address to fetch.
fn identifier(text: &str) {
    let strict = Origin::of_identifier(text);
    if let Ok(origin) = &strict {
        let printed = origin.to_string();
        assert!(text.starts_with(&printed), "{text:?} is of {printed}");
        assert_eq!(Origin::parse(&printed).as_ref(), Ok(origin));
        assert!(origin.is_authority(&origin.authority()) && printed.ends_with(&origin.authority()));
        assert!(origin.is_authority(&format!("{}:{}", origin.host(), origin.port())));
        assert!(!origin.is_authority(&format!("{}:{}0", origin.host(), origin.port())));
        if let Some(loose) = entrenous_model::Origin::of_text(text) {
            assert_eq!(loose.as_str(), printed, "{text:?}");
            assert!(loose.owns(text));
        }
    }
    if let Ok(id) = Id::parse(text) {
        assert_eq!(id.as_str(), text);
        assert_eq!(
            strict.map(|origin| origin.to_string()).as_deref(),
            Ok(id.origin().as_str())
        );
        assert_eq!(
            Id::parse(id.without_fragment())
                .map(|id| id.origin().clone())
                .as_ref(),
            Ok(id.origin())
        );
    }
}

/// An origin alone: a permit to go there is for that origin.
fn exact(text: &str) {
    let (strict, permit) = (Origin::parse(text), Permit::active_peer(text));
    if let Ok(strict) = &strict {
        assert_eq!(
            permit.as_ref().map(Permit::origin).ok(),
            Some(strict.to_string()),
            "{text:?}"
        );
    }
    if let (Ok(permit), true) = (&permit, text.len() <= 2_048) {
        assert_eq!(
            strict.map(|origin| origin.to_string()),
            Ok(permit.origin()),
            "{text:?}"
        );
    }
}

/// As an administrator writes it, and as it is kept.
fn written(text: &str) {
    let Ok(origin) = entrenous_model::Origin::parse(text) else {
        return;
    };
    assert_eq!(
        entrenous_model::Origin::parse(origin.as_str()).as_ref(),
        Ok(&origin),
        "{text:?}"
    );
    assert!(
        entrenous_model::Origin::parse(origin.authority()).is_ok(),
        "{text:?}"
    );
    assert!(origin.owns(&origin.join("/actor")), "{text:?}");
    assert_eq!(
        format!("{}://{}", origin.scheme(), origin.authority()),
        origin.as_str()
    );
    // What is kept can be signed for, compared and gone to.
    let strict = Origin::parse(origin.as_str()).map(|strict| strict.to_string());
    if origin.as_str().len() <= 2_048 {
        assert_eq!(strict.as_deref(), Ok(origin.as_str()), "{text:?}");
        assert!(Permit::active_peer(origin.as_str()).is_ok());
    }
}
