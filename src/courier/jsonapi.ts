import type { Claim } from '../graph/ledger.ts';
import { brand } from '../graph/node.ts';
import { InvalidResponseError, OutcomeUnknownError } from '../upstream/errors.ts';
import type { Answer } from '../upstream/send.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The error for a good status with a body that says nothing: a change may have happened all the same. */
const unreadable = (operation: Claim, status: number): Error => {
  const error = new InvalidResponseError(operation, status);
  return operation.safe ? error : new OutcomeUnknownError(operation, error);
};

/**
 * Lays a resource object flat, the attributes beside the id, and marks it as the GraphQL type that it is.
 *
 * @throws {UpstreamError} it is no resource object
 */
const flatten = <Row extends object>(
  data: unknown,
  typename: string,
  operation: Claim,
  status: number,
): Row => {
  if (!isRecord(data) || typeof data.id !== 'string' || !isRecord(data.attributes)) {
    throw unreadable(operation, status);
  }
  // The contract's types vouch for the attributes from here on.
  return brand({ ...data.attributes, id: data.id }, typename) as Row;
};

/**
 * The one resource of a document.
 *
 * @throws {UpstreamError} the document has none
 */
export const readOne = <Row extends object>(
  { body, status }: Answer,
  typename: string,
  operation: Claim,
): Row => flatten(isRecord(body) ? body.data : undefined, typename, operation, status);

/**
 * All resources of a document.
 *
 * @throws {UpstreamError} the document is no list
 */
export const readMany = <Row extends object>(
  { body, status }: Answer,
  typename: string,
  operation: Claim,
): Row[] => {
  if (!isRecord(body) || !Array.isArray(body.data)) throw unreadable(operation, status);
  return body.data.map((data) => flatten<Row>(data, typename, operation, status));
};

/** How many rows a list has, where the document says it: courier's own client reads it from any list. */
export const readTotal = ({ body }: Answer): number | undefined => {
  const meta = isRecord(body) && isRecord(body.meta) ? body.meta : {};
  const total = meta['page[total]'];
  return Number.isSafeInteger(total) ? (total as number) : undefined;
};

/**
 * A plain JSON object that is no JSON:API document.
 *
 * @throws {UpstreamError} it is no object
 */
export const readObject = ({ body, status }: Answer, operation: Claim): Record<string, unknown> => {
  if (!isRecord(body)) throw unreadable(operation, status);
  return body;
};
