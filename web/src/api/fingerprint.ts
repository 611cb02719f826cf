/** Fingerprints of a node's keys: what administrators read to each other. */

import { sha256 } from "./sha256";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** `SubjectPublicKeyInfo` of an Ed25519 key up to its 32 bytes (RFC 8410). */
const ED25519 = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** The fingerprint of the keys in an instance actor's document, or null if it lacks one of them. */
export function ownFingerprint(actor: unknown): string | null {
  const { publicKey, assertionMethod } = (actor ?? {}) as {
    publicKey?: { publicKeyPem?: unknown };
    assertionMethod?: { publicKeyMultibase?: unknown }[];
  };
  const rsa = fromPem(publicKey?.publicKeyPem);
  const ed25519 = fromMultibase(assertionMethod?.[0]?.publicKeyMultibase);
  return rsa && ed25519 ? fingerprintOf([rsa, ed25519]) : null;
}

/** As `wire::keys::fingerprint` makes it: SHA-256 over the sorted keys, each after its length. */
function fingerprintOf(keys: Uint8Array[]): string {
  const message: number[] = [...new TextEncoder().encode("entrenous key fingerprint v1\0")];
  for (const key of [...keys].sort(compare)) {
    message.push(0, 0, 0, 0, 0, 0, key.length >> 8, key.length & 0xff, ...key);
  }
  let bits = "";
  for (const byte of sha256(Uint8Array.from(message))) bits += byte.toString(2).padStart(8, "0");
  const characters = (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[parseInt(five.padEnd(5, "0"), 2)]);
  return characters.join("").replace(/.{4}(?=.)/g, "$&-");
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at === -1 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

function fromPem(text: unknown): Uint8Array | null {
  const found = /-----BEGIN PUBLIC KEY-----([\s\S]+)-----END PUBLIC KEY-----/.exec(String(text ?? ""))?.[1];
  if (found === undefined) return null;
  try {
    return Uint8Array.from(atob(found.replace(/\s/g, "")), (one) => one.charCodeAt(0));
  } catch {
    return null;
  }
}

/** An Ed25519 Multikey (FEP-521a) as `SubjectPublicKeyInfo`. */
function fromMultibase(text: unknown): Uint8Array | null {
  if (typeof text !== "string" || !text.startsWith("z")) return null;
  let value = 0n;
  for (const character of text.slice(1)) {
    const digit = BASE58.indexOf(character);
    if (digit === -1) return null;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16);
  const bytes =
    (hex.length % 2 === 0 ? hex : `0${hex}`).match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) return null;
  return Uint8Array.from([...ED25519, ...bytes.slice(2)]);
}
