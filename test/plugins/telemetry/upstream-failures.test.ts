import { expect, test } from 'vitest';
import { upstreamFailures } from '../../../src/plugins/telemetry/upstream-failures.ts';

const FAILURE = { api: 'bird', method: 'GET', path: '/workspaces', outcome: '5xx', status: 502 };

test('failures that go on are told once a minute, with how many were not told', () => {
  let now = 0;
  const told: unknown[] = [];
  const failed = upstreamFailures(
    (details) => told.push(details),
    () => now,
  );
  for (now = 0; now < 150_000; now += 10_000) failed(FAILURE);
  expect(told).toEqual([FAILURE, { ...FAILURE, moreFailures: 5 }, { ...FAILURE, moreFailures: 5 }]);
});

test('another upstream and another outcome are told of by themselves', () => {
  const told: unknown[] = [];
  const failed = upstreamFailures(
    (details) => told.push(details),
    () => 0,
  );
  const all = [
    FAILURE,
    { ...FAILURE, api: 'courier' },
    { ...FAILURE, outcome: 'timeout', status: undefined },
  ];
  for (const failure of [...all, ...all]) failed(failure);
  expect(told).toEqual(all);
});
