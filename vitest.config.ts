import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests of what depends on which modules were loaded, and in which order: each has a worker of its own. */
const APART = ['test/schema.test.ts'];

export default defineConfig({
  resolve: {
    // Vitest would load `graphql` twice, once for our code and once for that of packages.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Most tests wait for sockets, so one worker more than there are cores costs nothing and halves the time on two.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          // What a benchmark installs brings tests of its own.
          exclude: [...APART, '**/node_modules/**'],
          // A worker keeps its modules from file to file: a third of the time went into loading the same schema again.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
