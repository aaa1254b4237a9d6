import { builder } from '../builder.ts';
import { authorize } from '../context.ts';
import type { Changed, ChangeOptions } from '../graph/verbs/change.ts';
import { defineCommand } from '../graph/verbs/command.ts';
import { defineLookUp } from '../graph/verbs/look-up.ts';
import { defineResource, type ResourceOptions, type ResourceRef } from '../graph/verbs/resource.ts';
import { Courier, dialect } from './dialect.ts';
import type { Flat, OperationKey, ResourcePath } from './types.ts';

builder.queryField('courier', (t) =>
  t.field({
    type: Courier,
    description: 'courier: organizations, their individuals and what they say to each other.',
    resolve: (_root, _args, context) => {
      authorize(context, 'courier', 'read');
      return {};
    },
  }),
);

/** Declares a thing of courier by the path of one, or of its list where courier documents no path of one. */
export const resource = <const Path extends ResourcePath>(
  name: `Courier${string}`,
  path: Path,
  options: ResourceOptions<Flat<Path>> = {},
): ResourceRef<Flat<Path>, Path, OperationKey> =>
  // Inside, a row is only known to have an id; the path's type says the rest.
  defineResource(dialect, name, path, options as object) as object as ResourceRef<
    Flat<Path>,
    Path,
    OperationKey
  >;

/** Declares a `POST` of courier that stands for no thing. */
export const command = <const Path extends string>(
  name: string,
  path: `POST ${Path}` extends OperationKey ? Path : never,
  options: ChangeOptions<Changed> = {},
) => defineCommand(dialect, name, path, options);

/** Declares a `GET` of courier that stands for no thing. */
export const lookUp = <const Path extends string>(
  field: string,
  path: `GET ${Path}` extends OperationKey ? Path : never,
  options: Parameters<typeof defineLookUp>[3] = {},
) => defineLookUp(dialect, field, path, options);
