import { type BuilderTypes, builder } from '../../builder.ts';
import type { Context, Request } from '../../context.ts';
import type { OutputType } from '@pothos/core';
import type { Answer } from '../../upstream/send.ts';
import type { Row, Values } from '../dialect.ts';
import { inputFields, writeValues } from '../input.ts';
import { type Claim, claim, rest } from '../ledger.ts';
import { camel, pascal } from '../names.ts';
import { objectOf } from '../output.ts';
import type { ActionOf } from './action.ts';
import { readObject } from './answer.ts';
import { callAs } from './operation.ts';
import type { ResourceRef } from './resource.ts';

interface Options {
  /** Name of the field, where it is not the action’s without `get-`. */
  readonly field?: string;
  /** In place of the contract’s words for it. */
  readonly description?: string;
  /** What it gives, where that is not the answer as it is. */
  readonly type?: OutputType<BuilderTypes>;
  readonly read?: (answer: Answer, operation: Claim) => unknown;
}

/** Declares a question below a thing, `GET …/{id}/get-action/`, as a field of its type. */
export const read = <R extends { id: string }, Path extends string, Key extends string>(
  ref: ResourceRef<R, Path, Key>,
  verb: ActionOf<Key, Path, 'GET'>,
  options: Options = {},
): void => {
  const of = ref as object as ResourceRef<Row>;
  const { dialect } = of;
  const operation = claim({ api: dialect.api, method: 'GET', path: `${of.path}${verb}/`, safe: true });
  const { query = {}, answer, summary } = dialect.contract.operation(`GET ${operation.path}`);
  const name = verb.replace(/^get-/, '');
  const shape = answer && dialect.contract.resolve(answer);
  const typename = shape?.component ? dialect.prefix + shape.component : of.name + pascal(name);
  const type = options.type ?? (shape?.properties ? objectOf(dialect, typename, shape) : 'JSON');
  const toValue = options.read ?? readObject;
  builder.objectField(of, options.field ?? camel(name), (t) =>
    t.field({
      type,
      description: options.description ?? summary,
      directives: rest(operation),
      extensions: { keyOnly: true },
      args: inputFields({ dialect, typename: of.name }, t.arg, query),
      resolve: async (row: Row, args: Values, context: Context) => {
        const values = writeValues(dialect, args, query, '', dialect.scopeOf(row)) as Request['query'];
        const params = dialect.params(operation.path, dialect.key(row));
        const got = await callAs(dialect, context, operation, { params, query: values, inputPath: dialect.inputPath() });
        return toValue(got, operation);
      },
    } as never),
  );
};
