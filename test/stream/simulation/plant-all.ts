import { spawnSync } from 'node:child_process';
import { PLANTED } from './planted.ts';

/**
 * `node test/stream/simulation/plant-all.ts [seeds] [part of a name]` plants each bug in turn, runs seeds of the store that
 * it is about, says which of them finds it, and ends with 1 where one is not found.
 */
const [seeds = '1000', part = ''] = process.argv.slice(2);
const here = import.meta.dirname;
let missed = 0;
for (const [name, { store }] of Object.entries(PLANTED)) {
  if (!name.includes(part)) continue;
  const which = store ? [store === 'redis' ? '1' : '0', '2'] : ['0', '1'];
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', `${here}/plant.ts`, `${here}/run.ts`, seeds, ...which],
    { env: { ...process.env, PLANTED: name }, encoding: 'utf8' },
  );
  const found = status === 1 ? /^seed (\d+) fails: (.*)$/m.exec(stdout) : null;
  if (!found) missed += 1;
  console.log(found ? `${name}: seed ${found[1]}: ${found[2]}` : `${name}: NOT FOUND in ${seeds} seeds`);
}
process.exit(missed === 0 ? 0 : 1);
