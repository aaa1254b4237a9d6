import { expect, it } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import { contactOf } from '../../joined/inbox.ts';
import { WORKSPACE_ID } from '../../support/gateway.ts';
import { idOf } from '../../support/ids.ts';
import type { Asked } from '../../support/upstream.ts';
import { CHANNEL, CHANNEL_ID, idOfMessage, type Live, startLive } from '../live.ts';
import { errorsOf, next } from '../published.ts';

const contactId = (name: string) => globalId('BirdContact', `${WORKSPACE_ID}/${idOf(name)}`);
const personId = (name: string) => globalId('Person', `${WORKSPACE_ID}/${idOf(name)}`);
const conversationId = (name: string) => globalId('Conversation', `${WORKSPACE_ID}/${CHANNEL}/${idOf(name)}`);

const ADDED = `subscription ($persons: [ID!], $contacts: [ID!], $individuals: [ID!], $conversations: [ID!], $after: String) {
  messageAdded(persons: $persons, contacts: $contacts, individuals: $individuals, conversations: $conversations, after: $after) {
    cursor messageId channelId conversationId personId via
  }
}`;

const MOVED = ADDED.replace('messageAdded', 'messageStatusChanged');

const KNOWN = ['ada', 'bob'];

/** A Bird in which two contacts are known. */
const start = async (): Promise<Live> => {
  const live = await startLive();
  live.bird.upstream.answers({
    [`GET /workspaces/${WORKSPACE_ID}/contacts/*`]: ({ path }: Asked) => {
      const name = KNOWN.find((one) => path.endsWith(idOf(one)));
      return name === undefined ? { status: 404 } : { body: contactOf(name) };
    },
  });
  return live;
};

it.each([
  ['contacts', contactId('ada')],
  ['contacts', idOf('ada')],
  ['persons', personId('ada')],
  ['persons', contactId('ada')],
  ['conversations', conversationId('ada')],
])('messageAdded by %s tells those of them alone, with all ids and without a read', async (name, id) => {
  await using live = await start();
  const events = live.gateway.watch(ADDED, { [name]: [id] });
  const first = next(events);
  await live.subscribed(1);
  const before = live.bird.upstream.asked.length;
  await live.webhook('theirs', 'delivered', 'inbound', 'bob');
  await live.webhook('nobody’s', 'delivered', 'inbound');
  await live.webhook('hers', 'delivered', 'inbound', 'ada');
  expect(await first).toMatchObject({
    messageId: idOfMessage('hers'),
    channelId: CHANNEL_ID,
    conversationId: conversationId('ada'),
    personId: personId('ada'),
    via: 'WEBHOOK',
  });
  await live.webhook('to her', 'accepted', 'outbound', 'ada');
  expect(await next(events)).toMatchObject({ messageId: idOfMessage('to her'), personId: personId('ada') });
  expect(live.bird.upstream.asked).toHaveLength(before);
  await events.return?.();
});

it('messageStatusChanged follows a person also by changes that do not say whose message it is', async () => {
  await using live = await start();
  const events = live.gateway.watch(MOVED, { persons: [personId('ada')] });
  const first = next(events);
  await live.subscribed(1);
  await live.webhook('to bob', 'accepted', 'outbound', 'bob');
  await live.webhook('to ada', 'accepted', 'outbound', 'ada');
  expect(await first).toMatchObject({ messageId: idOfMessage('to ada') });
  await live.webhook('to bob', 'sent');
  await live.webhook('to ada', 'sent');
  expect(await next(events)).toMatchObject({
    messageId: idOfMessage('to ada'),
    conversationId: conversationId('ada'),
    personId: personId('ada'),
  });
  await events.return?.();
});

it('resumes behind a cursor, and hears of what cannot be told any more', async () => {
  await using live = await start();
  const events = live.gateway.watch(ADDED, { contacts: [contactId('ada')] });
  const first = next(events);
  await live.subscribed(1);
  await live.webhook('one', 'delivered', 'inbound', 'ada');
  const { cursor } = await first;
  await events.return?.();
  await live.webhook('two', 'delivered', 'inbound', 'bob');
  await live.webhook('three', 'delivered', 'inbound', 'ada');
  const again = live.gateway.watch(ADDED, { contacts: [contactId('ada')], after: cursor });
  expect(await next(again)).toMatchObject({ messageId: idOfMessage('three') });
  await again.return?.();
  const lost = Buffer.from('another-store.7').toString('base64url');
  const late = live.gateway.watch(ADDED, { contacts: [contactId('ada')], after: lost });
  expect(await next(late)).toMatchObject({ via: 'GAP', messageId: contactId('ada') });
  await late.return?.();
});

it.each([
  ['contacts', contactId('nobody'), 'NOT_FOUND'],
  ['persons', personId('nobody'), 'NOT_FOUND'],
  ['persons', idOf('ada'), 'BAD_USER_INPUT'],
  ['conversations', CHANNEL_ID, 'BAD_USER_INPUT'],
  [
    'conversations',
    globalId('Conversation', `${WORKSPACE_ID}/${idOf('elsewhere')}/${idOf('ada')}`),
    'NOT_FOUND',
  ],
  ['individuals', contactId('ada'), 'BAD_USER_INPUT'],
])('refuses %s that are none: %s', async (name, id, code) => {
  await using live = await start();
  expect(await errorsOf(live.gateway.watch(ADDED, { [name]: [id] }))).toContain(code);
  expect(await errorsOf(live.gateway.watch(ADDED, { [name]: [] }))).toContain('BAD_USER_INPUT');
});
