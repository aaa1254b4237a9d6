import type { MessageRow } from '../bird/message.ts';
import { keyOfTalk, type Talk } from '../bird/recent-talks.ts';
import { readTime } from '../bird/times.ts';
import type { Context } from '../context.ts';
import { type ChannelRow, lastPosted } from '../courier/recent-channels.ts';
import type { Keyed } from '../graph/merge.ts';
import type { Party } from '../graph/message.ts';
import { brand } from '../graph/node.ts';
import { fullName } from './author-names.ts';
import { aroundContactKey, aroundIndividual, type PersonRow } from './find-person.ts';

/** What is said with a contact over a channel of Bird, or in a channel of courier. */
export type ConversationRow = { readonly key: string } & (
  | { readonly api: 'bird'; readonly talk: Talk }
  | { readonly api: 'courier'; readonly channel: ChannelRow }
);

/** Rank of each upstream's rows of one moment. */
export const RANK = { bird: 0, courier: 1 } as const;

/** The conversation of a talk of Bird. */
export const ofTalk = (talk: Talk): ConversationRow =>
  brand({ api: 'bird' as const, key: keyOfTalk(talk), talk }, 'Conversation');

/** The conversation in a channel of courier. */
export const ofChannel = (channel: ChannelRow): ConversationRow =>
  brand({ api: 'courier' as const, key: channel.id, channel }, 'Conversation');

/** The same in a list that is sorted by time. */
export const keyedBy =
  <Row>(make: (row: Row) => ConversationRow) =>
  ({ row, sortKey }: Keyed<Row>): Keyed<ConversationRow> => ({ row: make(row), sortKey });

/** When something was said in it last. */
export const activityOf = (row: ConversationRow): Date | undefined =>
  row.api === 'bird' ? readTime(row.talk.last.createdAt) : lastPosted(row.channel);

type Subscriber = NonNullable<ChannelRow['subscribers']>[number];

const nameOf = ({ 'first-name': first, 'last-name': last }: Subscriber): string | undefined =>
  fullName(first, last);

/** Those who take part, as the row tells them. In a channel of courier those who run it are the organization. */
export const participantsOf = (row: ConversationRow): Party[] => {
  if (row.api === 'bird') {
    const { workspaceId, contact } = row.talk;
    const { name } = contact.annotations ?? {};
    return [
      { name: typeof name === 'string' ? name : null, self: false, who: { workspaceId, id: contact.id } },
    ];
  }
  return (row.channel.subscribers ?? []).map((one) => ({
    name: nameOf(one) ?? null,
    self: one.admin === true,
    who: { 'individual-id': one.id, 'first-name': one['first-name'], 'last-name': one['last-name'] },
  }));
};

/** The one person that it is with; undefined for a group. */
export const personOf = (context: Context, row: ConversationRow): PersonRow | undefined => {
  if (row.api === 'bird') {
    const { workspaceId, contact } = row.talk;
    return aroundContactKey(context, `${workspaceId}/${contact.id}`);
  }
  const [one, ...others] = (row.channel.subscribers ?? []).filter(({ admin }) => !admin);
  return one?.id !== undefined && others.length === 0
    ? aroundIndividual(context, one.id, nameOf(one))
    : undefined;
};

/** All that a contact of a talk is known by: what Bird has of it now, and the identifier that was used last. */
export const identifierUsed = ({ contact }: Talk): readonly string[] =>
  contact.identifierValue ? [contact.identifierValue] : [];

/** A message of Bird as the newest of the conversation with one of those at its other end. */
export const talkWith = (last: MessageRow, contactId: string): Talk => {
  const { workspaceId, channelId, sender, receiver } = last;
  const found = [sender?.contact, ...(receiver?.contacts ?? [])].find((one) => one?.id === contactId);
  return { workspaceId, channelId, contact: { ...found, id: contactId } as Talk['contact'], last };
};
