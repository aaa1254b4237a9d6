import { expect, test, vi } from 'vitest';
import { share } from '../../src/upstream/share.ts';
import { callOf, failure, gate, READ, reach } from './call.ts';

const OTHER = { ...READ, path: '/v1/others/{id}/' };

test('an operation that hangs leaves connections for the others, and waits for its own', async () => {
  const silence = gate();
  await using reached = await reach({ until: silence.promise }, share(3));
  reached.upstream.answers({ 'GET /v1/others/1/': {} });
  const calls = Array.from({ length: 8 }, () => reached.send(callOf()));
  await vi.waitFor(() => expect(reached.upstream.asked).toHaveLength(3), { interval: 5 });
  expect((await reached.send(callOf({ operation: OTHER }))).status).toBe(200);
  expect(reached.upstream.asked).toHaveLength(4);
  silence.resolve();
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(8).fill(200));
});

test('whoever goes while waiting is never asked for, and leaves its place', async () => {
  const silence = gate();
  await using reached = await reach({ until: silence.promise }, share(1));
  const controller = new AbortController();
  const left = new Error('left');
  const first = reached.send(callOf());
  const gone = failure(reached.send(callOf({ signal: controller.signal })));
  const last = reached.send(callOf());
  controller.abort(left);
  expect(await gone).toBe(left);
  expect(await failure(reached.send(callOf({ signal: AbortSignal.abort(left) })))).toBe(left);
  silence.resolve();
  await Promise.all([first, last]);
  expect(reached.upstream.asked).toHaveLength(2);
});
