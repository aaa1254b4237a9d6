import { describe, expect, test } from 'vitest';
import { type Front, startFront } from '../courier/front.ts';
import { at, channel, pageOf } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Prepared } from '../support/upstream.ts';
import { birdChannel, WORKSPACE } from './bird.ts';

const NEVER = new Promise(() => {});
const BIRD = `GET ${WORKSPACE}/channels`;
const COURIER = 'GET /v1/messaging-channels/';
const lines = Array.from({ length: 3 }, (_, index) => birdChannel(`line ${index}`));
const talks = Array.from({ length: 60 }, (_, index) =>
  channel(`talk ${index}`, { 'last-modified-time': at(60 - index) }),
);
const ORDER = [...lines, ...talks].map(({ id }) => id);

/** Bird's pages by a token that is the number of the next row. */
const birdPages: Prepared = ({ params }) => {
  const from = Number(params.get('pageToken') ?? 0);
  const to = from + Number(params.get('limit'));
  return {
    body: { results: lines.slice(from, to), ...(to < lines.length && { nextPageToken: String(to) }) },
  };
};

const start = (
  options: { bird?: Prepared; courier?: Prepared; deadlineMs?: number } = {},
): Promise<Front> => {
  const { bird = birdPages, courier = ({ params }) => pageOf(talks, params), ...rest } = options;
  return startFront({ bird: { [BIRD]: bird }, courier: { [COURIER]: courier }, ...rest });
};

const ASK = `query ($first: Int, $after: String, $source: Source) {
  channels(first: $first, after: $after, source: $source) {
    edges { cursor node { nativeId source name } }
    pageInfo { hasNextPage endCursor }
    sources { source status error }
  }
}`;

const ok = (source: string) => ({ source, status: 'OK', error: null });
const skipped = (source: string) => ({ source, status: 'SKIPPED', error: null });
const failed = (source: string) => ({ source, status: 'FAILED', error: expect.any(String) });
const natives = (connection: { edges: { node: { nativeId: string } }[] }) =>
  connection.edges.map(({ node }) => node.nativeId);

describe('channels', () => {
  test('are Bird’s and then courier’s', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 5 });
    expect(natives(channels)).toEqual(ORDER.slice(0, 5));
    expect(channels.edges.map(({ node }: { node: { source: string } }) => node.source)).toEqual([
      'BIRD',
      'BIRD',
      'BIRD',
      'COURIER',
      'COURIER',
    ]);
    expect(channels.pageInfo.hasNextPage).toBe(true);
    expect(channels.sources).toEqual([ok('BIRD'), ok('COURIER')]);
    expect(front.bird.calls()).toEqual([`${BIRD}?limit=5`]);
    expect(front.courier.calls()).toEqual([`${COURIER}?page[limit]=3&page[offset]=0`]);
  });

  test.each([1, 2, 3, 4, 7, 70])('come page by page of %i, each once', async (first) => {
    await using front = await start();
    const found: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const { channels } = await front.data(ASK, { first, after });
      expect(channels.edges.length).toBeLessThanOrEqual(first);
      found.push(...natives(channels));
      after = channels.pageInfo.endCursor;
      more = channels.pageInfo.hasNextPage;
    }
    expect(found).toEqual(ORDER);
  });

  test('go on behind any row', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 10 });
    for (const [index, { cursor }] of channels.edges.entries()) {
      const next = await front.data(ASK, { first: 2, after: cursor });
      expect(natives(next.channels)).toEqual(ORDER.slice(index + 1, index + 3));
    }
  });

  test('ask courier nothing while Bird fills the page', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 2 });
    expect(natives(channels)).toEqual(ORDER.slice(0, 2));
    expect(channels.sources).toEqual([ok('BIRD'), skipped('COURIER')]);
    expect(front.courier.asked).toEqual([]);
  });

  test('ask Bird nothing behind a row of courier’s', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 4 });
    const asked = front.bird.asked.length;
    const next = await front.data(ASK, { first: 2, after: channels.pageInfo.endCursor });
    expect(natives(next.channels)).toEqual(ORDER.slice(4, 6));
    expect(next.channels.sources).toEqual([ok('COURIER')]);
    expect(front.bird.asked).toHaveLength(asked);
  });

  test('of one upstream leave the other alone', async () => {
    await using front = await start();
    const bird = await front.data(ASK, { source: 'BIRD' });
    expect(natives(bird.channels)).toEqual(ORDER.slice(0, 3));
    expect(front.courier.asked).toEqual([]);
    const courier = await front.data(ASK, { source: 'COURIER', first: 3 });
    expect(natives(courier.channels)).toEqual(ORDER.slice(3, 6));
    expect(courier.channels.sources).toEqual([ok('COURIER')]);
    expect(front.bird.asked).toHaveLength(1);
  });

  test('of one upstream behind a row of the other are those that stand behind it', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 4 });
    const behindBird = channels.edges[0].cursor;
    const behindCourier = channels.edges[3].cursor;
    const courier = await front.data(ASK, { source: 'COURIER', first: 1, after: behindBird });
    expect(natives(courier.channels)).toEqual(ORDER.slice(3, 4));
    const bird = await front.data(ASK, { source: 'BIRD', first: 1, after: behindCourier });
    expect(natives(bird.channels)).toEqual([]);
  });

  test.each(['nonsense', '', btoa('{"k":"channels"}'), btoa('{"k":"channels","s":"sms","c":"x"}')])(
    'refuse a cursor that is none: %s',
    async (after) => {
      await using front = await start();
      expect(await front.error(ASK, { after })).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['after'] });
      expect([...front.bird.asked, ...front.courier.asked]).toEqual([]);
    },
  );
});

describe('channels with an upstream down', () => {
  const wrong: [string, Prepared][] = [
    ['is down', { status: 500 }],
    ['refuses us', { status: 403 }],
    ['answers nonsense', { raw: '[' }],
    ['says nothing', { until: NEVER }],
  ];

  test.each(wrong)('are courier’s while Bird %s', async (_, bird) => {
    await using front = await start({ bird, deadlineMs: 300 });
    const { channels } = await front.data(ASK, { first: 2 });
    expect(natives(channels)).toEqual(ORDER.slice(3, 5));
    expect(channels.sources).toEqual([failed('BIRD'), ok('COURIER')]);
    expect(channels.pageInfo.hasNextPage).toBe(true);
  });

  test.each(wrong)('are Bird’s while courier %s', async (_, courier) => {
    await using front = await start({ courier, deadlineMs: 300 });
    const { channels } = await front.data(ASK, { first: 5 });
    expect(natives(channels)).toEqual(ORDER.slice(0, 3));
    expect(channels.sources).toEqual([ok('BIRD'), failed('COURIER')]);
  });

  test.each(wrong)('are null when neither answers: each %s', async (_, both) => {
    await using front = await start({ bird: both, courier: both, deadlineMs: 200 });
    const { body } = await front.gateway.ask(ASK, { first: 5 });
    expect(body.data).toEqual({ channels: null });
    expect(body.errors).toHaveLength(1);
  });

  test('are null, and no end, when nobody who should go on answers', async () => {
    await using front = await start();
    const { channels } = await front.data(ASK, { first: 4 });
    front.courier.answers({ [COURIER]: { status: 500 } });
    const error = await front.error(ASK, { first: 4, after: channels.pageInfo.endCursor });
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { api: 'courier' } });
  });

  test('tell nothing personal of why', async () => {
    await using front = await start({ bird: { status: 500, body: { message: '+12025550142' } } });
    const { channels } = await front.data(ASK, { first: 1 });
    expect(JSON.stringify(channels.sources)).not.toContain('+1202');
  });

  test('are the other’s alone where one upstream is not configured', async () => {
    await using birdless = await startFront({
      bird: null,
      courier: { [COURIER]: ({ params }) => pageOf(talks, params) },
    });
    const { channels } = await birdless.data(ASK, { first: 2 });
    expect(channels.sources).toEqual([ok('COURIER')]);
    expect(natives(channels)).toEqual([idOf('talk 0'), idOf('talk 1')]);
    expect(await birdless.error(ASK, { source: 'BIRD' })).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});

test('a channel’s messages are read through the interface, whichever upstream it lives in', async () => {
  await using front = await start();
  front.bird.answers({ [`GET ${WORKSPACE}/channels/*/messages`]: { body: { results: [] } } });
  front.courier.answers({ 'GET /v1/messaging-messages/': ({ params }) => pageOf([], params) });
  const { channels } = await front.data(
    '{ channels(first: 4) { nodes { messages(first: 1) { nodes { text status } pageInfo { hasNextPage } } } } }',
  );
  expect(channels.nodes).toHaveLength(4);
  expect(front.bird.asked).toHaveLength(4);
  expect(front.courier.asked).toHaveLength(2);
});
