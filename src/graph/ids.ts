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

/** What a native id looks like that is no UUID. It holds no `/`. */
export type NativeForm = RegExp;

interface KeyForm {
  /** How many native ids may make a key. */
  readonly counts: readonly number[];
  /** What the last one looks like; a UUID unless said. */
  readonly form: NativeForm | undefined;
}

/** The keys of each type that `node(id:)` finds. */
const forms = new Map<string, KeyForm>();

/** Makes a type known to `readId`: its keys are so many native ids joined by `/`. */
export const registerId = (typename: string, counts: readonly number[], form?: NativeForm): void => {
  forms.set(typename, { counts, form });
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
  const known = typename === undefined ? undefined : forms.get(typename);
  if (typename === undefined || key === undefined || known === undefined) return undefined;
  const natives = splitKey(key);
  const isNative = (native: string, index: number) =>
    known.form && index === natives.length - 1 ? known.form.test(native) : isUuid(native);
  return known.counts.includes(natives.length) && natives.every(isNative) ? { typename, key } : undefined;
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
  if (!id && typenames.some((typename) => forms.get(typename)?.form?.test(value))) return value;
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
