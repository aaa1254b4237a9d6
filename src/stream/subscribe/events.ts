import { type Context, createContext } from '../../context.ts';
import { rank } from '../../graph/status.ts';
import { viewOf } from '../audience.ts';
import { End } from '../deliver/broadcast.ts';
import { eventOf, type StreamEvent } from '../deliver/event.ts';
import { joinOf } from '../deliver/fan-out.ts';
import { together } from '../deliver/shared-tail.ts';
import { stoppable } from '../deliver/stoppable.ts';
import { GONE } from '../deliver/tail.ts';
import type { Entry } from '../log/log.ts';
import { Journal } from '../log/status-log.ts';
import { readCursor } from './cursor.ts';
import { type NamedArgs, readNamed } from './named.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** The arguments of a subscription. */
export interface SourceArgs extends NamedArgs {
  readonly after?: string | null | undefined;
}

/**
 * What a subscriber is told: how things stand, or what was missed, and then all that comes. Nothing between is
 * lost. The first reading is done when the promise resolves, so its faults are the subscription's.
 *
 * @param kind which entries are wanted: raised statuses, or new messages, of which there is nothing to tell at
 *   the beginning
 * @throws {InputError} an argument cannot be
 * @throws {NotFoundError} a message or channel is known to nobody
 */
export const openSource = async (
  context: Context,
  kind: 'moved' | 'added',
  args: SourceArgs,
): Promise<AsyncIterableIterator<StreamEvent>> => {
  const journal = journalOf(context);
  const { epoch } = journal;
  const after = context.lastEventId ?? args.after;
  const cursor = after == null ? undefined : readCursor(after);
  // Before anything is read: what comes meanwhile is behind it.
  const head = await journal.head();
  const reached =
    cursor?.epoch === epoch && (await journal.reaches(cursor.position)) ? cursor.position : undefined;
  const interest = await readNamed(context, journal, args, reached !== undefined);
  const view = viewOf(context, kind, interest !== undefined);

  const standing = async (): Promise<Snapshot> => {
    const since = reached ?? head;
    const via = cursor && (reached === undefined ? 'RECONCILED' : cursor.within);
    const nothing = { events: [], position: since, told: new Map() };
    if (cursor && via === undefined) return nothing;
    if (kind === 'added' && via !== 'RECONCILED') return nothing;
    return takeSnapshot(context, journal, {
      interest,
      view,
      via: via ?? 'SNAPSHOT',
      since,
      failed: (error) => {
        throw error;
      },
    });
  };

  const end = new End();
  const join = joinOf(context);

  /** The subscriber was away in mid-stream for so long that the log goes on without it. */
  const reconcile = async (): Promise<Snapshot> =>
    takeSnapshot(createContext(context.parts, context, { signal: context.signal }), journal, {
      interest,
      view,
      via: 'RECONCILED',
      since: await journal.head(),
      failed: (error) => context.parts.warn('a state could not be read again', { error: String(error) }),
    });

  /** All that comes behind a position; with others where there are any. */
  const follow = (position: number, fits: (entry: Entry) => boolean) => {
    if (join) return together(journal, join, { interest, view, position, fits, end });
    const entries = journal.follow(interest, view, position);
    end.listen(() => void entries.return?.());
    return entries;
  };

  let snapshot: Snapshot | undefined = await standing();
  async function* tell(): AsyncGenerator<StreamEvent, void, void> {
    while (snapshot && !end.over) {
      yield* snapshot.events;
      const fits = newsBehind(snapshot.told, kind);
      const entries: AsyncIterable<Entry | typeof GONE> = follow(snapshot.position, fits);
      // It can be large, and what follows can last.
      snapshot = undefined;
      for await (const entry of entries) {
        if (entry === GONE) {
          snapshot = await reconcile();
          break;
        }
        if (fits(entry)) yield eventOf(entry, epoch);
      }
    }
  }

  return stoppable(tell(), () => end.bring(), context.signal);
};

/** Tells an entry that says more than what was told by a snapshot. */
const newsBehind = (snapshot: Snapshot['told'], kind: 'moved' | 'added'): ((entry: Entry) => boolean) => {
  if (snapshot.size === 0) return () => true;
  const told = new Map(snapshot);
  return (entry) => {
    const known = told.get(entry.messageId);
    if (known !== undefined && (kind === 'added' || rank(entry.status) <= known)) return false;
    told.delete(entry.messageId);
    return true;
  };
};

/** The stream behind the port. */
const journalOf = ({ parts: { changes } }: Context): Journal => {
  if (changes instanceof Journal) return changes;
  throw new Error('this gateway was started without its status stream');
};
