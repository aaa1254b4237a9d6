import type { ObjectFieldBuilder } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';
import { AnswerError } from '../../upstream/errors.ts';
import type { Row } from '../dialect.ts';
import { brand } from '../node.ts';
import { type Change, type Changed, type ChangeOptions, change } from './change.ts';
import { collectionOf } from './list.ts';
import type { ResourceRef } from './resource.ts';

interface Options<R> extends ChangeOptions<R> {
  /** True where the upstream refuses a second one of a kind and names the first: then that one is given. */
  readonly mayExist?: boolean;
}

/** Declares `POST` on a thing’s collection: `createX(input): { x }`. */
export const create = <R extends { id: string }>(
  ref: ResourceRef<R>,
  options: Options<R> = {},
): Change<R> => {
  const of = ref as object as ResourceRef<Row>;
  const path = of.isNode ? collectionOf(of.path) : of.path;
  const given = options as object as Options<Changed>;
  const made = change(
    { dialect: of.dialect, method: 'POST', path, name: options.name ?? `create${of.name}`, owner: of.name },
    options.mayExist ? orExisting(of, given) : given,
  );
  return made as object as Change<R>;
};

/** Gives the thing that is there already in place of a refusal that names it, and says so. */
const orExisting = (of: ResourceRef<Row>, options: Options<Changed>): Options<Changed> => {
  const existed = new WeakSet<object>();
  return {
    ...options,
    reads: of.operations,
    around: async (values, context, send) => {
      try {
        return await (options.around ?? ((written, _context, next) => next(written)))(values, context, send);
      } catch (error) {
        if (!(error instanceof AnswerError) || error.existing === undefined) throw error;
        const row = await of.load(context, of.dialect.keyBeside(values, error.existing, of.name));
        // One that cannot be shown is as good as none: the refusal stands.
        if (!row) throw error;
        // A row may be shared with others, to whom it did not come by a refusal.
        const own = brand({ ...row }, of.name);
        existed.add(own);
        return own;
      }
    },
    payload: ((t: ObjectFieldBuilder<BuilderTypes, Row>) => ({
      [of.noun]: t.field({
        type: of,
        description: `The ${of.noun} as it is now.`,
        resolve: (row) => row,
      }),
      existed: t.boolean({
        nullable: false,
        description: `True when it was there before: nothing was created, and the rest of the input said nothing.`,
        resolve: (row) => existed.has(row),
      }),
    })) as never,
  };
};
