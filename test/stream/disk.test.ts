import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import { openSqliteLog } from '../../src/stream/log/sqlite-log.ts';
import { BOUNDS } from '../../src/stream/stream.ts';
import { openSqliteTextTokens } from '../../src/stream/webhooks/sqlite-text-tokens.ts';
import { diskIsMissing, smallDisk } from '../support/small-disk.ts';
import { idOfMessage, startLive } from './live.ts';

const folder = (): Disposable & { path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'pigeon-disk-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
};

describe.skipIf(diskIsMissing)(`on a full disk${diskIsMissing ? `, ${diskIsMissing}` : ''}`, () => {
  test('a webhook is answered 503 until it can be written, so that Bird posts it again; queries go on', async () => {
    using disk = smallDisk(2 * 1024 * 1024);
    if (!disk) throw new Error('there was one a moment ago');
    await using live = await startLive({ dataDir: disk.path, messages: { m: 'accepted' } });
    await live.webhook('m', 'sent');
    disk.fill();
    const refused: string[] = [];
    // What a file still has room for in its last page is taken.
    for (let tries = 0; tries < 200 && refused.length < 3; tries += 1) {
      await live.webhook(`m${tries}`, 'sent').catch((error: Error) => refused.push(error.message));
    }
    expect(refused).toEqual(Array(3).fill('the webhook was answered 503'));
    const { body } = await live.gateway.ask(`{ message(id: "${idOfMessage('m')}") { status } }`);
    expect(body).toEqual({ data: { message: { status: 'SENT' } } });
    disk.free();
    await live.webhook('m', 'delivered');
    const after = await live.gateway.ask(`{ message(id: "${idOfMessage('m')}") { status } }`);
    expect(after.body).toEqual({ data: { message: { status: 'DELIVERED' } } });
  });
});

describe('a damaged file', () => {
  const damaged = (path: string, name: string) => writeFileSync(join(path, name), 'x'.repeat(5000));

  test('of the log or the outbox stops the start and is named, because what they hold must not be lost', () => {
    using data = folder();
    damaged(data.path, 'stream.sqlite');
    damaged(data.path, 'outbox.sqlite');
    const open = [
      () => openSqliteLog({ dataDir: data.path, bounds: BOUNDS }),
      () => openSqliteOutbox({ dataDir: data.path }),
    ];
    for (const [index, name] of ['stream.sqlite', 'outbox.sqlite'].entries()) {
      expect(open[index]).toThrow(`${join(data.path, name)} is damaged`);
    }
    expect(readdirSync(data.path).toSorted()).toEqual(['outbox.sqlite', 'stream.sqlite']);
  });

  test('of texts’ addresses is set aside, and begun anew', async () => {
    using data = folder();
    damaged(data.path, 'texts.sqlite');
    const warnings: unknown[] = [];
    const tokens = openSqliteTextTokens(data.path, Date.now, (_, details) => warnings.push(details));
    const file = join(data.path, 'texts.sqlite');
    expect(warnings).toEqual([{ file, aside: `${file}.damaged` }]);
    await tokens.add('key', 'service');
    expect(await tokens.report('key', undefined)).toBe('kept');
    await tokens.close();
    expect(readdirSync(data.path)).toContain('texts.sqlite.damaged');
  });
});
