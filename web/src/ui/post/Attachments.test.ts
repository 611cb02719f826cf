import type { MediaAttachment } from "$/api/types";
import { setLang, t } from "$/i18n/index.svelte";
import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Attachments from "./Attachments.svelte";

// As without a network: the viewer is a chunk of its own.
vi.mock("./MediaViewer.svelte", () => {
  throw new Error("offline");
});

const picture: MediaAttachment = {
  id: "1",
  type: "image",
  url: "http://node.test/bridge.png",
  preview_url: "http://node.test/small.png",
  remote_url: null,
  description: "A bridge",
  blurhash: null,
  meta: null,
};

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
});

test("that a picture cannot be opened is told, each time one presses it", async () => {
  render(Attachments, { files: [picture], key: "1" });
  for (let turn = 0; turn < 2; turn++) {
    await fireEvent.click(screen.getByRole("button", { name: t("post.open", { what: "A bridge" }) }));
    expect(await screen.findByText(t("common.failedHelp"))).toBeTruthy();
    await fireEvent.click(screen.getByText(t("common.cancel")));
    expect(screen.queryByText(t("common.failedHelp"))).toBeNull();
  }
});
