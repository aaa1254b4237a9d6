import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { gid, messageRow, page, startBird } from './bird.ts';

const SEND = `POST /channels/${idOf('sms')}/batch/messages`;
const LIST = `GET /channels/${idOf('sms')}/messages`;

const MUTATION = (payload: string) =>
  `mutation ($input: SendBirdMessagesInput!) { sendBirdMessages(input: $input) { ${payload} } }`;

const messageTo = (value: string, more: object = {}) => ({
  recipients: [{ identifierValue: value }],
  body: { text: { text: 'hello' } },
  ...more,
});

const input = {
  channelId: gid('BirdChannel', 'sms'),
  messages: [
    messageTo('+1', { reference: 'one' }),
    messageTo('+2', { reference: 'two' }),
    messageTo('+3', { reference: 'twice' }),
    messageTo('+4', { reference: 'twice' }),
    messageTo('+5'),
  ],
};

test.each(['id', 'batchId'])('a batch is sent with one call, and its id may be called %s', async (name) => {
  await using pigeon = await startBird({ [SEND]: { status: 202, body: { [name]: idOf('batch') } } });
  const { sendBirdMessages } = await pigeon.query(MUTATION('batchId items { index reference }'), { input });
  expect(sendBirdMessages).toEqual({
    batchId: idOf('batch'),
    items: ['one', 'two', 'twice', 'twice', null].map((reference, index) => ({ index, reference })),
  });
  expect(pigeon.calls()).toEqual([SEND]);
  expect(pigeon.bird.asked[0]?.body).toEqual({
    messageRequests: input.messages.map(({ recipients, ...message }) => ({
      ...message,
      receiver: { contacts: recipients },
      body: { type: 'text', text: { text: 'hello' } },
    })),
  });
});

test('the messages of a batch are found by their references with one call', async () => {
  await using pigeon = await startBird({
    [SEND]: { status: 202, body: { id: idOf('batch') } },
    [LIST]: page([
      messageRow('a', { reference: 'two', status: 'rejected', failure: { code: 11001 } }),
      messageRow('b', { reference: 'twice' }),
    ]),
  });
  const { sendBirdMessages } = await pigeon.query(
    MUTATION('items { reference message { nativeId status failure { code } } }'),
    { input },
  );
  const found = { nativeId: idOf('a'), status: 'REJECTED', failure: { code: 11001 } };
  expect(sendBirdMessages.items).toEqual([
    // Bird does not show it yet.
    { reference: 'one', message: null },
    { reference: 'two', message: found },
    // Two have the reference, so it tells nothing.
    { reference: 'twice', message: null },
    { reference: 'twice', message: null },
    { reference: null, message: null },
  ]);
  expect(pigeon.calls()).toEqual([
    SEND,
    `${LIST}?batchId=${idOf('batch')}&startAt=1970-01-01T00:00:00.000Z&limit=1000`,
  ]);
});

test.each([
  ['messageRequests[1].receiver', 'input.messages.recipients'],
  ['messageRequests.0.body.text', 'input.messages.body'],
  ['messageRequests', 'input.messages'],
])('Bird’s refusal of %s names %s', async (field, named) => {
  await using pigeon = await startBird({
    [SEND]: { status: 422, body: { code: 'X', message: 'no', details: { [field]: ['bad'] } } },
  });
  const { extensions } = await pigeon.refusal(MUTATION('batchId'), { input });
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [named]]);
});

test.each([
  ['lost', { destroy: true }],
  ['without an id', { status: 202, body: {} }],
])('an answer that is %s leaves the outcome unknown, and nothing is sent again', async (_, answer) => {
  await using pigeon = await startBird({ [SEND]: answer });
  expect((await pigeon.refusal(MUTATION('batchId'), { input })).extensions.code).toBe('OUTCOME_UNKNOWN');
  expect(pigeon.calls()).toEqual([SEND]);
});

describe('an input is refused by its name, and nothing is sent', () => {
  test.each<[string, object, string]>([
    ['no messages', { messages: [] }, 'input.messages'],
    ['too many messages', { messages: Array(101).fill(messageTo('+1')) }, 'input.messages'],
    ['a message without a body', { messages: [messageTo('+1', { body: undefined })] }, 'input.messages.body'],
    ['a channel that is none', { channelId: 'sms' }, 'input.channelId'],
  ])('%s', async (_, more, field) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(MUTATION('batchId'), { input: { ...input, ...more } });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(pigeon.calls()).toEqual([]);
  });
});
