//! Who is addressed, as it is written.

use activitypub_federation::kinds::public;
use entrenous_model::{Origin, Software, Visibility};

/// `to` and `cc`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressed {
    /// Primary recipients.
    pub to: Vec<String>,
    /// Secondary recipients.
    pub cc: Vec<String>,
}

impl Addressed {
    /// One actor.
    #[must_use]
    pub fn to(uri: impl Into<String>) -> Self {
        Self {
            to: vec![uri.into()],
            cc: Vec::new(),
        }
    }

    /// The audience of a post or boost of this node.
    ///
    /// Other software knows nothing of our network collection, so that it gets `public` and `unlisted` as posts to followers.
    #[must_use]
    pub fn of(
        visibility: Visibility,
        origin: &Origin,
        followers: &str,
        people: &[String],
        software: Software,
    ) -> Self {
        let network = origin.join("/network");
        let followers = followers.to_owned();
        let people: Vec<String> = people
            .iter()
            .filter(|uri| uri.as_str() != public().as_str())
            .cloned()
            .collect();
        let (to, mut cc) = match (visibility, software) {
            // Of a group nothing is sent: whoever asks for it is told of nobody else.
            (Visibility::Direct | Visibility::Group, _) => {
                return Self {
                    to: people,
                    cc: Vec::new(),
                };
            }
            (Visibility::Public, Software::Native) => (vec![network], vec![followers]),
            (Visibility::Unlisted, Software::Native) => (vec![followers], vec![network]),
            (Visibility::Private, _) | (Visibility::Public | Visibility::Unlisted, Software::Other) => {
                (vec![followers], Vec::new())
            }
        };
        cc.extend(people);
        Self { to, cc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_is_never_sent() {
        let origin = Origin::parse("https://a.test").unwrap();
        let public = public().to_string();
        let people = [public.clone(), "https://b.test/people/bo".to_owned()];
        for visibility in [
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::Private,
            Visibility::Direct,
        ] {
            for software in [Software::Native, Software::Other] {
                let all = Addressed::of(
                    visibility,
                    &origin,
                    "https://a.test/people/a/followers",
                    &people,
                    software,
                );
                let ids: Vec<_> = all.to.iter().chain(&all.cc).collect();
                assert!(!ids.contains(&&public), "{visibility:?} {software:?}");
                let network = ids.iter().any(|id| id.as_str() == "https://a.test/network");
                assert_eq!(network, visibility.is_network() && software == Software::Native);
                let followers = ids.iter().any(|id| id.ends_with("/followers"));
                assert_eq!(followers, visibility != Visibility::Direct);
                assert!(ids.iter().any(|id| id.ends_with("/bo")));
            }
        }
    }
}
