/** Copies a text. Browsers have `navigator.clipboard` on https and loopback only; elsewhere the field is copied. */
export async function copy(text: string, field: HTMLInputElement | undefined): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select();
    // The only way on an intranet without https.
    return document.execCommand?.("copy") ?? false;
  }
}
