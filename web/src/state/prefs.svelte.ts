/** Choices of this device: light or dark. */

import { recall, remember } from "./storage";

export type Theme = "system" | "light" | "dark";

let theme = $state<Theme>("system");

export const prefs = {
  get theme() {
    return theme;
  },
};

/** Chooses light, dark, or what the system says. */
export function setTheme(next: Theme): void {
  theme = next;
  remember("theme", next);
  show();
}

/** Takes up what was chosen before. */
export function resumePrefs(): void {
  theme = recall<Theme>("theme") ?? "system";
  show();
}

function show(): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
