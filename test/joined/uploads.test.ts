import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await startLiveGateway();
});
afterAll(() => gateway.close());

const PREPARE = `mutation ($input: PrepareUploadInput!) {
  prepareUpload(input: $input) { slot { uploadId url method fields expiresAt } }
}`;
const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id source status text attachments { contentType name } } }
}`;

// The smallest picture there is: one transparent pixel.
const PICTURE = Buffer.from('R0lGODlhAQABAAAAACw=', 'base64');

/** What a browser does with a slot: a form of its fields, and the file behind them. */
const upload = async (slot: {
  url: string;
  method: string;
  fields: Record<string, string>;
}): Promise<number> => {
  const form = new FormData();
  for (const [name, value] of Object.entries(slot.fields)) form.append(name, value);
  form.append('file', new Blob([PICTURE], { type: 'image/gif' }), 'pixel.gif');
  return (await fetch(slot.url, { method: slot.method, body: form })).status;
};

const ids = () => gateway.sandbox.fixtureIds;
const overBird = () => ({ channelId: ids().birdSmsChannelId, contactId: ids().birdContactId });
const overCourier = () => ({ channelId: globalId('CourierChannel', ids().courierChannelId) });

const prepare = async (input: object) => {
  const { body } = await gateway.ask(PREPARE, {
    input: { contentType: 'image/gif', filename: 'pixel.gif', ...input },
  });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.prepareUpload.slot;
};

const timeline = async () => {
  const { body } = await gateway.ask(
    `{ person(by: { courierIndividualId: "${ids().courierIndividualId}" }) {
      timeline(first: 5) { nodes { id text source attachments { contentType name } } sources { source status } }
    } }`,
  );
  return body.data.person.timeline.nodes;
};

describe.each([
  ['Bird', () => ({ channelId: overBird().channelId }), overBird, 'BIRD'],
  ['courier', overCourier, overCourier, 'COURIER'],
])('a picture over %s', (_, where, to, source) => {
  test('goes out with its words, and shows in the person’s timeline', async () => {
    const slot = await prepare(where());
    expect(await upload(slot)).toBeLessThan(300);
    const input = {
      ...to(),
      text: 'Look',
      attachments: [{ uploadId: slot.uploadId }],
      idempotencyKey: source,
    };
    const { body } = await gateway.ask(SEND, { input });
    expect(body.errors).toBeUndefined();
    const { message } = body.data.sendMessage;
    expect(message).toMatchObject({ source, text: 'Look' });
    expect(message.attachments).toHaveLength(1);
    expect((await gateway.ask(SEND, { input })).body.data.sendMessage.message.id).toBe(message.id);
    const shown = (await timeline()).filter(({ id }: { id: string }) => id === message.id);
    expect(shown).toHaveLength(1);
    expect(shown[0].attachments).toHaveLength(1);
  });

  test('goes out without words', async () => {
    const slot = await prepare(where());
    await upload(slot);
    const input = { ...to(), attachments: [{ uploadId: slot.uploadId }] };
    const { body } = await gateway.ask(SEND, { input });
    expect(body.errors).toBeUndefined();
    expect(body.data.sendMessage.message.attachments).toHaveLength(1);
  });
});

test('several files go in one message of courier', async () => {
  const first = await prepare(overCourier());
  const second = await prepare({ ...overCourier(), filename: 'other.gif', besideUploadId: first.uploadId });
  for (const slot of [first, second]) await upload(slot);
  const attachments = [first, second].map(({ uploadId }) => ({ uploadId }));
  const { body } = await gateway.ask(SEND, { input: { ...overCourier(), text: 'Two', attachments } });
  expect(body.data.sendMessage.message.attachments).toHaveLength(2);
  // What is sent cannot be sent again as something else.
  const again = await gateway.ask(SEND, { input: { ...overCourier(), text: 'Three', attachments } });
  expect(again.body.errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: ['input.attachments'],
  });
});

test('nothing is shown of a file that is not sent', async () => {
  const before = await timeline();
  await prepare(overCourier());
  expect(await timeline()).toEqual(before);
});

test.each<[string, () => Promise<object>, string]>([
  [
    'of another channel',
    async () => ({
      ...overCourier(),
      attachments: [{ uploadId: (await prepare({ channelId: overBird().channelId })).uploadId }],
    }),
    'input.attachments.uploadId',
  ],
  [
    'that is none',
    async () => ({ ...overBird(), attachments: [{ uploadId: 'eyJhcGkiOiJiaXJkIn0' }] }),
    'input.attachments.uploadId',
  ],
  [
    'that names nothing',
    async () => ({ ...overBird(), attachments: [{ filename: 'x' }] }),
    'input.attachments',
  ],
])('a file %s is refused', async (_, input, field) => {
  const { body } = await gateway.ask(SEND, { input: { text: 'x', ...(await input()) } });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
});
