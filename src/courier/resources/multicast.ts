import type { ObjectFieldBuilder } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';

/** What courier answers to a multicast, whoever it goes to. */
type Answered = Readonly<Record<string, unknown>>;

/** The payload of every multicast. */
export const multicastPayload = (t: ObjectFieldBuilder<BuilderTypes, Answered>) => ({
  taskId: t.id({
    description: 'Native id of the task that sends.',
    resolve: (row) => row['task-id'] as string,
  }),
  messageData: t.field({
    type: 'JSON',
    description: 'What was sent.',
    resolve: (row) => row['message-data'],
  }),
});
