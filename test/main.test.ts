import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

const linesOf = async (input: Readable): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of createInterface(input)) lines.push(line);
  return lines;
};

/** Pigeon as `npm start` starts it, with nothing of this process's environment. */
const start = (env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: new URL('..', import.meta.url),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  return {
    child,
    said: once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    complained: linesOf(child.stderr),
    ended: once(child, 'close').then(([code]) => Number(code)),
  };
};

describe('started with nothing', () => {
  test('says where GraphiQL is, answers over the sandbox, and ends well at a signal', async () => {
    const { child, said, complained, ended } = start({ PORT: '0' });
    const line = await said;
    const [url] = /http:\S+\/graphql/.exec(line) ?? [];
    expect(line).toContain('sandbox');
    const response = await fetch(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ channels(first: 1) { nodes { name } } }"}',
    });
    expect(await response.json()).toMatchObject({ data: { channels: { nodes: [{}] } } });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await complained).toEqual([]);
  });
});

describe('started wrongly', () => {
  test('names every fault on a line of its own, and nothing else', async () => {
    const { complained, ended } = start({ PORT: 'x', BIRD_ACCESS_KEY: 's3cret', COURIER_TOKEN: 's3cret' });
    const lines = await complained;
    expect(lines.map((line) => line.split(':', 1)[0])).toEqual([
      'PORT',
      'BIRD_WORKSPACE_ID',
      'COURIER_API_URL',
    ]);
    expect(lines.join()).not.toContain('s3cret');
    expect(await ended).toBe(1);
  });

  test('says that its port is taken', async () => {
    const first = start({ PORT: '0' });
    const [, port = ''] = /:(\d+)\//.exec(await first.said) ?? [];
    const second = start({ PORT: port });
    expect(await second.complained).toEqual([
      `Pigeon cannot start: port ${port} is taken, PORT names another`,
    ]);
    expect(await second.ended).toBe(1);
  });
});
