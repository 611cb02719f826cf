/** What administrators must know of other organisations without asking; and what to do about changed keys. */
export const alerts = {
  label: "What needs you",
  more: { one: "{count} more", other: "{count} more" },
  show: "Show {name}",
  since: "Since {when}.",

  keysTitle: "{name} shows other keys than those you compared",
  keysText:
    "This node has paused the connection: nothing crosses, and what waits is kept. Somebody else may answer at their address. Speak with their administrator before you do anything else.",
  keysShow: "What to do",
  keysState:
    "This node has paused the connection, because other keys are shown than those you compared. Nothing crosses, and what waits is kept.",
  keysShort: "Shows other keys than those you compared",
  refusedTitle: "{name} refuses what is sent",
  refusedText:
    "Their administrator has probably paused or ended the connection: ask them. What waits is kept for 30 days.",
  failingTitle: "{name} has taken nothing for more than a day",
  failingText:
    "It is tried again, and what waits is kept for 30 days. If it lasts, call their administrator.",

  changed: "Their keys have changed",
  changedText:
    "Since {when}, {authority} shows other keys than those you compared, and those do not vouch for the new ones. Nothing crosses.",
  known: "Those you compared",
  shown: "Those shown now",
  knownLabel: "Fingerprint of {name} that you compared",
  shownLabel: "Fingerprint that {name} shows now",
  todo: "What to do",
  call: "Speak with their administrator, by telephone and not by a message over the network. Read both fingerprints to each other.",
  unaware: "They know nothing of new keys:",
  unawareDo: "somebody else answers at their address. Leave the connection paused.",
  anew: "They set their node up anew, or lost their keys:",
  anewDo: "end the connection below, and connect again with an invitation.",
  anewDoOther: "end the connection below, and add the server again by hand.",
  backup: "They restored an old backup:",
  backupDo: "they restore the right one, or you proceed as if the keys were lost.",
  again: "They say that the former keys are shown again:",
  againDo:
    "let this node look. Until the keys are those you compared, or those vouch for the new ones, it refuses to resume.",
  look: "Look at their keys again",
  stillOthers: "The keys are others still. The connection stays paused.",
  cannotTell: "Whether the keys are others still could not be seen. The connection stays paused. ({detail})",

  own: "This node’s keys",
  ownText: "What others compare when they connect with you. Their fingerprint:",
  ownMade: "Made on {when}",
  ownGeneration: "generation {count}",
  waiting: {
    one: "{count} organisation has former keys still",
    other: "{count} organisations have former keys still",
  },
  waitingText:
    "They are told in the background. Until they have the new keys, what goes to them is signed with the former ones.",
  waitingFor: "Generation {count}, made on {when}:",
  taken: "Every organisation has the new keys",
  change: "Change keys",
  changeTitle: "Change this node’s keys?",
  changeWhen:
    "When somebody may have had a copy of the keys, when an administrator who had them leaves, or once in a while.",
  changeAtOnce: "The new keys hold at once, with a new fingerprint. The former ones do not come back.",
  changeTold:
    "Every organisation is told in the background, in a message signed with the keys it has. Nobody has to do or compare anything anew.",
  changeSilent:
    "Who is silent or paused gets it later. Until then this node speaks with them by the former keys.",
  changeInvitations: {
    one: "{count} open invitation is withdrawn, since its link names the former keys: make a new one.",
    other: "{count} open invitations are withdrawn, since their links name the former keys: make new ones.",
  },
  changeBackup:
    "Make a backup afterwards: a node restored from an older one has the former keys, and is taken for an attacker.",
  changeNow: "Change the keys",
  changedNow: "The keys are changed",
} as const;
