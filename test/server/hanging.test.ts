import { expect, test, vi } from 'vitest';
import { startFront } from '../courier/front.ts';
import { channel, one } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';

test('an endpoint that hangs costs only the fields that need it, however many ask for them', async () => {
  await using front = await startFront({
    deadlineMs: 3000,
    courier: {
      'GET /v1/texts/*/': { until: new Promise(() => {}) },
      [`GET /v1/messaging-channels/${idOf('talk')}/`]: one(channel('talk')),
    },
  });
  const ask = async (query: string) => (await front.gateway.ask(query)).body;
  const texts = Array.from({ length: 140 }, (_, index) =>
    ask(`{ courier { text(id: "${idOf(`t${index}`)}") { id } } }`),
  );
  await vi.waitFor(() => expect(front.courier.asked.length).toBeGreaterThan(90), { timeout: 5000 });
  const both = `{ courier { channel(id: "${idOf('talk')}") { name } text(id: "${idOf('other')}") { id } } }`;
  const alone = `{ courier { channel(id: "${idOf('talk')}") { name } } }`;
  for (let round = 0; round < 5; round += 1) {
    expect(await ask(alone)).toEqual({ data: { courier: { channel: { name: 'Channel talk' } } } });
  }
  const codes = (await Promise.all(texts)).map(({ errors }) => errors?.[0]?.extensions.code);
  expect(codes.every((code) => ['UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE'].includes(String(code)))).toBe(
    true,
  );
  expect(await ask(both)).toMatchObject({
    data: { courier: { channel: { name: 'Channel talk' }, text: null } },
    errors: [{ path: ['courier', 'text'], extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfter: 1 } }],
  });
  // The breaker is open for the texts alone. Those of before may still come in at a busy upstream.
  expect(front.courier.asked.filter(({ path }) => path.includes(idOf('other')))).toEqual([]);
}, 40_000);
