import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { PER_CALLER, SUBSCRIPTIONS_PER_SOCKET } from '../../src/plugins/caller-quota.ts';
import { CONCURRENCY } from '../../src/plugins/concurrency.ts';
import { CODES } from '../../src/plugins/error-extensions.ts';
import { schema } from '../../src/schema.ts';
import { MAX_BODY_BYTES } from '../../src/server/body.ts';
import { BOUNDS } from '../../src/stream/stream.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: root }),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe.each(pages)('$name', ({ name, text }) => {
  test('asks for what the graph has', () => {
    for (const [, indent = '', block = ''] of text.matchAll(/^( *)```graphql\n([\s\S]*?)^ *```/gm)) {
      const faults = validate(schema, parse(block.replaceAll(`\n${indent}`, '\n')));
      expect(faults, block).toEqual([]);
    }
  });

  test('leads to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)/g)];
    for (const [, path = '', anchor] of links) {
      const target = path === '' ? join(root, name) : join(root, dirname(name), path);
      expect(existsSync(target), `${name} leads to ${relative(root, target)}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        anchorOf(heading),
      );
      expect(headings).toContain(anchor);
    }
  });

  test('names only variables and codes that there are', () => {
    const known = new Set([...Object.keys(variables.shape), ...CODES]);
    const named = [
      ...text.matchAll(/`((?:BIRD|COURIER|AUTH|CORS|BUDGET|MAX|METRICS|DIRECTORY|OUTBOX|UPSTREAM)_[A-Z_]+)/g),
    ];
    const unknown = named
      .map(([, found = '']) => found.replace(/_FILE$/, ''))
      .filter((found) => !known.has(found));
    expect(unknown.filter((found) => found !== 'BIRD_ACCES_KEY')).toEqual([]);
  });
});

test('limits.md says the bounds that hold', () => {
  const { limits, ...config } = readConfig({});
  const bounds: Readonly<Record<string, number>> = {
    'body of a request, message of a WebSocket': MAX_BODY_BYTES,
    'depth of a document': limits.depth,
    'aliases in a document': limits.aliases,
    'tokens of a document': limits.tokens,
    'upstream calls of an operation': config.budgetCalls,
    'objects in an answer': config.budgetObjects,
    'bytes read, and bytes answered': config.budgetBytes,
    'time of an operation': config.deadlineMs,
    'operations of a caller, running': CONCURRENCY.perCaller,
    'operations of a caller, waiting': CONCURRENCY.waitingPerCaller,
    'operations of all, running': CONCURRENCY.all,
    'operations of all, waiting': CONCURRENCY.waiting,
    'subscriptions of a caller': PER_CALLER.subscriptions,
    'sockets of a caller': PER_CALLER.sockets,
    'subscriptions over one socket': SUBSCRIPTIONS_PER_SOCKET,
    'requests a second to Bird, GET': variables.parse({}).BIRD_GET_RPS,
    'requests a second to Bird, POST': variables.parse({}).BIRD_POST_RPS,
    'entries of the status log': BOUNDS.entries,
    'idempotency keys': config.outbox.rows,
  };
  const { text = '' } = pages.find(({ name }) => name === 'docs/limits.md') ?? {};
  const rows = [...text.matchAll(/^\| ([a-z][^|]*?) \| (\d+)/gm)].map(([, what = '', bound]) => [
    what,
    Number(bound),
  ]);
  expect(Object.fromEntries(rows)).toEqual({ ...bounds, 'rows of a list, `first`': 1000 });
});
