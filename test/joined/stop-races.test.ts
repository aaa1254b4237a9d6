import { channel } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SendStore } from '../../src/ports.ts';
import { OptOuts } from '../../src/sending/opt-outs.ts';
import { openSqliteSendStore } from '../../src/sending/sqlite-send-store.ts';
import { idOf } from '../support/ids.ts';
import { birdMessage, WORKSPACE } from './bird.ts';
import { LINE, startSending } from './sending.ts';

/** How many sends race with a STOP of their own; `INTERLEAVINGS` names another number, and CI runs a thousand. */
const RACES = Number(process.env.INTERLEAVINGS ?? 200);

/** The seed of the pauses; `SEED` replays one. */
const SEED = Number(process.env.SEED ?? 1);

/** How many of them run at once: each races with the others’ turns as well. */
const AT_ONCE = 50;

/** How many turns of the event loop either side waits at the most where it waits. */
const MOST_TURNS = 20;

/** Pseudo-random whole numbers below a bound, the same for a seed (Park and Miller). */
const randomOf = (seed: number) => {
  let state = (seed % 2147483646) + 1;
  return (bound: number): number => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
};

/** The number that one race is about. */
const numberOf = (index: number): string => `+1202${5_550_000 + index}`;

/** What undici tells when it writes a request to its connection. */
interface Written {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
}

test(`of ${RACES} STOPs none that was taken in before its send left is passed over (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  const path = `${WORKSPACE}/channels/${idOf('line')}/messages`;
  const arrived = new Set<string>();
  // One clock for both sides: when a STOP is taken in, and when the first byte of a send is written.
  let moment = 0;
  const takenAt = new Map<string, number>();
  const leftAt = new Map<string, number>();
  const store = openSqliteSendStore(':memory:');
  const numbers = new Map(
    Array.from({ length: RACES }, (_, index): [string, string] => {
      const [mark = ''] = new OptOuts(store).marks([{ kind: 'phone', value: numberOf(index) }]);
      return [mark, numberOf(index)];
    }),
  );
  const pauses = async () => {
    for (let turns = random(MOST_TURNS); turns > 0; turns -= 1) await turn();
  };
  const sendStore: SendStore = {
    ...store,
    wish: (marks, wish) => {
      moment += 1;
      for (const mark of marks)
        takenAt.set(numbers.get(mark) ?? '', takenAt.get(numbers.get(mark) ?? '') ?? moment);
      return store.wish(marks, wish);
    },
    // A store far away: what it says is old when it comes.
    isStopped: async (marks) => {
      const isStopped = await store.isStopped(marks);
      await pauses();
      return isStopped;
    },
  };
  await using sending = await startSending(
    {},
    {
      sendStore,
      bird: {
        [`POST ${path}`]: ({ body }) => {
          const { receiver } = body as { receiver: { contacts: { identifierValue: string }[] } };
          const number = receiver.contacts[0]?.identifierValue ?? '';
          arrived.add(number);
          return { status: 202, body: birdMessage(`sent ${number}`, 'line') };
        },
      },
    },
  );
  const note = (told: unknown) => {
    const { request } = told as Written;
    const [, number = ''] = /"identifierValue":"(\+\d+)"/.exec(String(request.body)) ?? [];
    moment += 1;
    if (request.method === 'POST' && request.path === path) leftAt.set(number, moment);
  };
  const headers = channel('undici:client:sendHeaders');
  headers.subscribe(note);

  const race = async (index: number): Promise<void> => {
    const number = numberOf(index);
    const stop = async () => {
      // A send asks Bird twice before it leaves.
      for (let times = random(12); times > 0; times -= 1) await pauses();
      await sending.inbound('STOP', { from: number, id: `contact ${index}` });
    };
    const send = async () => {
      await pauses();
      const { body } = await sending.send({ channelId: LINE, to: number });
      const code = body.errors?.[0]?.extensions.code;
      expect(code === undefined || code === 'NOT_REACHABLE').toBe(true);
      // What was refused has not arrived, and what was not refused has.
      expect(arrived.has(number)).toBe(code === undefined);
    };
    await Promise.all([stop(), send()]);
  };

  try {
    for (let first = 0; first < RACES; first += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, RACES - first) }, (_, one) => race(first + one)),
      );
  } finally {
    headers.unsubscribe(note);
  }
  const passedOver = [...leftAt].filter(([number, left]) => (takenAt.get(number) ?? Infinity) < left);
  expect(passedOver).toEqual([]);
  takenAt.delete('');
  expect(takenAt.size).toBe(RACES);
  expect([...leftAt.keys()].toSorted()).toEqual([...arrived].toSorted());
  // Both sides win often enough for this to say something.
  expect(arrived.size).toBeGreaterThan(RACES / 20);
  expect(RACES - arrived.size).toBeGreaterThan(RACES / 20);
}, 300_000);
