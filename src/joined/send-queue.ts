import { createHash, randomUUID } from 'node:crypto';
import { type Context, createContext, type Services } from '../context.ts';
import { ConflictError, NotReachableError } from '../graph/errors.ts';
import { ownerOf, sendOnce } from '../graph/send-once.ts';
import type { QueuedSend } from '../ports.ts';
import { openRounds } from '../store/rounds.ts';
import { OutcomeUnknownError, UpstreamError } from '../upstream/errors.ts';
import { deliver } from './deliver.ts';
import { channelIdOf } from './reach.ts';
import type { Early } from './send-limits.ts';
import type { SendInput, Target } from './send-target.ts';

/** How often it is asked which sends are due, in milliseconds. */
const ROUND_MS = 1000;

/** How many of them are sent in one round, one after the other. */
const A_ROUND = 20;

/** After how long a send that was begun and not ended is tried again, in milliseconds: longer than any send takes. */
const LEASE_MS = 60_000;

/** By how much a send may be late before it is given up, in milliseconds: what waited so long is old news. */
const MOST_LATE_MS = 12 * 3600_000;

const hash = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);

/** A queued send as the graph shows it. */
export class Scheduled {
  readonly queued: QueuedSend;

  constructor(queued: QueuedSend) {
    this.queued = queued;
  }

  get clientId(): string | null {
    return (JSON.parse(this.queued.input) as SendInput).clientId ?? null;
  }
}

/**
 * Puts a send into the queue of courier’s. The same idempotency key of a caller is queued once.
 *
 * @throws {ConflictError} the key was used for another input
 * @throws {NotReachableError} the send is the caller’s own credential’s to make, which is not kept
 */
export const schedule = async (
  context: Context,
  input: SendInput,
  { reason, at }: Early,
  { reach }: Target,
): Promise<Scheduled> => {
  const { sendRules, courierForwards, sendStore } = context.services;
  if (sendRules.otherwise === 'refuse' || courierForwards)
    throw new NotReachableError([reason], Math.ceil((at - Date.now()) / 1000));
  const owner = ownerOf(context);
  const key = input.idempotencyKey;
  const text = JSON.stringify(input);
  const print = hash(text);
  const queued = await sendStore.enqueue({
    id: key == null ? randomUUID() : hash(owner, key),
    owner,
    callerKey: context.caller.key,
    callerKnown: context.caller.known,
    print,
    input: text,
    channelId: channelIdOf(reach),
    at,
  });
  if (queued.print !== print) throw new ConflictError('input.idempotencyKey', 'was used for another input');
  return new Scheduled(queued);
};

/** The send comes too early still. */
class StillEarlyError extends Error {
  readonly at: number;

  constructor(at: number) {
    super('it is too early still');
    this.at = at;
  }
}

/** The sending of what waits, in one running gateway. */
export interface SendQueue {
  /** Sends what is due; what the queue does by itself every second. */
  round(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Sends what waits when its time has come. Each goes by its idempotency key through the outbox, as any other send
 * does, so that it is made once though processes end in the middle of it.
 *
 * @param outboxAgeMs for how long the outbox remembers that a send was made: one that is later is given up, so that
 *   none which was begun is made again
 * @param everyMs how often it is asked what is due, in milliseconds; 0 leaves that to `round`
 */
export const openSendQueue = (services: Services, outboxAgeMs: number, everyMs = ROUND_MS): SendQueue => {
  const mostLateMs = Math.min(MOST_LATE_MS, outboxAgeMs / 2);
  const { sendStore, warn } = services;
  let closed = false;

  const sendOne = async (queued: QueuedSend): Promise<void> => {
    const { id, owner, callerKey, callerKnown } = queued;
    const asked = JSON.parse(queued.input) as SendInput;
    const input = { ...asked, idempotencyKey: asked.idempotencyKey ?? `scheduled ${id}` };
    const context = createContext(services, {
      // What they may was asked when they asked.
      caller: {
        key: callerKey,
        known: callerKnown,
        may: () => true,
        admin: false,
        expiresAt: undefined,
      },
      courierCredential: undefined,
    });
    // The channel was chosen then, and whoever asked was told.
    const chosen: SendInput = { ...input, channelId: queued.channelId };
    const act = (own: Context) =>
      deliver(own, chosen, async ({ at }) => {
        throw new StillEarlyError(at);
      });
    await sendOnce(context, { mutation: 'sendMessage', input, act });
    await sendStore.dequeue(id, owner);
  };

  const giveUp = async ({ id, owner }: QueuedSend, reason: string): Promise<void> => {
    warn('a scheduled message is not sent', { id, reason });
    await sendStore.dequeue(id, owner);
  };

  const look = async (queued: QueuedSend): Promise<void> => {
    if (Date.now() - queued.at > mostLateMs) return giveUp(queued, 'it is too late');
    try {
      await sendOne(queued);
    } catch (error) {
      if (error instanceof StillEarlyError) return sendStore.postpone(queued.id, error.at);
      // The outbox knows of it, and nobody makes it again.
      if (error instanceof OutcomeUnknownError) return giveUp(queued, error.message);
      // It is tried again when the lease is over.
      if (error instanceof UpstreamError && error.retryable) return;
      await giveUp(queued, error instanceof Error ? error.name : 'unknown');
    }
  };

  const { round, end } = openRounds({
    work: async () => {
      const due = await sendStore.lease(A_ROUND, LEASE_MS, Date.now());
      for (const queued of due) if (!closed) await look(queued);
    },
    failed: (error) => warn('scheduled messages are not known', { error: String(error) }),
    everyMs,
  });

  return {
    round,
    close() {
      closed = true;
      return end();
    },
  };
};
