/** The benchmark's tables, as Markdown. */
import { median } from '../measure.ts';
import type { Cell, Measured } from './cells.ts';
import { MODES, VARIANTS, type VariantName } from './variants.ts';

const number = (value: number): string =>
  !Number.isFinite(value)
    ? '–'
    : value >= 9.95
      ? value.toFixed(0)
      : value >= 0.995
        ? value.toFixed(1)
        : value.toFixed(2);

const nameOf = ({ mode, query, delayMs }: Cell): string =>
  `${query} ${MODES[mode].title}${delayMs === 0 ? '' : `, upstream after ${delayMs} ms`}`;

/** What a variant did by what the limit did in the same round. */
const toLimit = (
  rows: readonly Measured[],
  group: readonly Measured[],
  by: (one: Measured, limit: Measured) => number,
): readonly number[] =>
  rows.flatMap((one) => {
    const limit = group.find(
      ({ variant, round, connections }) =>
        variant === 'limit' && round === one.round && connections === one.connections,
    );
    return limit ? by(one, limit) : [];
  });

/** The median, and the least and the most. */
const spread = (values: readonly number[]): string =>
  values.length > 1
    ? `${number(median(values))} (${number(Math.min(...values))}–${number(Math.max(...values))})`
    : number(median(values));

const wrongOf = (rows: readonly Measured[]): number => rows.reduce((sum, { wrong }) => sum + wrong, 0);

/** A table for each query and mode: a line a variant, a column a number of connections. */
export const tables = (measured: readonly Measured[]): string => {
  const groups = Map.groupBy(measured, nameOf);
  return [...groups]
    .map(([name, group]) => {
      const counts = [...new Set(group.map(({ connections }) => connections))];
      const variants = [...new Set(group.map(({ variant }) => variant))];
      const line = (variant: VariantName): string => {
        const rows = group.filter((row) => row.variant === variant);
        const title = VARIANTS[variant].title;
        // A wrong answer disqualifies, however fast it came.
        const wrong = wrongOf(rows);
        if (wrong > 0) return `| ${title} | ${wrong} wrong answers |${' |'.repeat(counts.length + 3)}`;
        const of = (connections: number) => rows.filter((row) => row.connections === connections);
        const each = (value: (row: Measured) => number) =>
          counts.map((count) => number(median(of(count).map(value)))).join(' / ');
        return `| ${[
          title,
          ...counts.map((count) => spread(toLimit(of(count), group, (one, limit) => one.rate / limit.rate))),
          counts
            .map((count) =>
              number(median(toLimit(of(count), group, (one, limit) => limit.cpuMs / one.cpuMs))),
            )
            .join(' / '),
          each(({ rate }) => rate),
          each(({ cpuMs }) => cpuMs),
          each(({ calls }) => calls),
        ].join(' | ')} |`;
      };
      return [
        `**${name}**, × limit at so many connections`,
        '',
        `| | ${counts.join(' | ')} | by processor time | a second | CPU ms each | calls each |`,
        `|---|${'---|'.repeat(counts.length + 4)}`,
        ...variants.map(line),
        '',
      ].join('\n');
    })
    .join('\n');
};

/** What wrong answers looked like. */
export const examples = (measured: readonly Measured[]): string =>
  measured
    .filter(({ wrong }) => wrong > 0)
    .map(
      (row) =>
        `${VARIANTS[row.variant].title}, ${nameOf(row)}, ${row.connections} connections: ${row.example}`,
    )
    .join('\n');

const COUNTS = [1, 16, 64];

/** One column of the summary: a query in a mode, at 1, 16 and 64 connections. */
const COLUMNS = [
  ['Q1', 'identical'],
  ['Q1', 'differing'],
  ['Q1', 'changing'],
  ['Q2', 'differing'],
  ['Q3', 'differing'],
  ['person', 'differing'],
] as const;

/** One table with the medians of the ratios alone, for the README. */
export const summary = (measured: readonly Measured[]): string => {
  const known = measured.filter(({ delayMs }) => delayMs === 0);
  const columns = COLUMNS.filter(([query, mode]) =>
    known.some((row) => row.query === query && row.mode === mode),
  );
  const cell = (variant: VariantName, [query, mode]: (typeof COLUMNS)[number]): string => {
    const group = known.filter((row) => row.query === query && row.mode === mode);
    const rows = group.filter((row) => row.variant === variant);
    if (wrongOf(rows) > 0) return 'wrong';
    const at = (count: number) =>
      toLimit(
        rows.filter(({ connections }) => connections === count),
        group,
        (one, limit) => one.rate / limit.rate,
      );
    return COUNTS.map((count) => number(median(at(count)))).join(' / ');
  };
  return [
    `| × limit at ${COUNTS.join(' / ')} connections | ${columns.map(([query, mode]) => `${query} ${MODES[mode].title}`).join(' | ')} |`,
    `|---|${'---|'.repeat(columns.length)}`,
    ...[...new Set(known.map(({ variant }) => variant))].map(
      (variant) =>
        `| ${VARIANTS[variant].title} | ${columns.map((column) => cell(variant, column)).join(' | ')} |`,
    ),
    '',
  ].join('\n');
};
