import { setLang } from "$/i18n/index.svelte";
import { post } from "$/test/make";
import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Reactions from "./Reactions.svelte";

const said = (me: boolean) => ({ name: "🎉", count: 1, me, url: null, static_url: null, account_ids: [] });

beforeEach(() => setLang("en"));

test("taking back the last one does not send the focus to the top of the page", async () => {
  const onreact = vi.fn();
  const shown = render(Reactions, { post: post(1, { pleroma: { emoji_reactions: [said(true)] } }), onreact });
  onreact.mockImplementation(() => void shown.rerender({ post: post(1) }));
  const button = screen.getByRole("button", { pressed: true, name: "🎉, 1 person" });
  button.focus();
  await fireEvent.click(button);
  expect(onreact).toHaveBeenCalledWith("🎉");
  // What surrounded it.
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe("DIV"));
  expect(screen.queryByRole("button")).toBeNull();
});
