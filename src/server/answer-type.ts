import { LRUCache } from 'lru-cache';

/** What most clients ask for. */
export const JSON_ANSWER = 'application/json';

/** What the GraphQL-over-HTTP specification asks for. */
const GRAPHQL_ANSWER = 'application/graphql-response+json';

/** How many `Accept` headers are remembered: clients have few, and nobody is to fill the memory with others. */
const REMEMBERED = 1000;

const known = new LRUCache<string, { readonly type: string | undefined }>({ max: REMEMBERED });

/**
 * The media type that an `Accept` header gives one result in: the first that it names, as Yoga reads it; undefined
 * where it is neither of the two, or the header is not a plain list of types.
 */
export const answerType = (accept = '*/*'): string | undefined => {
  const found = known.get(accept);
  if (found) return found.type;
  const type = negotiate(accept);
  known.set(accept, { type });
  return type;
};

const negotiate = (accept: string): string | undefined => {
  for (const one of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...params] = one.split(';');
    const charset = params.find((param) => param.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (type === JSON_ANSWER || type === GRAPHQL_ANSWER) return type;
    // Yoga prefers JSON where any type will do.
    if (type === '*/*' || type === 'application/*') return JSON_ANSWER;
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(type) || type === 'text/event-stream' || type.startsWith('multipart/'))
      return undefined;
  }
  return undefined;
};
