import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { byToken, type Connection, type ConnectionArgs } from '../graph/connection.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { InputError, refuseEmpty } from '../graph/errors.ts';
import { isUuid } from '../graph/ids.ts';
import type { Claim } from '../graph/ledger.ts';
import { rest } from '../graph/ledger.ts';
import { answeredTogether, MessageDirection } from '../graph/message.ts';
import { TimeRange } from '../graph/scalars.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { weighsLoad, weighsPages } from '../graph/weight.ts';
import type { QueryValue } from '../upstream/send.ts';
import { BirdChannel } from './channel.ts';
import { Bird } from './dialect.ts';
import { askIn, nextToken, operation, readKey, readOwnId, readRows } from './load.ts';
import {
  BirdMessage,
  BirdMessageConnection,
  getMessage,
  listMessages,
  MAX_MESSAGES,
  type MessageRow,
  THE_BEGINNING,
} from './message.ts';
import { readTime } from './times.ts';

export const listChannelMessages = operation(
  'GET',
  '/workspaces/{workspaceId}/channels/{channelId}/messages',
);

const pages = weighsPages({ api: 'bird', page: MAX_MESSAGES, by: 'token' });

/** The filters that both lists of messages have. */
const filters = builder.args((t) => ({
  platform: t.stringList({ description: 'Only messages over these platforms, such as `whatsapp`.' }),
  direction: t.field({ type: MessageDirection, description: 'Only messages that went this way.' }),
  ids: t.idList({ description: 'Only these messages: global ids of BirdMessages, or Bird’s own.' }),
  created: t.field({ type: TimeRange, description: 'Only messages of this span.' }),
  sender: t.stringList({ description: 'Only messages from these identifiers: Bird’s `from`.' }),
  recipient: t.stringList({ description: 'Only messages to these identifiers: Bird’s `to`.' }),
  failureCode: t.intList({ description: 'Only messages that failed with these codes.' }),
  failureSourceCode: t.stringList({
    description: 'Only messages that failed with these codes of the place.',
  }),
  failureSourceName: t.stringList({ description: 'Only messages that failed in these places.' }),
  countryCode: t.stringList({ description: 'Only messages to these countries.' }),
  tag: t.stringList({ description: 'Only messages with these tags.' }),
  emailSubject: t.string({ description: 'Only emails whose subject has these words.' }),
  reverse: t.boolean({ defaultValue: false, description: 'Oldest first instead of newest first.' }),
}));

type Filters = ConnectionArgs & {
  readonly [Name in keyof typeof filters]?: unknown;
} & {
  readonly ids?: readonly string[] | null;
  readonly created?: { readonly since?: Date | null; readonly until?: Date | null } | null;
  readonly direction?: string | null;
};

const ids = (values: readonly string[] | null | undefined, field: string): readonly string[] | undefined => {
  if (values?.some((value) => !isUuid(value)))
    throw new InputError(field, 'has a value that is no native id');
  return values ?? undefined;
};

/** The query parameters of the filters. */
const queryOf = (args: Filters, workspaceId: string): Record<string, QueryValue> => ({
  platform: args.platform as QueryValue,
  direction: args.direction?.toLowerCase(),
  id: args.ids?.map((id) => readOwnId(id, 'ids', 'BirdMessage', workspaceId)),
  startAt: args.created?.since?.toISOString(),
  endAt: args.created?.until?.toISOString(),
  from: args.sender as QueryValue,
  to: args.recipient as QueryValue,
  failureCode: args.failureCode as QueryValue,
  failureSourceCode: args.failureSourceCode as QueryValue,
  failureSourceName: args.failureSourceName as QueryValue,
  countryCode: args.countryCode as QueryValue,
  tag: args.tag as QueryValue,
  emailSubject: args.emailSubject as QueryValue,
  reverse: args.reverse === true ? true : undefined,
});

/** Which list is read, and under which path values. */
export interface ListAddress {
  readonly operation: Claim;
  readonly workspaceId: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** The list of one channel's messages. */
export const channelMessages = (channel: {
  readonly workspaceId: string;
  readonly id: string;
}): ListAddress => ({
  operation: listChannelMessages,
  workspaceId: channel.workspaceId,
  params: { channelId: channel.id },
});

/** Reads one page of a list of messages. */
export const readPage = async (
  context: Context,
  { operation: op, workspaceId, params = {} }: ListAddress,
  query: Record<string, QueryValue>,
): Promise<{ rows: MessageRow[]; next: string | undefined }> => {
  const answer = await askIn(context, op, workspaceId, { params, query });
  const rows = readRows<MessageRow>(answer, workspaceId, 'BirdMessage', op);
  for (const row of rows) BirdMessage.prime(context, row);
  return { rows, next: nextToken(answer) };
};

/** Whether `endAt` itself belongs to Bird's span is not documented; the end of ours never does. */
const isMadeBefore =
  (until: Date | null | undefined) =>
  (row: MessageRow): boolean => {
    const made = readTime(row.createdAt);
    return !until || !made || made < until;
  };

const connection = async (
  context: Context,
  list: ListAddress,
  args: Filters,
  more: Record<string, QueryValue> = {},
): Promise<Connection<MessageRow>> => {
  refuseEmpty(args);
  const found = await byToken(args, {
    name: `bird messages ${list.params?.channelId ?? ''}`,
    max: MAX_MESSAGES,
    id: (row) => row.id,
    ...(!args.reverse && { time: (row: MessageRow) => readTime(row.createdAt)?.getTime() }),
    read: async ({ limit, token }) => {
      const page = await readPage(context, list, {
        ...queryOf(args, list.workspaceId),
        ...more,
        limit,
        pageToken: token,
      });
      return { ...page, rows: page.rows.filter(isMadeBefore(args.created?.until)) };
    },
  });
  return answeredTogether(context, found);
};

builder.objectField(BirdChannel, 'messages', (t) =>
  t.field({
    type: BirdMessageConnection,
    description: 'Its messages, newest first.',
    directives: rest(listChannelMessages),
    extensions: { ...KEY_ONLY.extensions, ...pages },
    args: {
      ...connectionArgs,
      ...filters,
      navigatorId: t.arg.id({ description: 'Only messages of this navigator, by its native id.' }),
      batchId: t.arg.id({ description: 'Only messages of this batch, by its native id.' }),
    },
    resolve: (channel, { navigatorId, batchId, ...args }, context) =>
      connection(context, channelMessages(channel), args, {
        navigatorId: ids(navigatorId == null ? undefined : [navigatorId], 'navigatorId')?.[0],
        batchId: ids(batchId == null ? undefined : [batchId], 'batchId')?.[0],
      }),
  }),
);

/** One message by its native id alone: the list's `id` filter finds it in whichever channel it is. */
export const findById = async (
  context: Context,
  workspaceId: string,
  id: string,
): Promise<MessageRow | null> => {
  const list = { operation: listMessages, workspaceId };
  const { rows } = await readPage(context, list, { id: [id], startAt: THE_BEGINNING, limit: 1 });
  return rows.find((row) => row.id === id) ?? null;
};

builder.objectFields(Bird, (t) => ({
  messages: t.field({
    type: BirdMessageConnection,
    description: 'The messages of all channels, newest first.',
    directives: rest(listMessages),
    extensions: pages,
    args: {
      ...connectionArgs,
      ...filters,
      channelIds: t.arg.idList({ description: 'Only messages of these channels.' }),
    },
    resolve: ({ workspaceId }, { channelIds, ...args }, context) => {
      refuseEmpty({ channelIds });
      return connection(context, { operation: listMessages, workspaceId }, args, {
        channelId: channelIds?.map((id) => readOwnId(id, 'channelIds', 'BirdChannel', workspaceId)),
      });
    },
  }),
  message: t.field({
    type: BirdMessage,
    description: 'One message by its id; null when Bird does not know it.',
    directives: rest(getMessage, listMessages),
    extensions: weighsLoad(BirdMessage.loading),
    args: {
      id: t.arg.id({ required: true, description: 'The global id of a BirdMessage, or Bird’s own.' }),
      channelId: t.arg.id({ description: 'Its channel, which makes a native id quicker to find.' }),
    },
    resolve: ({ workspaceId }, { id, channelId }, context) => {
      if (!isUuid(id)) return BirdMessage.load(context, readKey(id, 'id', 'BirdMessage', workspaceId));
      if (channelId == null) return findById(context, workspaceId, id);
      const channel = readOwnId(channelId, 'channelId', 'BirdChannel', workspaceId);
      return BirdMessage.load(context, `${workspaceId}/${channel}/${id}`);
    },
  }),
}));
