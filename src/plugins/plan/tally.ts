import type { Api } from '../../context.ts';
import type { Cost, Loading } from '../../graph/weight.ts';

/** What an operation costs, or one field of it. */
export interface Price {
  /** Calls at the worst, by upstream. */
  readonly calls: Readonly<Record<Api, number>>;
  readonly objects: number;
  /** Bytes of the answer, by estimate. */
  readonly bytes: number;
}

/** What one field costs by itself, without what stands below it. */
export interface FieldPrice extends Price {
  /** Where it stands in the answer, such as `bird.messages.nodes.channel`. */
  readonly path: string;
}

/** What an operation costs before it runs. */
export interface Plan extends Price {
  /** Calls that it surely makes when lists are full: all but those that rows may share and those by estimate. */
  readonly certain: number;
  /** How many of these do not read objects by key. */
  readonly reserved: number;
  readonly fields: readonly FieldPrice[];
}

interface Entry {
  bird: number;
  courier: number;
  objects: number;
  bytes: number;
}

/** Keys of one type that an operation may read, and how many of them it surely does. */
interface Keys {
  readonly loading: Loading;
  all: number;
  certain: number;
}

/** The calls behind so many keys: a batch shows the objects or, at the worst, none, and batches may be small. */
const callsFor = ({ batched }: Loading, keys: number): number => keys + (batched ? Math.floor(keys / 2) : 0);

/** The objects that a field is asked of. */
interface Asker {
  readonly count: number;
  /** True when they are rows, or stand in rows, so that they may name the same things. */
  readonly many: boolean;
}

/** Adds up what fields cost. */
export class Tally {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Map<string, Keys>();
  readonly #once = new Set<string>();
  #reserved = 0;

  #entry(path: string): Entry {
    const entry = this.#entries.get(path) ?? { bird: 0, courier: 0, objects: 0, bytes: 0 };
    this.#entries.set(path, entry);
    return entry;
  }

  add(path: string, more: { readonly objects?: number; readonly bytes?: number }): void {
    const entry = this.#entry(path);
    entry.objects += more.objects ?? 0;
    entry.bytes += more.bytes ?? 0;
  }

  /** Adds the calls of a field that so many objects are asked for. */
  charge(path: string, { calls, estimated, loads = [], once }: Cost, { count, many }: Asker): void {
    const entry = this.#entry(path);
    for (const api of ['bird', 'courier'] as const) {
      entry[api] += count * ((calls?.[api] ?? 0) + (estimated?.[api] ?? 0));
      this.#reserved += count * (calls?.[api] ?? 0);
    }
    for (const loading of loads) {
      const keys = this.#keys.get(loading.name) ?? { loading, all: 0, certain: 0 };
      this.#keys.set(loading.name, keys);
      entry[loading.api] += callsFor(loading, keys.all + count) - callsFor(loading, keys.all);
      keys.all += count;
      if (!many) keys.certain += count;
    }
    if (once && count > 0 && !this.#once.has(once.name)) {
      this.#once.add(once.name);
      for (const api of ['bird', 'courier'] as const) {
        entry[api] += once.calls[api] ?? 0;
        this.#reserved += once.calls[api] ?? 0;
      }
    }
  }

  plan(): Plan {
    const fields = [...this.#entries].map(
      ([path, { bird, courier, objects, bytes }]): FieldPrice => ({
        path,
        calls: { bird, courier },
        objects,
        bytes,
      }),
    );
    const sum = (of: (field: FieldPrice) => number): number =>
      fields.reduce((all, field) => all + of(field), 0);
    const keys = [...this.#keys.values()];
    return {
      calls: { bird: sum(({ calls }) => calls.bird), courier: sum(({ calls }) => calls.courier) },
      objects: sum(({ objects }) => objects),
      bytes: sum(({ bytes }) => bytes),
      certain:
        this.#reserved + keys.reduce((all, { loading, certain }) => all + callsFor(loading, certain), 0),
      reserved: this.#reserved,
      fields,
    };
  }
}
