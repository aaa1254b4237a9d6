/**
 * The clients, in a process of their own: `node load.ts`. So many connections ask one query again and again, and
 * compare each answer with the right one. They speak HTTP by hand, because they must never be what is waited for.
 */
import { connect, type Socket } from 'node:net';
import { type Differing, QUERIES, type Query, type QueryName } from './queries.ts';
import { COURIER_TOKEN } from './world.ts';

/** What is to be asked. */
export interface Load {
  readonly url: string;
  readonly query: QueryName;
  readonly connections: number;
  readonly seconds: number;
  /** How many answers there must be before the time counts as over: none by default. */
  readonly least?: number;
  /** True when each request has a literal that no other ever had. */
  readonly differs: boolean;
  /** How many callers ask, each by an own credential of courier's; 0 where they send none. */
  readonly callers: number;
  /** True when the upstream's answers change. */
  readonly changes: boolean;
}

/** What came of it. */
export interface Loaded {
  readonly answered: number;
  /** How long that took, in seconds. */
  readonly seconds: number;
  /** How many answers were not right. */
  readonly wrong: number;
  /** The first of those. */
  readonly example?: string;
  /** Milliseconds until the answer, for the middle one and for 99 of 100. */
  readonly p50: number;
  readonly p99: number;
}

/** Stand for what differs in the pieces of an answer; no JSON has to escape them. */
const HOLES = { literal: '@literal@', reading: '@reading@', caller: '@caller@' };

/** Gives the right answer's bytes, put together from pieces where it is long. */
const expecting = ({ data, verbatim }: Query, { differs, changes }: Load) => {
  if (!verbatim) return (differing: Differing): string => JSON.stringify({ data: data(differing) });
  const whole = JSON.stringify({
    data: data({
      literal: differs ? HOLES.literal : undefined,
      reading: changes ? HOLES.reading : undefined,
      caller: HOLES.caller,
    }),
  });
  const pieces = whole.split(/@(literal|reading|caller)@/);
  return (differing: Differing): string =>
    pieces.map((piece, index) => (index % 2 ? differing[piece as keyof Differing] : piece)).join('');
};

/** Where an answer is not the right one. */
const difference = (body: string, right: string): string => {
  let at = 0;
  while (at < body.length && body[at] === right[at]) at += 1;
  const part = (text: string) => text.slice(Math.max(0, at - 60), at + 200);
  return `…${part(body)}… in place of …${part(right)}…`;
};

let literals = 0;

const run = (load: Load): Promise<Loaded> => {
  const { hostname, port, pathname } = new URL(load.url);
  const query = QUERIES[load.query];
  const expected = expecting(query, load);
  const latencies: number[] = [];
  let wrong = 0;
  let example: string | undefined;
  let open = load.connections;
  let asked = 0;
  const started = performance.now();
  const end = started + load.seconds * 1000;
  const settled = Promise.withResolvers<Loaded>();

  const finish = () => {
    open -= 1;
    if (open > 0) return;
    latencies.sort((one, other) => one - other);
    const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
    settled.resolve({
      answered: latencies.length,
      seconds: (performance.now() - started) / 1000,
      wrong,
      ...(example !== undefined && { example }),
      p50: at(0.5),
      p99: at(0.99),
    });
  };

  const fail = (what: string) => {
    wrong += 1;
    example ??= what.slice(0, 600);
  };

  const client = () => {
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let current: Differing & { readonly at: number };
    let received: Buffer[] = [];
    let length = 0;
    let need = 0;
    const ask = () => {
      if (performance.now() >= end && latencies.length >= (load.least ?? 0)) return void socket.end();
      asked += 1;
      const caller = load.callers === 0 ? COURIER_TOKEN : `caller-${asked % load.callers}`;
      current = {
        literal: load.differs ? query.literal(++literals) : undefined,
        caller,
        at: performance.now(),
      };
      const body = JSON.stringify({ query: query.text(current.literal) });
      const own = load.callers === 0 ? '' : `x-courier-authorization: Bearer ${caller}\r\n`;
      socket.write(
        `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\n${own}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    };
    const judge = (status: string, answer: string) => {
      // Some end with a line.
      const body = answer.trimEnd();
      latencies.push(performance.now() - current.at);
      const reading = load.changes ? / in reading (\d+)\./.exec(body)?.[1] : undefined;
      const right = expected({ ...current, reading });
      if (status !== '200' || body !== right) fail(`${status}, ${difference(body, right)}`);
      ask();
    };
    socket.on('connect', ask);
    socket.on('data', (chunk) => {
      received.push(chunk);
      length += chunk.length;
      if (length < need) return;
      const whole = received.length === 1 ? chunk : Buffer.concat(received, length);
      received = [whole];
      const text = whole.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const size = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1];
      if (size === undefined) {
        // In chunks: it ends with an empty one.
        if (!text.endsWith('\r\n0\r\n\r\n')) return;
        received = [];
        length = 0;
        return judge(text.slice(9, 12), joined(text.slice(head + 4)));
      }
      need = head + 4 + Number(size);
      if (length < need) return;
      received = [];
      length = 0;
      need = 0;
      judge(text.slice(9, 12), text.slice(head + 4));
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', finish);
  };
  for (let index = 0; index < load.connections; index += 1) client();
  return settled.promise;
};

/** What the chunks of a body hold; all of it is ASCII. */
const joined = (chunks: string): string => {
  let text = '';
  for (let at = 0; ; ) {
    const line = chunks.indexOf('\r\n', at);
    const size = Number.parseInt(chunks.slice(at, line), 16);
    if (!(size > 0)) return text;
    text += chunks.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
};

process.on('message', async (load: Load) => process.send?.(await run(load)));
process.on('disconnect', () => process.exit());
