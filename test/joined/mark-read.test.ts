import { expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { startFront } from '../courier/front.ts';
import { created, message } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdId } from './bird.ts';
import { courierRow } from './inbox.ts';

const MARK = `mutation ($input: MarkReadInput!) { markRead(input: $input) { conversation { id unread } } }`;
const id = globalId('Conversation', idOf('carol'));
const LAST = `/v1/messaging-messages/${idOf('last of carol')}/ack/`;

const start = () => {
  let unread = 3;
  return startFront({
    courier: {
      'GET /v1/messaging-channels/*/': ({ path }) =>
        path.includes(idOf('carol'))
          ? { body: { data: courierRow({ name: 'carol', with: ['carol'], at: 9, unread }), meta: {} } }
          : { status: 404 },
      [`POST ${LAST}`]: () => {
        unread = 0;
        return created(message('last of carol', { 'channel-id': idOf('carol') }));
      },
    },
  });
};

test('a conversation of courier is read up to what was said last', async () => {
  await using front = await start();
  const { markRead } = await front.data(MARK, { input: { conversationId: id, individualId: idOf('desk') } });
  expect(markRead.conversation).toEqual({ id, unread: 0 });
  expect(front.courier.calls()).toEqual([
    `GET /v1/messaging-channels/${idOf('carol')}/`,
    `POST ${LAST}`,
    `GET /v1/messaging-channels/${idOf('carol')}/`,
  ]);
  expect(front.courier.asked[1]?.body).toEqual({ 'individual-id': idOf('desk') });
});

test.each([
  [birdId('Conversation', 'sms', 'ada'), 'BAD_USER_INPUT'],
  [globalId('CourierChannel', idOf('carol')), 'BAD_USER_INPUT'],
  [globalId('Conversation', idOf('nowhere')), 'NOT_FOUND'],
])('what cannot be marked is refused and nothing is changed: %s', async (conversationId, code) => {
  await using front = await start();
  expect(await front.error(MARK, { input: { conversationId } })).toMatchObject({
    code,
    fields: ['input.conversationId'],
  });
  expect([...front.bird.asked, ...front.courier.asked].filter(({ method }) => method === 'POST')).toEqual([]);
});
