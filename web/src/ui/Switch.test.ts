import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import Switch from "./Switch.svelte";

test("while it is being done a switch keeps the focus and takes no other press", async () => {
  const onchange = vi.fn();
  const { rerender } = render(Switch, { label: "Tell me", checked: true, busy: true, onchange });
  const one = screen.getByRole<HTMLInputElement>("switch", { name: "Tell me" });
  one.focus();
  await fireEvent.click(one);
  expect([one.checked, document.activeElement]).toEqual([true, one]);
  expect(onchange).not.toHaveBeenCalled();
  await rerender({ busy: false });
  await fireEvent.click(one);
  expect(onchange).toHaveBeenCalledWith(false);
});
