import { setTimeout as pause } from 'node:timers/promises';
import { globalId } from '../../src/graph/ids.ts';
import { message, pageOf, type Resource } from '../courier/samples.ts';
import { type Node, startNode } from '../stream/nodes.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import type { TestRedis } from '../support/redis.ts';
import { type Asked, startUpstream, type Upstream } from '../support/upstream.ts';
import { BEFORE_SENDS } from './before-sends.ts';
import { birdMessage, WORKSPACE } from './bird.ts';

/** What was seen in all rounds. */
export interface Killed {
  readonly rounds: number;
  /** How many keys were asked for. */
  readonly keys: number;
  /** How many of them the upstreams carried out. */
  readonly carriedOut: number;
  /** How many of those lost their answer to a kill or a failure, and were found by a look. */
  readonly recovered: number;
  /** Keys that an upstream was asked to send twice. */
  readonly doubled: readonly string[];
  /** Keys that were carried out and never said to be, or that gave different results. */
  readonly wrong: readonly string[];
}

/** How many keys each round asks for at each upstream. */
const KEYS = 4;

/** How long a send may take; whoever waits for a killed process waits a second longer. */
const DEADLINE_MS = 1500;

/** Two upstreams that carry everything out at once and answer later, with a failure or not at all. */
const startUpstreams = async () => {
  /** What was carried out under each key, which stands in the text. */
  const done = new Map<string, string[]>();
  const bird: object[] = [];
  const courier: Resource[] = [];
  let number = 0;
  const carryOut = (text: string): string => {
    number += 1;
    const name = `message ${number}`;
    done.set(text, [...(done.get(text) ?? []), name]);
    return name;
  };
  const answer = async (body: object) => {
    await pause(Math.random() * 400);
    const lot = Math.random();
    if (lot < 0.15) return { status: 503 };
    if (lot < 0.3) return { destroy: true };
    return { status: 201, body };
  };
  const toBird = await startUpstream({
    ...BEFORE_SENDS,
    [`POST ${WORKSPACE}/channels/${idOf('line')}/messages`]: (asked: Asked) => {
      const sent = asked.body as { body: { text: { text: string } }; meta?: object };
      const row = birdMessage(carryOut(sent.body.text.text), 'line', {
        meta: sent.meta,
        createdAt: new Date().toISOString(),
      });
      bird.unshift(row);
      return answer(row);
    },
    [`GET ${WORKSPACE}/channels/${idOf('line')}/messages`]: () => ({ body: { results: bird } }),
    [`GET ${WORKSPACE}/channels/${idOf('line')}/messages/*`]: ({ path }: Asked) => ({
      body: bird.find((row) => (row as { id: string }).id === path.split('/').at(-1)),
    }),
  });
  const toCourier = await startUpstream({
    ...BEFORE_SENDS,
    'GET /v1/users/': { body: { data: [] } },
    'POST /v1/messaging-messages/': (asked: Asked) => {
      const { attributes } = (asked.body as { data: { attributes: { message: string } } }).data;
      const row = message(carryOut(attributes.message), {
        ...attributes,
        'user-type': 'provider',
        'posted-time': new Date().toISOString().slice(0, 19).replace('T', ' '),
      });
      courier.unshift(row);
      return answer({ data: row });
    },
    'GET /v1/messaging-messages/': ({ params }: Asked) => pageOf(courier, params),
    'GET /v1/messaging-messages/*/': ({ path }: Asked) => ({
      body: { data: courier.find(({ id }) => id === path.split('/').at(-2)) },
    }),
  });
  return { done, bird: toBird, courier: toCourier };
};

const send = (key: string): string => {
  const channel = key.startsWith('bird')
    ? `channelId: "${globalId('BirdChannel', `${WORKSPACE_ID}/${idOf('line')}`)}" to: "+12025550100"`
    : `channelId: "${globalId('CourierChannel', idOf('channel'))}"`;
  return `mutation { sendMessage(input: { ${channel} text: "${key}" idempotencyKey: "${key}" }) { message { nativeId } } }`;
};

/** What a node says of a key: the id of its message, a code, or nothing when it was killed. */
const ask = async (node: Node, key: string): Promise<string | undefined> => {
  try {
    const { data, errors } = (await node.ask(send(key))) as {
      data?: { sendMessage?: { message?: { nativeId: string } } };
      errors?: readonly { extensions: { code: string } }[];
    };
    return errors?.[0]?.extensions.code ?? data?.sendMessage?.message?.nativeId;
  } catch {
    return undefined;
  }
};

const closeAll = (...upstreams: readonly Upstream[]) => Promise.all(upstreams.map((one) => one.close()));

/**
 * Kills one of two nodes again and again while both are asked to send under the same keys, between the call and its
 * answer as often as not, and asks on until every key that was carried out is said to be.
 */
export const killWhileSending = async (
  server: TestRedis,
  rounds: number,
  told: (round: number) => void = () => {},
): Promise<Killed> => {
  const { done, bird, courier } = await startUpstreams();
  const start = () =>
    startNode(bird.url, server.url, {
      COURIER_API_URL: courier.url,
      COURIER_TOKEN: 'token',
      DEADLINE_MS: String(DEADLINE_MS),
      BIRD_GET_RPS: '0',
      BIRD_POST_RPS: '0',
    });
  let [one, other] = await Promise.all([start(), start()]);
  const keys: string[] = [];
  const wrong = new Set<string>();
  let recovered = 0;

  try {
    for (let round = 1; round <= rounds; round += 1) {
      const own = Array.from({ length: KEYS }, (_, index) => [
        `bird ${round} ${index}`,
        `courier ${round} ${index}`,
      ]).flat();
      keys.push(...own);
      const first = own.map((key) => Promise.all([ask(one, key), ask(other, key)]));
      await pause(Math.random() * 400);
      await one.kill();
      const starting = start();
      const said = new Map<string, Set<string>>(own.map((key) => [key, new Set()]));
      const note = (key: string, answer: string | undefined): boolean => {
        if (answer === undefined || /^[A-Z_]+$/.test(answer)) return false;
        said.get(key)?.add(answer);
        return true;
      };
      const known = new Set<string>();
      for (const [index, answers] of (await Promise.all(first)).entries()) {
        const key = own[index] ?? '';
        for (const answer of answers) if (note(key, answer)) known.add(key);
      }
      // The node that was not killed lives on, and a new one takes the other's place.
      [one, other] = [other, await starting];
      const until = performance.now() + 30_000;
      for (const key of own) {
        if (!known.has(key) && done.has(key)) recovered += 1;
        for (const node of [one, other]) {
          while (!note(key, await ask(node, key)) && done.has(key)) {
            if (performance.now() > until) {
              wrong.add(key);
              break;
            }
            await pause(100);
          }
        }
        const ids = said.get(key) ?? new Set();
        const carried = done.get(key)?.map(idOf) ?? [];
        if (ids.size > 1 || [...ids].some((id) => !carried.includes(id))) wrong.add(key);
      }
      told(round);
    }
  } finally {
    await Promise.all([one.kill(), other.kill()]);
    await closeAll(bird, courier);
  }
  return {
    rounds,
    keys: keys.length,
    carriedOut: done.size,
    recovered,
    doubled: [...done].filter(([, messages]) => messages.length > 1).map(([key]) => key),
    wrong: [...wrong],
  };
};
