import { builder } from '../builder.ts';
import { authorize } from '../context.ts';

/** courier's own branch of the graph; every resource adds its fields to it. */
export const Courier = builder.objectRef<object>('Courier').implement({
  description: 'Everything that courier documents, as courier has it.',
});

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
