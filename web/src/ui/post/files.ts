/** What the files of a post are, and where their important part is. */

import type { MediaAttachment } from "$/api/types";

/** How a file is shown. `missing`: it is at its own node, and could not be fetched from there. */
export type Shape = "image" | "video" | "audio" | "document" | "missing";

export function shapeOf(file: MediaAttachment): Shape {
  if (file.url === null) return "missing";
  if (file.type === "image" || file.type === "gifv") return "image";
  if (file.type === "video" || file.type === "audio") return file.type;
  return "document";
}

/** The focus of a picture as a CSS position: -1…1 with the top at 1 becomes 0 %…100 % with the top at 0 %. */
export function position(file: MediaAttachment): string {
  const { x = 0, y = 0 } = file.meta?.focus ?? {};
  return `${Math.round((x + 1) * 50)}% ${Math.round((1 - y) * 50)}%`;
}

/** Width by height, within what a list of posts bears; 3:2 when it is not known. */
export function aspect(file: MediaAttachment): number {
  const { original, small } = file.meta ?? {};
  const size = original?.width ? original : small;
  const told = size?.width && size.height ? size.width / size.height : (size?.aspect ?? 1.5);
  return Math.min(2.4, Math.max(0.8, told));
}

/** Seconds as players write them, such as “1:05” or “1:00:05”. */
export function clock(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A size in words, such as “2.4 MB”. */
export function bytes(size: number, lang: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit: units[at],
    unitDisplay: "short",
    maximumFractionDigits: at === 0 ? 0 : 1,
  }).format(size / 1000 ** at);
}
