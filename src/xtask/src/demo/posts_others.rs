//! The last days at the smaller sites.

use super::posts::{Post, post};

/// Studio Kyoto.
pub(crate) const KYOTO: &[Post] = &[
    post("en", "hana", 6, "02:10", "A handle should say which hand it is for before it is touched. Twelve foam models on the table, two of them speak. #design"),
    post("en", "kenji", 5, "03:25", "Cypress for the first model, always. If the form is wrong the wood tells you before the machine does.").label("wood"),
    post("en", "aya", 5, "03:40", "And it smells better than foam.").answers("wood"),
    post("ja", "aya", 4, "01:15", "今日は灰色を七つ選びました。雨の日の鴨川にいちばん近いのは三番です。 #色"),
    post("en", "hana", 3, "05:30", "Removed a line from the drawing today. That was the whole day's work, and it was a good day."),
    post("en", "kenji", 2, "04:45", "The hinge closes with a sound now. Not louder: rounder. @hana you were right about the felt.").label("hinge"),
    post("en", "hana", 2, "05:02", "Felt forgives, rubber does not.").answers("hinge"),
    post("en", "aya", 1, "02:35", "Anodised sample 14 next to the window for a year, next to a new one. Can you tell which is which? I can, and it's my favourite now. #materials"),
];

/// Fonderie des Monts.
pub(crate) const FONDERIE: &[Post] = &[
    post("fr", "marc", 6, "05:50", "Four à 720 °C depuis une demi-heure. Première coulée de la semaine : des pieds de lampadaire pour la place du village. #fonderie"),
    post("fr", "elodie", 5, "08:30", "Le sable de récupération passe à 92 %. Les 8 % restants, je les retrouve dans mes chaussures."),
    post("fr", "yann", 4, "10:15", "Quarante-trois degrés au poste de coulée. La citerne d'eau fraîche est la meilleure idée de l'année, merci @elodie.").label("chaud"),
    post("fr", "elodie", 4, "10:40", "La deuxième meilleure : le ventilateur arrive demain.").answers("chaud"),
    post("fr", "marc", 3, "09:00", "Un moule de 1962 retrouvé dans l'appentis, signé par mon grand-père. Il donne encore des pièces justes au demi-millimètre."),
    post("fr", "yann", 2, "11:20", "Bronze aujourd'hui : une cloche de 40 kg. On l'écoutera tous ensemble au démoulage. #fonderie").label("cloche"),
    post("fr", "marc", 1, "09:45", "Un fa dièse un peu rêveur. Elle est parfaite.").answers("cloche"),
];

/// Harbour Optics.
pub(crate) const HARBOUR: &[Post] = &[
    post(
        "en",
        "nora",
        6,
        "08:00",
        "Forty sapphire windows shipped, wrapped like eggs. Please open them as if they were.",
    )
    .label("eggs"),
    post("en", "ruth", 6, "08:12", "I have seen how people open eggs.").answers("eggs"),
    post(
        "en",
        "felix",
        5,
        "10:25",
        "Nine layers, 0.2 % reflection at 550 nm. You could walk into this window. Ruth nearly did. #coatings",
    ),
    post(
        "en",
        "ruth",
        4,
        "13:05",
        "Someone asked how I know when a surface is done. It stops arguing.",
    ),
    post(
        "en",
        "nora",
        3,
        "09:40",
        "Salt spray test, 1,000 hours, no haze. The hydrophobic layer is officially out of the laboratory. #optics",
    ),
    post(
        "en",
        "felix",
        2,
        "15:30",
        "Vacuum pump rebuilt. It purrs. I may have named it.",
    )
    .label("pump"),
    post(
        "en",
        "nora",
        2,
        "15:41",
        "We all know it's called Gerald, @felix.",
    )
    .answers("pump"),
    post(
        "en",
        "ruth",
        1,
        "11:50",
        "Taught the two new starters to test a flat with fringes today. Both went quiet when the rainbow straightened. That's the moment.",
    ),
];

/// Papeterie du Lac.
pub(crate) const PAPETERIE: &[Post] = &[
    post("fr", "claire", 6, "07:10", "Le lac est à douze degrés et notre eau de procédé aussi : on ne rejette plus rien depuis un an jour pour jour. #fibre"),
    post("fr", "sophie", 5, "09:55", "Chute d'un mètre vingt, dix fois, six faces : l'instrument en verre a survécu, le testeur un peu moins.").label("chute"),
    post("fr", "hugo", 5, "10:08", "@sophie je t'avais dit de lâcher le carton, pas de le suivre.").answers("chute"),
    post("fr", "hugo", 4, "06:45", "La machine 2 a redémarré du premier coup. Je ne dis rien de plus, elle écoute."),
    post("fr", "claire", 3, "14:20", "Nouveau calage sans plastique pour appareils de mesure : fibre de lin et carton recyclé, 210 g au lieu de 340. Échantillons sur demande. #emballage"),
    post("fr", "sophie", 2, "11:35", "J'ai envoyé un œuf par la poste à ma sœur dans notre calage. Reçu entier. Elle demande pourquoi.").label("oeuf"),
    post("fr", "claire", 2, "11:50", "Pour la science, réponds-lui.").answers("oeuf"),
    post("fr", "hugo", 1, "16:25", "Courroie changée avant la casse, pour une fois. La maintenance préventive, c'est surtout savoir écouter."),
];
