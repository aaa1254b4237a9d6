// Writes schema/courier.openapi.yaml from the compact contract in schema/courier/. Run by `npm run generate`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { type CompactCommon, type CompactThing, expand } from './expand.ts';

const folder = new URL('../../schema/courier/', import.meta.url);
const read = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8'));

const things = new Map(
  readdirSync(folder)
    .filter((file) => !file.startsWith('_'))
    .toSorted()
    .map((file) => [file.replace(/\.yaml$/, ''), read(file) as CompactThing]),
);

const document = stringify(expand(read('_common.yaml') as CompactCommon, things), {
  aliasDuplicateObjects: false,
  lineWidth: 0,
});
writeFileSync(
  new URL('../courier.openapi.yaml', folder),
  `# Generated from schema/courier/ by \`npm run generate\`. Do not edit.\n${document}`,
);
