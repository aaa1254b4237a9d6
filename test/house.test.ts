import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** Rooms in the order in which imports go: each may use itself and those after it. */
const ORDER = [
  'main',
  'server',
  'plugins',
  'schema',
  'stream',
  'joined',
  'courier',
  'bird',
  'graph',
  'builder',
  'context',
  'ports',
  'upstream',
];

/** Files at the top of `src` that belong to the first rooms. */
const TOP = new Set([
  'main',
  'start',
  'server',
  'parts',
  'config',
  'environment',
  'variables',
  'loopback',
  'print',
  'schema.generate',
]);

const roomOf = (path: string): string => {
  const [first = ''] = relative(src, path).split('/');
  const name = first.replace(/\.ts$/, '');
  return TOP.has(name)
    ? ['config', 'environment', 'variables', 'loopback'].includes(name)
      ? 'config'
      : 'server'
    : name;
};

const files = globSync('**/*.ts', { cwd: src }).map((file) => join(src, file));

const imports = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target = '']) => ({
    file,
    target,
  })),
);

const own = imports
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({ file, from: roomOf(file), to: roomOf(join(dirname(file), target)), target }));

const shown = (found: readonly { file: string; target: string }[]) =>
  found.map(({ file, target }) => `${relative(src, file)} imports ${target}`);

describe('the house', () => {
  it('imports one way', () => {
    const against = own.filter(
      ({ from, to }) =>
        from !== to && ORDER.includes(from) && ORDER.includes(to) && ORDER.indexOf(to) < ORDER.indexOf(from),
    );
    expect(shown(against)).toEqual([]);
  });

  it('keeps the two upstreams’ rooms apart', () => {
    expect(
      shown(
        own.filter(
          ({ from, to }) => (from === 'courier' && to === 'bird') || (from === 'bird' && to === 'courier'),
        ),
      ),
    ).toEqual([]);
  });

  it('keeps GraphQL out of the upstream room', () => {
    expect(
      shown(
        imports.filter(
          ({ file, target }) => roomOf(file) === 'upstream' && /^(?:graphql|@pothos|dataloader)/.test(target),
        ),
      ),
    ).toEqual([]);
  });

  it('keeps the sandbox to itself', () => {
    expect(shown(own.filter(({ from, to }) => from === 'sandbox' && to !== 'sandbox'))).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files
      .filter((file) => /process\.env/.test(readFileSync(file, 'utf8')))
      .map((file) => relative(src, file));
    expect(readers).toEqual(['start.ts']);
  });
});
