import { createContext, type Services } from '../../context.ts';
import { lookForSend } from '../../graph/lost-sends.ts';
import type { Changes, KeptSend } from '../../ports.ts';
import { openRounds } from '../../store/rounds.ts';
import { PIGEON } from './poller.ts';

/** How often it is asked which lost sends are to be looked for, in milliseconds. */
const ROUND_MS = 1000;

/** How many of them are looked for in one round, one after the other, so that hardly any of the quota is used. */
const A_ROUND = 5;

/** For how long a lost send is looked for, in milliseconds. */
const GIVE_UP_MS = 3600_000;

/** What settling needs. */
export interface SettlingOptions {
  /** All services but those that are made after the stream. */
  readonly services: Omit<Services, 'changes' | 'directory'>;
  readonly changes: Changes;
  /** How often it is asked what is to be looked for, in milliseconds; 0 leaves that to `round`. */
  readonly everyMs?: number | undefined;
}

/** The settling of one running gateway. */
export interface Settling {
  /** Looks for the lost sends that it is time to look for. */
  round(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Finds out what became of sends whose answer was lost, by looking for their messages at the upstream. Nothing is
 * ever sent, and no upstream is asked while no send is lost.
 */
export const openSettling = ({ changes, everyMs = ROUND_MS, ...options }: SettlingOptions): Settling => {
  const services: Services = { ...options.services, changes, directory: undefined };
  const { outbox, warn } = services;
  const ending = new AbortController();

  const look = async (send: KeptSend): Promise<void> => {
    try {
      const found = await lookForSend(createContext(services, PIGEON, { signal: ending.signal }), send);
      if (!found && send.age > GIVE_UP_MS) await outbox.giveUp(send.id);
    } catch (error) {
      if (!ending.signal.aborted) warn('a lost send could not be looked for', { error: String(error) });
    }
  };

  const { round, end } = openRounds({
    work: async () => {
      for (const send of await outbox.due(A_ROUND)) if (!ending.signal.aborted) await look(send);
    },
    failed: (error) => warn('lost sends are not known', { error: String(error) }),
    everyMs,
  });

  return {
    round,
    close() {
      ending.abort(new Error('the gateway closes'));
      return end();
    },
  };
};
