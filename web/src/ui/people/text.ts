/** Names and biographies as text. */

import { plainText } from "../rich/sanitize";

export { nameOf, profileOf } from "../post/names";

/** The text of HTML on one line. */
export function textOf(html: string): string {
  return plainText(html).replace(/\s+/g, " ");
}
