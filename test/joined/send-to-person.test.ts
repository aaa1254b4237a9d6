import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { message } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdContact, birdId, WORKSPACE } from './bird.ts';
import { ADA, type Ada, LINE, NUMBER, reasonsOf, said, startSending, TALK } from './sending.ts';

const CONTACT = birdId('BirdContact', 'ada');

/** What Ada wrote over courier, some minutes ago. */
const written = (name: string, text: string, minutesAgo: number) => {
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return message(name, {
    'channel-id': idOf('talk'),
    'individual-id': idOf('ada'),
    'user-type': 'participant',
    message: text,
    'posted-time': at,
    'last-modified-time': at,
  });
};

const where = async (ada: Ada, input: object) => {
  await using sending = await startSending(ada);
  const { body } = await sending.send(input);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return [body.data.sendMessage.message.source, sending.sent().map((asked) => asked.body)];
};

describe('sendMessage to a person', () => {
  test.each([
    ['the person by the individual', ADA],
    ['the contact', CONTACT],
    ['the person', globalId('Person', idOf('ada'))],
  ])('goes on where the last conversation was, by %s', async (_, personId) => {
    const overBird = [said('one', 'Hello', 5)];
    expect(await where({ overBird, overCourier: [written('two', 'Hello', 50)] }, { personId })).toEqual([
      'BIRD',
      [{ receiver: { contacts: [{ id: idOf('ada') }] }, body: { type: 'text', text: { text: 'Hello' } } }],
    ]);
    const [source] = await where({ overBird, overCourier: [written('two', 'Hello', 1)] }, { personId: ADA });
    expect(source).toBe('COURIER');
  });

  test('goes over the channel that is named, whichever was the last', async () => {
    const ada = { overBird: [said('one', 'Hello', 5)] };
    expect((await where(ada, { personId: ADA, channelId: TALK }))[0]).toBe('COURIER');
    expect((await where(ada, { personId: ADA, channelId: LINE }))[0]).toBe('BIRD');
  });

  test.each<[string, Ada, object, string[]]>([
    ['with whom nobody spoke', {}, {}, ['NO_CONVERSATION']],
    [
      'who asked to stop in the last conversation, whatever else there is',
      {
        overBird: [said('two', 'hm', 1, false), said('one', 'STOP', 5)],
        overCourier: [written('old', 'Hello', 50)],
      },
      {},
      ['OPTED_OUT'],
    ],
    [
      'whose number courier has as unsubscribed, over Bird too',
      { overBird: [said('one', 'Hello', 5)], user: { 'phone-unsubscribed': true } },
      {},
      ['OPTED_OUT'],
    ],
    [
      'who is not verified',
      { user: { 'email-verified': false, 'phone-verified': false } },
      { channelId: LINE },
      ['UNVERIFIED'],
    ],
    [
      'who takes no part in the channel',
      { talk: { subscribers: [] } },
      { channelId: TALK },
      ['NO_IDENTIFIER'],
    ],
    [
      'in a group’s channel',
      { talk: { 'individual-group-id': idOf('group'), 'individual-group': { 'individuals-count': 3 } } },
      { channelId: TALK },
      ['SHARED_CHANNEL'],
    ],
    [
      'by email who has none',
      {
        line: { platformId: 'email-messagebird' },
        contact: birdContact('ada', [['phonenumber', NUMBER]]),
      },
      { channelId: LINE, personId: CONTACT },
      ['NO_IDENTIFIER'],
    ],
  ])('refuses one %s', async (_, ada, more, reasons) => {
    await using sending = await startSending(ada);
    expect(await reasonsOf(sending.send({ personId: ADA, ...more }))).toEqual(reasons);
    expect(sending.sent()).toEqual([]);
  });

  test('is refused outside a service window, unless it is a template', async () => {
    const window = `GET ${WORKSPACE}/channels/${idOf('line')}/contacts/${idOf('ada')}`;
    const ada = { line: { platformId: 'whatsapp' } };
    await using sending = await startSending(ada, {
      bird: { [window]: { body: { serviceWindowExpireAt: '2020-01-01T00:00:00Z' } } },
    });
    const to = { personId: ADA, channelId: LINE };
    expect(await reasonsOf(sending.send(to))).toEqual(['SERVICE_WINDOW_CLOSED']);
    const template = { projectId: 'visits', version: 'latest', locale: 'en' };
    expect((await sending.send({ ...to, text: undefined, template })).body.errors).toBeUndefined();
    sending.bird.answers({ [window]: { body: { serviceWindowExpireAt: '2999-01-01T00:00:00Z' } } });
    expect((await sending.send(to)).body.errors).toBeUndefined();
    expect(sending.sent()).toHaveLength(2);
  });

  test('sends nothing while one upstream cannot say what was said last', async () => {
    await using sending = await startSending(
      { overBird: [said('one', 'Hello', 5)] },
      { courier: { 'GET /v1/user-emails/': { status: 500 } } },
    );
    const { body } = await sending.send({ personId: ADA });
    expect(body.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(sending.sent()).toEqual([]);
  });

  test.each<[object, string]>([
    [{ personId: ADA, to: NUMBER }, 'input.to'],
    [{ personId: 'nobody' }, 'input.personId'],
    [{ personId: ADA, text: undefined }, 'input.text'],
    [{ personId: ADA, attachments: [] }, 'input.attachments'],
    [{ personId: ADA, clientId: '' }, 'input.clientId'],
    [{}, 'input.channelId'],
  ])('refuses %j', async (input, field) => {
    await using sending = await startSending();
    const { body } = await sending.send(input);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect(sending.sent()).toEqual([]);
  });
});

test('Person.channels tells where a person can be written to, and why not', async () => {
  await using sending = await startSending({ talk: { archived: true } });
  const query = `{ person(by: { courierIndividualId: "${idOf('ada')}" }) {
    channels { reachable reasons openUntil channel { source nativeId } contact { nativeId } individual { nativeId } }
  } }`;
  const [ofBird, ofCourier] = [
    {
      reachable: true,
      reasons: [],
      openUntil: null,
      channel: { source: 'BIRD', nativeId: idOf('line') },
      contact: { nativeId: idOf('ada') },
      individual: null,
    },
    {
      reachable: false,
      reasons: ['CHANNEL_INACTIVE'],
      openUntil: null,
      channel: { source: 'COURIER', nativeId: idOf('talk') },
      contact: null,
      individual: { nativeId: idOf('ada') },
    },
  ];
  expect((await sending.data(query)).person.channels).toEqual([ofBird, ofCourier]);
  await sending.inbound('STOP');
  const only = query.replace('channels {', 'channels(sources: [BIRD]) {');
  expect((await sending.data(only)).person.channels).toEqual([
    { ...ofBird, reachable: false, reasons: ['OPTED_OUT'] },
  ]);
});

describe('a client’s own id', () => {
  const ADDED = 'subscription { messageAdded { messageId clientId message { clientId } } }';

  test.each([
    ['Bird', { channelId: LINE, to: NUMBER }],
    ['courier', { channelId: TALK }],
  ])('comes back on a message over %s, on messageAdded and on a repeat', async (_, to) => {
    await using sending = await startSending();
    sending.courier.answers({ 'GET /v1/messaging-messages/*/': { status: 404 } });
    const events = sending.gateway.watch(ADDED);
    const first = events.next();
    while (sending.stream.counts.subscribers !== 1) await new Promise(setImmediate);
    const input = { ...to, clientId: 'draft 7', idempotencyKey: 'k' };
    const { body } = await sending.send(input);
    expect(body.data.sendMessage.message.clientId).toBe('draft 7');
    const { value } = await first;
    expect(value.data.messageAdded).toMatchObject({
      messageId: body.data.sendMessage.message.id,
      clientId: 'draft 7',
    });
    expect((await sending.send(input)).body).toEqual(body);
    expect(sending.sent()).toHaveLength(1);
    await events.return?.();
  });

  test('is known by Bird’s webhook too, which may come before the answer', async () => {
    await using sending = await startSending();
    const events = sending.gateway.watch('subscription { messageAdded { messageId clientId } }');
    const first = events.next();
    while (sending.stream.counts.subscribers !== 1) await new Promise(setImmediate);
    await sending.webhook('sms.outbound', {
      id: idOf('sent'),
      channelId: idOf('line'),
      status: 'accepted',
      direction: 'outgoing',
      meta: { extraInformation: { pigeonClientId: 'draft 8' } },
      createdAt: new Date().toISOString(),
      lastStatusAt: new Date().toISOString(),
    });
    const { value } = await first;
    expect(value.data.messageAdded.clientId).toBe('draft 8');
    await events.return?.();
  });
});
