import { identifiersOf } from '../bird/contact-messages.ts';
import { messageSource } from '../bird/contact-source.ts';
import { listMessages } from '../bird/message.ts';
import type { Span } from '../bird/message-source.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import type { Api, Context } from '../context.ts';
import { channelMessages } from '../courier/channel-messages.ts';
import { readRows } from '../courier/read-rows.ts';
import { channels } from '../courier/resources/channel.ts';
import { emails } from '../courier/resources/email.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { messages } from '../courier/resources/message.ts';
import { texts } from '../courier/resources/text.ts';
import { textAccounts } from '../courier/resources/text-account.ts';
import { readTime, SECOND } from '../courier/times.ts';
import { operationsOf } from '../graph/ledger.ts';
import { compare, isBehind, type Keyed, type MessageSource } from '../graph/merge.ts';
import { shownStatus, viewOf } from '../graph/message.ts';
import { newestOf } from '../graph/newest.ts';
import type { List } from '../graph/verbs/list.ts';
import { evidenceReads, usersOf } from './evidence.ts';
import { toPhone } from './identifier.ts';

/** Rank of each upstream's rows of one moment. */
const RANK: Readonly<Record<Api, number>> = { bird: 0, courier: 1 };

/** What is read of a person's messages in both upstreams. */
export const messageReads = operationsOf(
  { operations: evidenceReads },
  BirdContact,
  listMessages,
  channels,
  messages,
  emails,
  textAccounts,
  texts,
  CourierIndividual,
);

/** The most rows read whole of a list that cannot be entered by time. */
const MAX_WHOLE = 5000;

/** The most channels of one individual that are looked at. */
export const MAX_CHANNELS = 1000;

const keyed = (row: object): Keyed<object> | undefined => {
  const view = viewOf(row);
  const time = view?.createdAt(row)?.getTime();
  if (!view || time === undefined) return undefined;
  const { status } = shownStatus(view, row);
  // What was never said, or is taken back, is not part of what was said.
  if (status === 'DRAFT' || status === 'DELETED') return undefined;
  return { row, sortKey: { t: time, r: RANK[view.api], i: view.nativeId(row) } };
};

const inSpan =
  ({ since, until }: Span) =>
  ({ sortKey }: Keyed<object>): boolean =>
    (!since || sortKey.t >= since.getTime()) && (!until || sortKey.t < until.getTime());

/** What Bird holds of contacts: what they sent, and what was sent to them. */
export const birdSources = async (
  context: Context,
  contacts: readonly { readonly workspaceId: string; readonly id: string }[],
  span: Span,
): Promise<MessageSource<object>[]> => {
  const workspaces = Map.groupBy(contacts, ({ workspaceId }) => workspaceId);
  const sources = await Promise.all(
    [...workspaces].map(async ([workspaceId, some]) => {
      const identifiers = await Promise.all(
        some.map(async ({ id }) => {
          const row = await BirdContact.load(context, `${workspaceId}/${id}`);
          return row ? identifiersOf(context, row) : [];
        }),
      );
      const whose = {
        workspaceId,
        contactIds: new Set(some.map(({ id }) => id)),
        identifiers: [...new Set(identifiers.flat().map(({ value }) => value))],
      };
      if (whose.identifiers.length === 0) return [];
      return (['from', 'to'] as const).map((side) =>
        withoutUnsaid(messageSource(context, whose, side, span, RANK.bird)),
      );
    }),
  );
  return sources.flat();
};

/** A source without what was never said or is taken back. */
const withoutUnsaid = (source: MessageSource<object>): MessageSource<object> => ({
  newest: source.newest,
  read: async (behind, count) => {
    const found: Keyed<object>[] = [];
    let from = behind;
    for (;;) {
      const rows = await source.read(from, count);
      found.push(...rows.filter(({ row }) => keyed(row)));
      if (rows.length < count || found.length >= count) return found.slice(0, count);
      from = rows.at(-1)?.sortKey;
    }
  },
});

/** All rows of a list, or as many as are read at the most. */
const readWhole = async <Row extends object>(
  context: Context,
  list: List<Row>,
  values: Record<string, unknown>,
): Promise<readonly Row[]> => (await readRows(context, list, values, MAX_WHOLE)).rows;

/** A list that cannot be entered by time: read whole when it is opened, and sorted here. */
const wholeSource = (read: () => Promise<readonly object[]>, span: Span): MessageSource<object> => {
  let whole: Promise<Keyed<object>[]> | undefined;
  return {
    newest: Number.POSITIVE_INFINITY,
    read: async (behind, count) => {
      whole ??= read().then((rows) =>
        rows
          .flatMap((row) => keyed(row) ?? [])
          .filter(inSpan(span))
          .toSorted((one, other) => compare(one.sortKey, other.sortKey)),
      );
      return (await whole).filter(({ sortKey }) => isBehind(sortKey, behind)).slice(0, count);
    },
  };
};

/** What was said in one channel. It is opened only where its newest message can matter. */
const channelSource = (
  context: Context,
  channelId: string,
  newest: number,
  span: Span,
): MessageSource<object> => ({
  newest,
  read: (behind, count) => {
    const list = channelMessages(context, channelId, {
      since: span.since?.getTime(),
      until: Math.min(
        // The second of the last row that was given is read again: more of it may follow.
        behind ? Math.floor(behind.t / SECOND) * SECOND + SECOND : Number.POSITIVE_INFINITY,
        span.until?.getTime() ?? Number.POSITIVE_INFINITY,
      ),
    });
    return newestOf<object>(list, count, (row) => {
      const message = keyed(row);
      return message && isBehind(message.sortKey, behind) && inSpan(span)(message) ? message : undefined;
    });
  },
});

/** What courier holds of an individual: its channels, its emails, and the texts to its own verified number. */
export const courierSources = async (
  context: Context,
  individualId: string,
  span: Span,
): Promise<MessageSource<object>[]> => {
  const { rows } = await readRows(context, channels, { 'participant-id': individualId }, MAX_CHANNELS);
  const ofChannels = rows.flatMap((row) => {
    const last = readTime(row['last-message']?.['posted-time']) ?? readTime(row['last-modified-time']);
    const newest = last ? last.getTime() : Number.POSITIVE_INFINITY;
    return span.since && newest < span.since.getTime() ? [] : [channelSource(context, row.id, newest, span)];
  });
  return [
    ...ofChannels,
    wholeSource(() => readWhole(context, emails, { 'individual-id': individualId }), span),
    wholeSource(() => readTexts(context, individualId), span),
  ];
};

/** The texts to an individual's verified numbers, from all accounts of the organization that keeps its record. */
const readTexts = async (context: Context, individualId: string): Promise<object[]> => {
  const [individual, found] = await Promise.all([
    CourierIndividual.load(context, individualId),
    usersOf(context, individualId),
  ]);
  const owner = individual?.['owner-id'];
  const numbers = found
    .filter((user) => user['phone-verified'])
    .flatMap(({ phone }) => {
      const number = toPhone(phone, context.services.defaultRegion);
      return number?.exact ? [number.value] : [];
    });
  if (!owner || numbers.length === 0) return [];
  const accounts = await readWhole(context, textAccounts, { 'organization-id': owner });
  const sent = await Promise.all(
    accounts.flatMap(({ id }) =>
      [...new Set(numbers)].map((number) =>
        readWhole(context, texts, { 'account-id': id, 'filter[target]': number }),
      ),
    ),
  );
  return sent.flat();
};
