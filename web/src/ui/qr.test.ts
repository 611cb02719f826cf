import { render } from "@testing-library/svelte";
import { encodeQR } from "qr";
import { decodeQR } from "qr/decode.js";
import { expect, test } from "vitest";
import QrCode from "./QrCode.svelte";

const LINK = `https://lyon.example/invitations/117703582526406656?fp=${"ljjn".repeat(13)}#${"aB3_".repeat(10)}xyz`;

test("what is drawn is read again as what it was made of", () => {
  const cells = encodeQR(LINK, "raw", { ecc: "medium", border: 4 });
  const { container } = render(QrCode, { cells, label: "Link" });
  const side = cells.length;
  const svg = container.querySelector("svg")!;
  expect(svg.getAttribute("viewBox")).toBe(`0 0 ${side} ${side}`);
  // The squares of the path, painted as a browser would, four pixels each.
  const scale = 4;
  const data = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255);
  for (const [, x, y] of svg
    .querySelector("path")!
    .getAttribute("d")!
    .matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let down = 0; down < scale; down++)
      for (let right = 0; right < scale; right++) {
        const at = ((Number(y) * scale + down) * side * scale + Number(x) * scale + right) * 4;
        data.fill(0, at, at + 3);
      }
  expect(decodeQR({ width: side * scale, height: side * scale, data })).toBe(LINK);
});

test("nothing is styled in place: the policy forbids it", () => {
  const { container } = render(QrCode, { cells: [[true]], label: "Link" });
  expect(container.querySelector("[style]")).toBeNull();
  expect(container.querySelector("svg")!.getAttribute("aria-label")).toBe("Link");
});
