import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What the crowd is told to do; it answers each with what it has done. */
type Order =
  | { readonly connect: number; readonly port: number; readonly path: string; readonly queries: string[] }
  | { readonly await: number };

/** Many WebSocket clients in a process of their own. They only count what they are sent. */
export interface Crowd {
  /** Opens so many more sockets; with queries, each subscribes to one of them in turn. */
  connect(count: number, port: number, path: string, queries?: readonly string[]): Promise<void>;
  /** Resolves when so many text frames have come since the last time. */
  await(frames: number): Promise<void>;
  close(): void;
}

/** Starts the process. */
export const gatherCrowd = (): Crowd => {
  const child: ChildProcess = fork(import.meta.filename, [CROWD]);
  const order = async (sent: Order) => {
    child.send(sent);
    await once(child, 'message');
  };
  return {
    connect: (count, port, path, queries = []) =>
      order({ connect: count, port, path, queries: [...queries] }),
    await: (frames) => order({ await: frames }),
    close: () => child.kill(),
  };
};

/** Says that this process is the crowd. */
const CROWD = 'crowd';

const TEXT = 1;
const PING = 9;

/** Finds the frames in what a socket receives and calls with the opcode of each; of none is the content read. */
const frameReader = (onFrame: (opcode: number) => void) => {
  let skip = 0;
  let rest = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    rest = Buffer.alloc(0);
    for (;;) {
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      bytes = bytes.subarray(skipped);
      const short = bytes.length < 2 ? undefined : (bytes[1] as number);
      const header = short === undefined || short < 126 ? 2 : short === 126 ? 4 : 10;
      if (short === undefined || bytes.length < header) {
        if (bytes.length > 0) rest = Buffer.from(bytes);
        return;
      }
      onFrame((bytes[0] as number) & 15);
      skip = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      bytes = bytes.subarray(header);
    }
  };
};

/** A client’s frame; a mask of zeros changes nothing. */
const frame = (opcode: number, text = ''): Buffer => {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size = length < 126 ? [128 | length] : [128 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([128 | opcode, ...size, 0, 0, 0, 0]), payload]);
};

const open = async (port: number, path: string, onText: () => void): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.on('error', (error) => console.error('a client lost its connection', error.message));
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  );
  const [head] = await once(socket, 'data');
  if (!String(head).startsWith('HTTP/1.1 101')) throw new Error(String(head));
  socket.on(
    'data',
    frameReader((opcode) => {
      if (opcode === TEXT) onText();
      if (opcode === PING) socket.write(frame(10));
    }),
  );
  return socket;
};

if (process.argv[2] === CROWD) {
  let heard = 0;
  let reached: { readonly frames: number; readonly done: () => void } | undefined;
  const onText = () => {
    heard += 1;
    if (reached && heard >= reached.frames) reached.done();
  };
  process.on('message', async (order: Order) => {
    if ('connect' in order) {
      const { connect: count, port, path, queries } = order;
      for (let index = 0; index < count; index += 1) {
        let acknowledged = () => {};
        const acknowledgement = new Promise<void>((resolve) => {
          acknowledged = resolve;
        });
        let first = true;
        const socket = await open(port, path, () => {
          if (first && queries.length > 0) acknowledged();
          else onText();
          first = false;
        });
        if (queries.length === 0) continue;
        socket.write(frame(TEXT, '{"type":"connection_init"}'));
        await acknowledgement;
        const query = queries[index % queries.length];
        socket.write(
          frame(TEXT, JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query } })),
        );
      }
    } else {
      const { await: frames } = order;
      if (heard < frames) {
        await new Promise<void>((done) => {
          reached = { frames, done };
        });
      }
      heard -= frames;
      reached = undefined;
    }
    process.send?.('done');
  });
}
