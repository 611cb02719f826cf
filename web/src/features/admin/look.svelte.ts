/** The node's look as it is edited, with the colours its accent becomes. */

import * as api from "$/api/admin";
import type { Look, LookPreview } from "$/api/admin";
import { explain } from "$/state/actions";
import { showLook } from "$/state/look";

const HEX = /^#[0-9a-f]{6}$/;
/** Long enough not to ask for each shade that a finger passes over. */
const PAUSE = 200;

/** `2F6F5E`, `#2f6` and the like as `#rrggbb`; null for what is no colour. */
export function colour(text: string): string | null {
  let hex = text.trim().toLowerCase().replace(/^#/, "");
  if (/^[0-9a-f]{3}$/.test(hex)) hex = [...hex].map((digit) => digit + digit).join("");
  return HEX.test(`#${hex}`) ? `#${hex}` : null;
}

export interface Rule {
  key: number;
  text: string;
}
type Which = "logo" | "header";
let counter = 0;

export class LookForm {
  phase = $state<"loading" | "ready" | "failed">("loading");
  name = $state("");
  description = $state("");
  /** As typed. */
  accent = $state("");
  rules = $state<Rule[]>([]);
  contact = $state("");
  pictures = $state.raw<Partial<Record<Which, File | null>>>({});
  look = $state.raw<Look | null>(null);
  preview = $state.raw<LookPreview | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);
  private saved = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;

  async read(): Promise<void> {
    this.phase = "loading";
    try {
      this.take(await api.look());
      this.phase = "ready";
    } catch {
      this.phase = "failed";
    }
  }

  private take(look: Look): void {
    this.look = look;
    this.name = look.name;
    this.description = look.description;
    this.accent = look.accent;
    this.rules = look.rules.map((text) => ({ key: counter++, text }));
    this.contact = look.contact_email;
    this.pictures = {};
    this.saved = this.mark();
    this.colours(0);
  }

  /** Back to how the node is. */
  revert(): void {
    if (this.look) this.take(this.look);
    this.error = null;
  }

  private texts(): api.LookTexts {
    return {
      name: this.name.trim(),
      description: this.description.trim(),
      accent: this.hex ?? this.accent,
      rules: this.rules.map((rule) => rule.text.trim()).filter((text) => text !== ""),
      contact_email: this.contact.trim(),
    };
  }
  private mark = (): string => JSON.stringify(this.texts());

  get dirty(): boolean {
    return Object.keys(this.pictures).length > 0 || this.mark() !== this.saved;
  }
  /** The accent as a colour; null while it is none. */
  get hex(): string | null {
    return colour(this.accent);
  }
  /** The worst contrast of text in either look. */
  get contrast(): number | null {
    if (!this.preview) return null;
    const { light, dark } = this.preview;
    return Math.min(...Object.values(light.contrast), ...Object.values(dark.contrast));
  }

  paint(accent: string): void {
    this.accent = accent;
    this.colours(PAUSE);
  }

  private colours(pause: number): void {
    clearTimeout(this.timer);
    const { hex } = this;
    if (hex === null) return;
    this.timer = setTimeout(() => void this.ask(hex), pause);
  }

  private async ask(hex: string): Promise<void> {
    this.asked?.abort();
    const mine = new AbortController();
    this.asked = mine;
    try {
      const preview = await api.previewLook(hex, mine.signal);
      if (!mine.signal.aborted) this.preview = preview;
    } catch {
      // The last colours stay; saving says what is wrong.
    }
  }

  addRule(): void {
    this.rules = [...this.rules, { key: counter++, text: "" }];
  }
  removeRule(key: number): void {
    this.rules = this.rules.filter((rule) => rule.key !== key);
  }
  choose(which: Which, file: File | null): void {
    this.pictures = { ...this.pictures, [which]: file };
  }
  unchoose(which: Which): void {
    const rest = { ...this.pictures };
    delete rest[which];
    this.pictures = rest;
  }

  /** Saves, and shows it at once in the whole client. */
  async save(): Promise<boolean> {
    if (this.busy || this.hex === null) return false;
    this.busy = true;
    this.error = null;
    try {
      const { logo, header } = this.pictures;
      if (logo || header)
        await api.changeLookPictures({ logo: logo ?? undefined, header: header ?? undefined });
      const gone = {
        ...(logo === null && { logo: "" as const }),
        ...(header === null && { header: "" as const }),
      };
      this.take(await api.changeLook({ ...this.texts(), ...gone }));
      await showLook();
      return true;
    } catch (error) {
      this.error = explain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
