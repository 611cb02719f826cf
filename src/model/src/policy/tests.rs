//! Every field of the contract, in each direction, at each gate.

use super::*;
use crate::contract::{AtEnd, Contract};
use crate::{KeyGeneration, Origin, SignatureForm};

const GROUP: &str = "https://a.test/groups/1";

fn peer(contract: Contract, state: PeerState, software: Software) -> Peer {
    let at = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Peer {
        id: PeerId(7),
        origin: Origin::parse("https://b.test").unwrap(),
        name: String::new(),
        state,
        software,
        keys: None,
        shared_inbox: None,
        contract,
        signature_form: SignatureForm::Cavage,
        created_at: at,
        updated_at: at,
        last_seen_at: None,
        failing_since: None,
        failures: 0,
        retry_at: None,
        last_error: None,
        introduced_by: None,
        accepts_introductions: false,
        our_keys: KeyGeneration::FIRST,
        alert: None,
    }
}

/// For each field: terms that give nothing but it, what then crosses, and what crosses the other way because of it. A new
/// field does not compile until it is here.
type Case = (&'static str, Terms, Vec<Matter<'static>>, Vec<Matter<'static>>);

fn single_fields() -> Vec<Case> {
    let Terms {
        directory: _,
        profile: _,
        posts: _,
        groups: _,
        documents: _,
        chat: _,
        calls: _,
        introduces: _,
        largest_file: _,
        rate: _,
        at_end: _,
    } = Terms::NONE;
    let known = Matter::Person(Acquaintance::Known);
    let grouped = Matter::Person(Acquaintance::Group);
    let named = GroupScope::Named([GROUP.to_owned()].into());
    let other = GroupScope::Named(["https://a.test/groups/2".to_owned()].into());
    vec![
        ("nothing", Terms::NONE, vec![], vec![]),
        (
            "directory: shared",
            Terms {
                directory: DirectoryScope::Shared,
                ..Terms::NONE
            },
            vec![grouped],
            vec![],
        ),
        (
            "directory: all",
            Terms {
                directory: DirectoryScope::All,
                ..Terms::NONE
            },
            vec![Matter::Person(Acquaintance::Stranger), grouped, known],
            vec![Matter::Report],
        ),
        (
            "profile",
            Terms {
                profile: ProfileScope::ALL,
                ..Terms::NONE
            },
            vec![],
            vec![],
        ),
        (
            "posts: addressed",
            Terms {
                posts: PostScope::Addressed,
                ..Terms::NONE
            },
            vec![Matter::Posts, Matter::Revision, known],
            vec![Matter::Follow, Matter::Report, known],
        ),
        (
            "posts: network",
            Terms {
                posts: PostScope::Network,
                ..Terms::NONE
            },
            vec![Matter::Posts, Matter::Revision, Matter::Network, known],
            vec![Matter::Follow, Matter::Report, known],
        ),
        (
            "groups: named",
            Terms {
                groups: named,
                ..Terms::NONE
            },
            vec![Matter::Group(GROUP), known],
            vec![Matter::Report, known],
        ),
        (
            "groups: another",
            Terms {
                groups: other,
                ..Terms::NONE
            },
            vec![known],
            vec![Matter::Report, known],
        ),
        (
            "groups: all",
            Terms {
                groups: GroupScope::All,
                ..Terms::NONE
            },
            vec![Matter::Group(GROUP), known],
            vec![Matter::Report, known],
        ),
        (
            "documents",
            Terms {
                documents: true,
                ..Terms::NONE
            },
            vec![Matter::Document],
            vec![],
        ),
        (
            "chat",
            Terms {
                chat: true,
                ..Terms::NONE
            },
            vec![Matter::Chat, known],
            vec![Matter::Report, known],
        ),
        (
            "calls",
            Terms {
                calls: true,
                ..Terms::NONE
            },
            vec![Matter::Call],
            vec![],
        ),
        (
            "introduces",
            Terms {
                introduces: true,
                ..Terms::NONE
            },
            vec![Matter::Introduction],
            vec![],
        ),
        (
            "largest_file",
            Terms {
                largest_file: 1_000,
                ..Terms::NONE
            },
            vec![Matter::File(1_000)],
            vec![],
        ),
        (
            "rate",
            Terms {
                rate: 1,
                ..Terms::NONE
            },
            vec![],
            vec![],
        ),
        (
            "at_end",
            Terms {
                at_end: AtEnd::Hide,
                ..Terms::NONE
            },
            vec![],
            vec![],
        ),
    ]
}

const MATTERS: [Matter<'static>; 17] = [
    Matter::Node,
    Matter::Retraction,
    Matter::Key,
    Matter::Follow,
    Matter::Posts,
    Matter::Revision,
    Matter::Network,
    Matter::Person(Acquaintance::Stranger),
    Matter::Person(Acquaintance::Group),
    Matter::Person(Acquaintance::Known),
    Matter::Group(GROUP),
    Matter::Document,
    Matter::Chat,
    Matter::Call,
    Matter::Introduction,
    Matter::Report,
    Matter::File(1_000),
];

fn at<G: Gate>(peer: &Peer, matter: Matter<'_>) -> bool {
    peer.clear::<G>(matter).is_ok()
}

#[test]
fn each_field_gives_what_it_says_in_its_direction_at_its_gates() {
    let always = [Matter::Node, Matter::Retraction, Matter::Key];
    for (field, terms, given, given_back) in single_fields() {
        let ours = Contract {
            version: 1,
            we_give: terms.clone(),
            they_give: Terms::NONE,
        };
        let theirs = ours.clone().mirrored();
        let ours = peer(ours, PeerState::Active, Software::Native);
        let theirs = peer(theirs, PeerState::Active, Software::Native);
        for matter in MATTERS {
            let expected = always.contains(&matter) || given.contains(&matter);
            let back = always.contains(&matter) || given_back.contains(&matter);
            let what = format!("{field}: {matter:?}");
            assert_eq!(at::<Sending>(&ours, matter), expected, "{what} sent");
            assert_eq!(at::<Serving>(&ours, matter), expected, "{what} served");
            assert_eq!(at::<Receiving>(&ours, matter), back, "{what} received");
            assert_eq!(at::<Fetching>(&ours, matter), back, "{what} fetched");
            assert_eq!(at::<Sending>(&theirs, matter), back, "{what} sent back");
            assert_eq!(at::<Serving>(&theirs, matter), back, "{what} served back");
            assert_eq!(at::<Receiving>(&theirs, matter), expected, "{what} received back");
            assert_eq!(at::<Fetching>(&theirs, matter), expected, "{what} fetched back");
        }
    }
}

#[test]
fn nothing_crosses_unless_the_peer_is_active() {
    for state in [
        PeerState::PendingLocal,
        PeerState::PendingRemote,
        PeerState::Suspended,
        PeerState::Revoked,
    ] {
        let peer = peer(Contract::FULL, state, Software::Native);
        for matter in MATTERS {
            assert_eq!(peer.clear::<Sending>(matter), Err(Barred::State(state)));
            assert!(
                !at::<Serving>(&peer, matter)
                    && !at::<Receiving>(&peer, matter)
                    && !at::<Fetching>(&peer, matter)
            );
        }
    }
}

#[test]
fn what_is_taken_back_or_corrected_waits_for_a_peer_that_is_suspended() {
    for state in [
        PeerState::PendingLocal,
        PeerState::PendingRemote,
        PeerState::Active,
        PeerState::Suspended,
        PeerState::Revoked,
    ] {
        let peer = peer(Contract::FULL, state, Software::Native);
        for matter in MATTERS {
            let waits = [Matter::Node, Matter::Retraction, Matter::Revision].contains(&matter);
            let queued = state == PeerState::Active || (state == PeerState::Suspended && waits);
            assert_eq!(
                peer.clear_to_queue(matter).is_ok(),
                queued,
                "{state:?}: {matter:?}"
            );
        }
    }
}

#[test]
fn other_software_has_no_network() {
    let peer = peer(Contract::FULL, PeerState::Active, Software::Other);
    assert!(at::<Sending>(&peer, Matter::Posts) && !at::<Sending>(&peer, Matter::Network));
    assert!(!peer.clear::<Serving>(Matter::Posts).unwrap().network());
}

#[test]
fn clearances_say_what_crosses() {
    let contract = Contract {
        version: 1,
        we_give: Terms::PARTNER,
        they_give: Terms {
            rate: 5,
            ..Terms::FULL
        },
    };
    let peer = peer(contract, PeerState::Active, Software::Native);
    let sent = peer.clear::<Sending>(Matter::Posts).unwrap();
    assert_eq!((sent.peer(), sent.largest_file()), (PeerId(7), 50 << 20));
    assert!(sent.profile().pictures && !sent.profile().fields && !sent.network());
    assert!(peer.clear::<Receiving>(Matter::Posts).unwrap().network());
    assert_eq!((peer.rate::<Sending>(), peer.rate::<Receiving>()), (6_000, 5));
}
