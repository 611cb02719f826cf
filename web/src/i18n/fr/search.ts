export const search = {
  title: "Recherche",
  label: "Rechercher des personnes, des publications et des mots-dièse",
  placeholder: "Nom, mot, #motdièse ou lien",
  tabs: "Que faut-il afficher",
  all: "Tout",
  people: "Personnes",
  posts: "Publications",
  tags: "Mots-dièse",
  recent: "Recherches récentes",
  forget: "Les oublier",
  forgetOne: "Oublier « {text} »",
  help: "Ce que vous pouvez rechercher",
  helpPeople: "Des personnes de ce site et du réseau, par nom ou identifiant.",
  helpPosts:
    "Des mots dans les publications que vous pouvez voir, les vôtres comprises : sous toutes leurs formes, avec ou sans accents.",
  helpOperators: "Pour préciser :",
  helpTags: "Des mots-dièse, avec ou sans #.",
  helpResolve:
    "@nom@organisation ou le lien d’une publication : elle est demandée à cette organisation si ce site y est relié.",
  none: "Aucun résultat pour « {text} »",
  noneText:
    "Essayez un autre mot ou moins de lettres. Les personnes d’autres organisations se trouvent par leur identifiant complet : @nom@organisation.",
  noneResolve:
    "Soit personne n’a cette adresse, soit ce site n’est pas relié à cette organisation. La page Organisations montre celles auxquelles il est relié.",
  results: "Résultats",
  found: { one: "{count} résultat", many: "{count} de résultats", other: "{count} résultats" },
  more: "Afficher la suite",
  allPeople: "Toutes les personnes",
  allPosts: "Toutes les publications",
  allTags: "Tous les mots-dièse",
  directory: "Annuaire",
  filterName: "Filtrer par nom",
  filterOrganisation: "Organisation",
  everyOrganisation: "Toutes les organisations",
  nobody: "Personne ne correspond",
  nobodyText:
    "Seules les personnes qui acceptent d’être trouvées figurent ici. Essayez un autre nom ou une autre organisation.",
} as const;
