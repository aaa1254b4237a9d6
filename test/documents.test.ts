import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { variables } from '../src/config/variables.ts';
import { CODES } from '../src/plugins/error-extensions.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The first column of a table, its names without their backticks. */
const column = (text: string, heading: string): string[] => {
  const [, table = ''] = text.split(new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\n`, 'm'));
  const rows = table.split('\n');
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows
    .slice(0, end)
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
};

describe('the codes of errors', () => {
  test('are the same list in the code and in CONTRIBUTING', () => {
    expect(column(read('CONTRIBUTING.md'), 'code').toSorted()).toEqual(CODES.toSorted());
  });

  test('are each given by some code, and asked for by some test', () => {
    const texts = (pattern: string) => globSync(pattern, { cwd: root }).map(read).join('\n');
    const [given, asked] = [texts('src/**/*.ts'), texts('test/**/*.test.ts')];
    const times = (text: string, code: string) => text.split(`'${code}'`).length - 1;
    expect(CODES.filter((code) => times(given, code) < 2)).toEqual([]);
    expect(CODES.filter((code) => times(asked, code) === 0)).toEqual([]);
  });
});

describe('the variables', () => {
  const README = read('README.md');
  const named = column(README, 'variable');
  const known = Object.keys(variables.shape);

  test('are each in the README’s table, and nothing else is', () => {
    const more = ['AUTH_JWKS_URL', 'AUTH_JWT_SECRET', 'AUTH_ISSUER', 'AUTH_AUDIENCE'];
    for (const name of more) expect(README).toContain(`\`${name}\``);
    expect([...named, ...more].toSorted()).toEqual(known.toSorted());
  });

  test('have the defaults that the table says', () => {
    const rows = README.split('\n').filter((row) => /^\| `[A-Z]/.test(row));
    const defaults: Readonly<Record<string, unknown>> = variables.parse({});
    const wrong = rows.flatMap((row) => {
      const [, first = '', , last = ''] = row.split(/(?<!\\)\|/);
      const names = [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      const said =
        last
          .split(';')[0]
          ?.split(', ')
          .map((text) => text.trim().replaceAll('`', '')) ?? [];
      return names.flatMap((name, index) => {
        const value = defaults[name];
        const text = said[index] ?? '';
        const inUnits =
          typeof value === 'number' && /^\d+[mh]$/.test(text)
            ? value / (text.endsWith('h') ? 3_600_000 : 60_000) + text.slice(-1)
            : value;
        const same =
          typeof value === 'number' || (typeof value === 'string' && text !== '')
            ? String(inUnits) === text
            : true;
        return same ? [] : [`${name}: ${value}, and the table says ${text}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});

test('SECURITY names tests that there are', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((row) => row.startsWith('| ') && row.includes('`test/'));
  expect(rows.length).toBeGreaterThan(10);
  const missing = rows
    .flatMap((row) => {
      const [first = '', ...more] = [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(
        ([, name = '']) => name,
      );
      const folder = first.slice(0, first.lastIndexOf('/') + 1);
      return [first, ...more.map((name) => (name.startsWith('test/') ? name : folder + name))];
    })
    .filter((path) => globSync(path, { cwd: root }).length === 0);
  expect(missing).toEqual([]);
});
