import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** How much memory all documents kept may take, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What a token of a document takes once it is parsed, in bytes: the token itself, its share of the nodes, and the
 * places that these hold. Measured with graphql 17 on documents that are nothing but one-letter fields.
 */
const BYTES_A_TOKEN = 700;

/**
 * Keeps documents that have been parsed and found valid, by their text, and bounds them by what they keep in
 * memory, which is many times their text. A document that cannot be parsed or is not valid is not kept, so nobody
 * can drive out good documents by sending bad ones.
 */
export const useDocumentCache = (mostBytes = MOST_BYTES): Plugin => {
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: mostBytes,
    sizeCalculation: (document, text) => 2 * text.length + BYTES_A_TOKEN * tokensOf(document),
  });
  const known = new WeakSet<DocumentNode>();
  return {
    onParse: ({ params, setParsedDocument }) => {
      const document = valid.get(String(params.source));
      if (document) setParsedDocument(document);
    },
    onValidate: ({ params: { documentAST: document }, setResult }) => {
      // The schema and the rules of a gateway never change.
      if (known.has(document)) return setResult([]);
      return ({ valid: isValid }) => {
        const text = document.loc?.source.body;
        if (!isValid || text === undefined) return;
        known.add(document);
        valid.set(text, document);
      };
    },
  };
};

const tokensOf = ({ loc }: DocumentNode): number => {
  let count = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) count += 1;
  return count;
};
