import type { OutputType } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import type { Answer } from '../../upstream/send.ts';
import type { Row, Values } from '../dialect.ts';
import { inputFields, writeValues } from '../input.ts';
import { rest } from '../ledger.ts';
import { asNoun, camel, joinNames } from '../names.ts';
import { objectOf } from '../output.ts';
import { KEY_ONLY } from '../selection.ts';
import type { ActionOf } from './action.ts';
import { readObject } from './answer.ts';
import { below, callAs, declare } from './operation.ts';
import type { ResourceRef } from './resource.ts';

interface Options<R> {
  /** Name of the field, where it is not the action’s without `get-`. */
  readonly field?: string;
  /** The description, where the contract's summary does not fit. */
  readonly description?: string;
  /** What it gives, where that is not the answer as it is. */
  readonly type?: OutputType<BuilderTypes>;
  readonly read?: (answer: Answer, parent: R) => unknown;
}

/** Declares a question below a thing, `GET …/{id}/get-action/`, as a field of its type. */
export const read = <R extends { id: string }, Path extends string, Key extends string>(
  ref: ResourceRef<R, Path, Key>,
  verb: ActionOf<Key, Path, 'GET'>,
  options: Options<R> = {},
): void => {
  const of = ref as object as ResourceRef<Row>;
  const { dialect } = of;
  const operation = declare(dialect, 'GET', below(of.path, verb));
  const { query = {}, answer, summary = '' } = dialect.contract.operation(`GET ${operation.path}`);
  const name = String(verb).replace(/^get-/, '');
  const whole = answer && dialect.contract.resolve(answer);
  const row = whole && dialect.rowOf(whole);
  const shape = row
    ? {
        ...row,
        properties: { id: { type: 'string', description: 'Its id at the upstream.' }, ...row.properties },
      }
    : whole;
  const typename = shape?.component ? dialect.prefix + shape.component : joinNames(of.name, name);
  const type =
    options.type ??
    (shape?.properties
      ? objectOf(dialect, typename, { ...shape, description: shape.description ?? summary ?? '' })
      : 'JSON');
  const toValue =
    (options.read as ((got: Answer, parent: Row) => unknown) | undefined) ??
    ((got: Answer, parent: Row) =>
      row
        ? dialect.readOne(got, { name: typename, identity: 'id' }, operation, dialect.key(parent))
        : readObject(got, operation));
  builder.objectField(of, options.field ?? camel(name), (t) =>
    t.field({
      type,
      description: options.description ?? asNoun(summary),
      directives: rest(operation),
      ...KEY_ONLY,
      args: inputFields({ dialect, typename: of.name }, t.arg, query),
      resolve: async (parent: Row, args: Values, context: Context) => {
        const values = writeValues(dialect, args, query, '', dialect.scopeOf(parent));
        const params = dialect.params(operation.path, dialect.key(parent));
        const got = await callAs(dialect, context, operation, {
          params,
          query: values,
          inputPath: dialect.inputPath(),
        });
        return toValue(got, parent);
      },
    } as never),
  );
};
