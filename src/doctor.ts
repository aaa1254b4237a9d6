// `npm run doctor`: tries all that Pigeon needs, and says in plain words what is wrong and what to do about it.
import { diagnose } from './doctor/diagnose.ts';

const SIGNS = { ok: '✔', look: '!', fault: '✘' } as const;

let faults = 0;
for await (const { state, text, advice } of diagnose(process.env)) {
  if (state === 'fault') faults += 1;
  console.log(`${SIGNS[state]} ${text}`);
  if (advice !== undefined) console.log(`  ${advice}`);
}
console.log(faults === 0 ? '\nNothing is in the way.' : `\n${faults} ${faults === 1 ? 'fault' : 'faults'}.`);
process.exit(faults === 0 ? 0 : 1);
