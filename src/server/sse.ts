import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { alarm } from './alarm.ts';
import type { Serialize } from './serialize.ts';

/** How often a silent stream says that it is alive, in milliseconds: below the idle time-out of common proxies. */
const PING_MS = 12_000;

/**
 * Sends subscriptions as server-sent events, as Yoga does, with two things more: an event's cursor is its
 * `id:`, so that a client that comes back resumes by `Last-Event-ID`; and the source is let go of at once
 * when the client has gone. A stream also ends when its caller’s credential does, and all end when draining:
 * both without `complete`, so that clients come back.
 */
export const createEventStreams = (
  serialize: Serialize,
  expiresAt: (serverContext: unknown) => number | undefined,
): { readonly plugin: Plugin; drain(): void } => {
  const ends = new Set<() => void>();
  const frames = new WeakMap<ExecutionResult, Uint8Array>();
  /** A result as an event: written once, however many it is sent to. */
  const frameOf = (result: ExecutionResult): Uint8Array => {
    const known = frames.get(result);
    if (known) return known;
    const cursor = cursorOf(result.data);
    const id = cursor === undefined ? '' : `id: ${cursor}\n`;
    const head = Buffer.from(`${id}event: next\ndata: `);
    const frame = Buffer.concat([head, serialize(result), EMPTY_LINE]);
    frames.set(result, frame);
    return frame;
  };
  return {
    plugin: {
      onResultProcess: ({ request, result, serverContext, setResultProcessor }) => {
        if (!isAsyncIterable(result)) return;
        const events = (result as AsyncIterable<ExecutionResult>)[Symbol.asyncIterator]();
        const accept = request.headers.get('accept') ?? '*/*';
        if (!/text\/(?:event-stream|\*)|\*\/\*/i.test(accept)) {
          // Yoga refuses it, and would leave the source open.
          return letGo(events);
        }
        setResultProcessor((_, { Response }) => {
          const until = { signal: request.signal, expiresAt: expiresAt(serverContext), ends };
          return new Response(stream(events, frameOf, until), { headers: { ...HEADERS } });
        }, 'text/event-stream');
      },
    },
    drain: () => {
      for (const end of ends) end();
    },
  };
};

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  connection: 'keep-alive',
  // Proxies that gather small writes would hold events back.
  'x-accel-buffering': 'no',
};

/** What ends a stream from without. */
interface Until {
  readonly signal: AbortSignal;
  readonly expiresAt: number | undefined;
  /** Holds the end of each open stream. */
  readonly ends: Set<() => void>;
}

/** What ends an event. */
const EMPTY_LINE = Buffer.from('\n\n');

const letGo = (events: AsyncIterator<unknown>): void => {
  void Promise.resolve(events.return?.()).catch(() => {});
};

const stream = (
  events: AsyncIterator<ExecutionResult>,
  frameOf: (result: ExecutionResult) => Uint8Array,
  { signal, expiresAt, ends }: Until,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  let ping: NodeJS.Timeout | undefined;
  let end: () => void;
  let callOff = () => {};
  const leave = () => {
    clearInterval(ping);
    callOff();
    ends.delete(end);
    signal.removeEventListener('abort', end);
    letGo(events);
  };
  return new ReadableStream({
    start: (controller) => {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      end = () => {
        leave();
        controller.close();
      };
      ends.add(end);
      signal.addEventListener('abort', end, { once: true });
      // Some clients see the headers only with the first byte.
      write(':\n\n');
      ping = setInterval(() => (controller.desiredSize ?? 0) > 0 && write(':\n\n'), PING_MS);
      callOff = alarm(expiresAt, end);
      if (signal.aborted) end();
    },
    pull: async (controller) => {
      const { value, done } = await events.next();
      if (!ends.has(end)) return;
      if (value != null) controller.enqueue(frameOf(value));
      if (!done) return;
      controller.enqueue(encoder.encode('event: complete\ndata:\n\n'));
      end();
    },
    cancel: leave,
  });
};

/** The cursor of a payload's only field, where it was asked for and fits on a line. */
const cursorOf = (data: unknown): string | undefined => {
  const [event] = Object.values(data ?? {});
  const cursor = event !== null && typeof event === 'object' && 'cursor' in event ? event.cursor : undefined;
  return typeof cursor === 'string' && /^[^\r\n\0]+$/.test(cursor) ? cursor : undefined;
};
