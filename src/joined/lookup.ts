import { BirdChannel } from '../bird/channel.ts';
import { newestInChannel } from '../bird/message-source.ts';
import { findById } from '../bird/messages.ts';
import { type Api, audienceOf, type Context } from '../context.ts';
import { newestInChannel as newestInCourierChannel } from '../courier/channel-messages.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { CourierEmail } from '../courier/resources/email.ts';
import { CourierMessage } from '../courier/resources/message.ts';
import { CourierText } from '../courier/resources/text.ts';
import { changeOf } from '../graph/change.ts';
import { decodeId, globalId, readId } from '../graph/ids.ts';
import { viewOf } from '../graph/message.ts';
import { loadNode } from '../graph/node.ts';
import type { MessageChange } from '../ports.ts';

/** A message that was found. */
export interface FoundMessage {
  /** Its global id. */
  readonly id: string;
  readonly row: object;
  readonly channelId: string | null;
}

/** Where a channel is. */
export interface ChannelAddress {
  readonly api: Api;
  /** Its key within its type. */
  readonly key: string;
}

/** A channel that was found. */
export interface FoundChannel extends ChannelAddress {
  /** Its global id. */
  readonly id: string;
  readonly row: object;
}

/**
 * Asks all at once; the first that knows it wins.
 *
 * @throws what failed, when nobody knows it and not everybody could be asked
 */
const firstKnown = async <Found>(asked: readonly Promise<Found | null>[]): Promise<Found | null> => {
  const known = asked.map(async (answer) => (await answer) ?? Promise.reject(NOBODY));
  try {
    return await Promise.any(known);
  } catch (error) {
    const failure = error instanceof AggregateError ? error.errors.find((one) => one !== NOBODY) : error;
    if (failure) throw failure;
    return null;
  }
};

/** Stands for an answer that knows nothing. */
const NOBODY = new Error('not known');

const messageOf = (row: object | null): FoundMessage | null => {
  const view = row && viewOf(row);
  return row && view
    ? { id: globalId(view.typename, view.key(row)), row, channelId: view.channelId(row) }
    : null;
};

/**
 * A message of either upstream by its global or its native id, which is looked up everywhere at once.
 *
 * @returns null when nobody knows it
 * @throws {InputError} it is no id of a message
 */
export const findMessage = async (
  context: Context,
  value: string,
  field: string,
): Promise<FoundMessage | null> => {
  const id = readId(value, field, 'BirdMessage', 'CourierMessage', 'CourierText', 'CourierEmail');
  if (typeof id !== 'string') return messageOf(await loadNode(context, globalId(id.typename, id.key)));
  const { bird, courier } = context.services;
  const row = await firstKnown<object>([
    ...(bird ? [findById(context, bird.workspaceId, id)] : []),
    ...(courier ? [CourierMessage, CourierText, CourierEmail].map(async (ref) => ref.load(context, id)) : []),
  ]);
  return messageOf(row);
};

/**
 * A channel of either upstream by its global or its native id, which is looked up in both at once.
 *
 * @returns null when neither knows it
 * @throws {InputError} it is no id of a channel
 */
export const findChannel = async (
  context: Context,
  value: string,
  field: string,
): Promise<FoundChannel | null> => {
  const id = readId(value, field, 'BirdChannel', 'CourierChannel');
  const { bird, courier } = context.services;
  const inBird = async (key: string): Promise<FoundChannel | null> => {
    const row = await BirdChannel.load(context, key);
    return row && { id: globalId('BirdChannel', key), api: 'bird', key, row };
  };
  const inCourier = async (key: string): Promise<FoundChannel | null> => {
    const row = await CourierChannel.load(context, key);
    return row && { id: globalId('CourierChannel', key), api: 'courier', key, row };
  };
  if (typeof id !== 'string') return id.typename === 'BirdChannel' ? inBird(id.key) : inCourier(id.key);
  return firstKnown([
    ...(bird ? [inBird(`${bird.workspaceId}/${id}`)] : []),
    ...(courier ? [inCourier(id)] : []),
  ]);
};

/**
 * Where the channel is that an argument names: a global id says it without a call.
 *
 * @returns null when it is a native id that neither upstream knows
 * @throws {InputError} it is no id of a channel
 */
export const locateChannel = async (
  context: Context,
  value: string,
  field: string,
): Promise<ChannelAddress | null> => {
  const id = readId(value, field, 'BirdChannel', 'CourierChannel');
  if (typeof id === 'string') return findChannel(context, id, field);
  return { api: id.typename === 'BirdChannel' ? 'bird' : 'courier', key: id.key };
};

const stateOf = (context: Context, row: object): MessageChange | null => {
  const view = viewOf(row);
  return view
    ? changeOf(view, row, { added: false, via: 'SNAPSHOT', audience: audienceOf(context, view.api) })
    : null;
};

/** How a message stands now, by its global id; null when it is not there any more. */
export const readState = async (context: Context, id: string): Promise<MessageChange | null> => {
  const row = await loadNode(context, id);
  return row && stateOf(context, row);
};

/** How a channel's newest messages stand now, by the channel's global id, newest first. */
export const recentStates = async (
  context: Context,
  channelId: string,
  count: number,
): Promise<MessageChange[]> => {
  const { typename, key } = decodeId(channelId) ?? { typename: '', key: '' };
  const [workspaceId = '', id = ''] = key.split('/');
  const rows: readonly object[] =
    typename === 'BirdChannel'
      ? await newestInChannel(context, { workspaceId, id }, count)
      : await newestInCourierChannel(context, key, count);
  return rows.flatMap((row) => stateOf(context, row) ?? []);
};
