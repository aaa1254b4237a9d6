import { getTypeBrand } from '@pothos/core';
import { globalId } from './ids.ts';
import { keyOfNode } from './node.ts';

/** What of an answer is kept: the global id of a thing, or the ids that stand in an answer that is no thing. */
type Outcome = { readonly node: string } | { readonly values: Readonly<Record<string, string | number>> };

/** True for the name of a value that identifies something, and says nothing of anybody. */
const isId = (name: string): boolean => /(?:^|[-_a-z])(?:id|Id)$/.test(name);

/** The ids of what a send gave, as the outbox keeps them; undefined for what has none. */
export const outcomeOf = (given: object): string => {
  const typename = getTypeBrand(given);
  const key = typeof typename === 'string' ? keyOfNode(typename, given) : undefined;
  const outcome: Outcome =
    key === undefined
      ? {
          values: Object.fromEntries(
            Object.entries(given).filter(
              ([name, value]) => isId(name) && ['string', 'number'].includes(typeof value),
            ),
          ),
        }
      : { node: globalId(String(typename), key) };
  return JSON.stringify(outcome);
};

/** What the outbox has kept of what a send gave. */
export const readOutcome = (text: string): Outcome => JSON.parse(text) as Outcome;
