import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A manifest as the client preset of GraphQL Code Generator writes it: the text of each document by its id. */
const manifest = z.record(z.string().min(1), z.string().min(1));

/**
 * An id without the algorithm that some clients write before a hash, `sha256:` for one; the client preset does so in its
 * manifest, and its users send it with or without.
 */
export const bareId = (id: string): string => id.replace(/^sha\d+:/, '');

/**
 * Reads the manifest of documents that clients send by their ids.
 *
 * @param path undefined when there is none
 * @see https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#persisted-documents
 */
export const readPersistedDocuments = (
  path: string | undefined,
): { readonly documents: ReadonlyMap<string, string> | undefined; readonly faults: readonly string[] } => {
  if (path === undefined) return { documents: undefined, faults: [] };
  const refuse = (why: string) => ({ documents: undefined, faults: [`PERSISTED_DOCUMENTS: ${why}`] });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { data } = manifest.safeParse(JSON.parse(text));
    if (data)
      return {
        documents: new Map(Object.entries(data).map(([id, document]) => [bareId(id), document])),
        faults: [],
      };
  } catch {
    // Said below: it is no JSON at all.
  }
  return refuse('the file must be a JSON object of documents by their ids, as the client preset writes it');
};
