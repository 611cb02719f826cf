//! The targets, one a file.

pub(crate) mod activity;
pub(crate) mod actor;
pub(crate) mod answer;
pub(crate) mod contract;
pub(crate) mod digest;
pub(crate) mod file;
pub(crate) mod headers;
pub(crate) mod html;
pub(crate) mod introduction;
pub(crate) mod invitation;
pub(crate) mod invitation_link;
pub(crate) mod jcs;
pub(crate) mod key;
pub(crate) mod multipart;
pub(crate) mod note;
pub(crate) mod oauth;
pub(crate) mod origin;
pub(crate) mod params;
pub(crate) mod proof;
pub(crate) mod receipt;
pub(crate) mod signature;
pub(crate) mod signed;
pub(crate) mod stream;
pub(crate) mod text;
pub(crate) mod webfinger;

/// Members that readers of documents look at, and values that lead them on.
pub(crate) const VOCABULARY: &[&str] = &[
    "\"id\":\"https://peer.test/1\"",
    "\"type\":\"Create\"",
    "\"type\":\"Update\"",
    "\"type\":\"Delete\"",
    "\"type\":\"Undo\"",
    "\"type\":\"Announce\"",
    "\"type\":\"Accept\"",
    "\"type\":\"Offer\"",
    "\"type\":\"Note\"",
    "\"type\":\"Question\"",
    "\"type\":\"Tombstone\"",
    "\"type\":\"Person\"",
    "\"type\":\"Application\"",
    "\"type\":\"Mention\"",
    "\"type\":\"Hashtag\"",
    "\"type\":\"Document\"",
    "\"type\":\"PropertyValue\"",
    "\"actor\":",
    "\"object\":",
    "\"attributedTo\":",
    "\"inReplyTo\":",
    "\"content\":",
    "\"contentMap\":",
    "\"summary\":",
    "\"name\":",
    "\"tag\":[",
    "\"attachment\":[",
    "\"oneOf\":[",
    "\"anyOf\":[",
    "\"closed\":",
    "\"endTime\":\"2026-11-23T14:08:13Z\"",
    "\"publicKey\":{",
    "\"publicKeyPem\":",
    "\"assertionMethod\":[",
    "\"publicKeyMultibase\":",
    "\"endorsement\":{",
    "\"mediaType\":\"text/plain\"",
    "\"focalPoint\":[0.5,-1]",
    "\"to\":[\"as:Public\"]",
    "\"cc\":",
    "\"url\":",
    "\"href\":",
    "\"icon\":",
    "\"implements\":",
    "\"webfinger\":",
    "\"preferredUsername\":",
    "null",
    "[[",
    "]]",
    "\\u0000",
    "\\ud83d",
    "1e309",
    "-0",
];
