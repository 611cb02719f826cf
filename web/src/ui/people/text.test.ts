import { expect, test } from "vitest";
import { textOf } from "./text";

test("HTML becomes text, lines apart", () => {
  expect(textOf("<p>One<br>two</p><p>three &amp; four</p>")).toBe("One two three & four");
});

test("nothing in it runs", () => {
  const before = document.body.innerHTML;
  expect(textOf('<img src=x onerror="document.body.textContent=1">hi')).toBe("hi");
  expect(document.body.innerHTML).toBe(before);
});
