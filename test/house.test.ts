import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** The rooms in the order in which imports go: each one may use itself and those after it. */
const ORDER = [
  'main',
  'workers',
  'doctor',
  'start',
  'redis',
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
  'outbox',
  'sending',
  'ports',
  'upstream',
  'store',
  'config',
];

/** Files at the top of `src` that belong to a room of another name. */
const ROOM_OF: Readonly<Record<string, string>> = { print: 'schema', 'schema.generate': 'schema' };

/** Rooms outside the order: they import nothing of ours. */
const APART = ['contract', 'sandbox'];

const roomOf = (path: string): string => {
  const [first = ''] = relative(src, path).split('/');
  const name = first.replace(/\.ts$/, '');
  return ROOM_OF[name] ?? name;
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
  it('has a place in the order for every room', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => !ORDER.includes(room))).toEqual(
      ['sandbox', 'contract'].filter((room) => rooms.has(room)),
    );
  });

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

  it('keeps the sandbox, and what generates files of the contracts, to themselves', () => {
    expect(shown(own.filter(({ from, to }) => APART.includes(from) && to !== from))).toEqual([]);
    expect(shown(own.filter(({ from, to }) => to === 'contract' && from !== to))).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files
      .filter((file) => /process\.env/.test(readFileSync(file, 'utf8')))
      .map((file) => relative(src, file));
    expect(readers).toEqual(['doctor.ts', 'main.ts']);
  });
});
