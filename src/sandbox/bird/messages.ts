import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { notFound } from '../refusal.ts';
import type { Row } from '../row.ts';
import { onPlatform } from './channels.ts';
import { rowAt } from './dialect.ts';

type Test = Exclude<NonNullable<Behaviour['narrows']>[string], string | false>;

/** A parameter that keeps messages that have one of its values. */
function among(values: (message: Dictionary) => unknown[]): Test {
  return ({ attributes }, wanted) => {
    const all = [wanted].flat().map(String);
    return values(attributes).some((value) => value != null && all.includes(String(value)));
  };
}

/** Every number, address and id by which one end of a message is known. */
function identifiersOf({ connector, contact, contacts = [] }: Dictionary): unknown[] {
  const people: Dictionary[] = contact ? [contact, ...contacts] : contacts;
  return [connector?.identifierValue, ...people.flatMap((one) => [one.identifierValue, one.platformAddress])];
}

function countriesOf({ sender, receiver }: Dictionary): unknown[] {
  return [sender.contact, ...(receiver.contacts ?? [])].map((contact) => contact?.countryCode);
}

/** How messages differ from other rows: the filters that they can be found by. */
export const messageBehaviours: Record<string, Behaviour> = {
  Message: {
    narrows: {
      from: among(({ sender }) => identifiersOf(sender)),
      to: among(({ receiver }) => identifiersOf(receiver)),
      failureCode: among(({ failure }) => [failure?.code]),
      failureSourceCode: among(({ failure }) => [failure?.source.code]),
      failureSourceName: among(({ failure }) => [failure?.source.name]),
      countryCode: among(countriesOf),
      tag: among(({ tags = [] }) => tags),
      batchId: among(({ batchId }) => [batchId]),
      navigatorId: among(({ meta }) => [meta?.navigatorId]),
      channelId: 'channelId',
      platform: ({ attributes }, value, { world }) => {
        const { platformId = '' } = world.bird.rows.attributes('Channel', attributes.channelId);
        return onPlatform(platformId, [value].flat().map(String));
      },
      emailSubject: ({ attributes: { meta, body } }, value) => {
        const subject = [meta?.email?.subject, body?.html?.metadata?.subject, body?.text?.metadata?.subject];
        return subject.join(' ').toLowerCase().includes(String(value).toLowerCase());
      },
      startAt: ({ attributes }, value) => Date.parse(attributes.createdAt) >= Date.parse(String(value)),
      endAt: ({ attributes }, value) => Date.parse(attributes.createdAt) <= Date.parse(String(value)),
    },
  },
};

/** The message that a path names; a 404 when it is not in that channel. */
export function messageAt(call: Call): Row {
  const channel = rowAt(call.world, 'Channel', call.at('channelId'));
  const row = rowAt(call.world, 'Message', call.at('messageId'));
  if (row.attributes.channelId !== channel.id) throw notFound('message');
  return row;
}

/** The operations that read messages and interactions. */
export function messageHandlers(collection: Collection): Record<string, Handler> {
  return {
    'GET /workspaces/{workspaceId}/channels/messages': (call) =>
      collection.list(call, 'Message', call.world.bird.rows.all('Message')),

    'GET /workspaces/{workspaceId}/channels/{channelId}/messages': (call) => {
      const { id } = rowAt(call.world, 'Channel', call.at('channelId'));
      const isIn = ({ attributes }: Row) => attributes.channelId === id;
      const { status, body } = collection.list(
        call,
        'Message',
        call.world.bird.rows.all('Message').filter(isIn),
      );
      const startAt = call.text('startAt');
      const endAt = call.text('endAt');
      return { status, body: { ...body, ...(startAt && { startAt }), ...(endAt && { endAt }) } };
    },

    'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}': (call) =>
      collection.one(call, messageAt(call)),

    'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}/interactions': (call) => ({
      status: 200,
      body: { results: messageAt(call).own.interactions.toReversed() },
    }),
  };
}
