import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveGateway, startLiveGateway } from '../support/sandbox.ts';

const docs = join(import.meta.dirname, '../../docs');
const read = (name: string): string => readFileSync(join(docs, name), 'utf8');

/** Prometheus' own checker of rules and metrics; it comes with Debian's package `prometheus`. */
const promtool = process.env.PROMTOOL ?? 'promtool';
const promtoolIsMissing = spawnSync(promtool, ['--version']).error !== undefined;

/** The metrics that an expression names, without what Prometheus adds to a histogram's name. */
const named = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b(?:pigeon|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
      name.replace(/_(?:bucket|count|sum)$/, ''),
    ),
  ),
];

let gateway: LiveGateway;
let text: string;
let served: Set<string>;
beforeAll(async () => {
  gateway = await startLiveGateway();
  await gateway.ask('{ channels(first: 1) { nodes { name } } }');
  text = await (await fetch(`${gateway.url}/metrics`)).text();
  served = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
});
afterAll(() => gateway.close());

describe('the metrics that are named', () => {
  test.each(['prometheus-alerts.yaml', 'grafana-dashboard.json'])('in %s are there', (name) => {
    const missing = named(read(name)).filter((metric) => !served.has(metric));
    expect(missing).toEqual([]);
    expect(named(read(name)).length).toBeGreaterThan(5);
  });

  test('in observability.md are all that Pigeon has', () => {
    const table = read('observability.md').match(/^\| `pigeon_.*$/gm) ?? [];
    const own = [...served].filter((name) => name.startsWith('pigeon_'));
    expect(named(table.map((row) => row.split('|')[1]).join()).toSorted()).toEqual(own.toSorted());
  });
});

describe('the dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly description?: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const { panels } = JSON.parse(read('grafana-dashboard.json')) as { panels: readonly Panel[] };

  test('has panels that say what they show, each with an id of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description, targets } of panels.filter(({ type }) => type !== 'row')) {
      expect(title, type).not.toBe('');
      expect(description, title).toMatch(/\.$/);
      expect(targets?.length, title).toBeGreaterThan(0);
    }
  });

  test('has no panel over another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe.skipIf(promtoolIsMissing)(
  `promtool${promtoolIsMissing ? ', skipped because it is not installed' : ''}`,
  () => {
    test('accepts the alert rules', () => {
      const said = execFileSync(promtool, ['check', 'rules', join(docs, 'prometheus-alerts.yaml')], {
        encoding: 'utf8',
      });
      expect(said).toContain('SUCCESS');
    });

    test('finds nothing to say against the metrics', () => {
      // What it says against the numbers of the process is prom-client's affair.
      const own = text.split(/(?=^# HELP )/m).filter((metric) => metric.startsWith('# HELP pigeon_'));
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
        input: own.join(''),
        encoding: 'utf8',
      });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    });
  },
);
