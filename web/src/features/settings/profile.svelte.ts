/** The profile as it is edited: what has changed is known, and outlives a way out by the browser's back button. */

import * as api from "$/api/settings";
import type { CredentialAccount } from "$/api/types";
import { explain } from "$/state/actions";
import { setMe } from "$/state/session.svelte";

export interface Row {
  key: number;
  name: string;
  value: string;
}

type Which = "avatar" | "header";
let counter = 0;
const row = (name = "", value = ""): Row => ({ key: counter++, name, value });

export class ProfileForm {
  name = $state("");
  note = $state("");
  locked = $state(false);
  discoverable = $state(false);
  fields = $state<Row[]>([]);
  /** A new picture, `null` to remove the one there is, nothing to keep it. */
  pictures = $state.raw<Partial<Record<Which, File | null>>>({});
  busy = $state(false);
  error = $state<string | null>(null);
  private saved = "";

  constructor(me: CredentialAccount) {
    this.reset(me);
  }

  /** As the node has it. */
  reset(me: CredentialAccount): void {
    this.name = me.display_name;
    this.note = me.source.note;
    this.locked = me.locked;
    this.discoverable = me.source.discoverable;
    this.fields = me.source.fields.map((field) => row(field.name, field.value));
    this.pictures = {};
    this.error = null;
    this.saved = this.mark();
  }

  private rows() {
    return this.fields
      .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
      .filter(({ name, value }) => name !== "" || value !== "");
  }

  private mark(): string {
    return JSON.stringify([this.name, this.note, this.locked, this.discoverable, this.rows()]);
  }

  get dirty(): boolean {
    return Object.keys(this.pictures).length > 0 || this.mark() !== this.saved;
  }

  addRow(): void {
    this.fields = [...this.fields, row()];
  }
  removeRow(key: number): void {
    this.fields = this.fields.filter((one) => one.key !== key);
  }

  choose(which: Which, file: File | null): void {
    this.pictures = { ...this.pictures, [which]: file };
  }
  /** Keeps the picture there is after all. */
  unchoose(which: Which): void {
    const rest = { ...this.pictures };
    delete rest[which];
    this.pictures = rest;
  }

  /** Saves; answers whether it is saved. What is typed stays when it is not. */
  async save(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      // Pictures first: they are what can be refused, and then nothing is half done.
      const { avatar, header } = this.pictures;
      if (avatar || header)
        await api.updatePictures({ avatar: avatar ?? undefined, header: header ?? undefined });
      for (const which of ["avatar", "header"] as const)
        if (this.pictures[which] === null) await api.removePicture(which);
      const me = await api.update({
        display_name: this.name.trim(),
        note: this.note,
        locked: this.locked,
        discoverable: this.discoverable,
        fields_attributes: this.rows(),
      });
      setMe(me);
      this.reset(me);
      return true;
    } catch (error) {
      this.error = explain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** A form with changes that was left by the back button. */
let left: { id: string; form: ProfileForm } | null = null;

/** The form of the person; with what was changed and not saved, if anything was. */
export function profileForm(me: CredentialAccount): { form: ProfileForm; resumed: boolean } {
  if (left?.id === me.id && left.form.dirty) return { form: left.form, resumed: true };
  const form = new ProfileForm(me);
  left = { id: me.id, form };
  return { form, resumed: false };
}
