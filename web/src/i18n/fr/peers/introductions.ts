/** Les présentations : des organisations qu’une troisième, de confiance pour les deux, fait connaître l’une à l’autre. */
export const introductions = {
  title: "Présentations",
  lead: "Une organisation à laquelle vous êtes relié vous en fait connaître une autre. Rien ne circule avant votre accord et le sien.",
  card: "{by} vous présente {name}",
  until: "Réponse possible jusqu’au {when}",
  writes: "{by} écrit :",
  otherConfirmed: "Leur administrateur a déjà accepté.",
  wouldCross: "Ce qui circulerait",
  details: "En détail",
  fingerprint: "Empreinte",
  vouches:
    "{by} se porte garant de cette empreinte. Pour en être certain vous-même, comparez les deux au téléphone avec leur administrateur.",
  accept: "Accepter",
  decline: "Refuser",
  acceptName: "Accepter {name}",
  declineName: "Refuser {name}",
  acceptTitle: "Se relier à {name} ?",
  acceptAtOnce: "{name} a déjà accepté : les deux sont reliés aussitôt, et voici ce qui circule.",
  acceptWaits:
    "Dès que l’administrateur de {name} aura accepté aussi, les deux seront reliés, et voici ce qui circulera.",
  acceptTrust: "C’est {by} qui vous assure que c’est bien {name}, et qui se porte garant de son empreinte.",
  declineTitle: "Refuser {name} ?",
  declineText:
    "Les deux ne sont pas reliés. {by} apprend que vous avez refusé. Une invitation pourra toujours vous relier plus tard.",
  accepted: "Accepté. C’est à {name} de répondre",
  acceptedText: "Vous avez accepté. Rien ne circule avant que l’administrateur de {name} ait accepté aussi.",
  connectedNow: "Vous êtes relié à {name}",
  declined: "Refusé",
  past: "Présentations acceptées, refusées et expirées",
  pastBy: "présenté par {by}",

  stateOpen: "Pas encore de réponse",
  stateAccepted: "Accepté",
  stateDeclined: "Refusé",
  stateExpired: "Expiré",
  stateConnected: "Relié",
  stateWaits: "En attente",

  by: "Présenté par",
  byName: "présenté par {name}",
  pendingText:
    "Vous avez accepté la présentation par {by}. Rien ne circule avant que l’autre administrateur ait accepté aussi.",

  policy: "Présentations par {name}",
  ask: "Me demander",
  askText: "Vous voyez chaque présentation, et décidez.",
  auto: "Accepter",
  autoText:
    "Quiconque {name} présente est relié dès qu’il accepte, sans que l’on vous demande, tant que l’accord proposé ne demande pas plus que ce que {name} a déjà, et que vous n’y avez jamais été relié.",
  asks: "Vous décidez de chaque présentation par {name}",
  accepts: "Les présentations par {name} sont désormais acceptées",
  notGiven:
    "L’accord ne permet pas les présentations. Pour que {name} soit présenté à d’autres, ou vous en présente, il doit les permettre dans les deux sens.",

  introduce: "Présenter à d’autres",
  made: "À qui vous l’avez présenté",
  noneMade: "Vous n’avez encore présenté {name} à personne.",
  pairConnected: "Les deux sont reliés.",
  pairAccepted: "Les deux ont accepté.",
  pairDeclined: "{name} a refusé.",
  pairOneDeclined: "L’un des deux a refusé.",
  pairExpired: "La réponse n’est pas venue à temps.",
  pairHalf: "{name} a accepté. {other} n’a pas encore répondu.",
  pairOpen: "Aucun des deux n’a encore répondu.",

  dialog: "Présenter {name} à d’autres",
  dialogText:
    "Chacun des deux apprend que vous vous portez garant du nom, de l’adresse et de l’empreinte de l’autre. Ils sont reliés quand les deux administrateurs ont accepté.",
  whom: "À qui",
  all: "Tous",
  nobody: "Il n’y a personne à qui présenter {name}",
  nobodyText:
    "On peut le présenter à ceux à qui vous êtes relié, dont l’accord permet les présentations, et qu’il ne connaît pas encore.",
  between: "Ce qui peut circuler entre eux",
  asWithUs: "Comme chacun avec nous",
  asWithUsText: "Chacun donne à l’autre ce qu’il nous donne, sans les groupes nommés pour nous.",
  noteHint: "Les deux administrateurs le lisent.",
  introduceTo: {
    one: "Présenter à {count} organisation",
    many: "Présenter à {count} d’organisations",
    other: "Présenter à {count} organisations",
  },
  introduced: "{name} est présenté. Les deux côtés sont consultés",

  didMake: "Présentation à un autre",
  didReceive: "Présentation reçue",
  didAccept: "Présentation acceptée",
  didDecline: "Présentation refusée",
  didConnect: "Liaison par une présentation",
  didPassOver: "Présentation laissée de côté",
  didPolicy: "Autre réglage des présentations",
  byPolicy: "par votre réglage",
  byInvitation: "par l’invitation",

  isExpired: "La présentation de {authority} a expiré.",
  isAnswered: "La présentation de {authority} a déjà reçu une réponse.",
  mayNot: "{authority} ne peut plus vous présenter personne : l’accord avec lui a changé ou pris fin.",
  givesNone: "L’accord avec {authority} ne permet pas les présentations.",
  notThese:
    "{authority} ne peut plus être présenté à l’un d’eux : leur accord a changé, ou les deux se connaissent désormais.",
  nobodyLeft: "Il n’y a plus personne à qui {authority} pourrait être présenté.",
  notActive: "La liaison avec {authority} n’est pas active.",

  invite: "Le présenter aux autres sites dès sa confirmation",
  inviteHint:
    "Tous ceux dont l’accord avec vous permet les présentations sont invités à s’y relier aussi. Leurs administrateurs décident.",
  inviteNext: "Il est ensuite présenté aux autres sites, et leurs administrateurs sont consultés.",
  invited: "puis présenté aux autres sites",
};
