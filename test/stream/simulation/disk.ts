import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../../src/stream/log/sqlite-tables.ts';

/** What became of a commit. */
export type Fault = 'full' | 'crash before' | 'crash after';

const EMPTY = (() => {
  const db = openDatabase(':memory:');
  const bytes = db.serialize();
  db.close();
  return bytes;
})();

/** A database whose next commit can be made to fail, or to be the last thing that its process does. */
class FaultyDatabase extends DatabaseSync {
  fault: Fault | undefined;
  onCrash: () => void = () => {};

  override exec(sql: string): void {
    const fault = sql === 'COMMIT' ? this.fault : undefined;
    if (!fault) {
      super.exec(sql);
      return;
    }
    this.fault = undefined;
    if (fault === 'full') throw new Error('database or disk is full');
    super.exec(fault === 'crash before' ? 'ROLLBACK' : 'COMMIT');
    this.onCrash();
    throw new Error('the process is gone');
  }
}

/** A disk with one SQLite file on it, which outlives the processes that open it. */
export class Disk {
  #bytes: Uint8Array = EMPTY;
  #copy: Uint8Array | undefined;
  #db: FaultyDatabase | undefined;

  /** A process opens the file. */
  open(onCrash: () => void): DatabaseSync {
    const db = new FaultyDatabase(':memory:');
    db.deserialize(this.#bytes);
    db.onCrash = onCrash;
    this.#db = db;
    return db;
  }

  /** What becomes of the next commit. */
  fail(fault: Fault): void {
    if (this.#db) this.#db.fault = fault;
  }

  /** The process is gone: what was committed is there. */
  crash(): void {
    if (this.#db) this.#bytes = this.#db.serialize();
    this.#db = undefined;
  }

  /** Copies the file, as a backup does. */
  copy(): void {
    this.#copy = this.#db?.serialize() ?? this.#bytes;
  }

  /** The last position that the file knows of. */
  head(): number {
    const db = new DatabaseSync(':memory:');
    db.deserialize(this.#bytes);
    const row = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'entry'`).get();
    db.close();
    return Number(row?.seq ?? 0);
  }

  /** Puts the copy back, if there is one, while no process has the file. */
  putBack(): void {
    this.#bytes = this.#copy ?? this.#bytes;
  }
}
