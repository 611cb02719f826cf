import { render } from "@testing-library/svelte";
import { createRawSnippet, tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Dialog from "./Dialog.svelte";

const children = createRawSnippet(() => ({ render: () => "<p>Sure?</p>" }));
const props = () => ({ title: "Sure?", closeLabel: "Close", onclose: vi.fn(), children });

let row: HTMLElement;
let button: HTMLElement;
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
    this.querySelector<HTMLElement>("button")?.focus();
  };
  document.body.innerHTML = '<ul><li><button type="button">Remove</button></li></ul>';
  row = document.querySelector("li")!;
  button = document.querySelector("button")!;
  button.focus();
});

/** Closed as its owner does it, with what else changes in the same moment. */
async function close(dialog: { unmount: () => void }, also: () => void = () => {}) {
  dialog.unmount();
  also();
  await tick();
}

test("the focus is where it was when the dialog is gone", async () => {
  const dialog = render(Dialog, props());
  await tick();
  expect(document.activeElement).not.toBe(button);
  await close(dialog);
  expect(document.activeElement).toBe(button);
});

test("what was pressed is gone: the focus goes to what surrounded it, not to the top of the page", async () => {
  const dialog = render(Dialog, props());
  await tick();
  await close(dialog, () => row.remove());
  expect(document.activeElement?.tagName).toBe("UL");
});

test("one dialog takes the place of another: the focus goes to where it was before both", async () => {
  const first = render(Dialog, props());
  await tick();
  first.unmount();
  const second = render(Dialog, props());
  await tick();
  await close(second);
  expect(document.activeElement).toBe(button);
});
