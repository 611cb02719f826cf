export const auth = {
  welcome: "Welcome to {node}",
  signIn: "Sign in",
  signingIn: "Signing you in…",
  closed: "This network is closed: people join by a personal invitation. If you were sent a link, open it.",
  failed: "Signing in did not work",
  failedHelp: "The attempt was interrupted, or took too long. Begin again.",
  again: "Begin again",
  about: "About this site",
} as const;
