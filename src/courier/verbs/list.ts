import type { ObjectRef } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import { type Context, callUpstream } from '../../context.ts';
import { byOffset, type Connection, type ConnectionArgs } from '../../graph/connection.ts';
import { connectionArgs, connectionOf, messageConnectionOf } from '../../graph/connection-type.ts';
import { rest } from '../../graph/ledger.ts';
import { asksFor } from '../../graph/selection.ts';
import type { Answer, QueryValue } from '../../upstream/send.ts';
import { Courier } from '../courier.ts';
import { inputFields, type Shape, type Values, writeValues } from '../input.ts';
import { readMany, readTotal } from '../jsonapi.ts';
import { type CourierOperation, inputPath, operation, type ResourceRef } from '../load.ts';
import { noun } from '../names.ts';
import { operations } from '../operations.gen.ts';
import { readTime } from '../times.ts';

interface Options<Row> {
  /** The largest page, where it is not 1000. */
  readonly max?: number;
  /** The attribute by which courier orders, newest first. */
  readonly newestBy?: keyof Row & string;
  /** Parameters that are always sent, and are no arguments. */
  readonly always?: Readonly<Record<string, string | boolean>>;
  /** True for a list of messages. */
  readonly messages?: boolean;
  /** What is to be known of the order and of what the list leaves out. */
  readonly note?: string;
}

/** A list that other types can offer too, with some of its parameters bound to themselves. */
export interface List<Row extends object> {
  readonly type: ObjectRef<BuilderTypes, Connection<Row>>;
  /** Adds the list to a type; a bound parameter is no argument of the field. */
  on<Parent extends object>(
    parent: ObjectRef<BuilderTypes, Parent>,
    field: string,
    bound: Readonly<Record<string, (parent: Parent) => string>>,
    description: string,
  ): void;
  /** Reads a page of the list. */
  read(
    context: Context,
    args: ConnectionArgs,
    values: Values,
    asksForMore: boolean,
  ): Promise<Connection<Row>>;
  /** Reads rows outside any operation: by a send of one's own, and with no loader to prime. */
  readRaw(
    send: (call: {
      readonly operation: CourierOperation;
      readonly query: Record<string, QueryValue>;
    }) => Promise<Answer>,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly Row[]>;
}

/** Declares the list of a resource: `GET` on its collection, as a connection on `Courier`. */
export const list = <Row extends { id: string }>(
  ref: ResourceRef<Row>,
  options: Options<Row> = {},
): List<Row> => {
  const path = ref.path.replace('{id}/', '');
  const op = operation('GET', path as never);
  const { query = {} } = operations[`GET ${path}` as keyof typeof operations] as {
    query?: Record<string, Shape>;
  };
  const { max = 1000, newestBy, always = {}, note = '' } = options;
  const type = (options.messages ? messageConnectionOf : connectionOf)(ref, ref.name) as List<Row>['type'];

  /** The parameters that are arguments of a field. */
  const open = (bound: object = {}): Record<string, Shape> =>
    Object.fromEntries(
      Object.entries(query).filter(
        ([name]) => !(name.startsWith('page[') || name in always || name in bound),
      ),
    );

  const read: List<Row>['read'] = (context, args, values, asksForMore) =>
    byOffset(args, asksForMore, {
      name: `courier ${path}`,
      max,
      id: (row) => row.id,
      ...(newestBy && { time: (row: Row) => readTime(row[newestBy])?.getTime() }),
      read: async ({ limit, offset }) => {
        const answer = await callUpstream(context, op, {
          query: { ...(values as object), ...always, 'page[limit]': limit, 'page[offset]': offset },
          inputPath: inputPath(),
        });
        const rows = readMany<Row>(answer, ref.name, op);
        for (const row of rows) ref.prime(context, row);
        return { rows, total: readTotal(answer) };
      },
    });

  const add: List<Row>['on'] = (parent, field, bound, description) => {
    const shapes = open(bound);
    builder.objectField(parent, field, (t) =>
      t.field({
        type,
        description: [description, note].filter(Boolean).join(' '),
        directives: rest(op),
        args: { ...connectionArgs, ...inputFields(t.arg, shapes) },
        resolve: (of, args: Values, context, info) =>
          read(
            context,
            args,
            {
              ...writeValues(args, shapes),
              ...Object.fromEntries(Object.entries(bound).map(([name, value]) => [name, value(of)])),
            },
            asksFor(info, 'pageInfo', 'hasNextPage'),
          ) as never,
      }),
    );
  };

  add(Courier, `${noun(ref.name)}s`, {}, `courier’s list of ${noun(ref.name)}s.`);
  return {
    type,
    on: add,
    read,
    readRaw: async (send, { limit, offset }) =>
      readMany<Row>(
        await send({ operation: op, query: { 'page[limit]': limit, 'page[offset]': offset } }),
        ref.name,
        op,
      ),
  };
};
