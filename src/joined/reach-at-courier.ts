import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import type { Context } from '../context.ts';
import type { CourierChannel } from '../courier/resources/channel.ts';
import { userConsents } from '../courier/resources/user-consent.ts';
import type { Unreachable } from '../graph/errors.ts';
import type { Somebody } from '../sending/opt-outs.ts';
import { wishIn } from '../sending/stop-words.ts';
import { usersOf } from './evidence.ts';
import { isOutAtCourier, isOutByPreferences, lacksConsent } from './opted-out.ts';
import type { Beside, Reach } from './reach.ts';
import { identifierIn, whoIsMeant } from './somebody.ts';

type CourierChannelRow = NonNullable<Awaited<ReturnType<typeof CourierChannel.load>>>;
type Subscriber = NonNullable<CourierChannelRow['subscribers']>[number];

/** The consents of each user, read once an operation. */
const consentsOf = createContextCache(
  (context: Context) =>
    new DataLoader(
      (userIds: readonly string[]) =>
        Promise.all(
          userIds.map(async (userId) => {
            const args = { first: 1000 };
            const { edges } = await userConsents.read(context, args, { 'filter[user-id]': userId }, false);
            return edges.map(({ node }) => node);
          }),
        ),
      { maxBatchSize: 1 },
    ),
);

/** True when somebody who takes part in a channel of courier wants nothing of what it carries. */
const isOutInChannel = async (
  context: Context,
  channel: CourierChannelRow,
  subscriber: Subscriber,
): Promise<Unreachable | undefined> => {
  const preferences = subscriber['communication-preferences'];
  // What the channel does not carry over SMS shows in an app or in a browser.
  if (channel['with-sms'] !== true)
    return (['mobile', 'web'] as const).every((way) => isOutByPreferences(preferences, way))
      ? 'OPTED_OUT'
      : undefined;
  const users = await usersOf(context, subscriber.id ?? '');
  const isOut =
    subscriber['phone-number-unsubscribed'] === true ||
    isOutByPreferences(preferences, 'sms') ||
    users.some((user) => isOutAtCourier(user, 'sms'));
  if (isOut) return 'OPTED_OUT';
  const consents = await consentsOf(context).loadMany(users.map(({ id }) => id));
  for (const some of consents) {
    if (some instanceof Error) throw some;
    if (lacksConsent(some, 'sms', channel['org-id'])) return 'NO_CONSENT';
  }
  return undefined;
};

/** How many are in the group that a channel is for. */
const groupSize = (channel: CourierChannelRow): number =>
  channel['individual-group']?.['individuals-count'] ??
  channel['individual-group']?.['individual-ids']?.length ??
  (channel['individual-group-id'] ? 2 : 1);

/**
 * Whether those who take part in a channel of courier can be written to there.
 *
 * @param individualId the one who is meant; without one, all who take part but those who run the channel
 * @param authorId who writes, and so gets nothing
 */
export const reachAtCourier = async (
  context: Context,
  channel: CourierChannelRow,
  { individualId, authorId }: { individualId?: string; authorId?: string | undefined },
  { sure = true }: Beside = {},
): Promise<Reach> => {
  const { optOuts, defaultRegion, sendRules } = context.services;
  const key = channel.id;
  const reasons = new Set<Unreachable>();
  if (channel.archived === true) reasons.add('CHANNEL_INACTIVE');
  if (!sure) reasons.add('UNVERIFIED');
  if (individualId !== undefined && groupSize(channel) > 1) reasons.add('SHARED_CHANNEL');
  const subscribers = channel.subscribers ?? [];
  if (individualId !== undefined && !subscribers.some(({ id }) => id === individualId))
    reasons.add('NO_IDENTIFIER');
  // Whoever else takes part gets it as well, and is asked for as well.
  const readers = subscribers.filter(
    ({ id, admin }) => id !== authorId && (admin !== true || id === individualId),
  );
  const somebody = readers.flatMap(({ id, 'phone-number': number }): Somebody[] => {
    const phone = channel['with-sms'] === true ? identifierIn(number, defaultRegion) : undefined;
    return [
      ...(id ? [{ kind: 'individual' as const, value: id, channel: key }] : []),
      ...(phone ? whoIsMeant(phone) : []),
    ];
  });
  const marks = optOuts.marks(somebody);
  const found = await Promise.all(readers.map((reader) => isOutInChannel(context, channel, reader)));
  for (const reason of found) if (reason) reasons.add(reason);
  // What was said last came from courier just now, whether or not Pigeon was told before.
  if (wishIn(channel['last-message']?.message) === 'stop' || (await optOuts.isStopped(marks)))
    reasons.add('OPTED_OUT');
  // Their clocks are asked for where they matter.
  const users = sendRules.quietHours
    ? await Promise.all(readers.map(({ id }) => usersOf(context, id ?? '')))
    : [];
  const [only, ...others] = readers;
  return {
    api: 'courier',
    key,
    channel,
    contact: null,
    individualId: individualId ?? (others.length === 0 ? (only?.id ?? null) : null),
    reasons: [...reasons],
    openUntil: null,
    marks,
    people: readers.flatMap(({ id }) => id ?? []),
    timeZones: users.flat().flatMap(({ tz }) => (tz ? [tz] : [])),
  };
};
