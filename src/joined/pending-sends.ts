import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ownerOf } from '../graph/send-once.ts';
import { Source } from '../graph/source.ts';
import type { KeptSend } from '../ports.ts';

/** The most that are listed: whoever has more lost sends has another trouble. */
const MOST = 1000;

const PendingSendState = builder.enumType('PendingSendState', {
  description: 'How far a send whose outcome is not known has come.',
  values: {
    SENDING: { description: 'The upstream’s answer is awaited.' },
    UNKNOWN: {
      description: 'The answer was lost. Pigeon looks for the message for an hour, and sends nothing.',
    },
    NOT_FOUND: {
      description: 'The upstream has not shown the message for an hour: most likely it was never sent.',
    },
    UNTRACEABLE: {
      description: 'The answer was lost, and the upstream gives no way of finding what was sent.',
    },
  } as const,
});

const PendingSend = builder.objectRef<KeptSend>('PendingSend').implement({
  description: 'A send with an idempotency key whose outcome is not known.',
  fields: (t) => ({
    key: t.exposeString('key', { nullable: false, description: 'The idempotency key.' }),
    mutation: t.exposeString('mutation', { nullable: false, description: 'The mutation, by its name.' }),
    source: t.field({
      type: Source,
      nullable: false,
      description: 'The upstream that was to send it.',
      resolve: ({ operation }) => (operation.startsWith('bird ') ? 'bird' : 'courier'),
    }),
    since: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it was made.',
      resolve: ({ since }) => new Date(since),
    }),
    state: t.field({
      type: PendingSendState,
      nullable: false,
      description: 'How far it has come.',
      // What is done is not listed.
      resolve: ({ state }) => (state === 'DONE' ? 'SENDING' : state),
    }),
  }),
});

builder.queryField('pendingSends', (t) =>
  t.field({
    type: [PendingSend],
    description:
      'The caller’s own sends with an `idempotencyKey` whose outcome is not known, oldest first. A send leaves the list when its message is found, which the status stream tells by `via: RECONCILED`, and after a day.',
    resolve: (_root, _args, context: Context) =>
      context.services.outbox.open(ownerOf(context), MOST) as Promise<KeptSend[]>,
  }),
);
