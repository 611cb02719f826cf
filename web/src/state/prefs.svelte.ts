/** Choices of this device: light or dark, and whether single letters do something. */

import { recall, remember } from "./storage";

export type Theme = "system" | "light" | "dark";

let theme = $state<Theme>("system");
let letters = $state(true);

export const prefs = {
  get theme() {
    return theme;
  },
  /** Letters are shortcuts. Who speaks to the computer, or has a tremor, presses them without meaning it. */
  get letters() {
    return letters;
  },
};

/** Chooses light, dark, or what the system says. */
export function setTheme(next: Theme): void {
  theme = next;
  remember("theme", next);
  show();
}

/** Lets letters be shortcuts, or not. */
export function setLetters(next: boolean): void {
  letters = next;
  remember("letters", next);
}

/** Takes up what was chosen before. */
export function resumePrefs(): void {
  theme = recall<Theme>("theme") ?? "system";
  letters = recall<boolean>("letters") ?? true;
  show();
}

function show(): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
