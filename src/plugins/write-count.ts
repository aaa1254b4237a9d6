import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Counts the mutations that have ended, over every transport: a query that is asked after one of them sees what it
 * did, and so must not be answered by what began before.
 */
export const useWriteCount = (writes: { count: number }): Plugin => ({
  onExecute: ({ args: { document, operationName } }) =>
    getOperationAST(document, operationName)?.operation === 'mutation'
      ? {
          onExecuteDone: () => {
            writes.count += 1;
          },
        }
      : undefined,
});
