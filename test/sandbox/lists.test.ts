import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../src/sandbox/dictionary.ts';
import type { ContractOperation } from '../../src/sandbox/operation.ts';
import { type Answered, ask, started } from './ask.ts';
import { contracts, fixtures, pathOf, rowsOf, SEED } from './samples.ts';

let running: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  running = await started({ seed: SEED });
});
afterAll(() => running.sandbox.close());

type Query = [name: string, value: unknown][];

const search = (query: Query) =>
  query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');

/** Every list of courier, by the operation that answers it. */
const courierLists = contracts.courier.operations.filter(
  ({ method, contract, answerSchema }) =>
    method === 'GET' && contract.resolved(answerSchema.properties?.data).items !== undefined,
);

const get = async (operation: ContractOperation, query: Query): Promise<Answered> => {
  const answer = await ask(
    running.sandbox,
    'courier',
    'GET',
    `${pathOf('courier', operation)}?${search(query)}`,
  );
  expect(
    answer.status,
    `${operation.key} ${search(query)} ${JSON.stringify(answer.body).slice(0, 300)}`,
  ).toBe(200);
  return answer;
};

const idsOf = ({ body }: Answered): string[] =>
  body.data.map(({ id, attributes }: Dictionary) => id ?? JSON.stringify(attributes));

/** What a row has that a parameter asks for, where that is not the attribute of its name. */
const READS: Record<string, (attributes: Dictionary) => unknown> = {
  'messaging-channels organization-id': (row) => row['org-id'],
  'communication-messages organization-id': (row) => row['org-id'],
  'participant-id': (row) => row.subscribers.map(({ id }: Dictionary) => id),
  'video-channels individual-id': (row) => row.participants.map((one: Dictionary) => one['individual-id']),
  'video-channels filter[states]': (row) => row['channel-state'],
  'filter[states]': (row) => row.state,
  'filter[category]': (row) => row.data.apn.category,
  'communication-messages filter[bookmarked]': (row) => row.bookmark !== undefined,
  'messaging-messages acknowledged': (row) =>
    row.draft || row.ack || row['individual-id'] === fixtures.courierServiceIndividualId,
  'messaging-messages filter[text]': (row) =>
    row.message.toLowerCase().includes('your') ? 'your' : undefined,
  'organizations filter[name]': (row) => row.name,
  'users filter[individual-id]': (row) => row['primary-individual-id'],
  'users filter[email]': (row) => row.email?.trim(),
};

/** Parameters that let rows come which stay away otherwise, and which ones those are. */
const SWITCHES: Record<string, (attributes: Dictionary) => boolean> = {
  'include[archived]': ({ archived }) => archived,
  'include[inactive]': ({ active }) => !active,
  'include-posted': ({ draft }) => !draft,
  'filter[include-pending]': () => true,
  'all-users': (row) => row['individual-id'] !== fixtures.courierServiceIndividualId,
};

/** Parameters that leave the rows of a list as they are: who acts, how rows are shown, and what is seen on them in tests of their own. */
const SILENT =
  /^(?:individual-id|use-group-name|thumbnail|include-(?!posted).+|page\[\w+\]|filter\[text\]|filter\[type\])$/;

/** The parameters of a list that must be there, with values under which it has rows. */
const baseOf = async (operation: ContractOperation): Promise<Query> => {
  const required = operation.known.query.filter((one) => one.required && !one.name.startsWith('page'));
  const open: Query = operation.known.query.flatMap(({ name }) => (SWITCHES[name] ? [[name, true]] : []));
  const candidates = required.map(({ name, schema }): unknown[] =>
    schema['x-points-to']
      ? rowsOf('courier', schema['x-points-to']).map(({ id }) => id)
      : rowsOf('courier', operation.path.split('/')[2] ?? '').map(({ attributes }) => attributes[name]),
  );
  let few: Query | undefined;
  for (const value of candidates[0] ?? [undefined]) {
    const query = required.map(({ name }, index): [string, unknown] => [
      name,
      index === 0 ? value : candidates[index]?.[0],
    ]);
    const { body } = await get(operation, [...query, ...open, ...limited(operation, 50)]);
    if (body.data.length > 1) return [...query, ...open];
    if (body.data.length > 0) few ??= [...query, ...open];
  }
  if (!few) throw new Error(`${operation.key} has no rows for anybody`);
  return few;
};

const limited = (operation: ContractOperation, limit: number, offset = 0): Query =>
  operation.known.query.some(({ name }) => name === 'page[limit]')
    ? [
        ['page[limit]', limit],
        ['page[offset]', offset],
      ]
    : [];

/** The query with another value for a parameter. */
const without = (query: Query, name: string): Query => query.filter(([one]) => one !== name);

describe.each(courierLists.map((operation) => [operation.key, operation] as const))('%s', (_, operation) => {
  const [, , collection = ''] = operation.path.split('/');
  const most = operation.known.query.find(({ name }) => name === 'page[limit]')?.schema.maximum ?? 1000;
  let base: Query;
  let all: Answered;
  beforeAll(async () => {
    base = await baseOf(operation);
    all = await get(operation, [...base, ...limited(operation, most)]);
  });

  it('gives every row once over its pages', async () => {
    expect(new Set(idsOf(all)).size).toBe(all.body.data.length);
    if (limited(operation, 1).length === 0) return;
    const size = Math.max(1, Math.ceil(all.body.data.length / 3));
    const pages: string[] = [];
    for (let offset = 0; offset <= all.body.data.length; offset += size) {
      const page = await get(operation, [...base, ...limited(operation, size, offset)]);
      pages.push(...idsOf(page));
      const total = { 'page[limit]': size, 'page[offset]': offset, 'page[total]': all.body.data.length };
      expect(page.body.meta).toEqual(collection === 'communication-messages' ? total : {});
    }
    expect(pages).toEqual(idsOf(all));
  });

  const told = operation.known.query.filter(
    ({ name }) =>
      READS[`${collection} ${name}`] ||
      READS[name] ||
      !(SILENT.test(name) && !(name === 'filter[type]' && collection !== 'communication-messages')),
  );

  it.each(
    told
      .filter(({ required, name }) => !required && !name.startsWith('page'))
      .map((one) => [one.name, one] as const),
  )('does what %s says', async (name, { schema }) => {
    const rest = [...without(base, name), ...limited(operation, most)];
    const rows: Dictionary[] = all.body.data;
    if (SWITCHES[name]) {
      const shut = await get(operation, [...rest, [name, false]]);
      for (const { id, attributes } of rows)
        if (!SWITCHES[name](attributes)) expect(idsOf(shut)).toContain(id);
      if (name !== 'filter[include-pending]')
        for (const { attributes } of shut.body.data) expect(SWITCHES[name](attributes)).toBe(false);
      return;
    }
    if (name === 'sort') {
      for (const word of schema.items.enum as string[]) {
        if (word.startsWith('-')) continue;
        const up = await get(operation, [...rest, [name, word]]);
        const down = await get(operation, [...rest, [name, `-${word}`]]);
        const keys = ({ body }: Answered) =>
          body.data.map(({ attributes }: Dictionary) =>
            word === 'unread-count'
              ? attributes['caller-new-message-count']
              : word === 'last-timestamp'
                ? attributes['last-modified-time']
                : (attributes[word] ?? ''),
          );
        expect(keys(up)).toEqual([...keys(up)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
        expect(keys(down)).toEqual(keys(up).reverse());
      }
      return;
    }
    if (schema['x-compares']) {
      const attribute = schema['x-compares'];
      const times = rows
        .map(({ attributes }) => attributes[attribute])
        .filter(Boolean)
        .sort();
      const middle = times[Math.floor(times.length / 2)] ?? '2026-01-01 00:00:00';
      const iso = `${middle.replace(' ', 'T')}Z`;
      const from = await get(operation, [...rest, [name, `>=${middle}`]]);
      const before = await get(operation, [...rest, [name, `<${iso}`]]);
      const within = await get(operation, [...rest, [name, `>=${iso}`], [name, `<${times.at(-1) ?? iso}`]]);
      const timed = rows.filter(({ attributes }) => times.length === 0 || attributes[attribute]);
      expect([...idsOf(before), ...idsOf(from)].sort()).toEqual(
        timed.map(({ id, attributes }) => id ?? JSON.stringify(attributes)).sort(),
      );
      for (const { attributes } of within.body.data) expect(attributes[attribute] >= middle).toBe(true);
      for (const { attributes } of from.body.data)
        if (times.length > 0) expect(attributes[attribute] >= middle).toBe(true);
      return;
    }
    const plain = name.replace(/^filter\[(.+)\]$/, '$1');
    const read =
      READS[`${collection} ${name}`] ??
      READS[name] ??
      ((row: Dictionary) => row[plain] ?? row[plain.replace(/-id$/, '')]?.id);
    const values = [...new Set(rows.flatMap(({ attributes }) => read(attributes) ?? []))];
    if (values.length > 0) {
      for (const value of values.slice(0, 3)) {
        const found = await get(operation, [...rest, [name, value]]);
        const expected = rows.filter(({ attributes }) => [read(attributes)].flat().includes(value));
        expect(new Set(idsOf(found)), `${name}=${value}`).toEqual(new Set(expected.map(({ id }) => id)));
      }
      return;
    }
    // nothing of it is shown: over all that could be named, every row comes once
    expect(schema['x-points-to'], `${name} does nothing`).toBeDefined();
    const found = [];
    for (const { id } of rowsOf('courier', schema['x-points-to']))
      found.push(...idsOf(await get(operation, [...rest, [name, id]])));
    expect(found.sort()).toEqual(idsOf(all).sort());
  });
});

type Row = { id: string; createdAt: string };

async function allOf(path: string, limit: number, between?: () => Promise<unknown>): Promise<Row[]> {
  const rows: Row[] = [];
  let token: string | undefined;
  do {
    const join = path.includes('?') ? '&' : '?';
    const answer = await running.bird(
      'GET',
      `${path}${join}limit=${limit}${token ? `&pageToken=${token}` : ''}`,
    );
    rows.push(...answer.body.results);
    token = answer.body.nextPageToken;
    await between?.();
  } while (token);
  return rows;
}

describe('Bird', () => {
  it('gives every message once over its pages, newest first and in reverse', async () => {
    const rows = await allOf('/channels/messages', 70);
    const whole = await running.bird('GET', '/channels/messages?limit=1000');
    expect(rows.map(({ id }) => id)).toEqual(whole.body.results.map(({ id }: Row) => id));
    expect(whole.body.nextPageToken).toBeUndefined();
    const times = rows.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
    const back = await allOf('/channels/messages?reverse=true', 70);
    expect(back.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
  });

  it('neither doubles nor loses rows when new ones come in between', async () => {
    const { bird, fixtureIds } = running;
    const before = (await allOf('/channels/messages', 1000)).map(({ id }) => id);
    const body = {
      receiver: { contacts: [{ identifierValue: fixtureIds.phone }] },
      body: { type: 'text', text: { text: 'Hi' } },
    };
    const rows = await allOf('/channels/messages', 100, () =>
      bird('POST', `/channels/${fixtureIds.birdSmsChannelId}/messages`, body),
    );
    expect(rows.map(({ id }) => id)).toEqual(before);
  });

  it('gives as many rows as the contract says when no limit is given', async () => {
    for (const [path, rows] of Object.entries({
      '/channels': 10,
      '/contacts': 10,
      '/channels/messages': 25,
    })) {
      const { body } = await running.bird('GET', path);
      expect(body.results).toHaveLength(rows);
    }
  });

  it.each([
    '/channels',
    '/contacts',
    '/connectors',
    '/attribute-definitions',
    `/lists/${fixtures.birdListId}/contacts`,
  ])('gives every row of %s once over its pages', async (path) => {
    const rows = await allOf(path, 100);
    expect(rows.length).toBeGreaterThan(3);
    expect(await allOf(path, 3)).toEqual(rows);
    if (path !== '/connectors') expect(await allOf(`${path}?reverse=true`, 4)).toEqual(rows.toReversed());
  });

  it('narrows channels, connectors and subscriptions', async () => {
    const { bird } = running;
    const all = (await bird('GET', '/channels?limit=100')).body.results;
    const counted = async (query: string, test: (channel: Dictionary) => boolean) => {
      const { body } = await bird('GET', `/channels?limit=100&${query}`);
      expect(body.results, query).toEqual(all.filter(test));
      expect(body.results.length, query).toBeGreaterThan(0);
    };
    await counted('status=active&status=warning', ({ status }) => ['active', 'warning'].includes(status));
    await counted('useCaseType=marketing', ({ useCaseType }) => useCaseType === 'marketing');
    await counted(`id=${all[1].id}`, ({ id }) => id === all[1].id);
    await counted(`channelIds=${all[1].id}&channelIds=${all[2].id}`, ({ id }) =>
      [all[1].id, all[2].id].includes(id),
    );
    await counted('platform=whatsapp', ({ platformId }) => platformId === 'whatsapp');
    await counted('resourceOwnerIdentifier=telegram', ({ platformId }) => platformId === 'telegram');
    const { body } = await bird('GET', '/connectors?templateRef=whatsapp:1');
    expect(body.results.map(({ connectorTemplateSlug }: Dictionary) => connectorTemplateSlug)).toEqual([
      'whatsapp',
      'whatsapp',
      'whatsapp',
    ]);
    for (const [service, count] of [
      ['channels', 1],
      ['numbers', 0],
    ])
      expect(
        (await bird('GET', `/webhook-subscriptions?SearchFilters[service]=${service}`)).body.results,
      ).toHaveLength(Number(count));
  });

  it('narrows messages by each filter', async () => {
    const { bird, fixtureIds } = running;
    const all = (await bird('GET', '/channels/messages?limit=1000')).body.results;
    const counted = async (query: string, test: (message: never) => unknown) => {
      const { body } = await bird('GET', `/channels/messages?limit=1000&${query}`);
      const expected = all.filter(test);
      expect(expected.length, query).toBeGreaterThan(0);
      expect(expected.length, query).toBeLessThan(all.length);
      expect(
        body.results.map(({ id }: Row) => id),
        query,
      ).toEqual(expected.map(({ id }: Row) => id));
    };
    type Party = {
      connector?: { identifierValue: string };
      contact?: { identifierValue: string };
      contacts?: { identifierValue: string; countryCode?: string }[];
    };
    type Message = {
      id: string;
      channelId: string;
      direction: string;
      createdAt: string;
      sender: Party;
      receiver: Party;
      tags?: string[];
      failure?: { code: number; source: { name: string } };
      meta?: { email?: { subject: string } };
    };
    const middle = all[200].createdAt;
    await counted('direction=incoming', ({ direction }: Message) => direction === 'incoming');
    await counted(
      `channelId=${fixtureIds.birdChannelId}&channelId=${fixtureIds.birdSmsChannelId}`,
      ({ channelId }: Message) => [fixtureIds.birdChannelId, fixtureIds.birdSmsChannelId].includes(channelId),
    );
    await counted(`id=${all[3].id}&id=${all[9].id}`, ({ id }: Message) =>
      [all[3].id, all[9].id].includes(id),
    );
    await counted(`startAt=${middle}`, ({ createdAt }: Message) => createdAt >= middle);
    await counted(`endAt=${middle}`, ({ createdAt }: Message) => createdAt <= middle);
    await counted('tag=reminder', ({ tags }: Message) => tags?.includes('reminder'));
    await counted('failureCode=15005', ({ failure }: Message) => failure?.code === 15005);
    await counted(
      'failureSourceName=pre-processing',
      ({ failure }: Message) => failure?.source.name === 'pre-processing',
    );
    await counted(
      'from=%2B12025550142',
      ({ sender }: Message) => sender.contact?.identifierValue === '+12025550142',
    );
    await counted(
      'to=%2B12025550142',
      ({ receiver }: Message) => receiver.contacts?.[0]?.identifierValue === '+12025550142',
    );
    await counted('emailSubject=visit%20summary', ({ meta }: Message) =>
      meta?.email?.subject.includes('visit summary'),
    );
    const { body } = await bird('GET', '/channels?limit=100');
    const sms = body.results.filter(
      ({ platformId }: { platformId: string }) => platformId === 'sms-messagebird',
    );
    for (const platform of ['sms', 'sms-messagebird'])
      await counted(`platform=${platform}`, ({ channelId }: Message) =>
        sms.some(({ id }: Row) => id === channelId),
      );
  });

  it('finds contacts by an identifier exactly as it is spelled', async () => {
    const { bird, fixtureIds } = running;
    const find = async (key: string, value: string) =>
      (await bird('POST', '/contacts/search', { identifier: { key, value } })).body.results.map(
        ({ id }: Row) => id,
      );
    expect(await find('emailaddress', fixtureIds.email)).toEqual([fixtureIds.birdContactId]);
    expect(await find('emailaddress', 'AMINA.DIALLO@example.com')).toEqual([]);
    expect(await find('phonenumber', '+12025550158')).toEqual([fixtureIds.tricky.onePhoneTwoContacts[0]]);
    expect(await find('phonenumber', '+1 (202) 555-0158')).toEqual([
      fixtureIds.tricky.onePhoneTwoContacts[1],
    ]);
  });
});
