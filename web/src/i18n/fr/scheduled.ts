export const scheduled = {
  title: "Publications programmées",
  intro:
    "Le serveur les publie à leur heure, même en votre absence. D’ici là, vous êtes la seule personne à les voir.",
  write: "En écrire une",
  none: "Rien n’est programmé",
  noneText: "Choisissez « Publier plus tard » en écrivant : la publication attend ici jusqu’à son heure.",
  at: "À publier le {when}",
  missed: "Devait être publiée le {when}",
  replyGone:
    "Elle n’a pas été publiée : la publication à laquelle elle répond a disparu, ou ne vous est plus destinée.",
  notValid: "Elle n’a pas été publiée : les limites de ce serveur ont changé, ou un fichier a disparu.",
  failed:
    "Elle n’a pas été publiée : le serveur n’a pas pu le faire. Choisissez un autre moment, ou prévenez l’administration.",
  unreadable:
    "Elle n’a pas été publiée : le serveur ne peut plus la lire. Récrivez-la, et prévenez un administrateur.",
  change: "Changer l’heure",
  changeLabel: "Changer l’heure de « {text} »",
  rewrite: "Modifier",
  rewriteLabel: "Modifier « {text} »",
  draftFirst: "Un brouillon vous y attend. Publiez-le ou abandonnez-le d’abord.",
  remove: "Supprimer",
  removeLabel: "Supprimer « {text} »",
  removeTitle: "Supprimer cette publication programmée ?",
  removeText: "Elle ne sera pas publiée, et son texte sera définitivement perdu.",
  removed: "Publication programmée supprimée",
  moved: "Désormais programmée pour le {when}",
  reply: "Une réponse",
  quote: "Une citation",
  group: "un groupe que vous avez quitté",
  poll: "Avec un sondage",
  files: { one: "{count} fichier", many: "{count} de fichiers", other: "{count} fichiers" },
  noText: "Sans texte",
} as const;
