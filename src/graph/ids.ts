import { InputError } from './errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the form that all ids of both upstreams have. */
export const isUuid = (value: string): boolean => UUID.test(value);

/** A decoded global id. */
export interface GlobalId {
  readonly typename: string;
  /** The key within the type: one native id, or several joined by `/`. */
  readonly key: string;
}

/** How many native ids may make the key of each type that `node(id:)` finds. */
const parts = new Map<string, readonly number[]>();

/** Makes a type known to `readId`: its keys are so many UUIDs joined by `/`. */
export const registerId = (typename: string, ...counts: readonly number[]): void => {
  parts.set(typename, counts);
};

/** The key that several native ids make. */
export const joinKey = (...natives: readonly string[]): string => natives.join('/');

/** The native ids that make a key. */
export const splitKey = (key: string): readonly string[] => key.split('/');

/** The global id of an object. */
export const globalId = (typename: string, key: string): string =>
  Buffer.from(`${typename}:${key}`, 'utf8').toString('base64');

/** The global id as it was encoded, or undefined when it is none. */
export const decodeId = (value: string): GlobalId | undefined => {
  const [, typename, key] = /^([A-Z]\w*):(.+)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  const counts = typename === undefined ? undefined : parts.get(typename);
  if (typename === undefined || key === undefined || counts === undefined) return undefined;
  const natives = splitKey(key);
  return counts.includes(natives.length) && natives.every(isUuid) ? { typename, key } : undefined;
};

/**
 * Reads an argument that names an object: a global id of one of the types, or a native id.
 *
 * @returns the decoded global id, or the native id
 * @throws {InputError} it is neither, or a global id of another type
 */
export const readId = (value: string, field: string, ...typenames: readonly string[]): GlobalId | string => {
  if (isUuid(value)) return value;
  const id = decodeId(value);
  if (!id) throw new InputError(field, 'is neither a global id nor a native id');
  if (typenames.length > 0 && !typenames.includes(id.typename)) {
    throw new InputError(field, `is the id of a ${id.typename}, not of a ${typenames.join(' or ')}`);
  }
  return id;
};

/**
 * Reads an argument whose type has a single native id as its key.
 *
 * @throws {InputError} see `readId`
 */
export const readNativeId = (value: string, field: string, typename: string): string => {
  const id = readId(value, field, typename);
  return typeof id === 'string' ? id : id.key;
};
