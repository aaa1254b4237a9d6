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

/** A call while it is under way. */
interface Running {
  readonly operation: Operation;
  readonly at: number;
  readonly batch: number;
  endedAt: number | undefined;
  status: number | undefined;
  bytes: number;
  shared: boolean;
}

/** The calls of one operation, for those who want to know. */
export class Trace {
  readonly #began = performance.now();
  readonly #calls: Running[] = [];
  readonly #cached = new Map<Operation, { at: number; count: number }>();

  /** Begins a call; `end` ends it. */
  begin(operation: Operation, batch: number): Observer & { end(status: number | undefined): void } {
    const call: Running = {
      operation,
      at: performance.now(),
      batch,
      endedAt: undefined,
      status: undefined,
      bytes: 0,
      shared: false,
    };
    this.#calls.push(call);
    return {
      joined: () => {
        call.shared = true;
      },
      received: (bytes) => {
        call.bytes += bytes;
      },
      end: (status) => {
        call.status = status;
        call.endedAt = performance.now();
      },
    };
  }

  /** Counts an object that needed no call. */
  cached(operation: Operation): void {
    const known = this.#cached.get(operation) ?? { at: performance.now(), count: 0 };
    known.count++;
    this.#cached.set(operation, known);
  }

  /**
   * All calls in the order in which they began, also those whose answer is no longer waited for. What needed none
   * stands there once an operation of the upstream.
   */
  calls(): readonly TracedCall[] {
    const made = this.#calls.map(({ operation, at, endedAt = performance.now(), ...call }) =>
      this.#traced(operation, at, { ...call, durationMs: tenths(endedAt - at), cached: false }),
    );
    const cached = [...this.#cached].map(([operation, { at, count }]) =>
      this.#traced(operation, at, {
        status: undefined,
        durationMs: 0,
        bytes: 0,
        shared: false,
        cached: true,
        batch: count,
      }),
    );
    return [...made, ...cached].toSorted((one, other) => one.startedAt - other.startedAt);
  }

  #traced(
    { api, method, path }: Operation,
    at: number,
    rest: Omit<TracedCall, 'api' | 'method' | 'path' | 'startedAt'>,
  ): TracedCall {
    return { api, method, path, startedAt: tenths(at - this.#began), ...rest };
  }
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
