/** The beginning: language, look and session, then the first screen. */

import { mount } from "svelte";
import App from "./app/App.svelte";
import { observe } from "./api/client";
import { said } from "./i18n/index.svelte";
import { noteReach } from "./state/connection.svelte";
import { feed } from "./state/feeds.svelte";
import { loadNode } from "./state/node.svelte";
import { resumePrefs } from "./state/prefs.svelte";
import { firstLanguage, forget, resume, session, signIn } from "./state/session.svelte";
import "./ui/base.css";

observe({ unauthorized: () => void forget(), reach: noteReach, words: said });
resumePrefs();
void loadNode();
const target = document.getElementById("app");
if (new URLSearchParams(location.search).has("sign-in")) {
  // The node has just signed someone in on its own page: whoever was here before gives way.
  await Promise.all([firstLanguage(), forget()]);
  await signIn();
} else {
  const ready = Promise.all([firstLanguage(), resume()]);
  // Most come for the home feed: it has been asked for, and is read while the rest begins.
  if (session.status === "in" && /^\/(home)?$/.test(location.pathname)) feed("home");
  await ready;
  if (target) mount(App, { target });
}

// The worker fetches the whole shell: it waits until the first screen is there.
if (import.meta.env.PROD)
  setTimeout(() => void import("./state/worker").then(({ registerWorker }) => registerWorker()), 3_000);
