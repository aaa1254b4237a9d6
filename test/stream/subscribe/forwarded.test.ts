import { describe, expect, it } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import { credential } from '../../../src/upstream/auth.ts';
import { idOf } from '../../support/ids.ts';
import { startUpstream } from '../../support/upstream.ts';
import { idOfMessage, startLive } from '../live.ts';
import { errorsOf, next, STATUS } from '../published.ts';

describe('with forwarded credentials', () => {
  const MESSAGE = idOf('courier message');
  const MESSAGE_ID = globalId('CourierMessage', MESSAGE);

  const startBoth = async () => {
    const courier = await startUpstream({
      [`GET /v1/messaging-messages/${MESSAGE}/`]: ({ headers }) =>
        headers.authorization === 'Bearer mine'
          ? {
              headers: { 'content-type': 'application/vnd.api+json' },
              body: { data: { type: 'messaging-messages', id: MESSAGE, attributes: { message: 'hi' } } },
            }
          : { status: 404, body: { errors: [] } },
    });
    const live = await startLive({ courier, courierForwards: true });
    const own = async (audience: string, status: 'SENT' | 'DELIVERED' | 'READ') =>
      live.stream.changes.record([
        {
          messageId: MESSAGE_ID,
          channelId: null,
          added: false,
          status,
          nativeStatus: null,
          occurredAt: 0,
          via: 'MUTATION',
          audience,
        },
      ]);
    return { live, courier, own };
  };

  it('shows what came by one credential to nobody else', async () => {
    const { live, courier, own } = await startBoth();
    const watch = (authorization: string | undefined) =>
      live.gateway.watch(
        STATUS,
        {},
        { payload: authorization === undefined ? {} : { 'x-courier-authorization': authorization } },
      );
    const mine = watch('Bearer mine');
    const theirs = watch('Bearer theirs');
    const nobody = watch(undefined);
    const first = [mine, theirs, nobody].map(next);
    await live.subscribed(3);
    await own(credential('Bearer mine', true).key, 'SENT');
    await own('service', 'READ');
    await live.webhook('one', 'sent');
    const [one, two, three] = await Promise.all(first);
    expect(one).toMatchObject({ messageId: MESSAGE_ID, status: 'SENT' });
    expect(two).toMatchObject({ messageId: idOfMessage('one') });
    expect(three).toMatchObject({ messageId: idOfMessage('one') });
    expect(await next(mine)).toMatchObject({ messageId: idOfMessage('one') });
    for (const events of [mine, theirs, nobody]) await events.return?.();
    await live[Symbol.asyncDispose]();
    await courier.close();
  });

  it('reads what is named as the caller, also when they come back', async () => {
    const { live, courier, own } = await startBoth();
    const watch = (authorization: string, after?: string) =>
      live.gateway.watch(
        STATUS,
        { messages: [MESSAGE_ID], after },
        { payload: { 'x-courier-authorization': authorization } },
      );
    expect(await errorsOf(watch('Bearer theirs'))).toContain('NOT_FOUND');
    const mine = watch('Bearer mine');
    const { cursor } = await next(mine);
    await own('service', 'READ');
    expect(await next(mine)).toMatchObject({ messageId: MESSAGE_ID, status: 'READ' });
    expect(await errorsOf(watch('Bearer theirs', cursor))).toContain('NOT_FOUND');
    await mine.return?.();
    await live[Symbol.asyncDispose]();
    await courier.close();
  });
});
