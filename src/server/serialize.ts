import type { ExecutionResult } from 'graphql';
import { type Present, withoutHttp } from '../plugins/errors.ts';

/** Writes a result as JSON, in bytes. */
export type Serialize = (result: ExecutionResult) => Buffer;

/**
 * Results as they are sent over transports that have no status: each is written once, however many it is sent
 * to. Errors that nobody has turned into what clients may see are turned here.
 */
export const resultSerializer = (present: Present): Serialize => {
  const written = new WeakMap<ExecutionResult, Buffer>();
  return (result) => {
    const known = written.get(result);
    if (known) return known;
    const errors = result.errors?.map((error) => withoutHttp(present(error)));
    const bytes = Buffer.from(JSON.stringify(errors ? { ...result, errors } : result));
    written.set(result, bytes);
    return bytes;
  };
};
