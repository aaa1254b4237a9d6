/** One call that failed, by the upstream's fault or by that of Pigeon's credential. */
export interface Failure {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  /** `5xx`, `4xx` for a quota that is used up, `timeout`, `unavailable`, `invalid` or `credential refused`. */
  readonly outcome: string;
  readonly status: number | undefined;
}

/** For how long failures of one kind are one burst, in milliseconds. */
const BURST_MS = 60_000;

/** A burst of failures of one upstream. */
interface Burst {
  readonly since: number;
  /** How many calls have failed that nothing has been said about. */
  untold: number;
}

/**
 * Says that an upstream fails: the first call of a burst at once, and while it goes on once a minute how many more
 * have failed.
 */
export const upstreamFailures = (
  warn: (details: Record<string, unknown>, message: string) => void,
  now: () => number = () => performance.now(),
): ((failure: Failure) => void) => {
  const bursts = new Map<string, Burst>();
  return ({ api, method, path, outcome, status }) => {
    const kind = `${api} ${outcome}`;
    const burst = bursts.get(kind);
    if (burst && now() - burst.since < BURST_MS) {
      burst.untold += 1;
      return;
    }
    bursts.set(kind, { since: now(), untold: 0 });
    const more = burst?.untold ? { moreFailures: burst.untold } : {};
    const message =
      outcome === 'credential refused'
        ? 'an upstream refuses Pigeon’s credential'
        : 'calls to an upstream fail; more of this kind are counted and told in a minute';
    warn({ api, method, path, outcome, status, ...more }, message);
  };
};
