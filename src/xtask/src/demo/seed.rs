//! People who know each other: profiles, follows and the conversation of the last minutes, all through the client
//! API of the nodes, as clients would do it.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, Published};
use super::live::{Act, SCRIPT, With, mentions};
use super::nodes::Node;
use super::people::Person;
use super::{groups, pictures, scenes};
use crate::{Outcome, child};

/// What posts are answered with.
const ANSWERS: [&str; 5] = ["👍", "🎉", "❤️", "👀", "🙏"];

/// Longer than a post takes from one node to another, on a busy machine.
const DELIVERY: Duration = Duration::from_secs(30);

/// Someone, with their client in hand.
struct Someone<'a> {
    person: &'static Person,
    node: &'a Node,
    node_index: usize,
    client: Client,
}

impl Someone<'_> {
    /// How their node finds `other`.
    fn handle_of(&self, other: &Someone<'_>) -> String {
        if self.node_index == other.node_index {
            other.person.username.to_owned()
        } else {
            other.handle()
        }
    }

    /// Whether a post on this node can carry that, as the node tells its clients.
    fn can_carry(&self, with: &With) -> Outcome<bool> {
        match with {
            With::Text | With::Quote(_) => Ok(true),
            With::Pictures(pictures) => self
                .client
                .takes("/configuration/statuses/max_media_attachments", pictures.len()),
            With::Poll(options) => self
                .client
                .takes("/configuration/polls/max_options", options.len()),
        }
    }

    /// Adds to a post what it carries beside its text.
    fn carry(&self, with: &With, post: &mut Value) -> Outcome {
        let (key, value) = match with {
            // Named where the labels are known.
            With::Text | With::Quote(_) => return Ok(()),
            With::Pictures(pictures) => {
                let ids: Vec<String> = pictures
                    .iter()
                    .map(|(scene, shows)| {
                        self.client
                            .upload(&scenes::draw(*scene, self.node.site.colour), shows)
                    })
                    .collect::<Outcome<_>>()?;
                ("media_ids", json!(ids))
            }
            With::Poll(options) => ("poll", json!({ "options": options, "expires_in": 3 * 86_400 })),
        };
        if let Some(fields) = post.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
        Ok(())
    }

    /// The handle that means them everywhere.
    fn handle(&self) -> String {
        format!("@{}@{}", self.person.username, self.node.address.authority())
    }
}

/// Everyone on all nodes.
pub(crate) struct Everyone<'a> {
    people: Vec<Someone<'a>>,
}

impl<'a> Everyone<'a> {
    /// Signs everyone in and fills in their profiles.
    pub(crate) fn sign_in(nodes: &'a [Node]) -> Outcome<Self> {
        let mut people = Vec::new();
        for (node_index, node) in nodes.iter().enumerate() {
            for person in node.site.people {
                let client = Client::new(&node.address.authority(), &node.token(person.username)?);
                client.describe(person.name, person.note)?;
                client.picture(&pictures::avatar(person.username, node.site.colour))?;
                people.push(Someone {
                    person,
                    node,
                    node_index,
                    client,
                });
            }
        }
        Ok(Self { people })
    }

    /// Colleagues follow each other, and those who work with the other sites are followed from there. Waits until
    /// everyone has agreed.
    ///
    /// Answers how many follows there are.
    pub(crate) fn follow_each_other(&self) -> Outcome<usize> {
        let mut asked: Vec<(&Someone<'_>, Vec<String>)> = Vec::new();
        for follower in &self.people {
            let mut ids = Vec::new();
            for other in &self.people {
                let colleague = follower.node_index == other.node_index;
                if follower.person.username != other.person.username
                    && (colleague || other.person.known_outside)
                {
                    let id = follower.client.find_person(&follower.handle_of(other))?;
                    follower.client.follow(&id)?;
                    ids.push(id);
                }
            }
            asked.push((follower, ids));
        }
        let mut follows = 0;
        for (follower, ids) in asked {
            let agreed = child::until(DELIVERY, || {
                Ok((follower.client.following(&ids)? == ids.len()).then_some(()))
            })?;
            agreed.ok_or_else(|| {
                let done = follower.client.following(&ids).unwrap_or_default();
                format!(
                    "{}: {done} of {} follows were accepted",
                    follower.handle(),
                    ids.len()
                )
            })?;
            follows += ids.len();
        }
        Ok(follows)
    }

    /// Colleagues like some of each other's posts of the last days. Answers how many.
    pub(crate) fn like_the_last_days(&self) -> Outcome<usize> {
        let mut likes = 0;
        for (index, author) in self.people.iter().enumerate() {
            let own = author.client.find_person(author.person.username)?;
            for (number, (post, _)) in author.client.posts_of(&own)?.iter().enumerate() {
                let colleagues = self.people.iter().enumerate();
                let colleagues = colleagues.filter(|(_, other)| other.node_index == author.node_index);
                for (other_index, other) in colleagues {
                    // An even spread that is the same every time.
                    if other_index != index && (number * 5 + other_index * 3 + index) % 7 == 0 {
                        other.client.act("favourite", post)?;
                        likes += 1;
                        // Some say more than that.
                        if (number + other_index) % 3 == 0 {
                            other
                                .client
                                .react(post, ANSWERS.get(likes % ANSWERS.len()).unwrap_or(&"👍"))?;
                        }
                    }
                }
            }
        }
        Ok(likes)
    }

    /// Plays the conversation. Answers how many posts were written.
    pub(crate) fn talk(&self) -> Outcome<usize> {
        let mut said: HashMap<&str, (usize, Published)> = HashMap::new();
        let mut posts = 0;
        for (number, act) in SCRIPT.iter().enumerate() {
            if act.people().iter().any(|name| self.named(name).is_none()) {
                continue;
            }
            match act {
                Act::Say {
                    who,
                    label,
                    answers,
                    language,
                    text,
                    warning,
                    with,
                } => {
                    let Some(author) = self.named(who) else { continue };
                    if !author.can_carry(with)? {
                        continue;
                    }
                    let mut post = json!({
                        "status": self.with_handles(author, text),
                        "visibility": "public",
                        "language": language,
                        "spoiler_text": warning,
                    });
                    if !answers.is_empty() {
                        let Some(answered) = said.get(answers) else {
                            continue;
                        };
                        let id = see(author, answered)?;
                        if let Some(fields) = post.as_object_mut() {
                            fields.insert("in_reply_to_id".to_owned(), id.into());
                        }
                    }
                    if let With::Quote(label) = with {
                        let Some(quoted) = said.get(label) else { continue };
                        let id = see(author, quoted)?;
                        if let Some(fields) = post.as_object_mut() {
                            fields.insert("quoted_status_id".to_owned(), id.into());
                        }
                    }
                    author.carry(with, &mut post)?;
                    let published = author.client.publish(&post)?;
                    posts += 1;
                    if !label.is_empty() {
                        said.insert(label, (author.node_index, published));
                    }
                }
                Act::Vote { who, label, choice } => {
                    if let (Some(person), Some(post)) = (self.named(who), said.get(label)) {
                        person.client.vote(&see(person, post)?, *choice)?;
                    }
                }
                Act::Do { who, verb, label } => {
                    if let (Some(person), Some(post)) = (self.named(who), said.get(label)) {
                        person.client.act(verb, &see(person, post)?)?;
                    }
                }
                Act::Share { who, author, begins } => {
                    let (Some(person), Some(author)) = (self.named(who), self.named(author)) else {
                        continue;
                    };
                    let id = person.client.find_person(author.person.username)?;
                    let posts = person.client.posts_of(&id)?;
                    let post = posts
                        .iter()
                        .find(|(_, content)| plain(content).starts_with(begins));
                    let (post, _) =
                        post.ok_or_else(|| format!("step {number}: no post begins with `{begins}`"))?;
                    person.client.act("reblog", post)?;
                }
            }
        }
        Ok(posts)
    }

    /// The first of each site keeps a list of those elsewhere whom they follow. Answers how many lists.
    pub(crate) fn make_lists(&self) -> Outcome<usize> {
        let mut lists = 0;
        for site in self
            .people
            .chunk_by(|one, other| one.node_index == other.node_index)
        {
            let Some(owner) = site.first() else { continue };
            let partners = self
                .people
                .iter()
                .filter(|other| other.node_index != owner.node_index && other.person.known_outside);
            let ids = partners
                .map(|other| owner.client.find_person(&owner.handle_of(other)))
                .collect::<Outcome<Vec<_>>>()?;
            owner.client.make_list(owner.node.site.partners, &ids)?;
            lists += 1;
        }
        Ok(lists)
    }

    /// The first of each site, who owns its node, tells everyone there something, and pins a post of their own.
    pub(crate) fn announce(&self) -> Outcome {
        for site in self
            .people
            .chunk_by(|one, other| one.node_index == other.node_index)
        {
            let Some(owner) = site.first() else { continue };
            owner.client.announce(owner.node.site.announcement)?;
            owner.client.pin_one()?;
        }
        Ok(())
    }

    /// The first two sites have groups. Answers how many.
    pub(crate) fn make_groups(&self) -> Outcome<usize> {
        let sites = self
            .people
            .chunk_by(|one, other| one.node_index == other.node_index);
        let mut made = 0;
        for (site, groups) in sites.zip([groups::RHONE, groups::NORTHWIND]) {
            let people: HashMap<&str, &Client> = site
                .iter()
                .map(|one| (one.person.username, &one.client))
                .collect();
            for group in groups {
                group.make(&people)?;
                made += 1;
            }
        }
        Ok(made)
    }

    fn named(&self, name: &str) -> Option<&Someone<'a>> {
        self.people.iter().find(|someone| someone.person.username == name)
    }

    /// `text` with whole handles for the names in braces, short ones for colleagues.
    fn with_handles(&self, author: &Someone<'_>, text: &str) -> String {
        mentions(text).fold(text.to_owned(), |filled, name| match self.named(name) {
            Some(other) if other.node_index == author.node_index => {
                filled.replace(&format!("{{{name}}}"), &format!("@{name}"))
            }
            Some(other) => filled.replace(&format!("{{{name}}}"), &other.handle()),
            None => filled,
        })
    }
}

/// The id of a post on the node of someone it was sent to, once it is there.
fn see(viewer: &Someone<'_>, (node_index, post): &(usize, Published)) -> Outcome<String> {
    if viewer.node_index == *node_index {
        return Ok(post.id.clone());
    }
    let seen = child::until(DELIVERY, || viewer.client.find_post(&post.uri))?;
    seen.ok_or_else(|| format!("{} did not reach {} within 30 seconds", post.uri, viewer.handle()).into())
}

/// A post's content without its markup.
fn plain(content: &str) -> String {
    let mut inside = false;
    let text: String = content
        .chars()
        .filter(|letter| {
            let was_inside = inside;
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                _ => {}
            }
            !was_inside && !inside
        })
        .collect();
    text.replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_off() {
        assert_eq!(plain("<p>Ils ont <b>dit</b> oui&#39;</p>"), "Ils ont dit oui'");
    }
}
