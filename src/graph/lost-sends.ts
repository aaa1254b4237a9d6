import { type Context, createContext } from '../context.ts';
import type { KeptSend } from '../ports.ts';
import { recordOwn } from './change.ts';
import type { Claim } from './ledger.ts';
import { viewOf } from './message.ts';
import { outcomeOf } from './send-outcome.ts';

/** How a message whose send lost its answer is found again. */
export interface Finder {
  /**
   * True when what is found may have been sent by another send that says the same, such as one whose answer still
   * comes; false where the message itself says which send it is of.
   */
  readonly alike: boolean;
  /** What the send may have given, the likeliest first. */
  readonly find: (
    context: Context,
    send: KeptSend,
    clue: Readonly<Record<string, unknown>>,
  ) => Promise<readonly object[]>;
}

const finders = new Map<string, Finder>();

/** Says how messages that an operation sent are found again. */
export const findLost = ({ api, method, path }: Claim, finder: Finder): void => {
  finders.set(`${api} ${method} ${path}`, finder);
};

/**
 * Looks once whether the upstream has what a lost send was to give. What is found counts as its outcome from now on,
 * and is told on the status stream; nothing is ever sent.
 *
 * @returns true when it was found, whoever found it
 * @throws {UpstreamError} the upstream cannot be asked
 * @throws {StoreError} the outbox cannot be asked
 */
export const lookForSend = async (context: Context, send: KeptSend): Promise<boolean> => {
  const { outbox } = context.services;
  const finder = finders.get(send.operation);
  if (!finder || send.clue === null) return false;
  if (finder.alike && (await outbox.hasRival(send))) return false;
  for (const row of await finder.find(context, send, JSON.parse(send.clue))) {
    const outcome = outcomeOf(row);
    if (outcome === undefined || !(await outbox.settle(send.id, outcome))) continue;
    const view = viewOf(row);
    // A context of its own: the one that looked may have ended.
    const own = createContext(context.services, context);
    if (view) await recordOwn(own, view, row, { added: true, via: 'RECONCILED' });
    return true;
  }
  return (await outbox.find(send.id))?.state === 'DONE';
};
