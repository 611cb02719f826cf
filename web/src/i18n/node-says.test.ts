/** Reads the sources of the node, and so belongs to `tsconfig.node.json`. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sayings } from "./fr/sayings";

/** All sources of the node. */
function sources(): string {
  const src = join(import.meta.dirname, "../../../src");
  return ["domain", "api"]
    .flatMap((crate) =>
      readdirSync(join(src, crate, "src"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".rs"))
        .map((name) => readFileSync(join(src, crate, "src", name), "utf8")),
    )
    .join("\n")
    .replace(/\\\n\s*/g, "");
}

test("the node still says all that there are French words for", () => {
  const all = sources();
  const quoted = (english: string) =>
    new RegExp(
      `"${english
        .split(/\{(\w+)\}/)
        .map((part, at) =>
          at % 2 === 0
            ? part.replace(/[.*+?^$(){}|[\]\\]/g, "\\$&")
            : part === "count"
              ? "(?:\\{\\w+\\}|[\\d,]+)"
              : "\\{\\w+\\}",
        )
        .join("")}"`,
    );
  expect(Object.keys(sayings).filter((english) => !quoted(english).test(all))).toEqual([]);
});
