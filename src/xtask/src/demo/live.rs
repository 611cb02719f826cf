//! What happens while the nodes are connected: written, answered and liked through the client API, across nodes.
//!
//! `{sam}` in a text is Sam's whole handle, whichever node they are on.

use super::scenes::Scene;

/// One thing someone does.
pub(crate) enum Act {
    /// Writes a post, or an answer to the post called `answers`.
    Say {
        who: &'static str,
        label: &'static str,
        answers: &'static str,
        language: &'static str,
        text: &'static str,
        warning: &'static str,
        with: With,
    },
    /// Answers the poll of the post called `label`, by the number of the option.
    Vote {
        who: &'static str,
        label: &'static str,
        choice: usize,
    },
    /// `favourite`, `reblog` or `bookmark` of the post called `label`.
    Do {
        who: &'static str,
        verb: &'static str,
        label: &'static str,
    },
    /// Boosts a colleague's post of the last days, known by its first words: so it reaches the other nodes.
    Share {
        who: &'static str,
        author: &'static str,
        begins: &'static str,
    },
}

/// What a post carries beside its text.
#[derive(Clone, Copy)]
pub(crate) enum With {
    /// Nothing.
    Text,
    /// Drawn pictures, each with what it shows for those who do not see it.
    Pictures(&'static [(Scene, &'static str)]),
    /// A question, open for three days.
    Poll(&'static [&'static str]),
    /// The post of that label, quoted.
    Quote(&'static str),
}

const fn say(who: &'static str, language: &'static str, label: &'static str, text: &'static str) -> Act {
    Act::Say {
        who,
        label,
        answers: "",
        language,
        text,
        warning: "",
        with: With::Text,
    }
}

const fn answer(
    who: &'static str,
    language: &'static str,
    to: &'static str,
    label: &'static str,
    text: &'static str,
) -> Act {
    Act::Say {
        who,
        label,
        answers: to,
        language,
        text,
        warning: "",
        with: With::Text,
    }
}

const fn warned(
    who: &'static str,
    language: &'static str,
    label: &'static str,
    warning: &'static str,
    text: &'static str,
) -> Act {
    Act::Say {
        who,
        label,
        answers: "",
        language,
        text,
        warning,
        with: With::Text,
    }
}

const fn shows(
    who: &'static str,
    language: &'static str,
    label: &'static str,
    text: &'static str,
    pictures: &'static [(Scene, &'static str)],
) -> Act {
    Act::Say {
        who,
        label,
        answers: "",
        language,
        text,
        warning: "",
        with: With::Pictures(pictures),
    }
}

const fn asks(
    who: &'static str,
    language: &'static str,
    label: &'static str,
    text: &'static str,
    options: &'static [&'static str],
) -> Act {
    Act::Say {
        who,
        label,
        answers: "",
        language,
        text,
        warning: "",
        with: With::Poll(options),
    }
}

const fn quote(
    who: &'static str,
    language: &'static str,
    quoted: &'static str,
    label: &'static str,
    text: &'static str,
) -> Act {
    Act::Say {
        who,
        label,
        answers: "",
        language,
        text,
        warning: "",
        with: With::Quote(quoted),
    }
}

const fn vote(who: &'static str, label: &'static str, choice: usize) -> Act {
    Act::Vote { who, label, choice }
}

const fn like(who: &'static str, label: &'static str) -> Act {
    Act::Do {
        who,
        verb: "favourite",
        label,
    }
}

const fn boost(who: &'static str, label: &'static str) -> Act {
    Act::Do {
        who,
        verb: "reblog",
        label,
    }
}

const fn keep(who: &'static str, label: &'static str) -> Act {
    Act::Do {
        who,
        verb: "bookmark",
        label,
    }
}

const fn share(who: &'static str, author: &'static str, begins: &'static str) -> Act {
    Act::Share { who, author, begins }
}

impl Act {
    /// Everyone an act needs: whoever is not there, the act does not happen.
    pub(crate) fn people(&self) -> Vec<&str> {
        match self {
            Self::Say { who, text, .. } => mentions(text).chain([*who]).collect(),
            Self::Do { who, .. } | Self::Vote { who, .. } => vec![who],
            Self::Share { who, author, .. } => vec![who, author],
        }
    }
}

/// The names in braces.
pub(crate) fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// In the order in which it happens.
pub(crate) const SCRIPT: &[Act] = &[
    share("karim", "camille", "Ils ont dit oui"),
    share("camille", "antoine", "001 sorti"),
    share("priya", "mei", "The lamp that means"),
    share("sam", "owen", "Visited the school"),
    say(
        "camille",
        "fr",
        "connected",
        "Nos deux maisons sont reliées : {sam}, bienvenue chez nous. On se voit enfin sans pièces jointes. #Bora",
    ),
    answer(
        "sam",
        "en",
        "connected",
        "hello",
        "{camille} Hello Lyon! Eleven people here just cheered at a screen. No more attachments called final_v7.pdf. #Bora",
    ),
    like("karim", "connected"),
    like("lucie", "connected"),
    like("priya", "connected"),
    boost("owen", "connected"),
    answer(
        "karim",
        "fr",
        "hello",
        "",
        "{sam} Le mot « final » est interdit ici depuis 2017, vous serez en sécurité.",
    ),
    say(
        "lucie",
        "fr",
        "foot",
        "{priya} Pour le pied de mât en bord de mer : inox 316L isolé par une bague en POM, ou tout aluminium anodisé ? Vous avez vingt ans de rouille d'avance sur nous. #conception",
    ),
    answer(
        "priya",
        "en",
        "foot",
        "foot-answer",
        "{lucie} All aluminium, please, and no steel touching it anywhere. {owen} has photographs of what happens otherwise. #Bora",
    ),
    answer(
        "owen",
        "en",
        "foot-answer",
        "",
        "{priya} {lucie} Pier mast, four winters: the bolt won. I'll send you one as a paperweight.",
    ),
    like("lucie", "foot-answer"),
    keep("lucie", "foot-answer"),
    answer(
        "ines",
        "fr",
        "foot-answer",
        "",
        "{priya} Une bague POM se mesure mal mais se remplace bien. Je vote aluminium aussi.",
    ),
    say(
        "grace",
        "en",
        "cold",
        "Firmware 2.8 at minus thirty, hour nine: 0 missed wake-ups, 0 retries, one very bored engineer. #firmware",
    ),
    like("priya", "cold"),
    like("tom", "cold"),
    boost("sam", "cold"),
    say(
        "ines",
        "fr",
        "report",
        "Rapport de premier article du boîtier 001 : 12 cotes sur 12, l'écart le plus grand est à 18 % de la tolérance. {priya}, il est dans votre dossier partagé. #metrologie #Bora",
    ),
    answer(
        "priya",
        "en",
        "report",
        "report-answer",
        "{ines} Nine years here, first twelve out of twelve. Tom wants to shake your hand.",
    ),
    like("ines", "report-answer"),
    boost("camille", "report-answer"),
    quote(
        "sam",
        "en",
        "report",
        "twelve",
        "For the wall of the workshop: twelve out of twelve, and nobody has filed anything. #Bora",
    ),
    like("ines", "twelve"),
    like("sam", "report"),
    keep("priya", "report"),
    answer(
        "ines",
        "fr",
        "report-answer",
        "",
        "{priya} Qu'il vienne : le bras de mesure aime les visites.",
    ),
    warned(
        "owen",
        "en",
        "height",
        "Heights",
        "Lunch on the crane platform above the harbour, 48 metres. The anemometer and I share a view and half a sandwich.",
    ),
    like("mei", "height"),
    say(
        "jules",
        "fr",
        "engraving",
        "Gravure du numéro de série testée à travers le couvercle : lisible à la lampe de poche, de biais, par Karim sans ses lunettes. #atelier",
    ),
    like("karim", "engraving"),
    like("ines", "engraving"),
    say(
        "mei",
        "en",
        "cards",
        "The quick-start card exists in French now, thanks to {lucie}, who removed two more words from a card that had none left. #manuals",
    ),
    answer(
        "lucie",
        "fr",
        "cards",
        "",
        "{mei} Il restait « Attention ». Maintenant il y a un dessin.",
    ),
    like("owen", "cards"),
    shows(
        "karim",
        "fr",
        "sunrise",
        "Six heures vingt, fenêtre sud de l'atelier. La fraiseuse attend, le café aussi. #atelier",
        &[(
            Scene::Hills,
            "Le soleil se lève derrière trois lignes de collines, vues de l'atelier.",
        )],
    ),
    like("camille", "sunrise"),
    like("jules", "sunrise"),
    like("owen", "sunrise"),
    shows(
        "owen",
        "en",
        "pier",
        "Pier mast, before and after. The after has no rust and one gull. {karim}, your bracket fits like a glove. #Bora",
        &[
            (
                Scene::Mast,
                "A thin mast with a wind vane stands on a pier above a calm sea.",
            ),
            (
                Scene::Chart,
                "A chart of wind over a day: calm at night, two peaks in the afternoon.",
            ),
        ],
    ),
    like("karim", "pier"),
    like("lucie", "pier"),
    boost("priya", "pier"),
    answer(
        "karim",
        "fr",
        "pier",
        "",
        "{owen} La mouette n'était pas sur le plan, mais je la valide.",
    ),
    asks(
        "camille",
        "fr",
        "visit",
        "Pour la visite de nos amis de Northwind en mars, on les emmène où le soir ? #Bora",
        &[
            "Un bouchon du Vieux Lyon",
            "Pique-nique au parc",
            "L'atelier, grillades comprises",
        ],
    ),
    vote("karim", "visit", 2),
    vote("lucie", "visit", 0),
    vote("antoine", "visit", 2),
    vote("jules", "visit", 2),
    vote("sam", "visit", 2),
    vote("priya", "visit", 0),
    answer(
        "antoine",
        "fr",
        "visit",
        "",
        "{camille} Si c'est l'atelier, je range le tour numéro 3. Pas avant.",
    ),
    asks(
        "mei",
        "en",
        "button",
        "The quick-start card has room for one more line. What did you wish somebody had told you? #manuals",
        &[
            "Which way is up",
            "What the blinking means",
            "Where the spare screws are",
            "Nothing, I never read it",
        ],
    ),
    vote("tom", "button", 3),
    vote("owen", "button", 2),
    vote("grace", "button", 1),
    like("sam", "button"),
    // With a third node and more.
    say(
        "hana",
        "en",
        "kyoto",
        "Good morning from Kyoto. {camille}, the sample housing arrived; Aya has already put it in the window to watch the light change on it. #design",
    ),
    answer(
        "camille",
        "fr",
        "kyoto",
        "kyoto-answer",
        "{hana} Dites à Aya que c'est le seul contrôle qualité que nous ne savons pas faire ici.",
    ),
    like("sam", "kyoto"),
    like("hana", "kyoto-answer"),
    say(
        "marc",
        "fr",
        "foundry",
        "{karim} Les ébauches de pied de mât sont démoulées. Aluminium A356, sain jusqu'au cœur, Yann a écouté.",
    ),
    answer(
        "karim",
        "fr",
        "foundry",
        "",
        "{marc} On les attend avec la fraise chaude.",
    ),
    say(
        "nora",
        "en",
        "window",
        "{priya} Forty windows on their way, nine layers each. Felix asks that nobody tap them to hear whether they are sapphire.",
    ),
    answer(
        "priya",
        "en",
        "window",
        "",
        "{nora} Too late, Tom already does it with the samples.",
    ),
    say(
        "claire",
        "fr",
        "packing",
        "{camille} Le calage en lin pour les boîtiers passe l'essai de chute. Sophie a essayé de le vaincre trois fois.",
    ),
    answer(
        "camille",
        "fr",
        "packing",
        "",
        "{claire} Alors le boîtier arrivera plus reposé que nous.",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::people::SITES;
    use super::*;

    #[test]
    fn everyone_named_exists_once() {
        for act in SCRIPT {
            for name in act.people() {
                let found = SITES
                    .iter()
                    .flat_map(|site| site.people)
                    .filter(|person| person.username == name);
                assert_eq!(found.count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn labels_come_before_their_use() {
        let mut said: Vec<&str> = Vec::new();
        for act in SCRIPT {
            match act {
                Act::Say {
                    label, answers, with, ..
                } => {
                    assert!(answers.is_empty() || said.contains(answers), "{answers}");
                    if let With::Quote(quoted) = with {
                        assert!(said.contains(quoted), "{quoted}");
                    }
                    said.push(label);
                }
                Act::Do { label, .. } | Act::Vote { label, .. } => {
                    assert!(said.contains(label), "{label}");
                }
                Act::Share { author, begins, .. } => {
                    let posts = SITES.iter().flat_map(|site| site.posts);
                    assert_eq!(
                        posts.filter(|post| post.is(author, begins)).count(),
                        1,
                        "{begins}"
                    );
                }
            }
        }
    }

    #[test]
    fn braces_name_people() {
        assert_eq!(
            mentions("{sam} and {priya}, hello").collect::<Vec<_>>(),
            ["sam", "priya"]
        );
        assert_eq!(mentions("nobody").count(), 0);
    }
}
