import { setLang } from "$/i18n/index.svelte";
import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Menu from "./Menu.svelte";
import ReactionPicker from "./ReactionPicker.svelte";

const trigger = () => screen.getByRole("button", { name: "More" });
const key = (name: string) => fireEvent.keyDown(document.activeElement!, { key: name });
const here = () =>
  document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim();

async function open() {
  await fireEvent.click(trigger());
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("menuitem"));
}

beforeEach(() => setLang("en"));

test("a menu is gone through by keys, and gives the focus back", async () => {
  const pin = vi.fn();
  const items = ["Copy", "Pin", "Delete", "Put away"].map((label) => ({
    label,
    run: label === "Pin" ? pin : vi.fn(),
  }));
  render(Menu, { label: "More", items });
  await open();
  for (const [name, to] of [
    ["ArrowDown", "Pin"],
    ["End", "Put away"],
    ["ArrowUp", "Delete"],
    ["p", "Put away"],
    ["P", "Pin"],
    ["x", "Pin"],
    ["Home", "Copy"],
  ] as const) {
    await key(name);
    expect(here(), name).toBe(to);
  }
  for (const name of ["Escape", "Tab"]) {
    await key(name);
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(trigger());
    await open();
  }
  // The page moves under it.
  await fireEvent.scroll(window);
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(trigger());
  await open();
  await key("p");
  await fireEvent.click(document.activeElement!);
  expect(pin).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(trigger());
});

test("a key that moves in a menu does nothing else", async () => {
  const outside = vi.fn();
  window.addEventListener("keydown", outside);
  render(Menu, { label: "More", items: [{ label: "Next", run: vi.fn() }] });
  await open();
  // `n` writes a post elsewhere.
  await key("n");
  expect(outside).not.toHaveBeenCalled();
  window.removeEventListener("keydown", outside);
});

test("emoji stand in rows; those of this node have names", async () => {
  const emoji = (shortcode: string, more = {}) => ({
    shortcode,
    url: `http://node.test/${shortcode}`,
    static_url: `http://node.test/${shortcode}`,
    visible_in_picker: true,
    ...more,
  });
  const onpick = vi.fn();
  const custom = [
    emoji("party", { category: "Lyon" }),
    emoji("hidden", { visible_in_picker: false }),
    emoji("evil", { url: "javascript:alert(1)", static_url: "javascript:alert(1)" }),
  ];
  render(ReactionPicker, { label: "More", custom, onpick });
  await open();
  expect(screen.getAllByRole("menuitem")).toHaveLength(25);
  expect(here()).toBe("👍");
  await key("ArrowDown");
  expect(here()).toBe("🔥");
  await key("p");
  expect(here()).toBe(":party:");
  await fireEvent.click(document.activeElement!);
  expect(onpick).toHaveBeenCalledWith("party");
});
