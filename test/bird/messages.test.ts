import { describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import type { Standing } from '../../src/ports.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { channelRow, contactRow, filtered, gid, messageRow, moment, page, startBird } from './bird.ts';

const LIST = 'GET /channels/messages';

describe('100 messages with their channels and contacts', () => {
  const rows = Array.from({ length: 100 }, (_, index) =>
    messageRow(`m${index}`, {
      channel: `c${index % 3}`,
      contact: `p${index % 7}`,
      incoming: index % 2 === 0,
    }),
  );
  const channels = ['c0', 'c1', 'c2'].map((word) => channelRow(word));
  const prepared = {
    [LIST]: page(rows),
    'GET /channels': filtered(channels),
    'GET /contacts/*': ({ path }: { path: string }) => ({
      body: contactRow(
        `p${Array.from({ length: 7 }, (_, index) => idOf(`p${index}`)).indexOf(path.slice(-36))}`,
      ),
    }),
  };

  test('cost one call for the list, one for the channels, one for each distinct contact', async () => {
    await using pigeon = await startBird(prepared);
    const { bird } = await pigeon.query(`{ bird { messages(first: 100) { nodes {
      id nativeId channel { id name } contact { id displayName } author { name contact { displayName } }
    } } } }`);
    expect(bird.messages.nodes).toHaveLength(100);
    expect(bird.messages.nodes[8]).toEqual({
      id: gid('BirdMessage', 'c2', 'm8'),
      nativeId: idOf('m8'),
      channel: { id: gid('BirdChannel', 'c2'), name: 'channel c2' },
      contact: { id: gid('BirdContact', 'p1'), displayName: 'contact p1' },
      author: { name: 'Ada on her phone', contact: { displayName: 'contact p1' } },
    });
    const [list, ...others] = pigeon.calls();
    expect(list).toBe('GET /channels/messages?limit=100');
    expect(others.filter((call) => call.startsWith('GET /channels'))).toEqual([
      `GET /channels?id=${idOf('c0')}&id=${idOf('c1')}&id=${idOf('c2')}&limit=3`,
    ]);
    expect(others.filter((call) => call.startsWith('GET /contacts')).toSorted()).toEqual(
      Array.from({ length: 7 }, (_, index) => `GET /contacts/${idOf(`p${index}`)}`).toSorted(),
    );
    expect(others).toHaveLength(8);
  });

  test('are answered from the messages where ids are all that is asked', async () => {
    await using pigeon = await startBird({ [LIST]: page(rows) });
    const { bird } = await pigeon.query(`
      fragment Ids on BirdContact { __typename id nativeId }
      { bird { messages(first: 100) { nodes {
        channel { id nativeId source } contact { ...Ids } author { name self contact { native: nativeId } }
        recipients { name identifierValue contact { id } }
      } } } }`);
    expect(bird.messages.nodes[1]).toEqual({
      channel: { id: gid('BirdChannel', 'c1'), nativeId: idOf('c1'), source: 'BIRD' },
      contact: { __typename: 'BirdContact', id: gid('BirdContact', 'p1'), nativeId: idOf('p1') },
      author: { name: 'Clinic', self: true, contact: null },
      recipients: [
        {
          name: 'Ada on her phone',
          identifierValue: '+31612345678',
          contact: { id: gid('BirdContact', 'p1') },
        },
      ],
    });
    expect(bird.messages.nodes[2].author).toEqual({
      name: 'Ada on her phone',
      self: false,
      contact: { native: idOf('p2') },
    });
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=100']);
  });

  test('ask for channels and contacts at the same time', async () => {
    const both = Promise.withResolvers<void>();
    const waiting = new Set<string>();
    const meet = (name: string) => {
      waiting.add(name);
      if (waiting.size === 2) both.resolve();
      return both.promise;
    };
    await using pigeon = await startBird({
      [LIST]: page([messageRow('m')]),
      'GET /channels/*': () => ({ body: channelRow('sms'), until: meet('channel') }),
      'GET /contacts/*': () => ({ body: contactRow('ada'), until: meet('contact') }),
    });
    await pigeon.query('{ bird { messages { nodes { channel { name } contact { displayName } } } } }');
    expect(pigeon.calls().toSorted()).toEqual([
      `GET /channels/${idOf('sms')}`,
      'GET /channels/messages?limit=20',
      `GET /contacts/${idOf('ada')}`,
    ]);
  });

  test('lose a contact that cannot be read, and nothing else', async () => {
    await using pigeon = await startBird({
      [LIST]: page([messageRow('m1', { contact: 'gone' }), messageRow('m2', { contact: 'broken' })]),
      [`GET /contacts/${idOf('gone')}`]: { status: 404 },
      [`GET /contacts/${idOf('broken')}`]: { status: 500 },
    });
    const { body } = await pigeon.gateway.ask(
      '{ bird { messages { nodes { text contact { displayName } } } } }',
    );
    expect(body.data.bird.messages.nodes).toEqual([
      { text: 'm1', contact: null },
      { text: 'm2', contact: null },
    ]);
    expect(body.errors).toMatchObject([
      { path: ['bird', 'messages', 'nodes', 1, 'contact'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
    ]);
  });
});

describe('a page', () => {
  const QUERY = `query ($first: Int, $after: String) { bird { messages(first: $first, after: $after) {
    edges { cursor node { text } } pageInfo { hasNextPage endCursor } } } }`;

  test('costs one call, also when it goes on behind the last', async () => {
    await using pigeon = await startBird({
      [LIST]: ({ params }) =>
        params.get('pageToken') === 'two'
          ? page([messageRow('c')])
          : page([messageRow('a'), messageRow('b')], 'two'),
    });
    const one = (await pigeon.query(QUERY, { first: 2 })).bird.messages;
    expect(one.pageInfo.hasNextPage).toBe(true);
    const two = (await pigeon.query(QUERY, { first: 2, after: one.pageInfo.endCursor })).bird.messages;
    expect(two.edges.map(({ node }: { node: { text: string } }) => node.text)).toEqual(['c']);
    expect(two.pageInfo).toMatchObject({ hasNextPage: false });
    expect(pigeon.calls()).toEqual([
      'GET /channels/messages?limit=2',
      'GET /channels/messages?limit=2&pageToken=two',
    ]);
    await pigeon.query(QUERY, { first: 2, after: one.edges[0].cursor });
    expect(pigeon.calls()[0]).toBe('GET /channels/messages?limit=2');
  });

  test.each([-1, 1001])('of %i rows is refused by its name', async (first) => {
    await using pigeon = await startBird();
    const { extensions, path } = await pigeon.refusal(QUERY, { first });
    expect([extensions.code, extensions.fields, path]).toEqual([
      'BAD_USER_INPUT',
      ['first'],
      ['bird', 'messages'],
    ]);
    expect(pigeon.calls()).toEqual([]);
  });

  test('behind another list’s cursor is refused by its name', async () => {
    await using pigeon = await startBird({ 'GET /channels': page([channelRow('sms')]) });
    const { bird } = await pigeon.query('{ bird { channels { pageInfo { endCursor } } } }');
    const { extensions } = await pigeon.refusal(QUERY, { after: bird.channels.pageInfo.endCursor });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['after']]);
    expect(pigeon.calls()).toEqual(['GET /channels?limit=20']);
  });
});

describe('filters', () => {
  test('are asked in Bird’s words', async () => {
    await using pigeon = await startBird({ [LIST]: page([]) });
    await pigeon.query(`{ bird { messages(
      first: 5, platform: ["sms", "email"], direction: INCOMING, ids: ["${idOf('a')}", "${idOf('b')}"],
      created: { since: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" },
      sender: ["+31612345678", "ada@example.com"], recipient: ["+3197000"],
      failureCode: [15001], failureSourceCode: ["34"], failureSourceName: ["sms-messagebird"], countryCode: ["NL"],
      tag: ["a b"], emailSubject: "your & appointment", reverse: true,
      channelIds: ["${gid('BirdChannel', 'sms')}", "${idOf('mail')}"]
    ) { nodes { id } } } }`);
    expect(pigeon.calls()).toEqual([
      `GET /channels/messages?${[
        'platform=sms&platform=email&direction=incoming',
        `id=${idOf('a')}&id=${idOf('b')}`,
        'startAt=2026-01-01T00:00:00.000Z&endAt=2026-02-01T00:00:00.000Z',
        'from=+31612345678&from=ada@example.com&to=+3197000',
        'failureCode=15001&failureSourceCode=34&failureSourceName=sms-messagebird&countryCode=NL',
        'tag=a b&emailSubject=your & appointment&reverse=true',
        `channelId=${idOf('sms')}&channelId=${idOf('mail')}&limit=5`,
      ].join('&')}`,
    ]);
  });

  test('of a channel are asked below its path, without reading the channel', async () => {
    const list = `GET /channels/${idOf('sms')}/messages`;
    await using pigeon = await startBird({
      [list]: page([messageRow('m')]),
      [LIST]: page([messageRow('m')]),
    });
    await pigeon.query(`{ bird { messages(first: 1) { nodes { channel { id messages(
      first: 5, direction: OUTGOING, sender: ["+1"], navigatorId: "${idOf('navigator')}", batchId: "${idOf('batch')}"
    ) { nodes { text } } } } } } }`);
    expect(pigeon.calls()).toEqual([
      'GET /channels/messages?limit=1',
      `${list}?direction=outgoing&from=+1&navigatorId=${idOf('navigator')}&batchId=${idOf('batch')}&limit=5`,
    ]);
  });

  test.each(['navigatorId', 'batchId'])('%s must be a native id', async (name) => {
    await using pigeon = await startBird({ 'GET /channels/*': { body: channelRow('sms') } });
    const { extensions } = await pigeon.refusal(
      `{ bird { channel(id: "${idOf('sms')}") { messages(${name}: "x") { nodes { id } } } } }`,
    );
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [name]]);
    expect(pigeon.calls()).toEqual([`GET /channels/${idOf('sms')}`]);
  });

  test('that are left out or null are not asked', async () => {
    await using pigeon = await startBird({ [LIST]: page([]) });
    await pigeon.query('{ bird { messages(sender: null, created: {}, direction: null) { nodes { id } } } }');
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20']);
  });
});

describe('messages by their ids', () => {
  const one = `/channels/${idOf('sms')}/messages/${idOf('one')}`;

  test('are read in bulk, and by themselves where the list does not show them', async () => {
    const rows = ['a', 'b'].map((word) => messageRow(word, { channel: word === 'a' ? 'sms' : 'mail' }));
    await using pigeon = await startBird({
      [LIST]: filtered(rows.toReversed()),
      [`GET /channels/${idOf('sms')}/messages/${idOf('old')}`]: { body: messageRow('old') },
      [`GET /channels/${idOf('sms')}/messages/${idOf('none')}`]: { status: 404 },
    });
    const ids = [
      gid('BirdMessage', 'sms', 'a'),
      gid('BirdMessage', 'sms', 'none'),
      gid('BirdMessage', 'mail', 'b'),
      gid('BirdMessage', 'sms', 'old'),
      gid('BirdMessage', 'sms', 'a'),
    ];
    const { nodes } = await pigeon.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on BirdMessage { text } } }',
      { ids },
    );
    expect(nodes).toEqual(
      ['a', null, 'b', 'old', 'a'].map((text, index) => text && { id: ids[index], text }),
    );
    const [bulk, ...singles] = pigeon.calls();
    expect(bulk).toBe(
      `GET /channels/messages?id=${idOf('a')}&id=${idOf('none')}&id=${idOf('b')}&id=${idOf('old')}&startAt=1970-01-01T00:00:00.000Z&limit=4`,
    );
    expect(singles.toSorted()).toEqual(
      [idOf('none'), idOf('old')].map((id) => `GET /channels/${idOf('sms')}/messages/${id}`).toSorted(),
    );
  });

  test('are asked for in lists of at most a hundred', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => messageRow(`m${index}`));
    await using pigeon = await startBird({ [LIST]: filtered(rows) });
    const { nodes } = await pigeon.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: rows.map(({ id }) => globalId('BirdMessage', `${WORKSPACE_ID}/${idOf('sms')}/${id}`)),
    });
    expect(nodes.filter(Boolean)).toHaveLength(150);
    expect(pigeon.bird.asked.map(({ params }) => params.getAll('id').length)).toEqual([100, 50]);
  });

  test('are not found in a channel that is not theirs', async () => {
    await using pigeon = await startBird({
      [LIST]: filtered([messageRow('a'), messageRow('b')]),
      [`GET /channels/${idOf('mail')}/messages/*`]: { status: 404 },
    });
    const ids = [
      gid('BirdMessage', 'sms', 'a'),
      gid('BirdMessage', 'mail', 'a'),
      gid('BirdMessage', 'sms', 'b'),
    ];
    const { nodes } = await pigeon.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(nodes).toEqual([{ id: ids[0] }, null, { id: ids[2] }]);
    expect(pigeon.calls()).toEqual([
      `GET /channels/messages?id=${idOf('a')}&id=${idOf('b')}&startAt=1970-01-01T00:00:00.000Z&limit=2`,
      `GET /channels/${idOf('mail')}/messages/${idOf('a')}`,
    ]);
  });

  test('fail together when the list does, each in its place', async () => {
    await using pigeon = await startBird({ [LIST]: { status: 500 } });
    const { body } = await pigeon.gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: [gid('BirdMessage', 'sms', 'a'), gid('BirdMessage', 'sms', 'b')],
    });
    expect(body.data.nodes).toEqual([null, null]);
    expect(body.errors?.map(({ path }) => path)).toEqual([
      ['nodes', 0],
      ['nodes', 1],
    ]);
    expect(pigeon.calls()).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['a global id', `id: "${gid('BirdMessage', 'sms', 'one')}"`, `GET ${one}`],
    ['a native id with its channel', `id: "${idOf('one')}", channelId: "${idOf('sms')}"`, `GET ${one}`],
    [
      'a native id with its channel’s global id',
      `id: "${idOf('one')}", channelId: "${gid('BirdChannel', 'sms')}"`,
      `GET ${one}`,
    ],
    [
      'a native id alone',
      `id: "${idOf('one')}"`,
      `GET /channels/messages?id=${idOf('one')}&startAt=1970-01-01T00:00:00.000Z&limit=1`,
    ],
  ])('are read by %s with one call', async (_, args, call) => {
    await using pigeon = await startBird({
      [`GET ${one}`]: { body: messageRow('one') },
      [LIST]: filtered([messageRow('one')]),
    });
    const { bird } = await pigeon.query(`{ bird { message(${args}) { id text } } }`);
    expect(bird.message).toEqual({ id: gid('BirdMessage', 'sms', 'one'), text: 'one' });
    expect(pigeon.calls()).toEqual([call]);
  });

  test('are null where Bird does not know them', async () => {
    await using pigeon = await startBird({ [`GET ${one}`]: { status: 404 }, [LIST]: page([]) });
    const { bird, node } = await pigeon.query(`{
      bird {
        alone: message(id: "${idOf('one')}") { id }
        inChannel: message(id: "${idOf('one')}", channelId: "${idOf('sms')}") { id }
      }
      node(id: "${gid('BirdMessage', 'sms', 'one')}") { id }
    }`);
    expect([bird, node]).toEqual([{ alone: null, inChannel: null }, null]);
    expect(pigeon.calls().toSorted()).toEqual(
      [
        `GET ${one}`,
        `GET /channels/messages?id=${idOf('one')}&startAt=1970-01-01T00:00:00.000Z&limit=1`,
      ].toSorted(),
    );
  });

  test('that a list has shown are not read again', async () => {
    await using pigeon = await startBird({
      [LIST]: page([
        messageRow('m2', { replyTo: { id: idOf('m1'), type: 'message', order: 0 } }),
        messageRow('m1'),
      ]),
    });
    const { bird } = await pigeon.query(
      '{ bird { messages { nodes { replyTo { type order nativeId message { text } } } } } }',
    );
    expect(bird.messages.nodes).toEqual([
      { replyTo: { type: 'MESSAGE', order: 0, nativeId: idOf('m1'), message: { text: 'm1' } } },
      { replyTo: null },
    ]);
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20']);
  });
});

describe('a message', () => {
  const shown = async (row: object, selection: string) => {
    await using pigeon = await startBird({ [LIST]: page([row]) });
    return (await pigeon.query(`{ bird { messages { nodes { ${selection} } } } }`)).bird.messages.nodes[0];
  };

  test('tells what every message tells', async () => {
    expect(
      await shown(
        messageRow('hello', { incoming: true }),
        '__typename nativeId source direction text status nativeStatus statusAt createdAt author { name self }',
      ),
    ).toEqual({
      __typename: 'BirdMessage',
      nativeId: idOf('hello'),
      source: 'BIRD',
      direction: 'INCOMING',
      text: 'hello',
      status: 'RECEIVED',
      nativeStatus: 'delivered',
      statusAt: moment(60),
      createdAt: moment(0),
      author: { name: 'Ada on her phone', self: false },
    });
  });

  test('tells what only Bird’s messages tell', async () => {
    const row = messageRow('m', {
      failure: { code: 15001, description: 'no route', source: { code: '34', name: 'sms-messagebird' } },
      reason: 'details: no; reason: no; code: 34',
      details: 'no_route',
      reference: 'r-1',
      tags: ['one'],
      platformId: 'sms',
      parts: [{ platformReference: 'p-1' }, {}],
      batchId: idOf('batch'),
      chargeableUnits: 2,
      meta: { extraInformation: { useCase: 'marketing' } },
      origin: { type: 'flow', id: 'f' },
      scheduledFor: moment(120),
      sendAt: moment(121),
      platformReferenceId: 'wamid',
      tagIds: [idOf('tag')],
      shortLinks: { domain: 'default' },
      bodyId: idOf('body'),
      ignorePersistedEventhooks: true,
    });
    expect(
      await shown(
        row,
        `failure { code description sourceName sourceCode } reason details reference tags platformId platformReferences
         batchId chargeableUnits meta { extraInformation } origin { type nativeId } scheduledFor sendAt updatedAt
         platformReferenceId tagIds shortLinks { domain } bodyId ignorePersistedEventhooks
         sender { name identifierValue contact { id } connector { nativeId } }`,
      ),
    ).toEqual({
      failure: { code: 15001, description: 'no route', sourceName: 'sms-messagebird', sourceCode: '34' },
      reason: 'details: no; reason: no; code: 34',
      details: 'no_route',
      reference: 'r-1',
      tags: ['one'],
      platformId: 'sms',
      platformReferences: ['p-1'],
      batchId: idOf('batch'),
      chargeableUnits: 2,
      meta: { extraInformation: { useCase: 'marketing' } },
      origin: { type: 'flow', nativeId: 'f' },
      scheduledFor: moment(120),
      sendAt: moment(121),
      updatedAt: moment(60),
      platformReferenceId: 'wamid',
      tagIds: [idOf('tag')],
      shortLinks: { domain: 'default' },
      bodyId: idOf('body'),
      ignorePersistedEventhooks: true,
      sender: {
        name: 'Clinic',
        identifierValue: '+3197000',
        contact: null,
        connector: { nativeId: idOf('connector') },
      },
    });
  });

  test.each<[string, object, string | null]>([
    ['a text', { body: { type: 'text', text: { text: 'x', metadata: { subject: 'S' } } } }, 'S'],
    ['HTML', { body: { type: 'html', html: { text: 'x', metadata: { subject: 'S' } } } }, 'S'],
    ['pictures', { body: { type: 'image', image: { images: [], metadata: { subject: 'S' } } } }, 'S'],
    ['files', { body: { type: 'file', file: { files: [], metadata: { subject: 'S' } } } }, 'S'],
    ['its headers', { body: { type: 'list', list: { text: 'x' } }, meta: { email: { subject: 'S' } } }, 'S'],
    ['a template’s headers', { body: undefined, template: {}, meta: { email: { subject: 'S' } } }, 'S'],
    ['nowhere', {}, null],
  ])('has the subject of %s', async (_, row, subject) => {
    expect(await shown(messageRow('m', { ...row }), 'subject')).toEqual({ subject });
  });

  test('of an email names everybody it is for', async () => {
    const contacts = ['to', 'cc'].map((type) => ({
      id: idOf(type),
      identifierKey: 'emailaddress',
      identifierValue: `${type}@example.com`,
      type,
    }));
    expect(
      await shown(
        messageRow('mail', { receiver: { contacts } }),
        'contact { nativeId } recipients { type identifierKey identifierValue contact { nativeId } }',
      ),
    ).toEqual({
      contact: { nativeId: idOf('to') },
      recipients: ['to', 'cc'].map((type) => ({
        type,
        identifierKey: 'emailaddress',
        identifierValue: `${type}@example.com`,
        contact: { nativeId: idOf(type) },
      })),
    });
  });

  test('with neither contact nor direction stands on its own', async () => {
    const row = { id: idOf('bare'), channelId: idOf('sms'), status: 'sent', createdAt: null };
    expect(
      await shown(
        row,
        'direction text status createdAt contact { displayName } recipients { name } author { name self } body { __typename }',
      ),
    ).toEqual({
      direction: 'OUTGOING',
      text: null,
      status: 'SENT',
      createdAt: null,
      contact: null,
      recipients: [],
      author: { name: null, self: true },
      body: null,
    });
  });

  test.each([
    ['scheduled', 'SCHEDULED', 'SCHEDULED'],
    ['accepted', 'ACCEPTED', 'ACCEPTED'],
    ['processing', 'PROCESSING', 'PROCESSING'],
    ['sent', 'SENT', 'SENT'],
    ['skipped', 'SKIPPED', 'SKIPPED'],
    ['rejected', 'REJECTED', 'REJECTED'],
    ['sending_failed', 'FAILED', 'FAILED'],
    ['delivery_failed', 'FAILED', 'FAILED'],
    ['delivered', 'DELIVERED', 'RECEIVED'],
    ['deleted', 'DELETED', 'DELETED'],
    ['teleported', 'UNKNOWN', 'UNKNOWN'],
    ['constructor', 'UNKNOWN', 'UNKNOWN'],
    [undefined, 'UNKNOWN', 'UNKNOWN'],
  ])('that is %s at Bird is %s going out and %s coming in', async (native, outgoing, incoming) => {
    const selection = 'status nativeStatus';
    const nativeStatus = native ?? null;
    expect(await shown(messageRow('m', { status: native }), selection)).toEqual({
      status: outgoing,
      nativeStatus,
    });
    expect(await shown(messageRow('m', { status: native, incoming: true }), selection)).toEqual({
      status: incoming,
      nativeStatus,
    });
  });

  test.each([
    ['in its own time', false],
    ['at once', true],
  ])(
    'has the higher of the status that Bird and the stream tell %s, with its word and its time',
    async (_, isNow) => {
      const standing = { occurredAt: Date.parse('2026-03-01T00:00:00Z'), removed: false, removedAt: 0 };
      const seen = new Map<string, Standing>([
        [gid('BirdMessage', 'sms', 'a'), { ...standing, status: 'READ', nativeStatus: 'read' }],
        [gid('BirdMessage', 'sms', 'b'), { ...standing, status: 'SENT', nativeStatus: 'sent' }],
      ]);
      const asked: (readonly string[])[] = [];
      const tell = (ids: readonly string[]) => {
        asked.push(ids);
        return seen;
      };
      const changes = {
        record: async () => {},
        seen: async (ids: readonly string[]) => tell(ids),
        ...(isNow && { seenNow: tell }),
      };
      await using pigeon = await startBird(
        { [LIST]: page(['a', 'b', 'c'].map((word) => messageRow(word))) },
        { changes },
      );
      const { bird } = await pigeon.query('{ bird { messages { nodes { status nativeStatus statusAt } } } }');
      const delivered = {
        status: 'DELIVERED',
        nativeStatus: 'delivered',
        statusAt: messageRow('b').lastStatusAt,
      };
      expect(bird.messages.nodes).toEqual([
        { status: 'READ', nativeStatus: 'read', statusAt: '2026-03-01T00:00:00.000Z' },
        delivered,
        delivered,
      ]);
      expect(asked).toEqual([['a', 'b', 'c'].map((word) => gid('BirdMessage', 'sms', word))]);
    },
  );
});

test('the end of a span is exclusive although Bird’s may not be, and keeps its milliseconds', async () => {
  const at = (second: string) => `2026-01-01T12:00:${second}Z`;
  const rows = ['03.000', '02.250', '02.249', '01.000'].map((second) =>
    messageRow(second, { createdAt: at(second) }),
  );
  await using pigeon = await startBird({
    [LIST]: ({ params }) => page(rows.filter(({ createdAt }) => createdAt <= (params.get('endAt') ?? ''))),
  });
  const { bird } = await pigeon.query(
    `{ bird { messages(created: { since: "${at('01.000')}", until: "${at('02.250')}" }) { nodes { text } } } }`,
  );
  expect(bird.messages.nodes.map(({ text }: { text: string }) => text)).toEqual(['02.249', '01.000']);
  expect(pigeon.bird.asked[0]?.params.get('startAt')).toBe(at('01.000'));
  expect(pigeon.bird.asked[0]?.params.get('endAt')).toBe(at('02.250'));
});

test('messages are listed by global ids and by Bird’s own', async () => {
  await using pigeon = await startBird({ [LIST]: page([]) });
  await pigeon.query('query ($ids: [ID!]) { bird { messages(ids: $ids) { nodes { id } } } }', {
    ids: [gid('BirdMessage', 'sms', 'a'), idOf('b')],
  });
  expect(pigeon.bird.asked[0]?.params.getAll('id')).toEqual([idOf('a'), idOf('b')]);
});

test.each<[string, object]>([
  ['no list', { body: { rows: [] } }],
  ['a list of something else', { body: { results: ['m'] } }],
  ['a row without an id', { body: { results: [{ text: 'm' }] } }],
])('an answer that is %s is invalid', async (_, answer) => {
  await using pigeon = await startBird({ [LIST]: answer });
  const { extensions } = await pigeon.refusal('{ bird { messages { nodes { id } } } }');
  expect(extensions).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', upstream: { status: 200 } });
});
