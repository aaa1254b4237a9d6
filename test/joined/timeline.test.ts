import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';
import { startUpstream } from '../support/upstream.ts';

const PAGE = `query Timeline($email: String!, $first: Int, $after: String, $sources: [Source!], $since: DateTime, $until: DateTime) {
  person(by: { email: $email }) {
    timeline(first: $first, after: $after, sources: $sources, since: $since, until: $until) {
      edges { cursor node { id source createdAt status text } }
      pageInfo { hasNextPage endCursor }
      sources { source status error }
    }
  }
}`;

interface Node {
  readonly id: string;
  readonly source: string;
  readonly createdAt: string;
  readonly status: string;
}

const ids = (nodes: readonly Node[]) => nodes.map(({ id }) => id);

describe('the timeline over the sandbox', () => {
  let gateway: LiveGateway;
  beforeAll(async () => {
    gateway = await startLiveGateway();
  });
  afterAll(() => gateway.close());

  const page = async (variables: object) => {
    const { body } = await gateway.ask(PAGE, { email: gateway.sandbox.fixtureIds.email, ...variables });
    expect(body.errors).toBeUndefined();
    return body.data.person.timeline;
  };

  const whole = async (variables: object = {}): Promise<Node[]> =>
    (await page({ first: 1000, ...variables })).edges.map(({ node }: { node: Node }) => node);

  /** The calls that a query costs, as `api METHOD path`. */
  const cost = async (act: () => Promise<unknown>): Promise<string[]> => {
    // The sandbox remembers the last requests alone, so their number says nothing.
    const before = gateway.sandbox.asked.at(-1);
    await act();
    return gateway.sandbox.asked
      .slice(before ? gateway.sandbox.asked.indexOf(before) + 1 : 0)
      .map(({ api, method, url }) => `${api} ${method} ${url.split('?')[0]}`);
  };

  it('holds messages of both upstreams, texts and emails too, newest first', async () => {
    const nodes = await whole();
    expect(new Set(nodes.map(({ id }) => Buffer.from(id, 'base64').toString().split(':')[0]))).toEqual(
      new Set(['BirdMessage', 'CourierMessage', 'CourierText', 'CourierEmail']),
    );
    const times = nodes.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(new Set(ids(nodes)).size).toBe(nodes.length);
  });

  it('leaves out drafts and what was removed', async () => {
    expect((await whole()).filter(({ status }) => ['DRAFT', 'DELETED'].includes(status))).toEqual([]);
  });

  it.each([1, 3, 7, 40])('gives the same list in pages of %i as in one', async (size) => {
    const expected = ids(await whole());
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo } = await page({ first: size === 7 ? size + (found.length % 3) : size, after });
      found.push(...edges.map(({ node }: { node: Node }) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after && found.length < (size === 1 ? 15 : 10_000));
    expect(found).toEqual(expected.slice(0, found.length));
    if (size > 1) expect(found.length).toBe(expected.length);
  });

  it('goes on where it was when messages arrive meanwhile', async () => {
    const expected = ids(await whole());
    const first = await page({ first: 10 });
    const { birdChannelId, birdContactId } = gateway.sandbox.fixtureIds;
    await gateway.ask(
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`,
      { input: { channelId: birdChannelId, contactId: birdContactId, text: 'One more thing.' } },
    );
    const second = await page({ first: 20, after: first.pageInfo.endCursor });
    expect(second.edges.map(({ node }: { node: Node }) => node.id)).toEqual(expected.slice(10, 30));
  });

  it('asks nothing of an upstream that is not wanted', async () => {
    const calls = await cost(async () => {
      const { sources, edges } = await page({ sources: ['COURIER'] });
      expect(sources).toEqual([
        { source: 'BIRD', status: 'SKIPPED', error: null },
        { source: 'COURIER', status: 'OK', error: null },
      ]);
      expect(new Set(edges.map(({ node }: { node: Node }) => node.source))).toEqual(new Set(['COURIER']));
    });
    expect(calls.filter((call) => call.includes('/channels/messages'))).toEqual([]);
  });

  it('keeps to since, inclusive, and until, exclusive', async () => {
    const all = await whole();
    const since = all[30]?.createdAt ?? '';
    const until = all[10]?.createdAt ?? '';
    expect(ids(await whole({ since, until }))).toEqual(
      ids(all.filter(({ createdAt }) => createdAt >= since && createdAt < until)),
    );
  });

  it('costs no more for a page than a page of each list that can matter', async () => {
    const calls = await cost(() => page({ first: 20 }));
    const counts = Map.groupBy(calls, (call) => call);
    expect(calls.filter((call) => call.includes('/channels/messages')).length).toBe(2);
    expect(counts.get('courier GET /v1/messaging-channels/')?.length).toBe(1);
    expect(counts.get('courier GET /v1/user-emails/')?.length).toBe(1);
    expect(calls.length).toBeLessThanOrEqual(16);
  });

  it('takes a cursor as a position in time, whoever’s it was', async () => {
    const { edges } = await page({ first: 10 });
    const { body } = await gateway.ask(
      `query ($id: ID!, $after: String) { person(by: { courierIndividualId: $id }) { timeline(first: 5, after: $after) { nodes { createdAt } } } }`,
      { id: gateway.sandbox.fixtureIds.courierProviderId, after: edges[9].cursor },
    );
    expect(body.errors).toBeUndefined();
    const { nodes } = body.data.person.timeline;
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.every(({ createdAt }: Node) => createdAt <= edges[9].node.createdAt)).toBe(true);
  });

  it.each(['nonsense', 'eyJrIjoidGltZWxpbmUiLCJ0IjoiYSJ9'])('refuses %s as a cursor', async (after) => {
    const { body } = await gateway.ask(PAGE, { email: gateway.sandbox.fixtureIds.email, after });
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: ['after'] });
  });
});

describe('a timeline with an upstream down', () => {
  const CONTACT = idOf('contact');
  const contact = {
    id: CONTACT,
    computedDisplayName: 'Ada',
    identifierCount: 1,
    featuredIdentifiers: [{ key: 'emailaddress', value: 'ada@example.com' }],
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
  const INDIVIDUAL = idOf('individual');
  const user = {
    id: idOf('user'),
    type: 'users',
    attributes: {
      email: 'ada@example.com',
      'email-verified': true,
      state: 'active',
      'primary-individual-id': INDIVIDUAL,
    },
  };

  it('gives the other’s messages and says which is missing', async () => {
    await using courier = await startUpstream({
      'GET /v1/users/': { body: { data: [user], meta: {} } },
      'GET /v1/messaging-channels/': { status: 500 },
    });
    await using bird = await startUpstream({
      [`POST /workspaces/${WORKSPACE_ID}/contacts/search`]: { body: { results: [contact] } },
      [`GET /workspaces/${WORKSPACE_ID}/channels/messages`]: ({ params }) => ({
        body: {
          results: params.has('from')
            ? [
                {
                  id: idOf('message'),
                  channelId: idOf('channel'),
                  sender: { contact: { id: CONTACT, identifierValue: 'ada@example.com' } },
                  receiver: { connector: { id: idOf('connector') } },
                  direction: 'incoming',
                  status: 'delivered',
                  body: { type: 'text', text: { text: 'Hello' } },
                  lastStatusAt: '2026-02-01T00:00:00.000Z',
                  createdAt: '2026-02-01T00:00:00.000Z',
                  updatedAt: '2026-02-01T00:00:00.000Z',
                },
              ]
            : [],
        },
      }),
    });
    await using gateway = await startTestGateway({ bird, courier });
    const { body } = await gateway.ask(PAGE, { email: 'ada@example.com' });
    expect(body.errors).toBeUndefined();
    expect(body.data.person.timeline).toMatchObject({
      edges: [{ node: { text: 'Hello' } }],
      sources: [
        { source: 'BIRD', status: 'OK' },
        { source: 'COURIER', status: 'FAILED', error: 'courier answered 500 to GET /v1/messaging-channels/' },
      ],
    });
  });
});
