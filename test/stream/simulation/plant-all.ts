import { spawnSync } from 'node:child_process';
import { PLANTED } from './planted.ts';

/**
 * `node test/stream/simulation/plant-all.ts [seeds] [part of a name]` plants each bug in turn, says which seed finds it,
 * and ends with 1 where one is not found.
 */
const [seeds = '1000', part = ''] = process.argv.slice(2);
const here = import.meta.dirname;
let missed = 0;
for (const name of Object.keys(PLANTED).filter((one) => one.includes(part))) {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', `${here}/plant.ts`, `${here}/run.ts`, seeds],
    { env: { ...process.env, PLANTED: name }, encoding: 'utf8' },
  );
  const found = status === 1 ? /^seed (\d+) fails: (.*)$/m.exec(stdout) : null;
  if (!found) missed += 1;
  console.log(found ? `${name}: seed ${found[1]}: ${found[2]}` : `${name}: NOT FOUND in ${seeds} seeds`);
}
process.exit(missed === 0 ? 0 : 1);
