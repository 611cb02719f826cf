/** Short messages at the edge of the screen, also read to people who do not see them. */

export interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
  action?: { label: string; run: () => void };
}

let next = 1;
let shown = $state.raw<Toast[]>([]);

export const toasts = {
  get all() {
    return shown;
  },
};

/** Shows a message for some seconds; errors and messages with an action stay longer. Answers what takes it away. */
export function toast(
  text: string,
  options: { kind?: Toast["kind"]; action?: Toast["action"]; milliseconds?: number } = {},
): () => void {
  const one: Toast = { id: next++, text, kind: options.kind ?? "info", action: options.action };
  shown = [...shown.slice(-2), one];
  const length = options.milliseconds ?? (one.kind === "error" || one.action ? 8_000 : 4_000);
  const close = () => dismiss(one.id);
  setTimeout(close, length);
  return close;
}

/** Takes a message away. */
export function dismiss(id: number): void {
  shown = shown.filter((one) => one.id !== id);
}
