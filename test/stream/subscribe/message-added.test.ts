import { describe, expect, it } from 'vitest';
import { CHANNEL, CHANNEL_ID, idOfMessage, startLive } from '../live.ts';
import { ADDED, next, STATUS } from '../published.ts';

describe('messageAdded', () => {
  it('tells of messages that come in, once', async () => {
    await using live = await startLive({ messages: { one: 'delivered' } });
    const events = live.gateway.watch(ADDED, { channels: [CHANNEL_ID] });
    const first = next(events);
    await live.subscribed(1);
    await live.webhook('one', 'delivered', 'inbound');
    await live.webhook('one', 'delivered', 'inbound');
    live.bird.set('two', 'delivered');
    await live.webhook('two', 'delivered', 'inbound');
    expect(await first).toMatchObject({
      messageId: idOfMessage('one'),
      via: 'WEBHOOK',
      message: { text: 'one' },
      channel: { nativeId: CHANNEL },
    });
    expect(await next(events)).toMatchObject({ messageId: idOfMessage('two') });
    await events.return?.();
  });

  it('tells of what Pigeon itself sends, before the webhook and once', async () => {
    await using live = await startLive();
    const added = live.gateway.watch(ADDED, { channels: [CHANNEL_ID] });
    const moved = live.gateway.watch(STATUS);
    const [firstAdded, firstMoved] = [next(added), next(moved)];
    await live.subscribed(2);
    const { body } = await live.gateway.ask(
      `mutation ($channelId: ID!) { sendMessage(input: { channelId: $channelId, to: "+31612345678", text: "hi" }) { message { id status } } }`,
      { channelId: CHANNEL_ID },
    );
    expect(body).toEqual({
      data: { sendMessage: { message: { id: idOfMessage('sent'), status: 'ACCEPTED' } } },
    });
    expect(await firstAdded).toMatchObject({ messageId: idOfMessage('sent'), via: 'MUTATION' });
    expect(await firstMoved).toMatchObject({ status: 'ACCEPTED', via: 'MUTATION' });
    await live.webhook('sent', 'accepted');
    await live.webhook('sent', 'sent');
    expect(await next(moved)).toMatchObject({ status: 'SENT', previous: 'ACCEPTED', via: 'WEBHOOK' });
    await live.webhook('other', 'accepted');
    expect(await next(added)).toMatchObject({ messageId: idOfMessage('other'), via: 'WEBHOOK' });
    await added.return?.();
    await moved.return?.();
  });

  it('gives nothing from before it began, also when it is told late', async () => {
    await using live = await startLive({ messages: { one: 'delivered' } });
    live.bird.set('just before', 'delivered');
    const events = live.gateway.watch(ADDED, { channels: [CHANNEL_ID] });
    const first = next(events);
    await live.subscribed(1);
    await live.webhook('just before', 'delivered', 'inbound');
    live.bird.set('new', 'delivered');
    await live.webhook('new', 'delivered', 'inbound');
    expect(await first).toMatchObject({ messageId: idOfMessage('new') });
    expect(live.bird.reads().filter((call) => call.includes(`${CHANNEL}/messages?`))).toHaveLength(1);
    await events.return?.();
  });

  it('resumes behind a cursor', async () => {
    await using live = await startLive({ messages: { one: 'delivered', two: 'delivered' } });
    const events = live.gateway.watch(ADDED);
    const first = next(events);
    await live.subscribed(1);
    await live.webhook('one', 'delivered', 'inbound');
    const { cursor } = await first;
    await events.return?.();
    await live.webhook('one', 'deleted');
    await live.webhook('two', 'delivered', 'inbound');
    const again = live.gateway.watch(ADDED, { after: cursor });
    expect(await next(again)).toMatchObject({ messageId: idOfMessage('two') });
    await again.return?.();
  });
});
