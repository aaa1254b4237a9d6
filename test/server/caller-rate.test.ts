import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a caller who asks too often is refused over every transport, and nobody else', async () => {
  await using gateway = await startTestGateway({ schema: smallSchema(), auth: JWT_AUTH, callerRps: 5 });
  const headersOf = async (sub: string) => ({ authorization: `Bearer ${await tokenOf({ sub })}` });
  const [ada, grace] = await Promise.all([headersOf('ada'), headersOf('grace')]);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => gateway.ask('{ hello }', {}, { headers: ada })),
  );
  const refused = answers.filter(({ body }) => body.errors);
  expect(refused).toHaveLength(3);
  expect(refused[0]?.body).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 1 } }],
  });
  for await (const result of gateway.watch('{ hello }', {}, { payload: ada })) {
    expect(result).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  }
  for await (const { event, data } of gateway.watchSse(
    'subscription { waits { cursor } }',
    {},
    { headers: ada },
  )) {
    if (event === 'next') expect(data).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  }
  expect((await gateway.ask('{ hello }', {}, { headers: grace })).body.data).toEqual({ hello: 'hello you' });
  vi.advanceTimersByTime(1000);
  expect((await gateway.ask('{ hello }', {}, { headers: ada })).body.data).toEqual({ hello: 'hello you' });
});
