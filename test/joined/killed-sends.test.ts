import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { startNode } from '../stream/nodes.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { type Asked, startUpstream } from '../support/upstream.ts';
import { BEFORE_SENDS, isPost } from './before-sends.ts';
import { birdMessage, WORKSPACE } from './bird.ts';
import { killWhileSending } from './killed-sends.ts';

/** `KILLS=100 npx vitest run test/joined/killed-sends.test.ts` takes some minutes. */
const ROUNDS = Number(process.env.KILLS ?? 2);

describeWithRedis('two nodes that are killed between a call and its answer', () => {
  it(
    'send nothing twice, and find out what was sent',
    async () => {
      await using server = await startRedis();
      const killed = await killWhileSending(server, ROUNDS, (round) => {
        if (process.env.KILLS) console.log(`${round} of ${ROUNDS} kills`);
      });
      if (process.env.KILLS) console.log(killed);
      expect(killed).toMatchObject({ rounds: ROUNDS, doubled: [], wrong: [] });
      expect(killed.carriedOut).toBeGreaterThan(0);
    },
    120_000 + ROUNDS * 60_000,
  );
});

it('one node that is killed in the middle of a send finds its message when it is started again', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeon-killed-'));
  const line = `${WORKSPACE}/channels/${idOf('line')}/messages`;
  let taken: object | undefined;
  await using bird = await startUpstream({
    ...BEFORE_SENDS,
    [`POST ${line}`]: ({ body }: Asked) => {
      const { meta } = body as { meta?: object };
      taken = birdMessage('sent', 'line', { meta, createdAt: new Date().toISOString() });
      return { until: new Promise(() => {}) };
    },
    [`GET ${line}`]: () => ({ body: { results: [taken] } }),
    [`GET ${line}/*`]: () => ({ body: taken }),
  });
  const start = () => startNode(bird.url, '', { DATA_DIR: dataDir, DEADLINE_MS: '60000' });
  const channel = globalId('BirdChannel', `${WORKSPACE_ID}/${idOf('line')}`);
  const send = `mutation { sendMessage(input: {
    channelId: "${channel}" to: "+12025550100" text: "Hello" idempotencyKey: "k"
  }) { message { nativeId } } }`;
  await using first = await start();
  const lost = first.ask(send).catch(() => 'killed');
  await vi.waitFor(() => expect(taken).toBeDefined(), { timeout: 10_000 });
  await first.kill();
  expect(await lost).toBe('killed');
  await using again = await start();
  expect(await again.ask(send)).toEqual({ data: { sendMessage: { message: { nativeId: idOf('sent') } } } });
  expect(bird.asked.filter(isPost)).toHaveLength(1);
  await again.kill();
  await rm(dataDir, { recursive: true });
}, 60_000);
