import { describe, expect, it } from 'vitest';
import { writeCursor } from '../../../src/stream/subscribe/cursor.ts';
import { CHANNEL_ID, idOfMessage, type Live, startLive } from '../live.ts';
import { ADDED, next, STATUS, STATUS_WITH_MESSAGE } from '../published.ts';

const GAP = { messageId: '', status: 'UNKNOWN', previous: null, via: 'GAP' };

/** Cursors that say less than is needed to go on. */
const LOST: readonly [string, (live: Live) => Promise<string>][] = [
  ['of another log', async () => writeCursor({ epoch: 'another', position: 1, within: undefined })],
  [
    'older than the log',
    async ({ stream }) => writeCursor({ epoch: stream.changes.epoch, position: 0, within: undefined }),
  ],
  [
    'ahead of a log that has lost its end',
    async ({ stream }) => writeCursor({ epoch: stream.changes.epoch, position: 99, within: undefined }),
  ],
];

describe.each(LOST)('a cursor %s', (_, cursorOf) => {
  const start = async () => {
    const live = await startLive({ messages: { one: 'sent' }, bounds: { entries: 2 } });
    for (const name of ['a', 'b', 'c']) await live.webhook(name, 'accepted');
    return live;
  };

  it('is told as a gap to who follows everything, and then all that comes', async () => {
    await using live = await start();
    const events = live.gateway.watch(STATUS, { after: await cursorOf(live) });
    const gap = await next(events);
    expect(gap).toMatchObject(GAP);
    await live.webhook('one', 'delivered');
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('one'), via: 'WEBHOOK' });
    await events.return?.();
    // The gap's own cursor goes on behind it.
    const again = live.gateway.watch(STATUS, { after: gap.cursor });
    expect(await next(again)).toMatchObject({ messageId: idOfMessage('one'), via: 'WEBHOOK' });
    await again.return?.();
  });

  it('is told as a gap to who follows every new message', async () => {
    await using live = await start();
    const events = live.gateway.watch(ADDED, { after: await cursorOf(live) });
    expect(await next(events)).toMatchObject({ messageId: '', via: 'GAP', message: null, channel: null });
    await events.return?.();
  });
});

it('names the channel that has more messages than are read', async () => {
  const messages = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`m${index}`, 'sent']));
  await using live = await startLive({ messages });
  const after = writeCursor({ epoch: 'another', position: 1, within: undefined });
  const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID], after });
  expect(await next(events)).toMatchObject({ ...GAP, messageId: CHANNEL_ID });
  for (let index = 10; index < 60; index += 1) {
    expect(await next(events)).toMatchObject({ messageId: idOfMessage(`m${index}`), via: 'RECONCILED' });
  }
  await events.return?.();
});

it('reads no message for a gap, and tells none where nothing was missed', async () => {
  await using live = await startLive({ messages: { one: 'sent' } });
  const events = live.gateway.watch(STATUS_WITH_MESSAGE);
  const first = next(events);
  await live.subscribed(1);
  await live.webhook('one', 'delivered');
  expect(await first).toMatchObject({ status: 'DELIVERED' });
  await events.return?.();
});
