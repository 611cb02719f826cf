import { describe, expect, test } from "vitest";
import { isOurs, match } from "./router.svelte";

describe("match", () => {
  test.each([
    ["/", "/", {}],
    ["/home", "/home", {}],
    ["/home", "/home/", {}],
    ["/lists/:id", "/lists/7", { id: "7" }],
    ["/@:acct", "/@ann%40b.example", { acct: "ann@b.example" }],
    ["/@:acct/:id", "/@ann/12", { acct: "ann", id: "12" }],
  ])("%s takes %s", (pattern, path, params) => expect(match(pattern, path)).toEqual(params));

  test.each([
    ["/lists/:id", "/lists"],
    ["/lists/:id", "/lists/"],
    ["/@:acct", "/@"],
    ["/@:acct", "/ann"],
    ["/@:acct", "/@%E0%A4%A"],
    ["/home", "/homes"],
  ])("%s refuses %s", (pattern, path) => expect(match(pattern, path)).toBeNull());
});

test("the node's own paths are left to the browser", () => {
  for (const path of ["/oauth/authorize", "/auth/sign_in", "/invite/x", "/media/1/c", "/manifest.json"])
    expect(isOurs(path), path).toBe(false);
  for (const path of ["/", "/home", "/@ann", "/authors", "/settings/security"])
    expect(isOurs(path), path).toBe(true);
});
