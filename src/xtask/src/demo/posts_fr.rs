//! The last days at Atelier Rhône.

use super::posts::{Post, post};

const fn fr(who: &'static str, days_ago: u8, at: &'static str, text: &'static str) -> Post {
    post("fr", who, days_ago, at, text)
}

/// Six days, about seven posts each.
pub(crate) const POSTS: &[Post] = &[
    fr("karim", 6, "06:31", "Bonjour à tous. La 5 axes a fini sa nuit sans une alarme : 46 boîtiers sur 46. Le café est chaud. #atelier").label("nuit"),
    fr("antoine", 6, "06:48", "46 sur 46, je l'encadre. Merci à la fraise de 8 qui a tenu jusqu'au bout.").answers("nuit"),
    fr("camille", 6, "07:55", "Visite d'une classe de troisième cet après-midi, vingt-quatre élèves. Qui veut leur montrer une machine ? Lunettes et patience fournies.").label("visite"),
    fr("jules", 6, "08:03", "Moi ! Il y a deux ans c'était moi dans le groupe, je sais quelles questions ils vont poser.").answers("visite"),
    fr("lucie", 6, "09:40", "Nouveau dessin du boîtier de la station météo : j'ai enlevé 180 grammes sans toucher à la rigidité. Les nervures font tout le travail. #Bora #conception").label("boitier"),
    fr("antoine", 6, "10:12", "@lucie très joli. Le rayon de 1,5 au fond de la poche, tu l'usines toi-même ? Donne-moi 2,5 et on reste amis.").answers("boitier").label("rayon"),
    fr("lucie", 6, "10:20", "Va pour 2,5. Plan indice C dans une heure.").answers("rayon"),
    fr("ines", 6, "13:30", "Étalonnage annuel du bras de mesure : 1,8 µm d'écart sur la barre de 500. On est bons pour un an. #metrologie"),
    fr("jules", 6, "16:50", "Question préférée de la visite : « Et si la machine se trompe, elle le sait ? » J'ai répondu : non, c'est pour ça qu'il y a Inès.").label("question"),
    fr("ines", 6, "16:58", "Je la garde pour mon entretien annuel.").answers("question"),
    fr("camille", 5, "07:20", "Devis envoyé hier soir pour les 300 boîtiers de nos amis de Northwind. S'ils disent oui, on embauche. Je croise les doigts et je relis le planning. #Bora").label("devis"),
    fr("karim", 5, "07:34", "Le planning dit oui si la livraison d'aluminium arrive avant le 12. J'appelle le fournisseur à 9 h.").answers("devis"),
    fr("antoine", 5, "08:15", "Petite astuce du jour : souffler la broche avant de changer le porte-outil, toujours. Trois secondes de gagnées, c'est un faux rond de perdu. #atelier #astuce"),
    fr("lucie", 5, "09:05", "Quelqu'un a vu le grand pied à coulisse numérique ? Pas celui de Jules, le bon.").label("pied"),
    fr("jules", 5, "09:09", "Le bon est dans le tiroir marqué « le bon ». Je l'ai étiqueté hier.").answers("pied"),
    fr("karim", 5, "09:31", "Fournisseur joint : barres de 6082 le 10. On respire.").answers("devis"),
    fr("ines", 5, "11:18", "Contrôle du premier lot de couvercles : deux pièces refusées sur quarante, planéité à 0,06 pour 0,05 demandés. Ce n'est pas la machine, c'est le serrage. J'ai mis des photos sur le poste 3.").label("couvercles"),
    fr("antoine", 5, "11:40", "Vu. Je desserre les brides de moitié et je reprends la dernière passe à 0,2. On en reparle demain.").answers("couvercles"),
    fr("jules", 5, "15:22", "J'ai cassé mon premier taraud. M4, trou borgne, trop confiant. On m'a dit que c'était un passage obligé.").warning("Métal blessé").label("taraud"),
    fr("karim", 5, "15:30", "Passage obligé, oui. Le mien était dans la pièce d'un client, un vendredi soir. Demain je te montre l'extraction.").answers("taraud"),
    fr("camille", 4, "06:58", "Ils ont dit oui ! 300 boîtiers, livraison en trois fois. Merci à chacun : c'est votre prototype qui a convaincu, pas mes tableaux. Croissants à 10 h. #Bora").label("oui"),
    fr("lucie", 4, "07:06", "Trois cents ! Je vais revoir chaque tolérance une dernière fois avant qu'on ne lance.").answers("oui"),
    fr("ines", 4, "07:15", "Bravo tout le monde. Et une pensée pour mon bras de mesure, qui ne sait pas encore ce qui l'attend.").answers("oui"),
    fr("antoine", 4, "08:44", "Suite des couvercles : brides desserrées, dernière passe légère. Vingt pièces, planéité maximale 0,031. Merci @ines pour l'œil. #atelier"),
    fr("karim", 4, "10:45", "Consigne pour la série : chaque boîtier porte son numéro gravé AVANT l'anodisation. On l'a oublié une fois, en 2019, et je m'en souviens encore."),
    fr("lucie", 4, "11:30", "Lecture de la pause : un article sur les joints des bathyscaphes des années cinquante. Tout y est déjà. Les anciens dessinaient à la main et ne se trompaient pas d'indice. #conception"),
    fr("jules", 4, "13:48", "Taraud extrait en une demi-heure avec Karim. Je sais maintenant ce que veut dire « doucement ». #apprentissage"),
    fr("camille", 4, "17:10", "Rappel amical : les entretiens de mi-année commencent la semaine prochaine. Ce n'est pas un contrôle, c'est un moment pour dire ce qui coince.").visibility("unlisted"),
    fr("karim", 3, "06:35", "La 3 axes fait un bruit que je n'aime pas, côté table X. J'arrête avant qu'elle ne s'arrête toute seule. Maintenance à 8 h.").label("bruit"),
    fr("antoine", 3, "06:52", "Je l'avais entendu aussi en fin de poste. Roulement de vis à mon avis.").answers("bruit"),
    fr("karim", 3, "11:20", "Roulement de vis, confirmé. @antoine a l'oreille. Pièce en stock, on repart à 14 h.").answers("bruit"),
    fr("ines", 3, "09:25", "J'ai refait la fiche de contrôle du boîtier : douze cotes au lieu de vingt-sept, mais les douze qui comptent. Relisez-la, s'il vous plaît, surtout la cote 7. #metrologie #Bora").label("fiche"),
    fr("lucie", 3, "10:02", "Relue. D'accord sur tout, sauf la 4 : elle fait l'étanchéité avec le joint, je la garderais à 100 %.").answers("fiche"),
    fr("ines", 3, "10:10", "Juste. La 4 à 100 %, les autres une pièce sur cinq.").answers("fiche"),
    fr("jules", 3, "16:05", "J'ai rangé l'armoire à outils par diamètre ET par revêtement. Photo avant / après affichée à la machine à café, pour l'histoire. #atelier"),
    fr("camille", 2, "07:40", "Deuxième candidate reçue hier pour le poste de tournage. Elle a demandé à voir les copeaux avant de voir le bureau. Bon signe."),
    fr("lucie", 2, "09:12", "Essai d'étanchéité : deux heures sous un mètre d'eau, le papier buvard à l'intérieur est sec. On peut donc écrire IP67 sans rougir. #Bora").label("etanche"),
    fr("karim", 2, "09:20", "Le papier buvard, meilleur instrument de l'atelier.").answers("etanche"),
    fr("antoine", 2, "10:36", "Pour ceux que ça intéresse : vitesse de coupe 420 m/min, avance 0,09 par dent, micro-lubrification. L'état de surface est un miroir. #usinage"),
    fr("ines", 2, "14:14", "On m'a demandé pourquoi je mesure toujours à 20 °C. Parce qu'un boîtier de 300 mm prend 7 µm par degré. L'été dernier on a cru à un défaut, c'était la fenêtre."),
    fr("jules", 2, "15:55", "Examen blanc au CFA : 16,5. Le jury a aimé ma gamme d'usinage, moins mon orthographe.").warning("Notes d'examen"),
    fr("karim", 1, "06:30", "Lancement de la série aujourd'hui. Boîtier numéro 001 sur la table à 7 h. Tout le monde peut venir, personne ne touche. #Bora").label("serie"),
    fr("antoine", 1, "07:42", "001 sorti. Quarante-deux minutes, pas une vibration.").answers("serie"),
    fr("ines", 1, "08:20", "001 mesuré : douze cotes sur douze. Je l'aurais presque embrassé.").answers("serie"),
    fr("camille", 1, "08:31", "Je suis fière de vous. Le 001 restera ici, dans la vitrine de l'entrée.").answers("serie"),
    fr("lucie", 1, "14:48", "Je commence le pied de mât. Question ouverte : inox ou aluminium anodisé, sachant que ça vivra vingt ans au bord de la mer ? #conception"),
];
