import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Made from "./Made.svelte";

const qr = vi.hoisted(() => ({ encodeQR: vi.fn() }));
vi.mock("qr", () => qr);

const props = {
  made: {
    id: "1",
    link: "https://lyon.example/invitations/1?fp=ljjn#secret",
    fingerprint: "ljjn".repeat(13),
    expires_at: "2026-03-04T10:00:00Z",
  },
  pre: false,
  introduced: false,
  another: vi.fn(),
} as never;

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
  qr.encodeQR.mockReset();
});

test("an invitation is a link and a code", async () => {
  qr.encodeQR.mockReturnValue([
    [true, false],
    [false, true],
  ]);
  render(Made, props);
  expect(await screen.findByText(t("peers.qrText"))).toBeTruthy();
  expect(screen.queryByText(t("peers.qrMissing"))).toBeNull();
});

test("without its code, that is told, and the link is there", async () => {
  qr.encodeQR.mockImplementation(() => {
    throw new Error("could not be loaded");
  });
  render(Made, props);
  expect(await screen.findByText(t("peers.qrMissing"))).toBeTruthy();
  expect(screen.queryByText(t("peers.qrText"))).toBeNull();
  expect(screen.getByDisplayValue(/invitations\/1/)).toBeTruthy();
});
