import { builder } from '../builder.ts';
import { authorize, requireWorkspace } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { isUuid } from '../graph/ids.ts';

/** Bird's own branch of the graph: one workspace. Every thing of Bird adds its fields to it. */
export const Bird = builder.objectRef<{ workspaceId: string }>('Bird').implement({
  description: 'Everything that Bird documents, as Bird has it, in one workspace.',
  fields: (t) => ({
    workspaceId: t.exposeID('workspaceId', { nullable: false, description: 'Native id of the workspace.' }),
  }),
});

builder.queryField('bird', (t) =>
  t.field({
    type: Bird,
    description: 'Bird: channels to many platforms, their messages, and the contacts behind them.',
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
