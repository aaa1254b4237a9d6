import { createHash } from 'node:crypto';
import { createContextCache, type ObjectRef } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import type { Answer, QueryValue } from '../../upstream/send.ts';
import { byOffset, byToken, type Connection, type ConnectionArgs } from '../connection.ts';
import { connectionArgs, connectionOf, messageConnectionOf } from '../connection-type.ts';
import type { Row, Values } from '../dialect.ts';
import { refuseEmpty } from '../errors.ts';
import { inputFields, type Shapes, writeValues } from '../input.ts';
import { type Claim, rest } from '../ledger.ts';
import { answeredTogether } from '../message.ts';
import { asNoun, plural, uncapitalized } from '../names.ts';
import { asksFor, KEY_ONLY } from '../selection.ts';
import { type Asked, type Cost, firstOf, pagesOf, weighs } from '../weight.ts';
import { bracesOf, callAs, declare } from './operation.ts';
import type { ResourceRef } from './resource.ts';

interface Options {
  /** The list’s path, where it is not the collection of the thing. */
  readonly path?: string;
  /** Name of the field on the branch, where it is not the thing’s in the plural; none where `false`. */
  readonly field?: string | false;
  /** The description, where the contract's summary does not fit. */
  readonly description?: string;
  /** The attribute by which the upstream orders, newest first. */
  readonly newestBy?: string;
  /** Parameters that are always sent, and are no arguments. */
  readonly always?: Readonly<Record<string, string | boolean>>;
  /** True for a list of messages. */
  readonly messages?: boolean;
  /** A sentence on the order of the list and on what it leaves out. */
  readonly note?: string;
  /** True for a list that is given whole, as a plain list: the upstream does not page it. */
  readonly whole?: boolean;
  /** Its operation, where that is declared already because a loader makes use of it too. */
  readonly operation?: Claim;
  /** The largest page to ask for, where what the contract says is not to be relied on. */
  readonly max?: number;
}

/** How a list is offered by another type. */
interface Under<Parent> {
  /** Name of the field, where it is not the thing’s in the plural. */
  readonly field?: string;
  /** The parameter that the parent fills, where it is not the one that points to the parent’s type. */
  readonly by?: string;
  /** What of the parent fills it, where that is not its id. */
  readonly value?: (parent: Parent) => string;
  readonly description?: string;
}

/** A list that other types can offer too, with some of its parameters bound to themselves. */
export interface List<R extends object> {
  readonly type: ObjectRef<BuilderTypes, Connection<R>>;
  readonly operation: Claim;
  /** Adds the list to the type whose id one of its parameters, or its path, names. */
  under<Parent extends { id: string }>(parent: ResourceRef<Parent>, options?: Under<Parent>): List<R>;
  /** Reads a page of the list, for the thing of a key where the path names one. */
  read(
    context: Context,
    args: ConnectionArgs,
    values: Values,
    asksForMore: boolean,
    key?: string,
  ): Promise<Connection<R>>;
  /** All rows of the list, asked once an operation. */
  all(context: Context, values: Values, key?: string): Promise<readonly R[]>;
  /** Reads rows outside any operation: by a send of one’s own, and with no loader to prime. */
  readRaw(
    send: (call: {
      readonly operation: Claim;
      readonly query: Record<string, QueryValue>;
    }) => Promise<Answer>,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly R[]>;
}

const connections = new Map<string, unknown>();

/** The connection type of a thing, once however many lists give it. */
const connectionTypeOf = (ref: ResourceRef<Row>, messages: boolean): List<Row>['type'] => {
  const type = connections.get(ref.name) ?? (messages ? messageConnectionOf : connectionOf)(ref, ref.name);
  connections.set(ref.name, type);
  return type as List<Row>['type'];
};

/** The path of the list a thing stands in. */
export const collectionOf = (path: string): string =>
  path.endsWith('/') ? path.replace(/\{\w+\}\/$/, '') : path.replace(/\/\{\w+\}$/, '');

/** Declares a list of a thing: `GET` on its collection, as a connection on its upstream’s branch. */
export const list = <R extends { id: string }>(ref: ResourceRef<R>, options: Options = {}): List<R> =>
  define(ref as object as ResourceRef<Row>, options) as object as List<R>;

const define = (ref: ResourceRef<Row>, options: Options): List<Row> => {
  const { dialect } = ref;
  const { contract } = dialect;
  const path = options.path ?? (ref.isNode ? collectionOf(ref.path) : ref.path);
  const operation = options.operation ?? declare(dialect, 'GET', path);
  const { query = {}, summary = '' } = contract.operation(`GET ${path}`);
  const { newestBy, always = {}, note = '', whole = false } = options;
  // A list that is only given whole needs no connection.
  const type = whole ? undefined : connectionTypeOf(ref, options.messages === true);
  const [limitParameter] = dialect.pageParameters;
  const max = options.max ?? query[limitParameter]?.maximum ?? dialect.maxPage;
  const isPaged = limitParameter in query;
  /** True for a list without pages whose answer may lead to a next one all the same. */
  const goesOn = !isPaged && dialect.pageParameters.some((name) => name in query);
  const isBelow = bracesOf(path).some((brace) => !dialect.scopeParameters.includes(brace));

  /** The parameters that are arguments of a field. */
  const open = (bound: readonly string[] = []): Shapes =>
    Object.fromEntries(
      Object.entries(query).filter(
        ([name]) => !(dialect.pageParameters.includes(name) || name in always || bound.includes(name)),
      ),
    );

  const common = (key: string, values: Values) => ({
    name: isBelow ? `${dialect.api} ${path} ${key}` : `${dialect.api} ${path}`,
    max,
    id: (row: Row) => identityOf(row, ref.identity),
    ...(newestBy !== undefined && { time: (row: Row) => dialect.readTime(row[newestBy])?.getTime() }),
    ask: async (context: Context, page: Record<string, QueryValue>) => {
      const answer = await callAs(dialect, context, operation, {
        params: dialect.params(path, key),
        query: { ...values, ...always, ...page },
        inputPath: dialect.inputPath(),
      });
      const read = dialect.readMany(answer, ref, operation, key);
      for (const row of read.rows) ref.prime(context, row);
      return read;
    },
  });

  const readAll = async (context: Context, values: Values, key: string): Promise<readonly Row[]> => {
    const { ask } = common(key, values);
    const found: Row[] = [];
    let token: string | undefined;
    for (;;) {
      const { rows, next } = await ask(context, token === undefined ? {} : dialect.goOn(token));
      found.push(...rows);
      if (!goesOn || next === undefined || next === token) return found;
      token = next;
    }
  };

  const known = createContextCache((_context: Context) => new Map<string, Promise<readonly Row[]>>());

  const all: List<Row>['all'] = (context, values, key = '') => {
    const name = JSON.stringify([key, values]);
    const rows = known(context).get(name) ?? readAll(context, values, key);
    known(context).set(name, rows);
    return rows;
  };

  const read: List<Row>['read'] = async (context, args, values, asksForMore, key = '') => {
    refuseEmpty(values);
    const { ask, ...kind } = common(key, values);
    if (!isPaged) {
      let rows: Promise<readonly Row[]> | undefined;
      return byOffset(args, asksForMore, {
        ...kind,
        read: async ({ limit: count, offset }) => {
          rows ??= readAll(context, values, key);
          const all = await rows;
          return { rows: all.slice(offset, offset + count), total: all.length };
        },
      });
    }
    if (dialect.paging === 'offset')
      return byOffset(args, asksForMore, {
        ...kind,
        read: async (page) => {
          const { rows, total } = await ask(context, dialect.page(page));
          return { rows, total };
        },
      });
    return byToken(args, {
      ...kind,
      read: async (page) => {
        const { rows, next } = await ask(context, dialect.page(page));
        return { rows, next };
      },
    });
  };

  const cost = (asked: Asked): Cost => {
    const paging = isPaged ? dialect.paging : 'none';
    return {
      calls: { [dialect.api]: type ? pagesOf(asked, { page: max, by: paging }) : 1 },
      // How far an answer without pages leads is known when it is there.
      ...(goesOn && { estimated: { [dialect.api]: 2 } }),
      ...(type && { rows: firstOf(asked) }),
    };
  };

  const add = (
    parent: ObjectRef<BuilderTypes, object>,
    field: string,
    bound: Readonly<Record<string, (parent: object) => string>>,
    description: string,
    keyOf: (parent: object) => string,
    keyOnly: boolean,
  ): void => {
    const shapes = open(Object.keys(bound));
    builder.objectField(parent, field, (t) =>
      t.field({
        type: type ?? [ref],
        description: [description, note].filter(Boolean).join(' '),
        directives: rest(operation),
        extensions: { ...(keyOnly && KEY_ONLY.extensions), ...weighs(cost) },
        args: {
          ...(type && connectionArgs),
          ...inputFields({ dialect, typename: ref.name }, t.arg, shapes),
        },
        resolve: (of: object, args: Values, context: Context, info: never) => {
          const values = {
            ...writeValues(dialect, args, shapes, '', dialect.scopeOf(of)),
            ...Object.fromEntries(Object.entries(bound).map(([name, value]) => [name, value(of)])),
          };
          if (!type) return all(context, values, keyOf(of));
          const found = read(context, args, values, asksFor(info, 'pageInfo', 'hasNextPage'), keyOf(of));
          return options.messages ? found.then((rows) => answeredTogether(context, rows)) : found;
        },
      } as never),
    );
  };

  const onBranch = options.field ?? plural(ref.noun);
  if (onBranch !== false && !isBelow)
    add(dialect.branch, onBranch, {}, options.description ?? asNoun(summary), dialect.scopeOf, false);

  const made: List<Row> = {
    // Nobody asks for the connection of a list that has none.
    type: type as List<Row>['type'],
    operation,
    read,
    all,
    under: (parent, { field, by, value, description } = {}) => {
      const parameter =
        by ?? (isBelow ? undefined : pointing(query, ref, parent as object as ResourceRef<Row>));
      const name = field ?? plural(uncapitalized(nameBelow(ref, parent.noun)));
      const bound =
        parameter === undefined
          ? {}
          : { [parameter]: (value ?? ((of: { id: string }) => of.id)) as (of: object) => string };
      const key = isBelow ? (of: object) => parent.key(of as never) : dialect.scopeOf;
      add(parent as never, name, bound, description ?? asNoun(summary), key, value === undefined);
      return made;
    },
    readRaw: async (send, { limit: count, offset }) =>
      dialect.readMany(
        await send({ operation, query: dialect.page({ limit: count, offset }) }),
        ref,
        operation,
        '',
      ).rows,
  };
  return made;
};

/** What tells a row from others of its list: what it is known by, or all that it says. */
const identityOf = (row: Row, identity: string | undefined): string => {
  const known = identity === undefined ? undefined : row[identity];
  return typeof known === 'string'
    ? known
    : createHash('sha1').update(JSON.stringify(row)).digest('base64url');
};

/** The one parameter that points to a type. */
const pointing = (query: Shapes, { name, dialect }: ResourceRef<Row>, parent: ResourceRef<Row>): string => {
  const names = Object.entries(query)
    .filter(([, shape]) => dialect.contract.resolve(shape)['x-points-to'] === parent.contractName)
    .map(([parameter]) => parameter);
  const [only, ...more] = names;
  if (only === undefined || more.length > 0)
    throw new Error(
      `the list of ${name} has ${names.length} parameters that point to ${parent.name}: say \`by\``,
    );
  return only;
};

/** `TextAccountNumber` below a text account is a `Number`. */
const nameBelow = ({ name, dialect }: ResourceRef<Row>, parent: string): string => {
  const own = name.slice(dialect.prefix.length);
  const above = parent.charAt(0).toUpperCase() + parent.slice(1);
  return own.startsWith(above) && own !== above ? own.slice(above.length) : own;
};
