export const auth = {
  welcome: "Bienvenue sur {node}",
  signIn: "Se connecter",
  signingIn: "Connexion en cours…",
  closed:
    "Ce réseau est fermé : on y entre sur invitation personnelle. Si vous avez reçu un lien, ouvrez-le.",
  failed: "La connexion n’a pas abouti",
  failedHelp: "La tentative a été interrompue ou a pris trop de temps. Recommencez.",
  again: "Recommencer",
  about: "À propos de ce site",
} as const;
