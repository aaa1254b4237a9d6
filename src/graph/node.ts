import { brandWithType, createContextCache, type ObjectRef } from '@pothos/core';
import DataLoader from 'dataloader';
import { type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type BuilderTypes, builder } from '../builder.ts';
import { type Api, type Context, credentialOf, requireRight } from '../context.ts';
import type { Operation } from '../upstream/send.ts';
import { decodeId, globalId, type NativeForm, registerId } from './ids.ts';
import { rest } from './ledger.ts';
import { camel } from './names.ts';
import { asksOnly } from './selection.ts';
import { afterLists } from './turns.ts';
import { type Loading, weighsRelation } from './weight.ts';

/** A type of object that can be fetched by its key alone. */
export interface NodeRef<Row extends object> extends ObjectRef<BuilderTypes, Row> {
  /**
   * The object of a key, fetched once an operation; null when the upstream says that there is none. What is known
   * already is given at once.
   */
  load(context: Context, key: string): Row | null | Promise<Row | null>;
  /** Lets later loads of the object find what was just read or written. */
  prime(context: Context, row: Row): void;
  /** The object was changed: later loads ask anew, and no reading that was begun before is used again. */
  forget(context: Context, key: string): void;
  /** The key of an object, as in its global id. */
  key(row: Row): string;
  /** The REST calls that may stand behind a load. */
  readonly operations: readonly Operation[];
  /** What a load costs; none where there is nothing to load. */
  readonly loading?: Loading | undefined;
}

interface NodeOptions<Row extends object> {
  readonly api: Api;
  readonly operations: readonly Operation[];
  /** True when an answer may be used again for a while: never for what moves by itself, such as messages. */
  readonly cached?: boolean;
  readonly key: (row: Row) => string;
  /** How many native ids make the key, joined by `/`. */
  readonly natives: number;
  /** What the last of them looks like, where it is no UUID. */
  readonly form?: NativeForm | undefined;
  /** The most keys of one batch; 1 lets each key be answered by itself. */
  readonly batch: number;
  readonly load: (keys: readonly string[], context: Context) => Promise<readonly (Row | null | Error)[]>;
}

interface Registered {
  readonly load: (context: Context, key: string) => object | null | Promise<object | null>;
  readonly loadings: readonly Loading[];
}

const nodes = new Map<string, Registered>();

/** How the key of a row is made, by its type. */
const keys = new Map<string, (row: never) => string>();

/** The key of a row of a type; undefined where `node(id:)` does not find that type by a row of its own. */
export const keyOfNode = (typename: string, row: object): string | undefined =>
  // The row is of the type that its brand says.
  keys.get(typename)?.(row as never);

/** The REST calls that may stand behind `node(id:)`. */
export const nodeOperations = new Set<Operation>();

/** Marks an object as the GraphQL type that it is, so that interfaces and unions resolve to it. */
export const brand = <Row extends object>(row: Row, typename: string): Row => {
  brandWithType(row, typename as never);
  return row;
};

/** How many things are remembered to have been changed. */
const CHANGED = 100_000;

/** Before when every thing counts as changed of which it is not remembered any more. */
let changedBefore = Number.NEGATIVE_INFINITY;

/** When things were changed last, by credential, type and key, in `performance.now()` milliseconds. */
const changedAt = new LRUCache<string, number>({
  max: CHANGED,
  dispose: (at, _key, reason) => {
    if (reason === 'evict') changedBefore = Math.max(changedBefore, at);
  },
});

/** Is told the place of each thing that is changed here. */
let told: ((place: string) => void) | undefined;

/** Has somebody told of each thing that this process changes, by its place: a word that other processes know it by. */
export const tellChanges = (listener: (place: string) => void): void => {
  told = listener;
};

/** Another process has changed the thing at a place: what was read of it before is not used again. */
export const noteChange = (place: string): void => {
  changedAt.set(place, performance.now());
};

/** What an operation itself has changed, and when. */
const ownChanges = createContextCache((_context: Context) => new Map<string, number>());

/** A row in the cache, with when the operation began that read it. */
interface Kept {
  readonly row: object;
  readonly began: number;
}

/** Makes a ref of a type with its loader. Its fields are given with `builder.node`. */
export const node = <Row extends object>(name: string, options: NodeOptions<Row>): NodeRef<Row> => {
  const { api, operations, key, natives, form, batch, load, cached = false } = options;

  /** An answer is only for those who ask by the same credential. */
  const place = (context: Context, of: string) => `${credentialOf(context, api)?.key} ${name} ${of}`;

  /** The cache's key: nor is it for those within other bounds. */
  const cacheKey = (context: Context, of: string) => {
    const { caller } = context;
    const bounds = caller.organizations || caller.workspaces ? caller.key : '';
    return `${bounds} ${place(context, of)}`;
  };

  /** True where the thing has been changed since: what was read by then may be what it was before. */
  const isChangedSince = (context: Context, of: string, began: number): boolean =>
    (changedAt.get(place(context, of)) ?? changedBefore) >= began;

  const loader = createContextCache(
    (context: Context) =>
      new DataLoader<string, Row | null>(
        async (keys) => {
          const rows = await load(keys, { ...context, byKey: true });
          for (const row of rows) if (row && !(row instanceof Error)) keep(context, row);
          return rows;
        },
        { maxBatchSize: batch, batchScheduleFn: (dispatch) => afterLists(context, dispatch) },
      ),
  );

  const keep = (context: Context, row: Row): void => {
    if (!cached) return;
    const of = key(row);
    const own = ownChanges(context).get(place(context, of));
    // What the operation knows after its own change is what the thing is now, unless others have changed it since.
    const isOwn = own !== undefined && changedAt.get(place(context, of)) === own;
    if (!isOwn && isChangedSince(context, of, context.began)) return;
    const began = isOwn ? performance.now() : context.began;
    context.services.cache?.set(cacheKey(context, of), { row, began } satisfies Kept);
  };

  /** What the operation has read, or is reading, by key: rows of a list name the same few objects again and again. */
  const known = createContextCache(
    (_context: Context) => new Map<string, Row | null | Promise<Row | null>>(),
  );

  /** What of it was kept from before. */
  const reused = createContextCache((_context: Context) => new Set<string>());

  const read = (context: Context, of: string): Row | null | Promise<Row | null> => {
    // What is kept under this key was put there by `keep`.
    const kept = cached
      ? (context.services.cache?.get(cacheKey(context, of)) as Kept | undefined)
      : undefined;
    if (!kept || isChangedSince(context, of, kept.began)) return loader(context).load(of);
    if (context.trace) reused(context).add(of);
    return kept.row as Row;
  };

  const loading: Loading = { name, api, batched: batch > 1 };
  const [first] = operations;

  const ref = Object.assign(builder.objectRef<Row>(name), {
    key,
    operations,
    loading,
    load: (context: Context, of: string) => {
      requireRight(context, api, 'read');
      const rows = known(context);
      const found = rows.get(of) ?? read(context, of);
      rows.set(of, found);
      if (!(found instanceof Promise)) {
        if (first && context.trace && reused(context).has(of)) context.trace.cached(first);
        return found;
      }
      // Whoever asks from now on need not wait. A failure stays what it is.
      found.then(
        (row) => rows.get(of) === found && rows.set(of, row),
        () => {},
      );
      return found;
    },
    prime: (context: Context, row: Row) => {
      keep(context, row);
      known(context).set(key(row), row);
      reused(context).delete(key(row));
    },
    forget: (context: Context, of: string) => {
      if (cached) {
        const at = place(context, of);
        const own = ownChanges(context);
        const before = changedAt.get(at) ?? changedBefore;
        const now = performance.now();
        // Of two changes at once it is not known which came last.
        if (before < context.began || before === own.get(at)) own.set(at, now);
        else own.delete(at);
        changedAt.set(at, now);
        told?.(at);
      }
      context.services.cache?.delete(cacheKey(context, of));
      known(context).delete(of);
      loader(context).clear(of);
    },
  });
  keys.set(name, key);
  registerNode(name, [natives], operations, ref.load, { form, loadings: [loading] });
  return ref;
};

/** Has `node(id:)` find a type that is put together from others. */
export const registerNode = (
  name: string,
  natives: readonly number[],
  operations: readonly Operation[],
  load: (context: Context, key: string) => object | null | Promise<object | null>,
  {
    form,
    loadings = [],
  }: { readonly form?: NativeForm | undefined; readonly loadings?: readonly Loading[] } = {},
): void => {
  registerId(name, natives, form);
  nodes.set(name, { load, loadings });
  for (const operation of operations) nodeOperations.add(operation);
};

/**
 * Has the `id` of every object be told at once. Pothos tells it by an async function, which costs as much as all other
 * plain fields of a row together.
 */
export const withIds = (schema: GraphQLSchema): GraphQLSchema => {
  for (const [name, key] of keys) {
    const type = schema.getType(name);
    const field = isObjectType(type) ? type.getFields().id : undefined;
    // The row is of the type whose field it is.
    if (field) field.resolve = (row) => globalId(name, key(row as never));
  }
  return schema;
};

/** The object behind a global id; null when the id is none or the object is not there any more. */
export const loadNode = async (context: Context, id: string): Promise<object | null> => {
  const decoded = decodeId(id);
  return decoded ? ((await nodes.get(decoded.typename)?.load(context, decoded.key)) ?? null) : null;
};

/** What the object behind a global id costs to load; nothing where the id is none. */
export const loadingsOf = (id: unknown): readonly Loading[] => {
  const decoded = typeof id === 'string' ? decodeId(id) : undefined;
  return decoded ? (nodes.get(decoded.typename)?.loadings ?? []) : [];
};

/**
 * Answers a field with what stands beside an id when the query asks for nothing more, else with the object itself.
 *
 * @param part what is known of the object, by its attributes; what is undefined is not known
 */
export const embedded = <Row extends object>(
  ref: NodeRef<Row>,
  key: string,
  part: object,
  context: Context,
  info: GraphQLResolveInfo,
): Row | null | Promise<Row | null> => {
  const isKnown = (field: string) =>
    Object.entries(part).some(([name, value]) => value !== undefined && camel(name) === field);
  // The query asks for nothing that the part lacks.
  return asksOnly(info, isKnown) ? (brand({ ...part }, ref.name) as Row) : ref.load(context, key);
};

/**
 * What makes a field lead to the thing whose id, and perhaps more of it, a row holds by hand-written ways: what
 * stands beside the id answers without a call when the query asks for nothing more.
 */
export const relation = <Row, To extends { id: string }>(
  ref: NodeRef<To>,
  description: string,
  part: (row: Row) => (Partial<To> & { id: string }) | undefined,
) => ({
  type: ref,
  description,
  directives: rest(ref),
  extensions: weighsRelation(ref.loading),
  resolve: (
    row: Row,
    _args: object,
    context: Context,
    info: GraphQLResolveInfo,
  ): To | null | Promise<To | null> => {
    const known = part(row);
    return known === undefined ? null : embedded(ref, known.id, known, context, info);
  },
});
