import type { GroupRelationship } from "$/api/group-types";
import { tie } from "$/test/groups";
import { expect, test } from "vitest";
import { deedsFor, pageOf, standingOf } from "./standing";

test("what one is to a group", () => {
  const cases: [Partial<GroupRelationship>, ReturnType<typeof standingOf>][] = [
    [{}, "none"],
    [{ member: true, role: "owner" }, "owner"],
    [{ member: true, role: "admin" }, "moderator"],
    [{ member: true, role: "user" }, "member"],
    [{ requested: true }, "requested"],
    [{ blocked_by: true }, "banned"],
  ];
  for (const [told, standing] of cases) expect(standingOf(tie("1", told))).toBe(standing);
  const asked = tie("1", { requested: true });
  expect(standingOf({ ...asked, entrenous: { ...asked.entrenous, invited: true } })).toBe("invited");
  expect(standingOf(undefined)).toBeUndefined();
});

test("who may do what with whom", () => {
  const more = ["makeOwner", "transfer", "remove", "ban"];
  expect(deedsFor("owner", "user", false)).toEqual(["makeModerator", ...more]);
  expect(deedsFor("owner", "admin", false)).toEqual(["makeMember", ...more]);
  expect(deedsFor("owner", "owner", false)).toEqual(["makeMember"]);
  expect(deedsFor("owner", "owner", true)).toEqual(["stepDown"]);
  expect(deedsFor("admin", "user", false)).toEqual(["remove", "ban"]);
  for (const theirs of ["admin", "owner"] as const) expect(deedsFor("admin", theirs, false)).toEqual([]);
  for (const theirs of ["user", "admin", "owner"] as const)
    expect(deedsFor("user", theirs, false)).toEqual([]);
  expect(deedsFor(null, "user", false)).toEqual([]);
});

test("where a group is", () => {
  expect([pageOf({ id: "7" }), pageOf({ id: "7" }, "members")]).toEqual(["/g/7", "/g/7/members"]);
});
