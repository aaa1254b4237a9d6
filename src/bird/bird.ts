import { builder } from '../builder.ts';
import { authorize, requireWorkspace } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { isUuid } from '../graph/ids.ts';
import { inputOf } from '../graph/input.ts';
import { objectOf } from '../graph/output.ts';
import { type CommandOptions, defineCommand } from '../graph/verbs/command.ts';
import { defineLookUp } from '../graph/verbs/look-up.ts';
import { defineResource, type ResourceOptions, type ResourceRef } from '../graph/verbs/resource.ts';
import { Bird, dialect } from './dialect.ts';
import type { components } from './openapi.gen.ts';
import type { OperationKey, ResourcePath, RowOf } from './types.ts';

builder.queryField('bird', (t) =>
  t.field({
    type: Bird,
    description:
      'Bird: channels to many platforms, their messages, and the contacts behind them. Begin here for what only Bird has.',
    args: {
      workspaceId: t.arg.id({ description: 'Native id of the workspace; by default the configured one.' }),
    },
    resolve: (_root, args, context) => {
      authorize(context, 'bird', 'read');
      const workspaceId = args.workspaceId ?? context.services.bird?.workspaceId ?? '';
      if (!isUuid(workspaceId)) throw new InputError('workspaceId', 'is not a native id');
      requireWorkspace(context, workspaceId);
      return { workspaceId };
    },
  }),
);

/** Declares a thing of Bird by the path of one, or of its list where Bird documents no path of one. */
export const resource = <const Path extends ResourcePath>(
  name: `Bird${string}`,
  path: Path,
  options: ResourceOptions<RowOf<Path>> = {},
): ResourceRef<RowOf<Path>, Path, OperationKey> =>
  // Inside, a row is only known to have an id; the path's type says the rest.
  defineResource(dialect, name, path, options as object) as object as ResourceRef<
    RowOf<Path>,
    Path,
    OperationKey
  >;

/** The type over an object of Bird, as its schema describes it. */
export const objectType = (schema: keyof components['schemas']) =>
  objectOf(dialect, dialect.prefix + schema, dialect.contract.component(schema));

/** The input over an object of Bird, as its schema describes it. */
export const inputType = (schema: keyof components['schemas']) =>
  inputOf(
    { dialect },
    `${dialect.prefix}${schema.replace(/Input$/, '')}Input`,
    dialect.contract.component(schema),
  );

/** Declares a change of Bird that stands for no thing; a `POST` unless the options say otherwise. */
export const command = <const Path extends string>(
  name: string,
  path: [Extract<OperationKey, `${'POST' | 'PATCH'} ${Path}`>] extends [never] ? never : Path,
  options: CommandOptions = {},
) => defineCommand(dialect, name, path, options);

/** Declares a `GET` of Bird that stands for no thing. */
export const lookUp = <const Path extends string>(
  field: string,
  path: `GET ${Path}` extends OperationKey ? Path : never,
  options: Parameters<typeof defineLookUp>[3] = {},
) => defineLookUp(dialect, field, path, options);
