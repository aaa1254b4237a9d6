import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { type Front, startFront } from '../courier/front.ts';
import { message, one, resource } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { birdId, birdMessage, WORKSPACE } from './bird.ts';

const NEVER = new Promise(() => {});
const ID = idOf('message');
const LIST = `GET ${WORKSPACE}/channels/messages`;
const ASK = 'query ($id: ID!) { message(id: $id) { __typename id nativeId source text } }';

const IN_COURIER: Readonly<Record<string, [string, Prepared]>> = {
  CourierMessage: [`GET /v1/messaging-messages/${ID}/`, one(message('message'))],
  CourierText: [
    `GET /v1/texts/${ID}/`,
    one(resource('texts', 'message', { message: 'words of message', status: 'sent' })),
  ],
  CourierEmail: [
    `GET /v1/user-emails/${ID}/`,
    one(resource('user-emails', 'message', { message: 'words of message', status: 'sent' })),
  ],
};

/** Both upstreams, of which nobody knows anything but what is said. */
const front = ({
  bird = { body: { results: [] } },
  courier = {},
  ...options
}: {
  bird?: Prepared;
  courier?: Record<string, Prepared>;
  deadlineMs?: number;
} = {}): Promise<Front> =>
  startFront({
    bird: { [LIST]: bird },
    courier: {
      ...Object.fromEntries(Object.values(IN_COURIER).map(([call]) => [call, { status: 404 }])),
      ...courier,
    },
    ...options,
  });

const KNOWN = { body: { results: [birdMessage('message', 'line')] } };
const EVERYWHERE = Object.values(IN_COURIER).map(([call]) => call);

describe('a message by its native id', () => {
  test('is looked for everywhere at once and found in Bird', async () => {
    const { promise: everybodyAsked, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const unknown = () => {
      asked++;
      if (asked === EVERYWHERE.length) resolve();
      return { status: 404 };
    };
    await using all = await front({
      // Bird answers when the others have been asked too.
      bird: { ...KNOWN, until: everybodyAsked },
      courier: Object.fromEntries(EVERYWHERE.map((call) => [call, unknown])),
    });
    const data = await all.data(ASK, { id: ID });
    expect(data.message).toEqual({
      __typename: 'BirdMessage',
      id: birdId('BirdMessage', 'line', 'message'),
      nativeId: ID,
      source: 'BIRD',
      text: 'words of message',
    });
    expect(all.bird.asked).toHaveLength(1);
    expect(all.bird.asked[0]?.params.getAll('id')).toEqual([ID]);
    expect(all.courier.calls().toSorted()).toEqual(EVERYWHERE.toSorted());
  });

  test.each(Object.entries(IN_COURIER))('is found as a %s', async (typename, [call, answer]) => {
    await using all = await front({ courier: { [call]: answer } });
    const data = await all.data(ASK, { id: ID });
    expect(data.message).toEqual({
      __typename: typename,
      id: globalId(typename, ID),
      nativeId: ID,
      source: 'COURIER',
      text: 'words of message',
    });
  });

  test.each<[string, Prepared]>([
    ['says nothing', { until: NEVER }],
    ['is down', { status: 500 }],
    ['drops the connection', { destroy: true }],
    ['refuses our credential', { status: 401 }],
    ['answers nonsense', { raw: '<html>' }],
  ])('is found in one upstream while the other %s', async (_, wrong) => {
    const [call, answer] = IN_COURIER.CourierText ?? ['', {}];
    await using inCourier = await front({ bird: wrong, courier: { [call]: answer } });
    expect((await inCourier.data(ASK, { id: ID })).message.__typename).toBe('CourierText');
    await using inBird = await front({
      bird: KNOWN,
      courier: Object.fromEntries(EVERYWHERE.map((one) => [one, wrong])),
    });
    expect((await inBird.data(ASK, { id: ID })).message.__typename).toBe('BirdMessage');
  });

  test('that nobody knows is null', async () => {
    await using all = await front();
    expect(await all.data(ASK, { id: ID })).toEqual({ message: null });
  });

  test('that nobody knows is an error while somebody cannot be asked', async () => {
    await using all = await front({ bird: { status: 500 } });
    expect(await all.error(ASK, { id: ID })).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      path: 'message',
      upstream: { api: 'bird' },
    });
  });

  test('is looked for in the one upstream that there is', async () => {
    await using alone = await startFront({ courier: null, bird: { [LIST]: KNOWN } });
    expect((await alone.data(ASK, { id: ID })).message.source).toBe('BIRD');
    const [call, answer] = IN_COURIER.CourierMessage ?? ['', {}];
    await using other = await startFront({
      bird: null,
      courier: { ...Object.fromEntries(EVERYWHERE.map((one) => [one, { status: 404 }])), [call]: answer },
    });
    expect((await other.data(ASK, { id: ID })).message.source).toBe('COURIER');
  });
});

describe('a message by its global id', () => {
  test.each(Object.entries(IN_COURIER))('is asked for where it is: %s', async (typename, [call, answer]) => {
    await using all = await front({ courier: { [call]: answer } });
    expect((await all.data(ASK, { id: globalId(typename, ID) })).message.__typename).toBe(typename);
    expect([...all.bird.calls(), ...all.courier.calls()]).toEqual([call]);
  });

  test('is asked for in its channel of Bird', async () => {
    await using all = await front();
    const call = `GET ${WORKSPACE}/channels/${idOf('line')}/messages/${ID}`;
    all.bird.answers({ [call]: { body: birdMessage('message', 'line') } });
    const id = birdId('BirdMessage', 'line', 'message');
    expect((await all.data(ASK, { id })).message.id).toBe(id);
    expect([...all.bird.calls(), ...all.courier.calls()]).toEqual([call]);
  });

  test.each([
    birdId('BirdChannel', 'line'),
    globalId('CourierChannel', ID),
    globalId('Person', ID),
    'nonsense',
    '',
    globalId('CourierMessage', `${ID}/${ID}`),
    globalId('CourierMessage', '../users'),
    globalId('BirdMessage', ID),
  ])('that is another’s is refused without a call: %s', async (id) => {
    await using all = await front();
    expect(await all.error(ASK, { id })).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['id'] });
    expect([...all.bird.asked, ...all.courier.asked]).toEqual([]);
  });
});
