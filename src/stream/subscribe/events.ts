import { type Context, createContext, type EventsArgs } from '../../context.ts';
import { viewOf } from '../audience.ts';
import { type Beginning, Subscription } from '../deliver/subscription.ts';
import type { Entry } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
import { isNewsAfter } from '../log/transition.ts';
import { messagesBefore } from './before.ts';
import { readCursor } from './cursor.ts';
import { readNamed } from './named.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/**
 * What a subscriber is told: how things stand, or what was missed, and then all that comes. Nothing between is
 * lost. The first reading is done when the promise resolves, so its faults are the subscription's.
 *
 * @param kind which entries are wanted: raised statuses, or new messages, of which there is nothing to tell at
 *   the beginning
 * @throws {InputError} an argument cannot be
 * @throws {NotFoundError} a message or channel is known to nobody
 */
export const openEvents = async (
  statusLog: StatusLog,
  context: Context,
  kind: 'raised' | 'added',
  args: EventsArgs,
): Promise<Subscription> => {
  const { epoch } = statusLog;
  const after = context.lastEventId ?? args.after;
  const cursor = after == null ? undefined : readCursor(after);
  // Before anything is read: what comes meanwhile is behind it.
  const head = await statusLog.head();
  const reached =
    cursor?.epoch === epoch && (await statusLog.reaches(cursor.position)) ? cursor.position : undefined;
  const interest = await readNamed(context, statusLog, args, reached !== undefined);
  const view = viewOf(context, kind, interest !== undefined);

  const standing = async (): Promise<Snapshot> => {
    const since = reached ?? head;
    const via = cursor && (reached === undefined ? 'RECONCILED' : cursor.within);
    const nothing = {
      events: [],
      epoch,
      position: since,
      told: new Map(),
      toldFrom: cursor ? RESUMED : since,
    };
    if (cursor && via === undefined) return nothing;
    if (kind === 'added' && via !== 'RECONCILED') return nothing;
    return takeSnapshot(context, statusLog, {
      interest,
      view,
      via: via ?? 'SNAPSHOT',
      epoch,
      since,
      failed: (error) => {
        throw error;
      },
    });
  };

  // New is only what was not there when the subscription began; who comes back began before.
  const isOld =
    kind === 'added' && !cursor ? await messagesBefore(context, interest, statusLog.now()) : () => false;

  const begin = ({ events, epoch, position, told, toldFrom }: Snapshot): Beginning => ({
    events,
    epoch,
    position,
    see: seenBy({ kind, told, toldFrom, isOld }),
  });

  return new Subscription({
    interest,
    view,
    beginning: begin(await standing()),
    reconcile: async () =>
      begin(
        await takeSnapshot(createContext(context.services, context, { signal: context.signal }), statusLog, {
          interest,
          view,
          via: 'RECONCILED',
          // In this order: should the log become another one in between, things are read once more.
          epoch: statusLog.epoch,
          since: await statusLog.head(),
          failed: (error) =>
            context.services.warn('a state could not be read again', { error: String(error) }),
        }),
      ),
  });
};

/** In place of a position: whoever comes back was told all that the log tells of what was before. */
const RESUMED = -1;

/** What one subscriber has been told, and what is not for it. */
interface Reader {
  readonly kind: 'raised' | 'added';
  /** What its snapshot told, by message. */
  readonly told: Snapshot['told'];
  /** Every entry behind this position was, or will be, told to it. */
  readonly toldFrom: number;
  /** Tells a message that was there before it began. */
  readonly isOld: (entry: Entry) => boolean;
}

/**
 * What an entry tells one subscriber: what it was told before is what the snapshot said, or an entry since then, and
 * nothing that only others were told.
 */
const seenBy =
  ({ kind, told, toldFrom, isOld }: Reader) =>
  (entry: Entry): Entry | undefined => {
    const before = told.get(entry.messageId);
    if (kind === 'added') return before || isOld(entry) ? undefined : entry;
    if (entry.previousAt > toldFrom) return entry;
    if (before) return isNewsAfter(entry, before) ? withPrevious(entry, before.status) : undefined;
    return withPrevious(entry, null);
  };

const withPrevious = (entry: Entry, previous: Entry['previous']): Entry =>
  entry.previous === previous ? entry : { ...entry, previous };
