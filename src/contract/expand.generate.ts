// Writes schema/courier.openapi.yaml from the compact contract in schema/courier/. Run by `npm run generate`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CORE_SCHEMA, dump, load } from 'js-yaml';
import { type CompactCommon, type CompactThing, expand } from './expand.ts';

const folder = new URL('../../schema/courier/', import.meta.url);
const read = (file: string) => load(readFileSync(new URL(file, folder), 'utf8'), { schema: CORE_SCHEMA });

const things = new Map(
  readdirSync(folder)
    .filter((file) => !file.startsWith('_'))
    .toSorted()
    .map((file) => [file.replace(/\.yaml$/, ''), read(file) as CompactThing]),
);

const document = dump(expand(read('_common.yaml') as CompactCommon, things), {
  noRefs: true,
  lineWidth: -1,
});
writeFileSync(
  new URL('../courier.openapi.yaml', folder),
  `# Generated from schema/courier/ by \`npm run generate\`. Do not edit.\n${document}`,
);
