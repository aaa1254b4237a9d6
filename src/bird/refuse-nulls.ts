import { InputError } from '../graph/errors.ts';

/**
 * What is given of an input, without what is left out.
 *
 * @param path where the input stands, such as `input.body`
 * @param nullable the fields that Bird takes null for
 * @throws {InputError} another field is null, by which nothing could be meant
 */
export const refuseNulls = (
  values: object,
  path: string,
  nullable: readonly string[] = [],
): Record<string, unknown> => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const empty = given.find(([name, value]) => value === null && !nullable.includes(name));
  if (empty) throw new InputError(`${path}.${empty[0]}`, 'cannot be null; leave it out to say nothing of it');
  return Object.fromEntries(given);
};
