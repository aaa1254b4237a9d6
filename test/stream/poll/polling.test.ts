import { describe, expect, it, vi } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import { PubSub } from '../../../src/stream/deliver/pub-sub.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { StatusLog } from '../../../src/stream/log/status-log.ts';
import { openPolling, type PollingOptions } from '../../../src/stream/poll/polling.ts';
import type { WatchSet } from '../../../src/stream/poll/watched.ts';
import { idOf } from '../../support/ids.ts';
import { ROOMY } from '../changes.ts';
import { ADDED, next, STATUS } from '../published.ts';
import { birdId, CHANNEL_ID, COURIER_CHANNEL_ID, type Order, startPolled } from './polled.ts';

const BULK = (...names: string[]) =>
  `GET /messages?${names.map((name) => `id=${name}&`).join('')}startAt=1970-01-01T00:00:00.000Z&limit=${names.length}`;

/** What a webhook would have written. */
const webhook = (name: string, status: 'SENT' | 'DELIVERED' | 'PROCESSING', added = false) => ({
  messageId: birdId(name),
  channelId: CHANNEL_ID,
  added,
  status,
  nativeStatus: status.toLowerCase(),
  occurredAt: Date.parse('2026-01-01T12:00:00Z'),
  via: 'WEBHOOK' as const,
  audience: 'service',
});

/** Follows, and does nothing about it. */
const NOBODY = { announce: () => {}, lose: () => {}, end: () => {} };

describe('polling Bird', () => {
  it.each([-1, 1])('goes on as before when the clock is set %i year away', async (years) => {
    await using live = await startPolled({ bird: { one: 'accepted' } });
    const events = live.gateway.watch(STATUS, { messages: [birdId('one')] });
    expect(await next(events)).toMatchObject({ via: 'SNAPSHOT' });
    const told = next(events);
    await live.subscribed(1);
    await live.pass(5);
    live.setClock(years * 365 * 24 * 3600_000);
    live.calls();
    await live.pass(5);
    expect(live.calls()).toEqual([]);
    live.setBird('one', 'sent');
    await live.pass(5);
    expect(live.calls()).toHaveLength(1);
    expect(await told).toMatchObject({ status: 'SENT', via: 'POLL' });
    await events.return?.();
  });

  it('tells by polls what no webhook tells, in bulk', async () => {
    await using live = await startPolled({ bird: { one: 'accepted', two: 'accepted', done: 'delivered' } });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two', 'done'].map(birdId) });
    for (let count = 0; count < 3; count += 1) expect(await next(events)).toMatchObject({ via: 'SNAPSHOT' });
    const told = next(events);
    await live.subscribed(1);
    live.calls();
    await live.pass(10);
    expect(live.calls()).toEqual([]);
    live.setBird('one', 'sent');
    await live.pass(5);
    expect(live.calls()).toEqual([BULK('one', 'two')]);
    expect(await told).toMatchObject({
      messageId: birdId('one'),
      status: 'SENT',
      nativeStatus: 'sent',
      occurredAt: '2026-01-01T12:00:10.000Z',
      via: 'POLL',
    });
    live.setBird('one', 'delivered');
    live.setBird('two', 'delivery_failed');
    await live.pass(30);
    expect(await next(events)).toMatchObject({
      messageId: birdId('one'),
      status: 'DELIVERED',
      previous: 'SENT',
    });
    expect(await next(events)).toMatchObject({ messageId: birdId('two'), status: 'FAILED', via: 'POLL' });
    live.calls();
    await live.pass(600);
    expect(live.calls()).toEqual([]);
    await events.return?.();
  });

  it('asks less and less often about what stands still', async () => {
    await using live = await startPolled({ bird: { one: 'sent', two: 'sent' } });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two'].map(birdId) });
    await next(events);
    await live.subscribed(1);
    live.calls();
    const polledAt: number[] = [];
    for (let seconds = 5; seconds <= 1500; seconds += 5) {
      await live.pass(5);
      if (live.calls().length > 0) polledAt.push(seconds);
    }
    expect(polledAt).toEqual([15, 45, 105, 225, 465, 765, 1065, 1365]);
    await events.return?.();
  });

  it('asks a hundred messages a call', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `m${index}`);
    await using live = await startPolled({ bird: Object.fromEntries(names.map((name) => [name, 'sent'])) });
    const events = live.gateway.watch(STATUS, { messages: names.map(birdId) });
    await next(events);
    await live.subscribed(1);
    live.calls();
    await live.pass(15);
    const calls = live.calls();
    expect(calls.map((call) => call.match(/id=/g)?.length)).toEqual([100, 100, 50]);
    await events.return?.();
  });

  it('asks once for many who watch, and nothing when nobody does', async () => {
    await using live = await startPolled({ bird: { one: 'sent', two: 'sent' } });
    const all = Array.from({ length: 20 }, () =>
      live.gateway.watch(STATUS, { messages: ['one', 'two'].map(birdId) }),
    );
    await Promise.all(all.map(next));
    await live.subscribed(20);
    live.calls();
    await live.pass(15);
    expect(live.calls()).toEqual([BULK('one', 'two')]);
    live.setBird('one', 'delivered');
    const told = all.map(async (events) => {
      await next(events);
      return next(events);
    });
    await live.pass(30);
    for (const event of await Promise.all(told))
      expect(event).toMatchObject({ status: 'DELIVERED', via: 'POLL' });
    await Promise.all(all.map((events) => events.return?.()));
    await live.subscribed(0);
    live.calls();
    await live.pass(900);
    expect(live.calls()).toEqual([]);
  });

  it('asks nothing for who names nothing', async () => {
    await using live = await startPolled({ bird: { one: 'sent' } });
    const events = live.gateway.watch(STATUS);
    const told = next(events);
    await live.subscribed(1);
    await live.stream.changes.record([webhook('one', 'SENT')]);
    expect(await told).toMatchObject({ status: 'SENT' });
    await live.pass(900);
    expect(live.calls()).toEqual([]);
    await events.return?.();
  });

  it('leaves alone what webhooks move', async () => {
    await using live = await startPolled({ bird: { one: 'accepted', two: 'accepted' } });
    const moved = live.gateway.watch(STATUS, {
      messages: ['one', 'two'].map(birdId),
      channels: [CHANNEL_ID],
    });
    await next(moved);
    await live.subscribed(1);
    live.calls();
    await live.pass(10);
    await live.stream.changes.record([webhook('one', 'PROCESSING'), webhook('two', 'PROCESSING')]);
    await live.pass(10);
    await live.stream.changes.record([webhook('one', 'SENT'), webhook('two', 'SENT')]);
    await live.pass(10);
    expect(live.calls()).toEqual([]);
    await live.stream.changes.record([webhook('one', 'DELIVERED'), webhook('two', 'DELIVERED')]);
    await live.pass(10);
    expect(live.calls()).toEqual([]);
    // Only the channel, in which something new may come, is still asked about.
    await live.pass(10);
    expect(live.calls()).toEqual(['GET /channel/messages?startAt=1970-01-01T00:00:00.000Z&limit=99']);
    await moved.return?.();
  });

  it('finds new messages of a channel, and follows those that move', async () => {
    await using live = await startPolled({ bird: { old: 'delivered', waits: 'sent' } });
    const added = live.gateway.watch(ADDED, { channels: [CHANNEL_ID] });
    const first = next(added);
    await live.subscribed(1);
    live.calls();
    await live.pass(5);
    live.setBird('new', 'accepted');
    await live.pass(10);
    expect(live.calls()[0]).toBe('GET /channel/messages?startAt=1970-01-01T00:00:00.000Z&limit=99');
    expect(await first).toMatchObject({ messageId: birdId('new'), via: 'POLL', message: { text: 'new' } });
    const moved = live.gateway.watch(STATUS, { channels: [CHANNEL_ID] });
    const snapshot = [await next(moved), await next(moved)];
    expect(snapshot).toMatchObject([{ messageId: birdId('waits') }, { messageId: birdId('new') }]);
    const told = next(moved);
    await live.subscribed(2);
    live.calls();
    live.setBird('waits', 'delivered');
    live.setBird('newer', 'accepted');
    await live.pass(15);
    expect(await next(added)).toMatchObject({ messageId: birdId('newer') });
    expect(await told).toMatchObject({ messageId: birdId('newer'), status: 'ACCEPTED' });
    await live.pass(30);
    expect(await next(moved)).toMatchObject({ messageId: birdId('waits'), status: 'DELIVERED', via: 'POLL' });
    // From the newest one known, and a minute before.
    expect(live.calls().find((call) => call.includes('startAt=2026'))).toBe(
      'GET /channel/messages?startAt=2026-01-01T11:59:04.999Z&limit=1000',
    );
    await added.return?.();
    await moved.return?.();
  });

  it('asks by itself for what the list does not show', async () => {
    await using live = await startPolled({ bird: { one: 'sent', two: 'sent' } });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two'].map(birdId) });
    await next(events);
    await live.subscribed(1);
    live.bird.answers({
      [`GET /workspaces/${idOf('workspace')}/channels/messages`]: { body: { results: [] } },
    });
    live.calls();
    await live.pass(15);
    await live.pass(30);
    expect(live.calls()).toEqual([
      BULK('one', 'two'),
      'GET /channel/messages/one',
      'GET /channel/messages/two',
    ]);
    await events.return?.();
  });
});

describe('polling courier', () => {
  const id = (name: string) => globalId('CourierMessage', idOf(name));
  const LIST = 'GET /v1/messaging-messages/?channel-id=courier channel&';

  it('reads a channel’s changes with receipts', async () => {
    await using live = await startPolled({ courier: ['one', 'two'] });
    const events = live.gateway.watch(STATUS, { channels: [COURIER_CHANNEL_ID] });
    expect(await next(events)).toMatchObject({ messageId: id('one'), status: 'SENT', via: 'SNAPSHOT' });
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    live.calls();
    live.setCourier('one', ['author', 'somebody']);
    await live.pass(15);
    expect(await told).toMatchObject({ messageId: id('one'), status: 'READ', via: 'POLL' });
    live.setCourier('new');
    await live.pass(15);
    expect(await next(events)).toMatchObject({ messageId: id('new'), status: 'SENT' });
    // A receipt that courier does not count as a change of the message.
    live.setCourier('two', ['somebody'], 'quietly');
    await live.pass(15);
    expect(await next(events)).toMatchObject({ messageId: id('two'), status: 'READ' });
    expect(live.calls()).toEqual([
      `${LIST}include-read-receipts=true&page[limit]=100&page[offset]=0`,
      // From the last change of the one that waits for a reader.
      ...Array(2).fill(
        `${LIST}filter[cmp-last-modified-time]=>=2026-01-01T11:00:01.000Z&include-read-receipts=true&page[limit]=1000&page[offset]=0`,
      ),
    ]);
    await events.return?.();
  });

  it('reads the list of their channel for messages that are named', async () => {
    await using live = await startPolled({ courier: ['one', 'two', 'three'] });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two'].map(id) });
    await next(events);
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    live.calls();
    live.setCourier('two', ['somebody'], 'quietly');
    live.setCourier('three', ['somebody']);
    await live.pass(15);
    expect(await told).toMatchObject({ messageId: id('two'), status: 'READ', via: 'POLL' });
    expect(live.calls()).toEqual([
      `${LIST}filter[cmp-last-modified-time]=>=2026-01-01T11:00:00.000Z&include-read-receipts=true&page[limit]=1000&page[offset]=0`,
    ]);
    await events.return?.();
  });

  it('asks for texts and emails by id', async () => {
    await using live = await startPolled({ texts: { text: 'queued', email: 'pending' } });
    const ids = [globalId('CourierText', idOf('text')), globalId('CourierEmail', idOf('email'))];
    const events = live.gateway.watch(STATUS, { messages: ids });
    await next(events);
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    live.calls();
    live.setCourier('text', ['delivered']);
    await live.pass(15);
    expect(live.calls()).toEqual(['GET /v1/texts/text/', 'GET /v1/user-emails/email/']);
    expect(await told).toMatchObject({ messageId: ids[0], status: 'DELIVERED', via: 'POLL' });
    await live.pass(30);
    expect(live.calls()).toEqual(['GET /v1/user-emails/email/']);
    await events.return?.();
  });

  it('is left out where callers bring their own credential', async () => {
    await using live = await startPolled({ courier: ['one'], courierForwards: true });
    const events = live.gateway.watch(
      STATUS,
      { messages: [id('one')], channels: [COURIER_CHANNEL_ID] },
      { payload: { 'x-courier-authorization': 'Bearer mine' } },
    );
    await next(events);
    await live.subscribed(1);
    live.calls();
    await live.pass(300);
    expect(live.calls()).toEqual([]);
    await events.return?.();
  });
});

describe.each<Order>(['newest first', 'oldest first', 'in no order'])(
  'a courier that keeps finer times than it shows and lists messages %s',
  (order) => {
    const id = (name: string) => globalId('CourierMessage', idOf(name));

    it('has new messages told, and none that was there in the second in which it began', async () => {
      await using live = await startPolled({ courier: ['old'], order });
      live.setCourier('before');
      const added = live.gateway.watch(ADDED, { channels: [COURIER_CHANNEL_ID] });
      const first = next(added);
      await live.subscribed(1);
      // Made in the same second, as far as courier shows.
      live.setCourier('after');
      await live.pass(15);
      expect(await first).toMatchObject({ messageId: id('after'), via: 'POLL' });
      live.setCourier('later');
      await live.pass(60);
      expect(await next(added)).toMatchObject({ messageId: id('later') });
      await added.return?.();
    });

    it('has nothing told to one subscriber that came before it and after another one', async () => {
      await using live = await startPolled({ order });
      const early = live.gateway.watch(ADDED, { channels: [COURIER_CHANNEL_ID] });
      const told = next(early);
      await live.subscribed(1);
      await live.pass(5);
      live.setCourier('between');
      await live.pass(5);
      const late = live.gateway.watch(ADDED, { channels: [COURIER_CHANNEL_ID] });
      const toldLate = next(late);
      await live.subscribed(2);
      await live.pass(5);
      expect(await told).toMatchObject({ messageId: id('between') });
      live.setCourier('new');
      await live.pass(60);
      expect(await next(early)).toMatchObject({ messageId: id('new') });
      expect(await toldLate).toMatchObject({ messageId: id('new') });
      await early.return?.();
      await late.return?.();
    });

    it('has the newest 50 messages of a channel in a snapshot, and their changes told', async () => {
      const names = Array.from({ length: 230 }, (_, index) => `m${index}`);
      await using live = await startPolled({ courier: names, order });
      const events = live.gateway.watch(STATUS, { channels: [COURIER_CHANNEL_ID] });
      const snapshot: string[] = [];
      for (let count = 0; count < 50; count += 1) snapshot.push((await next(events)).messageId);
      expect(snapshot).toEqual(names.slice(180).map(id));
      const told = next(events);
      await live.subscribed(1);
      live.setCourier('m181', ['somebody']);
      await live.pass(60);
      expect(await told).toMatchObject({ messageId: id('m181'), status: 'READ', previous: 'SENT' });
      await events.return?.();
    });

    it('has a message told that is removed and comes back', async () => {
      await using live = await startPolled({ courier: ['one', 'two'], order });
      const channel = live.gateway.watch(STATUS, { channels: [COURIER_CHANNEL_ID] });
      const named = live.gateway.watch(STATUS, { messages: [id('one')] });
      for (const events of [channel, channel, named])
        expect(await next(events)).toMatchObject({ status: 'SENT' });
      const gone = [next(channel), next(named)];
      await live.subscribed(2);
      live.remove('one', true);
      await live.pass(60);
      for (const event of gone) {
        expect(await event).toMatchObject({
          messageId: id('one'),
          channelId: COURIER_CHANNEL_ID,
          status: 'DELETED',
          previous: 'SENT',
          via: 'POLL',
        });
      }
      const status = `{ message(id: "${id('one')}") { status } }`;
      expect((await live.gateway.ask(status)).body.data.message).toEqual({ status: 'DELETED' });
      const back = [next(channel), next(named)];
      live.setCourier('one', ['somebody']);
      live.remove('one', false);
      await live.pass(120);
      for (const event of back) {
        expect(await event).toMatchObject({ messageId: id('one'), status: 'READ', previous: 'DELETED' });
      }
      expect((await live.gateway.ask(status)).body.data.message).toEqual({ status: 'READ' });
      await channel.return?.();
      await named.return?.();
    });

    it('has a named message told that was removed although nobody watches its channel', async () => {
      await using live = await startPolled({ courier: ['one'], order });
      const events = live.gateway.watch(STATUS, { messages: [id('one')] });
      await next(events);
      const gone = next(events);
      await live.subscribed(1);
      live.remove('one', true);
      await live.pass(60);
      expect(await gone).toMatchObject({ status: 'DELETED', previous: 'SENT' });
      const back = next(events);
      live.remove('one', false);
      await live.pass(300);
      expect(await back).toMatchObject({ status: 'SENT', previous: 'DELETED' });
      await events.return?.();
    });
  },
);

describe('polling', () => {
  it('rests while an upstream fails, ends nothing by it, and recovers', async () => {
    const warn = vi.fn();
    await using live = await startPolled({ bird: { one: 'sent', two: 'sent' }, warn });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two'].map(birdId) });
    await next(events);
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    live.calls();
    live.fail(500);
    await live.pass(15);
    expect(live.calls()).toHaveLength(1);
    await live.pass(600);
    expect(live.calls().length).toBeLessThan(6);
    expect(warn).toHaveBeenCalledOnce();
    live.fail(undefined);
    live.setBird('one', 'delivered');
    await live.pass(300);
    expect(await told).toMatchObject({ messageId: birdId('one'), status: 'DELIVERED', via: 'POLL' });
    await events.return?.();
  });

  it('asks courier while Bird fails', async () => {
    await using live = await startPolled({ bird: { one: 'sent' }, courier: ['two'] });
    const id = globalId('CourierMessage', idOf('two'));
    const events = live.gateway.watch(STATUS, { messages: [birdId('one'), id] });
    await next(events);
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    live.bird.answers({
      [`GET /workspaces/${idOf('workspace')}/channels/${idOf('channel')}/messages/*`]: { destroy: true },
    });
    live.setCourier('two', ['somebody']);
    await live.pass(15);
    expect(await told).toMatchObject({ messageId: id, status: 'READ' });
    await events.return?.();
  });

  it('goes on with the rest when one thing is refused', async () => {
    await using live = await startPolled({ bird: { one: 'sent', two: 'sent' } });
    const events = live.gateway.watch(STATUS, { messages: ['one', 'two'].map(birdId) });
    await next(events);
    await next(events);
    const told = next(events);
    await live.subscribed(1);
    const base = `GET /workspaces/${idOf('workspace')}/channels`;
    live.bird.answers({
      [`${base}/messages`]: { status: 422, body: {} },
      [`${base}/${idOf('channel')}/messages/${idOf('one')}`]: { status: 403, body: {} },
    });
    live.setBird('two', 'delivered');
    await live.pass(60);
    expect(await told).toMatchObject({ messageId: birdId('two'), status: 'DELIVERED' });
    await events.return?.();
  });

  it('takes a tenth of Bird’s quota at the most', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `m${index}`);
    await using live = await startPolled({
      bird: Object.fromEntries(names.map((name) => [name, 'sent'])),
      birdPerSecond: 10,
    });
    live.bird.answers({
      [`GET /workspaces/${idOf('workspace')}/channels/messages`]: { body: { results: [] } },
    });
    const events = live.gateway.watch(STATUS, { messages: names.map(birdId) });
    await next(events);
    await live.subscribed(1);
    live.calls();
    await live.pass(10);
    const calls: number[] = [];
    for (let round = 0; round < 24; round += 1) {
      await live.pass(5);
      calls.push(live.calls().length);
    }
    // One a second is five a round.
    expect(Math.max(...calls)).toBe(5);
    expect(calls.reduce((sum, count) => sum + count)).toBeGreaterThan(60);
    await events.return?.();
  });

  it('is done by one node for what all of them watch', async () => {
    let leads = false;
    const elsewhere = birdId('two');
    const said: WatchSet[] = [];
    await using live = await startPolled({
      bird: { one: 'sent', two: 'sent' },
      watched: {
        announce: async (watch) => void said.push(watch),
        all: async () => ({ messages: new Set([birdId('one'), elsewhere]), channels: new Set() }),
        leads: async () => leads,
        close: async () => {},
      },
    });
    const events = live.gateway.watch(STATUS, { messages: [birdId('one')], channels: [CHANNEL_ID] });
    await next(events);
    await live.subscribed(1);
    live.calls();
    await live.pass(60);
    expect(live.calls()).toEqual([]);
    expect(said.at(-1)).toEqual({ messages: new Set([birdId('one')]), channels: new Set([CHANNEL_ID]) });
    leads = true;
    await live.pass(5);
    expect(live.calls()).toEqual([BULK('one', 'two')]);
    await events.return?.();
    await live.subscribed(0);
    await live.pass(5);
    expect(said.at(-1)).toEqual({ messages: new Set(), channels: new Set() });
  });

  it('has no timer while nobody watches', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const log = openSqliteLog({ dataDir: ':memory:', bounds: ROOMY });
      const pubSub = new PubSub();
      const services = { bird: undefined, courier: undefined } as unknown as PollingOptions['services'];
      const statusLog = new StatusLog(log, pubSub);
      const poller = openPolling({
        services,
        log,
        pubSub,
        statusLog,
        birdPerSecond: 0,
        now: () => 0,
        elapsed: () => 0,
      });
      pubSub.open(undefined, NOBODY);
      expect(vi.getTimerCount()).toBe(0);
      const close = pubSub.open({ messages: new Set([birdId('one')]), channels: new Set() }, NOBODY);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(vi.getTimerCount()).toBe(1);
      close();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(vi.getTimerCount()).toBe(0);
      pubSub.open({ messages: new Set([birdId('one')]), channels: new Set() }, NOBODY);
      expect(vi.getTimerCount()).toBe(1);
      await poller.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
