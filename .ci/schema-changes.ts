// What a change of the schema means to clients: `node .ci/schema-changes.ts [commit]`, by default against the commit before.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges, findDangerousChanges, findSchemaChanges } from 'graphql';

const PATH = 'schema/schema.graphql';

/** The changes from one SDL to another, as sentences: by whether they break clients, may surprise them, or are safe. */
export const schemaChanges = (
  before: string,
  after: string,
): Readonly<Record<'breaking' | 'dangerous' | 'safe', readonly string[]>> => {
  const [from, to] = [buildSchema(before), buildSchema(after)];
  const sentences = (changes: readonly { readonly description: string }[]): string[] =>
    [...new Set(changes.map(({ description }) => description))].toSorted();
  const breaking = sentences(findBreakingChanges(from, to));
  const dangerous = sentences(findDangerousChanges(from, to));
  const known = new Set([...breaking, ...dangerous]);
  const safe = sentences(findSchemaChanges(from, to)).filter((sentence) => !known.has(sentence));
  return { breaking, dangerous, safe };
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const commit = process.argv[2] ?? 'HEAD^';
  let before: string | undefined;
  try {
    before = execFileSync('git', ['show', `${commit}:${PATH}`], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    console.log(`the schema of ${commit} cannot be read, so there is nothing to compare with`);
  }
  if (before !== undefined) {
    const changes = schemaChanges(before, readFileSync(join(root, PATH), 'utf8'));
    for (const [kind, sentences] of Object.entries(changes)) {
      console.log(`${sentences.length} ${kind} changes of the schema since ${commit}`);
      for (const sentence of sentences) console.log(`  ${sentence}`);
    }
  }
}
