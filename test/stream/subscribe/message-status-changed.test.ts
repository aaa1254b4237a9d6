import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from '../../../src/stream/subscribe/cursor.ts';
import { idOf } from '../../support/ids.ts';
import { CHANNEL, CHANNEL_ID, idOfMessage, startLive } from '../live.ts';
import {
  errorsOf,
  next,
  nextStatuses,
  type Result,
  STATUS,
  STATUS_WITH_MESSAGE,
  STATUS_WITH_PREVIOUS,
} from '../published.ts';

describe('messageStatusChanged', () => {
  it('tells how a named message stands, then every step', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watch(STATUS, { messages: [idOfMessage('one')] });
    expect(await next(events)).toMatchObject({
      messageId: idOfMessage('one'),
      status: 'SENT',
      previous: null,
      nativeStatus: 'sent',
      occurredAt: '2025-01-01T00:00:00.000Z',
      via: 'SNAPSHOT',
    });
    await live.webhook('one', 'delivered');
    expect(await next(events)).toMatchObject({
      status: 'DELIVERED',
      nativeStatus: 'delivered',
      occurredAt: '2025-01-02T00:00:00.000Z',
      via: 'WEBHOOK',
    });
    await events.return?.();
  });

  it('does so over server-sent events, with the cursor as their id', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watchSse(STATUS, { messages: [idOfMessage('one')] });
    const first = (await events.next()).value;
    expect(first?.id).toBe(first?.data.data.messageStatusChanged.cursor);
    await live.webhook('one', 'delivered');
    const second = (await events.next()).value;
    expect(second?.data.data.messageStatusChanged).toMatchObject({ status: 'DELIVERED', via: 'WEBHOOK' });
    await events.return(undefined);
    await live.subscribed(0);
    await live.webhook('one', 'deleted');
    const headers = { 'last-event-id': second?.id ?? '' };
    const again = live.gateway.watchSse(
      STATUS,
      { messages: [idOfMessage('one')], after: first?.id },
      { headers },
    );
    expect(await next(again)).toMatchObject({ status: 'DELETED', previous: 'DELIVERED', via: 'WEBHOOK' });
    await again.return(undefined);
  });

  it('tells of a named channel the newest that still move, oldest first', async () => {
    await using live = await startLive({
      messages: { one: 'sent', two: 'delivered', three: 'accepted', four: 'sending_failed' },
    });
    const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID] });
    expect(await nextStatuses(events, 2, ['one', 'two', 'three', 'four'])).toEqual([
      'one SENT SNAPSHOT',
      'three ACCEPTED SNAPSHOT',
    ]);
    await live.webhook('two', 'deleted');
    await live.webhook('five', 'accepted');
    expect(await nextStatuses(events, 2, ['two', 'five'])).toEqual([
      'two DELETED WEBHOOK',
      'five ACCEPTED WEBHOOK',
    ]);
    await events.return?.();
  });

  it('unites messages and channels, by global and by native id', async () => {
    await using live = await startLive({ messages: { one: 'sent', two: 'sent' } });
    const events = live.gateway.watch(STATUS, { messages: [idOf('two')], channels: [CHANNEL] });
    expect((await nextStatuses(events, 2, ['one', 'two'])).sort()).toEqual([
      'one SENT SNAPSHOT',
      'two SENT SNAPSHOT',
    ]);
    await live.webhook('two', 'delivered');
    await live.webhook('one', 'delivered');
    expect(await nextStatuses(events, 2, ['one', 'two'])).toEqual([
      'two DELIVERED WEBHOOK',
      'one DELIVERED WEBHOOK',
    ]);
    await events.return?.();
  });

  it('tells everything when nothing is named, with no snapshot and no call', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watch(STATUS);
    const first = next(events);
    await live.subscribed(1);
    await live.webhook('one', 'delivered');
    expect(await first).toMatchObject({ messageId: idOfMessage('one'), status: 'DELIVERED', previous: null });
    expect(live.bird.upstream.calls()).toEqual([]);
    await events.return?.();
  });

  it('loses nothing that happens while the snapshot is read', async () => {
    await using live = await startLive({ messages: { one: 'sent', two: 'delivered', three: 'sent' } });
    const held = Promise.withResolvers<void>();
    const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID] });
    live.bird.hold(held.promise);
    const first = next(events);
    while (live.bird.upstream.calls().length === 0) await new Promise(setImmediate);
    await live.webhook('one', 'delivered');
    await live.webhook('two', 'deleted');
    await live.webhook('new', 'accepted');
    held.resolve();
    const told = [await first, await next(events), await next(events), await next(events)];
    const statuses = told.map(({ messageId, status }) => [messageId, status]);
    expect(statuses.slice(0, 3)).toEqual([
      [idOfMessage('one'), 'DELIVERED'],
      [idOfMessage('two'), 'DELETED'],
      [idOfMessage('new'), 'ACCEPTED'],
    ]);
    expect(statuses[3]).toEqual([idOfMessage('three'), 'SENT']);
    await live.webhook('one', 'deleted');
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('one'), status: 'DELETED' });
    await events.return?.();
  });

  it('takes no step back when the webhook is later than what REST said, nor after a resume', async () => {
    await using live = await startLive({ messages: { one: 'delivered' } });
    const variables = { messages: [idOfMessage('one')] };
    const events = live.gateway.watch(STATUS, variables);
    const { status, cursor } = await next(events);
    expect(status).toBe('DELIVERED');
    await live.webhook('one', 'sent');
    await live.webhook('one', 'delivered');
    await live.webhook('one', 'deleted');
    expect(await next(events)).toMatchObject({ status: 'DELETED' });
    await events.return?.();
    const again = live.gateway.watch(STATUS, { ...variables, after: cursor });
    expect(await nextStatuses(again, 2, ['one'])).toEqual(['one DELIVERED WEBHOOK', 'one DELETED WEBHOOK']);
    await again.return?.();
  });

  it('says what this subscriber was told before, whatever others were told', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const variables = { messages: [idOfMessage('one')] };
    const snapshot = { status: 'SENT', previous: null, via: 'SNAPSHOT', channelId: CHANNEL_ID };
    const early = live.gateway.watch(STATUS, variables);
    expect(await next(early)).toMatchObject(snapshot);
    await live.webhook('one', 'delivered');
    const delivered = await next(early);
    expect(delivered).toMatchObject({ status: 'DELIVERED', previous: 'SENT', channelId: CHANNEL_ID });
    const late = live.gateway.watch(STATUS, variables);
    expect(await next(late)).toMatchObject({ status: 'DELIVERED', previous: null, via: 'SNAPSHOT' });
    const any = live.gateway.watch(STATUS);
    const first = next(any);
    await live.subscribed(3);
    await live.webhook('one', 'deleted');
    expect(await next(early)).toMatchObject({ status: 'DELETED', previous: 'DELIVERED' });
    expect(await next(late)).toMatchObject({ status: 'DELETED', previous: 'DELIVERED' });
    // It was told nothing of the message yet.
    expect(await first).toMatchObject({ status: 'DELETED', previous: null });
    const resumed = live.gateway.watch(STATUS, { ...variables, after: delivered.cursor });
    expect(await next(resumed)).toMatchObject({ status: 'DELETED', previous: 'DELIVERED' });
    for (const events of [early, late, any, resumed]) await events.return?.();
  });

  it('says to who comes back what the snapshot told', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const variables = { messages: [idOfMessage('one')] };
    const events = live.gateway.watch(STATUS, variables);
    const { cursor } = await next(events);
    await events.return?.();
    await live.webhook('one', 'delivered');
    const again = live.gateway.watch(STATUS, { ...variables, after: cursor });
    expect(await next(again)).toMatchObject({ status: 'DELIVERED', previous: 'SENT' });
    await again.return?.();
  });

  it('executes once for all who were told the same before, and once more for others', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const variables = { messages: [idOfMessage('one')] };
    const first = live.gateway.watch(STATUS_WITH_PREVIOUS, variables);
    const second = live.gateway.watch(STATUS_WITH_PREVIOUS, variables);
    for (const events of [first, second]) await next(events);
    live.bird.set('one', 'processing');
    await live.subscribed(2);
    live.bird.reads();
    await live.webhook('one', 'delivered');
    for (const events of [first, second]) {
      expect(await next(events)).toMatchObject({ status: 'DELIVERED', previous: 'SENT' });
    }
    expect(live.bird.reads()).toHaveLength(1);
    for (const events of [first, second]) await events.return?.();
  });

  it('tells everything since a cursor, then what comes, without a call', async () => {
    await using live = await startLive({ messages: { one: 'accepted' } });
    const variables = { messages: [idOfMessage('one')] };
    const events = live.gateway.watch(STATUS, variables);
    await next(events);
    await live.webhook('one', 'processing');
    const { cursor } = await next(events);
    await events.return?.();
    await live.webhook('one', 'sent');
    await live.webhook('other', 'sent');
    await live.webhook('one', 'delivered');
    live.bird.reads();
    const again = live.gateway.watch(STATUS, { ...variables, after: cursor });
    expect(await nextStatuses(again, 2, ['one'])).toEqual(['one SENT WEBHOOK', 'one DELIVERED WEBHOOK']);
    await live.webhook('one', 'deleted');
    expect(await nextStatuses(again, 1, ['one'])).toEqual(['one DELETED WEBHOOK']);
    expect(live.bird.reads()).toEqual([]);
    await again.return?.();
  });

  it('resumes while the upstream is down', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID] });
    const { cursor } = await next(events);
    await events.return?.();
    await live.webhook('one', 'delivered');
    live.bird.fail(500);
    const again = live.gateway.watch(STATUS, { channels: [CHANNEL_ID], after: cursor });
    expect(await nextStatuses(again, 1, ['one'])).toEqual(['one DELIVERED WEBHOOK']);
    await again.return?.();
  });

  it('begins the snapshot again for who saw only a part, with all that happened since', async () => {
    await using live = await startLive({ messages: { one: 'sent', two: 'sent' } });
    const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID] });
    const { cursor } = await next(events);
    expect(readCursor(cursor).within).toBe('SNAPSHOT');
    await events.return?.();
    live.bird.set('two', 'delivered');
    await live.webhook('two', 'delivered');
    const again = live.gateway.watch(STATUS, { channels: [CHANNEL_ID], after: cursor });
    expect(await nextStatuses(again, 2, ['one', 'two'])).toEqual([
      'two DELIVERED WEBHOOK',
      'one SENT SNAPSHOT',
    ]);
    await again.return?.();
  });

  it('tells how things stand in place of what another log held, finals too', async () => {
    await using live = await startLive({ messages: { one: 'sent', two: 'delivered' } });
    const after = writeCursor({ epoch: 'another', position: 7, within: undefined });
    const events = live.gateway.watch(STATUS, { channels: [CHANNEL_ID], after });
    expect(await nextStatuses(events, 2, ['one', 'two'])).toEqual([
      'one SENT RECONCILED',
      'two DELIVERED RECONCILED',
    ]);
    await live.webhook('one', 'delivered');
    expect(await nextStatuses(events, 1, ['one'])).toEqual(['one DELIVERED WEBHOOK']);
    await events.return?.();
  });

  it('tells how things stand where the log does not reach back', async () => {
    await using live = await startLive({ messages: { one: 'sent' }, bounds: { entries: 1 } });
    const variables = { messages: [idOfMessage('one')] };
    const events = live.gateway.watch(STATUS, variables);
    const { cursor } = await next(events);
    await events.return?.();
    live.bird.set('one', 'delivered');
    for (const name of ['one', 'two', 'three']) await live.webhook(name, 'delivered');
    const again = live.gateway.watch(STATUS, { ...variables, after: cursor });
    expect(await nextStatuses(again, 1, ['one'])).toEqual(['one DELIVERED RECONCILED']);
    await again.return?.();
  });

  it('keeps READ although REST still says delivered', async () => {
    await using live = await startLive({ messages: { one: 'delivered' } });
    await live.stream.changes.record([
      {
        messageId: idOfMessage('one'),
        channelId: CHANNEL_ID,
        added: false,
        status: 'READ',
        nativeStatus: 'read',
        occurredAt: 0,
        via: 'WEBHOOK',
        audience: 'service',
      },
    ]);
    const events = live.gateway.watch(STATUS, { messages: [idOfMessage('one')] });
    expect(await next(events)).toMatchObject({ status: 'READ', nativeStatus: 'read', via: 'SNAPSHOT' });
    await events.return?.();
  });

  it('reads the message anew for every event', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watch(STATUS_WITH_MESSAGE, { messages: [idOfMessage('one')] });
    const message = { nativeId: idOf('one'), channel: { name: 'Line' } };
    expect(await next(events)).toEqual({ status: 'SENT', message: { ...message, status: 'SENT' } });
    live.bird.reads();
    await live.webhook('one', 'delivered');
    expect(await next(events)).toEqual({ status: 'DELIVERED', message: { ...message, status: 'DELIVERED' } });
    await live.webhook('one', 'deleted');
    expect(await next(events)).toEqual({ status: 'DELETED', message: { ...message, status: 'DELETED' } });
    expect(live.bird.reads()).toHaveLength(2);
    await events.return?.();
  });

  it('tells the status although the message cannot be read', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const events = live.gateway.watch(STATUS_WITH_MESSAGE, { messages: [idOfMessage('one')] });
    await next(events);
    live.bird.fail(500);
    await live.webhook('one', 'delivered');
    const { value } = (await events.next()) as Result;
    expect(value?.data).toEqual({ messageStatusChanged: { status: 'DELIVERED', message: null } });
    expect(JSON.stringify(value?.errors)).toContain('UPSTREAM_UNAVAILABLE');
    live.bird.fail(undefined);
    await live.webhook('one', 'deleted');
    expect(await next(events)).toMatchObject({ status: 'DELETED', message: { status: 'DELETED' } });
    await events.return?.();
  });

  it.each([
    ['a message nobody knows', { messages: [idOfMessage('nobody')] }, 'NOT_FOUND'],
    ['a native id nobody knows', { messages: [idOf('nobody')] }, 'NOT_FOUND'],
    ['a channel nobody knows', { channels: [idOf('nowhere')] }, 'NOT_FOUND'],
    ['an id of another type', { messages: [CHANNEL_ID] }, 'BAD_USER_INPUT'],
    ['what is no id', { channels: ['x'] }, 'BAD_USER_INPUT'],
    ['nothing', { messages: [] }, 'BAD_USER_INPUT'],
    ['too much', { messages: Array.from({ length: 1001 }, () => idOf('one')) }, 'BAD_USER_INPUT'],
    ['what is no cursor', { after: 'x' }, 'BAD_USER_INPUT'],
  ])('is refused when it names %s', async (_, variables, code) => {
    await using live = await startLive();
    expect(await errorsOf(live.gateway.watch(STATUS, variables))).toContain(code);
    expect(await errorsOf(live.gateway.watchSse(STATUS, variables))).toContain(code);
    expect(live.stream.counts.subscribers).toBe(0);
  });

  it('is refused when the snapshot cannot be read', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    live.bird.fail(500);
    expect(await errorsOf(live.gateway.watch(STATUS, { messages: [idOfMessage('one')] }))).toContain(
      'UPSTREAM_UNAVAILABLE',
    );
  });

  it('lets go of everything when the client goes', async () => {
    await using live = await startLive({ messages: { one: 'sent' } });
    const variables = { messages: [idOfMessage('one')] };
    const sockets = [live.gateway.watch(STATUS, variables), live.gateway.watch(STATUS)];
    const sse = live.gateway.watchSse(STATUS, variables);
    await next(sockets[0] as AsyncIterator<unknown>);
    void sockets[1]?.next();
    await sse.next();
    await live.subscribed(3);
    for (const events of sockets) await events.return?.();
    await sse.return(undefined);
    await live.subscribed(0);
  });
});
