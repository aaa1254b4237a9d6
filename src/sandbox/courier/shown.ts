import type { World } from '../world.ts';
import { reachOf, userOf } from './answers.ts';
import type { Channel, Individual, Message, Receipt } from './rows.ts';

/** What depends on who asks and how. */
export interface Showing {
  actorId: string;
  groupName?: boolean;
  receipts?: boolean;
  phrases?: boolean;
  thumbnail?: boolean;
}

/** Whether somebody has still to read a message: not its author, who knows it. */
export function isNewTo(message: Message, individualId: string): boolean {
  return (
    !message.draft &&
    message.authorId !== individualId &&
    !message.receipts.some((one) => one.individualId === individualId)
  );
}

/** The messages of a channel, oldest first. */
export function messagesIn(world: World, channelId: string): Message[] {
  return world.courier.messages
    .all()
    .filter((message) => message.channelId === channelId)
    .sort((a, b) => (a.postedAt < b.postedAt ? -1 : a.postedAt > b.postedAt ? 1 : 0));
}

/** A channel as it goes over the wire, with its subscribers' names and addresses and the caller's counts. */
export function shownChannel(world: World, channel: Channel, { actorId, groupName = true }: Showing): object {
  const { individuals, groups } = world.courier;
  const messages = messagesIn(world, channel.id);
  const fresh = messages.filter((message) => isNewTo(message, actorId)).length;
  const last = messages.findLast(({ draft }) => !draft);
  const read = messages.findLast((message) => !message.draft && !isNewTo(message, actorId));
  const owner = individuals.get(channel.ownerId)?.attributes;
  const group = channel.groupId === undefined ? undefined : groups.get(channel.groupId);
  return {
    id: channel.id,
    type: 'messaging-channels',
    attributes: {
      archived: channel.archived,
      ...(read
        ? { bookmark: { id: world.id('courier-bookmark', channel.id, actorId), 'message-id': read.id } }
        : {}),
      'caller-has-new-message': fresh > 0,
      'caller-new-message-count': fresh,
      'can-enable-sms': channel.canEnableSms,
      'created-at': channel.createdAt,
      'created-by': channel.createdBy,
      'event-settings': { enabled: channel.eventsEnabled },
      floating: channel.floating,
      'group-provider-ack': channel.groupProviderAck,
      ...(group
        ? { 'individual-group': embeddedGroup(world, group.id), 'individual-group-id': group.id }
        : {}),
      ...(channel.label === undefined ? {} : { label: channel.label }),
      ...(last ? { 'last-message': inShort(last) } : {}),
      'last-modified-time': channel.modifiedAt,
      name: group && groupName ? group.attributes.name : channel.name,
      ...(channel.observationId ? { 'observation-id': channel.observationId } : {}),
      'org-id': channel.organizationId,
      'owner-first-name': owner?.['first-name'],
      'owner-last-name': owner?.['last-name'],
      'owner-id': channel.ownerId,
      subscribers: channel.subscribers.flatMap((subscriber) => {
        const individual = individuals.get(subscriber.individualId);
        return individual ? [shownSubscriber(world, individual, subscriber)] : [];
      }),
      'subscription-type': channel.subscriptionType,
      ...(channel.textNumberId ? { 'text-number': { id: channel.textNumberId } } : {}),
      'with-sms': channel.withSms,
    },
  };
}

function shownSubscriber(
  world: World,
  { id, attributes }: Individual,
  { admin, pinned, preferences }: Channel['subscribers'][0],
) {
  const user = reachOf(world, id)?.attributes;
  return {
    admin,
    'auto-sign-up': user?.['auto-sign-up'] ?? false,
    'birth-date': attributes['birth-date'],
    'communication-preferences': { ...user?.['communication-preferences'], ...preferences },
    ...(user?.email === undefined ? {} : { email: user.email }),
    'email-verified': user?.['email-verified'] ?? false,
    'first-name': attributes['first-name'],
    id,
    'last-name': attributes['last-name'],
    ...(user?.phone === undefined ? {} : { 'phone-number': user.phone }),
    'phone-number-unsubscribed': user?.['phone-unsubscribed'] ?? false,
    'phone-number-verified': user?.['phone-verified'] ?? false,
    pinned,
  };
}

function embeddedGroup(world: World, groupId: string) {
  const attributes = world.courier.groups.get(groupId)?.attributes;
  const people = (list: { id: string }[] = []) =>
    list.flatMap(({ id }) => world.courier.individuals.get(id) ?? []);
  return {
    'individual-ids': attributes?.individuals.map(({ id }) => id),
    individuals: people(attributes?.individuals).map(({ id, attributes: own }) => ({
      'birth-date': own['birth-date'],
      'first-name': own['first-name'],
      id,
      'last-name': own['last-name'],
      name: `${own['first-name']} ${own['last-name']}`,
      owner: { id: own['owner-id'], type: 'organization' },
      ...(own['preferred-name'] ? { 'preferred-name': own['preferred-name'] } : {}),
      verified: userOf(world, id)?.attributes['email-verified'] ?? false,
    })),
    'individuals-count': attributes?.individuals.length,
    'leader-ids': attributes?.leaders.map(({ id }) => id),
    leaders: people(attributes?.leaders).map(({ id, attributes: own }) => ({
      'first-name': own['first-name'],
      id,
      'last-name': own['last-name'],
    })),
    name: attributes?.name,
    'organization-id': attributes?.['organization-id'],
  };
}

function inShort({ id, text, postedAt, removed }: Message) {
  return { id, message: removed ? '' : text, 'posted-time': postedAt, removed };
}

/** A receipt as it goes over the wire. */
export function shownReceipt(
  world: World,
  { individualId, at }: { individualId: string; at?: Receipt['at'] },
): object {
  const individual = world.courier.individuals.get(individualId)?.attributes;
  return {
    ...(at === undefined ? {} : { 'ack-time': at, 'ack-user-time': at }),
    'individual-first-name': individual?.['first-name'],
    'individual-id': individualId,
    'individual-last-name': individual?.['last-name'],
  };
}

/** A message as it goes over the wire, with its author's name; a removed one keeps its place and loses its words. */
export function shownMessage(world: World, message: Message, showing: Showing): object {
  const author = world.courier.individuals.get(message.authorId)?.attributes;
  const user = userOf(world, message.authorId);
  return {
    id: message.id,
    type: 'messaging-messages',
    attributes: {
      ack: message.receipts.some(({ individualId }) => individualId === showing.actorId),
      attachments: message.attachments.map(({ thumbnail, ...file }) => ({
        ...file,
        ...(showing.thumbnail && thumbnail ? { thumbnail } : {}),
      })),
      'channel-id': message.channelId,
      destination: message.destination,
      draft: message.draft,
      'first-name': author?.['first-name'],
      'individual-id': message.authorId,
      'last-name': author?.['last-name'],
      'last-modified-time': message.modifiedAt,
      message: message.removed ? '' : message.text,
      ...(showing.phrases ? { phrases: { en_US: message.removed ? '' : message.text } } : {}),
      'posted-time': message.postedAt,
      ...(author?.['preferred-name'] ? { 'preferred-name': author['preferred-name'] } : {}),
      reactions: message.reactions.map(({ individualId, type }) => {
        const individual = world.courier.individuals.get(individualId)?.attributes;
        return {
          'first-name': individual?.['first-name'],
          'individual-id': individualId,
          'last-name': individual?.['last-name'],
          'reaction-type': type,
          'user-name': userOf(world, individualId)?.attributes.username,
        };
      }),
      ...(showing.receipts
        ? { 'read-receipts': message.receipts.map((receipt) => shownReceipt(world, receipt)) }
        : {}),
      removed: message.removed,
      ...(message.sentiment ? { sentiment: message.sentiment } : {}),
      source: message.source,
      ...(user ? { 'user-id': user.id, 'user-name': user.attributes.username } : {}),
      'user-type': author?.['account-type'],
    },
  };
}
