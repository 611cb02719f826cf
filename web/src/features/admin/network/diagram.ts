/**
 * Where everything stands in the picture of the network: this node in the middle, the others around it. Only geometry, in
 * pixels of the screen, so that text has the same size on a phone and on a desk.
 */

import type { Network, NetworkNode } from "$/api/peers";

/** With more nodes than this a picture is no help. */
export const MOST = 24;
/** With more connections between others than this, only those that still wait are drawn. */
const MOST_BETWEEN = 80;
/** With more lines than this they are drawn fainter. */
const MANY = 16;
/** Half the size of a node's mark, and of this node's. */
export const RADIUS = 14;
export const CENTRE = 20;
/** The height that a mark takes with its name. */
const ROW = 56;
/** A letter of a name is about as wide as this. */
const LETTER = 6.8;
/** Above and below the outermost marks, for their names. */
const MARGIN = RADIUS + 24;

export interface Point {
  x: number;
  y: number;
}

export interface Mark extends Point {
  node: NetworkNode;
  /** The name, cut to what fits. */
  label: string;
  /** Where the name stands: towards the outside, out of the way of the line to the middle. */
  labelY: number;
}

export type LineKind = "connected" | "waiting" | "stopped";

export interface Line {
  /** Unlike that of any other line. */
  key: string;
  /** As SVG has it. */
  path: string;
  kind: LineKind;
}

export interface Drawing {
  width: number;
  height: number;
  centre: Point;
  marks: Mark[];
  /** From this node to the others. */
  spokes: Line[];
  /** Between others that this node has introduced to each other. */
  between: Line[];
  /** From who introduced to who was introduced. */
  introduced: Line[];
  /** Connections between others were too many: only those that wait are drawn. */
  thinned: boolean;
  /** Whether these are so many that they should be faint. */
  faint: boolean;
}

/** Which nodes have a place in the picture: a connection that has ended is none. */
export const drawable = ({ nodes }: Pick<Network, "nodes">) =>
  nodes.filter((node) => node.state !== "revoked");

/** The picture in `width` pixels; null if there is nothing to draw, or too much. */
export function draw(network: Network, width: number, lang: string): Drawing | null {
  const nodes = inOrder(drawable(network), lang);
  if (nodes.length === 0 || nodes.length > MOST || width <= 0) return null;
  const column = width < 480 ? 88 : 112;
  const around = places(nodes.length, width, column);
  const top = Math.min(0, ...around.map((one) => one.y));
  const bottom = Math.max(0, ...around.map((one) => one.y));
  const centre = { x: width / 2, y: MARGIN - top };
  const marks = nodes.map((node, at) => {
    const { x, y } = around[at] ?? { x: 0, y: 0 };
    const above = y < -1;
    return {
      node,
      x: centre.x + x,
      y: centre.y + y,
      label: cut(node.name, column),
      labelY: centre.y + y + (above ? -RADIUS - 8 : RADIUS + 16),
    };
  });
  const found = new Map(marks.map((mark) => [mark.node.origin, mark]));
  const pair = (a: string, b: string) => {
    const [from, to] = [found.get(a), found.get(b)];
    return from && to && from !== to ? ([from, to] as const) : null;
  };
  const between = network.links.flatMap(({ a, b, state }) => {
    const ends = pair(a, b);
    const kind: LineKind = state === "connected" ? "connected" : "waiting";
    if (!ends || state === "declined" || state === "expired") return [];
    return [{ key: `${a} ${b}`, path: bent(...ends, centre), kind }];
  });
  const introduced = marks.flatMap((mark) => {
    const ends = pair(mark.node.introduced_by?.origin ?? "", mark.node.origin);
    return ends ? [{ key: mark.node.origin, path: bent(...ends, centre), kind: kindOf(mark.node) }] : [];
  });
  const thinned = between.length > MOST_BETWEEN;
  return {
    width,
    height: centre.y + bottom + MARGIN,
    centre,
    marks,
    spokes: marks.map((mark) => ({
      key: mark.node.origin,
      path: straight(centre, CENTRE, mark, RADIUS),
      kind: kindOf(mark.node),
    })),
    between: thinned ? between.filter((one) => one.kind === "waiting") : between,
    thinned,
    introduced,
    faint: Math.min(between.length, MOST_BETWEEN) + introduced.length > MANY,
  };
}

function kindOf({ state }: NetworkNode): LineKind {
  if (state === "active") return "connected";
  return state === "suspended" ? "stopped" : "waiting";
}

/** Who was introduced stands beside who introduced them. */
function inOrder(nodes: readonly NetworkNode[], lang: string): NetworkNode[] {
  const names = new Map(nodes.map((node) => [node.origin, node.name]));
  const family = (node: NetworkNode) => names.get(node.introduced_by?.origin ?? "") ?? node.name;
  const second = (node: NetworkNode) => (node.introduced_by ? 1 : 0);
  return [...nodes].sort(
    (a, b) =>
      family(a).localeCompare(family(b), lang) || second(a) - second(b) || a.name.localeCompare(b.name, lang),
  );
}

/**
 * Points on an ellipse around the middle, no two so near that their names meet: the ellipse is as wide as there is room,
 * and as high as it must be.
 */
function places(count: number, width: number, column: number): Point[] {
  const most = (width - column) / 2;
  const rx = Math.min(most, 120 + 16 * count);
  if (count === 1) return [{ x: 0, y: -1.9 * ROW }];
  if (count === 2)
    return [
      { x: -rx, y: 0 },
      { x: rx, y: 0 },
    ];
  for (let ry = 1.9 * ROW; ; ry += 8) {
    const { gap, points } = spread(count, rx, ry, column);
    if (gap >= 1 || ry > count * ROW) return points;
  }
}

/** How far two places are from each other: 1 is as near as two may be. */
const distance = (a: Point, b: Point, column: number) =>
  Math.max(Math.abs(a.x - b.x) / column, Math.abs(a.y - b.y) / ROW);

const STEPS = 1_440;

/** Places as evenly around an ellipse as names need it, from the top on, and how far neighbours are from each other. */
function spread(count: number, rx: number, ry: number, column: number): { gap: number; points: Point[] } {
  const curve = Array.from({ length: STEPS }, (_, at) => {
    const angle = (2 * Math.PI * at) / STEPS - Math.PI / 2;
    return { x: rx * Math.cos(angle), y: ry * Math.sin(angle) };
  });
  const walk = (gap: number): Point[] => {
    const points: Point[] = [];
    for (const point of curve) {
      const last = points.at(-1);
      if (!last || distance(last, point, column) >= gap) points.push(point);
      if (points.length === count) break;
    }
    return points;
  };
  const fits = (gap: number) => {
    const points = walk(gap);
    const [first, last] = [points[0], points.at(-1)];
    return points.length === count && first && last && distance(first, last, column) >= gap;
  };
  let [low, high] = [0, 2 * Math.max(rx / column, ry / ROW)];
  for (let turn = 0; turn < 24; turn++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return { gap: low, points: walk(low) };
}

const whole = (value: number) => Math.round(value * 10) / 10;
const at = ({ x, y }: Point) => `${whole(x)} ${whole(y)}`;

/** The point on the way from one to another, `by` pixels along. */
function toward(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}

/** A line from edge to edge of two marks. */
const straight = (from: Point, fromRadius: number, to: Point, toRadius: number) =>
  `M${at(toward(from, to, fromRadius))}L${at(toward(to, from, toRadius))}`;

/** A line that bends towards the middle, past the marks that stand between, but not through this node. */
function bent(from: Point, to: Point, centre: Point): string {
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const off = Math.hypot(middle.x - centre.x, middle.y - centre.y);
  // Those that face each other have the middle between them: there the line goes around it on one side.
  const side = off > 1 ? middle : { x: centre.x + (to.y - from.y), y: centre.y - (to.x - from.x) };
  const chord = Math.hypot(to.x - from.x, to.y - from.y);
  const control = toward(centre, side, Math.max(off - Math.max(40, chord * 0.35), 3.2 * CENTRE));
  return `M${at(toward(from, control, RADIUS))}Q${at(control)} ${at(toward(to, control, RADIUS + 3))}`;
}

/** A name, cut to the room it has. */
function cut(name: string, room: number): string {
  const most = Math.floor(room / LETTER);
  const letters = [...name];
  return letters.length <= most
    ? name
    : `${letters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}
