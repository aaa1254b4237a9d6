/**
 * Rows by id in the order they came. What is added after `seal` counts as grown; beyond `room` grown rows the oldest of
 * them goes, so that a sandbox that runs for weeks stays small.
 */
export class Table<Row extends { id: string }> {
  readonly #rows = new Map<string, Row>();
  readonly #grown = new Set<string>();
  readonly #room: number;
  #sealed = false;

  constructor(room: number) {
    this.#room = room;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id) ?? this.#rows.get(id.toLowerCase());
  }

  add(row: Row): Row {
    this.#rows.set(row.id, row);
    if (this.#sealed) {
      this.#grown.add(row.id);
      const [oldest] = this.#grown;
      if (oldest !== undefined && this.#grown.size > this.#room) this.delete(oldest);
    }
    return row;
  }

  delete(id: string): boolean {
    this.#grown.delete(id);
    return this.#rows.delete(id);
  }

  /** All rows, oldest first. */
  all(): Row[] {
    return [...this.#rows.values()];
  }

  /** Says that the rows of the start are complete: only rows added from now on make room for new ones. */
  seal(): void {
    this.#sealed = true;
  }
}
