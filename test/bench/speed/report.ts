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

/** Each variant's answers a second by those of the limit in the same round: the median, and the least and the most. */
const ratios = (rows: readonly Measured[], all: readonly Measured[]): string => {
  const values = rows.map(({ rate, round, connections }) => {
    const limit = all.find(
      (one) => one.variant === 'limit' && one.round === round && one.connections === connections,
    );
    return rate / (limit?.rate ?? Number.NaN);
  });
  const spread = values.length > 1 ? ` (${number(Math.min(...values))}–${number(Math.max(...values))})` : '';
  return `${number(median(values))}${spread}`;
};

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
        if (wrong > 0) return `| ${title} | ${wrong} wrong answers |${' |'.repeat(counts.length * 2)}`;
        const of = (connections: number) => rows.filter((row) => row.connections === connections);
        const middle = (values: readonly number[]) => number(median(values));
        return `| ${[
          title,
          ...counts.map((count) => ratios(of(count), group)),
          ...counts.map((count) => middle(of(count).map(({ rate }) => rate))),
          counts.map((count) => middle(of(count).map(({ cpuMs }) => cpuMs))).join(' / '),
          counts.map((count) => middle(of(count).map(({ calls }) => calls))).join(' / '),
        ].join(' | ')} |`;
      };
      return [
        `**${name}**`,
        '',
        `| | ${counts.map((count) => `× limit, ${count}`).join(' | ')} | ${counts.map((count) => `a second, ${count}`).join(' | ')} | CPU ms each | calls each |`,
        `|---|${'---|'.repeat(counts.length * 2 + 2)}`,
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
