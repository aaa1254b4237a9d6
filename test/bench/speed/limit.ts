/**
 * The limit: an endpoint written by hand for the queries of the benchmark alone, as fast as Node and undici allow
 * without keeping anything. It makes the fewest calls that answer a query by itself, and knows nothing of GraphQL.
 * `node limit.ts`, with `SHARING=on` identical GETs in flight are one.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { globalId } from '../../../src/graph/ids.ts';
import { person } from './limit-person.ts';

const {
  BIRD_API_URL = '',
  BIRD_ACCESS_KEY = '',
  BIRD_WORKSPACE_ID: workspace = '',
  COURIER_API_URL = '',
  COURIER_TOKEN,
  SHARING,
} = process.env;

// biome-ignore lint/suspicious/noExplicitAny: rows of the upstreams, read as they come
type Json = any;

const CONNECTIONS = 256;

/** Asks one upstream; identical GETs under one credential are one where calls are shared. */
const asking = (url: string) => {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const inFlight = new Map<string, Promise<Json>>();
  const get = async (path: string, authorization: string, posted?: object): Promise<Json> => {
    const { statusCode, body } = await pool.request(
      posted
        ? {
            method: 'POST',
            path,
            headers: { authorization, 'content-type': 'application/json' },
            body: JSON.stringify(posted),
          }
        : { method: 'GET', path, headers: { authorization } },
    );
    if (statusCode !== 200) throw new Error(`${statusCode} to ${path}`);
    return body.json();
  };
  if (SHARING !== 'on') return get;
  return (path: string, authorization: string, posted?: object): Promise<Json> => {
    if (posted) return get(path, authorization, posted);
    const key = `${authorization} ${path}`;
    const running = inFlight.get(key);
    if (running) return running;
    const started = get(path, authorization).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };
};

const askBird = asking(BIRD_API_URL);
const askCourier = asking(COURIER_API_URL);
const birdKey = `AccessKey ${BIRD_ACCESS_KEY}`;
const base = `/workspaces/${workspace}`;
const bird = (path: string): Promise<Json> => askBird(base + path, birdKey);

const channelNode = (row: Json) => ({
  id: globalId('BirdChannel', `${workspace}/${row.id}`),
  name: row.name,
  status: row.status.toUpperCase(),
});

const contactNode = (row: Json) => ({
  id: globalId('BirdContact', `${workspace}/${row.id}`),
  displayName: row.computedDisplayName,
});

const byId = (rows: readonly Json[]) => new Map<string, Json>(rows.map((row) => [row.id, row]));

const messages = async (query: string) => {
  const since = /since: "([^"]+)"/.exec(query)?.[1];
  const { results } = await bird(
    `/channels/messages?limit=100${since === undefined ? '' : `&startAt=${encodeURIComponent(since)}`}`,
  );
  const channelIds = [...new Set(results.map((row: Json) => row.channelId))];
  const contactIds = [...new Set<string>(results.map((row: Json) => row.receiver.contacts[0].id))];
  const [found, contacts] = await Promise.all([
    bird(`/channels?${channelIds.map((id) => `id=${id}`).join('&')}&limit=${channelIds.length}`),
    Promise.all(contactIds.map((id) => bird(`/contacts/${id}`))),
  ]);
  const channelOf = byId(found.results);
  const contactOf = byId(contacts);
  const nodes = results.map((row: Json) => ({
    id: globalId('BirdMessage', `${workspace}/${row.channelId}/${row.id}`),
    text: row.body.text.text,
    status: row.status.toUpperCase(),
    createdAt: row.createdAt,
    channel: channelNode(channelOf.get(row.channelId)),
    contact: contactNode(contactOf.get(row.receiver.contacts[0].id)),
  }));
  return { bird: { messages: { nodes } } };
};

const channel = async (query: string) => {
  const id = /channel\(id: "([^"]+)"/.exec(query)?.[1];
  return { bird: { channel: channelNode(await bird(`/channels/${id}`)) } };
};

const people = async (query: string, caller: string) => {
  const after = /after: "([^"]+)"/.exec(query)?.[1];
  const page = after && JSON.parse(Buffer.from(after, 'base64url').toString()).p;
  const { results } = await bird(`/contacts?limit=20${page === undefined ? '' : `&pageToken=${page}`}`);
  const nodes = await Promise.all(
    results.map(async (row: Json) => {
      const email = row.featuredIdentifiers[0].value;
      const users = await askCourier(
        `/v1/users/?filter[email]=${encodeURIComponent(email)}&page[limit]=1000&page[offset]=0`,
        caller,
      );
      const id = users.data[0].attributes['primary-individual-id'];
      const talks = await askCourier(
        `/v1/messaging-channels/?participant-id=${id}&page[limit]=10&page[offset]=0`,
        caller,
      );
      const channels = talks.data.map((one: Json) => ({
        id: globalId('CourierChannel', one.id),
        name: one.attributes.name,
      }));
      const individual = { id: globalId('CourierIndividual', id), channels: { nodes: channels } };
      return { ...contactNode(row), individuals: [{ individual }] };
    }),
  );
  return { bird: { contacts: { nodes } } };
};

const readme = (query: string, caller: string) =>
  person(
    {
      bird,
      searchContacts: (key, value) =>
        askBird(`${base}/contacts/search`, birdKey, { identifier: { key, value } }),
      courier: (path) => askCourier(path, caller),
    },
    /email: "([^"]+)"/.exec(query)?.[1] ?? '',
    /since: "([^"]+)"/.exec(query)?.[1],
  );

const answer = (query: string, caller: string): Promise<object> => {
  if (query.includes('person(')) return readme(query, caller);
  if (query.includes('messages(')) return messages(query);
  return query.includes('contacts(') ? people(query, caller) : channel(query);
};

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', async () => {
    const { 'x-courier-authorization': own } = request.headers;
    try {
      const data = await answer(JSON.parse(text).query, own ? String(own) : `Bearer ${COURIER_TOKEN}`);
      const bytes = Buffer.from(JSON.stringify({ data }));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
      response.end(bytes);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
