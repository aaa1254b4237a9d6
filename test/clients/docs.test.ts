import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

const root = join(import.meta.dirname, '../..');

let gateway: LiveGateway;
let folder: string;
beforeAll(async () => {
  gateway = await startLiveGateway();
  await mkdir(join(root, '.data'), { recursive: true });
});
afterAll(() => gateway?.close());
beforeEach(async () => {
  // Within the project, because what the programs import is looked for from where they are.
  folder = await mkdtemp(join(root, '.data/docs-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The programs of a page of the documentation, for the gateway of this test. */
const programs = async (page: string): Promise<string[]> => {
  const source = await readFile(join(root, 'docs/clients', `${page}.md`), 'utf8');
  const { host } = new URL(gateway.url);
  return [...source.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) =>
    code.replaceAll('localhost:4000', host),
  );
};

/** Runs a program by Node, while life in the sandbox goes on, and resolves to what it printed. */
const run = async (file: string, ...args: string[]): Promise<{ printed: string; complained: string }> => {
  const child = spawn(process.execPath, ['--no-warnings', file, ...args], { cwd: folder, timeout: 60_000 });
  const life = setInterval(() => void gateway.sandbox.step(), 200);
  try {
    const [printed, complained] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { printed, complained };
  } finally {
    clearInterval(life);
  }
};

const runProgram = async (code: string): Promise<{ printed: string; complained: string }> => {
  const file = join(folder, 'program.ts');
  await writeFile(file, code);
  return run(file);
};

test('graphql-sse is told that its single connection mode is not served', async () => {
  const answers: [number, string][] = [];
  const client = createClient({
    url: `${gateway.url}/graphql`,
    singleConnection: true,
    retryAttempts: 0,
    fetchFn: async (...asked: Parameters<typeof fetch>) => {
      const answer = await fetch(...asked);
      answers.push([answer.status, await answer.clone().text()]);
      return answer;
    },
  });
  const events = client.iterate({ query: 'subscription { messageStatusChanged { cursor } }' });
  await expect(events.next()).rejects.toThrow();
  expect(answers).toEqual([[405, expect.stringContaining('singleConnection')]]);
  client.dispose();
});

describe('the page of', () => {
  test.each([
    ['apollo', [/^5 channels\n(?:\d+ channels after the next page\n)?status [A-Z]+\n$/]],
    ['urql', [/^Amina, 5 messages\nerrors: none\nstatus [A-Z]+\n$/]],
    ['relay', [/^2 channels\nstatus [A-Z]+\n$/]],
    ['graphql-ws', [/^status [A-Z]+\nstatus [A-Z]+\n(?:complete\n)?$/]],
    ['event-source', [/^status [A-Z]+\n$/, /^status [A-Z]+\n$/]],
  ])('%s has programs that do what they say', { timeout: 90_000 }, async (page, expected) => {
    const found = await programs(page);
    expect(found).toHaveLength(expected.length);
    for (const [index, code] of found.entries()) {
      const { printed, complained } = await runProgram(code);
      expect(complained).toBe('');
      expect(printed).toMatch(expected[index] ?? '');
    }
  });

  test('codegen gives documents their types, from the schema that Pigeon serves', {
    timeout: 90_000,
  }, async () => {
    const [config = '', program = ''] = await programs('codegen');
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'codegen.ts'), config);
    await writeFile(join(folder, 'src/program.ts'), program);
    const generator = join(root, 'node_modules/@graphql-codegen/cli/cjs/bin.js');
    const { printed, complained } = await run(generator, '--config', 'codegen.ts');
    expect(printed + complained).not.toMatch(/error/i);
    expect(await readFile(join(folder, 'src/generated/graphql.ts'), 'utf8')).toContain(
      'ChannelNamesQuery = ',
    );
    expect(await run(join(folder, 'src/program.ts'))).toEqual({ printed: '2 channels\n', complained: '' });
  });
});
