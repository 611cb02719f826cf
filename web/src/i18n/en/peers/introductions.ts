/** Introductions: organisations that a third one, trusted by both, makes known to each other. */
export const introductions = {
  title: "Introductions",
  lead: "An organisation you are connected with makes another one known to you. Nothing crosses before both of you have accepted.",
  card: "{by} introduces {name} to you",
  until: "Answer until {when}",
  writes: "{by} writes:",
  otherConfirmed: "Their administrator has accepted already.",
  wouldCross: "What would cross",
  details: "In detail",
  fingerprint: "Fingerprint",
  vouches:
    "{by} vouches for this fingerprint. To be certain yourself, compare both with their administrator by telephone.",
  accept: "Accept",
  decline: "Decline",
  acceptName: "Accept {name}",
  declineName: "Decline {name}",
  acceptTitle: "Connect with {name}?",
  acceptAtOnce: "{name} has accepted already: the two are connected at once, and this crosses.",
  acceptWaits:
    "As soon as the administrator of {name} has accepted too, the two are connected, and this crosses.",
  acceptTrust: "It is {by} that tells you this is {name}, and vouches for its fingerprint.",
  declineTitle: "Decline {name}?",
  declineText:
    "The two are not connected. {by} is told that you have declined. Later an invitation can still connect you.",
  accepted: "Accepted. Now {name} is asked",
  acceptedText: "You have accepted. Nothing crosses before the administrator of {name} has accepted too.",
  connectedNow: "You are connected with {name}",
  declined: "Declined",
  past: "Accepted, declined and expired introductions",
  pastBy: "introduced by {by}",

  stateOpen: "No answer yet",
  stateAccepted: "Accepted",
  stateDeclined: "Declined",
  stateExpired: "Expired",
  stateConnected: "Connected",
  stateWaits: "Waits",

  by: "Introduced by",
  byName: "introduced by {name}",
  pendingText:
    "You have accepted the introduction by {by}. Nothing crosses before the other administrator has accepted too.",

  policy: "Introductions by {name}",
  ask: "Ask me",
  askText: "You see each introduction, and decide.",
  auto: "Accept",
  autoText:
    "Whoever {name} introduces is connected as soon as they accept, without your being asked, as long as the agreement asks for no more than {name} has itself, and you have never been connected with them.",
  asks: "You decide on each introduction by {name}",
  accepts: "Introductions by {name} are accepted from now on",
  notGiven:
    "The agreement allows no introductions. If {name} is to be introduced to others, or to introduce others to you, it has to allow them in both directions.",

  introduce: "Introduce to others",
  made: "Whom you have introduced it to",
  noneMade: "You have introduced {name} to nobody yet.",
  pairConnected: "The two are connected.",
  pairAccepted: "Both have accepted.",
  pairDeclined: "{name} has declined.",
  pairOneDeclined: "One of the two has declined.",
  pairExpired: "They have not answered in time.",
  pairHalf: "{name} has accepted. {other} has not answered yet.",
  pairOpen: "Neither has answered yet.",

  dialog: "Introduce {name} to others",
  dialogText:
    "Each of the two is told that you vouch for the name, the address and the fingerprint of the other. They are connected once both administrators have accepted.",
  whom: "To whom",
  all: "All",
  nobody: "There is nobody to introduce {name} to",
  nobodyText:
    "It can be introduced to those whom you are connected with, whose agreement allows introductions, and whom it does not know yet.",
  between: "What may cross between them",
  asWithUs: "As each works with us",
  asWithUsText: "Each gives the other what it gives to us, without the groups that are named for us.",
  noteHint: "Both administrators read it.",
  introduceTo: { one: "Introduce to {count} organisation", other: "Introduce to {count} organisations" },
  introduced: "{name} is introduced. Both sides are asked",

  didMake: "Introduced to another",
  didReceive: "Introduction received",
  didAccept: "Introduction accepted",
  didDecline: "Introduction declined",
  didConnect: "Connected by an introduction",
  didPassOver: "Introduction passed over",
  didPolicy: "Policy for introductions changed",
  byPolicy: "by your policy",
  byInvitation: "by the invitation",

  isExpired: "The introduction of {authority} has expired.",
  isAnswered: "The introduction of {authority} is answered already.",
  mayNot: "{authority} may introduce nobody to you any more: the agreement with it has changed or ended.",
  givesNone: "The agreement with {authority} allows no introductions.",
  notThese:
    "{authority} can no longer be introduced to one of these: their agreement has changed, or the two know each other by now.",
  nobodyLeft: "There is nobody left whom {authority} could be introduced to.",
  notActive: "The connection with {authority} is not active.",

  invite: "Introduce it to the other sites once it is confirmed",
  inviteHint:
    "Everyone whose agreement with you allows introductions is asked to connect with it too. Their administrators decide.",
  inviteNext: "Then it is introduced to the other sites, and their administrators are asked.",
  invited: "then introduced to the other sites",
} as const;
