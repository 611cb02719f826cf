import { expect, test } from "vitest";
import { groups } from "./groups";

test("a fingerprint is thirteen groups, however it was written", () => {
  const written = "LJJN-PQJJ-MGXN-PPCM-JHHZ-DUBT-SSSV-INHX-CZHS-XIIK-DXWO-L7QC-55AA";
  expect(groups(written)).toHaveLength(13);
  expect(groups(written.toLowerCase().replace(/-/g, ""))).toEqual(groups(written));
  expect(groups("")).toEqual([]);
});
