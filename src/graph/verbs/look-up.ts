import type { OutputType } from '@pothos/core';
import { type BuilderTypes, builder } from '../../builder.ts';
import type { Context } from '../../context.ts';
import { isAbsent } from '../../upstream/errors.ts';
import type { Dialect, Row, Values } from '../dialect.ts';
import { inputFields, writeValues } from '../input.ts';
import { type Claim, rest } from '../ledger.ts';
import { asNoun, pascal } from '../names.ts';
import { objectOf } from '../output.ts';
import { readObject } from './answer.ts';
import { callAs, declare, openParameters, writePath } from './operation.ts';
import type { ResourceRef } from './resource.ts';

interface Under {
  readonly parent: ResourceRef<never>;
  /** The parameter that the parent's id fills. */
  readonly by: string;
}

interface Options {
  /** The description, where the contract's summary does not fit. */
  readonly description?: string;
  /** Another type that offers it too, under the same name. */
  readonly under?: Under;
  /** What of the answer is given, where that is not all of it; `type` then says what it is. */
  readonly pick?: string;
}

/** Declares a field of the upstream's branch over a `GET` that belongs to no thing of the graph; it is null on a 404. */
export const defineLookUp = (dialect: Dialect, field: string, path: string, options: Options = {}): Claim => {
  const { contract } = dialect;
  const operation = declare(dialect, 'GET', path);
  const { query = {}, answer, summary = '' } = contract.operation(`GET ${path}`);
  const inPath = openParameters(dialect, 'GET', path, 0);
  const whole = answer && contract.resolve(answer);
  const picked = options.pick === undefined ? undefined : whole?.properties?.[options.pick];
  const shape = picked ? contract.resolve(picked) : whole;
  const typename = dialect.prefix + (shape?.component ?? pascal(field));
  const type: OutputType<BuilderTypes> = shape?.properties
    ? objectOf(dialect, typename, { ...shape, description: shape.description ?? summary })
    : 'JSON';
  const owner = dialect.prefix + pascal(field);

  const add = (parent: ResourceRef<never> | Dialect['branch'], bound: string | undefined): void => {
    const open = Object.fromEntries(Object.entries(query).filter(([name]) => name !== bound));
    builder.objectField(parent as Dialect['branch'], field, (t) =>
      t.field({
        type,
        description: options.description ?? asNoun(summary),
        directives: rest(operation),
        args: inputFields({ dialect, typename: owner }, t.arg, { ...inPath, ...open }),
        resolve: async (of: object, args: Values, context: Context) => {
          const scope = dialect.scopeOf(of);
          const values = {
            ...writeValues(dialect, args, open, '', scope),
            ...(bound && { [bound]: (of as Row).id }),
          };
          try {
            const got = await callAs(dialect, context, operation, {
              params: { ...dialect.params(path, scope), ...writePath(dialect, args, inPath, '', scope) },
              query: values,
              inputPath: dialect.inputPath(),
            });
            const body = dialect.part(of, readObject(got, operation));
            return options.pick === undefined ? body : (body[options.pick] ?? null);
          } catch (error) {
            if (isAbsent(error)) return null;
            throw error;
          }
        },
      } as never),
    );
  };
  add(dialect.branch, undefined);
  if (options.under) add(options.under.parent, options.under.by);
  return operation;
};
