//! What crosses under a contract, as `docs/federation.md` says it; written without the node's own policy.

use super::fields::Sizes;
use entrenous_model::Contract;
use entrenous_model::contract::{DirectoryScope, GroupScope, PostScope, Terms};
use std::collections::BTreeMap;

/// What was tried, and whether it crossed.
pub(super) type Crossed = BTreeMap<&'static str, bool>;

/// Whoever takes part in what crosses, whichever way, can be known.
fn known(one: &Terms, other: &Terms) -> bool {
    let takes_part =
        |terms: &Terms| terms.posts != PostScope::None || terms.chat || terms.groups != GroupScope::None;
    one.directory == DirectoryScope::All || takes_part(one) || takes_part(other)
}

pub(super) fn expected(contract: &Contract, sizes: Sizes) -> Crossed {
    let (we, they) = (&contract.we_give, &contract.they_give);
    let ours = we.posts != PostScope::None;
    let theirs = they.posts != PostScope::None;
    let (ours_known, theirs_known) = (known(we, they), known(they, we));
    let asks = they.directory != DirectoryScope::None;
    let served_file = ours && sizes.ours <= we.largest_file;
    let taken_file = theirs && sizes.theirs <= they.largest_file;
    let stranger = we.directory == DirectoryScope::All;
    BTreeMap::from([
        ("send: a post for the network", we.posts == PostScope::Network),
        ("send: a post to followers", ours),
        ("send: a post to one person", ours),
        ("send: a file", served_file),
        ("send: a favourite", ours),
        ("send: a follow", theirs),
        ("send: a profile", ours_known),
        ("send: a profile's text", ours_known && we.profile.note),
        ("send: a profile's fields", ours_known && we.profile.fields),
        ("send: a profile's picture", ours_known && we.profile.pictures),
        (
            "receive: a post for the network",
            they.posts == PostScope::Network,
        ),
        ("receive: a post to one person", theirs),
        ("receive: a file", taken_file),
        // Of a post that their node may see.
        ("receive: a favourite", theirs && ours),
        ("receive: a follow", ours),
        ("receive: a profile", theirs_known),
        ("receive: a profile's text", theirs_known && they.profile.note),
        ("receive: a profile's fields", theirs_known && they.profile.fields),
        ("serve: a stranger", stranger),
        ("serve: a stranger's handle", stranger),
        ("serve: a person", ours_known),
        ("serve: a person's handle", ours_known),
        ("serve: a person's text", ours_known && we.profile.note),
        ("serve: a person's fields", ours_known && we.profile.fields),
        ("serve: a person's picture", ours_known && we.profile.pictures),
        ("serve: followers", ours_known),
        ("serve: a post for the network", we.posts == PostScope::Network),
        ("serve: a post to followers", ours),
        ("serve: replies", ours),
        ("serve: an outbox", ours),
        ("serve: a file", served_file),
        ("fetch: a handle", asks),
        ("fetch: a person by handle", asks),
        ("fetch: a person's text", asks && they.profile.note),
        ("fetch: a person's fields", asks && they.profile.fields),
        ("fetch: a person's picture", asks && they.profile.pictures),
        ("fetch: a person by address", asks && theirs_known),
        ("fetch: a post for the network", they.posts == PostScope::Network),
        ("fetch: a post to one person", theirs),
        ("fetch: any post is asked for", theirs),
        // Nothing uses these yet: whatever the contract says of them, nothing comes of it.
        ("documents, chats, calls, groups and introductions", false),
    ])
}
