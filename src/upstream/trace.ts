import type { Observer, Operation } from './send.ts';

/** One call as the operation made it. It names the operation of the upstream, never a value of anybody. */
export interface TracedCall {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  /** Undefined where there was no answer. */
  readonly status: number | undefined;
  /** Milliseconds since the operation began. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Bytes of the answer; 0 where it was read for another call. */
  readonly bytes: number;
  /** True when an identical call was under way and answered this one too. */
  readonly shared: boolean;
  /** True when no call was made, because an earlier answer is fresh enough. */
  readonly cached: boolean;
  /** How many objects were asked for by key at once. */
  readonly batch: number;
}

/** The calls of one operation, for those who want to know. */
export class Trace {
  readonly #began = performance.now();
  readonly #calls: TracedCall[] = [];
  readonly #cached = new Map<Operation, { at: number; count: number }>();

  /** Begins a call; the result ends it. */
  begin({ api, method, path }: Operation, batch: number) {
    const at = performance.now();
    let shared = false;
    let bytes = 0;
    const observer: Observer = {
      joined: () => {
        shared = true;
      },
      received: (count) => {
        bytes += count;
      },
    };
    const end = (status: number | undefined): void => {
      const startedAt = this.#since(at);
      const durationMs = this.#since(performance.now()) - startedAt;
      this.#calls.push({
        ...{ api, method, path, status, startedAt, durationMs: Math.round(durationMs * 10) / 10 },
        ...{ bytes, shared, cached: false, batch },
      });
    };
    return { observer, end };
  }

  /** Counts an object that needed no call. */
  cached(operation: Operation): void {
    const known = this.#cached.get(operation) ?? { at: performance.now(), count: 0 };
    known.count++;
    this.#cached.set(operation, known);
  }

  /** All calls in the order in which they began; what needed none stands there once an operation of the upstream. */
  calls(): readonly TracedCall[] {
    const cached = [...this.#cached].map(
      ([{ api, method, path }, { at, count }]): TracedCall => ({
        ...{ api, method, path, status: undefined, startedAt: this.#since(at), durationMs: 0 },
        ...{ bytes: 0, shared: false, cached: true, batch: count },
      }),
    );
    return [...this.#calls, ...cached].toSorted((one, other) => one.startedAt - other.startedAt);
  }

  #since(moment: number): number {
    return Math.round((moment - this.#began) * 10) / 10;
  }
}
