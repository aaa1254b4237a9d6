import type { KeptSend, SendState } from '../ports.ts';

/** How much an outbox keeps. Whatever is older goes; beyond the rows the oldest that are done go. */
export interface OutboxBounds {
  readonly ageMs: number;
  readonly rows: number;
}

/** What an outbox is said to keep unless the configuration says otherwise. */
export const OUTBOX_BOUNDS: OutboxBounds = { ageMs: 24 * 3600_000, rows: 1_000_000 };

/** How long after a send was lost it is looked for, in milliseconds, and the longest pause between two looks. */
export const FIRST_LOOK_MS = 1000;
export const LONGEST_PAUSE_MS = 600_000;

/** A send whose clue is for the caller’s own credential is looked for when the caller asks again. */
export const SERVICE_AUDIENCE = 'service';

/** How a send stands: one whose time is over without an outcome is lost, by a process that ended. */
export const stateOf = (
  { state, clue }: Pick<KeptSend, 'state' | 'clue'>,
  expiresAt: number,
  now: number,
): SendState => {
  if (state === 'SENDING' && expiresAt > now) return 'SENDING';
  return state === 'SENDING' || state === 'UNKNOWN' ? (clue === null ? 'UNTRACEABLE' : 'UNKNOWN') : state;
};
