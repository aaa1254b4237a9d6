/**
 * Both upstreams of the benchmark, in a process of their own: `node upstream.ts`. Its parent says by messages how it
 * answers, and is told how often it was asked. It speaks HTTP by hand, because it must never be what is waited for.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answersOf } from './answers.ts';

/** How the upstreams answer. */
export interface Manner {
  /** After how many milliseconds. */
  readonly delayMs: number;
  /** True when what was said in messages is another each time. */
  readonly changes: boolean;
}

/** What a parent asks of this process: another manner, or nothing; it is told the number of calls since it last asked. */
export type Order = Partial<Manner>;

let manner: Manner = { delayMs: 0, changes: false };
let calls = 0;
let readings = 0;

const respond = (status: number, body: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

const answer = (socket: Socket, method: string, url: string, head: string, body: string): void => {
  calls += 1;
  const caller = /^authorization: *(.*)$/im.exec(head)?.[1] ?? '';
  const reading = manner.changes ? String(++readings) : undefined;
  const text = answersOf({ method, url, caller, body, reading });
  const bytes =
    text === undefined ? respond(501, JSON.stringify({ message: `${method} ${url}` })) : respond(200, text);
  if (text === undefined) console.error(`the upstream knows no ${method} ${url}`);
  if (manner.delayMs === 0) socket.write(bytes);
  else setTimeout(() => socket.writable && socket.write(bytes), manner.delayMs);
};

/** Takes whole requests off the front of what has come, and gives what is left. */
const take = (socket: Socket, received: string): string => {
  for (let rest = received; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return rest;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const whole = end + 4 + length;
    if (rest.length < whole) return rest;
    const [method = '', url = ''] = head.split(' ', 2);
    answer(socket, method, url, head, rest.slice(end + 4, whole));
    rest = rest.slice(whole);
  }
};

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    rest = take(socket, rest + chunk);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', (order: Order) => {
  manner = { ...manner, ...order };
  process.send?.({ calls });
  calls = 0;
});
process.on('disconnect', () => process.exit());
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
