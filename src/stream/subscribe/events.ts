import { type Context, createContext, type EventsArgs } from '../../context.ts';
import { rank } from '../../graph/status.ts';
import { viewOf } from '../audience.ts';
import { type Beginning, Subscription } from '../deliver/subscription.ts';
import type { Entry } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';
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
    const nothing = { events: [], position: since, published: new Map() };
    if (cursor && via === undefined) return nothing;
    if (kind === 'added' && via !== 'RECONCILED') return nothing;
    return takeSnapshot(context, statusLog, {
      interest,
      view,
      via: via ?? 'SNAPSHOT',
      since,
      failed: (error) => {
        throw error;
      },
    });
  };

  const begin = ({ events, position, published }: Snapshot): Beginning => ({
    events,
    position,
    fits: newsBehind(published, kind),
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
          since: await statusLog.head(),
          failed: (error) =>
            context.services.warn('a state could not be read again', { error: String(error) }),
        }),
      ),
  });
};

/** Tells an entry that says more than what was told by a snapshot. */
const newsBehind = (
  snapshot: Snapshot['published'],
  kind: 'raised' | 'added',
): ((entry: Entry) => boolean) => {
  if (snapshot.size === 0) return () => true;
  const published = new Map(snapshot);
  return (entry) => {
    const known = published.get(entry.messageId);
    if (known !== undefined && (kind === 'added' || rank(entry.status) <= known)) return false;
    published.delete(entry.messageId);
    return true;
  };
};
