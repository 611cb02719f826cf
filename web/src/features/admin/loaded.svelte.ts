/** A list that the administration reads whole, and changes in place. */

export class Loaded<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");

  constructor(
    private readonly fetch: () => Promise<T[]>,
    /** How they stand; as the node tells them, new ones first, if that is not said. */
    private readonly order?: (one: T, other: T) => number,
  ) {}

  async read(): Promise<void> {
    this.phase = "loading";
    try {
      this.items = await this.fetch();
      this.phase = "ready";
    } catch {
      this.phase = "failed";
    }
  }

  /** In the place of the one with its id; a new one at the beginning. */
  put(one: T): void {
    const known = this.items.some((other) => other.id === one.id);
    const all = known ? this.items.map((other) => (other.id === one.id ? one : other)) : [one, ...this.items];
    this.items = this.order ? all.sort(this.order) : all;
  }

  drop(id: string): void {
    this.items = this.items.filter((one) => one.id !== id);
  }
}
