import { audienceOf, type Context, type EventsArgs, ForbiddenError, requireRight } from '../../context.ts';
import { InputError, NotFoundError } from '../../graph/errors.ts';
import { globalId, readId } from '../../graph/ids.ts';
import { followPeople, type NamedPeople } from '../../joined/followed.ts';
import { findChannel, findMessage } from '../../joined/lookup.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import { apiOf, reads } from '../audience.ts';
import type { Interest } from '../deliver/pub-sub.ts';
import { SERVICE } from '../log/log.ts';
import type { StatusLog } from '../log/status-log.ts';

const MESSAGES = ['BirdMessage', 'CourierMessage', 'CourierText', 'CourierEmail'];
const CHANNELS = ['BirdChannel', 'CourierChannel'];

/** The most that one subscription may name: each is read once to begin with. */
const MAX_MESSAGES = 1000;
const MAX_CHANNELS = 100;
const MAX_PEOPLE = 100;

/** The arguments that name people and conversations. */
const PEOPLE = [
  'persons',
  'contacts',
  'individuals',
  'conversations',
] as const satisfies (keyof NamedPeople)[];

/**
 * Finds out what a subscription names.
 *
 * @param resumes true when the client comes back with a good cursor: then an upstream that is down does not
 *   keep it out
 * @returns undefined when nothing is named: everything the caller may see is followed
 * @throws {InputError} something is no id, or too much or nothing at all is named
 * @throws {NotFoundError} nobody knows it
 * @throws {ForbiddenError} the caller may read at neither upstream
 */
export const readNamed = async (
  context: Context,
  statusLog: StatusLog,
  args: EventsArgs,
  resumes: boolean,
): Promise<Interest | undefined> => {
  const { messages, channels } = args;
  const given = (['messages', 'channels', ...PEOPLE] as const).filter((name) => args[name] != null);
  const [first] = given;
  if (first === undefined) {
    if (!reads(context, 'bird') && !reads(context, 'courier')) {
      throw new ForbiddenError(context.caller.may('bird', 'read') ? 'courier' : 'bird', 'read');
    }
    return undefined;
  }
  checkCount('messages', messages, MAX_MESSAGES);
  checkCount('channels', channels, MAX_CHANNELS);
  for (const name of PEOPLE) checkCount(name, args[name], MAX_PEOPLE);
  if (given.every((name) => args[name]?.length === 0)) {
    throw new InputError(first, 'names nothing; left out, it means everything');
  }

  /** An id as it is followed: a global one that needs no look-up when the client comes back. */
  const find = async (
    id: string,
    field: 'messages' | 'channels',
    typenames: readonly string[],
    look: typeof findMessage | typeof findChannel,
  ): Promise<string> => {
    const read = readId(id, field, ...typenames);
    const global = typeof read === 'string' ? undefined : globalId(read.typename, read.key);
    if (global !== undefined) requireRight(context, apiOf(global), 'read');
    const own = global !== undefined && audienceOf(context, apiOf(global)) !== SERVICE;
    const trusted = resumes && global !== undefined && !own ? global : undefined;
    if (trusted && field === 'messages' && (await statusLog.states([trusted], SERVICE)).size > 0) {
      return trusted;
    }
    try {
      const found = await look(context, global ?? id, field);
      if (found) return found.id;
    } catch (error) {
      if (trusted && error instanceof UpstreamError) return trusted;
      throw error;
    }
    throw new NotFoundError(field, `${id} is known to neither upstream`);
  };

  const [foundMessages, foundChannels, followed] = await Promise.all([
    Promise.all((messages ?? []).map((id) => find(id, 'messages', MESSAGES, findMessage))),
    Promise.all((channels ?? []).map((id) => find(id, 'channels', CHANNELS, findChannel))),
    followPeople(context, args),
  ]);
  return {
    messages: new Set(foundMessages),
    channels: new Set([...foundChannels, ...followed.channels]),
    people: followed.people,
    watched: followed.watched,
  };
};

const checkCount = (field: string, ids: readonly string[] | null | undefined, most: number): void => {
  if (ids && ids.length > most) throw new InputError(field, `names more than ${most}`);
};
