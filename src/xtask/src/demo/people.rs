//! The sites of the demo and the people who work there. All invented.

use super::posts::Post;
use super::{posts_en, posts_fr, posts_others};

/// One site: a node with its people and its last days.
pub(crate) struct Site {
    /// Shown as the node's name.
    pub(crate) name: &'static str,
    /// What its owner calls the list of those elsewhere.
    pub(crate) partners: &'static str,
    /// What its administrator tells everyone.
    pub(crate) announcement: &'static str,
    /// Colour of its pictures, red, green, blue.
    pub(crate) colour: [u8; 3],
    /// The first is the owner.
    pub(crate) people: &'static [Person],
    /// What they wrote during the last days.
    pub(crate) posts: &'static [Post],
}

/// Someone who works at a site.
pub(crate) struct Person {
    /// Their name in handles and at sign-in.
    pub(crate) username: &'static str,
    /// Their name as people read it.
    pub(crate) name: &'static str,
    /// What they say of themselves.
    pub(crate) note: &'static str,
    /// As on the command line.
    pub(crate) role: &'static str,
    /// Works with the other sites: people there follow them.
    pub(crate) known_outside: bool,
}

const fn person(
    username: &'static str,
    name: &'static str,
    role: &'static str,
    known_outside: bool,
    note: &'static str,
) -> Person {
    Person {
        username,
        name,
        note,
        role,
        known_outside,
    }
}

/// The sites, in the order the demo starts them.
pub(crate) const SITES: [Site; 6] = [
    Site {
        name: "Atelier Rhône",
        partners: "Partenaires",
        announcement: "Coupure d’eau jeudi de 7 h à 8 h dans l’atelier : prévenez les équipes du matin. #chantier",
        colour: [0xb4, 0x4a, 0x2f],
        posts: posts_fr::POSTS,
        people: &[
            person(
                "camille",
                "Camille Roux",
                "owner",
                true,
                "Je dirige l'Atelier Rhône, à Lyon. Avant : vingt ans de tournage.",
            ),
            person(
                "karim",
                "Karim Benali",
                "administrator",
                true,
                "Chef d'atelier. Planning, machines, café du matin.",
            ),
            person(
                "lucie",
                "Lucie Moreau",
                "member",
                true,
                "Bureau d'études. Je dessine ce qu'Antoine devra usiner, et il me le rappelle.",
            ),
            person(
                "antoine",
                "Antoine Perrin",
                "member",
                false,
                "Fraisage cinq axes. L'aluminium se respecte.",
            ),
            person(
                "ines",
                "Inès Fabre",
                "moderator",
                true,
                "Qualité et métrologie. Un micron est un micron.",
            ),
            person(
                "jules",
                "Jules Garnier",
                "member",
                false,
                "Apprenti, deuxième année. J'apprends, je note, je range.",
            ),
            person(
                "nadia",
                "Nadia Cherif",
                "guest",
                false,
                "Traitements de surface, chez notre partenaire Anodis. Ici pour le projet Bora.",
            ),
        ],
    },
    Site {
        name: "Northwind Instruments",
        partners: "Partners",
        announcement: "The harbour gate is closed for repairs until Friday: please come in by the north entrance.",
        colour: [0x1f, 0x5f, 0x8b],
        posts: posts_en::POSTS,
        people: &[
            person(
                "sam",
                "Sam Whitfield",
                "owner",
                true,
                "I run Northwind with eleven people and one very old oscilloscope.",
            ),
            person(
                "priya",
                "Priya Nair",
                "administrator",
                true,
                "Hardware lead. Sensors that tell the truth in the rain.",
            ),
            person(
                "tom",
                "Tom Ellery",
                "member",
                false,
                "Production and test bench. If it left the building, I signed for it.",
            ),
            person(
                "grace",
                "Grace Okafor",
                "moderator",
                true,
                "Firmware. Small code, long batteries.",
            ),
            person(
                "owen",
                "Owen Price",
                "member",
                true,
                "Field service: hills, harbours, ladders, flasks of tea.",
            ),
            person(
                "mei",
                "Mei Lin",
                "member",
                false,
                "Design and manuals. I ask what the button is for.",
            ),
            person(
                "ben",
                "Ben Hartley",
                "guest",
                false,
                "Harbour master, and the first who will stand under the mast. Guest of Northwind.",
            ),
        ],
    },
    Site {
        name: "Studio Kyoto",
        partners: "Partners",
        announcement: "The car park is being painted on Friday: please leave it free from noon.",
        colour: [0x6b, 0x4f, 0x8f],
        posts: posts_others::KYOTO,
        people: &[
            person(
                "hana",
                "Hana Mori",
                "owner",
                true,
                "Industrial design, Kyoto. Quiet objects.",
            ),
            person(
                "kenji",
                "Kenji Ueda",
                "administrator",
                false,
                "Model maker. Wood first, then everything else.",
            ),
            person(
                "aya",
                "Aya Tanabe",
                "member",
                false,
                "Colour and material. I collect greys.",
            ),
        ],
    },
    Site {
        name: "Fonderie des Monts",
        partners: "Partenaires",
        announcement: "Visite de sécurité mercredi matin : badge et chaussures pour tout le monde.",
        colour: [0x4d, 0x55, 0x5c],
        posts: posts_others::FONDERIE,
        people: &[
            person(
                "marc",
                "Marc Vidal",
                "owner",
                true,
                "Fonderie d'aluminium et de bronze, troisième génération.",
            ),
            person(
                "elodie",
                "Élodie Klein",
                "administrator",
                false,
                "Modelage et moules. Le sable a de la mémoire.",
            ),
            person(
                "yann",
                "Yann Le Goff",
                "member",
                false,
                "Coulée. Je suis celui qui a chaud.",
            ),
        ],
    },
    Site {
        name: "Harbour Optics",
        partners: "Partners",
        announcement: "Summer party on the 12th: write your name on the list in the kitchen.",
        colour: [0x2c, 0x7a, 0x62],
        posts: posts_others::HARBOUR,
        people: &[
            person(
                "nora",
                "Nora Lindqvist",
                "owner",
                true,
                "Lenses and windows for instruments that live outdoors.",
            ),
            person(
                "felix",
                "Felix Adeyemi",
                "administrator",
                false,
                "Coatings. Everything is a thin film if you look closely.",
            ),
            person(
                "ruth",
                "Ruth Calder",
                "member",
                false,
                "Polishing, thirty-one years of it.",
            ),
        ],
    },
    Site {
        name: "Papeterie du Lac",
        partners: "Partenaires",
        announcement: "Inventaire lundi : l’entrepôt reste fermé jusqu’à midi.",
        colour: [0xa0, 0x7a, 0x2b],
        posts: posts_others::PAPETERIE,
        people: &[
            person(
                "claire",
                "Claire Dubois",
                "owner",
                true,
                "Emballages en fibre moulée, au bord du lac.",
            ),
            person(
                "hugo",
                "Hugo Lambert",
                "administrator",
                false,
                "Mécanique et maintenance. La machine 2 et moi, une longue histoire.",
            ),
            person(
                "sophie",
                "Sophie Mercier",
                "member",
                false,
                "Essais et échantillons. Je fais tomber des cartons pour vivre.",
            ),
        ],
    },
];
