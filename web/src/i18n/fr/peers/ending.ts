export const ending = {
  posts: { one: "{count} publication", many: "{count} de publications", other: "{count} publications" },
  files: { one: "{count} fichier", many: "{count} de fichiers", other: "{count} fichiers" },
  people: { one: "{count} personne", many: "{count} de personnes", other: "{count} personnes" },
  follows: { one: "{count} abonnement", many: "{count} d’abonnements", other: "{count} abonnements" },
  favourites: { one: "{count} favori", many: "{count} de favoris", other: "{count} favoris" },
  votes: { one: "{count} vote", many: "{count} de votes", other: "{count} votes" },
  notifications: {
    one: "{count} notification",
    many: "{count} de notifications",
    other: "{count} notifications",
  },
  hereNothing: "Il n’y a rien d’eux ici.",
  confirmedNothing: "Leur nœud a signé le {when} n’avoir rien eu de vous.",
  clearedNothing: "Il n’y avait rien d’eux ici.",
  herePurge: "Ici, pour tout le monde et définitivement, sont supprimés de chez eux : {what}.",
  hereHide:
    "Ici, pour tout le monde, sont masqués de chez eux : {what}. Cela revient si vous vous reliez à nouveau.",
  follow: "Des abonnements prennent fin : {ours} de vos membres, {theirs} des leurs.",
  therePurge:
    "Leur nœud reçoit l’ordre de supprimer définitivement ce qu’il a de vous. Vous verrez ici ce qu’il dit avoir supprimé.",
  thereHide:
    "Leur nœud reçoit l’ordre de masquer ce qu’il a de vous. Vous verrez ici ce qu’il dit avoir masqué.",
  thereNone: "Leur logiciel ne prend pas d’ordre : ce qu’il a de vous y reste.",
  queue: {
    one: "{count} message qui attend de partir est jeté.",
    many: "{count} de messages qui attendent de partir sont jetés.",
    other: "{count} messages qui attendent de partir sont jetés.",
  },
  title: "Ce qu’il en est advenu",
  there: "Chez eux",
  here: "Ici",
  unconfirmed: "Non confirmé",
  unconfirmedText:
    "Le {when}, leur nœud a reçu l’ordre d’effacer ce qu’il a de vous. Il ne l’a pas encore confirmé. L’ordre est répété pendant 30 jours.",
  confirmed: "Confirmé",
  confirmedPurge: "Leur nœud a signé le {when} avoir supprimé définitivement de chez vous : {what}.",
  confirmedHide: "Leur nœud a signé le {when} avoir masqué de chez vous : {what}.",
  given_up: "Jamais confirmé",
  given_upText:
    "Leur nœud n’a pas confirmé en 30 jours avoir effacé ce qu’il a de vous. Considérez que c’est toujours là.",
  unconfirmable: "Sans ordre",
  unconfirmableText:
    "Leur logiciel ne prend pas un tel ordre. Considérez que ce qu’il a de vous est toujours là.",
  not_ordered: "Terminé par eux",
  not_orderedText: "L’autre côté a mis fin à la liaison.",
  clearedPurge: "Supprimé définitivement de chez eux : {what}.",
  clearedHide: "Masqué de chez eux : {what}.",
  underWay: "En cours",
  finished: "Fait",
};
