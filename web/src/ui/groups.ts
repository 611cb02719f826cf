/** The groups of four characters of a fingerprint, however it was written: thirteen if it is whole. */
export function groups(fingerprint: string): string[] {
  return (
    fingerprint
      .toUpperCase()
      .replace(/[^A-Z2-7]/g, "")
      .match(/.{1,4}/g) ?? []
  );
}
