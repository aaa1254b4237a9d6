import type { Call, Handler } from '../call.ts';
import { notFound } from '../refusal.ts';
import { channelOf, onPlatform } from './channels.ts';
import { pageOf } from './page.ts';
import type { Message, MessageRow, Party } from './rows.ts';

/** The operations that read messages and interactions. */
export const messageHandlers: Record<string, Handler> = {
  'GET /workspaces/{workspaceId}/channels/messages': (call) => ({ status: 200, body: listed(call) }),

  'GET /workspaces/{workspaceId}/channels/{channelId}/messages': (call) => {
    const { id } = channelOf(call.world, call.at('channelId'));
    const startAt = call.text('startAt');
    const endAt = call.text('endAt');
    return {
      status: 200,
      body: { ...listed(call, id), ...(startAt ? { startAt } : {}), ...(endAt ? { endAt } : {}) },
    };
  },

  'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}': (call) => ({
    status: 200,
    body: messageOf(call).message,
  }),

  'GET /workspaces/{workspaceId}/channels/{channelId}/messages/{messageId}/interactions': (call) => ({
    status: 200,
    body: { results: messageOf(call).interactions.toReversed() },
  }),
};

function messageOf(call: Call): MessageRow {
  const channel = channelOf(call.world, call.at('channelId'));
  const row = call.world.bird.messages.get(call.at('messageId'));
  if (row?.message.channelId !== channel.id) throw notFound('message');
  return row;
}

function listed(call: Call, channelId?: string) {
  const channels = call.list('channelId');
  const platforms = call.list('platform');
  const tests: ((message: Message) => boolean)[] = [];
  const among = (wanted: string[] | undefined, values: (message: Message) => (string | undefined)[]) => {
    if (wanted)
      tests.push((message) => values(message).some((value) => value !== undefined && wanted.includes(value)));
  };
  if (channelId) tests.push((message) => message.channelId === channelId);
  among(channels, (message) => [message.channelId]);
  if (platforms)
    tests.push((message) =>
      onPlatform(call.world.bird.channels.get(message.channelId)?.platformId ?? '', platforms),
    );
  const direction = call.text('direction');
  among(direction === undefined ? undefined : [direction], (message) => [message.direction]);
  among(call.list('id'), (message) => [message.id]);
  among(call.list('from'), (message) => identifiersOf(message.sender));
  among(call.list('to'), (message) => identifiersOf(message.receiver));
  among(call.list('failureCode'), ({ failure }) => [failure && String(failure.code)]);
  among(call.list('failureSourceCode'), ({ failure }) => [failure?.source.code]);
  among(call.list('failureSourceName'), ({ failure }) => [failure?.source.name]);
  among(call.list('countryCode'), (message) =>
    [message.sender.contact, ...(message.receiver.contacts ?? [])].map((contact) => contact?.countryCode),
  );
  among(call.list('tag'), ({ tags }) => tags ?? []);
  const batch = call.text('batchId') ?? call.text('navigatorId');
  // nothing of this world was sent in a batch or by a navigator but what says so itself
  if (batch) tests.push(({ meta }) => meta?.navigatorId === batch);
  const subject = call.text('emailSubject')?.toLowerCase();
  if (subject) tests.push((message) => subjectOf(message).includes(subject));
  const startAt = Date.parse(call.text('startAt') ?? '');
  const endAt = Date.parse(call.text('endAt') ?? '');
  if (!Number.isNaN(startAt)) tests.push(({ createdAt }) => Date.parse(createdAt) >= startAt);
  if (!Number.isNaN(endAt)) tests.push(({ createdAt }) => Date.parse(createdAt) <= endAt);
  const rows = call.world.bird.messages.all().map(({ message }) => message);
  return pageOf(
    call,
    rows.filter((message) => tests.every((test) => test(message))),
  );
}

function identifiersOf({ connector, contact, contacts = [] }: Party): (string | undefined)[] {
  const people = contact ? [contact, ...contacts] : contacts;
  return [connector?.identifierValue, ...people.flatMap((one) => [one.identifierValue, one.platformAddress])];
}

function subjectOf({ meta, body }: Message): string {
  return JSON.stringify([meta?.email, body?.type === 'html' ? body.html : undefined]).toLowerCase();
}
