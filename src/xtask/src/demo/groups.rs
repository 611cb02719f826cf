//! The groups of the first two sites: an open one, a closed one where somebody asks to be let in, and a secret one to which
//! somebody is invited.

use std::collections::HashMap;

use serde_json::json;

use super::client::Client;
use crate::Outcome;

/// A group, and what is said in it.
pub(crate) struct Group {
    /// `open`, `closed` or `secret`.
    kind: &'static str,
    name: &'static str,
    /// What one mentions it by.
    slug: &'static str,
    note: &'static str,
    rules: &'static str,
    /// The first makes it and owns it, the second moderates.
    members: &'static [&'static str],
    /// Who waits: they ask, or were invited if it is secret.
    waits: (&'static str, &'static str),
    /// Who says what, in the order in which it is said; the first begins a conversation, the others answer it.
    talk: &'static [(&'static str, &'static str)],
}

/// Of the first site.
pub(crate) const RHONE: &[Group] = &[
    Group {
        kind: "open",
        name: "Vélo au boulot",
        slug: "velo",
        note: "Itinéraires, covoiturage à deux roues et pompe à pied : tout le monde est le bienvenu.",
        rules: "",
        members: &["jules", "lucie", "karim", "ines"],
        waits: ("", ""),
        talk: &[
            (
                "jules",
                "La piste du quai est rouverte depuis lundi. Qui vient par là demain ?",
            ),
            ("lucie", "Moi, départ 7 h 20 de Perrache."),
            (
                "ines",
                "Je vous rejoins au pont. Antoine, tu as toujours la pompe ?",
            ),
        ],
    },
    Group {
        kind: "closed",
        name: "Projet Quai 9",
        slug: "quai9",
        note: "Le mât du quai 9 : plans, délais, questions du client.",
        rules: "Les plans restent ici tant que le client ne les a pas signés.",
        members: &["lucie", "antoine", "camille", "karim"],
        waits: ("jules", "Je reprends les mesures de Nadia la semaine prochaine."),
        talk: &[
            (
                "lucie",
                "Plan de la platine, version C : les trous passent à 18 mm.",
            ),
            (
                "antoine",
                "Reçu. Je lance l'usinage jeudi si personne ne dit rien d'ici là.",
            ),
            ("camille", "Le client valide. Allez-y."),
        ],
    },
];

/// Of the second site.
pub(crate) const NORTHWIND: &[Group] = &[
    Group {
        kind: "open",
        name: "Lunch club",
        slug: "lunch",
        note: "Who cooks, who eats, and who brings the chairs.",
        rules: "Say by ten if you come.",
        members: &["grace", "owen", "mei", "tom"],
        waits: ("", ""),
        talk: &[
            ("grace", "Dal on Thursday, enough for twelve."),
            ("mei", "I bring rice."),
            ("owen", "I bring hunger."),
        ],
    },
    Group {
        kind: "secret",
        name: "Thirty years",
        slug: "",
        note: "The party nobody is to hear of yet.",
        rules: "Not a word to Sam.",
        members: &["priya", "grace", "tom"],
        waits: ("mei", ""),
        talk: &[
            (
                "priya",
                "The hall is ours from six. Who knows a band that plays quietly?",
            ),
            ("tom", "My sister's. They only know loud, but I can ask."),
        ],
    },
];

impl Group {
    /// Makes it, with the people of a site by their names.
    pub(crate) fn make(&self, people: &HashMap<&str, &Client>) -> Outcome {
        let client = |name: &str| {
            people
                .get(name)
                .copied()
                .ok_or_else(|| format!("nobody is called {name}"))
        };
        let [owner, others @ ..] = self.members else {
            return Ok(());
        };
        let owner = client(owner)?;
        let said = json!({
            "display_name": self.name, "name": self.slug, "note": self.note, "rules": self.rules, "kind": self.kind,
        });
        let id = owner.make_group(&said)?;
        for name in others {
            let someone = client(name)?;
            let account = owner.find_person(name)?;
            // Who is invited need not be let in.
            owner.group(&id, "invitations", &json!({ "account_ids": [account] }))?;
            someone.join_group(&id, "")?;
            if others.first() == Some(name) {
                owner.promote(&id, &account)?;
            }
        }
        match (self.kind, self.waits) {
            (_, ("", _)) => {}
            ("secret", (name, _)) => {
                let account = owner.find_person(name)?;
                owner.group(&id, "invitations", &json!({ "account_ids": [account] }))?;
            }
            (_, (name, note)) => client(name)?.join_group(&id, note)?,
        }
        let mut begun: Option<String> = None;
        for (name, text) in self.talk {
            let post = json!({ "status": text, "group_id": id, "in_reply_to_id": begun });
            let published = client(name)?.publish(&post)?;
            begun.get_or_insert(published.id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::SITES;
    use super::*;

    #[test]
    fn who_is_named_works_there() {
        for (site, groups) in SITES.iter().zip([RHONE, NORTHWIND]) {
            let works = |name: &&str| site.people.iter().any(|person| person.username == *name);
            for group in groups {
                let (waits, _) = group.waits;
                assert!(group.members.iter().all(works), "{}", group.name);
                assert!(waits.is_empty() || works(&waits), "{}", group.name);
                for (who, _) in group.talk {
                    assert!(group.members.contains(who), "{who} in {}", group.name);
                }
            }
        }
    }
}
