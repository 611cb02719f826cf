/** Preferences: each is shown at once, and taken back when the node refuses it. */

import * as api from "$/api/settings";
import { setLang, t, type Lang } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { session, setMe } from "$/state/session.svelte";
import { remember } from "$/state/storage";
import { toast } from "$/state/toasts.svelte";

/** Saves a preference; answers whether the node has it. */
export async function save(change: api.Change): Promise<boolean> {
  const before = session.me;
  if (!before) return false;
  const { language, ...rest } = { ...before.source, ...change.source };
  setMe({ ...before, source: { ...rest, language: language ?? "" } });
  try {
    setMe(await api.update(change));
    toast(t("common.saved"));
    return true;
  } catch (error) {
    setMe(before);
    toast(explain(error), { kind: "error" });
    return false;
  }
}

/** The language of the interface: on this device at once, and at the node for messages and other devices. */
export async function speak(lang: Lang): Promise<void> {
  await setLang(lang);
  remember("lang", lang);
  await save({ locale: lang });
}
