export const alerts = {
  label: "Ce qui vous attend",
  more: { one: "{count} de plus", many: "{count} de plus", other: "{count} de plus" },
  show: "Afficher {name}",
  since: "Depuis le {when}.",

  keysTitle: "{name} montre d’autres clés que celles que vous avez comparées",
  keysText:
    "Ce nœud a mis la liaison en pause : rien ne circule, et ce qui attend est gardé. Quelqu’un d’autre répond peut-être à leur adresse. Parlez à leur administrateur avant toute autre chose.",
  keysShow: "Que faire",
  keysState:
    "Ce nœud a mis la liaison en pause, car d’autres clés sont montrées que celles que vous avez comparées. Rien ne circule, et ce qui attend est gardé.",
  keysShort: "Montre d’autres clés que celles que vous avez comparées",
  refusedTitle: "{name} refuse ce qui lui est envoyé",
  refusedText:
    "Leur administrateur a sans doute mis la liaison en pause, ou y a mis fin : demandez-lui. Ce qui attend est gardé 30 jours.",
  failingTitle: "{name} n’a rien reçu depuis plus d’un jour",
  failingText:
    "Les tentatives continuent, et ce qui attend est gardé 30 jours. Si cela dure, appelez leur administrateur.",

  changed: "Leurs clés ont changé",
  changedText:
    "Depuis le {when}, {authority} montre d’autres clés que celles que vous avez comparées, et celles-ci ne se portent pas garantes des nouvelles. Rien ne circule.",
  known: "Celles que vous avez comparées",
  shown: "Celles montrées à présent",
  knownLabel: "Empreinte de {name} que vous avez comparée",
  shownLabel: "Empreinte que {name} montre à présent",
  todo: "Que faire",
  call: "Parlez à leur administrateur, au téléphone et non par un message sur le réseau. Lisez-vous les deux empreintes.",
  unaware: "Il ne sait rien de nouvelles clés :",
  unawareDo: "quelqu’un d’autre répond à leur adresse. Laissez la liaison en pause.",
  anew: "Ils ont réinstallé leur nœud, ou perdu leurs clés :",
  anewDo: "mettez fin à la liaison ci-dessous, et reliez-vous à nouveau par une invitation.",
  anewDoOther: "mettez fin à la liaison ci-dessous, et ajoutez à nouveau le serveur à la main.",
  backup: "Ils ont restauré une ancienne sauvegarde :",
  backupDo: "ils restaurent la bonne, ou vous procédez comme si les clés étaient perdues.",
  again: "Ils disent que les anciennes clés sont montrées à nouveau :",
  againDo:
    "laissez ce nœud regarder. Tant que les clés ne sont pas celles que vous avez comparées, ou que celles-ci ne se portent pas garantes des nouvelles, il refuse de reprendre.",
  look: "Regarder à nouveau leurs clés",
  stillOthers: "Les clés sont toujours différentes. La liaison reste en pause.",
  cannotTell:
    "Impossible de voir si les clés sont toujours différentes. La liaison reste en pause. ({detail})",

  own: "Les clés de ce nœud",
  ownText: "Ce que les autres comparent quand ils se relient à vous. Leur empreinte :",
  ownMade: "Faites le {when}",
  ownGeneration: "génération {count}",
  waiting: {
    one: "{count} organisation a encore d’anciennes clés",
    many: "{count} d’organisations ont encore d’anciennes clés",
    other: "{count} organisations ont encore d’anciennes clés",
  },
  waitingText:
    "Elles sont prévenues en arrière-plan. Tant qu’elles n’ont pas les nouvelles clés, ce qui part chez elles est signé avec les anciennes.",
  waitingFor: "Génération {count}, faite le {when} :",
  taken: "Toutes les organisations ont les nouvelles clés",
  change: "Changer les clés",
  changeTitle: "Changer les clés de ce nœud ?",
  changeWhen:
    "Quand quelqu’un a pu avoir une copie des clés, quand un administrateur qui les avait s’en va, ou de temps en temps.",
  changeAtOnce:
    "Les nouvelles clés valent aussitôt, avec une nouvelle empreinte. Les anciennes ne reviennent pas.",
  changeTold:
    "Chaque organisation est prévenue en arrière-plan, par un message signé avec les clés qu’elle a. Personne n’a rien à faire ni à comparer à nouveau.",
  changeSilent:
    "Qui est silencieux ou en pause le reçoit plus tard. D’ici là, ce nœud lui parle avec les anciennes clés.",
  changeInvitations: {
    one: "{count} invitation ouverte est retirée, car son lien nomme les anciennes clés : faites-en une nouvelle.",
    many: "{count} d’invitations ouvertes sont retirées, car leurs liens nomment les anciennes clés : faites-en de nouvelles.",
    other:
      "{count} invitations ouvertes sont retirées, car leurs liens nomment les anciennes clés : faites-en de nouvelles.",
  },
  changeBackup:
    "Faites une sauvegarde ensuite : un nœud restauré d’une plus ancienne a les anciennes clés, et passe pour un attaquant.",
  changeNow: "Changer les clés",
  changedNow: "Les clés sont changées",
};
