import { expect } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { contractOf } from '../support/contract.ts';
import {
  startTestGateway,
  type TestError,
  type TestGateway,
  type TestGatewayOptions,
  WORKSPACE_ID,
} from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';

/** Bird's document, which judges all that Bird is asked. */
export const contract = contractOf('bird');

const BASE = `/workspaces/${WORKSPACE_ID}`;

/** A gateway before a Bird whose paths are written from the workspace on. */
export interface BirdGateway extends AsyncDisposable {
  readonly bird: Upstream;
  readonly gateway: TestGateway;
  /** What Bird was asked since it was last asked for, as `GET /channels?limit=20`. */
  calls(): string[];
  /** Prepares more answers, or other ones. */
  answers(prepared: Readonly<Record<string, Prepared>>): void;
  /** The data of a query without errors. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  query<Data = any>(query: string, variables?: object): Promise<Data>;
  /** The one error of a query. */
  refusal(query: string, variables?: object): Promise<TestError>;
}

const rooted = (prepared: Readonly<Record<string, Prepared>>): Record<string, Prepared> =>
  Object.fromEntries(
    Object.entries(prepared).map(([name, answer]) => [name.replace(' /', ` ${BASE}/`), answer]),
  );

/** Starts both. Whatever Bird was asked must be as its document has it: that is checked at the end. */
export const startBird = async (
  prepared: Readonly<Record<string, Prepared>> = {},
  options: Omit<TestGatewayOptions, 'bird'> = {},
): Promise<BirdGateway> => {
  const bird = await startUpstream(rooted(prepared));
  const gateway = await startTestGateway({ bird, ...options });
  let told = 0;
  return {
    bird,
    gateway,
    calls: () => {
      const calls = bird.calls().slice(told);
      told += calls.length;
      return calls.map((call) => call.replace(` ${BASE}/`, ' /'));
    },
    answers: (more) => bird.answers(rooted(more)),
    query: async (query, variables) => {
      const { body } = await gateway.ask(query, variables);
      expect(body.errors).toBeUndefined();
      // biome-ignore lint/suspicious/noExplicitAny: as above
      return body.data as any;
    },
    refusal: async (query, variables) => {
      const { body } = await gateway.ask(query, variables);
      expect(body.errors).toHaveLength(1);
      return body.errors?.[0] as TestError;
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await bird.close();
      expect(contract.faultsOf(bird.asked)).toEqual([]);
    },
  };
};

/** The global id of something in the workspace. */
export const gid = (typename: string, ...words: readonly string[]): string =>
  globalId(typename, [WORKSPACE_ID, ...words.map(idOf)].join('/'));

/** A moment so many seconds after midnight. */
export const moment = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

interface MessageWords {
  readonly channel?: string;
  readonly contact?: string;
  readonly incoming?: boolean;
  readonly [field: string]: unknown;
}

/** A message named by a word, over the channel `sms`, with the contact `ada`. */
export const messageRow = (word: string, { channel, contact, incoming, ...more }: MessageWords = {}) => {
  const person = {
    id: idOf(contact ?? 'ada'),
    identifierKey: 'phonenumber',
    identifierValue: '+31612345678',
    annotations: { name: 'Ada on her phone' },
  };
  const connector = { id: idOf('connector'), identifierValue: '+3197000', annotations: { name: 'Clinic' } };
  return {
    id: idOf(word),
    channelId: idOf(channel ?? 'sms'),
    direction: incoming ? 'incoming' : 'outgoing',
    sender: incoming ? { contact: person } : { connector },
    receiver: incoming ? { connector } : { contacts: [person] },
    body: { type: 'text', text: { text: word } },
    status: 'delivered',
    lastStatusAt: moment(60),
    createdAt: moment(0),
    updatedAt: moment(60),
    ...more,
  };
};

/** A channel named by a word. */
export const channelRow = (word: string, more: object = {}) => ({
  id: idOf(word),
  platformId: 'sms',
  name: `channel ${word}`,
  connectorId: idOf('connector'),
  identifier: '+3197000',
  status: 'active',
  createdAt: moment(0),
  updatedAt: moment(0),
  ...more,
});

/** A contact named by a word. */
export const contactRow = (word: string, more: object = {}) => ({
  id: idOf(word),
  computedDisplayName: `contact ${word}`,
  featuredIdentifiers: [{ key: 'phonenumber', value: '+31612345678' }],
  identifierCount: 1,
  attributes: { language: 'nl' },
  createdAt: moment(0),
  updatedAt: moment(0),
  ...more,
});

/** A webhook subscription named by a word, of `sms.outbound`. */
export const subscriptionRow = (word: string, more: object = {}) => ({
  id: idOf(word),
  service: 'channels',
  event: 'sms.outbound',
  eventFilters: null,
  url: 'https://pigeon.example.com/webhooks/bird',
  status: 'active',
  createdAt: moment(0),
  updatedAt: moment(0),
  ...more,
});

/** A list of contacts named by a word. */
export const listRow = (word: string, more: object = {}) => ({
  id: idOf(word),
  name: `list ${word}`,
  description: null,
  consentType: 'double',
  contactCount: 1,
  counter: { count: 1, updatedAt: moment(0) },
  createdAt: moment(0),
  updatedAt: moment(0),
  ...more,
});

/** An answer with a page of a list. */
export const page = (results: readonly object[], nextPageToken?: string) => ({
  body: { results, ...(nextPageToken && { nextPageToken }) },
});

/** The rows of an `id` filter that a list has, as Bird answers it. */
export const filtered =
  (rows: readonly { readonly id: string }[]): Prepared =>
  ({ params }) =>
    page(rows.filter(({ id }) => params.getAll('id').includes(id)));
