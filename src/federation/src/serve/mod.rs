//! The GET routes: what peers may fetch, and the short list that is open to all.

mod activities;
mod answer;
mod discovery;
mod emojis;
mod files;
mod people;
mod posts;
mod record;
pub(crate) mod webfinger;

pub use answer::{activity_json, gone, not_found};
pub(crate) use record::{answered, seen_by};

use crate::Federation;
use entrenous_door::{Access, Doc, Routes};

/// The routes; [`Federation::routes`] adds the inboxes and the invitation.
pub(crate) fn routes() -> Routes<Federation> {
    let doc = |summary| Doc::new("federation", summary).answers("application/activity+json");
    let open = |summary| Doc::new("federation", summary).answers("application/json");
    Routes::new()
        .get(
            "/actor",
            Access::Open,
            doc("The instance actor"),
            discovery::actor,
        )
        .get(
            "/actor/outbox",
            Access::Peer,
            doc("Its outbox, empty"),
            discovery::outbox,
        )
        .get(
            "/network",
            Access::Peer,
            doc("The collection that public posts are sent to; its members are not told"),
            discovery::network,
        )
        .get(
            "/people/{username}",
            Access::Peer,
            doc("A person"),
            people::person,
        )
        .get(
            "/people/{username}/outbox",
            Access::Peer,
            doc("What this peer may see of a person's posts"),
            people::outbox,
        )
        .get(
            "/people/{username}/followers",
            Access::Peer,
            doc("The peer's own people who follow a person"),
            people::followers,
        )
        .get(
            "/people/{username}/followers_synchronization",
            Access::Peer,
            doc("All of the peer's own people who follow a person, to be compared (FEP-8fcf)"),
            people::followers_synchronization,
        )
        .get(
            "/people/{username}/following",
            Access::Peer,
            doc("The peer's own people whom a person follows"),
            people::following,
        )
        .get(
            "/people/{username}/featured",
            Access::Peer,
            doc("What this peer may see of the posts a person has pinned"),
            people::featured,
        )
        .get("/posts/{id}", Access::Peer, doc("A post"), posts::post)
        .get(
            "/posts/{id}/activity",
            Access::Peer,
            doc("The creation of a post, or a boost"),
            posts::creation,
        )
        .get(
            "/posts/{id}/replies",
            Access::Peer,
            doc("This node's replies to a post"),
            posts::replies,
        )
        .get(
            "/posts/{id}/quotes/{quote}",
            Access::Peer,
            doc("That a post may be quoted by another one"),
            posts::stamp,
        )
        .get(
            "/posts/{id}/files/{file}",
            Access::Peer,
            Doc::new("federation", "A file of a post").answers("application/octet-stream"),
            files::file,
        )
        .get(
            "/posts/{id}/files/{file}/poster",
            Access::Peer,
            Doc::new(
                "federation",
                "The picture that stands before a film or sound of a post",
            )
            .answers("application/octet-stream"),
            files::poster,
        )
        .get(
            "/emojis/{shortcode}",
            Access::Peer,
            doc("A custom emoji"),
            emojis::emoji,
        )
        .get(
            "/emojis/{shortcode}/picture",
            Access::Peer,
            Doc::new("federation", "The picture of a custom emoji").answers("application/octet-stream"),
            emojis::picture,
        )
        .get(
            "/activities/{id}",
            Access::Peer,
            doc("An activity that was sent to this peer"),
            activities::activity,
        )
        .get(
            "/.well-known/webfinger",
            Access::Open,
            open("WebFinger of the instance actor; of people, to peers"),
            webfinger::webfinger,
        )
        .get(
            "/.well-known/nodeinfo",
            Access::Open,
            open("Where NodeInfo is"),
            discovery::nodeinfo_index,
        )
        .get(
            "/nodeinfo/2.0",
            Access::Open,
            open("NodeInfo 2.0, without counts"),
            discovery::nodeinfo_2_0,
        )
        .get(
            "/nodeinfo/2.1",
            Access::Open,
            open("NodeInfo 2.1, without counts"),
            discovery::nodeinfo_2_1,
        )
        .get(
            "/.well-known/host-meta",
            Access::Open,
            Doc::new("federation", "Where WebFinger is").answers("application/xrd+xml"),
            discovery::host_meta,
        )
}
