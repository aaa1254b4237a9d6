import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** The machine's own zone must not matter: one behind UTC with summer time, one ahead of it by half an hour more. */
const ZONES = ['America/New_York', 'Asia/Kolkata'];

/** The tests that read, write or compare times. */
const include = [
  'test/graph/{connection,newest,scalars,zone}.test.ts',
  'test/{bird,courier}/times.test.ts',
  'test/courier/{sends,status}.test.ts',
  'test/joined/timeline*.test.ts',
  'test/stream/poll/polling.test.ts',
  'test/stream/subscribe/{message-added,message-status-changed}.test.ts',
];

export default defineConfig({
  ...config,
  test: {
    ...config.test,
    projects: ZONES.map((zone) => ({
      extends: true as const,
      test: { name: zone, include, env: { TZ: zone } },
    })),
  },
});
