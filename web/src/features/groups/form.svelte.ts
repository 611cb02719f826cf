/** A group as it is made or changed: what has changed is known, and stays when the node refuses. */

import * as api from "$/api/groups";
import type { GroupChange, GroupPictures } from "$/api/groups";
import type { Group, GroupKind, GroupRight } from "$/api/group-types";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { putGroups } from "$/state/groups.svelte";
import { session } from "$/state/session.svelte";

/** Most characters of each text, as the node has them. */
export const MOST = { name: 100, note: 1_000, rules: 5_000 } as const;

const KINDS: readonly GroupKind[] = ["open", "closed", "secret"];

export class GroupForm {
  name = $state("");
  note = $state("");
  rules = $state("");
  kind = $state<GroupKind>("open");
  posting = $state<GroupRight>("members");
  invites = $state<GroupRight>("members");
  /** New pictures; the others stay as they are. */
  pictures = $state.raw<GroupPictures>({});
  /** The pictures there are; empty where there is none. */
  shown = $state.raw({ avatar: "", header: "" });
  busy = $state(false);
  error = $state<string | null>(null);
  /** Somebody has tried to save it: what is missing is told. */
  trying = $state(false);
  private id: string | null = null;
  private saved = $state("");

  /** For a new group if none is given. */
  constructor(group?: Group) {
    if (group) this.reset(group);
    else this.saved = this.mark();
  }

  /** As the node has it. */
  reset(group: Group): void {
    this.id = group.id;
    this.name = group.display_name;
    this.note = group.source.note;
    this.rules = group.entrenous.rules_source;
    this.kind = group.entrenous.kind;
    this.posting = group.entrenous.posting;
    this.invites = group.entrenous.invites;
    this.pictures = {};
    this.shown = { avatar: group.avatar, header: group.header };
    this.error = null;
    this.trying = false;
    this.saved = this.mark();
  }

  /** Chooses a picture; without one, what is there stays after all. */
  choose(which: keyof GroupPictures, file: File | null): void {
    const rest = { ...this.pictures };
    delete rest[which];
    this.pictures = file === null ? rest : { ...rest, [which]: file };
  }

  /** Chooses a kind by its name. */
  setKind(name: string): void {
    this.kind = KINDS.find((one) => one === name) ?? this.kind;
  }

  private get change(): GroupChange {
    const { kind, posting, invites } = this;
    return {
      display_name: this.name.trim(),
      note: this.note.trim(),
      rules: this.rules.trim(),
      kind,
      posting,
      invites,
    };
  }

  /** What is another than it was: of the rest another owner may have made something else meanwhile. */
  private get changed(): Partial<GroupChange> {
    const before = JSON.parse(this.saved) as GroupChange;
    return Object.fromEntries(
      Object.entries(this.change).filter(([key, value]) => before[key as keyof GroupChange] !== value),
    );
  }

  private mark(): string {
    return JSON.stringify(this.change);
  }

  get dirty(): boolean {
    return Object.keys(this.pictures).length > 0 || this.mark() !== this.saved;
  }

  /** What is wrong with the name, once somebody has tried. */
  get nameError(): string | undefined {
    return this.trying && this.name.trim() === "" ? t("groups.nameMissing") : undefined;
  }

  /** Makes the group, or changes it; null if that was not possible, and then it is told why. */
  async save(): Promise<Group | null> {
    if (this.busy) return null;
    this.trying = true;
    this.error = null;
    if (this.name.trim() === "") return null;
    this.busy = true;
    try {
      const { id, change, changed, pictures } = this;
      // Pictures first, since they are refused most easily. They are there then, whatever becomes of the rest.
      if (id !== null && Object.keys(pictures).length > 0) {
        const now = await api.changePictures(id, pictures);
        putGroups([now]);
        this.pictures = {};
        this.shown = { avatar: now.avatar, header: now.header };
      }
      const group = await (id === null ? api.create(change, pictures) : api.change(id, changed));
      this.reset(group);
      return group;
    } catch (error) {
      this.error = explain(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** A form with changes that was left by the back button, which nobody is asked about. */
let left: { whose: string; form: GroupForm } | null = null;

/** The form of a group, or of a new one; with what was changed and not saved, if anything was. */
export function groupForm(group?: Group): { form: GroupForm; resumed: boolean } {
  const whose = `${session.me?.id} ${group?.id ?? "new"}`;
  if (left?.whose === whose && left.form.dirty) return { form: left.form, resumed: true };
  const form = new GroupForm(group);
  left = { whose, form };
  return { form, resumed: false };
}

/** What was changed and not saved is not wanted any more. */
export function dropForm(): void {
  left = null;
}

/** One of the two who may do something, by name. */
export const rightOf = (name: string): GroupRight => (name === "moderators" ? "moderators" : "members");
