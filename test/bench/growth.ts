/**
 * What a query costs as it asks for more rows, and what a page costs however deep it lies: `node test/bench/growth.ts`.
 * Processor time and calls, because other programs of the machine do not change them. The upstream and the client are
 * another process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BirdConfig, CourierConfig } from '../../src/config/config.ts';
import { writeCursor } from '../../src/graph/connection.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';
import { machine, median } from './measure.ts';

const OTHERS = 'others';
const WORKSPACE = idOf('workspace');
const TIMES = 9;

/** More rows than any query asks for. */
const ROWS = 100_000;

const timeOf = (index: number): string => new Date(Date.UTC(2026, 0, 31) - index * 1000).toISOString();

const message = (index: number, fromPerson = false) => ({
  id: idOf(`message ${index}`),
  channelId: idOf(`channel ${index % 8}`),
  direction: fromPerson ? 'incoming' : 'outgoing',
  sender: { connector: { id: idOf('connector') } },
  receiver: { contacts: [{ id: idOf('contact'), identifierValue: '+12025550100' }] },
  body: { type: 'text', text: { text: `Words ${index}` } },
  status: 'delivered',
  lastStatusAt: timeOf(index),
  createdAt: timeOf(index),
});

/** Rows of a list by position; the person's are those of one side alone. */
const page = (from: number, limit: number, until: number) => {
  const start = Math.max(from, until);
  const count = Math.max(0, Math.min(limit, ROWS - start));
  const results = Array.from({ length: count }, (_, index) => message(start + index));
  return { body: { results, ...(count === limit && { nextPageToken: String(start + count) }) } };
};

const serve = async (): Promise<void> => {
  const base = `/workspaces/${WORKSPACE}`;
  const contact = {
    id: idOf('contact'),
    computedDisplayName: 'Somebody',
    featuredIdentifiers: [{ key: 'phonenumber', value: '+12025550100' }],
    identifierCount: 1,
    createdAt: timeOf(0),
  };
  const { url, asked } = await startUpstream({
    [`GET ${base}/channels/messages`]: ({ params }) => {
      if (params.has('from')) return { body: { results: [] } };
      const end = params.get('endAt');
      const begin = params.get('startAt');
      const until =
        end === null ? 0 : Math.max(0, Math.floor((Date.parse(timeOf(0)) - Date.parse(end)) / 1000));
      const { body } = page(Number(params.get('pageToken') ?? 0), Number(params.get('limit') ?? 20), until);
      if (begin === null) return { body };
      const results = body.results.filter(({ createdAt }) => createdAt >= begin);
      return { body: results.length < body.results.length ? { results } : body };
    },
    [`GET ${base}/channels`]: ({ params }) => ({
      body: { results: params.getAll('id').map((id) => ({ id, name: 'channel', status: 'active' })) },
    }),
    [`GET ${base}/contacts/${contact.id}`]: { body: contact },
    'GET /v1/users/': ({ params }) => {
      const offset = Number(params.get('page[offset]'));
      const count = Math.max(0, Math.min(Number(params.get('page[limit]')), ROWS - offset));
      const data = Array.from({ length: count }, (_, index) => ({
        id: idOf(`user ${offset + index}`),
        type: 'users',
        attributes: { username: `user ${offset + index}`, state: 'active' },
      }));
      return { body: { data, meta: {} } };
    },
  });
  process.send?.(url);
  process.on('message', async ({ endpoint, query }: Order) => {
    const before = asked.length;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    if (text.includes('"errors"')) throw new Error(text.slice(0, 500));
    const cursor = /"endCursor":"([^"]+)"/.exec(text)?.[1];
    process.send?.({ bytes: text.length, calls: asked.length - before, cursor } satisfies Answered);
  });
};

interface Order {
  readonly endpoint: string;
  readonly query: string;
}

interface Answered {
  readonly bytes: number;
  readonly calls: number;
  readonly cursor: string | undefined;
}

const measure = async (others: ChildProcess, url: string): Promise<void> => {
  const { startTestGateway } = await import('../support/gateway.ts');
  const bird: BirdConfig = {
    url,
    accessKey: 'key',
    workspaceId: WORKSPACE,
    organizationId: undefined,
    signingKeys: [],
    getRps: 0,
    postRps: 0,
  };
  const courier: CourierConfig = { url, authorization: 'Bearer bench', forwards: false };
  const gateway = await startTestGateway({
    bird,
    courier,
    deadlineMs: 120_000,
    budgetObjects: 1_000_000,
    budgetBytes: 1_000_000_000,
  });
  const ask = async (query: string): Promise<Answered> => {
    others.send({ endpoint: `${gateway.url}/graphql`, query } satisfies Order);
    const [answered] = await once(others, 'message');
    return answered as Answered;
  };
  const cost = async (what: string, query: string): Promise<object> => {
    await ask(query);
    const spent: number[] = [];
    let answered: Answered | undefined;
    for (let time = 0; time < TIMES; time += 1) {
      const before = process.cpuUsage();
      answered = await ask(query);
      const { user, system } = process.cpuUsage(before);
      spent.push((user + system) / 1000);
    }
    return { what, 'CPU, ms': median(spent).toFixed(1), calls: answered?.calls, bytes: answered?.bytes };
  };

  const fields = 'nodes { id text status createdAt channel { id name } }';
  const messages = (count: number, of: number) =>
    `{ bird { ${Array.from({ length: of }, (_, index) => `a${index}: messages(first: ${count}, tag: ["${index}"]) { ${fields} }`).join(' ')} } }`;
  // Warms what is compiled.
  for (let time = 0; time < 20; time += 1) await ask(messages(1000, 1));
  const rows = [
    await cost('100 messages', messages(100, 1)),
    await cost('1,000 messages', messages(1000, 1)),
    await cost('10,000 messages', messages(1000, 10)),
  ];

  const users = (after: number) =>
    `{ courier { users(first: 100${after === 0 ? '' : `, after: "${writeCursor({ k: 'courier /v1/users/', o: after - 1, i: idOf(`user ${after - 1}`) })}"`}) { nodes { id username } } } }`;
  const timeline = async (pages: number): Promise<string> => {
    const at = pages * 100;
    const after =
      pages === 0
        ? ''
        : `, after: "${writeCursor({ k: 'timeline', t: Date.parse(timeOf(at - 1)), r: 0, i: idOf(`message ${at - 1}`) })}"`;
    return `{ person(by: { birdContactId: "${idOf('contact')}" }) { timeline(first: 100, sources: [BIRD]${after}) { nodes { text createdAt } } } }`;
  };
  const listed = (after: number) =>
    `{ bird { messages(first: 100${after === 0 ? '' : `, after: "${writeCursor({ k: 'bird messages ', p: String(after) })}"`}) { nodes { id text } } } }`;
  const depths: object[] = [];
  for (const [name, query] of [
    ['messages of Bird, by token', (pages: number) => listed(pages * 100)],
    ['users of courier, by offset', (pages: number) => users(pages * 100)],
    ['a timeline, by time', timeline],
  ] as const) {
    for (const pages of [0, 10, 100, 900])
      depths.push(await cost(`${name}, after ${pages} pages`, await query(pages)));
  }
  console.log(machine());
  console.table(rows);
  console.table(depths);
  await gateway.close();
};

if (process.argv[2] === OTHERS) await serve();
else {
  const others = fork(import.meta.filename, [OTHERS]);
  const [url] = await once(others, 'message');
  await measure(others, String(url));
  others.kill();
}
