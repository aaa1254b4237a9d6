import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { InputFieldBuilder } from '@pothos/core';
import { LRUCache } from 'lru-cache';
import type { BuilderTypes } from '../builder.ts';
import { type Context, ForbiddenError } from '../context.ts';
import type { KeptSend, Sending } from '../ports.ts';
import {
  AnswerError,
  LimitedError,
  OutcomeUnknownError,
  UnavailableError,
  UpstreamError,
} from '../upstream/errors.ts';
import { ConflictError, InputError, NotKeptError, NotReachableError } from './errors.ts';
import { lookForSend } from './lost-sends.ts';
import { loadNode } from './node.ts';
import { outcomeOf, readOutcome } from './send-outcome.ts';

/** How long an idempotency key may be, in characters. */
const MAX_KEY = 255;

/** By how much the outcome of a send may come behind the deadline of its operation, in milliseconds. */
const MARGIN_MS = 1000;

/** The first and the longest pause between two looks at a send that another process makes, in milliseconds. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** How many answers this process remembers as they were, and for how long in milliseconds: the rest is read again. */
const REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;

/** The input's field that every mutation takes that sends something. */
export const idempotencyKeyField = (t: InputFieldBuilder<BuilderTypes, 'InputObject'>) =>
  t.string({
    description:
      'Sends once however often it is asked for with this key by this caller, and gives the same result for a day. Up to 255 characters.',
  });

interface Remembered {
  readonly print: string;
  readonly given: Promise<object>;
}

const remembered = new WeakMap<object, LRUCache<string, Remembered>>();

const memoryOf = ({ services }: Context): LRUCache<string, Remembered> => {
  const memory = remembered.get(services) ?? new LRUCache({ max: REMEMBERED, ttl: REMEMBERED_MS });
  remembered.set(services, memory);
  return memory;
};

const hash = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/** Whose sends these are: callers who prove nothing are told apart by the credential that they bring. */
export const ownerOf = ({ caller, courierCredential }: Context): string =>
  hash(caller.key, caller.known ? null : (courierCredential?.key ?? null));

/** A mutation that sends something. */
interface Send<Given extends object> {
  readonly mutation: string;
  readonly input: { readonly idempotencyKey?: unknown };
  /** Sends, in the context that it is given. */
  readonly act: (context: Context) => Promise<Given>;
  /** True for what was given in place of a send: it is not given again without asking. */
  readonly isPassing?: (given: Given) => boolean;
  /** What is given again for what the outbox has kept, where that is no thing of the graph. */
  readonly again?: (values: Readonly<Record<string, unknown>>) => Given;
}

/**
 * Sends once for each key of a caller and a mutation: the same key again gives the same result and sends nothing,
 * for a day, over restarts and on every node. What was surely not sent is forgotten, so that it can be tried again;
 * what may have been sent is not. Without a key it sends each time.
 *
 * @returns null where what was sent is not there any more
 * @throws {ConflictError} the key was used for another input
 * @throws {OutcomeUnknownError} nobody knows yet whether it was sent
 * @throws {NotKeptError} the outbox cannot be written, and nothing was sent
 */
export const sendOnce = async <Given extends object>(
  context: Context,
  send: Send<Given>,
): Promise<Given | null> => {
  const { mutation, input, act } = send;
  const key = input.idempotencyKey;
  if (key === null || key === undefined) return act(context);
  if (typeof key !== 'string' || key === '')
    throw new InputError('input.idempotencyKey', 'must not be empty');
  if (key.length > MAX_KEY)
    throw new InputError('input.idempotencyKey', `must not be longer than ${MAX_KEY} characters`);
  const owner = ownerOf(context);
  const id = hash(owner, mutation, key).slice(0, 22);
  const print = hash(
    Object.entries(input)
      .filter(([, value]) => value !== null && value !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const memory = memoryOf(context);
  // What was read by one credential is not for another.
  const place = `${id} ${context.courierCredential?.key ?? ''}`;
  const before = memory.get(place);
  if (before && before.print !== print) throw conflict();
  if (before) return before.given as Promise<Given>;
  // A client that goes away and asks again is to find what became of it, so its going stops nothing.
  const own: Context = { ...context, signal: undefined };
  const given = makeOnce(own, { id, owner, mutation, key, print }, act, send.again);
  memory.set(place, { print, given: given as Promise<object> });
  given.then(
    (made) => {
      if (made === null || send.isPassing?.(made)) memory.delete(place);
    },
    () => memory.delete(place),
  );
  return given;
};

type Keyed = Pick<KeptSend, 'id' | 'owner' | 'mutation' | 'key' | 'print'>;

const makeOnce = async <Given extends object>(
  context: Context,
  keyed: Keyed,
  act: (context: Context) => Promise<Given>,
  again: Send<Given>['again'],
): Promise<Given | null> => {
  const { outbox, warn } = context.services;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const kept = await outbox.find(keyed.id).catch(notKept);
    if (kept && kept.print !== keyed.print) throw conflict();
    if (kept?.state === 'DONE') return recall(context, kept, again);
    if (kept?.state === 'SENDING') {
      // Whoever makes it may be another process.
      if (performance.now() + wait > context.deadline) throw unknown(kept, true);
      await pause(wait);
      continue;
    }
    if (kept) {
      if (await looksFor(context, kept)) continue;
      throw unknown(kept, kept.state === 'UNKNOWN');
    }

    /** The operation that the send was written down for. */
    let begun: string | undefined;
    const sending: Sending = {
      mark: keyed.id,
      begin: async (operation, clue, audience) => {
        if (begun) return;
        const withinMs = Math.max(0, context.deadline - performance.now()) + MARGIN_MS;
        const text = clue === undefined ? null : JSON.stringify(clue);
        const isOurs = await outbox
          .begin({ ...keyed, operation, clue: text, audience }, withinMs)
          .catch(notKept);
        if (!isOurs) throw new ElsewhereError();
        begun = operation;
      },
    };
    // What is sent is sent, whether or not its outcome can be written down: without it, it counts as lost.
    const writeDown = (written: Promise<void>) =>
      written.catch((error) => warn('what became of a send could not be written', { error: String(error) }));
    try {
      const given = await act({ ...context, sending });
      if (begun) await writeDown(outbox.finish(keyed.id, outcomeOf(given)));
      return given;
    } catch (error) {
      if (error instanceof ElsewhereError) continue;
      if (begun) await writeDown(isUnsent(error, begun) ? outbox.release(keyed.id) : outbox.lose(keyed.id));
      throw error;
    }
  }
};

/** Somebody else makes the same send. */
class ElsewhereError extends Error {}

const conflict = () => new ConflictError('input.idempotencyKey', 'was used for another input');

const notKept = (error: unknown): never => {
  throw new NotKeptError(error);
};

const unknown = ({ operation }: KeptSend, retryable: boolean): OutcomeUnknownError => {
  const [api = '', method = '', path = ''] = operation.split(' ');
  return new OutcomeUnknownError({ api, method, path }, undefined, retryable);
};

/** True for an error that says that nothing was sent: a gate or the upstream refused it, or the upstream never saw it. */
const isUnsent = (error: unknown, operation: string): boolean =>
  error instanceof NotReachableError ||
  error instanceof NotKeptError ||
  (error instanceof UpstreamError &&
    `${error.operation.api} ${error.operation.method} ${error.operation.path}` === operation &&
    (error instanceof AnswerError ||
      error instanceof LimitedError ||
      (error instanceof UnavailableError && error.unsent)));

/** Looks for a lost send on behalf of who asks for it again. An upstream that cannot be asked says nothing. */
const looksFor = async (context: Context, kept: KeptSend): Promise<boolean> => {
  if (kept.state !== 'UNKNOWN') return false;
  try {
    return await lookForSend(context, kept);
  } catch {
    return false;
  }
};

const recall = async <Given extends object>(
  context: Context,
  { outcome }: KeptSend,
  again: Send<Given>['again'],
): Promise<Given | null> => {
  const kept = readOutcome(outcome ?? '{"values":{}}');
  // The send gave a thing of this kind.
  if ('node' in kept) {
    try {
      return (await loadNode(context, kept.node)) as Given | null;
    } catch (error) {
      // Who may send may not always read.
      if (error instanceof ForbiddenError) return null;
      throw error;
    }
  }
  return again ? again(kept.values) : (kept.values as object as Given);
};
