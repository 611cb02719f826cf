import * as api from "$/api/peers";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { messages as en } from "$/i18n/en/peers";
import type { Both } from "$/parts/contract";
import { PARTNER, PRESETS } from "$/test/contracts";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import ContractEditor from "./ContractEditor.svelte";

test("a preset to begin with, details that are kept, and words that follow", async () => {
  await setLang("en");
  await loadTexts("peers");
  vi.spyOn(api, "presets").mockResolvedValue(PRESETS);
  let value: Both | null = null;
  const view = render(ContractEditor, {
    value,
    name: "Lyon",
    onchange: (next: Both) => {
      value = next;
      void view.rerender({ value: next });
    },
  });
  await waitFor(() => expect(value).toEqual(PRESETS[0]!.contract));
  const partner = () => screen.getByRole<HTMLInputElement>("radio", { name: en.contract.presetPartner });
  await fireEvent.click(partner());
  await screen.findByText(en.contract.giveDirectoryAll);
  expect(partner().checked).toBe(true);

  const [ours] = screen.getAllByRole("group", { name: en.contract.editGive, hidden: true });
  await fireEvent.click(within(ours!).getByRole("switch", { name: en.contract.chatLabel, hidden: true }));
  await screen.findByText(en.contract.giveNoChat);
  expect(value!["we_give"]).toEqual({ ...PARTNER, chat: false });
  expect(value!["they_give"]).toEqual(PARTNER);
  expect(partner().checked).toBe(false);

  // Groups are typed line by line, and a line that was just begun stays.
  const names = within(ours!).getByRole<HTMLTextAreaElement>("textbox", { hidden: true });
  await fireEvent.input(names, { target: { value: "https://a.example/groups/1\n" } });
  expect(value!["we_give"].named_groups).toEqual(["https://a.example/groups/1"]);
  expect(names.value).toBe("https://a.example/groups/1\n");
});
