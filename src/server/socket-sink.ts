import type { Duplex } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { Sink } from '../ports.ts';
import type { Serialize } from './serialize.ts';

/** The first byte of a frame that is a whole text message. */
const FINAL_TEXT = 0x81;

/** `}` */
const BRACE = 0x7d;

/** A client's connection as its subscriptions share it. */
export class Wire {
  readonly socket: WebSocket;
  readonly #stream: Duplex;
  #drained: Promise<void> | undefined;

  /** @param stream what the socket was upgraded from */
  constructor(socket: WebSocket, stream: Duplex) {
    this.socket = socket;
    this.#stream = stream;
  }

  /**
   * Sends a text message made of a beginning, JSON that many share, and a closing brace, in one piece: what ws
   * would do with four. It writes at once whatever it is given, for nothing is compressed, so that frames
   * cannot mix.
   */
  send(head: string, headLength: number, body: Buffer): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const length = headLength + body.length + 1;
    const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    const frame = Buffer.allocUnsafe(start + length);
    frame[0] = FINAL_TEXT;
    if (start === 2) frame[1] = length;
    else if (start === 4) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    frame.write(head, start);
    frame.set(body, start + headLength);
    frame[start + length - 1] = BRACE;
    this.#stream.write(frame);
  }

  /** False while more waits to be sent than the connection wants to hold. */
  get free(): boolean {
    return !this.#stream.writableNeedDrain;
  }

  /** Resolves when all that waits has been sent, or nothing will be sent any more. */
  drained(): Promise<void> {
    const stream = this.#stream;
    if (this.free || stream.destroyed) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done).off('close', done);
        this.#drained = undefined;
        resolve();
      };
      stream.on('drain', done).on('close', done);
    });
    return this.#drained;
  }
}

/** Sends results to one operation of a socket as `next` messages. */
export class SocketSink implements Sink {
  readonly #wire: Wire;
  readonly #head: string;
  readonly #headLength: number;
  readonly #serialize: Serialize;
  #results: AsyncIterable<ExecutionResult> | undefined;

  constructor(wire: Wire, id: string, serialize: Serialize) {
    this.#wire = wire;
    this.#head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.#headLength = Buffer.byteLength(this.#head);
    this.#serialize = serialize;
  }

  /** The subscription's results without what plugins lay around them; undefined when it came about otherwise. */
  get results(): AsyncIterable<ExecutionResult> | undefined {
    return this.#results;
  }

  get free(): boolean {
    return this.#wire.free;
  }

  begin(results: AsyncIterable<ExecutionResult>): void {
    this.#results = results;
  }

  write(result: ExecutionResult): void {
    this.#wire.send(this.#head, this.#headLength, this.#serialize(result));
  }

  drained(): Promise<void> {
    return this.#wire.drained();
  }
}
