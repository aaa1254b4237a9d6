import { globalId } from '../../../src/graph/ids.ts';
import { openStream, type Stream, type StreamOptions } from '../../../src/stream/stream.ts';
import { startTestGateway, type TestGateway, WORKSPACE_ID } from '../../support/gateway.ts';
import { idOf } from '../../support/ids.ts';
import { type Asked, startUpstream, type Upstream } from '../../support/upstream.ts';

const START = Date.parse('2026-01-01T12:00:00Z');

export const CHANNEL = idOf('channel');
export const CHANNEL_ID = globalId('BirdChannel', `${WORKSPACE_ID}/${CHANNEL}`);
export const COURIER_CHANNEL = idOf('courier channel');
export const COURIER_CHANNEL_ID = globalId('CourierChannel', COURIER_CHANNEL);

export const birdId = (name: string): string =>
  globalId('BirdMessage', `${WORKSPACE_ID}/${CHANNEL}/${idOf(name)}`);

/** A message that an upstream of a test has. */
interface Row {
  status: string;
  readonly createdAt: number;
  modifiedAt: number;
  /** courier: by whom it was read. */
  readers: string[];
  /** courier: true while it is removed. */
  removed?: boolean;
}

/** Rows of one upstream by name, oldest first, with the time they were made. */
type Rows = Map<string, Row>;

/** Two upstreams and a gateway whose clock only the test moves. */
export interface Polled extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly stream: Stream;
  readonly bird: Upstream;
  readonly courier: Upstream;
  /** Adds a message or changes it, at the present. */
  setBird(name: string, status: string): void;
  setCourier(name: string, readers?: readonly string[], quiet?: 'quietly'): void;
  /** Removes a message of courier at the present, or brings it back. */
  remove(name: string, removed: boolean): void;
  /** Makes both answer this status to everything, or well again. */
  fail(status: number | undefined): void;
  /** Sets Pigeon's clock, and with it the upstreams', by so many milliseconds. */
  setClock(ms: number): void;
  /** Lets time pass, and the stream look every five seconds as it does by itself. */
  pass(seconds: number): Promise<void>;
  /** What the upstreams were asked since the last time; ids by name. */
  calls(): string[];
  subscribed(count: number): Promise<void>;
}

interface Options {
  readonly bird?: Readonly<Record<string, string>>;
  /** Names of courier messages, which were made a second after the other. */
  readonly courier?: readonly string[];
  /** How courier lists them; by default the newest first. */
  readonly order?: Order;
  /** Statuses of texts and emails. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly courierForwards?: boolean;
  readonly birdPerSecond?: number;
  readonly warn?: StreamOptions['warn'];
  readonly watched?: NonNullable<StreamOptions['polling']>['watched'];
}

/** How courier may list messages: nobody documents it. */
export type Order = 'newest first' | 'oldest first' | 'in no order';

/** How much later than it shows courier keeps each of its times, in milliseconds. */
const FINER_MS = 437;

/** A time as courier shows it. */
const shownTime = (time: number): string => iso(time).slice(0, 19).replace('T', ' ');

/** True for a time that courier keeps within the bounds of a filter such as `>=2026-01-01T12:00:00Z`. */
const isWithin =
  (comparators: readonly string[]) =>
  (time: number): boolean =>
    comparators.every((comparator) => {
      const [, sign = '', bound = ''] = /^(<=?|>=?)(.+)$/.exec(comparator) ?? [];
      const apart = time + FINER_MS - Date.parse(bound);
      return sign.startsWith('<') ? apart < 0 : apart >= 0;
    });

const iso = (time: number): string => new Date(time).toISOString();

export const startPolled = async (options: Options = {}): Promise<Polled> => {
  let now = START;
  let elapsed = 0;
  let failure: number | undefined;
  let seen = 0;
  const all: string[] = [];
  const old = (status: string): Row => ({
    status,
    createdAt: START - 3600_000,
    modifiedAt: START - 3600_000,
    readers: [],
  });
  const birdRows: Rows = new Map(
    Object.entries(options.bird ?? {}).map(([name, status]) => [name, old(status)]),
  );
  const courierRows: Rows = new Map(
    (options.courier ?? []).map((name, index) => {
      const madeAt = START - 3600_000 + index * 1000;
      return [name, { ...old(''), createdAt: madeAt, modifiedAt: madeAt }];
    }),
  );
  const texts = new Map(Object.entries(options.texts ?? {}));
  const names = () => [
    ...birdRows.keys(),
    ...courierRows.keys(),
    ...texts.keys(),
    'channel',
    'courier channel',
  ];
  const nameOf = (id: string | undefined) => names().find((name) => idOf(name) === id);

  const answer = (body: unknown) => {
    if (failure) return { status: failure, body: {} };
    return body === undefined ? { status: 404, body: {} } : { body };
  };
  const last = ({ path }: Asked) => path.split('/').filter(Boolean).at(-1);

  const birdRow = (name: string | undefined) => {
    const row = birdRows.get(name ?? '');
    if (!name || !row) return undefined;
    return {
      id: idOf(name),
      channelId: CHANNEL,
      direction: 'outgoing',
      sender: { connector: { id: idOf('connector') } },
      receiver: { contacts: [] },
      body: { type: 'text', text: { text: name } },
      status: row.status,
      lastStatusAt: iso(row.modifiedAt),
      createdAt: iso(row.createdAt),
      updatedAt: iso(row.modifiedAt),
    };
  };
  const base = `/workspaces/${WORKSPACE_ID}/channels`;
  const bird = await startUpstream({
    [`GET ${base}/messages`]: ({ params }) =>
      answer({ results: params.getAll('id').flatMap((id) => birdRow(nameOf(id)) ?? []) }),
    [`GET ${base}/${CHANNEL}/messages/*`]: (asked) => answer(birdRow(nameOf(last(asked)))),
    [`GET ${base}/${CHANNEL}/messages`]: ({ params }) =>
      answer({
        results: [...birdRows]
          .filter(([, { createdAt }]) => createdAt >= Date.parse(params.get('startAt') ?? iso(0)))
          .reverse()
          .slice(0, Number(params.get('limit')))
          .map(([name]) => birdRow(name)),
      }),
    [`GET ${base}/*`]: (asked) => answer(last(asked) === CHANNEL ? { id: CHANNEL, name: 'Line' } : undefined),
  });

  const courierRow = (name: string | undefined) => {
    const row = courierRows.get(name ?? '');
    if (!name || !row) return undefined;
    return {
      id: idOf(name),
      type: 'messaging-messages',
      attributes: {
        'channel-id': COURIER_CHANNEL,
        'individual-id': idOf('author'),
        'user-type': 'provider',
        message: name,
        'posted-time': shownTime(row.createdAt),
        'last-modified-time': shownTime(row.modifiedAt),
        removed: row.removed ?? false,
        'read-receipts': row.readers.map((reader) => ({ 'individual-id': idOf(reader) })),
      },
    };
  };
  const letter = (type: string) => (asked: Asked) => {
    const name = nameOf(last(asked));
    const status = texts.get(name ?? '');
    const attributes = {
      status,
      'created-at': shownTime(START),
      'last-modified-at': shownTime(START),
    };
    return answer(status && name ? { data: { id: idOf(name), type, attributes } } : undefined);
  };
  const one = (data: unknown) => answer(data && { data });
  const courier = await startUpstream({
    'GET /v1/messaging-messages/': ({ params }) => {
      const modified = isWithin(params.getAll('filter[cmp-last-modified-time]'));
      const posted = isWithin(params.getAll('filter[cmp-posted-time]'));
      const found = [...courierRows].filter(
        ([, { createdAt, modifiedAt }]) => posted(createdAt) && modified(modifiedAt),
      );
      if (options.order === 'in no order') found.sort(([one], [other]) => (idOf(one) < idOf(other) ? -1 : 1));
      else if (options.order !== 'oldest first') found.reverse();
      const offset = Number(params.get('page[offset]'));
      return answer({
        data: found
          .slice(offset, offset + Number(params.get('page[limit]')))
          .map(([name]) => courierRow(name)),
      });
    },
    'GET /v1/messaging-messages/*/': (asked) => one(courierRow(nameOf(last(asked)))),
    'GET /v1/messaging-channels/*/': (asked) =>
      one(
        last(asked) === COURIER_CHANNEL
          ? { id: COURIER_CHANNEL, type: 'messaging-channels', attributes: {} }
          : undefined,
      ),
    'GET /v1/texts/*/': letter('texts'),
    'GET /v1/user-emails/*/': letter('user-emails'),
  });

  const collect = (upstream: Upstream) => {
    let known = 0;
    return () => {
      const fresh = upstream.asked.slice(known);
      known = upstream.asked.length;
      for (const { method, path, params } of fresh) {
        const query = [...params].map(([name, value]) => `${name}=${nameOf(value) ?? value}`).join('&');
        const where = path
          .replace(base, '')
          .split('/')
          .map((step) => nameOf(step) ?? step)
          .join('/');
        all.push(`${method} ${where}${query && `?${query}`}`);
      }
    };
  };
  const collectors = [bird, courier].map(collect);

  let opened: Stream | undefined;
  const gateway = await startTestGateway({
    bird,
    courier,
    courierForwards: options.courierForwards ?? false,
    stream: ({ publicUrl, services }) => {
      opened = openStream({
        dataDir: ':memory:',
        birdKeys: [],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        warn: services.warn,
        now: () => now,
        elapsed: () => elapsed,
        polling: {
          services: { ...services, warn: options.warn ?? services.warn },
          birdPerSecond: options.birdPerSecond ?? 0,
          everyMs: 0,
          watched: options.watched,
        },
      });
      return opened;
    },
  });
  const stream = opened as Stream | undefined;
  if (!stream) throw new Error('the gateway did not open its stream');
  return {
    gateway,
    stream,
    bird,
    courier,
    setBird: (name, status) => {
      const row = birdRows.get(name);
      if (row) Object.assign(row, { status, modifiedAt: now });
      else birdRows.set(name, { status, createdAt: now, modifiedAt: now, readers: [] });
    },
    setCourier: (name, readers = [], quiet) => {
      const row = courierRows.get(name);
      if (!row) courierRows.set(name, { status: '', createdAt: now, modifiedAt: now, readers: [...readers] });
      else {
        row.readers = [...readers];
        if (!quiet) row.modifiedAt = now;
      }
      if (texts.has(name)) texts.set(name, readers[0] ?? '');
    },
    remove: (name, removed) => {
      const row = courierRows.get(name);
      if (row) Object.assign(row, { removed, modifiedAt: now });
    },
    fail: (status) => {
      failure = status;
    },
    setClock: (ms) => {
      now += ms;
    },
    pass: async (seconds) => {
      for (let gone = 0; gone < seconds; gone += 5) {
        now += 5_000;
        elapsed += 5_000;
        await stream.poll();
      }
    },
    calls: () => {
      for (const collected of collectors) collected();
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh;
    },
    subscribed: async (count) => {
      while (stream.counts.subscribers !== count) await new Promise(setImmediate);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await bird.close();
      await courier.close();
    },
  };
};
