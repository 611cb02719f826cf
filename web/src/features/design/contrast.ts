/** Contrast of two colours as WCAG 2.2 measures it (1.4.3). */

export type Rgb = readonly [number, number, number];

/** Reads what `getComputedStyle` answers for a colour: `rgb(…)`, `rgba(…)`, `color(srgb …)`. */
export function readColour(text: string): Rgb | null {
  const parts = text.match(/-?\d*\.?\d+(e-?\d+)?/g)?.map(Number);
  if (!parts || parts.length < 3) return null;
  const scale = text.startsWith("color(") ? 255 : 1;
  const [red = 0, green = 0, blue = 0] = parts;
  return [red * scale, green * scale, blue * scale];
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** What is written on what, and how much contrast it needs: 4.5 for text, 3 for what is drawn (1.4.11). */
export const PAIRS: readonly { on: string; what: string; least: number }[] = [
  { what: "--ink", on: "--ground", least: 4.5 },
  { what: "--ink", on: "--card", least: 4.5 },
  { what: "--ink", on: "--hover", least: 4.5 },
  { what: "--ink", on: "--field", least: 4.5 },
  { what: "--soft", on: "--ground", least: 4.5 },
  { what: "--soft", on: "--card", least: 4.5 },
  { what: "--soft", on: "--hover", least: 4.5 },
  { what: "--on-brand", on: "--brand", least: 4.5 },
  { what: "--on-brand", on: "--brand-strong", least: 4.5 },
  { what: "--brand-text", on: "--ground", least: 4.5 },
  { what: "--brand-text", on: "--card", least: 4.5 },
  { what: "--on-brand-wash", on: "--brand-wash", least: 4.5 },
  { what: "--bad", on: "--card", least: 4.5 },
  { what: "--bad", on: "--bad-wash", least: 4.5 },
  { what: "--good", on: "--card", least: 4.5 },
  { what: "--good", on: "--good-wash", least: 4.5 },
  { what: "--warn", on: "--warn-wash", least: 4.5 },
  { what: "--field-line", on: "--field", least: 3 },
  { what: "--field-line", on: "--card", least: 3 },
];

export const COLOURS = [
  ...new Set(PAIRS.flatMap(({ what, on }) => [what, on])),
  "--raised",
  "--line",
] as readonly string[];
