import { expect, test } from "vitest";
import { groups } from "$/ui/groups";
import { ownFingerprint } from "./fingerprint";

/** What a node showed of itself, and the fingerprint it said it had. */
const actor = {
  publicKey: {
    publicKeyPem: `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA8BSPR+PAS4Foi1QqF6ZM
rL3fwi/ksR0wRAbmPGH3IuID0HyHEJAHppwvSJhRYAiZ8AQGMe88/9I9d09Oltko
mB0n6xfRlMfp92u07o3FQ97L05sNf40uLQ1VacY18F4pHaiUQRWPpRKSBgy6QiQj
14STb9CEeOoWSRzyR9cIBjjMNiUVOyii2f0iGTj1+I1bL9DxAuPRdIsylC63v9+e
Ftn9GNDLHYy2AnERlPs1uAQw4OG9xq980b7WMA5uNNueqjV3E8QOjbyexXeVvzqb
3Q6qxNC5hHGcU8q7IhRv/EVmX+PIj+nMrogzUhpD8ZVGT/R68a6qDERBtBWeC7oQ
ywIDAQAB
-----END PUBLIC KEY-----
`,
  },
  assertionMethod: [{ publicKeyMultibase: "z6MkpUyUnQ3Werk6CURDdAGaQ7y1xTXoApsKEqZ6T3HDYsaN" }],
};
const FINGERPRINT = "LJJN-PQJJ-MGXN-PPCM-JHHZ-DUBT-SSSV-INHX-CZHS-XIIK-DXWO-L7QC-55AA";

test("the fingerprint of the own keys is the one that the node says", () => {
  expect(ownFingerprint(actor)).toBe(FINGERPRINT);
});

test("without both keys there is none", () => {
  for (const less of [
    null,
    {},
    "x",
    { ...actor, publicKey: null },
    { ...actor, publicKey: { publicKeyPem: "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----" } },
    { ...actor, assertionMethod: [] },
    { ...actor, assertionMethod: [{ publicKeyMultibase: "z0" }] },
    { ...actor, assertionMethod: [{ publicKeyMultibase: "z6Mk" }] },
  ])
    expect(ownFingerprint(less)).toBeNull();
});

test("a fingerprint is thirteen groups, however it was written", () => {
  const compact = FINGERPRINT.toLowerCase().replace(/-/g, "");
  expect(groups(FINGERPRINT)).toHaveLength(13);
  expect(groups(compact)).toEqual(groups(FINGERPRINT));
  expect(groups("")).toEqual([]);
});
