import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../graph/errors.ts';
import { mutation } from '../graph/mutation.ts';
import { ownerOf } from '../graph/send-once.ts';
import { Scheduled } from './send-queue.ts';

/** The most that are listed. */
const MOST = 1000;

/** A message that waits for its time. */
export const ScheduledSend = builder.objectRef<Scheduled>('ScheduledSend').implement({
  description:
    'A message for a channel of courier that waits for the end of quiet hours, or for when a cap lets it be sent. Pigeon keeps what it says until then.',
  fields: (t) => ({
    id: t.id({ nullable: false, description: 'Its id in the queue.', resolve: ({ queued }) => queued.id }),
    channelId: t.id({
      nullable: false,
      description: 'Global id of the channel that it will go over.',
      resolve: ({ queued }) => queued.channelId,
    }),
    sendAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it will be sent, unless those who would get it want no more messages by then.',
      resolve: ({ queued }) => new Date(queued.at),
    }),
    clientId: t.exposeString('clientId', { description: 'What the client calls the message.' }),
  }),
});

builder.queryField('scheduledSends', (t) =>
  t.field({
    type: [ScheduledSend],
    description:
      'The caller’s own messages that wait to be sent, soonest first. What Bird schedules is among Bird’s messages, with the status SCHEDULED.',
    resolve: async (_root, _args, context: Context) => {
      const queued = await context.services.sendStore.queued(ownerOf(context), MOST);
      return queued.map((one) => new Scheduled(one));
    },
  }),
);

mutation('cancelScheduledSend', {
  description: 'Takes one of the caller’s own messages out of the queue before it is sent.',
  operations: [],
  input: (t) => ({ id: t.id({ required: true, description: 'The id of a ScheduledSend.' }) }),
  resolve: async ({ id }, context): Promise<{ readonly id: string }> => {
    const isThere = await context.services.sendStore.dequeue(String(id), ownerOf(context));
    if (!isThere) throw new NotFoundError('input.id', 'waits not, or not any more');
    return { id: String(id) };
  },
  payload: (t) => ({
    id: t.exposeID('id', { description: 'The id of what is not sent.' }),
  }),
});
