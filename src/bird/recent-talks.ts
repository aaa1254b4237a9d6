import { BudgetError, type Context } from '../context.ts';
import { isBehind, type Keyed, type SortKey } from '../graph/merge.ts';
import { shownStatus } from '../graph/message.ts';
import type { TimedList } from '../graph/newest.ts';
import { MOST_ROWS, newestGroups } from '../graph/newest-groups.ts';
import { birdMessageView, contactsOf, type MessageRow } from './message.ts';
import { type MessageList, timedMessages } from './message-source.ts';
import type { components } from './openapi.gen.ts';
import { readTime } from './times.ts';

/** What is said with one contact over one channel, by its newest message. */
export interface Talk {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly contact: components['schemas']['MessageContact'] & { readonly id: string };
  readonly last: MessageRow;
}

/** Which talks are wanted. */
export interface WantedTalks {
  readonly count: number;
  readonly behind: SortKey | undefined;
  readonly since: Date | null | undefined;
  /** The source's rank in a merged list. */
  readonly rank: number;
  /** True for a contact whose talks are wanted; all are where it is left out. */
  readonly isWanted?: ((contactId: string) => boolean) | undefined;
}

/** The key of a talk: its workspace, channel and contact. */
export const keyOfTalk = ({
  workspaceId,
  channelId,
  contact,
}: Pick<Talk, 'workspaceId' | 'channelId'> & { readonly contact: { readonly id: string } }): string =>
  `${workspaceId}/${channelId}/${contact.id}`;

/** Lists of messages as one. */
const together = (lists: readonly TimedList<MessageRow>[]): TimedList<MessageRow> => ({
  read: async (time, most) => {
    const read = await Promise.all(lists.map((list) => list.read(time, most)));
    return { rows: read.flatMap(({ rows }) => rows), whole: read.every(({ whole }) => whole) };
  },
});

/** The talks that a message belongs to: one with each contact at its other end. */
const talksOf = (row: MessageRow, rank: number): Keyed<Talk>[] => {
  const time = readTime(row.createdAt)?.getTime();
  const { status } = shownStatus(birdMessageView, row);
  // What was never said, or is taken back, makes nothing recent.
  if (time === undefined || status === 'DRAFT' || status === 'DELETED') return [];
  return contactsOf(row).flatMap((contact) => {
    if (!contact.id) return [];
    const { workspaceId, channelId } = row;
    const talk: Talk = { workspaceId, channelId, contact: { ...contact, id: contact.id }, last: row };
    return [{ row: talk, sortKey: { t: time, r: rank, i: keyOfTalk(talk) } }];
  });
};

/**
 * The talks of lists of messages, the one that was last said something in first. Bird lists messages and not talks, so
 * everything from now back to where a page begins is read to see which talks stand before it.
 *
 * @returns the talks, and whether they are all that was asked for: no more than the newest 5,000 messages before a
 *   page, and as many on it, are looked at
 */
export const recentTalks = async (
  context: Context,
  lists: readonly MessageList[],
  { count, behind, since, rank, isWanted = () => true }: WantedTalks,
): Promise<{ readonly found: readonly Keyed<Talk>[]; readonly whole: boolean }> => {
  const listed = (last?: number) =>
    together(lists.map((list) => timedMessages(context, list, since?.getTime(), last)));
  const newer = behind && (await listed().read(behind.t, MOST_ROWS));
  if (newer && !newer.whole)
    throw new BudgetError(`more than ${MOST_ROWS} messages of Bird are newer than this page`);
  return newestGroups(listed(behind?.t), {
    count,
    groupsOf: (row) => talksOf(row, rank).filter(({ row: { contact } }) => isWanted(contact.id)),
    isWanted: ({ sortKey }) => isBehind(sortKey, behind) && (!since || sortKey.t >= since.getTime()),
    newer: newer?.rows ?? [],
  });
};
