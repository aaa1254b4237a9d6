import type { Dictionary } from './dictionary.ts';
import { Table } from './table.ts';

/** A row of any type. Its moments are kept as RFC 3339 with milliseconds, whatever the wire shows of them. */
export interface Row {
  readonly id: string;
  readonly type: string;
  /** What the contract says of it, by the contract's names. */
  attributes: Dictionary;
  /** Facts that the sandbox keeps beside the attributes and never answers, such as the account of a text. */
  own: Dictionary;
  /** The changes that are still to happen to it, the next one first. */
  ahead: Dictionary[];
}

/** A row to which no changes are still to happen. */
export function rowOf(type: string, id: string, attributes: Dictionary, own: Dictionary = {}): Row {
  return { id, type, attributes, own, ahead: [] };
}

/** All rows of one API, in a table for each type. */
export class Rows {
  readonly #tables = new Map<string, Table<Row>>();
  #sealed = false;

  /** The table of a type. */
  in(type: string): Table<Row> {
    let table = this.#tables.get(type);
    if (!table) {
      table = new Table(5000);
      if (this.#sealed) table.seal();
      this.#tables.set(type, table);
    }
    return table;
  }

  /** The row of a type with an id; undefined when there is none. */
  get(type: string, id: unknown): Row | undefined {
    return typeof id === 'string' ? this.in(type).get(id) : undefined;
  }

  /** The attributes of a row, none when there is no such row. */
  attributes(type: string, id: unknown): Dictionary {
    return this.get(type, id)?.attributes ?? {};
  }

  all(type: string): Row[] {
    return this.in(type).all();
  }

  add(row: Row): Row {
    return this.in(row.type).add(row);
  }

  get tables(): [type: string, table: Table<Row>][] {
    return [...this.#tables];
  }

  /** Says that the rows of the start are complete: of those added from now on the oldest make room for new ones. */
  seal(): void {
    this.#sealed = true;
    for (const table of this.#tables.values()) table.seal();
  }
}
