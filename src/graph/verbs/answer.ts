import { InvalidResponseError, OutcomeUnknownError } from '../../upstream/errors.ts';
import type { Answer } from '../../upstream/send.ts';
import type { Claim } from '../ledger.ts';

/** True for a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The error for a status of success with a body that cannot be read: the change may have happened all the same. */
export const unreadable = (operation: Claim, status: number): Error => {
  const error = new InvalidResponseError(operation, status);
  return operation.safe ? error : new OutcomeUnknownError(operation, error);
};

/**
 * A plain JSON object, in no envelope but perhaps a `data`.
 *
 * @throws {UpstreamError} it is no object
 */
export const readObject = ({ body, status }: Answer, operation: Claim): Record<string, unknown> => {
  if (!isRecord(body)) throw unreadable(operation, status);
  const [only, ...more] = Object.keys(body);
  if (only !== 'data' || more.length > 0) return body;
  if (!isRecord(body.data)) throw unreadable(operation, status);
  return body.data;
};
