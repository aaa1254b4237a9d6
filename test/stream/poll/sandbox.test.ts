import { expect, it } from 'vitest';
import { upstreamsOf } from '../../../src/config/config.ts';
import { globalId } from '../../../src/graph/ids.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { openStream, type Stream } from '../../../src/stream/stream.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { ADDED, next, STATUS } from '../published.ts';

it('asks both upstreams as they document it', async () => {
  await using sandbox = await startSandbox({ paceMs: 0 });
  const { fixtureIds } = sandbox;
  let ahead = 0;
  let opened: Stream | undefined;
  await using gateway = await startTestGateway({
    ...upstreamsOf(sandbox),
    deadlineMs: 10_000,
    stream: ({ publicUrl, services }) => {
      opened = openStream({
        dataDir: ':memory:',
        birdKeys: [],
        publicUrl,
        workspaceId: fixtureIds.birdWorkspaceId,
        warn: services.warn,
        now: () => Date.now() + ahead,
        polling: { services, birdPerSecond: 50, everyMs: 0 },
      });
      return opened;
    },
  });
  const pass = async (seconds: number) => {
    ahead += seconds * 1000;
    await opened?.poll();
  };
  const channels = [
    globalId('BirdChannel', `${fixtureIds.birdWorkspaceId}/${fixtureIds.birdSmsChannelId}`),
    globalId('CourierChannel', fixtureIds.courierChannelId),
  ];
  const send = async (channelId: string | undefined, more: object) => {
    const { body } = await gateway.ask(
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`,
      { input: { channelId, text: 'hello', ...more } },
    );
    return body.data.sendMessage.message.id;
  };
  const added = gateway.watch(ADDED, { channels });
  const first = next(added);
  while (opened?.counts.subscribers !== 1) await new Promise(setImmediate);
  const ids = [
    await send(channels[0], { to: fixtureIds.phone }),
    await send(channels[1], { individualId: fixtureIds.courierProviderId }),
  ];
  expect([await first, await next(added)].map(({ messageId, via }) => [messageId, via])).toEqual(
    ids.map((id) => [id, 'MUTATION']),
  );
  const moved = gateway.watch(STATUS, { messages: ids });
  expect([(await next(moved)).via, (await next(moved)).via]).toEqual(['SNAPSHOT', 'SNAPSHOT']);
  const told = new Map<string, string[]>();
  const reading = (async () => {
    for (;;) {
      const { messageId, status, via } = await next(moved);
      told.set(messageId, [...(told.get(messageId) ?? []), `${status} ${via}`]);
      if (ids.every((id) => /READ|DELIVERED/.test(told.get(id)?.at(-1) ?? ''))) return;
    }
  })();
  for (let round = 0; round < 12; round += 1) {
    await sandbox.step();
    await pass(20);
  }
  await reading;
  expect([...told.values()].flat().every((step) => step.endsWith('POLL'))).toBe(true);
  expect(sandbox.asked.some(({ url }) => url.includes('startAt=20'))).toBe(true);
  expect(sandbox.asked.some(({ url }) => url.includes('cmp-last-modified-time'))).toBe(true);
  await added.return?.();
  await moved.return?.();
});
